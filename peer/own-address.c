/* SPDX-License-Identifier: MIT */
/* own-address.c - under which address this host is reached from the directory's side */
#include "peer/own-address.h"

#include <gio/gio.h>

#include "peer/line-io.h"

#define LDAP_PORT 389

/* Connecting a datagram socket picks the route and sends nothing. */
static char *
source_of_route(GSocketAddress *target)
{
	g_autoptr(GSocket) probe = g_socket_new(g_socket_address_get_family(target),
		G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);

	if (probe == NULL || !g_socket_connect(probe, target, NULL, NULL))
		return NULL;

	g_autoptr(GSocketAddress) local = g_socket_get_local_address(probe, NULL);

	if (!G_IS_INET_SOCKET_ADDRESS(local))
		return NULL;
	return g_inet_address_to_string(
		g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(local)));
}

static bool
is_loopback(const char *ip)
{
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(ip);

	return address == NULL || g_inet_address_get_is_loopback(address);
}

char *
peer_own_address(const char *ldap_uri, GError **error)
{
	g_autoptr(GSocketConnectable) target =
		g_str_has_prefix(ldap_uri, "ldapi:")
			? NULL
			: g_network_address_parse_uri(ldap_uri, LDAP_PORT, NULL);

	if (target == NULL) {
		g_set_error(error, PEER_ERROR, PEER_ERROR_CONFIG,
			"%s does not tell this host's address: give it with --address or "
			"[presence] publish_ip",
			ldap_uri);
		return NULL;
	}

	g_autoptr(GSocketAddressEnumerator) addresses = g_socket_connectable_enumerate(target);
	g_autofree char *ip = NULL;

	while (ip == NULL) {
		g_autoptr(GSocketAddress) address =
			g_socket_address_enumerator_next(addresses, NULL, NULL);

		if (address == NULL)
			break;
		ip = source_of_route(address);
	}
	if (ip == NULL)
		g_set_error(error, PEER_ERROR, PEER_ERROR_UNREACHABLE, "there is no route to %s",
			ldap_uri);
	else if (is_loopback(ip))
		g_set_error(error, PEER_ERROR, PEER_ERROR_CONFIG,
			"the directory is on this host, so nobody could reach %s: give an address "
			"with "
			"--address or [presence] publish_ip",
			ip);
	else
		return g_steal_pointer(&ip);
	return NULL;
}
