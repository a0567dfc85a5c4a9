/* SPDX-License-Identifier: MIT */
/* lines.c - the lines of a list: what they are, and what the script says of them */

#include <stdlib.h>
#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/conversion.h"
#include "engine/convert/decode.h"

enum { MAX_INCLUDED = 64 }; /* files; one may include itself */

SieveArena *
convert_arena(SieveConversion *conversion)
{
	return sieve_ast_arena(conversion->ast);
}

SieveAst *
convert_ast(SieveConversion *conversion)
{
	return conversion->ast;
}

const SieveRegistry *
convert_registry(const SieveConversion *conversion)
{
	return conversion->registry;
}

SieveSide
convert_side(const SieveConversion *conversion)
{
	return conversion->input.side;
}

SieveBytes
convert_text(const SieveConversion *conversion)
{
	return conversion->input.text;
}

static Line *
line_of(const SieveConversion *conversion, size_t line)
{
	return &g_array_index(conversion->lines, Line, line);
}

SieveBytes
convert_line(const SieveConversion *conversion, size_t line)
{
	return line_of(conversion, line)->told.text;
}

size_t
convert_line_at(const SieveConversion *conversion, const char *at)
{
	size_t low = 0;
	size_t high = conversion->lines->len;

	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (line_of(conversion, middle)->told.text.ptr <= at)
			low = middle;
		else
			high = middle;
	}
	return low;
}

void
convert_set_class(SieveConversion *conversion, size_t line, SieveConvertClass class, const char *note)
{
	Line *known = line_of(conversion, line);

	if (known->classed && known->told.class >= class)
		return;
	known->classed = true;
	known->told.class = class;
	known->told.note = note;
}

void
convert_find(SieveConversion *conversion, SieveFindingKind kind, size_t line, size_t other)
{
	const SieveFinding finding = {
		kind, (unsigned)line + 1, other == SIZE_MAX ? 0 : (unsigned)other + 1};

	g_array_append_val(conversion->findings, finding);
}

void
convert_class_the_rest(SieveConversion *conversion)
{
	for (size_t i = 0; i < conversion->lines->len; i++) {
		Line *line = line_of(conversion, i);
		if (line->guessed && line->told.class == SIEVE_CONVERT_EXACT)
			convert_set_class(conversion, i, SIEVE_CONVERT_APPROXIMATED,
				"it is no UTF-8, and was read as windows-1252");
		if (line->classed)
			continue;
		SieveBytes text = sieve_bytes_trim(line->told.text);
		line->told.class = SIEVE_CONVERT_COMMENT;
		if (text.len > 0 && text.ptr[0] != '#') {
			line->told.class = SIEVE_CONVERT_NOT_EXPRESSIBLE;
			line->told.note = "it is not understood";
		}
	}
}

/* --- Files ------------------------------------------------------------------------------------------ */

GArray *
convert_split_lines(
	SieveConversion *conversion, SieveBytes text, const char *file, SieveBytes *ret_text)
{
	GArray *lines = g_array_new(FALSE, FALSE, sizeof(Line));
	g_autoptr(GArray) guessed = g_array_new(FALSE, FALSE, sizeof(size_t));
	GBytes *decoded = sieve_convert_decode(text, guessed);

	if (decoded != NULL) {
		g_ptr_array_add(conversion->texts, decoded);
		text.ptr = g_bytes_get_data(decoded, &text.len);
	}
	*ret_text = text;
	for (size_t at = 0; at < text.len;) {
		const char *end = memchr(text.ptr + at, '\n', text.len - at);
		size_t next = end == NULL ? text.len : (size_t)(end - text.ptr) + 1;
		size_t len = (end == NULL ? text.len : next - 1) - at;
		if (len > 0 && text.ptr[at + len - 1] == '\r')
			len--;
		const Line line = {
			.told = {.text = {text.ptr + at, len}, .file = file, .number = lines->len + 1}};
		g_array_append_val(lines, line);
		at = next;
	}
	for (guint i = 0; i < guessed->len; i++)
		g_array_index(lines, Line, g_array_index(guessed, size_t, i)).guessed = true;
	return lines;
}

