/* SPDX-License-Identifier: MIT */
/* match-oracle.c - :is, :contains and :matches by their definition (RFC 5228 section 2.7.1) */

#include "t/unit/match-oracle.h"

#include "engine/comparator.h"

#include <string.h>

static bool
same_byte(const SieveComparatorDef *comparator, char a, char b)
{
	if (comparator == &sieve_comparator_octet)
		return a == b;
	return g_ascii_tolower(a) == g_ascii_tolower(b);
}

static bool
stands_at(const SieveComparatorDef *comparator, SieveBytes value, size_t at, SieveBytes key)
{
	if (value.len - at < key.len)
		return false;
	for (size_t i = 0; i < key.len; i++)
		if (!same_byte(comparator, value.ptr[at + i], key.ptr[i]))
			return false;
	return true;
}

bool
match_oracle_is(const SieveComparatorDef *comparator, SieveBytes key, SieveBytes value)
{
	return key.len == value.len && stands_at(comparator, value, 0, key);
}

bool
match_oracle_contains(const SieveComparatorDef *comparator, SieveBytes key, SieveBytes value)
{
	for (size_t at = 0; at <= value.len; at++)
		if (stands_at(comparator, value, at, key))
			return true;
	return false;
}

/* A character is the shortest valid piece of UTF-8 at @at; NUL and bytes of no character count one. */
static size_t
character_len(SieveBytes value, size_t at)
{
	for (size_t len = 1; len <= 4 && len <= value.len - at; len++)
		if (g_utf8_validate_len(value.ptr + at, len, NULL))
			return len;
	return 1;
}

/* The offsets that the pattern so far may end at, moved on over one wildcard or literal. */
static void
step(const SieveComparatorDef *comparator, char wildcard, char literal, SieveBytes value, bool *reached)
{
	g_autofree bool *from = g_memdup2(reached, value.len + 1);

	if (wildcard != '*')
		memset(reached, 0, value.len + 1);
	for (size_t at = 0; at < value.len; at++) {
		size_t after = at + (wildcard == '\0' ? 1 : character_len(value, at));
		if (wildcard == '*' && reached[at])
			reached[after] = true;
		else if (wildcard == '?' && from[at])
			reached[after] = true;
		else if (wildcard == '\0' && from[at] && same_byte(comparator, literal, value.ptr[at]))
			reached[after] = true;
	}
}

bool
match_oracle_matches(const SieveComparatorDef *comparator, SieveBytes key, SieveBytes value)
{
	g_autofree bool *reached = g_new0(bool, value.len + 1);

	reached[0] = true;
	for (size_t i = 0; i < key.len; i++) {
		bool escaped = key.ptr[i] == '\\' && i + 1 < key.len;
		char byte = key.ptr[escaped ? ++i : i];
		bool wildcard = !escaped && (byte == '*' || byte == '?');
		step(comparator, wildcard ? byte : '\0', byte, value, reached);
	}
	return reached[value.len];
}
