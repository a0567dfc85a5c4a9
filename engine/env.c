/* SPDX-License-Identifier: MIT */
/* env.c - the real clock, random and host name */

#include "engine/env.h"

#include <stdlib.h>
#include <sys/random.h>

static int64_t
system_now_usec(const SieveEnv *env G_GNUC_UNUSED)
{
	return g_get_real_time();
}

static void
system_random(const SieveEnv *env G_GNUC_UNUSED, void *buffer, size_t size)
{
	unsigned char *at = buffer;

	while (size > 0) {
		/* Up to 256 bytes come whole and uninterrupted once the pool is ready. */
		size_t want = MIN(size, (size_t)256);
		ssize_t got = getrandom(at, want, 0);
		if (got < 0)
			continue;
		at += got;
		size -= (size_t)got;
	}
}

static const char *
system_host_name(const SieveEnv *env G_GNUC_UNUSED)
{
	return g_get_host_name();
}

static const SieveEnv system_env = {
	.now_usec = system_now_usec,
	.random = system_random,
	.host_name = system_host_name,
};

const SieveEnv *
sieve_env_system(void)
{
	return &system_env;
}
