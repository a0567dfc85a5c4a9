/* SPDX-License-Identifier: MIT */
/* keys-glob.c - patterns found by their rarest literal (RFC 5228 section 2.7.1, :matches)
 *
 * A value that a pattern matches starts with what the pattern has before its first wildcard, ends
 * with what it has after the last, and holds each literal between two. Of these three ways to find
 * a pattern the one is taken that the fewest others share; then the pattern itself is tried.
 */

#include "engine/keys.h"

#include "engine/glob.h"
#include "engine/trie.h"

typedef enum {
	BY_START,
	BY_END, /* its words are spelt backwards */
	BY_MIDDLE,
	N_WAYS,
} Way;

/* Patterns that are found in one way: group by group, each with the same literal. */
typedef struct Index {
	SieveTrie *trie;	/* (nullable) the literals; a word's index is its group */
	const uint32_t *groups; /* (array length=n_words+1) the first place in patterns */
	const uint32_t *patterns; /* in each group in the script's order */
} Index;

struct SieveKeysGlob {
	const unsigned char *fold;	/* (nullable) */
	const SieveGlob *const *globs; /* (array length=n_globs) each pattern */
	size_t n_globs;
	Index indexes[N_WAYS];
	const uint32_t *others; /* without a literal: tried one by one */
	uint32_t n_others;
};

/* --- The literals of a pattern ------------------------------------------------------------------ */

typedef struct Literals {
	SieveBytes of[N_WAYS]; /* unescaped and folded; empty: the pattern has none */
} Literals;

/* A literal between two wildcards, of which the longest counts. */
static void
end_literal(Literals *literals, SieveBytes literal, bool wildcard_before)
{
	if (!wildcard_before)
		literals->of[BY_START] = literal;
	else if (literal.len > literals->of[BY_MIDDLE].len)
		literals->of[BY_MIDDLE] = literal;
}

/* @buffer: room for the length of the pattern. */
static void
take_literals(SieveBytes pattern, const unsigned char *fold, char *buffer, Literals *literals)
{
	SieveBytes literal = {buffer, 0};
	bool wildcard = false;

	*literals = (Literals){{{NULL, 0}}};
	for (size_t i = 0; i < pattern.len; i++) {
		bool escaped = pattern.ptr[i] == '\\' && i + 1 < pattern.len;
		unsigned char byte = (unsigned char)pattern.ptr[escaped ? ++i : i];
		if (!escaped && (byte == '*' || byte == '?')) {
			end_literal(literals, literal, wildcard);
			literal = (SieveBytes){buffer, 0};
			wildcard = true;
			continue;
		}
		*buffer++ = (char)(fold == NULL ? byte : fold[byte]);
		literal.len++;
	}
	if (wildcard)
		literals->of[BY_END] = literal;
	else
		literals->of[BY_START] = literal;
	char *end = buffer - literal.len;
	for (size_t i = 0; wildcard && i < literal.len / 2; i++) {
		char swapped = end[i];
		end[i] = end[literal.len - 1 - i];
		end[literal.len - 1 - i] = swapped;
	}
}

/* --- Choosing a way for each pattern ------------------------------------------------------------ */

/* How a pattern is found so far: shared by as few as can be, then as long as can be. */
typedef struct Choice {
	uint32_t n_sharing; /* 0: no way yet */
	Way way;
	size_t len;
} Choice;

typedef struct Choosing {
	SieveStrings patterns;
	const unsigned char *fold;
	SieveWord *words[N_WAYS]; /* literals sorted; index is the pattern */
	size_t n_words[N_WAYS];
	Choice *choices; /* of each pattern */
} Choosing;

static void
collect_words(Choosing *choosing, SieveArena *scratch)
{
	SieveStrings patterns = choosing->patterns;
	size_t total = 0;

	for (size_t i = 0; i < patterns.count; i++)
		total += patterns.items[i].len;
	char *buffer = sieve_arena_alloc(scratch, total);
	for (Way way = 0; way < N_WAYS; way++)
		choosing->words[way] = sieve_arena_new_array(scratch, SieveWord, patterns.count);
	for (size_t i = 0; i < patterns.count; i++) {
		Literals literals;
		take_literals(patterns.items[i], choosing->fold, buffer, &literals);
		buffer += patterns.items[i].len;
		for (Way way = 0; way < N_WAYS; way++)
			if (literals.of[way].len > 0)
				choosing->words[way][choosing->n_words[way]++] =
					(SieveWord){literals.of[way], (uint32_t)i};
	}
	for (Way way = 0; way < N_WAYS; way++)
		sieve_words_sort(choosing->words[way], choosing->n_words[way]);
}

