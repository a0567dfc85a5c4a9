/* SPDX-License-Identifier: MIT */
/* convert-all.h - the access lists of many readers, a script for each */
#pragma once

#include "engine/convert/convert.h"

typedef struct DoorstepConvertAll {
	const char *folder; /* of the scripts, NAME.sieve; made if it is not there */
	const char *report; /* (nullable) a file: in JSON, a line for each reader, or text */
	bool strict;
	bool quiet;
} DoorstepConvertAll;

/** @ldif: records (RFC 2849). Returns a DoorstepExit. */
int doorstep_convert_all(const DoorstepConvertAll *all, SieveBytes ldif, const SieveRegistry *registry);
