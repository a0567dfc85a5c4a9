/* SPDX-License-Identifier: MIT */
/* extlists.c - lists that are kept outside of scripts: :list, valid_ext_list, redirect :list (RFC 6134) */

#include "sieve-ext/extlists.h"

#include <stdlib.h>
#include <string.h>

enum { LISTS };

static const SieveSettingDef extlists_settings[] = {
	[LISTS] = {.name = "extlists_list",
		.alias = "sieve_extlists_list",
		.type = SIEVE_SETTING_STRING_LIST,
		.fallback = "",
		.help = "lists that scripts may use: extlists_list/LIST/name, and file or ldap"},
	{.name = NULL},
};

/* --- Lists ---------------------------------------------------------------------------------------- */

/* One that a run has read; its keys in small letters, sorted. */
typedef struct List List;
struct List {
	List *next;
	SieveBytes name; /* as scripts have it */
	const SieveBytes *keys;
	size_t count;
};

/* What is set for an entry of the setting, as "file"; (nullable). */
static const char *
entry_value(const SieveSettings *settings, const char *entry, const char *what)
{
	g_autofree char *key = g_strconcat(entry, "/", what, NULL);

	return sieve_settings_indexed(settings, &extlists_settings[LISTS], key);
}

/* (nullable) the entry of the setting that scripts know as @name. */
static const char *
find_entry(const SieveSettings *settings, SieveBytes name)
{
	const char *const *entries = sieve_settings_list(settings, &extlists_settings[LISTS]);

	for (; *entries != NULL; entries++) {
		const char *given = entry_value(settings, *entries, "name");
		if (sieve_bytes_equal(sieve_bytes_from_string(given == NULL ? *entries : given), name))
			return *entries;
	}
	return NULL;
}

static int
compare_keys(const void *a, const void *b)
{
	return sieve_bytes_compare(*(const SieveBytes *)a, *(const SieveBytes *)b);
}

static void
set_keys(List *list, const GArray *keys, SieveArena *arena)
{
	SieveBytes *items = sieve_arena_new_array(arena, SieveBytes, keys->len);

	if (keys->len > 0)
		memcpy(items, keys->data, keys->len * sizeof(SieveBytes));
	qsort(items, keys->len, sizeof(SieveBytes), compare_keys);
	list->keys = items;
	list->count = keys->len;
}

/* A key a line; # begins a comment. With @dict as Dovecot keeps them: a line with the key behind a
 * path, then one with a value. */
static void
take_keys(List *list, SieveBytes text, bool dict, SieveArena *arena)
{
	static const SieveBytes path = SIEVE_BYTES("priv/sieve/extlists/");
	g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(SieveBytes));
	bool value = false;

	for (size_t at = 0; at < text.len;) {
		size_t end = MIN(sieve_bytes_find(text, SIEVE_BYTES("\n"), at), text.len);
		SieveBytes line = sieve_bytes_trim(sieve_bytes_slice(text, at, end - at));
		at = end + 1;
		if (dict && value) {
			value = false;
			continue;
		}
		value = dict;
		if (dict && sieve_bytes_starts_with(line, path))
			line = sieve_bytes_slice(line, path.len, SIZE_MAX);
		else if (dict || line.len == 0 || line.ptr[0] == '#')
			continue;
		line = sieve_arena_lower(arena, line);
		g_array_append_val(keys, line);
	}
	set_keys(list, keys, arena);
}

/* The values that a search of the directory finds. */
static bool
search_list(SieveRun *run, List *list, const char *url, GError **error)
{
	g_autofree char *shown = sieve_bytes_escape(list->name, 200);
	g_autoptr(GPtrArray) values = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(SieveBytes));

	if (!sieve_run_search(run, url, values, error)) {
		g_prefix_error(error, "list \"%s\": ", shown);
		return false;
	}
	for (guint i = 0; i < values->len; i++) {
		SieveBytes key = sieve_bytes_trim(sieve_bytes_from_string(values->pdata[i]));
		if (!sieve_run_spend(run, key.len, error))
			return false;
		key = sieve_arena_lower(
			sieve_run_arena(run), sieve_arena_copy(sieve_run_arena(run), key));
		g_array_append_val(keys, key);
	}
	set_keys(list, keys, sieve_run_arena(run));
	return true;
}

static bool
read_list(SieveRun *run, List *list, GError **error)
{
	const SieveSettings *settings = sieve_run_settings(run);
	const char *entry = find_entry(settings, list->name);
	const char *file = entry == NULL ? NULL : entry_value(settings, entry, "file");
	const char *dict = entry == NULL ? NULL : entry_value(settings, entry, "dict/file/path");
	g_autofree char *shown = sieve_bytes_escape(list->name, 200);
	g_autofree char *text = NULL;
	gsize len;

	const char *ldap = entry == NULL ? NULL : entry_value(settings, entry, "ldap");
	if (ldap != NULL)
		return search_list(run, list, ldap, error);
	if (file == NULL && dict == NULL) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT,
			"there is no list \"%s\"; valid_ext_list tells which there are", shown);
		return false;
	}
	if (!g_file_get_contents(file == NULL ? dict : file, &text, &len, error)) {
		g_prefix_error(error, "list \"%s\": ", shown);
		return false;
	}
	if (!sieve_run_spend(run, len, error))
		return false;
	take_keys(list, (SieveBytes){text, len}, file == NULL, sieve_run_arena(run));
	return true;
}

