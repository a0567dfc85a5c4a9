/* SPDX-License-Identifier: MIT */
/* remote-ip.c - IP addresses as scripts see them: the two text forms of a client's address */

#include "schema/remote-ip.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "engine/bytes.h"

static const unsigned char mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

bool
location_ip_parse(SieveBytes text, LocationIp *ret_ip)
{
	char literal[INET6_ADDRSTRLEN] = {0};
	LocationIp ip = {.n_octets = 4};

	if (text.len == 0 || text.len >= sizeof(literal) || memchr(text.ptr, '\0', text.len) != NULL)
		return false;
	memcpy(literal, text.ptr, text.len);
	if (inet_pton(AF_INET, literal, ip.octets) != 1) {
		if (inet_pton(AF_INET6, literal, ip.octets) != 1)
			return false;
		ip.n_octets = 16;
	}
	if (ip.n_octets == 16 && memcmp(ip.octets, mapped_prefix, sizeof(mapped_prefix)) == 0) {
		LocationIp plain = {.n_octets = 4};

		memcpy(plain.octets, ip.octets + sizeof(mapped_prefix), 4);
		ip = plain;
	}
	*ret_ip = ip;
	return true;
}

char *
location_ip_print(const LocationIp *ip)
{
	char text[INET6_ADDRSTRLEN];

	/* Cannot fail: the family is known and the buffer fits both. */
	g_assert(inet_ntop(ip->n_octets == 4 ? AF_INET : AF_INET6, ip->octets, text, sizeof(text)) !=
		 NULL);
	return g_strdup(text);
}

char *
location_ip_print_expanded(const LocationIp *ip)
{
	if (ip->n_octets == 4)
		return location_ip_print(ip);
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < ip->n_octets; i += 2)
		g_string_append_printf(
			text, "%s%02x%02x", i == 0 ? "" : ":", ip->octets[i], ip->octets[i + 1]);
	return g_string_free(text, FALSE);
}

char *
location_remote_ip(const char *text)
{
	LocationIp ip;

	return location_ip_parse(sieve_bytes_from_string(text), &ip) ? location_ip_print(&ip) : NULL;
}

char *
location_remote_ip_expanded(const char *text)
{
	LocationIp ip;

	return location_ip_parse(sieve_bytes_from_string(text), &ip) ? location_ip_print_expanded(&ip)
								      : NULL;
}
