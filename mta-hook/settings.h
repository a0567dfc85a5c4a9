/* SPDX-License-Identifier: MIT */
/* settings.h - a key file to a struct, by a table; for both programs
 *
 * An unknown group or key is an error: a misspelt setting must not silently be the default.
 */
#pragma once

#include "mta-hook/error.h"

typedef enum {
	HOOK_SETTING_STRING,  /* char *; empty: NULL */
	HOOK_SETTING_STRINGS, /* char **, separated by semicolons */
	HOOK_SETTING_UINT,    /* unsigned */
	HOOK_SETTING_OCTAL,   /* unsigned, a file mode */
	HOOK_SETTING_BOOL,    /* bool */
} HookSettingType;

typedef struct HookSetting {
	const char *group; /* NULL ends the table */
	const char *name;
	HookSettingType type;
	size_t offset; /* of a field of that type in the struct */
	const char
		*initial;  /* (nullable) value when the key is absent; NULL: the field stays zero */
	unsigned min, max; /* of UINT */
} HookSetting;

/**
 * hook_settings_load:
 * @free_group: a group whose keys the table does not list
 * @config: zeroed struct that the offsets point into; strings in it are the caller's to free, after
 *   a failure too
 *
 * Fails with HOOK_ERROR_CONFIG.
 */
bool hook_settings_load(GKeyFile *file, const HookSetting *settings, const char *free_group,
	void *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** (transfer full) @configured, or this machine's name when it is NULL. */
char *hook_settings_host_name(char *configured);
