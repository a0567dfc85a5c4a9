/* SPDX-License-Identifier: MIT */
/* networks.h - a list of address blocks: "192.0.2.0/24", "2001:db8::/32", "192.0.2.7" */
#pragma once

#include "mta-hook/error.h"

typedef struct HookNetworks HookNetworks;

/**
 * hook_networks_parse:
 * @texts: (array zero-terminated=1) (nullable): NULL is the empty list, which matches nothing
 *
 * Bits set beyond the prefix are an error, since they are more often a slip than meant.
 * Fails with HOOK_ERROR_CONFIG.
 */
HookNetworks *hook_networks_parse(
	const char *const *texts, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void hook_networks_free(HookNetworks *networks);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HookNetworks, hook_networks_free)
/** True when @ip, an address literal in canonical notation (inet_pton), lies in one of the blocks.
 * @networks: (nullable). A v4-mapped IPv6 address is not its IPv4 address here. */
bool hook_networks_match(const HookNetworks *networks, const char *ip);
