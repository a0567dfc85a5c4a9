/* SPDX-License-Identifier: MIT */
/* subaddress.c - :user and :detail, the two sides of the first `+` (RFC 5233) */

#include <string.h>

#include "engine/sieve-ext.h"

#define SEPARATOR '+'

static const char *
find_separator(SieveBytes localpart)
{
	return localpart.len == 0 ? NULL : memchr(localpart.ptr, SEPARATOR, localpart.len);
}

static bool
user_part(const SieveAddress *address, SieveBytes *ret_part)
{
	if (!address->valid)
		return false;
	const char *separator = find_separator(address->localpart);
	*ret_part = address->localpart;
	if (separator != NULL)
		ret_part->len = (size_t)(separator - address->localpart.ptr);
	return true;
}

/* Section 4: without a separator there is no detail, which is not the same as an empty one. */
static bool
detail_part(const SieveAddress *address, SieveBytes *ret_part)
{
	const char *separator = address->valid ? find_separator(address->localpart) : NULL;

	if (separator == NULL)
		return false;
	*ret_part = sieve_bytes_slice(
		address->localpart, (size_t)(separator + 1 - address->localpart.ptr), SIZE_MAX);
	return true;
}

static const SieveAddressPartDef subaddress_parts[] = {
	{.tag = "user", .part = user_part},
	{.tag = "detail", .part = detail_part},
	{.tag = NULL},
};

const SieveExtension sieve_ext_subaddress = {
	.capability = "subaddress",
	.source = "RFC 5233",
	.address_parts = subaddress_parts,
};