GBytes *
convert_read_include(SieveConversion *conversion, const char *path)
{
	if (conversion->input.include == NULL || conversion->n_included >= MAX_INCLUDED)
		return NULL;
	return conversion->input.include(path, conversion->input.data);
}

size_t
convert_insert_lines(SieveConversion *conversion, size_t at, const char *path, GBytes *bytes)
{
	SieveBytes text;

	conversion->n_included++;
	g_ptr_array_add(conversion->texts, g_bytes_ref(bytes));
	text.ptr = g_bytes_get_data(bytes, &text.len);
	g_autoptr(GArray) lines = convert_split_lines(
		conversion, text, sieve_arena_strdup(convert_arena(conversion), path), &text);
	if (lines->len > 0)
		g_array_insert_vals(conversion->lines, (guint)at, lines->data, lines->len);
	return lines->len;
}

/* --- Comments --------------------------------------------------------------------------------------- */

/* " 5-7", or " more.rc:5-7" */
static void
print_run(const SieveConversion *conversion, size_t first, size_t last, bool only, GString *text)
{
	const SieveConvertedLine *line = &line_of(conversion, first)->told;

	g_string_append(text, only ? " " : ", ");
	if (line->file != NULL) {
		g_autofree char *shown = sieve_bytes_print(sieve_bytes_from_string(line->file), 60);
		g_string_append_printf(text, "%s:", shown);
	}
	g_string_append_printf(text, "%u", line->number);
	if (last > first)
		g_string_append_printf(text, "-%u", line_of(conversion, last)->told.number);
}

/* "lines 2, 5-7" */
static void
print_lines(const SieveConversion *conversion, const size_t *lines, size_t n_lines, GString *text)
{
	enum { SHOWN_RUNS = 12 };
	size_t runs = 0;

	g_string_append(text, n_lines == 1 ? "line" : "lines");
	for (size_t i = 0; i < n_lines;) {
		size_t end = i + 1;
		while (end < n_lines && lines[end] == lines[end - 1] + 1 &&
			line_of(conversion, lines[end])->told.file ==
				line_of(conversion, lines[i])->told.file)
			end++;
		if (++runs <= SHOWN_RUNS)
			print_run(conversion, lines[i], lines[end - 1], i == 0, text);
		i = end;
	}
	if (runs > SHOWN_RUNS)
		g_string_append_printf(text, " and others up to %u",
			line_of(conversion, lines[n_lines - 1])->told.number);
}

/* "# Left out, lines 2, 5-7: note" */
static void
end_left_out(SieveConversion *conversion)
{
	GArray *lines = conversion->left_out_lines;

	if (lines->len == 0)
		return;
	g_string_append_printf(conversion->left_out, "# Left out, %s", conversion->left_out_what);
	print_lines(conversion, (const size_t *)(const void *)lines->data, lines->len,
		conversion->left_out);
	g_string_append_printf(conversion->left_out, ": %s\n", conversion->left_out_note);
	g_array_set_size(lines, 0);
}

void
convert_leave_out(SieveConversion *conversion, const char *what, const size_t *lines, size_t n_lines,
	const char *note)
{
	enum { SHOWN_BYTES = 200 };
	g_autofree char *shown = sieve_bytes_print(sieve_bytes_from_string(note), SHOWN_BYTES);

	if (g_strcmp0(what, conversion->left_out_what) != 0 ||
		g_strcmp0(shown, conversion->left_out_note) != 0)
		end_left_out(conversion);
	g_free(conversion->left_out_what);
	g_free(conversion->left_out_note);
	conversion->left_out_what = g_strdup(what);
	conversion->left_out_note = g_steal_pointer(&shown);
	g_array_append_vals(conversion->left_out_lines, lines, (guint)n_lines);
	for (size_t i = 0; i < n_lines; i++)
		line_of(conversion, lines[i])->left_out = true;
}

