/* SPDX-License-Identifier: MIT */
/* subaddress.c - :user and :detail, the two sides of the first separator (RFC 5233) */

#include <string.h>

#include "engine/sieve-ext.h"

/* Section 4 leaves it to the site what separates the two. */
static const SieveSettingDef subaddress_settings[] = {
	{.name = "recipient_delimiter",
		.type = SIEVE_SETTING_STRING,
		.fallback = "+",
		.legal = "the characters of which any one parts user and detail",
		.help = "what parts user and detail in the local part of an address"},
	{.name = NULL},
};

/* (nullable) the first of them. */
static const char *
find_separator(const SieveSettings *settings, SieveBytes localpart)
{
	const char *separators = sieve_settings_string(settings, &subaddress_settings[0]);

	for (size_t i = 0; i < localpart.len; i++)
		if (localpart.ptr[i] != '\0' && strchr(separators, localpart.ptr[i]) != NULL)
			return localpart.ptr + i;
	return NULL;
}

static bool
user_part(const SieveSettings *settings, const SieveAddress *address, SieveBytes *ret_part)
{
	if (!address->valid)
		return false;
	const char *separator = find_separator(settings, address->localpart);
	*ret_part = address->localpart;
	if (separator != NULL)
		ret_part->len = (size_t)(separator - address->localpart.ptr);
	return true;
}

/* Section 4: without a separator there is no detail, which is not the same as an empty one. */
static bool
detail_part(const SieveSettings *settings, const SieveAddress *address, SieveBytes *ret_part)
{
	const char *separator = address->valid ? find_separator(settings, address->localpart) : NULL;

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
	.settings = subaddress_settings,
};
