/* SPDX-License-Identifier: MIT */
/* glob.h - the `*` and `?` matcher (RFC 5228 section 2.7.1), linear in the value for each star */
#pragma once

#include "engine/sieve-ext.h"

#define SIEVE_GLOB_CAPTURES SIEVE_CAPTURES

/**
 * sieve_glob_match:
 * @fold: (nullable) 256 entries, byte to byte, applied to both sides
 * @captures: (nullable) (array length=SIEVE_GLOB_CAPTURES): what each wildcard matched, from left to
 *   right, as short as possible (RFC 5229 section 3.2); written on success only
 * @steps: (inout): grows by the bytes looked at
 *
 * `?` is one UTF-8 character, or one byte where the value is not UTF-8. A backslash makes the next
 * character literal.
 */
bool sieve_glob_match(SieveBytes pattern, SieveBytes value, const unsigned char *fold,
	SieveBytes *captures, size_t *ret_n_captures, uint64_t *steps);