void
convert_became(SieveConversion *conversion, SieveAstNode *command, const char *what,
	const size_t *lines, size_t n_lines)
{
	GString *comment = conversion->left_out;

	end_left_out(conversion);
	if (comment->len > 0)
		g_string_append_c(comment, '\n');
	g_string_append_printf(comment, "# %s", what);
	print_lines(conversion, lines, n_lines, comment);
	sieve_ast_set_comment(conversion->ast, command, (SieveBytes){comment->str, comment->len});
	g_string_truncate(comment, 0);
	for (size_t i = 0; i < n_lines; i++)
		line_of(conversion, lines[i])->command = command;
}

void
convert_tell_left_out(SieveConversion *conversion)
{
	g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(size_t));

	for (size_t i = 0; i < conversion->lines->len; i++)
		if (line_of(conversion, i)->told.class == SIEVE_CONVERT_NOT_EXPRESSIBLE &&
			!line_of(conversion, i)->left_out)
			g_array_append_val(lines, i);
	if (lines->len > 0)
		convert_leave_out(conversion, "", (const size_t *)(const void *)lines->data, lines->len,
			"the report says why");
	end_left_out(conversion);
	sieve_ast_set_end_comment(conversion->ast,
		(SieveBytes){conversion->left_out->str, conversion->left_out->len});
}

/* Puts the lines in the place of those that end the comment. */
static void
name_lines(SieveConversion *conversion, SieveAstNode *command, const GArray *lines)
{
	SieveBytes old = command->comment;
	const char *lf = memrchr(old.ptr, '\n', old.len);
	g_autoptr(GString) comment = g_string_new(NULL);

	if (lf != NULL)
		g_string_append_len(comment, old.ptr, lf + 1 - old.ptr);
	g_string_append(comment, "# ");
	print_lines(conversion, (const size_t *)(const void *)lines->data, lines->len, comment);
	sieve_ast_set_comment(conversion->ast, command, (SieveBytes){comment->str, comment->len});
}

void
convert_merge_lines(SieveConversion *conversion, GHashTable *merged)
{
	g_autoptr(GHashTable) lines_of =
		g_hash_table_new_full(NULL, NULL, NULL, (GDestroyNotify)g_array_unref);
	GHashTableIter iter;
	void *command;
	void *value;

	g_hash_table_iter_init(&iter, merged);
	while (g_hash_table_iter_next(&iter, NULL, &command))
		if (!g_hash_table_contains(lines_of, command))
			g_hash_table_insert(lines_of, command, g_array_new(FALSE, FALSE, sizeof(size_t)));
	for (size_t i = 0; i < conversion->lines->len; i++) {
		Line *line = line_of(conversion, i);
		void *into = g_hash_table_lookup(merged, line->command);
		if (into != NULL)
			line->command = into;
		GArray *lines = line->command == NULL ? NULL : g_hash_table_lookup(lines_of, line->command);
		if (lines != NULL)
			g_array_append_val(lines, i);
	}
	g_hash_table_iter_init(&iter, lines_of);
	while (g_hash_table_iter_next(&iter, &command, &value))
		name_lines(conversion, command, value);
}

/* Both trees have the same commands, in the same order. */
void
convert_locate_lines(SieveConversion *conversion, const SieveAst *printed)
{
	g_autoptr(GHashTable) places = g_hash_table_new(NULL, NULL);
	const SieveAstNode *there = sieve_ast_commands(printed);
	unsigned place = 1;
	size_t at = 0;

	for (const SieveAstNode *node = sieve_ast_commands(conversion->ast); node != NULL;
		node = node->next) {
		for (; at < there->span.offset; at++)
			place += conversion->script[at] == '\n';
		g_hash_table_insert(places, (void *)(uintptr_t)node, GUINT_TO_POINTER(place));
		there = there->next;
	}
	for (size_t i = 0; i < conversion->lines->len; i++) {
		Line *line = line_of(conversion, i);
		if (line->command != NULL)
			line->told.script_line =
				GPOINTER_TO_UINT(g_hash_table_lookup(places, line->command));
	}
}
