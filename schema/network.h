/* SPDX-License-Identifier: MIT */
/* network.h - a set of IP addresses as a pattern: `*` groups or a prefix length; its Sieve keys */
#pragma once

#include "schema/remote-ip.h"

/** Addresses that agree with @value where @mask has ones. Groups are octets (IPv4) or 16 bits (IPv6). */
typedef struct LocationNetwork {
	unsigned n_groups; /* 4 or 8 */
	uint16_t value[8]; /* zero where @mask is zero */
	uint16_t mask[8];
} LocationNetwork;

/** One address. */
void location_network_from_ip(const LocationIp *ip, LocationNetwork *ret_network);
/**
 * Reads an address, `140.112.4.*`, `140.112.*` (what is left out after a last `*` is free too),
 * `140.112.16.0/20`, or the same of IPv6, where `*` stands for one group and `::` cannot stand
 * beside it. Returns: NULL, or what is wrong (static).
 */
const char *location_network_parse(SieveBytes text, LocationNetwork *ret_network);
/** The bits that are not fixed; 0 for one address. */
unsigned location_network_count_free_bits(const LocationNetwork *network);

/** Keys of :is and :matches tests, each list of (transfer full) char *, that together match exactly
 * the addresses of the networks that were put in. */
typedef struct LocationNetworkKeys {
	GPtrArray *hosts;    /* :is on LOCATION_REMOTE_IP */
	GPtrArray *patterns; /* :matches on LOCATION_REMOTE_IP; IPv4 */
	GPtrArray *expanded; /* :matches on LOCATION_REMOTE_IP_EXPANDED; IPv6 */
} LocationNetworkKeys;

/** Sieve has no address arithmetic: a prefix that ends inside an octet (IPv6: a digit) becomes one
 * key for each value that the octet can have, at most 128 (IPv6: 8). */
void location_network_add_keys(const LocationNetwork *network, LocationNetworkKeys *keys);
