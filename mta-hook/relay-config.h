/* SPDX-License-Identifier: MIT */
/* relay-config.h - the key file of doorstep-relay; see examples/config/doorstep-relay.conf */
#pragma once

#include "mta-hook/mx.h"
#include "mta-hook/networks.h"

typedef struct HookRelayConfig {
	char *listen; /* "unix:/path" or "address:port" */
	char *host_name;
	char *next_hop_text; /* (nullable) as written */
	char **allow_networks_text;
	unsigned fallback_after_s;
	unsigned connect_timeout_ms, reply_timeout_ms;		     /* to a mail exchanger */
	unsigned reader_connect_timeout_ms, reader_reply_timeout_ms; /* to a reader's host */
	unsigned max_message_mb, max_recipients, max_connections;
	HookHop *next_hop;   /* (nullable) */
	GHashTable *domains; /* domain in lower case -> HookHop */
	HookNetworks *allow_networks;
} HookRelayConfig;

/** Fails with HOOK_ERROR_CONFIG, a GKeyFileError or a GFileError. */
HookRelayConfig *hook_relay_config_load(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void hook_relay_config_free(HookRelayConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HookRelayConfig, hook_relay_config_free)
