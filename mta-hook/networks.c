/* SPDX-License-Identifier: MIT */
/* networks.c - a list of address blocks: "192.0.2.0/24", "2001:db8::/32", "192.0.2.7" */

#include "mta-hook/networks.h"

#include <arpa/inet.h>
#include <gio/gio.h>

struct HookNetworks {
	GPtrArray *masks; /* of GInetAddressMask */
};

HookNetworks *
hook_networks_parse(const char *const *texts, GError **error)
{
	g_autoptr(HookNetworks) networks = g_new0(HookNetworks, 1);
	networks->masks = g_ptr_array_new_with_free_func(g_object_unref);
	for (; texts && *texts; texts++) {
		g_autoptr(GError) reason = NULL;
		GInetAddressMask *mask = g_inet_address_mask_new_from_string(*texts, &reason);
		if (!mask) {
			g_set_error(error, HOOK_ERROR, HOOK_ERROR_CONFIG,
				"\"%s\" is no address block: %s", *texts, reason->message);
			return NULL;
		}
		g_ptr_array_add(networks->masks, mask);
	}
	return g_steal_pointer(&networks);
}

void
hook_networks_free(HookNetworks *networks)
{
	if (!networks)
		return;
	g_ptr_array_unref(networks->masks);
	g_free(networks);
}

/* inet_pton() alone: GLib's own parser also takes zone names, which mean nothing in a record. */
static GInetAddress *
parse_ip(const char *ip)
{
	unsigned char bytes[16];
	if (inet_pton(AF_INET, ip, bytes) == 1)
		return g_inet_address_new_from_bytes(bytes, G_SOCKET_FAMILY_IPV4);
	if (inet_pton(AF_INET6, ip, bytes) == 1)
		return g_inet_address_new_from_bytes(bytes, G_SOCKET_FAMILY_IPV6);
	return NULL;
}

bool
hook_networks_match(const HookNetworks *networks, const char *ip)
{
	g_autoptr(GInetAddress) address = parse_ip(ip);
	if (!networks || !address)
		return false;
	for (unsigned i = 0; i < networks->masks->len; i++)
		if (g_inet_address_mask_matches(networks->masks->pdata[i], address))
			return true;
	return false;
}
