/* SPDX-License-Identifier: MIT */
/* postfix.h - what the tables of Postfix share: the actions of access(5) and header_checks(5) */
#pragma once

#include "engine/convert/access.h"

/** Reads "REJECT text" and the like. What it is to the line: with SIEVE_CONVERT_NOT_EXPRESSIBLE there is no
 * verdict. @ret_note: (nullable). */
SieveConvertClass convert_postfix_action(
	SieveBytes action, ConvertVerdict *ret_verdict, const char **ret_note);
/** True for "Name: value". */
bool convert_is_field(SieveBytes text);
/** Classes all lines of @logical. */
void convert_set_logical(SieveConversion *conversion, const ConvertLogical *logical,
	SieveConvertClass class, const char *note);
