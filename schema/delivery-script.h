/* SPDX-License-Identifier: MIT */
/* delivery-script.h - a record to the reader's delivery script: access list, redirect logic, include */
#pragma once

#include "schema/location-record.h"

typedef struct LocationScriptOptions {
	const char *personal_script; /* (nullable) name for include :personal; NULL: no include */
	/* Where the reader is now, when this host is one they have left; NULL: they are here. */
	const LocationRecord *elsewhere;
} LocationScriptOptions;

/**
 * location_delivery_script:
 * @ret_problems: (out) (transfer full): as location_mailfilter_parse() gives them; they also stand in
 *   the script as comments
 *
 * Returns: (transfer full) plain commented Sieve in the printer's canonical layout, NUL-terminated.
 */
char *location_delivery_script(const LocationRecord *record, const LocationScriptOptions *options,
	char ***ret_problems);
