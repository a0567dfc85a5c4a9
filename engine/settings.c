/* SPDX-License-Identifier: MIT */
/* settings.c - the values of all settings: names to definitions, texts to values */

#include "engine/settings.h"

#include <inttypes.h>
#include <string.h>

#include "engine/registry.h"

/* What a text says. */
typedef struct Value {
	const char *text; /* (nullable) */
	uint64_t number;
	const char *const *list; /* NULL-terminated; for lists */
} Value;

struct SieveSettings {
	SieveArena *arena; /* of the values, those of before too: whoever read one may keep it */
	GPtrArray *defs;   /* of SieveSettingDef, in the order of the extensions */
	GHashTable *names; /* name or alias to SieveSettingDef */
	GHashTable *values;  /* SieveSettingDef to Value */
	const Value *core[SIEVE_N_CORE_SETTINGS]; /* those of @values that each run asks for */
	GHashTable *indexed; /* "name/index" to its text: what extensions look up themselves */
};

/* --- Texts to values -------------------------------------------------------------------------- */

typedef struct Unit {
	const char *name;
	uint64_t factor;
} Unit;

static const Unit number_units[] = {{"", 1}, {NULL, 0}};

static const Unit size_units[] = {
	{"", 1}, {"b", 1}, {"k", 1u << 10}, {"kb", 1u << 10}, {"m", 1u << 20}, {"mb", 1u << 20},
	{"g", 1u << 30}, {"gb", 1u << 30}, {NULL, 0},
};

enum { MINUTE = 60, HOUR = 60 * MINUTE, DAY = 24 * HOUR, WEEK = 7 * DAY };

static const Unit duration_units[] = {
	{"", 1}, {"s", 1}, {"sec", 1}, {"secs", 1}, {"second", 1}, {"seconds", 1},
	{"m", MINUTE}, {"min", MINUTE}, {"mins", MINUTE}, {"minute", MINUTE}, {"minutes", MINUTE},
	{"h", HOUR}, {"hour", HOUR}, {"hours", HOUR},
	{"d", DAY}, {"day", DAY}, {"days", DAY},
	{"w", WEEK}, {"week", WEEK}, {"weeks", WEEK}, {NULL, 0},
};

static const Unit bool_words[] = {
	{"yes", true}, {"no", false}, {"true", true}, {"false", false}, {NULL, 0},
};

typedef struct Type {
	const char *word;  /* "a number" */
	const Unit *units; /* (nullable) of a number */
} Type;

static const Type types[] = {
	[SIEVE_SETTING_NUMBER] = {"a number", number_units},
	[SIEVE_SETTING_SIZE] = {"a number of bytes (64K and the like too)", size_units},
	[SIEVE_SETTING_DURATION] = {"a number of seconds (2h, 7d and the like too)", duration_units},
	[SIEVE_SETTING_BOOL] = {"yes or no", NULL},
	[SIEVE_SETTING_STRING] = {"a text", NULL},
	[SIEVE_SETTING_STRING_LIST] = {"words with blanks or commas between", NULL},
};

/* What is legal, in words. */
static char *
legal_values(const SieveSettingDef *def)
{
	const Type *type = &types[def->type];

	if (def->legal != NULL)
		return g_strdup(def->legal);
	if (type->units == NULL)
		return g_strdup(type->word);
	if (def->max == 0)
		return g_strdup_printf("%s from %" PRIu64, type->word, def->min);
	return g_strdup_printf(
		"%s from %" PRIu64 " to %" PRIu64, type->word, def->min, def->max);
}

static bool
find_word(const Unit *words, const char *text, uint64_t *ret_factor)
{
	for (; words->name != NULL; words++)
		if (g_ascii_strcasecmp(words->name, text) == 0) {
			*ret_factor = words->factor;
			return true;
		}
	return false;
}

static bool
parse_number(const SieveSettingDef *def, const char *text, uint64_t *ret_number)
{
	uint64_t max = def->max == 0 ? SIEVE_LIMIT_NUMBER_MAX : def->max;
	size_t digits = strspn(text, "0123456789");
	g_autofree char *number_text = g_strndup(text, digits);
	const char *unit = text + digits + strspn(text + digits, " \t");
	guint64 number = 0;
	uint64_t factor = 0;

	if (!find_word(types[def->type].units, unit, &factor) ||
		!g_ascii_string_to_unsigned(number_text, 10, 0, max / factor, &number, NULL))
		return false;
	*ret_number = number * factor;
	return *ret_number >= def->min;
}

static const char *const *
parse_list(SieveArena *arena, const char *text)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \t,", -1);
	const char **list = sieve_arena_new_array(arena, const char *, g_strv_length(words) + 1);
	size_t n = 0;

	for (size_t i = 0; words[i] != NULL; i++)
		if (*words[i] != '\0')
			list[n++] = sieve_arena_strdup(arena, words[i]);
	return list;
}

