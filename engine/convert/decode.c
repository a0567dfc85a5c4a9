/* SPDX-License-Identifier: MIT */
/* decode.c - filter lists in old encodings to UTF-8 */

#include "engine/convert/decode.h"

#include <string.h>

#include "engine/bytes.h"

static GBytes *
decode_utf16(SieveBytes text)
{
	const bool little = sieve_bytes_starts_with(text, SIEVE_BYTES("\xff\xfe"));
	gsize len;

	if (!little && !sieve_bytes_starts_with(text, SIEVE_BYTES("\xfe\xff")))
		return NULL;
	char *decoded = g_convert(text.ptr + 2, (gssize)text.len - 2, "UTF-8",
		little ? "UTF-16LE" : "UTF-16BE", NULL, &len, NULL);
	return decoded == NULL ? NULL : g_bytes_new_take(decoded, len);
}

/* A NUL is no text in any of them. */
static bool
is_utf8(SieveBytes line)
{
	return line.len == 0 || memchr(line.ptr, '\0', line.len) != NULL ||
	       g_utf8_validate_len(line.ptr, line.len, NULL);
}

static void
add_line(SieveBytes line, size_t number, GString *decoded, GArray *ret_guessed)
{
	g_autofree char *text = NULL;

	if (!is_utf8(line))
		text = g_convert(line.ptr, (gssize)line.len, "UTF-8", "WINDOWS-1252", NULL, NULL, NULL);
	if (text == NULL) {
		g_string_append_len(decoded, line.ptr, (gssize)line.len);
		return;
	}
	g_string_append(decoded, text);
	if (ret_guessed != NULL)
		g_array_append_val(ret_guessed, number);
}

GBytes *
sieve_convert_decode(SieveBytes text, GArray *ret_guessed)
{
	const bool marked = sieve_bytes_starts_with(text, SIEVE_BYTES("\xef\xbb\xbf"));
	GBytes *decoded = decode_utf16(text);
	size_t number = 0;

	if (decoded != NULL ||
		(!marked && (text.len == 0 || g_utf8_validate_len(text.ptr, text.len, NULL))))
		return decoded;
	if (marked)
		text = sieve_bytes_slice(text, 3, SIZE_MAX);
	GString *lines = g_string_sized_new(text.len);
	for (size_t at = 0; at < text.len; number++) {
		size_t end = MIN(sieve_bytes_find(text, SIEVE_BYTES("\n"), at), text.len);
		add_line(sieve_bytes_slice(text, at, end - at), number, lines, ret_guessed);
		if (end < text.len)
			g_string_append_c(lines, '\n');
		at = end + 1;
	}
	return g_string_free_to_bytes(lines);
}
