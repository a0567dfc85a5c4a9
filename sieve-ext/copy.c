/* SPDX-License-Identifier: MIT */
/* copy.c - :copy, which leaves the implicit keep alone (RFC 3894) */

#include "engine/sieve-ext.h"

static bool
copy_run(SieveRun *run G_GNUC_UNUSED, SieveAction *action, const SieveArg *arg G_GNUC_UNUSED,
	GError **error G_GNUC_UNUSED)
{
	action->flags |= SIEVE_ACTION_COPY;
	return true;
}

/* Usage: fileinto [":copy"] <mailbox: string>, redirect [":copy"] <address: string>; pipe likewise */
static const SieveTagDef copy_tags[] = {
	{.name = "copy", .commands = "fileinto redirect pipe", .run = copy_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_copy = {
	.capability = "copy",
	.source = "RFC 3894",
	.tags = copy_tags,
};
