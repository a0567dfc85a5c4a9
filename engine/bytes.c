/* SPDX-License-Identifier: MIT */
/* bytes.c - views on bytes from outside: compare, search, trim, escape for logs */

#include "engine/bytes.h"

#include <string.h>

SieveBytes
sieve_bytes_from_string(const char *text)
{
	return (SieveBytes){text, text == NULL ? 0 : strlen(text)};
}

bool
sieve_bytes_equal(SieveBytes a, SieveBytes b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool
sieve_bytes_equal_nocase(SieveBytes a, SieveBytes b)
{
	if (a.len != b.len)
		return false;
	/* Not g_ascii_strncasecmp: it stops at a NUL. The cases of a letter differ in one bit. */
	for (size_t i = 0; i < a.len; i++)
		if (a.ptr[i] != b.ptr[i] &&
			((a.ptr[i] ^ b.ptr[i]) != 0x20 || !g_ascii_isalpha(a.ptr[i])))
			return false;
	return true;
}

int
sieve_bytes_compare(SieveBytes a, SieveBytes b)
{
	size_t shorter = MIN(a.len, b.len);
	int order = shorter == 0 ? 0 : memcmp(a.ptr, b.ptr, shorter);

	if (order != 0)
		return order;
	return a.len < b.len ? -1 : a.len > b.len;
}

bool
sieve_bytes_starts_with(SieveBytes bytes, SieveBytes prefix)
{
	return bytes.len >= prefix.len &&
	       (prefix.len == 0 || memcmp(bytes.ptr, prefix.ptr, prefix.len) == 0);
}

/* For needles of one or two bytes, which nearly all are. A sanitizer looks at the whole haystack whenever
 * memmem() is called: a script of a million comments would take it a minute. */
static const char *
find_short(const char *at, const char *end, SieveBytes needle)
{
	while (at < end && (at = memchr(at, needle.ptr[0], (size_t)(end - at))) != NULL) {
		if (needle.len == 1 || (at + 1 < end && at[1] == needle.ptr[1]))
			return at;
		at++;
	}
	return NULL;
}

size_t
sieve_bytes_find(SieveBytes haystack, SieveBytes needle, size_t start)
{
	if (start > haystack.len)
		return SIZE_MAX;
	if (needle.len == 0)
		return start;
	if (haystack.len == 0)
		return SIZE_MAX;
	const char *from = haystack.ptr + start;
	const char *end = haystack.ptr + haystack.len;
	const char *at = needle.len <= 2 ? find_short(from, end, needle)
					 : memmem(from, (size_t)(end - from), needle.ptr, needle.len);
	return at == NULL ? SIZE_MAX : (size_t)(at - haystack.ptr);
}

bool
sieve_bytes_is_ascii(SieveBytes bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if ((unsigned char)bytes.ptr[i] >= 0x80)
			return false;
	return true;
}

static bool
is_white(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

SieveBytes
sieve_bytes_trim(SieveBytes bytes)
{
	while (bytes.len > 0 && is_white(bytes.ptr[bytes.len - 1]))
		bytes.len--;
	while (bytes.len > 0 && is_white(bytes.ptr[0])) {
		bytes.ptr++;
		bytes.len--;
	}
	return bytes;
}

/* Of the character at @at: 1 when it is no UTF-8. */
static size_t
character_len(SieveBytes bytes, size_t at)
{
	const char *start = bytes.ptr + at;
	gunichar c = g_utf8_get_char_validated(start, (gssize)(bytes.len - at));

	return c == (gunichar)-1 || c == (gunichar)-2 ? 1 : (size_t)g_utf8_skip[(guchar)*start];
}

bool
sieve_bytes_next_word(SieveBytes *rest, SieveBytes *ret_word)
{
	size_t start = 0;

	while (start < rest->len && rest->ptr[start] == ' ')
		start++;
	size_t end = start;
	while (end < rest->len && rest->ptr[end] != ' ')
		end++;
	*ret_word = sieve_bytes_slice(*rest, start, end - start);
	*rest = sieve_bytes_slice(*rest, end, SIZE_MAX);
	return ret_word->len > 0;
}

size_t
sieve_bytes_characters(SieveBytes bytes)
{
	size_t count = 0;

	for (size_t at = 0; at < bytes.len; at += character_len(bytes, at))
		count++;
	return count;
}

SieveBytes
sieve_bytes_cut_utf8(SieveBytes bytes, size_t max_bytes)
{
	if (bytes.len <= max_bytes)
		return bytes;
	/* A character has four bytes at most: one that began before may reach over the end. */
	for (size_t start = max_bytes; start > 0 && start + 4 > max_bytes; start--)
		if (start + character_len(bytes, start - 1) - 1 > max_bytes)
			return sieve_bytes_slice(bytes, 0, start - 1);
	return sieve_bytes_slice(bytes, 0, max_bytes);
}

char *
sieve_bytes_dup(SieveBytes bytes)
{
	char *copy = g_malloc(bytes.len + 1);

	if (bytes.len > 0)
		memcpy(copy, bytes.ptr, bytes.len);
	copy[bytes.len] = '\0';
	return copy;
}

/* Marks that reorder or hide text on a terminal: a log line must look like what it says. */
static bool
is_misleading(gunichar character)
{
	return g_unichar_iscntrl(character) || (character >= 0x200b && character <= 0x200f) ||
	       (character >= 0x202a && character <= 0x202e) ||
	       (character >= 0x2066 && character <= 0x2069) || character == 0xfeff ||
	       character == 0x2028 || character == 0x2029;
}

/* Backslash and double quote, where what is printed stands between quotes. */
static bool
is_quoted(gunichar character, bool quote)
{
	return quote && (character == '\\' || character == '"');
}

/* How many bytes from @at on stand for themselves. */
static size_t
plain_len(SieveBytes bytes, size_t at, size_t end, bool quote)
{
	size_t start = at;

	while (at < end && bytes.ptr[at] >= ' ' && bytes.ptr[at] < 0x7f &&
		!is_quoted((unsigned char)bytes.ptr[at], quote))
		at++;
	return at - start;
}

static char *
make_printable(SieveBytes bytes, size_t max_bytes, bool quote)
{
	size_t end = MIN(bytes.len, max_bytes);
	size_t at = plain_len(bytes, 0, end, quote);

	/* Nearly all that is shown is plain. */
	if (at == bytes.len)
		return sieve_bytes_dup(bytes);
	GString *text = g_string_sized_new(end);
	g_string_append_len(text, bytes.ptr, (gssize)at);

	while (at < end) {
		size_t plain = plain_len(bytes, at, end, quote);
		g_string_append_len(text, bytes.ptr + at, (gssize)plain);
		at += plain;
		if (at == end)
			break;
		const char *here = bytes.ptr + at;
		gunichar character = g_utf8_get_char_validated(here, (gssize)(bytes.len - at));
		if (*here == '\0' || character == (gunichar)-1 || character == (gunichar)-2) {
			g_string_append_printf(text, "\\x%02x", (unsigned char)*here);
			at++;
			continue;
		}
		if (is_quoted(character, quote))
			g_string_append_c(text, '\\');
		if (character < 0x80 && g_ascii_iscntrl((char)character))
			g_string_append_printf(text, "\\x%02x", character);
		else if (is_misleading(character))
			g_string_append_printf(text, "\\u{%x}", character);
		else
			g_string_append_unichar(text, character);
		at += (size_t)g_utf8_skip[(unsigned char)*here];
	}
	if (end < bytes.len)
		g_string_append(text, "...");
	return g_string_free(text, FALSE);
}

char *
sieve_bytes_escape(SieveBytes bytes, size_t max_bytes)
{
	return make_printable(bytes, max_bytes, true);
}

char *
sieve_bytes_print(SieveBytes bytes, size_t max_bytes)
{
	return make_printable(bytes, max_bytes, false);
}
