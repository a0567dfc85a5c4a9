/* SPDX-License-Identifier: MIT */
/* imap4flags.c - setflag, addflag, removeflag, hasflag and :flags (RFC 5232) */

#include <string.h>

#include "engine/sieve-ext.h"

/* --- Flags -------------------------------------------------------------------------------------- */

static const char *const system_flags[] = {
	"\\Answered", "\\Deleted", "\\Draft", "\\Flagged", "\\Seen"};

/* flag-keyword = atom (RFC 3501 section 9) */
static bool
is_keyword(SieveBytes word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!g_ascii_isgraph(word.ptr[i]) || strchr("(){%*\"\\]", word.ptr[i]) != NULL)
			return false;
	return word.len > 0;
}

static bool
is_flag(SieveBytes word)
{
	for (size_t i = 0; i < G_N_ELEMENTS(system_flags); i++)
		if (sieve_bytes_equal_nocase(word, sieve_bytes_from_string(system_flags[i])))
			return true;
	return is_keyword(word);
}

/* Section 2: what is no flag is ignored. */
static void
check_flags(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	SieveBytes word;

	while (sieve_bytes_next_word(&value, &word)) {
		if (is_flag(word))
			continue;
		g_autofree char *shown = sieve_bytes_escape(word, 80);
		sieve_check_warn(check, arg, NULL,
			"\"%s\" is no flag that can be set, and is ignored", shown);
	}
}

/* A set of flags as text: each word once, whatever its case. */
typedef struct FlagSet {
	GHashTable *seen; /* of words in lower case */
	GString *text;
	size_t max_bytes;
} FlagSet;

static void
set_begin(FlagSet *set, SieveRun *run)
{
	set->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	set->text = g_string_new(NULL);
	set->max_bytes = sieve_settings_max_variable(sieve_run_settings(run));
}

/* What would be longer than a variable is left out. */
static void
set_add(FlagSet *set, SieveBytes word)
{
	if (!is_flag(word) || set->text->len + 1 + word.len > set->max_bytes ||
		!g_hash_table_add(set->seen, g_ascii_strdown(word.ptr, (gssize)word.len)))
		return;
	if (set->text->len > 0)
		g_string_append_c(set->text, ' ');
	g_string_append_len(set->text, word.ptr, (gssize)word.len);
}

static void
set_add_text(FlagSet *set, SieveBytes text)
{
	SieveBytes word;

	while (sieve_bytes_next_word(&text, &word))
		set_add(set, word);
}

static void
set_add_all(FlagSet *set, SieveStrings words)
{
	for (size_t i = 0; i < words.count; i++)
		set_add(set, words.items[i]);
}

static SieveBytes
set_end(FlagSet *set, SieveRun *run)
{
	SieveBytes text = sieve_arena_copy(
		sieve_run_arena(run), (SieveBytes){set->text->str, set->text->len});

	g_hash_table_unref(set->seen);
	g_string_free(set->text, TRUE);
	return text;
}

static SieveBytes
flags_replace(SieveRun *run, SieveBytes old G_GNUC_UNUSED, SieveStrings words)
{
	FlagSet set;

	set_begin(&set, run);
	set_add_all(&set, words);
	return set_end(&set, run);
}

static SieveBytes
flags_add(SieveRun *run, SieveBytes old, SieveStrings words)
{
	FlagSet set;

	set_begin(&set, run);
	set_add_text(&set, old);
	set_add_all(&set, words);
	return set_end(&set, run);
}

static SieveBytes
flags_remove(SieveRun *run, SieveBytes old, SieveStrings words)
{
	FlagSet set;

	set_begin(&set, run);
	set_add_all(&set, words);
	/* What has been seen is not added again. */
	g_string_truncate(set.text, 0);
	set_add_text(&set, old);
	return set_end(&set, run);
}

/* --- Variables that hold them ------------------------------------------------------------------- */

/* Without a variable the flags are those of the copies to be stored. */
static SieveBytes
read_flags(SieveRun *run, const SieveVariable *variable)
{
	return variable == NULL ? sieve_run_mail_flags(run) : sieve_run_variable(run, variable);
}

static void
write_flags(SieveRun *run, const SieveVariable *variable, SieveBytes flags)
{
	if (variable == NULL)
		sieve_run_set_mail_flags(run, flags);
	else
		sieve_run_set_variable(run, variable, flags);
}

/* Section 1: a variable is named only in a script that has variables. */
static bool
check_may_name(SieveCheck *check, const SieveArgs *args, unsigned index)
{
	if (!sieve_args_has(args, index) || sieve_check_has(check, "variables"))
		return sieve_args_has(args, index);
	sieve_check_error(check, sieve_args_get(args, index), "add require \"variables\"",
		"a variable is named, but variables are not required");
	return false;
}

/* --- setflag, addflag, removeflag (section 3) --------------------------------------------------- */

enum { FLAGS_VARIABLE, FLAGS_LIST };

/* Usage: setflag [<variablename: string>] <list-of-flags: string-list> */
static const SieveArgDef flags_args[] = {
	[FLAGS_VARIABLE] = {.type = SIEVE_ARG_STRING,
		.name = "variable name",
		.flags = SIEVE_ARG_OPTIONAL | SIEVE_ARG_CONSTANT},
	[FLAGS_LIST] = {.type = SIEVE_ARG_STRING_LIST,
		.name = "flags",
		.flags = SIEVE_ARG_WORDS,
		.check = check_flags},
	{.type = SIEVE_ARG_END},
};

