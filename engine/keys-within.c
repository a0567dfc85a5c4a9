/* SPDX-License-Identifier: MIT */
/* keys-within.c - keys that stand anywhere in the value (RFC 5228 section 2.7.1, :contains) */

#include "engine/keys.h"

#include "engine/fold.h"
#include "engine/trie.h"

/* A search of quadratic time costs no more than the preparations of a linear one. */
#define SHORT_VALUE 256u

/* A screen before so many keys that their automaton is larger than the processor's caches: each of its
 * steps then waits for memory, and most values hold no key. Keys that begin alike in too few bytes let too
 * much through. */
#define SCREEN_MIN_KEYS	 512u
#define SCREEN_MIN_WIDTH 4u
#define SCREEN_MAX_WIDTH 64u
#define SCREEN_BITS	 16u /* for each key, or up to twice as many */
#define TABLE_MAX_RUN	 64u /* slots that a search of the table looks at */
#define TABLE_MAX_TRIES	 16u /* searches of the table for one value */

/* Which first bytes keys have, as a Bloom filter; where a hash of that many bytes is not in it, no key
 * begins. The hash rolls along the value (Karp and Rabin). Where it is, a table finds the key. One who
 * makes values that pass costs the time of the automaton, which is linear. */
typedef struct Screen {
	size_t width;	  /* how many first bytes: as many as the shortest key has; 0: no screen */
	uint64_t leaving; /* what the hash's oldest byte has become a multiple of */
	unsigned shift;	  /* leaves the bits that choose a word */
	uint64_t *words;
	unsigned char *pairs; /* a bit for each two bytes that a key begins with: small, so it stays near */
	uint32_t *slots; /* (nullable) a hash table: indexes of keys plus one, 0 for none */
	uint64_t mask;	 /* of the slots */
} Screen;

struct SieveKeysWithin {
	const unsigned char *fold; /* (nullable) */
	SieveStrings keys;	   /* folded; kept when there is no automaton, or a table of them */
	const SieveTrie *automaton; /* (nullable) */
	const uint32_t *first; /* for each word the first key that stands where the word ends */
	Screen screen;
};

/* --- The screen ------------------------------------------------------------------------------- */

#define HASH_BASE UINT64_C(0x9e3779b97f4a7c15)

/* The low bits of a rolling hash depend on few bytes; this mixes all into the high ones. */
static uint64_t
scatter(uint64_t hash)
{
	hash ^= hash >> 32;
	return hash * UINT64_C(0xd6e8feb86659fd93);
}

static uint64_t *
screen_word(const Screen *screen, uint64_t scattered)
{
	return &screen->words[scattered >> screen->shift];
}

/* Three bits of one word. */
static uint64_t
screen_bits(uint64_t scattered)
{
	return UINT64_C(1) << (scattered & 63) | UINT64_C(1) << (scattered >> 6 & 63) |
	       UINT64_C(1) << (scattered >> 12 & 63);
}

static unsigned
pair_of(unsigned char first, unsigned char second)
{
	return (unsigned)first << 8 | second;
}

static size_t
screen_width(SieveStrings keys)
{
	size_t width = SCREEN_MAX_WIDTH;

	if (keys.count < SCREEN_MIN_KEYS)
		return 0;
	for (size_t i = 0; i < keys.count; i++)
		width = MIN(width, keys.items[i].len);
	return width < SCREEN_MIN_WIDTH ? 0 : width;
}

/* @keys: folded. */
static void
make_screen(Screen *screen, SieveStrings keys, SieveArena *arena)
{
	unsigned bits = 1;

	screen->width = screen_width(keys);
	if (screen->width == 0)
		return;
	while (UINT64_C(64) << bits < (uint64_t)keys.count * SCREEN_BITS)
		bits++;
	screen->shift = 64 - bits;
	screen->words = sieve_arena_new_array(arena, uint64_t, UINT64_C(1) << bits);
	screen->pairs = sieve_arena_new_array(arena, unsigned char, (1u << 16) / 8);
	screen->leaving = 1;
	for (size_t i = 0; i < screen->width; i++)
		screen->leaving *= HASH_BASE;
	for (size_t i = 0; i < keys.count; i++) {
		uint64_t hash = 0;
		for (size_t at = 0; at < screen->width; at++)
			hash = hash * HASH_BASE + (unsigned char)keys.items[i].ptr[at];
		hash = scatter(hash);
		*screen_word(screen, hash) |= screen_bits(hash);
		const unsigned char *bytes = (const unsigned char *)keys.items[i].ptr;
		unsigned pair = pair_of(bytes[0], bytes[1]);
		screen->pairs[pair / 8] |= (unsigned char)(1u << pair % 8);
	}
}

/* A value being gone through. */
typedef struct Roll {
	SieveBytes value;
	const unsigned char *fold; /* (nullable) */
	size_t read;		   /* bytes so far */
	uint64_t hash;
	uint64_t scattered; /* of the place that passed last */
} Roll;

static unsigned char
folded(const Roll *roll, size_t at)
{
	unsigned char byte = (unsigned char)roll->value.ptr[at];

	return roll->fold == NULL ? byte : roll->fold[byte];
}

