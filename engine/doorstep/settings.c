/* SPDX-License-Identifier: MIT */
/* settings.c - the options --setting and --config of several verbs */

#include "engine/doorstep/settings.h"

#include "engine/doorstep/verb.h"
#include "engine/settings.h"

#include <string.h>

static bool
load_config(DoorstepSettings *settings, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();

	if (settings->config == NULL)
		return true;
	if (g_key_file_load_from_file(file, settings->config, G_KEY_FILE_NONE, error) &&
		sieve_settings_load(settings->values, file, "sieve", error))
		return true;
	g_prefix_error(error, "%s: ", settings->config);
	return false;
}

static bool
set(SieveSettings *values, const char *given, GError **error)
{
	const char *equals = strchr(given, '=');

	if (equals == NULL) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_INVALID,
			"--setting %s: write it as NAME=VALUE", given);
		return false;
	}
	g_autofree char *name = g_strstrip(g_strndup(given, (size_t)(equals - given)));
	return sieve_settings_set(values, name, equals + 1, error);
}

bool
doorstep_settings_load(DoorstepSettings *settings, const SieveExtension *const *extensions)
{
	g_autoptr(GError) error = NULL;

	settings->values = sieve_settings_new(extensions);
	bool ok = load_config(settings, &error);
	for (size_t i = 0; ok && settings->given != NULL && settings->given[i] != NULL; i++)
		ok = set(settings->values, settings->given[i], &error);
	if (!ok)
		doorstep_usage_error("%s", error->message);
	return ok;
}

void
doorstep_settings_clear(DoorstepSettings *settings)
{
	g_free(settings->config);
	g_strfreev(settings->given);
	sieve_settings_free(settings->values);
}
