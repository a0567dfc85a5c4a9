/* SPDX-License-Identifier: MIT */
/* edit.c - the header of the mail as a run has changed it (RFC 5293 section 7)
 *
 * Each change makes a header of its own, and a message with it that shares the body: actions taken before
 * keep the one they saw.
 */

#include <string.h>

#include "engine/message/encode.h"
#include "engine/run.h"

/* Offset past the field, its last line end too. */
static size_t
field_end(SieveBytes header, const SieveHeaderField *field)
{
	size_t end = (size_t)(field->raw.ptr - header.ptr) + field->raw.len;

	end += end < header.len && header.ptr[end] == '\r';
	return end + (end < header.len && header.ptr[end] == '\n');
}

/* Where the fields begin and end: between a "From " line of mbox files and the empty line. */
static size_t
fields_start(const SieveMessage *message, SieveBytes header)
{
	return header.len - sieve_message_wire_header(message).len;
}

static size_t
fields_end(const SieveMessage *message, SieveBytes header)
{
	size_t count = sieve_message_count_fields(message);

	return count == 0 ? fields_start(message, header)
			  : field_end(header, sieve_message_get_field(message, count - 1));
}

static void
use_header(SieveRun *run, const GString *header)
{
	SieveArena *arena = sieve_run_arena(run);
	SieveBytes copy = sieve_arena_copy(arena, (SieveBytes){header->str, header->len});

	run->message = sieve_message_edited_in(run->message, copy, arena);
}

static void
note_edit(SieveRun *run, const char *what, SieveBytes text)
{
	SieveArena *arena = sieve_run_arena(run);
	g_autofree char *shown = sieve_bytes_escape(text, 200);
	SieveEdit *edit = sieve_arena_new_array(arena, SieveEdit, 1);
	SieveEdit **link = &run->result->edits;

	edit->text = sieve_arena_printf(arena, "%s \"%s\"", what, shown);
	while (*link != NULL)
		link = &(*link)->next;
	*link = edit;
	sieve_run_note(run, "%s", edit->text);
}

/* A header whose last line is not ended would swallow what is added. */
static void
end_line(GString *header)
{
	if (header->len > 0 && header->str[header->len - 1] != '\n')
		g_string_append(header, "\r\n");
}

bool
sieve_run_add_field(SieveRun *run, SieveBytes name, SieveBytes value, bool last, GError **error)
{
	SieveBytes header = sieve_message_header(run->message);
	g_autofree char *name_text = sieve_bytes_dup(name);
	g_autofree char *field = sieve_encode_text_field(name_text, value);
	size_t at = last ? fields_end(run->message, header) : fields_start(run->message, header);
	g_autoptr(GString) edited = g_string_sized_new(header.len + strlen(field) + 2);

	if (!sieve_run_spend(run, header.len + value.len, error))
		return false;
	g_string_append_len(edited, header.ptr, (gssize)at);
	end_line(edited);
	g_string_append(edited, field);
	g_string_append_len(edited, header.ptr + at, (gssize)(header.len - at));
	use_header(run, edited);
	g_strchomp(field);
	note_edit(run, last ? "addheader :last" : "addheader", sieve_bytes_from_string(field));
	return true;
}

bool
sieve_run_delete_fields(SieveRun *run, const bool *doomed, GError **error)
{
	const SieveMessage *message = run->message;
	SieveBytes header = sieve_message_header(message);
	g_autoptr(GString) edited = g_string_sized_new(header.len);
	size_t kept_from = 0;

	if (!sieve_run_spend(run, header.len, error))
		return false;
	for (size_t i = 0; i < sieve_message_count_fields(message); i++) {
		const SieveHeaderField *field = sieve_message_get_field(message, i);
		size_t start = (size_t)(field->name.ptr - header.ptr);
		if (!doomed[i])
			continue;
		g_string_append_len(edited, header.ptr + kept_from, (gssize)(start - kept_from));
		kept_from = field_end(header, field);
		note_edit(run, "deleteheader",
			sieve_bytes_trim(sieve_bytes_slice(header, start, kept_from - start)));
	}
	g_string_append_len(edited, header.ptr + kept_from, (gssize)(header.len - kept_from));
	use_header(run, edited);
	return true;
}
