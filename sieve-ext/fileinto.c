/* SPDX-License-Identifier: MIT */
/* fileinto.c - deliver into a named mailbox (RFC 5228 section 4.1) */

#include "engine/sieve-ext.h"

static bool
perform_store(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	return sieve_delivery_store(delivery, action, error);
}

static const SieveActionDef action_store = {
	.name = "store",
	.class = SIEVE_ACTION_STORES,
	.cancels_implicit_keep = true,
	.perform = perform_store,
};

enum { FILEINTO_MAILBOX };

/* Usage: fileinto <mailbox: string> */
static const SieveArgDef fileinto_args[] = {
	[FILEINTO_MAILBOX] = {.type = SIEVE_ARG_STRING,
		.name = "mailbox",
		.check = sieve_check_mailbox},
	{.type = SIEVE_ARG_END},
};

static bool
fileinto_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	SieveAction action = {
		.def = &action_store, .target = sieve_args_string(run, args, FILEINTO_MAILBOX)};

	return sieve_run_add_action(run, args, &action, error);
}

static const SieveCommandDef fileinto_commands[] = {
	{.name = "fileinto", .args = fileinto_args, .run = fileinto_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_fileinto = {
	.capability = "fileinto",
	.source = "RFC 5228 section 4.1",
	.commands = fileinto_commands,
};
