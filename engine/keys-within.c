/* SPDX-License-Identifier: MIT */
/* keys-within.c - keys that stand anywhere in the value (RFC 5228 section 2.7.1, :contains) */

#include "engine/keys.h"

#include "engine/fold.h"
#include "engine/trie.h"

/* A search of quadratic time costs no more than the preparations of a linear one. */
#define SHORT_VALUE 256u

struct SieveKeysWithin {
	const unsigned char *fold; /* (nullable) */
	SieveStrings keys;	   /* folded; kept when there is no automaton */
	const SieveTrie *automaton; /* (nullable) */
	const uint32_t *first; /* for each word the first key that stands where the word ends */
};

/* Equal keys become one word, known by the first of them. */
static size_t
make_words(SieveStrings keys, SieveWord *words)
{
	size_t count = 0;

	for (size_t i = 0; i < keys.count; i++)
		words[i] = (SieveWord){keys.items[i], (uint32_t)i};
	sieve_words_sort(words, keys.count);
	for (size_t i = 0; i < keys.count; i++)
		if (i == 0 || !sieve_bytes_equal(words[i].bytes, words[count - 1].bytes))
			words[count++] = words[i];
	return count;
}

/* Where a word ends, all that it ends with ends too. Shorter words have lower places. */
static const uint32_t *
make_first(const SieveTrie *trie, SieveArena *arena)
{
	uint32_t *first = sieve_arena_new_array(arena, uint32_t, trie->n_words);

	for (uint32_t i = 0; i < trie->n_words; i++) {
		uint32_t shorter = trie->shorter[i];
		first[i] = trie->words[i];
		if (shorter != SIEVE_TRIE_NONE)
			first[i] = MIN(first[i], first[shorter]);
	}
	return first;
}

static void
make_automaton(SieveKeysWithin *within, SieveStrings keys, SieveArena *arena)
{
	g_autofree SieveWord *words = g_new(SieveWord, keys.count);
	SieveTrie *trie = sieve_trie_new(words, make_words(keys, words), arena);

	if (trie == NULL)
		return;
	sieve_trie_make_automaton(trie, arena);
	within->automaton = trie;
	within->first = make_first(trie, arena);
}

/* The bytes of the keys are in the automaton; their folded copies need not outlive this. */
const SieveKeysWithin *
sieve_keys_within_new(const SieveKeys *keys, SieveArena *arena)
{
	SieveKeysWithin *within = sieve_arena_new_array(arena, SieveKeysWithin, 1);
	g_autoptr(SieveArena) scratch = sieve_arena_new();

	within->fold = keys->comparator->fold;
	if (keys->keys.count > 1)
		make_automaton(within, sieve_fold_all(scratch, within->fold, keys->keys), arena);
	if (within->automaton == NULL)
		within->keys = sieve_fold_all(arena, within->fold, keys->keys);
	return within;
}

/* Whether the folded @key stands in @value; byte by byte, without a folded copy of the value. */
static bool
stands_in_short(const unsigned char *fold, SieveBytes key, SieveBytes value)
{
	for (size_t at = 0; at + key.len <= value.len; at++) {
		size_t same = 0;
		if (key.len > 0 && fold[(unsigned char)value.ptr[at]] != (unsigned char)key.ptr[0])
			continue;
		while (same < key.len &&
			fold[(unsigned char)value.ptr[at + same]] == (unsigned char)key.ptr[same])
			same++;
		if (same == key.len)
			return true;
	}
	return false;
}

/* One search for each key; the first was paid for when the value was offered. What is long is folded
 * first, for a search that is linear in its length. */
static size_t
find_plainly(const SieveKeysWithin *within, const SieveMatching *matching, SieveBytes value)
{
	bool byte_by_byte = within->fold != NULL && value.len <= SHORT_VALUE;
	bool folded = within->fold != NULL && !byte_by_byte;
	g_autofree char *buffer = folded ? g_malloc(value.len) : NULL;

	if (folded)
		value = sieve_fold_into(buffer, within->fold, value);
	for (size_t i = 0; i < within->keys.count; i++) {
		if (i > 0 && !sieve_run_spend(matching->run, value.len + 1, NULL))
			return SIEVE_NO_KEY;
		SieveBytes key = within->keys.items[i];
		if (byte_by_byte ? stands_in_short(within->fold, key, value)
				 : sieve_bytes_find(value, key, 0) != SIZE_MAX)
			return i;
	}
	return SIEVE_NO_KEY;
}

static size_t
find_in_pass(const SieveKeysWithin *within, bool all, SieveBytes value)
{
	const SieveTrie *trie = within->automaton;
	uint32_t word = trie->ends[0];
	uint32_t best = word == SIEVE_TRIE_NONE ? SIEVE_TRIE_NONE : within->first[word];
	uint32_t state = 0;

	for (size_t i = 0; i < value.len && (all || best == SIEVE_TRIE_NONE); i++) {
		unsigned char byte = (unsigned char)value.ptr[i];
		state = sieve_trie_step(
			trie, state, within->fold == NULL ? byte : within->fold[byte]);
		word = trie->ends[state];
		if (word != SIEVE_TRIE_NONE)
			best = MIN(best, within->first[word]);
	}
	return best == SIEVE_TRIE_NONE ? SIEVE_NO_KEY : best;
}

size_t
sieve_keys_within_find(
	const SieveKeysWithin *within, const SieveMatching *matching, SieveBytes value)
{
	if (within->automaton == NULL)
		return find_plainly(within, matching, value);
	return find_in_pass(within, matching->first, value);
}
