/* SPDX-License-Identifier: MIT */
/* bytes.h - views on bytes from outside: compare, search, trim, escape for logs */
#pragma once

#include "engine/sieve.h"

/** A view of a string literal. */
#define SIEVE_BYTES(literal) ((SieveBytes){("" literal ""), sizeof(literal) - 1})

/** A view of @text, which may be NULL (gives ptr NULL, length 0). */
SieveBytes sieve_bytes_from_string(const char *text);
bool sieve_bytes_equal(SieveBytes a, SieveBytes b);
/** Equal but for the case of ASCII letters. */
bool sieve_bytes_equal_nocase(SieveBytes a, SieveBytes b);
/** As memcmp, then by length. */
int sieve_bytes_compare(SieveBytes a, SieveBytes b);
bool sieve_bytes_starts_with(SieveBytes bytes, SieveBytes prefix);
/** The offset of the first @needle at or after @start; SIZE_MAX when there is none. */
size_t sieve_bytes_find(SieveBytes haystack, SieveBytes needle, size_t start);
/** True when no byte has its eighth bit set. */
bool sieve_bytes_is_ascii(SieveBytes bytes);
/** From @start, at most @len bytes; cut to what is there. */
static inline SieveBytes
sieve_bytes_slice(SieveBytes bytes, size_t start, size_t len)
{
	start = MIN(start, bytes.len);
	if (bytes.len == 0)
		return bytes;
	return (SieveBytes){bytes.ptr + start, MIN(len, bytes.len - start)};
}

/** Without blanks, tabs, CR and LF at both ends. */
SieveBytes sieve_bytes_trim(SieveBytes bytes);
/** Takes the next of the words that blanks part off @rest; false when there is none. */
bool sieve_bytes_next_word(SieveBytes *rest, SieveBytes *ret_word);
/** How many characters; each byte that is no part of UTF-8 counts as one. */
size_t sieve_bytes_characters(SieveBytes bytes);
/** At most @max_bytes of it, and no UTF-8 character cut in two. */
SieveBytes sieve_bytes_cut_utf8(SieveBytes bytes, size_t max_bytes);
/** (transfer full) a NUL-terminated copy; inner NULs stay. */
char *sieve_bytes_dup(SieveBytes bytes);
/** (transfer full) printable UTF-8: control characters, bidirectional marks and bad bytes become
 * \xNN or \u{N}, backslash and double quote get a backslash; at most @max_bytes of input, then "...". */
char *sieve_bytes_escape(SieveBytes bytes, size_t max_bytes);
/** (transfer full) as sieve_bytes_escape(), but backslash and double quote stay as they are: for text
 * that stands between no quotes. */
char *sieve_bytes_print(SieveBytes bytes, size_t max_bytes);
