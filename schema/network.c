/* SPDX-License-Identifier: MIT */
/* network.c - a set of IP addresses as a pattern: `*` groups or a prefix length; its Sieve keys */

#include "schema/network.h"

#include <string.h>

#include "engine/bytes.h"

#define MAPPED_PREFIX_BITS 96u /* ::ffff:0:0/96 is IPv4 */

static unsigned
group_bits(const LocationNetwork *network)
{
	return network->n_groups == 4 ? 8 : 16;
}

static uint16_t
group_mask(const LocationNetwork *network)
{
	return network->n_groups == 4 ? 0xff : 0xffff;
}

void
location_network_from_ip(const LocationIp *ip, LocationNetwork *ret_network)
{
	LocationNetwork network = {.n_groups = ip->n_octets == 4 ? 4 : 8};

	for (unsigned i = 0; i < network.n_groups; i++) {
		if (ip->n_octets == 4)
			network.value[i] = ip->octets[i];
		else
			network.value[i] =
				(uint16_t)(ip->octets[2 * i] << 8 | ip->octets[2 * i + 1]);
		network.mask[i] = group_mask(&network);
	}
	*ret_network = network;
}

/* Decimal, no sign, no leading zero. */
static bool
parse_decimal(SieveBytes text, unsigned max, unsigned *ret_number)
{
	unsigned number = 0;

	if (text.len == 0 || text.len > 3 || (text.len > 1 && text.ptr[0] == '0'))
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!g_ascii_isdigit(text.ptr[i]))
			return false;
		number = number * 10 + (unsigned)(text.ptr[i] - '0');
	}
	*ret_number = number;
	return number <= max;
}

static bool
parse_hex(SieveBytes text, unsigned *ret_number)
{
	unsigned number = 0;

	if (text.len == 0 || text.len > 4)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		if (!g_ascii_isxdigit(text.ptr[i]))
			return false;
		number = number << 4 | (unsigned)g_ascii_xdigit_value(text.ptr[i]);
	}
	*ret_number = number;
	return true;
}

/* Groups between separators, each a number or `*`. */
static const char *
parse_groups(SieveBytes text, LocationNetwork *ret_network)
{
	bool v6 = sieve_bytes_find(text, SIEVE_BYTES(":"), 0) != SIZE_MAX;
	const SieveBytes separator = v6 ? SIEVE_BYTES(":") : SIEVE_BYTES(".");
	LocationNetwork network = {.n_groups = v6 ? 8 : 4};
	bool last_is_star = false;
	unsigned n = 0;

	for (size_t at = 0; at <= text.len; n++) {
		size_t end = MIN(sieve_bytes_find(text, separator, at), text.len);
		SieveBytes group = sieve_bytes_slice(text, at, end - at);
		unsigned number = 0;

		if (n == network.n_groups)
			return "too many groups";
		last_is_star = sieve_bytes_equal(group, SIEVE_BYTES("*"));
		if (!last_is_star && !(v6 ? parse_hex(group, &number) : parse_decimal(group, 255, &number)))
			return "a group is neither a number nor *";
		network.value[n] = (uint16_t)number;
		network.mask[n] = last_is_star ? 0 : group_mask(&network);
		at = end + 1;
	}
	if (n < network.n_groups && !last_is_star)
		return "too few groups";
	*ret_network = network;
	return NULL;
}

/* Address, slash, prefix length. */
static const char *
parse_prefix(SieveBytes text, size_t slash, LocationNetwork *ret_network)
{
	SieveBytes literal = sieve_bytes_slice(text, 0, slash);
	LocationNetwork network;
	LocationIp ip;
	unsigned bits = 0;

	if (!location_ip_parse(literal, &ip))
		return "no address before the slash";
	bool v6 = sieve_bytes_find(literal, SIEVE_BYTES(":"), 0) != SIZE_MAX;
	unsigned max = v6 ? 128 : 32;
	if (!parse_decimal(sieve_bytes_slice(text, slash + 1, SIZE_MAX), max, &bits))
		return "the prefix length is no number that fits the address";
	location_network_from_ip(&ip, &network);
	if (v6 && network.n_groups == 4 && bits < MAPPED_PREFIX_BITS)
		return "the address has bits behind the prefix";
	bits -= v6 && network.n_groups == 4 ? MAPPED_PREFIX_BITS : 0;
	for (unsigned i = 0; i < network.n_groups; i++) {
		unsigned width = group_bits(&network);
		unsigned fixed = MIN(bits, width);

		network.mask[i] = (uint16_t)(group_mask(&network) & ~((1u << (width - fixed)) - 1));
		bits -= fixed;
		if ((network.value[i] & ~network.mask[i]) != 0)
			return "the address has bits behind the prefix";
	}
	*ret_network = network;
	return NULL;
}

