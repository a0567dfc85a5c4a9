/* SPDX-License-Identifier: MIT */
/* remote-ip.h - IP addresses as scripts see them: the two text forms of a client's address
 *
 * Both go to a run as environment items. "remote-ip" (RFC 5183) is the canonical form of RFC 5952.
 * LOCATION_REMOTE_IP_EXPANDED is, for IPv6, eight groups of four digits each, since `::` may stand
 * for any number of groups and leaves nothing for a pattern to hold on to. IPv4 is dotted decimal in
 * both, and so is an IPv4-mapped IPv6 address (RFC 4291 section 2.5.5.2).
 */
#pragma once

#include "engine/sieve.h"

#define LOCATION_REMOTE_IP "remote-ip"
#define LOCATION_REMOTE_IP_EXPANDED "vnd.doorstep.remote-ip-expanded"

/** An address as 4 or 16 octets in network order. */
typedef struct LocationIp {
	unsigned char octets[16];
	unsigned n_octets; /* 4 or 16 */
} LocationIp;

/** Reads an IPv4 or IPv6 literal without brackets, zone or port; mapped addresses become IPv4. */
bool location_ip_parse(SieveBytes text, LocationIp *ret_ip);
/** (transfer full) the canonical form. */
char *location_ip_print(const LocationIp *ip);
/** (transfer full) the expanded form. */
char *location_ip_print_expanded(const LocationIp *ip);

/** (transfer full) (nullable) forms of the address literal @text; NULL when it is none. */
char *location_remote_ip(const char *text);
char *location_remote_ip_expanded(const char *text);
