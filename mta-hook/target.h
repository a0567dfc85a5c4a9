/* SPDX-License-Identifier: MIT */
/* target.h - which hosts a redirect may name: no loopback, private, multicast or mapped address
 *
 * A record or a 551 says where to connect to, so whoever writes one could aim mail servers at
 * machines that only they can reach. Both programs ask here before they pass an address on or use
 * it.
 */
#pragma once

#include "mta-hook/networks.h"

/**
 * hook_target_check:
 * @host: address literal without brackets; anything else is refused (names, octal, decimal forms)
 * @port: 25, 465, 587 or from 1024 up; the other low ports belong to other services
 * @allowed: (nullable) blocks that are let through although they are not public
 *
 * Fails with HOOK_ERROR_TARGET.
 */
bool hook_target_check(const char *host, uint16_t port, const HookNetworks *allowed,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
