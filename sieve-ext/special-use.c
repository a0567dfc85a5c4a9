/* SPDX-License-Identifier: MIT */
/* special-use.c - mailboxes by what they are for: specialuse_exists, :specialuse (RFC 8579) */

#include "engine/sieve-ext.h"

enum { SPECIAL_USE };

static const SieveSettingDef special_use_settings[] = {
	[SPECIAL_USE] = {.name = "special_use",
		.type = SIEVE_SETTING_STRING_LIST,
		.fallback = "",
		.help = "special_use/Junk is the mailbox for \\Junk; other uses likewise"},
	{.name = NULL},
};

/* RFC 6154 section 2: a backslash and an atom. */
static void
check_use(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	bool good = value.len > 1 && value.ptr[0] == '\\';
	g_autofree char *shown = sieve_bytes_print(value, 80);

	for (size_t i = 1; i < value.len; i++)
		good = good && (g_ascii_isalnum(value.ptr[i]) || value.ptr[i] == '-');
	if (!good)
		sieve_check_error(check, arg, "write it as \"\\\\Junk\"",
			"\"%s\" is no special use of a mailbox", shown);
}

/* --- Finding -------------------------------------------------------------------------------------- */

/* RFC 6154 section 4: the annotation holds the uses, blanks between. */
static bool
has_use(SieveRun *run, SieveBytes mailbox, SieveBytes use, bool *ret_has, GError **error)
{
	g_autofree char *key = sieve_bytes_dup(sieve_bytes_slice(use, 1, SIZE_MAX));
	const char *set = sieve_settings_indexed(
		sieve_run_settings(run), &special_use_settings[SPECIAL_USE], key);
	SieveBytes value, word;

	*ret_has = set != NULL && sieve_run_is_same_mailbox(sieve_bytes_from_string(set), mailbox);
	if (!sieve_run_annotation(run, mailbox, SIEVE_BYTES("/private/specialuse"), &value, error))
		return false;
	while (value.ptr != NULL && sieve_bytes_next_word(&value, &word))
		*ret_has = *ret_has || sieve_bytes_equal_nocase(word, use);
	return true;
}

/* --- specialuse_exists (RFC 8579 section 3) --------------------------------------------------------- */

enum { EXISTS_MAILBOX, EXISTS_USES };

/* Usage: specialuse_exists [<mailbox: string>] <special-use-attrs: string-list> */
static const SieveArgDef exists_args[] = {
	[EXISTS_MAILBOX] = {.type = SIEVE_ARG_STRING, .name = "mailbox", .flags = SIEVE_ARG_OPTIONAL},
	[EXISTS_USES] = {.type = SIEVE_ARG_STRING_LIST, .name = "special uses", .check = check_use},
	{.type = SIEVE_ARG_END},
};

static bool
exists_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error)
{
	SieveStrings uses = sieve_args_strings(run, args, EXISTS_USES);
	bool named = sieve_args_has(args, EXISTS_MAILBOX);
	SieveBytes mailbox =
		named ? sieve_args_string(run, args, EXISTS_MAILBOX) : SIEVE_BYTES("");

	*ret_outcome = !named || sieve_run_has_mailbox(run, mailbox);
	for (size_t i = 0; i < uses.count && *ret_outcome; i++) {
		SieveBytes found = {NULL, 0};
		bool ok = named ? has_use(run, mailbox, uses.items[i], ret_outcome, error)
				: sieve_run_find_mailbox(run, SIEVE_BYTES(""), has_use,
					  uses.items[i], &found, error);
		if (!ok)
			return false;
		if (!named)
			*ret_outcome = found.ptr != NULL;
	}
	return true;
}

static const SieveTestDef special_use_tests[] = {
	{.name = "specialuse_exists",
		.args = exists_args,
		.needs = SIEVE_NEEDS_BODY,
		.run = exists_run},
	{.name = NULL},
};

/* --- :specialuse (RFC 8579 section 4) ---------------------------------------------------------------- */

static bool
specialuse_run(SieveRun *run, SieveAction *action, const SieveArg *arg, GError **error)
{
	SieveBytes use = sieve_arg_string(run, arg);
	SieveBytes *mailbox = sieve_action_mailbox(action);
	SieveBytes found;

	if (use.len < 2 || !sieve_run_knows(run, action->def->name, SIEVE_NEEDS_BODY))
		return true;
	if (!sieve_run_find_mailbox(run, *mailbox, has_use, use, &found, error))
		return false;
	if (found.ptr != NULL)
		*mailbox = found;
	else
		action->special_use = use;
	return true;
}

/* Usage: fileinto [":specialuse" <special-use-attr: string>] <mailbox: string>, and beside :fcc (RFC 8580
 * section 3.1.3); the mailbox is where the mail goes when none has that use. */
static const SieveTagDef special_use_tags[] = {
	{.name = "specialuse",
		.commands = "fileinto snooze",
		.value = SIEVE_ARG_STRING,
		.group = "mailbox",
		.check = check_use,
		.run = specialuse_run},
	{.name = "specialuse",
		.commands = "vacation notify",
		.value = SIEVE_ARG_STRING,
		.needs = "fcc",
		.group = "mailbox",
		.check = check_use,
		.run = specialuse_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_special_use = {
	.capability = "special-use",
	.source = "RFC 8579",
	.tests = special_use_tests,
	.tags = special_use_tags,
	.settings = special_use_settings,
};
