/* SPDX-License-Identifier: MIT */
/* editheader.c - addheader and deleteheader (RFC 5293) */

#include "engine/sieve-ext.h"

/* --- What may be changed (section 6) ------------------------------------------------------------- */

enum { HEADERS, FORBID_ADD, FORBID_DELETE, MAX_HEADER_SIZE };

static const SieveSettingDef editheader_settings[] = {
	[HEADERS] = {.name = "editheader_headers",
		.alias = "sieve_editheader_header",
		.type = SIEVE_SETTING_STRING_LIST,
		.fallback = "",
		.help = "fields that editheader_headers/FIELD/forbid_add and /forbid_delete are about"},
	[FORBID_ADD] = {.name = "editheader_forbid_add",
		.alias = "sieve_editheader_forbid_add",
		.type = SIEVE_SETTING_STRING_LIST,
		.fallback = "",
		.help = "fields that addheader leaves out"},
	[FORBID_DELETE] = {.name = "editheader_forbid_delete",
		.alias = "sieve_editheader_forbid_delete",
		.type = SIEVE_SETTING_STRING_LIST,
		.fallback = "",
		.help = "fields that deleteheader leaves alone; some it always does"},
	[MAX_HEADER_SIZE] = {.name = "editheader_max_header_size",
		.alias = "sieve_editheader_max_header_size",
		.type = SIEVE_SETTING_SIZE,
		.number = 2048,
		.min = 1024, /* section 4: 998 at least */
		.max = SIEVE_LIMIT_STRING_BYTES,
		.help = "how many bytes addheader may add, name and value"},
	{.name = NULL},
};

static bool
is_listed(const SieveSettings *settings, int list, SieveBytes name)
{
	const char *const *words = sieve_settings_list(settings, &editheader_settings[list]);

	for (; *words != NULL; words++)
		if (sieve_bytes_equal_nocase(sieve_bytes_from_string(*words), name))
			return true;
	return false;
}

/* The entry of the list that is about @name says yes to @what. */
static bool
is_forbidden_by_entry(const SieveSettings *settings, SieveBytes name, const char *what)
{
	const SieveSettingDef *def = &editheader_settings[HEADERS];
	const char *const *entries = sieve_settings_list(settings, def);

	for (; *entries != NULL; entries++) {
		g_autofree char *name_key = g_strconcat(*entries, "/name", NULL);
		g_autofree char *what_key = g_strconcat(*entries, "/", what, NULL);
		const char *field = sieve_settings_indexed(settings, def, name_key);
		const char *forbid = sieve_settings_indexed(settings, def, what_key);
		bool about = sieve_bytes_equal_nocase(
			sieve_bytes_from_string(field == NULL ? *entries : field), name);
		if (about && forbid != NULL &&
			(g_ascii_strcasecmp(forbid, "yes") == 0 || g_ascii_strcasecmp(forbid, "true") == 0))
			return true;
	}
	return false;
}

static bool
may_add(const SieveSettings *settings, SieveBytes name)
{
	return sieve_bytes_equal_nocase(name, SIEVE_BYTES("Subject")) ||
	       (!is_listed(settings, FORBID_ADD, name) &&
		       !is_forbidden_by_entry(settings, name, "forbid_add"));
}

/* Section 6, and what keeps redirects from going in circles. */
static bool
may_delete(const SieveSettings *settings, SieveBytes name)
{
	static const SieveBytes never[] = {SIEVE_BYTES("Received"), SIEVE_BYTES("Auto-Submitted"),
		SIEVE_BYTES("X-Doorstep-Redirected")};

	for (size_t i = 0; i < G_N_ELEMENTS(never); i++)
		if (sieve_bytes_equal_nocase(name, never[i]))
			return false;
	return sieve_bytes_equal_nocase(name, SIEVE_BYTES("Subject")) ||
	       (!is_listed(settings, FORBID_DELETE, name) &&
		       !is_forbidden_by_entry(settings, name, "forbid_delete"));
}

static void
check_name(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	g_autofree char *shown = sieve_bytes_escape(value, 80);

	if (!sieve_message_is_field_name(value))
		sieve_check_error(
			check, arg, NULL, "\"%s\" can be the name of no header field", shown);
}

/* --- addheader (section 4) ------------------------------------------------------------------------ */

enum { ADD_LAST, ADD_NAME, ADD_VALUE };

/* Usage: addheader [":last"] <field-name: string> <value: string> */
static const SieveArgDef addheader_args[] = {
	[ADD_LAST] = {.type = SIEVE_ARG_TAG, .name = "last"},
	[ADD_NAME] = {.type = SIEVE_ARG_STRING, .name = "field name", .check = check_name},
	[ADD_VALUE] = {.type = SIEVE_ARG_STRING, .name = "value"},
	{.type = SIEVE_ARG_END},
};