const char *
location_network_parse(SieveBytes text, LocationNetwork *ret_network)
{
	size_t slash = sieve_bytes_find(text, SIEVE_BYTES("/"), 0);
	LocationIp ip;

	if (slash != SIZE_MAX)
		return parse_prefix(text, slash, ret_network);
	if (sieve_bytes_find(text, SIEVE_BYTES("*"), 0) != SIZE_MAX)
		return parse_groups(text, ret_network);
	if (!location_ip_parse(text, &ip))
		return "neither an address nor an address pattern";
	location_network_from_ip(&ip, ret_network);
	return NULL;
}

unsigned
location_network_count_free_bits(const LocationNetwork *network)
{
	unsigned count = 0;

	for (unsigned i = 0; i < network->n_groups; i++)
		for (unsigned bit = 0; bit < group_bits(network); bit++)
			count += (network->mask[i] >> bit & 1) == 0;
	return count;
}

static char *
print_host(const LocationNetwork *network)
{
	LocationIp ip = {.n_octets = network->n_groups == 4 ? 4 : 16};

	for (unsigned i = 0; i < network->n_groups; i++) {
		if (network->n_groups == 4) {
			ip.octets[i] = (unsigned char)network->value[i];
		} else {
			ip.octets[2 * i] = (unsigned char)(network->value[i] >> 8);
			ip.octets[2 * i + 1] = (unsigned char)network->value[i];
		}
	}
	return location_ip_print(&ip);
}

/* Four digits, `?` for those that are free. */
static void
print_group6(GString *text, uint16_t value, uint16_t mask)
{
	for (int shift = 12; shift >= 0; shift -= 4) {
		unsigned digit = (unsigned)value >> shift & 0xf;

		if ((mask >> shift & 0xf) == 0)
			g_string_append_c(text, '?');
		else
			g_string_append_printf(text, "%x", digit);
	}
}

/* The groups to show: all, so that there are as many dots or colons as in an address and no `*` can
 * match one. Free groups at the end of an IPv6 pattern are one `*` when there is no other: what is
 * before it then has a fixed width, and holds it in place. */
static unsigned
count_shown(const LocationNetwork *network)
{
	unsigned n_fixed = 0;

	while (n_fixed < network->n_groups && network->mask[n_fixed] != 0)
		n_fixed++;
	for (unsigned i = n_fixed; i < network->n_groups; i++)
		if (network->mask[i] != 0)
			return network->n_groups;
	return network->n_groups == 8 && n_fixed > 0 && n_fixed < 8 ? n_fixed + 1
								    : network->n_groups;
}

static char *
print_pattern(const LocationNetwork *network)
{
	GString *text = g_string_new(NULL);
	unsigned n_shown = count_shown(network);

	for (unsigned i = 0; i < n_shown; i++) {
		if (i > 0)
			g_string_append_c(text, network->n_groups == 4 ? '.' : ':');
		if (network->mask[i] == 0)
			g_string_append_c(text, '*');
		else if (network->n_groups == 4)
			g_string_append_printf(text, "%u", network->value[i]);
		else
			print_group6(text, network->value[i], network->mask[i]);
	}
	return g_string_free(text, FALSE);
}

static void
add_key(const LocationNetwork *network, LocationNetworkKeys *keys)
{
	if (location_network_count_free_bits(network) == 0)
		g_ptr_array_add(keys->hosts, print_host(network));
	else
		g_ptr_array_add(network->n_groups == 4 ? keys->patterns : keys->expanded,
			print_pattern(network));
}

/* The bits at the top of a group that a pattern cannot say: part of an octet, or of a digit. Zero
 * when the group is wholly free, or free from a border on. */
static uint16_t
bits_to_enumerate(const LocationNetwork *network, unsigned group)
{
	unsigned width = group_bits(network);
	unsigned step = network->n_groups == 4 ? 8 : 4;
	uint16_t bits = 0;

	for (unsigned at = 0; at < width; at += step) {
		unsigned unit = ((1u << step) - 1) << at;
		unsigned fixed = network->mask[group] & unit;

		if (fixed != 0 && fixed != unit)
			bits = (uint16_t)(bits | (unit & ~fixed));
	}
	return bits;
}

void
location_network_add_keys(const LocationNetwork *network, LocationNetworkKeys *keys)
{
	for (unsigned i = 0; i < network->n_groups; i++) {
		uint16_t open = bits_to_enumerate(network, i);
		LocationNetwork one = *network;

		if (open == 0)
			continue;
		/* A prefix has one such group. Its open bits count from none to all set; adding one to
		 * the bits with those that are not open set carries across them. */
		uint16_t value = 0;
		do {
			one.value[i] = (uint16_t)(network->value[i] | value);
			one.mask[i] = (uint16_t)(network->mask[i] | open);
			add_key(&one, keys);
			value = (uint16_t)(((value | (uint16_t)~open) + 1) & open);
		} while (value != 0);
		return;
	}
	add_key(network, keys);
}
