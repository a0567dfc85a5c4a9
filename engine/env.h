/* SPDX-License-Identifier: MIT */
/* env.h - clock, random and host name: what tests replace */
#pragma once

#include "engine/sieve.h"

struct SieveEnv {
	int64_t (*now_usec)(const SieveEnv *env);                          /* since 1970 */
	void (*random)(const SieveEnv *env, void *buffer, size_t size);    /* fit for secrets */
	const char *(*host_name)(const SieveEnv *env);                     /* (transfer none) */
};
