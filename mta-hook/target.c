/* SPDX-License-Identifier: MIT */
/* target.c - which hosts a redirect may name: no loopback, private, multicast or mapped address */

#include "mta-hook/target.h"

#include <arpa/inet.h>

#include "engine/bytes.h"

typedef struct TargetBlock {
	int family;
	unsigned prefix;
	const char *network;
	const char *what;
} TargetBlock;

/* RFC 6890 and its registries: blocks that are not globally reachable, and those in which an IPv4
 * address is hidden, since the hidden one would escape this table. */
static const TargetBlock blocks[] = {
	{AF_INET, 8, "0.0.0.0", "this network (RFC 791)"},
	{AF_INET, 8, "10.0.0.0", "private (RFC 1918)"},
	{AF_INET, 10, "100.64.0.0", "carrier's shared (RFC 6598)"},
	{AF_INET, 8, "127.0.0.0", "loopback (RFC 1122)"},
	{AF_INET, 16, "169.254.0.0", "link-local (RFC 3927)"},
	{AF_INET, 12, "172.16.0.0", "private (RFC 1918)"},
	{AF_INET, 24, "192.0.0.0", "protocol assignment (RFC 6890)"},
	{AF_INET, 24, "192.0.2.0", "documentation (RFC 5737)"},
	{AF_INET, 24, "192.88.99.0", "6to4 relay (RFC 7526)"},
	{AF_INET, 16, "192.168.0.0", "private (RFC 1918)"},
	{AF_INET, 15, "198.18.0.0", "benchmarking (RFC 2544)"},
	{AF_INET, 24, "198.51.100.0", "documentation (RFC 5737)"},
	{AF_INET, 24, "203.0.113.0", "documentation (RFC 5737)"},
	{AF_INET, 4, "224.0.0.0", "multicast (RFC 5771)"},
	{AF_INET, 4, "240.0.0.0", "reserved (RFC 1112)"},
	{AF_INET6, 128, "::1", "loopback (RFC 4291)"},
	{AF_INET6, 96, "::", "IPv4-compatible (RFC 4291)"},
	{AF_INET6, 96, "::ffff:0:0", "IPv4-mapped (RFC 4291)"},
	{AF_INET6, 96, "::ffff:0:0:0", "IPv4-translated (RFC 2765)"},
	{AF_INET6, 96, "64:ff9b::", "NAT64 (RFC 6052)"},
	{AF_INET6, 48, "64:ff9b:1::", "NAT64 (RFC 8215)"},
	{AF_INET6, 64, "100::", "discard (RFC 6666)"},
	{AF_INET6, 23, "2001::", "Teredo and protocol assignments (RFC 2928)"},
	{AF_INET6, 32, "2001:db8::", "documentation (RFC 3849)"},
	{AF_INET6, 16, "2002::", "6to4 (RFC 3056)"},
	{AF_INET6, 7, "fc00::", "unique local (RFC 4193)"},
	{AF_INET6, 10, "fe80::", "link-local (RFC 4291)"},
	{AF_INET6, 10, "fec0::", "site-local (RFC 3879)"},
	{AF_INET6, 8, "ff00::", "multicast (RFC 4291)"},
};

static bool
block_covers(const TargetBlock *block, int family, const unsigned char *address)
{
	unsigned char network[16];
	if (family != block->family || inet_pton(family, block->network, network) != 1)
		return false;
	unsigned whole = block->prefix / 8, rest = block->prefix % 8;
	if (memcmp(address, network, whole) != 0)
		return false;
	unsigned mask = rest ? (0xffu << (8 - rest)) & 0xffu : 0;
	return rest == 0 || (address[whole] & mask) == (network[whole] & mask);
}

static const TargetBlock *
find_block(int family, const unsigned char *address)
{
	for (size_t i = 0; i < G_N_ELEMENTS(blocks); i++)
		if (block_covers(&blocks[i], family, address))
			return &blocks[i];
	return NULL;
}

static bool
refuse(const char *host, const char *why, GError **error)
{
	g_autofree char *escaped = sieve_bytes_escape(sieve_bytes_from_string(host), 64);
	g_set_error(error, HOOK_ERROR, HOOK_ERROR_TARGET, "%s: %s", escaped, why);
	return false;
}

bool
hook_target_check(const char *host, uint16_t port, const HookNetworks *allowed, GError **error)
{
	unsigned char address[16];
	int family = AF_INET;
	if (inet_pton(AF_INET, host, address) != 1) {
		family = AF_INET6;
		if (inet_pton(AF_INET6, host, address) != 1)
			return refuse(host, "no IPv4 or IPv6 address", error);
	}
	if (port != 25 && port != 465 && port != 587 && port < 1024)
		return refuse(host, "a port below 1024 that is not one of SMTP's", error);
	const TargetBlock *block = find_block(family, address);
	if (!block || hook_networks_match(allowed, host))
		return true;
	return refuse(host, block->what, error);
}
