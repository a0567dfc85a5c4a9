/* SPDX-License-Identifier: MIT */
/* mailboxid.c - mailboxes by what they are known by whatever their name becomes (RFC 9042) */

#include "engine/sieve-ext.h"

/* RFC 8474 section 7: an objectid. */
static void
check_id(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	bool good = value.len >= 1 && value.len <= 255;
	g_autofree char *shown = sieve_bytes_print(value, 80);

	for (size_t i = 0; i < value.len; i++)
		good = good && (g_ascii_isalnum(value.ptr[i]) || value.ptr[i] == '_' ||
				       value.ptr[i] == '-');
	if (!good)
		sieve_check_error(check, arg, "it is up to 255 letters, digits, _ and -",
			"\"%s\" is no id of a mailbox", shown);
}

static bool
has_id(SieveRun *run, SieveBytes mailbox, SieveBytes id, bool *ret_has, GError **error)
{
	SieveBytes found;

	*ret_has = false;
	if (!sieve_run_mailbox_id(run, mailbox, &found, error))
		return false;
	*ret_has = sieve_bytes_equal(found, id);
	return true;
}

/* --- mailboxidexists (section 6) ------------------------------------------------------------------- */

enum { EXISTS_IDS };

/* Usage: mailboxidexists <mailbox-objectids: string-list> */
static const SieveArgDef exists_args[] = {
	[EXISTS_IDS] = {.type = SIEVE_ARG_STRING_LIST, .name = "ids", .check = check_id},
	{.type = SIEVE_ARG_END},
};

static bool
exists_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error)
{
	SieveStrings ids = sieve_args_strings(run, args, EXISTS_IDS);
	SieveBytes found;

	*ret_outcome = true;
	for (size_t i = 0; i < ids.count && *ret_outcome; i++) {
		if (!sieve_run_find_mailbox(run, SIEVE_BYTES(""), has_id, ids.items[i], &found, error))
			return false;
		*ret_outcome = found.ptr != NULL;
	}
	return true;
}

static const SieveTestDef mailboxid_tests[] = {
	{.name = "mailboxidexists",
		.args = exists_args,
		.needs = SIEVE_NEEDS_BODY,
		.run = exists_run},
	{.name = NULL},
};

/* --- :mailboxid (sections 4 and 5) ------------------------------------------------------------------- */

static bool
mailboxid_run(SieveRun *run, SieveAction *action, const SieveArg *arg, GError **error)
{
	SieveBytes *mailbox = sieve_action_mailbox(action);
	SieveBytes found;

	if (!sieve_run_knows(run, action->def->name, SIEVE_NEEDS_BODY))
		return true;
	if (!sieve_run_find_mailbox(run, *mailbox, has_id, sieve_arg_string(run, arg), &found, error))
		return false;
	if (found.ptr != NULL)
		*mailbox = found;
	return true;
}

/* Usage: fileinto [":mailboxid" <id: string>] <mailbox: string>, and beside :fcc; the mailbox is where the
 * mail goes when none has that id. */
static const SieveTagDef mailboxid_tags[] = {
	{.name = "mailboxid",
		.commands = "fileinto snooze",
		.value = SIEVE_ARG_STRING,
		.group = "mailbox",
		.check = check_id,
		.run = mailboxid_run},
	{.name = "mailboxid",
		.commands = "vacation notify",
		.value = SIEVE_ARG_STRING,
		.needs = "fcc",
		.group = "mailbox",
		.check = check_id,
		.run = mailboxid_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_mailboxid = {
	.capability = "mailboxid",
	.source = "RFC 9042",
	.tests = mailboxid_tests,
	.tags = mailboxid_tags,
};
