/* SPDX-License-Identifier: MIT */
/* ldif.h - LDIF text to attribute values and back (RFC 2849)
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

/** Appends the line of one attribute, in base64 where its value is no SAFE-STRING. */
void location_ldif_add(GString *text, const char *attribute, SieveBytes value);
