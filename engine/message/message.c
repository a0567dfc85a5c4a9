/* SPDX-License-Identifier: MIT */
/* message.c - one message: header index, body offset, size (RFC 5322 section 2) */

#include "engine/message/message.h"

#include "engine/bytes.h"

#include <string.h>

struct SieveMessage {
	SieveBytes raw;
	SieveBytes body;
	uint64_t size_bytes;
	GArray *fields; /* of SieveHeaderField */
};

/* The end of the line that starts at @start: past its LF, or the end of the message. */
static size_t
find_line_end(SieveBytes raw, size_t start)
{
	const char *lf = start < raw.len ? memchr(raw.ptr + start, '\n', raw.len - start) : NULL;

	return lf == NULL ? raw.len : (size_t)(lf - raw.ptr) + 1;
}

/* Without its line end, LF or CRLF. */
static SieveBytes
strip_line_end(SieveBytes line)
{
	if (line.len > 0 && line.ptr[line.len - 1] == '\n')
		line.len--;
	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* The field that starts at @start, with all lines folded into it. */
static size_t
find_field_end(SieveBytes raw, size_t start)
{
	size_t end = find_line_end(raw, start);

	while (end < raw.len && is_blank(raw.ptr[end]))
		end = find_line_end(raw, end);
	return end;
}

/* field = field-name *WSP ":" unstructured; the blanks are obsolete syntax (RFC 5322
 * section 4.5.8). A strange name is kept: no script asks for it, and the fields after it stay
 * visible. */
static bool
split_field(SieveBytes text, SieveHeaderField *ret_field)
{
	size_t line_len = find_line_end(text, 0);
	const char *colon = memchr(text.ptr, ':', line_len);
	SieveBytes name;

	if (colon == NULL || is_blank(text.ptr[0]))
		return false;
	name = (SieveBytes){text.ptr, (size_t)(colon - text.ptr)};
	while (name.len > 0 && is_blank(name.ptr[name.len - 1]))
		name.len--;
	ret_field->name = name;
	ret_field->raw =
		strip_line_end(sieve_bytes_slice(text, (size_t)(colon - text.ptr) + 1, text.len));
	return true;
}

/* Mail that has passed through an mbox file starts with a "From " line, which is no field; but "From :"
 * is one, in obsolete syntax (RFC 5228 section 2.4.2.2). */
static size_t
skip_mbox_line(SieveBytes raw)
{
	size_t at = strlen("From");

	if (!sieve_bytes_starts_with(raw, SIEVE_BYTES("From ")))
		return 0;
	while (at < raw.len && is_blank(raw.ptr[at]))
		at++;
	return at < raw.len && raw.ptr[at] == ':' ? 0 : find_line_end(raw, 0);
}

/* Indexes the header; the offset at which the body starts. */
static size_t
index_fields(SieveMessage *message)
{
	SieveBytes raw = message->raw;
	size_t at = skip_mbox_line(raw);

	while (at < raw.len) {
		size_t line_end = find_line_end(raw, at);
		SieveHeaderField field;
		if (strip_line_end(sieve_bytes_slice(raw, at, line_end - at)).len == 0)
			return line_end;
		size_t end = find_field_end(raw, at);
		if (!split_field(sieve_bytes_slice(raw, at, end - at), &field))
			return at;
		g_array_append_val(message->fields, field);
		at = end;
	}
	return raw.len;
}

/* Each LF without its CR counts twice: it would be CRLF on the wire (RFC 5228 section 5.9). */
static uint64_t
count_octets(SieveBytes raw)
{
	uint64_t octets = raw.len;
	size_t at = 0;

	while (at < raw.len) {
		const char *lf = memchr(raw.ptr + at, '\n', raw.len - at);
		if (lf == NULL)
			break;
		if (lf == raw.ptr || lf[-1] != '\r')
			octets++;
		at = (size_t)(lf - raw.ptr) + 1;
	}
	return octets;
}

SieveMessage *
sieve_message_new(SieveBytes raw)
{
	SieveMessage *message = g_new0(SieveMessage, 1);

	message->raw = raw;
	message->fields = g_array_new(FALSE, FALSE, sizeof(SieveHeaderField));
	size_t body_start = index_fields(message);
	message->body = sieve_bytes_slice(raw, body_start, raw.len);
	message->size_bytes = count_octets(raw);
	return message;
}

void
sieve_message_free(SieveMessage *message)
{
	if (message == NULL)
		return;
	g_array_unref(message->fields);
	g_free(message);
}

SieveBytes
sieve_message_raw(const SieveMessage *message)
{
	return message->raw;
}

SieveBytes
sieve_message_without_mbox_line(const SieveMessage *message)
{
	return sieve_bytes_slice(message->raw, skip_mbox_line(message->raw), message->raw.len);
}

uint64_t
sieve_message_size(const SieveMessage *message)
{
	return message->size_bytes;
}

SieveBytes
sieve_message_body(const SieveMessage *message)
{
	return message->body;
}

size_t
sieve_message_count_fields(const SieveMessage *message)
{
	return message->fields->len;
}

const SieveHeaderField *
sieve_message_get_field(const SieveMessage *message, size_t index)
{
	g_return_val_if_fail(index < message->fields->len, NULL);
	return &g_array_index(message->fields, SieveHeaderField, index);
}

bool
sieve_message_is_field_name(SieveBytes name)
{
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] <= ' ' || name.ptr[i] >= 0x7f || name.ptr[i] == ':')
			return false;
	return name.len > 0;
}

const SieveHeaderField *
sieve_message_find_field(const SieveMessage *message, SieveBytes name, size_t *index)
{
	bool legal = sieve_message_is_field_name(name);

	for (size_t i = *index; legal && i < message->fields->len; i++) {
		const SieveHeaderField *field =
			&g_array_index(message->fields, SieveHeaderField, i);
		if (sieve_bytes_equal_nocase(field->name, name)) {
			*index = i + 1;
			return field;
		}
	}
	*index = message->fields->len;
	return NULL;
}
