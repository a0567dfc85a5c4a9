/* SPDX-License-Identifier: MIT */
/* socketmap-server.h - connections of MTAs that ask the socketmap, one thread each */
#pragma once

#include "mta-hook/socketmap.h"

typedef struct HookSocketmapServer HookSocketmapServer;

/**
 * hook_socketmap_server_new:
 * @address: "127.0.0.1:10027", "[::1]:10027", "unix:/path"
 * @socket_mode: of a unix socket
 * @map: must outlive the server
 */
HookSocketmapServer *hook_socketmap_server_new(const char *address, unsigned socket_mode,
	const HookSocketmap *map, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void hook_socketmap_server_free(HookSocketmapServer *server);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HookSocketmapServer, hook_socketmap_server_free)
