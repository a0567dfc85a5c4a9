/* SPDX-License-Identifier: MIT */
/* fuzz-glob.c - key lists of each match type and comparator find what their definition says */

#include "engine/comparator.h"
#include "engine/match.h"
#include "engine/run.h"

#include "t/fuzz/fuzz.h"
#include "t/unit/match-oracle.h"

enum { MAX_KEYS = 24, MAX_BYTES = 400 };

static const MatchOracle oracles[] = {
	match_oracle_is, match_oracle_contains, match_oracle_matches};

/* One key a line. A key that is no UTF-8 gets 0xff for its 8-bit bytes: what is no character can then
 * become none beside the bytes of a value. */
static size_t
split_keys(SieveBytes text, SieveArena *arena, SieveBytes *keys)
{
	size_t count = 0;

	while (count < MAX_KEYS && text.len > 0) {
		size_t end = MIN(sieve_bytes_find(text, SIEVE_BYTES("\n"), 0), text.len);
		SieveBytes key = sieve_bytes_slice(text, 0, end);
		text = sieve_bytes_slice(text, end + 1, text.len);
		char *bytes = sieve_arena_alloc(arena, key.len);
		bool utf8 = g_utf8_validate_len(key.ptr, key.len, NULL);
		for (size_t i = 0; i < key.len; i++)
			bytes[i] = utf8 || (key.ptr[i] & 0x80) == 0 ? key.ptr[i] : '\377';
		keys[count++] = (SieveBytes){bytes, key.len};
	}
	return count;
}

static void
check(size_t match_type, const SieveKeys *keys, SieveBytes value, SieveArena *arena)
{
	const SieveMatchDef *match = &sieve_core_matches[match_type];
	MatchOracle oracle = oracles[match_type];
	SieveRun run = {.max_steps = SIEVE_LIMIT_RUN_STEPS};
	SieveMatching any = {.run = &run};
	SieveMatching first = {.run = &run, .first = true};
	const void *matcher = match->compile(keys, arena);
	size_t expected = 0;

	while (expected < keys->keys.count &&
		!oracle(keys->comparator, keys->keys.items[expected], value))
		expected++;
	bool holds = expected < keys->keys.count;
	g_assert_cmpint(match->match(&first, matcher, value), ==, holds);
	g_assert_cmpint(match->match(&any, matcher, value), ==, holds);
	if (!holds)
		return;
	g_assert_cmpuint(first.key, ==, expected);
	g_assert_cmpuint(any.key, <, keys->keys.count);
	g_assert_true(oracle(keys->comparator, keys->keys.items[any.key], value));
	if (match->capture == NULL)
		return;
	SieveBytes captures[SIEVE_CAPTURES + 1];
	first.matcher = matcher;
	first.value = value;
	size_t n_captures = match->capture(&first, captures);
	for (size_t i = 0; i < n_captures; i++)
		fuzz_check_within(captures[i], value);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SieveBytes input = {(const char *)data, MIN(size, MAX_BYTES)};
	g_autoptr(GBytes) lines = fuzz_take_part(&input);
	g_autoptr(GBytes) value = fuzz_take_part(&input);
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveBytes items[MAX_KEYS];
	SieveStrings strings = {items, split_keys(fuzz_bytes(lines), arena, items)};
	const SieveKeys octet = {.comparator = &sieve_comparator_octet, .keys = strings};
	const SieveKeys casemap = {.comparator = &sieve_comparator_ascii_casemap, .keys = strings};

	for (size_t match = 0; match < G_N_ELEMENTS(oracles); match++) {
		check(match, &octet, fuzz_bytes(value), arena);
		check(match, &casemap, fuzz_bytes(value), arena);
	}
	return 0;
}