static void
flags_check(SieveCheck *check, SieveArgs *args)
{
	if (check_may_name(check, args, FLAGS_VARIABLE))
		sieve_args_set_data(args, sieve_check_variable(check,
						  sieve_args_get(args, FLAGS_VARIABLE),
						  sieve_args_constant(args, FLAGS_VARIABLE),
						  SIEVE_VARIABLE_SET));
}

static bool
change_flags(SieveRun *run, const SieveArgs *args,
	SieveBytes (*change)(SieveRun *run, SieveBytes old, SieveStrings words), GError **error)
{
	const SieveVariable *variable = sieve_args_data(args);
	SieveStrings words = sieve_args_strings(run, args, FLAGS_LIST);
	SieveBytes old = read_flags(run, variable);

	/* A word costs more than its bytes. */
	if (!sieve_run_spend(run, old.len + 8 * words.count, error))
		return false;
	write_flags(run, variable, change(run, old, words));
	return true;
}

static bool
setflag_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	return change_flags(run, args, flags_replace, error);
}

static bool
addflag_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	return change_flags(run, args, flags_add, error);
}

static bool
removeflag_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	return change_flags(run, args, flags_remove, error);
}

static const SieveCommandDef imap4flags_commands[] = {
	{.name = "setflag", .args = flags_args, .check = flags_check, .run = setflag_run},
	{.name = "addflag", .args = flags_args, .check = flags_check, .run = addflag_run},
	{.name = "removeflag", .args = flags_args, .check = flags_check, .run = removeflag_run},
	{.name = NULL},
};

/* --- hasflag (section 4) ------------------------------------------------------------------------ */

enum { HASFLAG_MATCH, HASFLAG_VARIABLES, HASFLAG_FLAGS };

/* Usage: hasflag [MATCH-TYPE] [COMPARATOR] [<variable-list: string-list>]
 *        <list-of-flags: string-list> */
static const SieveArgDef hasflag_args[] = {
	[HASFLAG_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[HASFLAG_VARIABLES] = {.type = SIEVE_ARG_STRING_LIST,
		.name = "variables",
		.flags = SIEVE_ARG_OPTIONAL | SIEVE_ARG_CONSTANT},
	[HASFLAG_FLAGS] = {.type = SIEVE_ARG_STRING_LIST,
		.name = "flags",
		.flags = SIEVE_ARG_KEYS | SIEVE_ARG_WORDS},
	{.type = SIEVE_ARG_END},
};

typedef struct Variables {
	const SieveVariable **items; /* (array length=count) */
	size_t count;
} Variables;

static void
hasflag_check(SieveCheck *check, SieveArgs *args)
{
	SieveArena *arena = sieve_check_arena(check);
	Variables *variables = sieve_arena_new_array(arena, Variables, 1);
	bool named = check_may_name(check, args, HASFLAG_VARIABLES);
	SieveStrings names = sieve_args_constants(args, HASFLAG_VARIABLES);

	variables->count = named ? names.count : 1;
	variables->items = sieve_arena_new_array(arena, const SieveVariable *, variables->count);
	for (size_t i = 0; named && i < names.count; i++)
		variables->items[i] = sieve_check_variable(
			check, sieve_args_get(args, HASFLAG_VARIABLES), names.items[i], 0);
	sieve_args_set_data(args, variables);
}

static bool
offer_flags(SieveMatching *matching, SieveRun *run, SieveBytes flags)
{
	SieveBytes word;
	FlagSet set;

	/* What `set` put there may have a flag twice. */
	set_begin(&set, run);
	set_add_text(&set, flags);
	flags = set_end(&set, run);
	while (sieve_bytes_next_word(&flags, &word))
		if (sieve_matching_offer(matching, word))
			return true;
	return false;
}

static bool
hasflag_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error)
{
	const Variables *variables = sieve_args_data(args);
	SieveMatching matching;
	bool settled = false;

	sieve_matching_begin(&matching, run, args);
	for (size_t i = 0; i < variables->count && !settled; i++) {
		SieveBytes flags = read_flags(run, variables->items[i]);
		if (!sieve_run_spend(run, flags.len, error))
			return false;
		settled = offer_flags(&matching, run, flags);
	}
	*ret_outcome = sieve_matching_end(&matching);
	return true;
}

static const SieveTestDef imap4flags_tests[] = {
	{.name = "hasflag", .args = hasflag_args, .check = hasflag_check, .run = hasflag_run},
	{.name = NULL},
};

/* --- :flags (section 5) ------------------------------------------------------------------------- */

static bool
flags_tag_run(SieveRun *run, SieveAction *action, const SieveArg *arg, GError **error)
{
	SieveStrings words = sieve_arg_strings(run, arg);

	if (!sieve_run_spend(run, 8 * words.count, error))
		return false;
	action->mail_flags = flags_replace(run, SIEVE_BYTES(""), words);
	return true;
}

/* Usage: keep, fileinto [":flags" <list-of-flags: string-list>] */
static const SieveTagDef imap4flags_tags[] = {
	{.name = "flags",
		.commands = "keep fileinto",
		.value = SIEVE_ARG_STRING_LIST,
		.flags = SIEVE_ARG_WORDS,
		.check = check_flags,
		.run = flags_tag_run},
	/* RFC 8580 section 3.3: of the copy that is filed. */
	{.name = "flags",
		.commands = "vacation notify",
		.value = SIEVE_ARG_STRING_LIST,
		.flags = SIEVE_ARG_WORDS,
		.needs = "fcc",
		.check = check_flags,
		.run = flags_tag_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_imap4flags = {
	.capability = "imap4flags",
	.source = "RFC 5232",
	.commands = imap4flags_commands,
	.tests = imap4flags_tests,
	.tags = imap4flags_tags,
};
