/* SPDX-License-Identifier: MIT */
/* settings.c - a key file to a struct, by a table; for both programs */

#include "mta-hook/settings.h"

#include <string.h>

static bool
fail_value(const HookSetting *setting, const char *value, const char *why, GError **error)
{
	g_set_error(error, HOOK_ERROR, HOOK_ERROR_CONFIG, "[%s] %s = %s: %s", setting->group,
		setting->name, value, why);
	return false;
}

static bool
set_number(const HookSetting *setting, const char *value, unsigned *field, GError **error)
{
	guint64 number;
	unsigned base = setting->type == HOOK_SETTING_OCTAL ? 8 : 10;
	unsigned max = setting->type == HOOK_SETTING_OCTAL ? 0777 : setting->max;
	if (!g_ascii_string_to_unsigned(value, base, setting->min, max, &number, NULL))
		return fail_value(setting, value, "no number, or out of range", error);
	*field = (unsigned)number;
	return true;
}

static bool
set_bool(const HookSetting *setting, const char *value, bool *field, GError **error)
{
	*field = strcmp(value, "true") == 0;
	if (*field || strcmp(value, "false") == 0)
		return true;
	return fail_value(setting, value, "neither true nor false", error);
}

static char **
split_strings(const char *value)
{
	g_autoptr(GStrvBuilder) kept = g_strv_builder_new();
	g_auto(GStrv) parts = g_strsplit(value, ";", -1);
	for (char **part = parts; *part; part++)
		if (*g_strstrip(*part))
			g_strv_builder_add(kept, *part);
	return g_strv_builder_end(kept);
}

static bool
set_field(const HookSetting *setting, const char *value, void *config, GError **error)
{
	void *field = (char *)config + setting->offset;
	switch (setting->type) {
	case HOOK_SETTING_STRING:
		*(char **)field = *value ? g_strdup(value) : NULL;
		return true;
	case HOOK_SETTING_STRINGS:
		*(char ***)field = split_strings(value);
		return true;
	case HOOK_SETTING_UINT:
	case HOOK_SETTING_OCTAL:
		return set_number(setting, value, field, error);
	case HOOK_SETTING_BOOL:
		return set_bool(setting, value, field, error);
	}
	return false;
}

static bool
has_setting(const HookSetting *settings, const char *group, const char *name)
{
	for (; settings->group; settings++)
		if (strcmp(settings->group, group) == 0 &&
			(!name || strcmp(settings->name, name) == 0))
			return true;
	return false;
}

/* @free_group is not checked here: its keys are somebody else's, or names of the site. */
static bool
check_names(GKeyFile *file, const HookSetting *settings, const char *free_group, GError **error)
{
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);
	for (char **group = groups; *group; group++) {
		if (strcmp(*group, free_group) == 0)
			continue;
		g_auto(GStrv) names = g_key_file_get_keys(file, *group, NULL, NULL);
		for (char **name = names; name && *name; name++) {
			if (has_setting(settings, *group, *name))
				continue;
			g_set_error(error, HOOK_ERROR, HOOK_ERROR_CONFIG, "[%s] %s: no such key",
				*group, *name);
			return false;
		}
		if (!has_setting(settings, *group, NULL)) {
			g_set_error(error, HOOK_ERROR, HOOK_ERROR_CONFIG, "[%s]: no such group",
				*group);
			return false;
		}
	}
	return true;
}

static bool
load_keys(GKeyFile *file, const HookSetting *settings, void *config, GError **error)
{
	for (; settings->group; settings++) {
		g_autofree char *value =
			g_key_file_get_string(file, settings->group, settings->name, NULL);
		const char *text = value ? g_strstrip(value) : settings->initial;
		if (text && !set_field(settings, text, config, error))
			return false;
	}
	return true;
}

bool
hook_settings_load(GKeyFile *file, const HookSetting *settings, const char *free_group,
	void *config, GError **error)
{
	return check_names(file, settings, free_group, error) &&
	       load_keys(file, settings, config, error);
}

char *
hook_settings_host_name(char *configured)
{
	return configured ? configured : g_strdup(g_get_host_name());
}
