/* SPDX-License-Identifier: MIT */
/* ldif.h - LDIF text to attribute values (RFC 2849)
 *
 * The LDAP library has a parser too, but it opens the files and URLs that `attribute:<` names.
 */
#pragma once

#include "engine/sieve.h"

/** @attribute: without options; both live for the time of the call. Returns: false stops, with @error. */
typedef bool (*LocationLdifTake)(const char *attribute, SieveBytes value, void *user_data,
	GError **error);

/**
 * Gives the lines of the first entry to @take, the DN as attribute "dn". Fails with
 * LOCATION_ERROR_SCHEMA when there is none, or a line makes no sense; says the line's number.
 */
bool location_ldif_parse(SieveBytes text, LocationLdifTake take, void *user_data, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
