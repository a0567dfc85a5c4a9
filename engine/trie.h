/* SPDX-License-Identifier: MIT */
/* trie.h - a set of words as a tree of bytes, and as an automaton that finds all in one pass
 *
 * States are numbered level by level, so that the children of a state lie together and a state takes
 * five bytes, eight more in an automaton. Immutable once made; in the arena given.
 */
#pragma once

#include <string.h>

#include "engine/arena.h"

#define SIEVE_TRIE_NONE UINT32_MAX

/** A word to be put in, and a number that its user knows it by. */
typedef struct SieveWord {
	SieveBytes bytes;
	uint32_t index;
} SieveWord;

typedef struct SieveTrie {
	uint32_t n_states; /* state 0 is the root: no byte read yet */
	uint32_t n_words;
	uint32_t *children;    /* (array length=n_states+1) the first child */
	unsigned char *labels; /* (array length=n_states) the byte that leads here */
	uint32_t *words;       /* (array length=n_words) SieveWord.index, shorter words first */
	uint32_t *ends;	       /* (array length=n_states) place in words of the word that ends here;
				  in an automaton of the longest of them; or SIEVE_TRIE_NONE */
	/* Automaton only: */
	uint32_t *falls;   /* (array length=n_states) the longest other state that reads the same end */
	uint32_t *shorter; /* (array length=n_words) the next shorter word that ends the same way */
	uint32_t root[256];
} SieveTrie;

/** Sorts by bytes, then by index. */
void sieve_words_sort(SieveWord *words, size_t count);

/** (nullable) NULL when there are too many bytes to number. @words: sorted and distinct. */
SieveTrie *sieve_trie_new(const SieveWord *words, size_t count, SieveArena *arena);
/** Makes an automaton of it (Aho and Corasick). */
void sieve_trie_make_automaton(SieveTrie *trie, SieveArena *arena);

/** The child of @state for @byte, or SIEVE_TRIE_NONE. */
static inline uint32_t
sieve_trie_child(const SieveTrie *trie, uint32_t state, unsigned char byte)
{
	uint32_t first = trie->children[state];
	uint32_t count = trie->children[state + 1] - first;
	const unsigned char *labels = trie->labels + first;

	if (count == 0)
		return SIEVE_TRIE_NONE;
	if (count == 1)
		return labels[0] == byte ? first : SIEVE_TRIE_NONE;
	const unsigned char *at = memchr(labels, byte, count);
	return at == NULL ? SIEVE_TRIE_NONE : first + (uint32_t)(at - labels);
}

/** The state of an automaton after @byte: each byte costs two falls or fewer on average. */
static inline uint32_t
sieve_trie_step(const SieveTrie *trie, uint32_t state, unsigned char byte)
{
	while (state != 0) {
		uint32_t child = sieve_trie_child(trie, state, byte);
		if (child != SIEVE_TRIE_NONE)
			return child;
		state = trie->falls[state];
	}
	return trie->root[byte];
}
