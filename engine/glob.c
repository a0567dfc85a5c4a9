/* SPDX-License-Identifier: MIT */
/* glob.c - the `*` and `?` matcher (RFC 5228 section 2.7.1)
 *
 * A pattern is a row of segments between stars. The first segment stands at the start of the value,
 * the last at its end, and each one between at its first place after the one before: that is the
 * shortest match for every star from left to right, and no star is ever tried twice.
 */

#include "engine/glob.h"

#include "engine/bytes.h"
#include "engine/limits.h"

#include <string.h>

/* Segments longer than this are searched with a failure table, so that time stays linear. */
enum { SHORT_SEGMENT = 16 };

/* A stretch of the pattern without stars: tokens, each of which is a byte or a `?`. */
typedef struct Segment {
	const char *text; /* folded; (array length=len) */
	const bool *any;  /* (nullable) which tokens are a `?`; NULL: none */
	size_t len;
} Segment;

struct SieveGlob {
	const unsigned char *fold; /* (nullable) */
	const Segment *segments;   /* one more than there are stars */
	size_t n_segments;
};

/* One value being matched. */
typedef struct Match {
	SieveBytes value;
	const unsigned char *fold; /* (nullable) */
	SieveBytes *captures;	   /* (nullable) */
	size_t n_captures;
	uint64_t steps;
} Match;

/* --- Making ready ------------------------------------------------------------------------------- */

static size_t
count_stars(SieveBytes pattern)
{
	size_t count = 0;

	for (size_t i = 0; i < pattern.len; i++) {
		count += pattern.ptr[i] == '*';
		i += pattern.ptr[i] == '\\';
	}
	return count;
}

/* A backslash at the very end stands for itself. */
const SieveGlob *
sieve_glob_new(SieveBytes pattern, const unsigned char *fold, SieveArena *arena)
{
	SieveGlob *glob = sieve_arena_new_array(arena, SieveGlob, 1);
	Segment *segment = sieve_arena_new_array(arena, Segment, count_stars(pattern) + 1);
	char *text = sieve_arena_alloc(arena, pattern.len);
	bool *any = pattern.len == 0 || memchr(pattern.ptr, '?', pattern.len) == NULL
			    ? NULL
			    : sieve_arena_new_array(arena, bool, pattern.len);
	size_t len = 0;

	*glob = (SieveGlob){fold, segment, 1};
	segment->text = text;
	for (size_t i = 0; i < pattern.len; i++) {
		bool escaped = pattern.ptr[i] == '\\' && i + 1 < pattern.len;
		unsigned char byte = (unsigned char)pattern.ptr[escaped ? ++i : i];
		if (!escaped && byte == '*') {
			*++segment = (Segment){.text = text + len};
			glob->n_segments++;
			continue;
		}
		if (!escaped && byte == '?') {
			any[len] = true;
			segment->any = any + (segment->text - text);
		}
		text[len++] = (char)(fold == NULL ? byte : fold[byte]);
		segment->len++;
	}
	return glob;
}

/* --- Matching ----------------------------------------------------------------------------------- */

static unsigned char
value_byte(const Match *match, size_t at)
{
	unsigned char byte = (unsigned char)match->value.ptr[at];

	return match->fold == NULL ? byte : match->fold[byte];
}

/* The length of the character at @at: one UTF-8 character, or one byte of what is none. */
static size_t
character_len(SieveBytes value, size_t at)
{
	unsigned char lead = (unsigned char)value.ptr[at];

	if (lead < 0xc2)
		return 1;
	gunichar c = g_utf8_get_char_validated(value.ptr + at, (gssize)(value.len - at));
	return c == (gunichar)-1 || c == (gunichar)-2 ? 1 : (size_t)g_unichar_to_utf8(c, NULL);
}

static void
capture(Match *match, size_t start, size_t end)
{
	if (match->captures != NULL && match->n_captures < SIEVE_GLOB_CAPTURES)
		match->captures[match->n_captures++] =
			sieve_bytes_slice(match->value, start, end - start);
}

static bool
match_literal(Match *match, const Segment *segment, size_t at, size_t *ret_end)
{
	if (match->value.len - at < segment->len)
		return false;
	for (size_t i = 0; i < segment->len; i++) {
		match->steps++;
		if (value_byte(match, at + i) != (unsigned char)segment->text[i])
			return false;
	}
	*ret_end = at + segment->len;
	return true;
}

