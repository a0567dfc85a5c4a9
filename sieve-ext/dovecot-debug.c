/* SPDX-License-Identifier: MIT */
/* dovecot-debug.c - debug_log, which tells whoever explains a run (vnd.dovecot.debug) */

#include "engine/sieve-ext.h"

enum { DEBUG_MESSAGE };

/* Usage: debug_log <message: string> */
static const SieveArgDef debug_args[] = {
	[DEBUG_MESSAGE] = {.type = SIEVE_ARG_STRING, .name = "message"},
	{.type = SIEVE_ARG_END},
};

static bool
debug_run(SieveRun *run, const SieveArgs *args, GError **error G_GNUC_UNUSED)
{
	g_autofree char *shown = sieve_bytes_print(sieve_args_string(run, args, DEBUG_MESSAGE), 1000);

	sieve_run_note(run, "%s", shown);
	return true;
}

static const SieveCommandDef debug_commands[] = {
	{.name = "debug_log", .args = debug_args, .run = debug_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_vnd_dovecot_debug = {
	.capability = "vnd.dovecot.debug",
	.source = "Pigeonhole's vnd-dovecot-debug",
	.commands = debug_commands,
};