static bool
parse_value(const SieveSettingDef *def, SieveArena *arena, const char *text, Value *ret_value)
{
	Value value = {.text = text};
	bool ok = true;

	if (types[def->type].units != NULL)
		ok = parse_number(def, text, &value.number);
	else if (def->type == SIEVE_SETTING_BOOL)
		ok = find_word(bool_words, text, &value.number);
	else
		ok = g_utf8_validate(text, -1, NULL);
	if (ok && def->type == SIEVE_SETTING_STRING_LIST)
		value.list = parse_list(arena, text);
	if (ok && def->check != NULL)
		ok = def->check(text);
	if (ok)
		*ret_value = value;
	return ok;
}

static bool
fail_value(const SieveSettingDef *def, const char *name, const char *text, GError **error)
{
	g_autofree char *legal = legal_values(def);
	g_autofree char *shown = sieve_bytes_escape(sieve_bytes_from_string(text), 200);

	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_INVALID, "%s = %s: it must be %s", name, shown,
		legal);
	return false;
}

static void
keep_value(SieveSettings *settings, const SieveSettingDef *def, const Value *value)
{
	g_hash_table_insert(settings->values, (gpointer)(uintptr_t)def, (gpointer)(uintptr_t)value);
	for (int i = 0; i < SIEVE_N_CORE_SETTINGS; i++)
		if (def == &sieve_core_settings[i])
			settings->core[i] = value;
}

static bool
set_value(SieveSettings *settings, const SieveSettingDef *def, const char *text)
{
	Value *value = sieve_arena_new_array(settings->arena, Value, 1);

	if (!parse_value(def, settings->arena, text, value))
		return false;
	keep_value(settings, def, value);
	return true;
}

static void
set_fallback(SieveSettings *settings, const SieveSettingDef *def)
{
	const char *text = def->fallback;

	if (text == NULL && types[def->type].units != NULL)
		text = sieve_arena_printf(settings->arena, "%" PRIu64, def->number);
	if (text == NULL) {
		Value *unset = sieve_arena_new_array(settings->arena, Value, 1);
		unset->list = sieve_arena_new_array(settings->arena, const char *, 1);
		keep_value(settings, def, unset);
		return;
	}
	/* A default that is not legal is a mistake of the table, never of a user. */
	if (!set_value(settings, def, text))
		g_error("the default of %s is not legal", def->name);
}

/* --- Names ------------------------------------------------------------------------------------ */

static void
add_name(SieveSettings *settings, const char *name, const SieveSettingDef *def)
{
	if (name != NULL)
		g_hash_table_insert(settings->names, (gpointer)(uintptr_t)name,
			(gpointer)(uintptr_t)def);
}

static void
add_extension(SieveSettings *settings, const SieveExtension *extension)
{
	const SieveSettingDef *def = extension->settings;

	for (; def != NULL && def->name != NULL; def++) {
		/* Two capabilities of one file may share their settings. */
		if (g_hash_table_contains(settings->values, def))
			continue;
		g_ptr_array_add(settings->defs, (gpointer)(uintptr_t)def);
		add_name(settings, def->name, def);
		add_name(settings, def->alias, def);
		add_name(settings, def->old_alias, def);
		set_fallback(settings, def);
	}
}

SieveSettings *
sieve_settings_new(const SieveExtension *const *extensions)
{
	SieveSettings *settings = g_new0(SieveSettings, 1);

	settings->arena = sieve_arena_new();
	settings->defs = g_ptr_array_new();
	settings->names = g_hash_table_new(g_str_hash, g_str_equal);
	settings->values = g_hash_table_new(NULL, NULL);
	settings->indexed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	add_extension(settings, &sieve_ext_core);
	for (; extensions != NULL && *extensions != NULL; extensions++)
		add_extension(settings, *extensions);
	return settings;
}

void
sieve_settings_free(SieveSettings *settings)
{
	if (settings == NULL)
		return;
	g_hash_table_unref(settings->indexed);
	g_hash_table_unref(settings->values);
	g_hash_table_unref(settings->names);
	g_ptr_array_unref(settings->defs);
	sieve_arena_free(settings->arena);
	g_free(settings);
}

const SieveSettingDef *
sieve_settings_find_def(const SieveSettings *settings, const char *name)
{
	g_autofree char *base = g_strndup(name, strcspn(name, "/"));

	return g_hash_table_lookup(settings->names, base);
}

/* (transfer full) (nullable) the key in @indexed: "name/index", with the name for the alias. */
static char *
index_key(const SieveSettingDef *def, const char *name)
{
	const char *index = strchr(name, '/');

	return index == NULL ? NULL : g_strconcat(def->name, index, NULL);
}

