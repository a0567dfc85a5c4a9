/* SPDX-License-Identifier: MIT */
/* content-type.c - the values of Content-Type and Content-Disposition (RFC 2045 section 5.1, RFC 2231) */

#include "engine/message/content-type.h"

#include <string.h>

#include "engine/bytes.h"
#include "engine/message/charset.h"
#include "engine/message/header.h"

/* Of one parameter; what has more is none that anybody wrote. */
enum { MAX_PIECES = 100 };

/* token (RFC 2045 section 5.1), and 8-bit bytes, which no other character can be taken for. */
static bool
is_token_byte(char byte)
{
	return (unsigned char)byte > ' ' && byte != 0x7f && strchr("()<>@,;:\\\"/[]?=", byte) == NULL;
}

/* CFWS (RFC 5322 section 3.2.2); an open comment ends the text. */
static size_t
skip_blanks(SieveBytes text, size_t at)
{
	size_t depth = 0;

	for (; at < text.len; at++) {
		char byte = text.ptr[at];
		if (byte == '\\' && depth > 0)
			at++;
		else if (byte == '(')
			depth++;
		else if (byte == ')' && depth > 0)
			depth--;
		else if (depth == 0 && byte != ' ' && byte != '\t' && byte != '\r' && byte != '\n')
			return at;
	}
	return text.len;
}

static SieveBytes
take_token(SieveBytes text, size_t *at)
{
	size_t start = skip_blanks(text, *at);
	size_t end = start;

	while (end < text.len && is_token_byte(text.ptr[end]))
		end++;
	*at = skip_blanks(text, end);
	return sieve_bytes_slice(text, start, end - start);
}

static bool
take_byte(SieveBytes text, size_t *at, char byte)
{
	if (*at >= text.len || text.ptr[*at] != byte)
		return false;
	++*at;
	return true;
}

SieveContentType
sieve_content_type_parse(SieveBytes value)
{
	SieveContentType type = {.type = SIEVE_BYTES(""), .subtype = SIEVE_BYTES("")};
	size_t at = 0;

	type.type = take_token(value, &at);
	if (take_byte(value, &at, '/'))
		type.subtype = take_token(value, &at);
	size_t semicolon = sieve_bytes_find(value, SIEVE_BYTES(";"), at);
	type.parameters = sieve_bytes_slice(value, semicolon, SIZE_MAX);
	return type;
}

bool
sieve_content_type_is(const SieveContentType *type, SieveBytes name, SieveBytes subtype)
{
	return sieve_bytes_equal_nocase(type->type, name) &&
	       (subtype.len == 0 || sieve_bytes_equal_nocase(type->subtype, subtype));
}

/* --- Parameters --------------------------------------------------------------------------------- */

/* One piece as it stands: `name`, `name*`, `name*N` or `name*N*`, and what is behind `=`. */
typedef struct Piece {
	SieveBytes name;
	int number; /* -1: not in pieces */
	bool coded; /* RFC 2231 section 4: charset and percent signs */
	SieveBytes value;
} Piece;

/* quoted-string, behind its first quote; an open one ends the text. */
static SieveBytes
unquote(SieveBytes text, size_t *at, SieveArena *arena)
{
	size_t start = *at;
	bool escaped = false;

	while (*at < text.len && text.ptr[*at] != '"') {
		escaped = escaped || text.ptr[*at] == '\\';
		*at += text.ptr[*at] == '\\' ? 2 : 1;
	}
	*at = MIN(*at, text.len);
	SieveBytes inside = sieve_bytes_slice(text, start, *at - start);
	(void)take_byte(text, at, '"');
	if (!escaped)
		return inside;
	char *out = sieve_arena_alloc(arena, inside.len);
	size_t len = 0;
	for (size_t i = 0; i < inside.len; i++) {
		if (inside.ptr[i] == '\\' && i + 1 < inside.len)
			i++;
		out[len++] = inside.ptr[i];
	}
	return (SieveBytes){out, len};
}

/* What is no token and not quoted, as people write file names: up to the semicolon. */
static SieveBytes
take_loose(SieveBytes text, size_t *at)
{
	size_t end = MIN(sieve_bytes_find(text, SIEVE_BYTES(";"), *at), text.len);
	SieveBytes value = sieve_bytes_trim(sieve_bytes_slice(text, *at, end - *at));

	*at = end;
	return value;
}