static bool
addheader_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	const SieveSettings *settings = sieve_run_settings(run);
	SieveBytes name = sieve_args_string(run, args, ADD_NAME);
	SieveBytes value = sieve_args_string(run, args, ADD_VALUE);
	uint64_t max = sieve_settings_number(settings, &editheader_settings[MAX_HEADER_SIZE]);

	/* A name made of variables that is none: the run fails for it already. */
	if (!sieve_message_is_field_name(name))
		return true;
	if (name.len + value.len > max) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_LIMIT,
			"addheader: a field of more than %" G_GUINT64_FORMAT " bytes", max);
		return false;
	}
	if (may_add(settings, name))
		return sieve_run_add_field(run, name, value, sieve_args_has(args, ADD_LAST), error);
	sieve_run_note(run, "this field may not be added: nothing is done");
	return true;
}

/* --- deleteheader (section 5) ---------------------------------------------------------------------- */

enum { DELETE_MATCH, DELETE_INDEX, DELETE_LAST, DELETE_NAME, DELETE_KEYS };

/* Usage: deleteheader [":index" <fieldno: number> [":last"]] [COMPARATOR] [MATCH-TYPE]
 *        <field-name: string> [<value-patterns: string-list>] */
static const SieveArgDef deleteheader_args[] = {
	[DELETE_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[DELETE_INDEX] = {.type = SIEVE_ARG_TAG, .name = "index", .value = SIEVE_ARG_NUMBER},
	[DELETE_LAST] = {.type = SIEVE_ARG_TAG, .name = "last"},
	[DELETE_NAME] = {.type = SIEVE_ARG_STRING, .name = "field name", .check = check_name},
	[DELETE_KEYS] = {.type = SIEVE_ARG_STRING_LIST,
		.name = "value patterns",
		.flags = SIEVE_ARG_KEYS | SIEVE_ARG_OPTIONAL},
	{.type = SIEVE_ARG_END},
};

static void
deleteheader_check(SieveCheck *check, SieveArgs *args)
{
	if (sieve_args_has(args, DELETE_LAST) && !sieve_args_has(args, DELETE_INDEX))
		sieve_check_error(check, sieve_args_get(args, DELETE_LAST),
			"say which one with :index", ":last stands without :index");
	if (sieve_args_has(args, DELETE_INDEX) && sieve_args_number(args, DELETE_INDEX) == 0)
		sieve_check_error(check, sieve_args_get(args, DELETE_INDEX), NULL,
			"fields are counted from 1");
}

static size_t
count_fields(const SieveMessage *message, SieveBytes name)
{
	size_t count = 0;
	size_t index = 0;

	while (sieve_message_find_field(message, name, &index) != NULL)
		count++;
	return count;
}

/* The number of the only field that is looked at, from 1; 0: each; more than there are: none. */
static size_t
find_only(SieveRun *run, const SieveArgs *args, SieveBytes name)
{
	size_t count = count_fields(sieve_run_message(run), name);
	uint64_t number;

	if (!sieve_args_has(args, DELETE_INDEX))
		return 0;
	number = sieve_args_number(args, DELETE_INDEX);
	if (number > count)
		return SIZE_MAX;
	return sieve_args_has(args, DELETE_LAST) ? count + 1 - (size_t)number : (size_t)number;
}

static bool
has_value(SieveRun *run, const SieveArgs *args, const SieveHeaderField *field)
{
	SieveMatching matching;

	if (!sieve_args_has(args, DELETE_KEYS))
		return true;
	sieve_matching_begin(&matching, run, args);
	(void)sieve_matching_offer(
		&matching, sieve_header_decode(field->raw, sieve_run_arena(run)));
	return sieve_matching_end(&matching);
}

static bool
deleteheader_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	SieveBytes name = sieve_args_string(run, args, DELETE_NAME);
	const SieveMessage *message = sieve_run_message(run);
	size_t n_fields = sieve_message_count_fields(message);
	g_autofree bool *doomed = g_new0(bool, n_fields + 1);
	size_t only = find_only(run, args, name);
	const SieveHeaderField *field;
	bool any = false;
	size_t index = 0;

	if (!may_delete(sieve_run_settings(run), name)) {
		sieve_run_note(run, "this field may not be deleted: nothing is done");
		return true;
	}
	if (!sieve_run_spend(run, n_fields, error))
		return false;
	for (size_t number = 1;
		(field = sieve_message_find_field(message, name, &index)) != NULL; number++) {
		if ((only != 0 && number != only) || !has_value(run, args, field))
			continue;
		doomed[index - 1] = true;
		any = true;
	}
	return !any || sieve_run_delete_fields(run, doomed, error);
}

static const SieveCommandDef editheader_commands[] = {
	{.name = "addheader",
		.args = addheader_args,
		.needs = SIEVE_NEEDS_HEADER,
		.run = addheader_run},
	{.name = "deleteheader",
		.args = deleteheader_args,
		.needs = SIEVE_NEEDS_HEADER,
		.check = deleteheader_check,
		.run = deleteheader_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_editheader = {
	.capability = "editheader",
	.source = "RFC 5293",
	.commands = editheader_commands,
	.settings = editheader_settings,
};
