/* SPDX-License-Identifier: MIT */
/* mime.c - the MIME parts of one message: a tree of views (RFC 2045, RFC 2046) */

#include "engine/message/mime.h"

#include "engine/bytes.h"
#include "engine/limits.h"
#include "engine/message/charset.h"
#include "engine/message/header.h"
#include "engine/message/transfer.h"

#include <string.h>

typedef struct Parser {
	SieveArena *arena;
	const char *start;	   /* of the message's body */
	GArray *parts;		   /* of SieveMimePart */
	const size_t *lines;	   /* (array length=n_lines) where lines begin that may be delimiters */
	size_t n_lines;
} Parser;

/* A delimiter, or where there is none any more. */
typedef struct Delimiter {
	size_t start; /* in the body: of the line end before it, which is its own (RFC 2046 5.1.1) */
	size_t end;   /* past its line */
	bool closes;
	bool found;
} Delimiter;

/* --- Delimiters --------------------------------------------------------------------------------- */

/* Lines that begin with two hyphens are noted once, for multiparts of any depth. */
static const size_t *
find_lines(SieveBytes raw, SieveArena *arena, size_t *ret_count)
{
	g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(size_t));

	for (size_t at = 0; at + 2 < raw.len;) {
		if (raw.ptr[at] == '-' && raw.ptr[at + 1] == '-')
			g_array_append_val(lines, at);
		at = MIN(sieve_bytes_find(raw, SIEVE_BYTES("\n"), at), raw.len) + 1;
	}
	*ret_count = lines->len;
	size_t *copy = sieve_arena_new_array(arena, size_t, lines->len);
	if (lines->len > 0)
		memcpy(copy, lines->data, lines->len * sizeof(size_t));
	return copy;
}

