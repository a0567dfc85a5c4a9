/* SPDX-License-Identifier: MIT */
/* include.c - include and return (RFC 6609 sections 3.2 and 3.3) */

#include "engine/sieve-ext.h"

enum { INCLUDE_PERSONAL, INCLUDE_GLOBAL, INCLUDE_ONCE, INCLUDE_OPTIONAL, INCLUDE_NAME };

/* Usage: include [":personal" / ":global"] [":once"] [":optional"] <value: string> */
static const SieveArgDef include_args[] = {
	[INCLUDE_PERSONAL] = {.type = SIEVE_ARG_TAG, .name = "personal", .group = "location"},
	[INCLUDE_GLOBAL] = {.type = SIEVE_ARG_TAG, .name = "global", .group = "location"},
	[INCLUDE_ONCE] = {.type = SIEVE_ARG_TAG, .name = "once"},
	[INCLUDE_OPTIONAL] = {.type = SIEVE_ARG_TAG, .name = "optional"},
	[INCLUDE_NAME] = {.type = SIEVE_ARG_STRING,
		.name = "script name",
		.flags = SIEVE_ARG_CONSTANT},
	{.type = SIEVE_ARG_END},
};

static void
include_check(SieveCheck *check, SieveArgs *args)
{
	SieveLocation location = sieve_args_has(args, INCLUDE_GLOBAL) ? SIEVE_LOCATION_GLOBAL
								      : SIEVE_LOCATION_PERSONAL;
	unsigned flags = 0;

	if (!sieve_args_has(args, INCLUDE_NAME))
		return;
	if (sieve_args_has(args, INCLUDE_ONCE))
		flags |= SIEVE_INCLUDE_ONCE;
	if (sieve_args_has(args, INCLUDE_OPTIONAL))
		flags |= SIEVE_INCLUDE_OPTIONAL;
	sieve_check_include(check, args, location, sieve_args_constant(args, INCLUDE_NAME), flags);
}

static const SieveCommandDef include_commands[] = {
	{.name = "include", .args = include_args, .form = SIEVE_FORM_CALL, .check = include_check},
	{.name = "return", .form = SIEVE_FORM_RETURN},
	{.name = NULL},
};

const SieveExtension sieve_ext_include = {
	.capability = "include",
	.source = "RFC 6609",
	.commands = include_commands,
};