/* The end of the group of equal words that begins at @start. */
static size_t
group_end(const SieveWord *words, size_t count, size_t start)
{
	size_t end = start + 1;

	while (end < count && sieve_bytes_equal(words[end].bytes, words[start].bytes))
		end++;
	return end;
}

static void
offer_way(Choosing *choosing, Way way)
{
	const SieveWord *words = choosing->words[way];
	size_t count = choosing->n_words[way];

	for (size_t start = 0, end; start < count; start = end) {
		end = group_end(words, count, start);
		Choice offered = {(uint32_t)(end - start), way, words[start].bytes.len};
		for (size_t i = start; i < end; i++) {
			Choice *choice = &choosing->choices[words[i].index];
			bool better = offered.n_sharing < choice->n_sharing ||
				      (offered.n_sharing == choice->n_sharing &&
					      offered.len > choice->len);
			if (choice->n_sharing == 0 || better)
				*choice = offered;
		}
	}
}

/* --- Compiling ---------------------------------------------------------------------------------- */

/* Leaves the words of the patterns that are found in this way, still sorted. */
static void
keep_chosen(Choosing *choosing, Way way)
{
	SieveWord *words = choosing->words[way];
	size_t kept = 0;

	for (size_t i = 0; i < choosing->n_words[way]; i++)
		if (choosing->choices[words[i].index].way == way)
			words[kept++] = words[i];
	choosing->n_words[way] = kept;
}

/* False when the literals are too many to number. */
static bool
make_index(Index *index, SieveWord *words, size_t count, SieveArena *arena)
{
	uint32_t *patterns = sieve_arena_new_array(arena, uint32_t, count);
	uint32_t *groups = sieve_arena_new_array(arena, uint32_t, count + 1);
	uint32_t n_groups = 0;

	for (size_t i = 0; i < count; i++)
		patterns[i] = words[i].index;
	for (size_t start = 0, end; start < count; start = end) {
		end = group_end(words, count, start);
		groups[n_groups] = (uint32_t)start;
		words[n_groups] = (SieveWord){words[start].bytes, n_groups};
		n_groups++;
	}
	groups[n_groups] = (uint32_t)count;
	*index = (Index){sieve_trie_new(words, n_groups, arena), groups, patterns};
	return index->trie != NULL;
}

static void
make_others(SieveKeysGlob *globs, const Choice *choices, SieveArena *arena)
{
	uint32_t *others = sieve_arena_new_array(arena, uint32_t, globs->n_globs);

	for (size_t i = 0; i < globs->n_globs; i++)
		if (choices == NULL || choices[i].n_sharing == 0)
			others[globs->n_others++] = (uint32_t)i;
	globs->others = others;
}

static bool
make_indexes(SieveKeysGlob *globs, SieveStrings patterns, SieveArena *arena, SieveArena *scratch)
{
	Choosing choosing = {.patterns = patterns, .fold = globs->fold};

	choosing.choices = sieve_arena_new_array(scratch, Choice, patterns.count);
	collect_words(&choosing, scratch);
	for (Way way = 0; way < N_WAYS; way++)
		offer_way(&choosing, way);
	for (Way way = 0; way < N_WAYS; way++) {
		keep_chosen(&choosing, way);
		if (choosing.n_words[way] == 0)
			continue;
		if (!make_index(&globs->indexes[way], choosing.words[way], choosing.n_words[way],
			    arena))
			return false;
		if (way == BY_MIDDLE)
			sieve_trie_make_automaton(globs->indexes[way].trie, arena);
	}
	make_others(globs, choosing.choices, arena);
	return true;
}

const SieveKeysGlob *
sieve_keys_glob_new(const SieveKeys *keys, SieveArena *arena)
{
	SieveKeysGlob *globs = sieve_arena_new_array(arena, SieveKeysGlob, 1);
	const SieveGlob **each = sieve_arena_new_array(arena, const SieveGlob *, keys->keys.count);
	g_autoptr(SieveArena) scratch = sieve_arena_new();

	for (size_t i = 0; i < keys->keys.count; i++)
		each[i] = sieve_glob_new(keys->keys.items[i], keys->comparator->fold, arena);
	globs->fold = keys->comparator->fold;
	globs->globs = each;
	globs->n_globs = keys->keys.count;
	if (keys->keys.count > 1 && make_indexes(globs, keys->keys, arena, scratch))
		return globs;
	memset(globs->indexes, 0, sizeof(globs->indexes));
	make_others(globs, NULL, arena);
	return globs;
}

/* --- Finding ------------------------------------------------------------------------------------ */

