/* SPDX-License-Identifier: MIT */
/* glob.h - the `*` and `?` matcher (RFC 5228 section 2.7.1), linear in the value for each star */
#pragma once

#include "engine/sieve-ext.h"

#define SIEVE_GLOB_CAPTURES SIEVE_CAPTURES

/** A pattern, made ready. Immutable. */
typedef struct SieveGlob SieveGlob;

/**
 * sieve_glob_new:
 * @fold: (nullable) 256 entries, byte to byte, applied to both sides
 * @arena: where the pattern is made; @fold must live as long, @pattern need not
 *
 * `?` is one UTF-8 character, or one byte where the value is not UTF-8. A backslash makes the next
 * character literal.
 */
const SieveGlob *sieve_glob_new(SieveBytes pattern, const unsigned char *fold, SieveArena *arena);

/**
 * sieve_glob_match:
 * @captures: (nullable) (array length=SIEVE_GLOB_CAPTURES): what each wildcard matched, from left to
 *   right, as short as possible (RFC 5229 section 3.2); of use on success only
 * @ret_n_captures: (nullable) with @captures: how many there are
 * @steps: (inout): grows by the bytes looked at
 */
bool sieve_glob_match(const SieveGlob *glob, SieveBytes value, SieveBytes *captures,
	size_t *ret_n_captures, uint64_t *steps);