/* Whether @segment stands at @at; the captures of its `?` are taken only then. */
static bool
match_here(Match *match, const Segment *segment, size_t at, size_t *ret_end)
{
	size_t before = match->n_captures;

	if (segment->any == NULL)
		return match_literal(match, segment, at, ret_end);
	for (size_t i = 0; i < segment->len; i++) {
		bool any = segment->any[i];
		match->steps++;
		if (at >= match->value.len ||
			(!any && value_byte(match, at) != (unsigned char)segment->text[i])) {
			match->n_captures = before;
			return false;
		}
		size_t len = any ? character_len(match->value, at) : 1;
		if (any)
			capture(match, at, at + len);
		at += len;
	}
	*ret_end = at;
	return true;
}

/* Knuth, Morris and Pratt: no byte of the value is looked at more than twice. */
static bool
search_literal(Match *match, const Segment *segment, size_t start, size_t *ret_at)
{
	const char *word = segment->text;
	size_t len = segment->len;
	g_autofree size_t *fall = g_new0(size_t, len);
	size_t have = 0;

	for (size_t i = 1; i < len; i++) {
		while (have > 0 && word[i] != word[have])
			have = fall[have - 1];
		have += word[i] == word[have];
		fall[i] = have;
	}
	have = 0;
	for (size_t at = start; at < match->value.len; at++, match->steps++) {
		char byte = (char)value_byte(match, at);
		while (have > 0 && byte != word[have])
			have = fall[have - 1];
		have += byte == word[have];
		if (have == len) {
			*ret_at = at + 1 - len;
			return true;
		}
	}
	return false;
}

/* Where the first byte of a literal stands, or the end of the value. */
static size_t
skip_to_first(Match *match, const Segment *segment, size_t at)
{
	size_t start = at;

	while (at < match->value.len && value_byte(match, at) != (unsigned char)segment->text[0])
		at++;
	match->steps += at - start;
	return at;
}

/* The first place of @segment at or after @start. Segments with a `?` are tried at each character;
 * a search that has used up what a run may spend gives up, and the run then fails for that. */
static bool
search(Match *match, const Segment *segment, size_t start, size_t *ret_at)
{
	bool literal = segment->any == NULL;
	size_t end;

	if (literal && segment->len > SHORT_SEGMENT)
		return search_literal(match, segment, start, ret_at);
	for (size_t at = start; at <= match->value.len && match->steps < SIEVE_LIMIT_RUN_STEPS;) {
		if (literal && segment->len > 0)
			at = skip_to_first(match, segment, at);
		size_t before = match->n_captures;
		if (match_here(match, segment, at, &end)) {
			match->n_captures = before;
			*ret_at = at;
			return true;
		}
		at += at < match->value.len && !literal ? character_len(match->value, at) : 1;
	}
	return false;
}

/* The character that ends at @end starts there. Forward and backward agree, because the lead byte
 * of a UTF-8 character can be no part of another. */
static size_t
character_start(SieveBytes value, size_t end)
{
	for (size_t len = 2; len <= 4 && len <= end; len++)
		if (character_len(value, end - len) == len)
			return end - len;
	return end - 1;
}

/* Where the last segment must start so that it ends with the value. */
static bool
place_last(const Match *match, const Segment *segment, size_t start, size_t *ret_at)
{
	size_t at = match->value.len;
	size_t left = segment->len;

	if (at - start < left)
		return false;
	if (segment->any == NULL) {
		*ret_at = at - left;
		return true;
	}
	/* Tokens are walked from the end: literals take one byte, a `?` one character. */
	while (left > 0 && at > start) {
		left--;
		at = segment->any[left] ? character_start(match->value, at) : at - 1;
	}
	*ret_at = at;
	return left == 0 && at >= start;
}

static bool
match_segments(Match *match, const SieveGlob *glob)
{
	const Segment *last = &glob->segments[glob->n_segments - 1];
	size_t at = 0;

	if (!match_here(match, glob->segments, 0, &at))
		return false;
	for (const Segment *segment = glob->segments + 1; segment <= last; segment++) {
		size_t place;
		bool found = segment == last ? place_last(match, segment, at, &place)
					     : search(match, segment, at, &place);
		if (!found)
			return false;
		capture(match, at, place);
		/* A literal that was searched for stands there. */
		if (segment->any == NULL && segment != last)
			at = place + segment->len;
		else if (!match_here(match, segment, place, &at))
			return false;
	}
	return at == match->value.len;
}

bool
sieve_glob_match(const SieveGlob *glob, SieveBytes value, SieveBytes *captures,
	size_t *ret_n_captures, uint64_t *steps)
{
	Match match = {.value = value, .fold = glob->fold, .captures = captures};
	bool matched = match_segments(&match, glob);

	*steps += match.steps;
	if (matched && captures != NULL)
		*ret_n_captures = match.n_captures;
	return matched;
}
