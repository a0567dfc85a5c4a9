/* SPDX-License-Identifier: MIT */
/* edit.c - the mail as a run has changed it: its header (RFC 5293), its parts (RFC 5703 section 5)
 *
 * Each change makes a header or body of its own, and a message with it that shares the rest: actions taken
 * before keep the one they saw.
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

static SieveBytes
keep(SieveRun *run, const GString *text)
{
	return sieve_arena_copy(sieve_run_arena(run), (SieveBytes){text->str, text->len});
}

static void
use_header(SieveRun *run, const GString *header)
{
	run->message = sieve_message_compose_in(
		keep(run, header), sieve_message_body(run->message), sieve_run_arena(run));
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

/* --- Parts ---------------------------------------------------------------------------------------- */

/* Fields that say what the body is. */
static bool
is_of_content(SieveBytes name)
{
	return sieve_bytes_equal_nocase(sieve_bytes_slice(name, 0, 8), SIEVE_BYTES("Content-")) ||
	       sieve_bytes_equal_nocase(name, SIEVE_BYTES("MIME-Version"));
}

/* The mail with all of its body new: of the header its own fields stay, those of its content go. */
static void
replace_body(SieveRun *run, const SieveMessage *entity)
{
	const SieveMessage *message = run->message;
	SieveBytes header = sieve_message_header(message);
	SieveBytes content = sieve_message_header(entity);
	g_autoptr(GString) edited = g_string_sized_new(header.len + content.len);
	size_t start = fields_start(message, header);

	g_string_append_len(edited, header.ptr, (gssize)start);
	for (size_t i = 0; i < sieve_message_count_fields(message); i++) {
		const SieveHeaderField *field = sieve_message_get_field(message, i);
		size_t end = field_end(header, field);
		if (!is_of_content(field->name))
			g_string_append_len(edited, header.ptr + start, (gssize)(end - start));
		start = end;
	}
	end_line(edited);
	g_string_append(edited, "MIME-Version: 1.0\r\n");
	g_string_append_len(edited, content.ptr, (gssize)content.len);
	run->message = sieve_message_compose_in(
		keep(run, edited), sieve_message_body(entity), sieve_run_arena(run));
}

/* The body with the bytes of one part, its fields too, exchanged. */
static void
replace_in_body(SieveRun *run, const SieveMimePart *part, SieveBytes entity)
{
	SieveBytes body = sieve_message_body(run->message);
	SieveBytes header = sieve_message_header(part->entity);
	size_t start = (size_t)(header.ptr - body.ptr);
	size_t len = header.len + sieve_message_body(part->entity).len;
	g_autoptr(GString) edited = g_string_sized_new(body.len + entity.len);

	g_string_append_len(edited, body.ptr, (gssize)start);
	g_string_append_len(edited, entity.ptr, (gssize)entity.len);
	g_string_append_len(edited, body.ptr + start + len, (gssize)(body.len - start - len));
	run->message = sieve_message_compose_in(sieve_message_header(run->message),
		keep(run, edited), sieve_run_arena(run));
}

bool
sieve_run_replace_part(SieveRun *run, size_t index, SieveBytes entity, GError **error)
{
	const SieveMime *mime = sieve_run_mime(run);

	/* No steps were left for it. */
	if (mime == NULL)
		return sieve_run_spend(run, 0, error);
	if (!sieve_run_spend(run, sieve_message_body(run->message).len + entity.len, error))
		return false;
	size_t before = mime->parts[index].end;
	if (index == 0)
		replace_body(run, sieve_message_new_in(sieve_arena_copy(sieve_run_arena(run), entity),
					  sieve_run_arena(run)));
	else
		replace_in_body(run, &mime->parts[index], entity);
	note_edit(run, "replace", sieve_bytes_from_string(
		sieve_arena_printf(sieve_run_arena(run), "part %zu", index)));
	sieve_run_settle_loops(run, index, before);
	return true;
}

bool
sieve_run_exchange_mail(SieveRun *run, SieveBytes mail, bool redirected_too, GError **error)
{
	const SieveMime *mime = sieve_run_mime(run);

	/* No steps were left for it. */
	if (mime == NULL)
		return sieve_run_spend(run, 0, error);
	if (!sieve_run_spend(run, mail.len, error))
		return false;
	size_t end = mime->n_parts;
	if (run->redirected == NULL && !redirected_too)
		run->redirected = run->message;
	run->message = sieve_message_new_in(
		sieve_arena_copy(sieve_run_arena(run), mail), sieve_run_arena(run));
	note_edit(run, "another mail",
		sieve_bytes_from_string(
			sieve_arena_printf(sieve_run_arena(run), "%zu bytes", mail.len)));
	sieve_run_settle_loops(run, 0, end);
	return true;
}
