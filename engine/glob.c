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

typedef struct Glob {
	SieveBytes value;
	const unsigned char *fold;
	SieveBytes captures[SIEVE_GLOB_CAPTURES];
	size_t n_captures;
	uint64_t steps;
} Glob;

/* A stretch of the pattern without stars, still with its backslashes. */
typedef struct Segment {
	SieveBytes text;
	bool has_any; /* a `?` is in it */
} Segment;

static unsigned char
fold_byte(const Glob *glob, char byte)
{
	return glob->fold == NULL ? (unsigned char)byte : glob->fold[(unsigned char)byte];
}

/* Cuts off the segment at the start of @pattern; true when a star ends it. */
static bool
take_segment(SieveBytes *pattern, Segment *ret_segment)
{
	size_t at = 0;

	ret_segment->has_any = false;
	while (at < pattern->len && pattern->ptr[at] != '*') {
		ret_segment->has_any = ret_segment->has_any || pattern->ptr[at] == '?';
		at += pattern->ptr[at] == '\\' ? 2 : 1;
	}
	at = MIN(at, pattern->len);
	bool star = at < pattern->len;
	ret_segment->text = sieve_bytes_slice(*pattern, 0, at);
	*pattern = sieve_bytes_slice(*pattern, star ? at + 1 : at, pattern->len);
	return star;
}

/* One token of a segment: true for `?`, else @ret_literal is the byte it stands for. A backslash at
 * the very end stands for itself. */
static bool
take_token(SieveBytes segment, size_t *at, char *ret_literal)
{
	bool escaped = segment.ptr[*at] == '\\' && *at + 1 < segment.len;

	if (escaped)
		++*at;
	*ret_literal = segment.ptr[(*at)++];
	return !escaped && *ret_literal == '?';
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
capture(Glob *glob, size_t start, size_t end)
{
	if (glob->n_captures < SIEVE_GLOB_CAPTURES)
		glob->captures[glob->n_captures++] =
			sieve_bytes_slice(glob->value, start, end - start);
}

/* Whether @segment stands at @at; the captures of its `?` are taken only then. */
static bool
match_here(Glob *glob, const Segment *segment, size_t at, size_t *ret_end)
{
	size_t before = glob->n_captures;
	size_t token = 0;
	bool same = true;

	while (same && token < segment->text.len) {
		char literal;
		bool any = take_token(segment->text, &token, &literal);
		size_t len = at >= glob->value.len ? 0 : any ? character_len(glob->value, at) : 1;
		same = len > 0 &&
		       (any || fold_byte(glob, literal) == fold_byte(glob, glob->value.ptr[at]));
		if (same && any)
			capture(glob, at, at + len);
		at += len;
		glob->steps++;
	}
	if (same)
		*ret_end = at;
	else
		glob->n_captures = before;
	return same;
}

/* Bytes that @segment takes when there is no `?` in it. */
static size_t
literal_len(const Segment *segment)
{
	size_t len = 0;
	char literal;

	for (size_t token = 0; token < segment->text.len; len++)
		take_token(segment->text, &token, &literal);
	return len;
}

/* Knuth, Morris and Pratt: no byte of the value is looked at more than twice. */
static bool
search_literal(Glob *glob, const Segment *segment, size_t start, size_t *ret_at)
{
	size_t len = literal_len(segment);
	g_autofree char *word = g_malloc(len);
	g_autofree size_t *fall = g_new(size_t, len + 1);
	size_t token = 0;
	size_t have = 0;

	for (size_t i = 0; i < len; i++) {
		take_token(segment->text, &token, &word[i]);
		word[i] = (char)fold_byte(glob, word[i]);
	}
	fall[0] = 0;
	for (size_t i = 1; i < len; i++) {
		while (have > 0 && word[i] != word[have])
			have = fall[have - 1];
		have += word[i] == word[have];
		fall[i] = have;
	}
	have = 0;
	for (size_t at = start; at < glob->value.len; at++, glob->steps++) {
		char byte = (char)fold_byte(glob, glob->value.ptr[at]);
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

/* The first place of @segment at or after @start. Segments with a `?` are tried at each character;
 * a search that has used up what a run may spend gives up, and the run then fails for that. */
static bool
search(Glob *glob, const Segment *segment, size_t start, size_t *ret_at)
{
	bool literal_first = !segment->has_any && segment->text.len > 0;
	size_t token = 0;
	char first = '\0';
	size_t end;

	if (!segment->has_any && segment->text.len > SHORT_SEGMENT)
		return search_literal(glob, segment, start, ret_at);
	if (literal_first)
		take_token(segment->text, &token, &first);
	for (size_t at = start; at <= glob->value.len && glob->steps < SIEVE_LIMIT_RUN_STEPS;) {
		if (literal_first && at < glob->value.len &&
			fold_byte(glob, glob->value.ptr[at]) != fold_byte(glob, first)) {
			at++;
			glob->steps++;
			continue;
		}
		size_t before = glob->n_captures;
		if (match_here(glob, segment, at, &end)) {
			glob->n_captures = before;
			*ret_at = at;
			return true;
		}
		at += at < glob->value.len && segment->has_any ? character_len(glob->value, at) : 1;
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
place_last(const Glob *glob, const Segment *segment, size_t start, size_t *ret_at)
{
	size_t at = glob->value.len;
	size_t n_any = 0;
	char literal;

	if (!segment->has_any) {
		size_t len = literal_len(segment);
		*ret_at = at - MIN(at, len);
		return at - start >= len;
	}
	/* Tokens are walked from the end: literals take one byte, a `?` one character. */
	size_t n_tokens = literal_len(segment);
	g_autofree bool *any = g_new(bool, n_tokens);
	for (size_t token = 0; token < segment->text.len; n_any++)
		any[n_any] = take_token(segment->text, &token, &literal);
	while (n_tokens > 0 && at > start) {
		n_tokens--;
		at = any[n_tokens] ? character_start(glob->value, at) : at - 1;
	}
	*ret_at = at;
	return n_tokens == 0 && at >= start;
}

static bool
match_segments(Glob *glob, SieveBytes pattern)
{
	Segment segment;
	bool star = take_segment(&pattern, &segment);
	size_t at = 0;

	if (!match_here(glob, &segment, 0, &at))
		return false;
	while (star) {
		size_t place;
		star = take_segment(&pattern, &segment);
		bool found = star ? search(glob, &segment, at, &place)
				  : place_last(glob, &segment, at, &place);
		if (!found)
			return false;
		capture(glob, at, place);
		if (!match_here(glob, &segment, place, &at))
			return false;
	}
	return at == glob->value.len;
}

bool
sieve_glob_match(SieveBytes pattern, SieveBytes value, const unsigned char *fold,
	SieveBytes *captures, size_t *ret_n_captures, uint64_t *steps)
{
	/* Room for captures is left as it is: to clear it would take longer than most matches. */
	Glob glob;
	glob.value = value;
	glob.fold = fold;
	glob.n_captures = 0;
	glob.steps = 0;
	bool matched = match_segments(&glob, pattern);

	*steps += glob.steps;
	if (!matched || captures == NULL)
		return matched;
	memcpy(captures, glob.captures, glob.n_captures * sizeof(glob.captures[0]));
	*ret_n_captures = glob.n_captures;
	return true;
}
