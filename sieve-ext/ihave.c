/* SPDX-License-Identifier: MIT */
/* ihave.c - ihave: is a capability to be had? error: the script gives up (RFC 5463) */

#include "engine/sieve-ext.h"

enum { IHAVE_CAPABILITIES };

/* Usage: ihave <capabilities: string-list> */
static const SieveArgDef ihave_args[] = {
	[IHAVE_CAPABILITIES] = {.type = SIEVE_ARG_STRING_LIST,
		.name = "capabilities",
		.flags = SIEVE_ARG_CONSTANT},
	{.type = SIEVE_ARG_END},
};

static void
ihave_check(SieveCheck *check, SieveArgs *args)
{
	sieve_args_set_data(args, sieve_check_capabilities(check, args, IHAVE_CAPABILITIES));
}

static bool
ihave_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	const SieveCapabilities *capabilities = sieve_args_data(args);

	*ret_outcome = capabilities != NULL;
	if (capabilities != NULL)
		sieve_run_enable(run, capabilities);
	return true;
}

static const SieveTestDef ihave_tests[] = {
	{.name = "ihave", .args = ihave_args, .check = ihave_check, .run = ihave_run},
	{.name = NULL},
};

#define SHOWN_MESSAGE_BYTES 500u

enum { ERROR_MESSAGE };

/* Usage: error <message: string> */
static const SieveArgDef error_args[] = {
	[ERROR_MESSAGE] = {.type = SIEVE_ARG_STRING, .name = "message"},
	{.type = SIEVE_ARG_END},
};

static bool
error_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	g_autofree char *message =
		sieve_bytes_print(sieve_args_string(run, args, ERROR_MESSAGE), SHOWN_MESSAGE_BYTES);

	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "the script gave up: %s", message);
	return false;
}

static const SieveCommandDef ihave_commands[] = {
	{.name = "error", .args = error_args, .run = error_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_ihave = {
	.capability = "ihave",
	.source = "RFC 5463",
	.commands = ihave_commands,
	.tests = ihave_tests,
};
