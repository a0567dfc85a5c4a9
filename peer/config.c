/* SPDX-License-Identifier: MIT */
/* config.c - the settings of the reader's programs: key file to struct */

#include "peer/config.h"

#include <gio/gio.h>
#include <string.h>

#include "engine/settings.h"
#include "peer/line-io.h"

/* What a value is, and so how it is read and what it may be. */
typedef enum {
	KIND_TEXT,
	KIND_PATH,
	KIND_NUMBER,
	KIND_SECONDS, /* kept in ms */
	KIND_BYTES,
	KIND_ENGINE,
	KIND_DISCARD,
	KIND_NETWORKS,
	KIND_HOST_PORT,
	KIND_IP,
	KIND_FLAG,
} Kind;

typedef struct Key {
	const char *group;
	const char *name;
	Kind kind;
	size_t offset;        /* of the field */
	const char *fallback; /* (nullable): as the value would be written */
	uint64_t min;
	uint64_t max;
} Key;

#define FIELD(name) offsetof(PeerConfig, name)

/* doorstepd.conf(5) and examples/config/doorstepd.conf tell the same keys; t/ compares them. */
static const Key keys[] = {
	{"mail", "maildir", KIND_PATH, FIELD(maildir), "~/Maildir", 0, 0},
	{"mail", "scripts", KIND_PATH, FIELD(script_folder), "$DATA/sieve", 0, 0},
	{"mail", "personal", KIND_TEXT, FIELD(personal_script), "personal", 0, 0},
	{"mail", "engine", KIND_ENGINE, FIELD(engine), "doorstep", 0, 0},
	{"mail", "submit", KIND_HOST_PORT, FIELD(submit_host), NULL, 0, 0},
	{"smtp", "listen", KIND_TEXT, FIELD(smtp_listen), "0.0.0.0:2525", 0, 0},
	{"smtp", "host_name", KIND_TEXT, FIELD(host_name), NULL, 0, 0},
	{"smtp", "max_message_bytes", KIND_BYTES, FIELD(max_message_bytes), "52428800", 65536,
		1u << 30},
	{"smtp", "max_connections", KIND_NUMBER, FIELD(max_connections), "64", 1, 10000},
	{"smtp", "max_per_client", KIND_NUMBER, FIELD(max_per_client), "8", 1, 10000},
	{"smtp", "accept_from", KIND_NETWORKS, FIELD(accept_from), "", 0, 0},
	{"smtp", "timeout_s", KIND_SECONDS, FIELD(command_timeout_ms), "300", 1, 3600},
	{"smtp", "discard_early", KIND_DISCARD, FIELD(discard_early), "denied", 0, 0},
	{"pop3", "listen", KIND_TEXT, FIELD(pop3_listen), "127.0.0.1:1100", 0, 0},
	{"pop3", "password_file", KIND_PATH, FIELD(password_file), NULL, 0, 0},
	{"fetch", "url", KIND_TEXT, FIELD(fetch_url), NULL, 0, 0},
	{"fetch", "user", KIND_TEXT, FIELD(fetch_user), NULL, 0, 0},
	{"fetch", "ca_file", KIND_PATH, FIELD(fetch_ca_file), NULL, 0, 0},
	{"fetch", "received_by", KIND_TEXT, FIELD(fetch_received_by), "", 0, 0},
	{"fetch", "memory", KIND_PATH, FIELD(fetch_memory), "$DATA/fetched", 0, 0},
	{"fetch", "clear", KIND_FLAG, FIELD(fetch_clear), "no", 0, 0},
	{"fetch", "timeout_s", KIND_SECONDS, FIELD(fetch_timeout_ms), "30", 1, 600},
	{"presence", "publish_ip", KIND_IP, FIELD(publish_ip), NULL, 0, 0},
	{"presence", "lease_s", KIND_NUMBER, FIELD(lease_s), "300", 60, 86400},
	{"presence", "state_folder", KIND_PATH, FIELD(state_folder), "$RUNTIME", 0, 0},
	{"tls", "key", KIND_PATH, FIELD(tls_key), "$DATA/tls.pem", 0, 0},
};

#define DIRECTORY_GROUP "directory" /* schema/ reads it */
#define SIEVE_GROUP "sieve"	    /* the engine does */

static void *
field(PeerConfig *config, const Key *key)
{
	return (char *)config + key->offset;
}

static bool
fail(const Key *key, const char *value, const char *wanted, GError **error)
{
	g_autofree char *shown = sieve_bytes_escape(sieve_bytes_from_string(value), 200);

	g_set_error(error, PEER_ERROR, PEER_ERROR_CONFIG, "[%s] %s = %s: %s", key->group,
		key->name, shown, wanted);
	return false;
}

