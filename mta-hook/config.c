/* SPDX-License-Identifier: MIT */
/* config.c - the key file of doorstep-hook to a struct */

#include "mta-hook/config.h"

#include <string.h>

#include "mta-hook/settings.h"

#define FIELD(name) offsetof(HookConfig, name)

static const HookSetting settings[] = {
	{"hook", "milter", HOOK_SETTING_STRING, FIELD(milter), "unix:/run/doorstep/hook.sock", 0,
		0},
	{"hook", "host_name", HOOK_SETTING_STRING, FIELD(host_name), NULL, 0, 0},
	{"hook", "socket_mode", HOOK_SETTING_OCTAL, FIELD(socket_mode), "0660", 0, 0},
	{"hook", "directory_retry_s", HOOK_SETTING_UINT, FIELD(directory_retry_s), "10", 1, 3600},
	{"redirect", "clients", HOOK_SETTING_STRING, FIELD(redirect), "listed", 0, 0},
	{"redirect", "networks", HOOK_SETTING_STRINGS, FIELD(redirect_clients), NULL, 0, 0},
	{"redirect", "allow_networks", HOOK_SETTING_STRINGS, FIELD(allow_networks), NULL, 0, 0},
	{"socketmap", "listen", HOOK_SETTING_STRING, FIELD(socketmap), NULL, 0, 0},
	{"socketmap", "transport", HOOK_SETTING_STRING, FIELD(transport), "smtp", 0, 0},
	{"socketmap", "in_clear", HOOK_SETTING_BOOL, FIELD(relay_in_clear), "false", 0, 0},
	{"notify", "enabled", HOOK_SETTING_BOOL, FIELD(notify), "true", 0, 0},
	{"notify", "sender", HOOK_SETTING_STRING, FIELD(notify_sender), NULL, 0, 0},
	{"notify", "interval_s", HOOK_SETTING_UINT, FIELD(notify_interval_s), "60", 0, 86400},
	{"notify", "queue", HOOK_SETTING_UINT, FIELD(notify_queue_max), "1000", 1, 100000},
	{"notify", "timeout_ms", HOOK_SETTING_UINT, FIELD(notify_timeout_ms), "5000", 100, 60000},
	{NULL, NULL, HOOK_SETTING_STRING, 0, NULL, 0, 0},
};

static bool
take_policy(HookConfig *config, GError **error)
{
	static const char *const names[] = {
		[HOOK_REDIRECT_NEVER] = "never",
		[HOOK_REDIRECT_LISTED] = "listed",
		[HOOK_REDIRECT_ALL] = "all",
	};
	unsigned which = 0;
	while (which < G_N_ELEMENTS(names) && g_strcmp0(names[which], config->redirect) != 0)
		which++;
	if (which == G_N_ELEMENTS(names)) {
		g_set_error(error, HOOK_ERROR, HOOK_ERROR_CONFIG,
			"[redirect] clients = %s: neither never, listed nor all", config->redirect);
		return false;
	}
	HookPolicy *policy = &config->policy;
	policy->redirect = (HookRedirectPolicy)which;
	policy->relay = config->socketmap != NULL;
	policy->relay_in_clear = config->relay_in_clear;
	policy->redirect_clients =
		hook_networks_parse((const char *const *)config->redirect_clients, error);
	if (!policy->redirect_clients)
		return false;
	policy->allow_networks =
		hook_networks_parse((const char *const *)config->allow_networks, error);
	return policy->allow_networks != NULL;
}

HookConfig *
hook_config_load(const char *path, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(HookConfig) config = g_new0(HookConfig, 1);
	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, error) ||
		!hook_settings_load(file, settings, "directory", config, error) ||
		!take_policy(config, error)) {
		g_prefix_error(error, "%s: ", path);
		return NULL;
	}
	config->host_name = hook_settings_host_name(config->host_name);
	config->directory = location_config_load(file, error);
	if (!config->directory) {
		g_prefix_error(error, "%s: ", path);
		return NULL;
	}
	return g_steal_pointer(&config);
}

void
hook_config_free(HookConfig *config)
{
	if (!config)
		return;
	g_free(config->milter);
	g_free(config->socketmap);
	g_free(config->transport);
	g_free(config->host_name);
	g_free(config->redirect);
	g_strfreev(config->redirect_clients);
	g_strfreev(config->allow_networks);
	g_free(config->notify_sender);
	hook_networks_free(config->policy.redirect_clients);
	hook_networks_free(config->policy.allow_networks);
	location_config_free(config->directory);
	g_free(config);
}
