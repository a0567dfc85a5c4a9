/* SPDX-License-Identifier: MIT */
/* convert.c - convert: parts of one type become parts of another (RFC 6558); texts, of any charset */

#include "engine/sieve-ext.h"

#include <string.h>

/* --- What can be converted ------------------------------------------------------------------------- */

/* Makes another text of @text, UTF-8 with CRLF line ends. */
typedef SieveBytes (*Convert)(SieveBytes text, SieveBytes charset, SieveArena *arena);

typedef struct Conversion {
	const char *from;
	const char *to;
	bool plain; /* it starts from what somebody would read */
	Convert convert; /* (nullable) the text stays; its charset may change */
} Conversion;

static SieveBytes
make_html(SieveBytes text, SieveBytes charset, SieveArena *arena)
{
	g_autofree char *valid = g_utf8_make_valid(text.len == 0 ? "" : text.ptr, (gssize)text.len);
	g_autofree char *escaped = g_markup_escape_text(valid, -1);
	g_autoptr(GString) html = g_string_new("<!DOCTYPE html>\r\n<html><head><meta charset=\"");

	g_string_append_len(html, charset.ptr, (gssize)charset.len);
	g_string_append_printf(html,
		"\"></head>\r\n<body><pre style=\"white-space: pre-wrap\">\r\n%s</pre></body></html>\r\n",
		escaped);
	return sieve_arena_copy(arena, (SieveBytes){html->str, html->len});
}

static const Conversion conversions[] = {
	{"text/html", "text/plain", true, NULL},
	{"text/plain", "text/html", false, make_html},
	{"text/plain", "text/plain", false, NULL},
	{"text/html", "text/html", false, NULL},
};

static const Conversion *
find_conversion(SieveBytes from, SieveBytes to)
{
	for (size_t i = 0; i < G_N_ELEMENTS(conversions); i++)
		if (sieve_bytes_equal_nocase(from, sieve_bytes_from_string(conversions[i].from)) &&
			sieve_bytes_equal_nocase(to, sieve_bytes_from_string(conversions[i].to)))
			return &conversions[i];
	return NULL;
}

/* --- Arguments -------------------------------------------------------------------------------------- */

static void
check_type(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	SieveContentType type = sieve_content_type_parse(value);
	g_autofree char *shown = sieve_bytes_print(value, 80);

	if (type.type.len == 0 || type.subtype.len == 0 || type.parameters.len > 0)
		sieve_check_error(check, arg, "write it as \"text/plain\"",
			"\"%s\" is no media type", shown);
}

static void
check_parameter(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	size_t equals = sieve_bytes_find(value, SIEVE_BYTES("="), 0);

	if (equals == 0 || equals == SIZE_MAX)
		sieve_check_error(check, arg, "as \"charset=utf-8\"",
			"a parameter of a conversion is written as NAME=VALUE");
}

enum { CONVERT_FROM, CONVERT_TO, CONVERT_PARAMETERS };

/* Usage: convert <quoted-from-media-type: string> <quoted-to-media-type: string>
 *        <transcoding-params: string-list>, as a command or a test */
static const SieveArgDef convert_args[] = {
	[CONVERT_FROM] = {.type = SIEVE_ARG_STRING, .name = "from type", .check = check_type},
	[CONVERT_TO] = {.type = SIEVE_ARG_STRING, .name = "to type", .check = check_type},
	[CONVERT_PARAMETERS] = {.type = SIEVE_ARG_STRING_LIST,
		.name = "parameters",
		.check = check_parameter},
	{.type = SIEVE_ARG_END},
};

/* RFC 5259 section 10: what a text can be asked to have is its charset. False: the conversion cannot be
 * had. */
static bool
take_parameters(SieveStrings parameters, SieveBytes *charset)
{
	*charset = SIEVE_BYTES("utf-8");
	for (size_t i = 0; i < parameters.count; i++) {
		SieveBytes text = parameters.items[i];
		size_t equals = MIN(sieve_bytes_find(text, SIEVE_BYTES("="), 0), text.len);
		SieveBytes name = sieve_bytes_slice(text, 0, equals);
		if (!sieve_bytes_equal_nocase(name, SIEVE_BYTES("charset")))
			return false;
		*charset = sieve_bytes_slice(text, equals + 1, SIZE_MAX);
	}
	return sieve_charset_find(*charset) != NULL;
}

/* --- One part --------------------------------------------------------------------------------------- */

/* The fields that the new part has anew; of the others those of the part stay. */
static bool
is_exchanged(SieveBytes name)
{
	static const SieveBytes exchanged[] = {SIEVE_BYTES("Content-Type"),
		SIEVE_BYTES("Content-Transfer-Encoding"), SIEVE_BYTES("Content-MD5"),
		SIEVE_BYTES("Content-Length")};

	for (size_t i = 0; i < G_N_ELEMENTS(exchanged); i++)
		if (sieve_bytes_equal_nocase(name, exchanged[i]))
			return true;
	return false;
}

static bool
is_content(SieveBytes name)
{
	return sieve_bytes_equal_nocase(sieve_bytes_slice(name, 0, 8), SIEVE_BYTES("Content-"));
}

/* RFC 5322 section 2.1.1: what is no text of short lines travels as base64. */
static bool
is_lines(SieveBytes bytes)
{
	size_t line = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		line = bytes.ptr[i] == '\n' ? 0 : line + 1;
		if (bytes.ptr[i] == '\0' || line > 998)
			return false;
	}
	return true;
}

