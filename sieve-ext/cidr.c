/* SPDX-License-Identifier: MIT */
/* cidr.c - :cidr, a match type for addresses of hosts (vnd.doorstep.cidr, doc/sieve-extensions.md) */

#include "engine/sieve-ext.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

enum { ADDRESS_BYTES = 16, ADDRESS_BITS = 128, IPV4_PREFIX_BITS = 96, IPV4_BITS = 32 };

/* A block of addresses; IPv4 is mapped (RFC 4291 section 2.5.5.2). */
typedef struct Prefix {
	unsigned char address[ADDRESS_BYTES]; /* no bit behind @bits is set */
	unsigned bits;
	uint32_t key; /* index of the first that says it */
} Prefix;

/* Sorted by length, then by address, then by key. */
typedef struct Prefixes {
	const Prefix *items;
	size_t count;
	size_t first[ADDRESS_BITS + 2]; /* of each length; the end of the one before */
} Prefixes;

/* --- Reading -------------------------------------------------------------------------------------- */

static bool
parse_address(SieveBytes text, unsigned char address[ADDRESS_BYTES], bool *ret_ipv4)
{
	char buffer[INET6_ADDRSTRLEN];

	/* RFC 5321 section 4.1.3: as address literals say it. */
	if (text.len > 2 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']')
		text = sieve_bytes_slice(text, 1, text.len - 2);
	if (sieve_bytes_equal_nocase(sieve_bytes_slice(text, 0, 5), SIEVE_BYTES("IPv6:")))
		text = sieve_bytes_slice(text, 5, SIZE_MAX);
	if (text.len == 0 || text.len >= sizeof(buffer) || memchr(text.ptr, '\0', text.len) != NULL)
		return false;
	memcpy(buffer, text.ptr, text.len);
	buffer[text.len] = '\0';
	*ret_ipv4 = strchr(buffer, ':') == NULL;
	if (!*ret_ipv4)
		return inet_pton(AF_INET6, buffer, address) == 1;
	memset(address, 0, 10);
	memset(address + 10, 0xff, 2);
	return inet_pton(AF_INET, buffer, address + 12) == 1;
}

/* True when a bit was set that does not belong to the prefix. */
static bool
clear_host_bits(Prefix *prefix)
{
	bool any = false;

	for (unsigned bit = prefix->bits; bit < ADDRESS_BITS; bit++) {
		unsigned char mask = (unsigned char)(0x80u >> bit % 8);
		any = any || (prefix->address[bit / 8] & mask) != 0;
		prefix->address[bit / 8] &= (unsigned char)~mask;
	}
	return any;
}

/* (nullable) (static) what is wrong with it. */
static const char *
parse_prefix(SieveBytes key, Prefix *ret_prefix)
{
	size_t slash = MIN(sieve_bytes_find(key, SIEVE_BYTES("/"), 0), key.len);
	SieveBytes digits = sieve_bytes_slice(key, slash + 1, SIZE_MAX);
	unsigned bits = 0;
	bool ipv4;

	if (!parse_address(sieve_bytes_slice(key, 0, slash), ret_prefix->address, &ipv4))
		return "it is no address of IPv4 or IPv6";
	unsigned max = ipv4 ? IPV4_BITS : ADDRESS_BITS;
	if (slash == key.len)
		bits = max;
	else if (digits.len == 0 || digits.len > 3)
		return "a number of bits follows the slash";
	for (size_t i = 0; i < digits.len; i++) {
		if (!g_ascii_isdigit(digits.ptr[i]))
			return "a number of bits follows the slash";
		bits = bits * 10 + (unsigned)(digits.ptr[i] - '0');
	}
	if (bits > max)
		return ipv4 ? "an address of IPv4 has 32 bits" : "an address of IPv6 has 128 bits";
	ret_prefix->bits = bits + (ipv4 ? IPV4_PREFIX_BITS : 0);
	return clear_host_bits(ret_prefix) ? "bits are set behind the prefix" : NULL;
}

static void
check_prefix(SieveCheck *check, const SieveArg *arg, SieveBytes key)
{
	Prefix prefix;
	const char *problem = parse_prefix(key, &prefix);
	g_autofree char *shown = sieve_bytes_escape(key, 80);

	if (problem != NULL)
		sieve_check_error(check, arg, "write it as 192.0.2.0/24 or 2001:db8::/32",
			"\"%s\" is no block of addresses: %s", shown, problem);
}

/* --- Matching ------------------------------------------------------------------------------------- */

static int
compare_prefixes(const void *a, const void *b)
{
	const Prefix *x = a;
	const Prefix *y = b;
	int order = memcmp(x->address, y->address, ADDRESS_BYTES);

	if (x->bits != y->bits)
		return x->bits < y->bits ? -1 : 1;
	if (order != 0)
		return order;
	return x->key < y->key ? -1 : x->key > y->key;
}

static const void *
compile_keys(const SieveKeys *keys, SieveArena *arena)
{
	Prefixes *prefixes = sieve_arena_new_array(arena, Prefixes, 1);
	Prefix *items = sieve_arena_new_array(arena, Prefix, keys->keys.count);
	size_t at = 0;

	for (size_t i = 0; i < keys->keys.count; i++)
		if (parse_prefix(keys->keys.items[i], &items[prefixes->count]) == NULL)
			items[prefixes->count++].key = (uint32_t)i;
	if (prefixes->count > 0)
		qsort(items, prefixes->count, sizeof(items[0]), compare_prefixes);
	prefixes->items = items;
	for (unsigned bits = 0; bits <= ADDRESS_BITS + 1; bits++) {
		while (at < prefixes->count && items[at].bits < bits)
			at++;
		prefixes->first[bits] = at;
	}
	return prefixes;
}

/* The first of those with the length and address of @wanted; SIEVE_NO_KEY when there is none. */
static size_t
find_prefix(const Prefixes *prefixes, const Prefix *wanted)
{
	size_t low = prefixes->first[wanted->bits];
	size_t end = prefixes->first[wanted->bits + 1];
	size_t high = end;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (memcmp(prefixes->items[middle].address, wanted->address, ADDRESS_BYTES) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	bool found = low < end &&
		     memcmp(prefixes->items[low].address, wanted->address, ADDRESS_BYTES) == 0;
	return found ? prefixes->items[low].key : SIEVE_NO_KEY;
}

/* Each length that keys have is looked up once, the longest first. */
static bool
match_address(SieveMatching *matching, const void *matcher, SieveBytes value)
{
	const Prefixes *prefixes = matcher;
	Prefix wanted;
	bool ipv4;

	if (!parse_address(sieve_bytes_trim(value), wanted.address, &ipv4))
		return false;
	for (unsigned bits = ADDRESS_BITS + 1; bits-- > 0;) {
		if (prefixes->first[bits] == prefixes->first[bits + 1])
			continue;
		wanted.bits = bits;
		(void)clear_host_bits(&wanted);
		size_t key = find_prefix(prefixes, &wanted);
		matching->key = MIN(matching->key, key);
		if (key != SIEVE_NO_KEY && !matching->first)
			break;
	}
	return matching->key != SIEVE_NO_KEY;
}

static const SieveMatchDef cidr_matches[] = {
	{.tag = "cidr",
		.needs = SIEVE_COMPARATOR_EQUALITY,
		.raw = true,
		.check_key = check_prefix,
		.compile = compile_keys,
		.match = match_address},
	{.tag = NULL},
};

const SieveExtension sieve_ext_cidr = {
	.capability = "vnd.doorstep.cidr",
	.source = "doc/sieve-extensions.md",
	.matches = cidr_matches,
};
