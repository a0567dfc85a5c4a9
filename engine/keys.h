/* SPDX-License-Identifier: MIT */
/* keys.h - the forms that key lists are compiled into (RFC 5228 section 2.7.1)
 *
 * Each form is immutable and lives in the arena it was made in, so that threads share it. A find
 * function returns the index of a key, or SIEVE_NO_KEY. With @matching->first it is the first key
 * in the script's order; otherwise the one that is found with the least effort. What is looked at
 * beyond one pass over the value is spent; a run that has no steps left gets SIEVE_NO_KEY.
 */
#pragma once

#include "engine/sieve-ext.h"

/** Keys that equal the value, as a hash table: whatever their number, one look-up. */
typedef struct SieveKeysHash SieveKeysHash;
const SieveKeysHash *sieve_keys_hash_new(const SieveKeys *keys, SieveArena *arena);
size_t sieve_keys_hash_find(
	const SieveKeysHash *hash, const SieveMatching *matching, SieveBytes value);

/** Keys that stand anywhere in the value, as one automaton: whatever their number, one pass. */
typedef struct SieveKeysWithin SieveKeysWithin;
const SieveKeysWithin *sieve_keys_within_new(const SieveKeys *keys, SieveArena *arena);
size_t sieve_keys_within_find(
	const SieveKeysWithin *within, const SieveMatching *matching, SieveBytes value);

/** Patterns, found by their rarest literal: only those whose literal is there are tried. */
typedef struct SieveKeysGlob SieveKeysGlob;
const SieveKeysGlob *sieve_keys_glob_new(const SieveKeys *keys, SieveArena *arena);
size_t sieve_keys_glob_find(
	const SieveKeysGlob *globs, const SieveMatching *matching, SieveBytes value);
/** What the wildcards of pattern @key took of @value, which it matches; see sieve_glob_match(). */
size_t sieve_keys_glob_capture(const SieveKeysGlob *globs, size_t key, SieveBytes value,
	SieveBytes *captures, uint64_t *steps);
