/* SPDX-License-Identifier: MIT */
/* address-part.c - :all, :localpart, :domain (RFC 5228 section 2.7.4) */

#include "engine/match.h"

static bool
part_all(const SieveSettings *settings G_GNUC_UNUSED, const SieveAddress *address,
	SieveBytes *ret_part)
{
	*ret_part = address->all;
	return true;
}

/* An address that does not parse has no parts (section 2.7.4: it must not match). */
static bool
part_localpart(const SieveSettings *settings G_GNUC_UNUSED, const SieveAddress *address,
	SieveBytes *ret_part)
{
	if (!address->valid)
		return false;
	*ret_part = address->localpart;
	return true;
}

/* "postmaster" alone, as an envelope may say, has no domain. */
static bool
part_domain(const SieveSettings *settings G_GNUC_UNUSED, const SieveAddress *address,
	SieveBytes *ret_part)
{
	if (!address->valid || address->domain.ptr == NULL)
		return false;
	*ret_part = address->domain;
	return true;
}

const SieveAddressPartDef sieve_core_address_parts[] = {
	{"all", part_all},
	{"localpart", part_localpart},
	{"domain", part_domain},
	{NULL, NULL},
};