static void
append_body(GString *out, SieveBytes body)
{
	if (is_lines(body)) {
		g_string_append_printf(out, "Content-Transfer-Encoding: %s\r\n\r\n",
			sieve_bytes_is_ascii(body) ? "7bit" : "8bit");
		g_string_append_len(out, body.ptr, (gssize)body.len);
		return;
	}
	g_string_append(out, "Content-Transfer-Encoding: base64\r\n\r\n");
	sieve_transfer_append_base64(out, body);
}

/* What is wanted of each part. */
typedef struct Wanted {
	const Conversion *conversion;
	SieveBytes charset;
} Wanted;

/* (nullable) (transfer full) the new part; NULL when it cannot be made. */
static GString *
convert_part(SieveRun *run, const SieveMimePart *part, size_t index, const Wanted *wanted)
{
	const SieveMessage *entity = part->entity;
	SieveArena *arena = sieve_run_arena(run);
	SieveBytes charset, body;
	bool named = sieve_content_type_parameter(&part->type, SIEVE_BYTES("charset"), arena, &charset);

	if (named && sieve_charset_find(charset) == NULL)
		return NULL;
	SieveBytes text = sieve_run_part_text(run, index, wanted->conversion->plain);
	if (wanted->conversion->convert != NULL)
		text = wanted->conversion->convert(text, wanted->charset, arena);
	if (!sieve_charset_from_utf8(wanted->charset, text, arena, &body))
		return NULL;
	GString *out = g_string_sized_new(body.len + 512);
	for (size_t i = 0; i < sieve_message_count_fields(entity); i++) {
		const SieveHeaderField *field = sieve_message_get_field(entity, i);
		if (!is_exchanged(field->name) && (index > 0 || is_content(field->name)))
			g_string_append_printf(out, "%.*s:%.*s\r\n", (int)field->name.len,
				field->name.ptr, (int)field->raw.len, field->raw.ptr);
	}
	g_string_append_printf(out, "Content-Type: %s; charset=%.*s\r\n", wanted->conversion->to,
		(int)wanted->charset.len, wanted->charset.ptr);
	append_body(out, body);
	return out;
}

/* --- convert ----------------------------------------------------------------------------------------- */

static void
free_entity(gpointer data)
{
	g_string_free(data, TRUE);
}

/* All of the parts, or none: new ones are made before the first is put in its place, the last one first,
 * so that what stands before it is where it was. */
static bool
convert_parts(SieveRun *run, GArray *indices, const Wanted *wanted, bool *ret_done, GError **error)
{
	const SieveMime *mime = sieve_run_mime(run);
	g_autoptr(GPtrArray) entities = g_ptr_array_new_with_free_func(free_entity);

	*ret_done = false;
	for (guint i = 0; i < indices->len; i++) {
		size_t index = g_array_index(indices, size_t, i);
		GString *entity = wanted->conversion == NULL
			? NULL
			: convert_part(run, &mime->parts[index], index, wanted);
		if (entity == NULL)
			return true;
		g_ptr_array_add(entities, entity);
	}
	for (guint i = indices->len; i > 0; i--) {
		const GString *entity = entities->pdata[i - 1];
		if (!sieve_run_replace_part(run, g_array_index(indices, size_t, i - 1),
			    (SieveBytes){entity->str, entity->len}, error))
			return false;
	}
	*ret_done = true;
	return true;
}

static bool
convert(SieveRun *run, const SieveArgs *args, bool *ret_done, GError **error)
{
	const SieveMime *mime = sieve_run_mime(run);
	SieveContentType from = sieve_content_type_parse(sieve_args_string(run, args, CONVERT_FROM));
	Wanted wanted = {
		.conversion = find_conversion(sieve_args_string(run, args, CONVERT_FROM),
			sieve_args_string(run, args, CONVERT_TO)),
	};
	g_autoptr(GArray) indices = g_array_new(FALSE, FALSE, sizeof(size_t));
	/* In a loop the part that it is at, and no other. */
	size_t first = sieve_run_is_in_loop(run) ? sieve_run_part(run) : 0;

	*ret_done = false;
	/* No steps were left for it. */
	if (mime == NULL)
		return sieve_run_spend(run, 0, error);
	if (!take_parameters(sieve_args_strings(run, args, CONVERT_PARAMETERS), &wanted.charset))
		wanted.conversion = NULL;
	size_t end = sieve_run_is_in_loop(run) ? first + 1 : mime->n_parts;
	for (size_t i = first; i < end; i++)
		if (sieve_content_type_is(&mime->parts[i].type, from.type, from.subtype))
			g_array_append_val(indices, i);
	if (!convert_parts(run, indices, &wanted, ret_done, error))
		return false;
	if (!*ret_done)
		sieve_run_note(run, "a part cannot be converted: all stay as they are");
	return true;
}

static bool
convert_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	bool done;

	return convert(run, args, &done, error);
}

static bool
convert_test(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error)
{
	return convert(run, args, ret_outcome, error);
}

static const SieveCommandDef convert_commands[] = {
	{.name = "convert", .args = convert_args, .needs = SIEVE_NEEDS_BODY, .run = convert_run},
	{.name = NULL},
};

static const SieveTestDef convert_tests[] = {
	{.name = "convert", .args = convert_args, .needs = SIEVE_NEEDS_BODY, .run = convert_test},
	{.name = NULL},
};

const SieveExtension sieve_ext_convert = {
	.capability = "convert",
	.source = "RFC 6558",
	.commands = convert_commands,
	.tests = convert_tests,
};
