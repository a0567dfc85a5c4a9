/* SPDX-License-Identifier: MIT */
/* fcc.c - :fcc, which files a copy of what vacation and notify send (RFC 8580) */

#include "engine/sieve-ext.h"

static bool
fcc_run(SieveRun *run, SieveAction *action, const SieveArg *arg, GError **error G_GNUC_UNUSED)
{
	action->fcc = sieve_arg_string(run, arg);
	return true;
}

/* Usage: vacation [":fcc" <mailbox: string>], notify likewise */
static const SieveTagDef fcc_tags[] = {
	{.name = "fcc",
		.commands = "vacation notify",
		.value = SIEVE_ARG_STRING,
		.check = sieve_check_mailbox,
		.run = fcc_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_fcc = {
	.capability = "fcc",
	.source = "RFC 8580",
	.tags = fcc_tags,
};
