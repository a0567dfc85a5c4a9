/* SPDX-License-Identifier: MIT */
/* match.c - :is, :contains, :matches (RFC 5228 section 2.7.1) */

#include "engine/match.h"

#include "engine/glob.h"

#include <string.h>

/* Keys folded once, when they are compiled. For :is also a table of them by hash, open addressing,
 * at most half full: a value costs the same against one key and against 100,000. */
typedef struct Matcher {
	const SieveComparatorDef *comparator;
	SieveStrings keys; /* folded */
	uint32_t *slots;   /* (nullable) index of a key plus one; 0 is empty */
	uint32_t mask;	   /* slots less one: a power of two less one */
} Matcher;

static SieveBytes
fold_into(char *buffer, const unsigned char *fold, SieveBytes bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		buffer[i] = (char)fold[(unsigned char)bytes.ptr[i]];
	return (SieveBytes){buffer, bytes.len};
}

static Matcher *
fold_keys(const SieveKeys *keys, SieveArena *arena)
{
	Matcher *matcher = sieve_arena_new_array(arena, Matcher, 1);
	const unsigned char *fold = keys->comparator->fold;
	SieveBytes *folded;

	matcher->comparator = keys->comparator;
	matcher->keys = keys->keys;
	if (fold == NULL)
		return matcher;
	folded = sieve_arena_new_array(arena, SieveBytes, keys->keys.count);
	for (size_t i = 0; i < keys->keys.count; i++) {
		SieveBytes key = keys->keys.items[i];
		folded[i] = fold_into(sieve_arena_alloc(arena, key.len), fold, key);
	}
	matcher->keys.items = folded;
	return matcher;
}

/* FNV-1a over the folded bytes. @fold is (nullable). */
static uint32_t
hash_bytes(SieveBytes bytes, const unsigned char *fold)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char byte = (unsigned char)bytes.ptr[i];
		hash = (hash ^ (fold == NULL ? byte : fold[byte])) * 16777619u;
	}
	return hash ^ hash >> 15;
}

static bool
equal_folded(SieveBytes key, SieveBytes value, const unsigned char *fold)
{
	if (key.len != value.len)
		return false;
	if (fold == NULL)
		return sieve_bytes_equal(key, value);
	for (size_t i = 0; i < key.len; i++)
		if ((unsigned char)key.ptr[i] != fold[(unsigned char)value.ptr[i]])
			return false;
	return true;
}

/* The slot of @value, or the empty one where its search ends. @fold applies to @value alone. */
static uint32_t
find_slot(const Matcher *matcher, SieveBytes value, const unsigned char *fold)
{
	uint32_t slot = hash_bytes(value, fold) & matcher->mask;

	while (matcher->slots[slot] != 0 &&
		!equal_folded(matcher->keys.items[matcher->slots[slot] - 1], value, fold))
		slot = (slot + 1) & matcher->mask;
	return slot;
}

/* Comparators that are neither i;octet nor fold bytes (i;ascii-numeric) get no table: equal keys
 * may then be written in many ways. */
static const void *
compile_is(const SieveKeys *keys, SieveArena *arena)
{
	Matcher *matcher = fold_keys(keys, arena);
	uint32_t size = 4;

	if (!(keys->comparator->ops & SIEVE_COMPARATOR_SUBSTRING) ||
		keys->keys.count > UINT32_MAX / 4)
		return matcher;
	while (size < keys->keys.count * 2)
		size *= 2;
	matcher->slots = sieve_arena_new_array(arena, uint32_t, size);
	matcher->mask = size - 1;
	for (size_t i = 0; i < keys->keys.count; i++) {
		uint32_t slot = find_slot(matcher, matcher->keys.items[i], NULL);
		matcher->slots[slot] = (uint32_t)i + 1;
	}
	return matcher;
}

static bool
match_is(SieveMatching *matching G_GNUC_UNUSED, const void *data, SieveBytes value)
{
	const Matcher *matcher = data;

	if (matcher->slots != NULL)
		return matcher->slots[find_slot(matcher, value, matcher->comparator->fold)] != 0;
	for (size_t i = 0; i < matcher->keys.count; i++)
		if (matcher->comparator->equal(matcher->keys.items[i], value))
			return true;
	return false;
}

static const void *
compile_folded(const SieveKeys *keys, SieveArena *arena)
{
	return fold_keys(keys, arena);
}

/* Each key is one linear search; the first was paid for when the value was offered. */
static bool
match_contains(SieveMatching *matching, const void *data, SieveBytes value)
{
	const Matcher *matcher = data;
	const unsigned char *fold = matcher->comparator->fold;
	g_autofree char *buffer = fold == NULL ? NULL : g_malloc(value.len);

	if (fold != NULL)
		value = fold_into(buffer, fold, value);
	for (size_t i = 0; i < matcher->keys.count; i++) {
		if (i > 0 && !sieve_run_spend(matching->run, value.len + 1, NULL))
			return false;
		if (sieve_bytes_find(value, matcher->keys.items[i], 0) != SIZE_MAX)
			return true;
	}
	return false;
}

static bool
match_matches(SieveMatching *matching, const void *data, SieveBytes value)
{
	const Matcher *matcher = data;

	for (size_t i = 0; i < matcher->keys.count; i++) {
		uint64_t steps = 0;
		bool matched = sieve_glob_match(matcher->keys.items[i], value,
			matcher->comparator->fold, NULL, NULL, &steps);
		if (!sieve_run_spend(matching->run, steps, NULL))
			return false;
		if (matched)
			return true;
	}
	return false;
}

const SieveMatchDef sieve_core_matches[] = {
	{.tag = "is", .needs = SIEVE_COMPARATOR_EQUALITY, .compile = compile_is, .match = match_is},
	{.tag = "contains",
		.needs = SIEVE_COMPARATOR_SUBSTRING,
		.compile = compile_folded,
		.match = match_contains},
	{.tag = "matches",
		.needs = SIEVE_COMPARATOR_SUBSTRING,
		.compile = compile_folded,
		.match = match_matches},
	{NULL},
};