typedef struct Search {
	const SieveKeysGlob *globs;
	const SieveMatching *matching;
	SieveBytes value;
	size_t best; /* the first pattern that matched so far */
	bool over;   /* no other need be tried */
} Search;

static unsigned char
folded(const Search *search, size_t at)
{
	unsigned char byte = (unsigned char)search->value.ptr[at];

	return search->globs->fold == NULL ? byte : search->globs->fold[byte];
}

static void
spend(Search *search, uint64_t steps)
{
	if (!sieve_run_spend(search->matching->run, steps, NULL))
		search->over = true;
}

/* Those that stand behind the best one in the script cannot be the first. */
static void
try_patterns(Search *search, const uint32_t *patterns, uint32_t count)
{
	const SieveKeysGlob *globs = search->globs;

	for (uint32_t i = 0; i < count && !search->over && patterns[i] < search->best; i++) {
		uint64_t steps = 1;
		bool matched = sieve_glob_match(
			globs->globs[patterns[i]], search->value, NULL, NULL, &steps);
		spend(search, steps);
		if (!matched)
			continue;
		search->best = patterns[i];
		search->over = search->over || !search->matching->first;
	}
}

static void
try_word(Search *search, const Index *index, uint32_t word)
{
	uint32_t group = index->trie->words[word];

	try_patterns(search, index->patterns + index->groups[group],
		index->groups[group + 1] - index->groups[group]);
}

/* Down the tree from one end of the value: each word on the way is a start, or an end, of it. */
static void
search_from_end(Search *search, Way way)
{
	const Index *index = &search->globs->indexes[way];
	size_t len = search->value.len;
	uint32_t state = index->trie == NULL ? SIEVE_TRIE_NONE : 0;
	size_t read = 0;

	while (read < len && state != SIEVE_TRIE_NONE && !search->over) {
		size_t at = way == BY_START ? read : len - 1 - read;
		state = sieve_trie_child(index->trie, state, folded(search, at));
		read++;
		if (state != SIEVE_TRIE_NONE && index->trie->ends[state] != SIEVE_TRIE_NONE)
			try_word(search, index, index->trie->ends[state]);
	}
	spend(search, read);
}

/* A word that was seen before has brought all shorter ones with it: none is tried twice. */
static void
search_words(Search *search, const Index *index, uint32_t word, unsigned char *seen)
{
	while (word != SIEVE_TRIE_NONE && !search->over && !(seen[word / 8] & 1u << word % 8)) {
		seen[word / 8] |= (unsigned char)(1u << word % 8);
		try_word(search, index, word);
		word = index->trie->shorter[word];
	}
}

static void
search_middle(Search *search)
{
	const Index *index = &search->globs->indexes[BY_MIDDLE];
	g_autofree unsigned char *seen = NULL;
	uint32_t state = 0;

	if (index->trie == NULL)
		return;
	spend(search, search->value.len);
	for (size_t i = 0; i < search->value.len && !search->over; i++) {
		state = sieve_trie_step(index->trie, state, folded(search, i));
		uint32_t word = index->trie->ends[state];
		if (word == SIEVE_TRIE_NONE)
			continue;
		if (seen == NULL)
			seen = g_malloc0(index->trie->n_words / 8 + 1);
		search_words(search, index, word, seen);
	}
}

static void
search_indexes(Search *search)
{
	search_from_end(search, BY_START);
	if (!search->over)
		search_from_end(search, BY_END);
	if (!search->over)
		search_middle(search);
}

/* Most lists in scripts hold one pattern. */
static size_t
try_only_pattern(const SieveKeysGlob *globs, const SieveMatching *matching, SieveBytes value)
{
	uint64_t steps = 1;
	bool matched = sieve_glob_match(globs->globs[0], value, NULL, NULL, &steps);

	return sieve_run_spend(matching->run, steps, NULL) && matched ? 0 : SIEVE_NO_KEY;
}

size_t
sieve_keys_glob_find(const SieveKeysGlob *globs, const SieveMatching *matching, SieveBytes value)
{
	if (globs->n_globs == 1)
		return try_only_pattern(globs, matching, value);
	Search search = {
		.globs = globs, .matching = matching, .value = value, .best = SIEVE_NO_KEY};

	if (globs->n_others < globs->n_globs)
		search_indexes(&search);
	if (!search.over)
		try_patterns(&search, globs->others, globs->n_others);
	return search.best;
}

size_t
sieve_keys_glob_capture(const SieveKeysGlob *globs, size_t key, SieveBytes value,
	SieveBytes *captures, uint64_t *steps)
{
	size_t count = 0;

	return sieve_glob_match(globs->globs[key], value, captures, &count, steps) ? count : 0;
}
