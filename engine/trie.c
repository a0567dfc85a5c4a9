/* SPDX-License-Identifier: MIT */
/* trie.c - a set of words as a tree of bytes, and as an automaton that finds all in one pass */

#include "engine/trie.h"

#include <stdlib.h>

#include "engine/bytes.h"

/* The sorted words that pass through a state. */
typedef struct Range {
	uint32_t start;
	uint32_t end;
} Range;

/* The tree grows level by level; the states of one level hold each word at most once. */
typedef struct Growth {
	SieveTrie *trie;
	const SieveWord *words;
	Range *next; /* of the level below */
	uint32_t n_next;
	uint32_t n_states;
	uint32_t n_ended;
} Growth;

static int
compare_words(const void *a, const void *b)
{
	const SieveWord *left = a;
	const SieveWord *right = b;
	int order = sieve_bytes_compare(left->bytes, right->bytes);

	if (order != 0)
		return order;
	return left->index < right->index ? -1 : left->index > right->index;
}

void
sieve_words_sort(SieveWord *words, size_t count)
{
	if (count > 1)
		qsort(words, count, sizeof(words[0]), compare_words);
}

/* Of sorted words each brings a state for every byte that the one before it does not share. */
static uint64_t
count_states(const SieveWord *words, size_t count)
{
	uint64_t states = 1;

	for (size_t i = 0; i < count; i++) {
		size_t shared = 0;
		size_t most = i == 0 ? 0 : MIN(words[i].bytes.len, words[i - 1].bytes.len);
		while (shared < most && words[i].bytes.ptr[shared] == words[i - 1].bytes.ptr[shared])
			shared++;
		states += words[i].bytes.len - shared;
	}
	return states;
}

static void
grow_state(Growth *growth, uint32_t state, Range range, size_t depth)
{
	SieveTrie *trie = growth->trie;
	const SieveWord *words = growth->words;

	trie->children[state] = growth->n_states;
	trie->ends[state] = SIEVE_TRIE_NONE;
	/* Words are distinct: one at most ends here, and it is sorted before those that go on. */
	if (range.start < range.end && words[range.start].bytes.len == depth) {
		trie->ends[state] = growth->n_ended;
		trie->words[growth->n_ended++] = words[range.start++].index;
	}
	while (range.start < range.end) {
		char byte = words[range.start].bytes.ptr[depth];
		uint32_t start = range.start;
		while (range.start < range.end && words[range.start].bytes.ptr[depth] == byte)
			range.start++;
		trie->labels[growth->n_states++] = (unsigned char)byte;
		growth->next[growth->n_next++] = (Range){start, range.start};
	}
}

static void
grow(SieveTrie *trie, const SieveWord *words)
{
	g_autofree Range *level = g_new(Range, (size_t)trie->n_words + 1);
	g_autofree Range *next = g_new(Range, (size_t)trie->n_words + 1);
	Growth growth = {.trie = trie, .words = words, .n_states = 1};
	uint32_t n_level = 1;
	uint32_t state = 0;

	level[0] = (Range){0, trie->n_words};
	for (size_t depth = 0; n_level > 0; depth++) {
		growth.next = next;
		growth.n_next = 0;
		for (uint32_t i = 0; i < n_level; i++)
			grow_state(&growth, state++, level[i], depth);
		n_level = growth.n_next;
		next = level;
		level = growth.next;
	}
	trie->children[trie->n_states] = trie->n_states;
	g_assert(growth.n_states == trie->n_states);
}

SieveTrie *
sieve_trie_new(const SieveWord *words, size_t count, SieveArena *arena)
{
	uint64_t n_states = count_states(words, count);

	if (n_states >= SIEVE_TRIE_NONE || count >= SIEVE_TRIE_NONE)
		return NULL;
	SieveTrie *trie = sieve_arena_new_array(arena, SieveTrie, 1);
	trie->n_states = (uint32_t)n_states;
	trie->n_words = (uint32_t)count;
	trie->children = sieve_arena_new_array(arena, uint32_t, n_states + 1);
	trie->labels = sieve_arena_new_array(arena, unsigned char, n_states);
	trie->ends = sieve_arena_new_array(arena, uint32_t, n_states);
	trie->words = sieve_arena_new_array(arena, uint32_t, count);
	grow(trie, words);
	return trie;
}

/* States of lower levels come first, so what a fall leads to is complete already. */
static void
set_fall(SieveTrie *trie, uint32_t state, uint32_t fall)
{
	uint32_t shorter = trie->ends[fall];

	trie->falls[state] = fall;
	if (trie->ends[state] == SIEVE_TRIE_NONE)
		trie->ends[state] = shorter;
	else
		trie->shorter[trie->ends[state]] = shorter;
}

void
sieve_trie_make_automaton(SieveTrie *trie, SieveArena *arena)
{
	trie->falls = sieve_arena_new_array(arena, uint32_t, trie->n_states);
	trie->shorter = sieve_arena_new_array(arena, uint32_t, trie->n_words);
	if (trie->ends[0] != SIEVE_TRIE_NONE)
		trie->shorter[trie->ends[0]] = SIEVE_TRIE_NONE;
	for (uint32_t child = trie->children[0]; child < trie->children[1]; child++) {
		trie->root[trie->labels[child]] = child;
		set_fall(trie, child, 0);
	}
	for (uint32_t state = 1; state < trie->n_states; state++)
		for (uint32_t child = trie->children[state]; child < trie->children[state + 1];
			child++)
			set_fall(trie, child,
				sieve_trie_step(trie, trie->falls[state], trie->labels[child]));
}
