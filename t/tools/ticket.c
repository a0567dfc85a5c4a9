/* SPDX-License-Identifier: MIT */
/* ticket.c - mints a redirect ticket for tests: ticket SECRET-HEX RECIPIENT SENDER SECONDS-TO-LIVE */

#include <stdio.h>
#include <string.h>

#include "engine/bytes.h"
#include "engine/env.h"
#include "schema/ticket.h"

static bool
parse_secret(const char *hex, unsigned char *secret)
{
	if (strlen(hex) != 2 * (size_t)LOCATION_SECRET_BYTES)
		return false;
	for (size_t i = 0; i < LOCATION_SECRET_BYTES; i++)
		secret[i] = (unsigned char)(g_ascii_xdigit_value(hex[2 * i]) << 4 |
					    g_ascii_xdigit_value(hex[2 * i + 1]));
	return true;
}

int
main(int argc, char **argv)
{
	const SieveEnv *env = sieve_env_system();
	unsigned char secret[LOCATION_SECRET_BYTES];
	unsigned char nonce[8];

	if (argc != 5 || !parse_secret(argv[1], secret)) {
		fprintf(stderr, "usage: ticket SECRET-HEX RECIPIENT SENDER SECONDS-TO-LIVE\n");
		return 2;
	}
	env->random(env, nonce, sizeof(nonce));
	int64_t life_s = g_ascii_strtoll(argv[4], NULL, 10);
	g_autofree char *ticket = location_ticket_make(secret,
		sieve_bytes_from_string(argv[2]), sieve_bytes_from_string(argv[3]),
		env->now_usec(env) / G_USEC_PER_SEC + life_s, nonce);
	puts(ticket);
	return 0;
}