static void
split_name(Piece *piece)
{
	size_t star = sieve_bytes_find(piece->name, SIEVE_BYTES("*"), 0);
	SieveBytes rest = sieve_bytes_slice(piece->name, star, SIZE_MAX);

	piece->number = -1;
	if (star == SIZE_MAX)
		return;
	piece->name.len = star;
	piece->coded = rest.ptr[rest.len - 1] == '*';
	rest = sieve_bytes_slice(rest, 1, rest.len - 1 - (piece->coded ? 1 : 0));
	if (rest.len == 0 || rest.len > 3)
		return;
	piece->number = 0;
	for (size_t i = 0; i < rest.len; i++)
		piece->number = g_ascii_isdigit(rest.ptr[i])
			? piece->number * 10 + (rest.ptr[i] - '0')
			: G_MAXINT / 100;
}

/* *(";" attribute "=" value); moves @at past one. */
static bool
take_piece(SieveBytes text, size_t *at, SieveArena *arena, Piece *ret_piece)
{
	while (*at < text.len) {
		*at = skip_blanks(text, *at);
		if (!take_byte(text, at, ';')) {
			*at = MIN(sieve_bytes_find(text, SIEVE_BYTES(";"), *at), text.len);
			continue;
		}
		*ret_piece = (Piece){.name = take_token(text, at)};
		if (ret_piece->name.len == 0 || !take_byte(text, at, '='))
			continue;
		*at = skip_blanks(text, *at);
		ret_piece->value = take_byte(text, at, '"') ? unquote(text, at, arena)
							    : take_loose(text, at);
		split_name(ret_piece);
		return true;
	}
	return false;
}

static void
append_decoded(GString *out, SieveBytes text)
{
	for (size_t i = 0; i < text.len; i++) {
		int high = text.ptr[i] == '%' && i + 2 < text.len
			? g_ascii_xdigit_value(text.ptr[i + 1])
			: -1;
		int low = high < 0 ? -1 : g_ascii_xdigit_value(text.ptr[i + 2]);
		if (low >= 0)
			i += 2;
		g_string_append_c(out, low >= 0 ? (char)(high * 16 + low) : text.ptr[i]);
	}
}

/* charset "'" [language] "'" text; an empty charset, and all of it as text, when it is not written so. */
static SieveBytes
take_charset(SieveBytes *text)
{
	size_t first = sieve_bytes_find(*text, SIEVE_BYTES("'"), 0);
	size_t second = first == SIZE_MAX
		? SIZE_MAX
		: sieve_bytes_find(*text, SIEVE_BYTES("'"), first + 1);
	SieveBytes charset = SIEVE_BYTES("");

	if (second == SIZE_MAX)
		return charset;
	charset = sieve_bytes_slice(*text, 0, first);
	*text = sieve_bytes_slice(*text, second + 1, SIZE_MAX);
	return charset;
}

/* Pieces in the order of their numbers, up to the first that is missing. */
static SieveBytes
join_pieces(const Piece *pieces, SieveArena *arena)
{
	g_autoptr(GString) out = g_string_new(NULL);
	SieveBytes first = pieces[0].value;
	SieveBytes charset = pieces[0].coded ? take_charset(&first) : SIEVE_BYTES("");
	const char *known = sieve_charset_find(charset);
	SieveBytes value;

	for (int i = 0; i < MAX_PIECES && pieces[i].name.len > 0; i++) {
		SieveBytes text = i == 0 ? first : pieces[i].value;
		if (pieces[i].coded)
			append_decoded(out, text);
		else
			g_string_append_len(out, text.ptr, (gssize)text.len);
	}
	SieveBytes bytes = sieve_arena_copy(arena, (SieveBytes){out->str, out->len});
	return known != NULL && sieve_charset_to_utf8(known, bytes, arena, &value) ? value : bytes;
}

bool
sieve_content_type_parameter(
	const SieveContentType *type, SieveBytes name, SieveArena *arena, SieveBytes *ret_value)
{
	Piece pieces[MAX_PIECES] = {{.name = {NULL, 0}}};
	size_t at = 0;
	Piece piece;

	while (take_piece(type->parameters, &at, arena, &piece)) {
		if (!sieve_bytes_equal_nocase(piece.name, name))
			continue;
		/* Mail programs put encoded words here, although RFC 2047 section 5 forbids it. */
		if (piece.number < 0 && !piece.coded) {
			*ret_value = sieve_header_decode(piece.value, arena);
			return true;
		}
		int number = MAX(piece.number, 0);
		if (number < MAX_PIECES && pieces[number].name.len == 0)
			pieces[number] = piece;
		if (piece.number < 0)
			break;
	}
	if (pieces[0].name.len == 0)
		return false;
	*ret_value = join_pieces(pieces, arena);
	return true;
}
