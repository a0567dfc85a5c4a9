/* SPDX-License-Identifier: MIT */
/* relay-config.c - the key file of doorstep-relay to a struct */

#include "mta-hook/relay-config.h"

#include "mta-hook/settings.h"

#define FIELD(name) offsetof(HookRelayConfig, name)

static const HookSetting settings[] = {
	{"relay", "listen", HOOK_SETTING_STRING, FIELD(listen), "127.0.0.1:2424", 0, 0},
	{"relay", "host_name", HOOK_SETTING_STRING, FIELD(host_name), NULL, 0, 0},
	{"relay", "next_hop", HOOK_SETTING_STRING, FIELD(next_hop_text), NULL, 0, 0},
	{"relay", "fallback_after_s", HOOK_SETTING_UINT, FIELD(fallback_after_s), "900", 0, 432000},
	{"relay", "allow_networks", HOOK_SETTING_STRINGS, FIELD(allow_networks_text), NULL, 0, 0},
	{"relay", "connect_timeout_ms", HOOK_SETTING_UINT, FIELD(connect_timeout_ms), "30000", 100,
		600000},
	{"relay", "reply_timeout_ms", HOOK_SETTING_UINT, FIELD(reply_timeout_ms), "300000", 100,
		600000},
	{"relay", "reader_connect_timeout_ms", HOOK_SETTING_UINT, FIELD(reader_connect_timeout_ms),
		"5000", 100, 600000},
	{"relay", "reader_reply_timeout_ms", HOOK_SETTING_UINT, FIELD(reader_reply_timeout_ms),
		"30000", 100, 600000},
	{"relay", "max_message_mb", HOOK_SETTING_UINT, FIELD(max_message_mb), "50", 1, 1024},
	{"relay", "max_recipients", HOOK_SETTING_UINT, FIELD(max_recipients), "100", 100, 10000},
	{"relay", "max_connections", HOOK_SETTING_UINT, FIELD(max_connections), "50", 1, 1000},
	{NULL, NULL, HOOK_SETTING_STRING, 0, NULL, 0, 0},
};

static bool
take_domains(HookRelayConfig *config, GKeyFile *file, GError **error)
{
	g_auto(GStrv) names = g_key_file_get_keys(file, "domains", NULL, NULL);
	config->domains = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, (GDestroyNotify)hook_hop_free);
	for (char **name = names; name && *name; name++) {
		g_autofree char *text = g_key_file_get_string(file, "domains", *name, NULL);
		HookHop *hop = hook_hop_parse(text ? g_strstrip(text) : "", error);
		if (!hop) {
			g_prefix_error(error, "[domains] %s: ", *name);
			return false;
		}
		g_hash_table_insert(config->domains, g_ascii_strdown(*name, -1), hop);
	}
	return true;
}

static bool
take_routes(HookRelayConfig *config, GKeyFile *file, GError **error)
{
	if (config->next_hop_text) {
		config->next_hop = hook_hop_parse(config->next_hop_text, error);
		if (!config->next_hop)
			return false;
	}
	config->allow_networks =
		hook_networks_parse((const char *const *)config->allow_networks_text, error);
	return config->allow_networks && take_domains(config, file, error);
}

HookRelayConfig *
hook_relay_config_load(const char *path, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(HookRelayConfig) config = g_new0(HookRelayConfig, 1);
	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, error) ||
		!hook_settings_load(file, settings, "domains", config, error) ||
		!take_routes(config, file, error)) {
		g_prefix_error(error, "%s: ", path);
		return NULL;
	}
	config->host_name = hook_settings_host_name(config->host_name);
	return g_steal_pointer(&config);
}

void
hook_relay_config_free(HookRelayConfig *config)
{
	if (!config)
		return;
	g_free(config->listen);
	g_free(config->host_name);
	g_free(config->next_hop_text);
	g_strfreev(config->allow_networks_text);
	hook_hop_free(config->next_hop);
	g_clear_pointer(&config->domains, g_hash_table_unref);
	hook_networks_free(config->allow_networks);
	g_free(config);
}
