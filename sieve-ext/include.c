/* SPDX-License-Identifier: MIT */
/* include.c - include, return and global (RFC 6609) */

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

	if (sieve_args_has(args, INCLUDE_ONCE))
		flags |= SIEVE_INCLUDE_ONCE;
	if (sieve_args_has(args, INCLUDE_OPTIONAL))
		flags |= SIEVE_INCLUDE_OPTIONAL;
	sieve_check_include(check, args, location, sieve_args_constant(args, INCLUDE_NAME), flags);
}

/* --- Variables that all scripts share (section 3.4) --------------------------------------------- */

enum { GLOBAL_NAMES };

/* Usage: global <value: string-list> */
static const SieveArgDef global_args[] = {
	[GLOBAL_NAMES] = {.type = SIEVE_ARG_STRING_LIST,
		.name = "variable names",
		.flags = SIEVE_ARG_CONSTANT,
		.check = sieve_check_share_variable},
	{.type = SIEVE_ARG_END},
};

static void
global_check(SieveCheck *check, SieveArgs *args G_GNUC_UNUSED)
{
	if (!sieve_check_has(check, "variables"))
		sieve_check_error(check, NULL, "add require \"variables\"",
			"global is for variables, which are not required");
}

static const void *
find_global(SieveCheck *check, const SieveArg *arg, SieveBytes name)
{
	return sieve_check_shared_variable(check, arg, name);
}

static SieveBytes
get_global(SieveRun *run, const void *variable)
{
	return sieve_run_variable(run, variable);
}

static void
set_global(SieveRun *run, const void *variable, SieveBytes value)
{
	sieve_run_set_variable(run, variable, value);
}

static const SieveNamespaceDef include_namespaces[] = {
	{.name = "global", .find = find_global, .get = get_global, .set = set_global},
	{.name = NULL},
};

static const SieveCommandDef include_commands[] = {
	{.name = "include", .args = include_args, .form = SIEVE_FORM_CALL, .check = include_check},
	{.name = "return", .form = SIEVE_FORM_RETURN},
	{.name = "global", .args = global_args, .check = global_check},
	{.name = NULL},
};

const SieveExtension sieve_ext_include = {
	.capability = "include",
	.source = "RFC 6609",
	.commands = include_commands,
	.namespaces = include_namespaces,
};
