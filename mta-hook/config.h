/* SPDX-License-Identifier: MIT */
/* config.h - the key file of doorstep-hook; documented in examples/config/doorstep-hook.conf */
#pragma once

#include "mta-hook/decide.h"
#include "mta-hook/notify.h"
#include "schema/location.h"

typedef struct HookConfig {
	char *milter;	 /* "unix:/path" or "address:port" */
	char *socketmap; /* (nullable) the same; NULL: no socketmap */
	char *transport; /* the MTA's transport for reader's hosts */
	char *host_name;
	char *redirect;				   /* as written; see @policy */
	char **redirect_clients, **allow_networks; /* as written; see @policy */
	unsigned socket_mode;
	unsigned directory_retry_s;
	bool relay_in_clear;
	bool notify;
	char *notify_sender; /* (nullable) */
	unsigned notify_interval_s, notify_queue_max, notify_timeout_ms;
	HookPolicy policy;
	LocationConfig *directory;
} HookConfig;

/** Fails with HOOK_ERROR_CONFIG, LOCATION_ERROR_CONFIG, a GKeyFileError or a GFileError. */
HookConfig *hook_config_load(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void hook_config_free(HookConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HookConfig, hook_config_free)