/* "~/x" is below the home folder; "$DATA" and "$RUNTIME" stand in defaults alone. */
static char *
expand_path(const char *value)
{
	if (g_str_has_prefix(value, "~/"))
		return g_build_filename(g_get_home_dir(), value + 2, NULL);
	if (g_str_has_prefix(value, "$DATA/"))
		return g_build_filename(
			g_get_user_data_dir(), "doorstep", value + strlen("$DATA/"), NULL);
	if (strcmp(value, "$RUNTIME") == 0)
		return g_build_filename(g_get_user_runtime_dir(), "doorstep", NULL);
	return g_strdup(value);
}

static bool
set_path(PeerConfig *config, const Key *key, const char *value, GError **error)
{
	g_autofree char *path = expand_path(value);

	if (!g_path_is_absolute(path))
		return fail(key, value, "a path begins with / or ~/", error);
	*(char **)field(config, key) = g_steal_pointer(&path);
	return true;
}

static bool
read_number(const Key *key, const char *value, uint64_t *ret_number, GError **error)
{
	g_autofree char *wanted = g_strdup_printf(
		"a number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT, key->min, key->max);
	guint64 number = 0;

	if (!g_ascii_string_to_unsigned(value, 10, key->min, key->max, &number, NULL))
		return fail(key, value, wanted, error);
	*ret_number = number;
	return true;
}

static bool
set_number(PeerConfig *config, const Key *key, const char *value, GError **error)
{
	uint64_t number = 0;

	if (!read_number(key, value, &number, error))
		return false;
	*(unsigned *)field(config, key) =
		(unsigned)(key->kind == KIND_SECONDS ? number * 1000 : number);
	return true;
}

/* Settings that are one word of a few: the names of an enum's values. */
static const struct {
	const char *names[4]; /* ends with NULL */
	const char *wanted;
} choices[] = {
	[KIND_ENGINE] = {{[PEER_ENGINE_DOORSTEP] = "doorstep", [PEER_ENGINE_LIBSIEVE] = "libsieve"},
		"doorstep or libsieve"},
	[KIND_DISCARD] = {{[PEER_DISCARD_DENIED] = "denied", [PEER_DISCARD_REFUSE] = "refuse",
				  [PEER_DISCARD_ACCEPT] = "accept"},
		"denied, refuse or accept"},
};

static bool
set_choice(PeerConfig *config, const Key *key, const char *value, GError **error)
{
	for (unsigned i = 0; choices[key->kind].names[i] != NULL; i++)
		if (strcmp(value, choices[key->kind].names[i]) == 0) {
			*(unsigned *)field(config, key) = i;
			return true;
		}
	return fail(key, value, choices[key->kind].wanted, error);
}

/* Addresses and networks, blank or comma between: "127.0.0.1 192.168.0.0/16 fd00::/8" */
static bool
set_networks(PeerConfig *config, const Key *key, const char *value, GError **error)
{
	g_auto(GStrv) words = g_strsplit_set(value, " ,", -1);

	for (char **word = words; *word != NULL; word++) {
		if (**word == '\0')
			continue;
		GInetAddressMask *mask = g_inet_address_mask_new_from_string(*word, NULL);
		if (mask == NULL)
			return fail(key, *word, "an address or a network, as 192.168.0.0/16", error);
		g_ptr_array_add(config->accept_from, mask);
	}
	return true;
}

static bool
set_host_port(PeerConfig *config, const Key *key, const char *value, GError **error)
{
	g_autoptr(GSocketConnectable) parsed = g_network_address_parse(value, 25, NULL);

	if (parsed == NULL)
		return fail(key, value, "a host and a port, as mail.example.org:587", error);
	config->submit_host =
		g_strdup(g_network_address_get_hostname(G_NETWORK_ADDRESS(parsed)));
	config->submit_port = g_network_address_get_port(G_NETWORK_ADDRESS(parsed));
	return true;
}

static bool
set_flag(PeerConfig *config, const Key *key, const char *value, GError **error)
{
	bool yes = strcmp(value, "yes") == 0;

	if (!yes && strcmp(value, "no") != 0)
		return fail(key, value, "yes or no", error);
	*(bool *)field(config, key) = yes;
	return true;
}

static bool
set_key(PeerConfig *config, const Key *key, const char *value, GError **error)
{
	switch (key->kind) {
	case KIND_PATH:
		return set_path(config, key, value, error);
	case KIND_NUMBER:
	case KIND_SECONDS:
		return set_number(config, key, value, error);
	case KIND_BYTES:
		return read_number(key, value, &config->max_message_bytes, error);
	case KIND_ENGINE:
	case KIND_DISCARD:
		return set_choice(config, key, value, error);
	case KIND_FLAG:
		return set_flag(config, key, value, error);
	case KIND_NETWORKS:
		return set_networks(config, key, value, error);
	case KIND_HOST_PORT:
		return set_host_port(config, key, value, error);
	case KIND_IP:
		if (!g_hostname_is_ip_address(value))
			return fail(key, value, "an IP address", error);
		break;
	case KIND_TEXT:
		break;
	}
	*(char **)field(config, key) = g_strdup(value);
	return true;
}

static const Key *
find_key(const char *group, const char *name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (strcmp(keys[i].group, group) == 0 && strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

/* A key nobody reads is a setting somebody believes in. */
static bool
check_known(GKeyFile *file, GError **error)
{
	g_auto(GStrv) groups = g_key_file_get_groups(file, NULL);

	for (char **group = groups; *group != NULL; group++) {
		g_auto(GStrv) names = g_key_file_get_keys(file, *group, NULL, NULL);
		if (strcmp(*group, DIRECTORY_GROUP) == 0 || strcmp(*group, SIEVE_GROUP) == 0 ||
			names == NULL)
			continue;
		for (char **name = names; *name != NULL; name++)
			if (find_key(*group, *name) == NULL) {
				g_set_error(error, PEER_ERROR, PEER_ERROR_CONFIG,
					"[%s] %s: there is no such setting", *group, *name);
				return false;
			}
	}
	return true;
}

static bool
read_sieve(PeerConfig *config, GKeyFile *file, GError **error)
{
	g_autoptr(GError) problem = NULL;

	config->sieve = sieve_settings_new(sieve_extensions());
	if (sieve_settings_load(config->sieve, file, SIEVE_GROUP, &problem))
		return true;
	g_set_error_literal(error, PEER_ERROR, PEER_ERROR_CONFIG, problem->message);
	return false;
}

static bool
read_keys(PeerConfig *config, GKeyFile *file, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
		g_autofree char *value =
			g_key_file_get_string(file, keys[i].group, keys[i].name, NULL);
		const char *text = value != NULL ? g_strstrip(value) : keys[i].fallback;
		if (text != NULL && !set_key(config, &keys[i], text, error))
			return false;
	}
	if (config->host_name == NULL)
		config->host_name = g_strdup(g_get_host_name());
	if (strcmp(config->pop3_listen, "none") == 0)
		g_clear_pointer(&config->pop3_listen, g_free);
	if (!read_sieve(config, file, error))
		return false;
	if (!g_key_file_has_group(file, DIRECTORY_GROUP))
		return true;
	config->directory = location_config_load(file, error);
	return config->directory != NULL;
}

/* An absent file is an empty one, when nobody asked for it by name. */
static bool
load_file(GKeyFile *file, const char *path, bool optional, GError **error)
{
	g_autoptr(GError) problem = NULL;

	if (g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &problem) ||
		(optional && g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT)))
		return true;
	g_set_error_literal(error, PEER_ERROR, PEER_ERROR_CONFIG, problem->message);
	return false;
}

