/* SPDX-License-Identifier: MIT */
/* lower.h - rewrites a script for an engine that knows less: the way to libsieve
 *
 * What is known before the mail is settled: `environment` tests become true or false, scripts that
 * are included (RFC 6609) are put in the place of their `include`. What remains is printed in
 * canonical form, since libsieve knows keywords in lower case alone.
 *
 * The header names of `address` tests get SIEVE_LOWER_ADDRESS before them. libsieve asks for a
 * field in the same way whether it will search its text or take it apart as addresses, and the two
 * want different answers: decoded text, and a clean address list. A field name, since libsieve
 * checks.
 */
#pragma once

#include "engine/sieve.h"

#define SIEVE_LOWER_ADDRESS "Doorstep-Address-"

typedef struct SieveLowerOptions {
	const SieveRegistry
		*registry; /* (nullable) without it no environment test can be settled */
	const SieveCompileOptions *compile; /* (nullable) nothing can be included */
	SieveEnvironment environment;	    /* (nullable) */
	void *environment_data;
} SieveLowerOptions;

/**
 * sieve_lower:
 * @text: a script that compiles; need not outlive the call
 * @options: (nullable)
 * @ret_text: (out) (transfer full): NUL-terminated
 * @ret_reason: (out) (transfer full): written when it returns false: why the script cannot be put
 * in simpler words
 *
 * Refused are: a `return` inside an included script that is not its last command; a script included
 * `:once` that may or may not have run before; a script that is missing or includes itself.
 */
bool sieve_lower(
	SieveBytes text, const SieveLowerOptions *options, char **ret_text, char **ret_reason);