/* The next place that passes; between it and the one before no key begins. */
static size_t
next_place(const Screen *screen, Roll *roll)
{
	while (roll->read < roll->value.len) {
		size_t at = roll->read++;
		roll->hash = roll->hash * HASH_BASE + folded(roll, at);
		if (roll->read < screen->width)
			continue;
		if (at >= screen->width)
			roll->hash -= screen->leaving * folded(roll, at - screen->width);
		size_t place = roll->read - screen->width;
		unsigned pair = pair_of(folded(roll, place), folded(roll, place + 1));
		if ((screen->pairs[pair / 8] & 1u << pair % 8) == 0)
			continue;
		roll->scattered = scatter(roll->hash);
		uint64_t bits = screen_bits(roll->scattered);
		if ((*screen_word(screen, roll->scattered) & bits) == bits)
			return place;
	}
	return roll->value.len;
}

/* --- The table -------------------------------------------------------------------------------- */

/* Most places that pass begin a key. A table finds it with three looks at memory, where the automaton takes
 * some for each byte. */
static uint64_t
first_slot(const Screen *screen, uint64_t scattered)
{
	return (scattered >> 24) & screen->mask;
}

static bool
add_to_table(Screen *screen, SieveBytes key, uint32_t index)
{
	Roll roll = {.value = sieve_bytes_slice(key, 0, screen->width)};
	unsigned tries = 0;

	(void)next_place(screen, &roll);
	for (uint64_t at = first_slot(screen, roll.scattered);; at = (at + 1) & screen->mask) {
		if (screen->slots[at] == 0) {
			screen->slots[at] = index + 1;
			return true;
		}
		if (++tries > TABLE_MAX_RUN)
			return false;
	}
}

/* Keys too many of which begin the same way get none. @keys: folded. */
static void
make_table(Screen *screen, SieveStrings keys, SieveArena *arena)
{
	uint64_t size = 1;

	while (size < (uint64_t)keys.count * 2)
		size *= 2;
	screen->mask = size - 1;
	screen->slots = sieve_arena_new_array(arena, uint32_t, size);
	for (size_t i = 0; i < keys.count; i++)
		if (!add_to_table(screen, keys.items[i], (uint32_t)i)) {
			screen->slots = NULL;
			return;
		}
}

static bool
stands_at(const Roll *roll, size_t place, SieveBytes key)
{
	size_t same = 0;

	if (roll->value.len - place < key.len)
		return false;
	while (same < key.len && folded(roll, place + same) == (unsigned char)key.ptr[same])
		same++;
	return same == key.len;
}

/* A key that stands in the value. Places that pass and begin none are few, unless somebody made them: then
 * @ret_start says from where on the automaton is to look. */
static size_t
find_in_table(const Screen *screen, SieveStrings keys, Roll *roll, size_t *ret_start)
{
	for (unsigned tries = 0; tries < TABLE_MAX_TRIES; tries++) {
		size_t place = next_place(screen, roll);
		*ret_start = place;
		if (place == roll->value.len)
			return SIEVE_NO_KEY;
		uint64_t at = first_slot(screen, roll->scattered);
		for (; screen->slots[at] != 0; at = (at + 1) & screen->mask)
			if (stands_at(roll, place, keys.items[screen->slots[at] - 1]))
				return screen->slots[at] - 1;
	}
	return SIEVE_NO_KEY;
}

/* --- The keys --------------------------------------------------------------------------------- */

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
	if (keys->keys.count > 1) {
		SieveStrings folded = sieve_fold_all(scratch, within->fold, keys->keys);
		make_automaton(within, folded, arena);
		make_screen(&within->screen, folded, arena);
		if (within->automaton != NULL && within->screen.width > 0)
			make_table(&within->screen, folded, arena);
	}
	if (within->automaton == NULL || within->screen.slots != NULL)
		within->keys = sieve_fold_all(arena, within->fold, keys->keys);
	return within;
}

/* Whether the folded @key stands in @value; byte by byte, without a folded copy of the value. */
static bool
stands_in_short(const unsigned char *fold, SieveBytes key, SieveBytes value)
{
	const unsigned char *at = (const unsigned char *)value.ptr;
	const unsigned char *word = (const unsigned char *)key.ptr;

	if (key.len == 0 || key.len > value.len)
		return key.len == 0;
	for (const unsigned char *last = at + value.len - key.len; at <= last; at++) {
		size_t same = 1;
		if (fold[*at] != *word)
			continue;
		while (same < key.len && fold[at[same]] == word[same])
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
	size_t start = 0;
	Roll roll = {.value = value, .fold = within->fold};

	if (within->screen.slots != NULL && !all) {
		size_t key = find_in_table(&within->screen, within->keys, &roll, &start);
		if (key != SIEVE_NO_KEY || start == value.len)
			return key;
	} else if (within->screen.width > 0) {
		start = next_place(&within->screen, &roll);
	}
	for (size_t i = start; i < value.len && (all || best == SIEVE_TRIE_NONE); i++) {
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