static bool
fail_unknown(const SieveSettings *settings, const char *name, GError **error)
{
	SieveSuggestion suggestion = {.typed = sieve_bytes_from_string(name)};
	g_autofree char *shown = sieve_bytes_escape(suggestion.typed, 80);
	g_autofree char *hint = NULL;

	for (unsigned i = 0; i < settings->defs->len; i++) {
		const SieveSettingDef *def = g_ptr_array_index(settings->defs, i);
		sieve_suggestion_offer(&suggestion, def->name);
	}
	if (suggestion.best != NULL)
		hint = g_strdup_printf("; did you mean %s?", suggestion.best);
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_INVALID, "%s: there is no such setting%s",
		shown, hint == NULL ? "" : hint);
	return false;
}

bool
sieve_settings_set(SieveSettings *settings, const char *name, const char *text, GError **error)
{
	const SieveSettingDef *def = sieve_settings_find_def(settings, name);
	g_autofree char *trimmed = g_strstrip(g_strdup(text));
	const char *kept = sieve_arena_strdup(settings->arena, trimmed);

	if (def == NULL)
		return fail_unknown(settings, name, error);
	char *key = index_key(def, name);
	if (key != NULL) {
		g_hash_table_replace(settings->indexed, key, (gpointer)(uintptr_t)kept);
		return true;
	}
	return set_value(settings, def, kept) || fail_value(def, name, trimmed, error);
}

void
sieve_settings_unset(SieveSettings *settings, const char *name)
{
	const SieveSettingDef *def = sieve_settings_find_def(settings, name);

	if (def == NULL)
		return;
	g_autofree char *key = index_key(def, name);
	if (key != NULL)
		g_hash_table_remove(settings->indexed, key);
	else
		set_fallback(settings, def);
}

void
sieve_settings_reset(SieveSettings *settings, const SieveSettings *base)
{
	GHashTableIter iter;
	gpointer key;
	gpointer value;

	g_hash_table_iter_init(&iter, base->values);
	while (g_hash_table_iter_next(&iter, &key, &value))
		keep_value(settings, key, value);
	g_hash_table_remove_all(settings->indexed);
	g_hash_table_iter_init(&iter, base->indexed);
	while (g_hash_table_iter_next(&iter, &key, &value))
		g_hash_table_insert(settings->indexed, g_strdup(key), value);
}

bool
sieve_settings_load(SieveSettings *settings, GKeyFile *file, const char *group, GError **error)
{
	g_auto(GStrv) names = g_key_file_get_keys(file, group, NULL, NULL);

	for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
		g_autofree char *text = g_key_file_get_string(file, group, names[i], error);
		if (text == NULL || !sieve_settings_set(settings, names[i], text, error)) {
			g_prefix_error(error, "[%s] ", group);
			return false;
		}
	}
	return true;
}

/* --- Reading ---------------------------------------------------------------------------------- */

static const Value *
get(const SieveSettings *settings, const SieveSettingDef *def)
{
	const Value *value = g_hash_table_lookup(settings->values, def);

	/* The settings were made with other extensions than the program. */
	g_assert(value != NULL);
	return value;
}

uint64_t
sieve_settings_core_number(const SieveSettings *settings, SieveCoreSetting setting)
{
	return settings->core[setting]->number;
}

uint64_t
sieve_settings_number(const SieveSettings *settings, const SieveSettingDef *def)
{
	return get(settings, def)->number;
}

const char *
sieve_settings_string(const SieveSettings *settings, const SieveSettingDef *def)
{
	return get(settings, def)->text;
}

const char *const *
sieve_settings_list(const SieveSettings *settings, const SieveSettingDef *def)
{
	return get(settings, def)->list;
}

const char *
sieve_settings_indexed(const SieveSettings *settings, const SieveSettingDef *def, const char *index)
{
	g_autofree char *key = g_strconcat(def->name, "/", index, NULL);

	return g_hash_table_lookup(settings->indexed, key);
}

static char *
describe(const SieveSettings *settings, const SieveSettingDef *def)
{
	const char *value = sieve_settings_string(settings, def);
	g_autofree char *legal = legal_values(def);
	g_autofree char *alias =
		def->alias == NULL ? g_strdup("") : g_strconcat("; also ", def->alias, NULL);

	return g_strdup_printf("# %s\n# %s%s\n%s%s = %s\n", def->help, legal, alias,
		value == NULL ? "#" : "", def->name, value == NULL ? "" : value);
}

char *
sieve_settings_print(const SieveSettings *settings)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < settings->defs->len; i++) {
		g_autofree char *entry = describe(settings, g_ptr_array_index(settings->defs, i));
		g_string_append_printf(text, "%s%s", i == 0 ? "" : "\n", entry);
	}
	return g_string_free(text, FALSE);
}