/* (nullable) read once in a run; NULL when the run fails for it. */
static const List *
find_list(SieveRun *run, SieveBytes name)
{
	void **slot = sieve_run_slot(run, extlists_settings);
	GError *error = NULL;

	for (const List *list = *slot; list != NULL; list = list->next)
		if (sieve_bytes_equal(list->name, name))
			return list;
	List *list = sieve_arena_new_array(sieve_run_arena(run), List, 1);
	list->name = name;
	if (!read_list(run, list, &error)) {
		sieve_run_fail(run, error);
		return NULL;
	}
	list->next = *slot;
	*slot = list;
	return list;
}

/* RFC 6134 section 2.4: the script may be for another host, and ask first. */
void
sieve_extlists_check(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	g_autofree char *shown = sieve_bytes_escape(value, 200);

	if (find_entry(sieve_check_settings(check), value) == NULL)
		sieve_check_warn(check, arg, "ask for it with valid_ext_list first",
			"there is no list \"%s\" here", shown);
}

/* --- :list (section 2.2) ---------------------------------------------------------------------------- */

bool
sieve_extlists_has(SieveRun *run, SieveBytes name, SieveBytes value)
{
	const List *list = find_list(run, name);
	SieveBytes wanted = sieve_arena_lower(sieve_run_arena(run), value);

	return list != NULL && list->count > 0 &&
	       bsearch(&wanted, list->keys, list->count, sizeof(SieveBytes), compare_keys) != NULL;
}

static bool
match_lists(SieveMatching *matching, const void *matcher, SieveBytes value)
{
	const SieveKeys *names = matcher;

	for (size_t i = 0; i < names->keys.count; i++)
		if (sieve_extlists_has(matching->run, names->keys.items[i], value)) {
			matching->key = i;
			return true;
		}
	return false;
}

/* Section 2.2: ${0} is the value. */
static size_t
capture_value(const SieveMatching *matching, SieveBytes *captures)
{
	captures[0] = matching->value;
	return 1;
}

static const SieveMatchDef extlists_matches[] = {
	{.tag = "list",
		.raw = true,
		.check_key = sieve_extlists_check,
		.match = match_lists,
		.capture = capture_value},
	{.tag = NULL},
};

/* --- valid_ext_list (section 2.5) --------------------------------------------------------------------- */

enum { VALID_NAMES };

/* Usage: valid_ext_list <ext-list-names: string-list> */
static const SieveArgDef valid_args[] = {
	[VALID_NAMES] = {.type = SIEVE_ARG_STRING_LIST, .name = "lists"},
	{.type = SIEVE_ARG_END},
};

static bool
valid_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	SieveStrings names = sieve_args_strings(run, args, VALID_NAMES);

	*ret_outcome = true;
	for (size_t i = 0; i < names.count && *ret_outcome; i++)
		*ret_outcome = find_entry(sieve_run_settings(run), names.items[i]) != NULL;
	return true;
}

static const SieveTestDef extlists_tests[] = {
	{.name = "valid_ext_list", .args = valid_args, .run = valid_run},
	{.name = NULL},
};

/* --- redirect :list (section 2.3) ---- */

enum { REDIRECT_LIST }; /* the place of redirect's address */

static bool
redirect_to_list(SieveRun *run, const SieveArgs *args, GError **error)
{
	const List *list = find_list(run, sieve_args_string(run, args, REDIRECT_LIST));

	for (size_t i = 0; list != NULL && i < list->count; i++) {
		SieveBytes mailbox;
		if (!sieve_parse_address(list->keys[i], sieve_run_arena(run), &mailbox)) {
			g_autofree char *shown = sieve_bytes_escape(list->keys[i], 80);
			g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT,
				"\"%s\" of the list is no mail address", shown);
			return false;
		}
		if (!sieve_run_add_redirect(run, args, mailbox, error))
			return false;
	}
	return true;
}

/* Usage: redirect ":list" <ext-list-name: string> */
static const SieveTagDef extlists_tags[] = {
	{.name = "list",
		.commands = "redirect",
		.instead = redirect_to_list,
		.check_operand = sieve_extlists_check},
	{.name = NULL},
};

const SieveExtension sieve_ext_extlists = {
	.capability = "extlists",
	.source = "RFC 6134",
	.matches = extlists_matches,
	.tests = extlists_tests,
	.tags = extlists_tags,
	.settings = extlists_settings,
};
