/* SPDX-License-Identifier: MIT */
/* message.c - one message: header index, body offset, size (RFC 5322 section 2) */

#include "engine/message/message.h"

#include "engine/bytes.h"

#include <string.h>

/* Most mails have no more; and malloc() keeps this much at hand for each thread. */
#define FIRST_FIELDS 32u
#define SIZE_UNKNOWN UINT64_MAX

struct SieveMessage {
	SieveBytes header; /* with the "From " line and the empty line, where they are */
	SieveBytes body;
	SieveHeaderField *fields; /* (array length=n_fields) */
	size_t n_fields;
	size_t n_room;
	bool odd_names; /* a field has a name that none can have */
	uint64_t counted;     /* the size once somebody has asked for it; atomic */
	uint64_t *size_bytes; /* where that stands: also written through a const message */
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

/* field = field-name *WSP ":" unstructured; the blanks are obsolete syntax (RFC 5322
 * section 4.5.8). A strange name is kept: no script asks for it, and the fields after it stay
 * visible. @text is the field, @line_len the length of its first line. */
static bool
split_field(SieveBytes text, size_t line_len, SieveHeaderField *ret_field)
{
	const char *colon = memchr(text.ptr, ':', line_len);
	SieveBytes name;

	if (colon == NULL || is_blank(text.ptr[0]))
		return false;
	size_t value = (size_t)(colon - text.ptr) + 1;
	name = (SieveBytes){text.ptr, value - 1};
	while (name.len > 0 && is_blank(name.ptr[name.len - 1]))
		name.len--;
	ret_field->name = name;
	ret_field->raw = strip_line_end((SieveBytes){text.ptr + value, text.len - value});
	return true;
}

static void
add_field(SieveMessage *message, const SieveHeaderField *field)
{
	if (message->n_fields == message->n_room) {
		message->n_room *= 2;
		message->fields = g_renew(SieveHeaderField, message->fields, message->n_room);
	}
	message->fields[message->n_fields++] = *field;
	message->odd_names = message->odd_names || !sieve_message_is_field_name(field->name);
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

/* Indexes the header; the offset at which the body starts, of which no byte is looked at. */
static size_t
index_fields(SieveMessage *message, SieveBytes raw)
{
	size_t at = skip_mbox_line(raw);

	while (at < raw.len) {
		size_t line_end = find_line_end(raw, at);
		SieveHeaderField field;
		if (strip_line_end((SieveBytes){raw.ptr + at, line_end - at}).len == 0)
			return line_end;
		size_t end = line_end;
		while (end < raw.len && is_blank(raw.ptr[end]))
			end = find_line_end(raw, end);
		if (!split_field((SieveBytes){raw.ptr + at, end - at}, line_end - at, &field))
			return at;
		add_field(message, &field);
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

	message->n_room = FIRST_FIELDS;
	message->fields = g_new(SieveHeaderField, message->n_room);
	message->counted = SIZE_UNKNOWN;
	message->size_bytes = &message->counted;
	size_t header_len = index_fields(message, raw);
	message->header = sieve_bytes_slice(raw, 0, header_len);
	message->body = sieve_bytes_slice(raw, header_len, raw.len);
	return message;
}

void
sieve_message_free(SieveMessage *message)
{
	if (message == NULL)
		return;
	g_free(message->fields);
	g_free(message);
}

/* Frees @indexed. */
static const SieveMessage *
move_into(SieveArena *arena, SieveMessage *indexed)
{
	SieveMessage *message = sieve_arena_new_array(arena, SieveMessage, 1);
	SieveHeaderField *fields =
		sieve_arena_new_array(arena, SieveHeaderField, indexed->n_fields);

	if (indexed->n_fields > 0)
		memcpy(fields, indexed->fields, indexed->n_fields * sizeof(fields[0]));
	*message = *indexed;
	message->fields = fields;
	message->n_room = message->n_fields;
	message->size_bytes = &message->counted;
	sieve_message_free(indexed);
	return message;
}

const SieveMessage *
sieve_message_new_in(SieveBytes raw, SieveArena *arena)
{
	return move_into(arena, sieve_message_new(raw));
}

const SieveMessage *
sieve_message_compose_in(SieveBytes header, SieveBytes body, SieveArena *arena)
{
	SieveMessage *indexed = sieve_message_new(header);

	indexed->header = header;
	indexed->body = body;
	return move_into(arena, indexed);
}

SieveBytes
sieve_message_header(const SieveMessage *message)
{
	return message->header;
}

SieveBytes
sieve_message_wire_header(const SieveMessage *message)
{
	return sieve_bytes_slice(message->header, skip_mbox_line(message->header), message->header.len);
}

uint64_t
sieve_message_size(const SieveMessage *message)
{
	uint64_t size = __atomic_load_n(message->size_bytes, __ATOMIC_RELAXED);

	/* Most scripts never ask, so the whole mail is gone through for those that do. Threads that ask
	 * at the same time all count, and find the same. */
	if (size == SIZE_UNKNOWN) {
		size = count_octets(message->header) + count_octets(message->body);
		__atomic_store_n(message->size_bytes, size, __ATOMIC_RELAXED);
	}
	return size;
}

SieveBytes
sieve_message_body(const SieveMessage *message)
{
	return message->body;
}

size_t
sieve_message_count_fields(const SieveMessage *message)
{
	return message->n_fields;
}

const SieveHeaderField *
sieve_message_get_field(const SieveMessage *message, size_t index)
{
	g_return_val_if_fail(index < message->n_fields, NULL);
	return &message->fields[index];
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
	const SieveHeaderField *fields = message->fields;
	size_t count = message->n_fields;

	for (size_t i = *index; i < count; i++) {
		/* Most names differ in length, which is known without a call. */
		if (fields[i].name.len != name.len || !sieve_bytes_equal_nocase(fields[i].name, name))
			continue;
		/* A malformed field may have the name that is asked for. */
		if (message->odd_names && !sieve_message_is_field_name(name))
			break;
		*index = i + 1;
		return &fields[i];
	}
	*index = count;
	return NULL;
}