char *
peer_config_path(void)
{
	return g_build_filename(g_get_user_config_dir(), "doorstep", "doorstepd.conf", NULL);
}

PeerConfig *
peer_config_load(const char *path, GError **error)
{
	g_autoptr(PeerConfig) config = g_new0(PeerConfig, 1);
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autofree char *used = path != NULL ? g_strdup(path) : peer_config_path();

	config->accept_from = g_ptr_array_new_with_free_func(g_object_unref);
	if (!load_file(file, used, path == NULL, error) || !check_known(file, error) ||
		!read_keys(config, file, error)) {
		g_prefix_error(error, "%s: ", used);
		return NULL;
	}
	return g_steal_pointer(&config);
}

void
peer_config_free(PeerConfig *config)
{
	if (config == NULL)
		return;
	g_free(config->maildir);
	g_free(config->script_folder);
	g_free(config->personal_script);
	g_free(config->submit_host);
	g_free(config->smtp_listen);
	g_free(config->host_name);
	g_ptr_array_unref(config->accept_from);
	g_free(config->pop3_listen);
	g_free(config->password_file);
	g_free(config->fetch_url);
	g_free(config->fetch_user);
	g_free(config->fetch_ca_file);
	g_free(config->fetch_received_by);
	g_free(config->fetch_memory);
	g_free(config->publish_ip);
	g_free(config->state_folder);
	g_free(config->tls_key);
	sieve_settings_free(config->sieve);
	location_config_free(config->directory);
	g_free(config);
}
