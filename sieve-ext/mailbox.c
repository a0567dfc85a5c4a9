/* SPDX-License-Identifier: MIT */
/* mailbox.c - mailboxexists, and :create of fileinto (RFC 5490) */

#include "engine/sieve-ext.h"

enum { MAILBOXEXISTS_NAMES };

/* Usage: mailboxexists <mailbox-names: string-list> */
static const SieveArgDef mailboxexists_args[] = {
	[MAILBOXEXISTS_NAMES] = {.type = SIEVE_ARG_STRING_LIST, .name = "mailboxes"},
	{.type = SIEVE_ARG_END},
};

static bool
mailboxexists_run(
	SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	SieveStrings names = sieve_args_strings(run, args, MAILBOXEXISTS_NAMES);
	bool all = true;

	for (size_t i = 0; i < names.count && all; i++) {
		all = sieve_run_has_mailbox(run, names.items[i]);
		if (all || !sieve_run_is_traced(run))
			continue;
		g_autofree char *shown = sieve_bytes_escape(names.items[i], 80);
		sieve_run_note(run, "there is no mailbox \"%s\"", shown);
	}
	*ret_outcome = all;
	return true;
}

static const SieveTestDef mailbox_tests[] = {
	{.name = "mailboxexists",
		.args = mailboxexists_args,
		.needs = SIEVE_NEEDS_BODY,
		.run = mailboxexists_run},
	{.name = NULL},
};

/* Usage: fileinto [":create"] <mailbox: string>. Whoever delivers makes a mailbox that is not there in
 * any case: no mail waits for it. */
static const SieveTagDef mailbox_tags[] = {
	{.name = "create", .commands = "fileinto snooze"},
	{.name = "create", .commands = "vacation notify", .needs = "fcc"}, /* RFC 8580 section 3.4 */
	{.name = NULL},
};

const SieveExtension sieve_ext_mailbox = {
	.capability = "mailbox",
	.source = "RFC 5490 section 3",
	.tests = mailbox_tests,
	.tags = mailbox_tags,
};
