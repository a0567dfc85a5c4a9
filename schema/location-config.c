/* SPDX-License-Identifier: MIT */
/* location-config.c - how to reach the directory: the [directory] group of a key file */

#include <string.h>

#include "schema/location.h"

#define GROUP "directory"
#define ATTRIBUTE_KEY "attribute_"
#define TIMEOUT_MS 2000
#define TIMEOUT_MS_MAX 60000

struct LocationConfig {
	LocationSettings settings; /* its strings are those below */
	char *uri;
	char *base;
	char *bind_dn;
	char *password;
	char *ca_file;
	char **attribute_names;
};

static const char *const attributes[] = {
#define LOCATION_ATTRIBUTE(id, name, setter, values) name,
#include "schema/location-attributes.def"
#undef LOCATION_ATTRIBUTE
};

LocationConfig *
location_config_new(const LocationSettings *settings)
{
	LocationConfig *config = g_new0(LocationConfig, 1);

	config->uri = g_strdup(settings->uri);
	config->base = g_strdup(settings->base);
	config->bind_dn = g_strdup(settings->bind_dn);
	config->password = g_strdup(settings->password);
	config->ca_file = g_strdup(settings->ca_file);
	config->attribute_names = g_strdupv((char **)(uintptr_t)settings->attribute_names);
	config->settings = (LocationSettings){
		.uri = config->uri,
		.base = config->base,
		.bind_dn = config->bind_dn,
		.password = config->password,
		.timeout_ms = settings->timeout_ms != 0 ? settings->timeout_ms : TIMEOUT_MS,
		.start_tls = settings->start_tls,
		.ca_file = config->ca_file,
		.attribute_names = (const char *const *)config->attribute_names,
	};
	return config;
}

void
location_config_free(LocationConfig *config)
{
	if (config == NULL)
		return;
	if (config->password != NULL)
		explicit_bzero(config->password, strlen(config->password));
	g_free(config->uri);
	g_free(config->base);
	g_free(config->bind_dn);
	g_free(config->password);
	g_free(config->ca_file);
	g_strfreev(config->attribute_names);
	g_free(config);
}

const LocationSettings *
location_config_settings(const LocationConfig *config)
{
	return &config->settings;
}

static bool
fail(GError **error, const char *key, const char *what)
{
	g_set_error(error, LOCATION_ERROR, LOCATION_ERROR_CONFIG, "[" GROUP "] %s: %s", key, what);
	return false;
}

/* The canonical name in a key such as attribute_email; NULL when there is none of that name. */
static const char *
find_attribute(const char *key)
{
	for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++)
		if (g_ascii_strcasecmp(attributes[i], key + strlen(ATTRIBUTE_KEY)) == 0)
			return attributes[i];
	return NULL;
}

/* Collects the name pairs, and refuses keys that nobody reads: a typing error must not pass for a
 * setting. */
static bool
take_keys(GKeyFile *file, GPtrArray *names, GError **error)
{
	static const char *const known[] = {
		"uri", "base", "bind_dn", "password_file", "timeout_ms", "start_tls", "ca_file", NULL};
	g_auto(GStrv) keys = g_key_file_get_keys(file, GROUP, NULL, NULL);

	for (char **key = keys; keys != NULL && *key != NULL; key++) {
		if (g_strv_contains(known, *key))
			continue;
		const char *name = g_str_has_prefix(*key, ATTRIBUTE_KEY) ? find_attribute(*key) : NULL;
		if (name == NULL)
			return fail(error, *key, "no such setting");
		g_ptr_array_add(names, g_strdup(name));
		g_ptr_array_add(names, g_key_file_get_string(file, GROUP, *key, NULL));
	}
	g_ptr_array_add(names, NULL);
	return true;
}

/* A password stands in a file of its own, so that settings can be shown to others. */
static bool
take_password(GKeyFile *file, char **ret_password, GError **error)
{
	g_autofree char *path = g_key_file_get_string(file, GROUP, "password_file", NULL);
	g_autoptr(GError) problem = NULL;
	char *password = NULL;

	if (path == NULL)
		return true;
	if (!g_file_get_contents(path, &password, NULL, &problem))
		return fail(error, "password_file", problem->message);
	g_strchomp(password);
	*ret_password = password;
	return true;
}

static bool
take_timeout(GKeyFile *file, unsigned *ret_timeout_ms, GError **error)
{
	g_autoptr(GError) problem = NULL;
	int value = g_key_file_get_integer(file, GROUP, "timeout_ms", &problem);

	if (g_error_matches(problem, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND))
		value = TIMEOUT_MS;
	else if (problem != NULL || value <= 0 || value > TIMEOUT_MS_MAX)
		return fail(error, "timeout_ms", "not a number of milliseconds from 1 to 60000");
	*ret_timeout_ms = (unsigned)value;
	return true;
}

static bool
take_start_tls(GKeyFile *file, bool *ret_start_tls, GError **error)
{
	g_autoptr(GError) problem = NULL;

	*ret_start_tls = g_key_file_get_boolean(file, GROUP, "start_tls", &problem);
	return problem == NULL ||
	       g_error_matches(problem, G_KEY_FILE_ERROR, G_KEY_FILE_ERROR_KEY_NOT_FOUND) ||
	       fail(error, "start_tls", "neither true nor false");
}

LocationConfig *
location_config_load(GKeyFile *file, GError **error)
{
	g_autofree char *uri = g_key_file_get_string(file, GROUP, "uri", NULL);
	g_autofree char *base = g_key_file_get_string(file, GROUP, "base", NULL);
	g_autofree char *bind_dn = g_key_file_get_string(file, GROUP, "bind_dn", NULL);
	g_autofree char *ca_file = g_key_file_get_string(file, GROUP, "ca_file", NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	LocationSettings settings = {.uri = uri, .base = base, .bind_dn = bind_dn, .ca_file = ca_file};
	g_autofree char *password = NULL;

	if (uri == NULL || base == NULL) {
		fail(error, uri == NULL ? "uri" : "base", "is missing");
		return NULL;
	}
	if (!take_keys(file, names, error) || !take_password(file, &password, error) ||
		!take_timeout(file, &settings.timeout_ms, error) ||
		!take_start_tls(file, &settings.start_tls, error))
		return NULL;
	settings.password = password;
	settings.attribute_names = (const char *const *)names->pdata;
	LocationConfig *config = location_config_new(&settings);

	if (password != NULL)
		explicit_bzero(password, strlen(password));
	return config;
}
