/* SPDX-License-Identifier: MIT */
/* encoded-character.c - ${hex:} and ${unicode:} in strings (RFC 5228 section 2.4.2.4) */

#include <string.h>

#include "engine/sieve-ext.h"

/* The digits of more than any code point: further ones cannot make a legal value. */
#define TOO_LARGE 0x110000u

/* One `${...}` being read. */
typedef struct Reader {
	const char *at;
	const char *end;
} Reader;

static bool
take(Reader *reader, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(reader->end - reader->at) < len ||
		g_ascii_strncasecmp(reader->at, word, len) != 0)
		return false;
	reader->at += len;
	return true;
}

/* *blank in the grammar: the white space of section 8.1. */
static bool
skip_blanks(Reader *reader)
{
	const char *start = reader->at;

	while (reader->at < reader->end && strchr(" \t\r\n", *reader->at) != NULL &&
		*reader->at != '\0')
		reader->at++;
	return reader->at > start;
}

/* 1*HEXDIG; a value that is too large stays at TOO_LARGE. Returns the number of digits. */
static size_t
take_hex(Reader *reader, uint32_t *ret_value)
{
	const char *start = reader->at;
	uint32_t value = 0;

	for (; reader->at < reader->end && g_ascii_isxdigit(*reader->at); reader->at++)
		value = MIN(value * 16 + (uint32_t)g_ascii_xdigit_value(*reader->at), TOO_LARGE);
	*ret_value = value;
	return (size_t)(reader->at - start);
}

static bool
is_code_point(uint32_t value)
{
	return value <= 0xd7ff || (value >= 0xe000 && value <= 0x10ffff);
}

/* True when an unencoded text of the form was read: "hex:" hex-pair-seq "}" or "unicode:"
 * unicode-hex-seq "}". What is illegal inside a well-formed one is told. */
static bool
decode_numbers(Reader *reader, bool unicode, GString *text, const char **ret_problem)
{
	bool separated = true;
	uint32_t value;

	skip_blanks(reader);
	if (reader->at < reader->end && *reader->at == '}')
		return false;
	while (reader->at < reader->end && *reader->at != '}') {
		size_t digits = take_hex(reader, &value);
		if (digits == 0 || !separated || (!unicode && digits > 2))
			return false;
		if (unicode && !is_code_point(value))
			*ret_problem = "is no Unicode character";
		else if (unicode)
			g_string_append_unichar(text, value);
		else
			g_string_append_c(text, (char)value);
		separated = skip_blanks(reader);
	}
	return take(reader, "}");
}

static bool
decode_one(Reader *reader, GString *text, const char **ret_problem)
{
	size_t before = text->len;
	bool unicode = false;

	if (take(reader, "${hex:") || (unicode = take(reader, "${unicode:"))) {
		*ret_problem = NULL;
		if (decode_numbers(reader, unicode, text, ret_problem))
			return true;
	}
	*ret_problem = NULL;
	g_string_truncate(text, before);
	return false;
}

/* Blanks between the numbers may be line ends, and a message is one line. */
static void
tell_problem(SieveCheck *check, const SieveArg *arg, const Reader *start, const Reader *end,
	const char *problem)
{
	SieveBytes written = {start->at, (size_t)(end->at - start->at)};
	g_autofree char *shown = sieve_bytes_escape(written, 80);

	sieve_check_error(check, arg, NULL, "%s %s", shown, problem);
}

static SieveBytes
rewrite(SieveCheck *check, const SieveArg *arg, SieveBytes value, SieveArena *arena)
{
	if (sieve_bytes_find(value, SIEVE_BYTES("${"), 0) == SIZE_MAX)
		return value;
	g_autoptr(GString) text = g_string_sized_new(value.len);
	Reader reader = {value.ptr, value.ptr + value.len};
	/* One pass: what comes out is not looked at again. */
	while (reader.at < reader.end) {
		const char *problem = NULL;
		Reader ahead = reader;
		if (!decode_one(&ahead, text, &problem)) {
			g_string_append_c(text, *reader.at++);
			continue;
		}
		if (problem != NULL)
			tell_problem(check, arg, &reader, &ahead, problem);
		reader = ahead;
	}
	return sieve_arena_copy(arena, (SieveBytes){text->str, text->len});
}

const SieveExtension sieve_ext_encoded_character = {
	.capability = "encoded-character",
	.source = "RFC 5228 section 2.4.2.4",
	.rewrite_string = rewrite,
};