/* Index of the first noted line at or after @offset. */
static size_t
first_line(const Parser *parser, size_t offset)
{
	size_t low = 0;
	size_t high = parser->n_lines;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (parser->lines[middle] < offset)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* "--" boundary ["--"] and blanks; @line is without its line end. */
static bool
is_delimiter(SieveBytes line, SieveBytes boundary, bool *ret_closes)
{
	SieveBytes rest = sieve_bytes_slice(line, 2, SIZE_MAX);

	if (!sieve_bytes_starts_with(rest, boundary))
		return false;
	rest = sieve_bytes_slice(rest, boundary.len, SIZE_MAX);
	*ret_closes = sieve_bytes_starts_with(rest, SIEVE_BYTES("--"));
	if (*ret_closes)
		rest = sieve_bytes_slice(rest, 2, SIZE_MAX);
	return sieve_bytes_trim(rest).len == 0;
}

static Delimiter
next_delimiter(const Parser *parser, SieveBytes body, SieveBytes boundary, size_t from)
{
	size_t base = (size_t)(body.ptr - parser->start);
	Delimiter delimiter = {.start = body.len, .end = body.len};

	for (size_t i = first_line(parser, base + from); i < parser->n_lines; i++) {
		size_t at = parser->lines[i] - base;
		if (at >= body.len)
			break;
		/* Before the line's end is looked for: there may be many of another part. */
		if (!sieve_bytes_starts_with(sieve_bytes_slice(body, at + 2, boundary.len), boundary))
			continue;
		size_t lf = MIN(sieve_bytes_find(body, SIEVE_BYTES("\n"), at), body.len);
		if (!is_delimiter(sieve_bytes_slice(body, at, lf - at), boundary, &delimiter.closes))
			continue;
		delimiter.found = true;
		delimiter.end = MIN(lf + 1, body.len);
		delimiter.start = at;
		if (at > from && body.ptr[at - 1] == '\n')
			delimiter.start--;
		if (delimiter.start > from && delimiter.start < at &&
			body.ptr[delimiter.start - 1] == '\r')
			delimiter.start--;
		return delimiter;
	}
	return delimiter;
}

/* --- Parts -------------------------------------------------------------------------------------- */

bool
sieve_mime_is_multipart(const SieveMimePart *part)
{
	return sieve_content_type_is(&part->type, SIEVE_BYTES("multipart"), SIEVE_BYTES(""));
}

bool
sieve_mime_is_message(const SieveMimePart *part)
{
	return sieve_content_type_is(&part->type, SIEVE_BYTES("message"), SIEVE_BYTES("rfc822")) ||
	       sieve_content_type_is(&part->type, SIEVE_BYTES("message"), SIEVE_BYTES("global"));
}

/* RFC 2045 section 5.2, and RFC 2046 section 5.1.5 for the parts of a digest. */
static SieveContentType
find_type(const SieveMessage *entity, bool in_digest, SieveArena *arena)
{
	SieveContentType type = {.type = SIEVE_BYTES("")};
	size_t index = 0;
	const SieveHeaderField *field =
		sieve_message_find_field(entity, SIEVE_BYTES("Content-Type"), &index);

	if (field != NULL)
		type = sieve_content_type_parse(sieve_header_unfold(field->raw, arena));
	if (type.type.len > 0 && type.subtype.len > 0)
		return type;
	type.type = in_digest ? SIEVE_BYTES("message") : SIEVE_BYTES("text");
	type.subtype = in_digest ? SIEVE_BYTES("rfc822") : SIEVE_BYTES("plain");
	return type;
}

static SieveMimePart *
part_at(const Parser *parser, size_t index)
{
	return &g_array_index(parser->parts, SieveMimePart, index);
}

static void add_part(Parser *parser, const SieveMessage *entity, unsigned depth, bool in_digest);

static bool
has_room(const Parser *parser, unsigned depth)
{
	return depth < SIEVE_LIMIT_MIME_DEPTH && parser->parts->len < SIEVE_LIMIT_MIME_PARTS;
}

static void
split(Parser *parser, size_t index)
{
	const SieveMimePart *whole = part_at(parser, index);
	SieveBytes body = sieve_message_body(whole->entity);
	bool digest = sieve_bytes_equal_nocase(whole->type.subtype, SIEVE_BYTES("digest"));
	unsigned depth = whole->depth + 1;
	SieveBytes boundary;

	if (body.len == 0 || !sieve_content_type_parameter(
		    &whole->type, SIEVE_BYTES("boundary"), parser->arena, &boundary) ||
		boundary.len == 0)
		return;
	Delimiter delimiter = next_delimiter(parser, body, boundary, 0);
	if (delimiter.found)
		part_at(parser, index)->prologue = sieve_bytes_slice(body, 0, delimiter.start);
	while (delimiter.found && !delimiter.closes && has_room(parser, depth)) {
		size_t start = delimiter.end;
		delimiter = next_delimiter(parser, body, boundary, start);
		SieveBytes part = sieve_bytes_slice(body, start, delimiter.start - start);
		add_part(parser, sieve_message_new_in(part, parser->arena), depth, digest);
	}
	if (delimiter.closes)
		part_at(parser, index)->epilogue =
			sieve_bytes_slice(body, delimiter.end, SIZE_MAX);
}

/* Recursion is as deep as SIEVE_LIMIT_MIME_DEPTH at most. */
static void
add_part(Parser *parser, const SieveMessage *entity, unsigned depth, bool in_digest)
{
	size_t index = parser->parts->len;
	SieveMimePart part = {
		.entity = entity,
		.type = find_type(entity, in_digest, parser->arena),
		.depth = depth,
	};

	g_array_append_val(parser->parts, part);
	if (sieve_mime_is_multipart(&part) && has_room(parser, depth + 1))
		split(parser, index);
	else if (sieve_mime_is_message(&part) && has_room(parser, depth + 1))
		add_part(parser,
			sieve_message_new_in(sieve_message_body(entity), parser->arena), depth + 1,
			false);
	part_at(parser, index)->end = parser->parts->len;
}

const SieveMime *
sieve_mime_parse(const SieveMessage *message, SieveArena *arena)
{
	SieveBytes body = sieve_message_body(message);
	g_autoptr(GArray) parts = g_array_new(FALSE, FALSE, sizeof(SieveMimePart));
	Parser parser = {.arena = arena, .start = body.ptr, .parts = parts};
	SieveMime *mime = sieve_arena_new_array(arena, SieveMime, 1);

	parser.lines = find_lines(body, arena, &parser.n_lines);
	add_part(&parser, message, 0, false);
	SieveMimePart *copy = sieve_arena_new_array(arena, SieveMimePart, parts->len);
	memcpy(copy, parts->data, parts->len * sizeof(SieveMimePart));
	mime->parts = copy;
	mime->n_parts = parts->len;
	return mime;
}

/* --- Contents ----------------------------------------------------------------------------------- */

SieveBytes
sieve_mime_decode(const SieveMimePart *part, SieveArena *arena)
{
	size_t index = 0;
	const SieveHeaderField *field = sieve_message_find_field(
		part->entity, SIEVE_BYTES("Content-Transfer-Encoding"), &index);
	SieveBytes body = sieve_message_body(part->entity);

	if (field == NULL)
		return body;
	/* Written as Content-Type is: a word, perhaps a comment. */
	SieveContentType encoding = sieve_content_type_parse(sieve_header_unfold(field->raw, arena));
	return sieve_transfer_decode(encoding.type, body, arena);
}

SieveBytes
sieve_mime_text(const SieveMimePart *part, SieveArena *arena)
{
	SieveBytes text = sieve_mime_decode(part, arena);
	SieveBytes name = SIEVE_BYTES("");

	if (sieve_content_type_parameter(&part->type, SIEVE_BYTES("charset"), arena, &name)) {
		const char *charset = sieve_charset_find(sieve_bytes_trim(name));
		if (charset != NULL)
			(void)sieve_charset_to_utf8(charset, text, arena, &text);
	}
	return sieve_transfer_crlf(text, arena);
}
