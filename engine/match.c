/* SPDX-License-Identifier: MIT */
/* match.c - :is, :contains, :matches (RFC 5228 section 2.7.1) */

#include "engine/match.h"

#include "engine/keys.h"

static bool
tell(SieveMatching *matching, size_t key)
{
	matching->key = key;
	return key != SIEVE_NO_KEY;
}

static const void *
compile_is(const SieveKeys *keys, SieveArena *arena)
{
	return sieve_keys_hash_new(keys, arena);
}

static bool
match_is(SieveMatching *matching, const void *hash, SieveBytes value)
{
	return tell(matching, sieve_keys_hash_find(hash, matching, value));
}

static const void *
compile_contains(const SieveKeys *keys, SieveArena *arena)
{
	return sieve_keys_within_new(keys, arena);
}

static bool
match_contains(SieveMatching *matching, const void *within, SieveBytes value)
{
	return tell(matching, sieve_keys_within_find(within, matching, value));
}

static const void *
compile_matches(const SieveKeys *keys, SieveArena *arena)
{
	return sieve_keys_glob_new(keys, arena);
}

static bool
match_matches(SieveMatching *matching, const void *globs, SieveBytes value)
{
	return tell(matching, sieve_keys_glob_find(globs, matching, value));
}

static size_t
capture_matches(const SieveMatching *matching, SieveBytes *captures)
{
	uint64_t steps = 0;
	size_t count = sieve_keys_glob_capture(
		matching->matcher, matching->key, matching->value, captures + 1, &steps);

	captures[0] = matching->value;
	return sieve_run_spend(matching->run, steps, NULL) ? count + 1 : 0;
}

const SieveMatchDef sieve_core_matches[] = {
	{.tag = "is",
		.needs = SIEVE_COMPARATOR_EQUALITY,
		.compile = compile_is,
		.match = match_is},
	{.tag = "contains",
		.needs = SIEVE_COMPARATOR_SUBSTRING,
		.compile = compile_contains,
		.match = match_contains},
	{.tag = "matches",
		.needs = SIEVE_COMPARATOR_SUBSTRING,
		.patterns = true,
		.compile = compile_matches,
		.match = match_matches,
		.capture = capture_matches},
	{.tag = NULL},
};
