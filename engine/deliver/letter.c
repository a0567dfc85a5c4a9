/* SPDX-License-Identifier: MIT */
/* letter.c - the text of a mail that an action writes itself (RFC 5322, RFC 2045, RFC 2047) */

#include "engine/deliver/letter.h"

#include <gmime/gmime.h>

#include "engine/deliver/outgoing.h"
#include "engine/message/encode.h"

/* --- Fields ------------------------------------------------------------------------------------- */

static void
append_text_field(GString *out, const char *name, SieveBytes text)
{
	g_autofree char *field = sieve_encode_text_field(name, text);

	g_string_append(out, field);
}

/* False for what is no list of addresses. */
static bool
append_address_field(GString *out, const char *name, SieveBytes addresses)
{
	g_autofree char *field = sieve_encode_address_field(name, addresses);

	g_string_append(out, field == NULL ? "" : field);
	return field != NULL;
}

static void
append_mailboxes(GString *out, const char *name, SieveStrings mailboxes)
{
	g_autoptr(GString) list = g_string_new(NULL);

	for (size_t i = 0; i < mailboxes.count; i++)
		g_string_append_printf(list, "%s<%.*s>", i == 0 ? "" : ", ", (int)mailboxes.items[i].len,
			mailboxes.items[i].ptr);
	append_text_field(out, name, (SieveBytes){list->str, list->len});
}

static void
append_header(GString *out, const SieveLetter *letter, SieveBytes owner, const SieveEnv *env)
{
	int64_t now = env->now_usec(env);
	g_autofree char *date = sieve_date_print((SieveDate){.time_unix = now / G_USEC_PER_SEC});
	uint64_t random;

	if (letter->from.len == 0 || !append_address_field(out, "From", letter->from))
		append_mailboxes(out, "From", (SieveStrings){&owner, 1});
	if (letter->to.len == 0 || !append_address_field(out, "To", letter->to))
		append_mailboxes(out, "To", letter->recipients);
	append_text_field(out, "Subject", letter->subject);
	env->random(env, &random, sizeof(random));
	g_string_append_printf(out,
		"Date: %s\r\nMessage-ID: <%016" G_GINT64_MODIFIER "x.%" G_GINT64_FORMAT "@%s>\r\n", date,
		random, now, env->host_name(env));
	for (size_t i = 0; i < letter->n_fields; i++)
		append_text_field(out, letter->fields[i].name, letter->fields[i].value);
	g_string_append(out, "MIME-Version: 1.0\r\n");
}

/* --- The body of a MIME entity ------------------------------------------------------------------ */

/* The header of the mail is ours; the entity has a say on its content alone. */
static void
keep_content_fields(GMimeObject *entity)
{
	GMimeHeaderList *fields = g_mime_object_get_header_list(entity);

	for (int i = g_mime_header_list_get_count(fields); i > 0; i--) {
		GMimeHeader *field = g_mime_header_list_get_header_at(fields, i - 1);
		if (g_ascii_strncasecmp(g_mime_header_get_name(field), "Content-", 8) != 0)
			g_mime_header_list_remove_at(fields, i - 1);
	}
}

static bool
append_entity(GString *out, SieveBytes text, GError **error)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer(text.len == 0 ? "" : text.ptr, text.len);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeObject *entity = g_mime_parser_construct_part(parser, NULL);

	g_object_unref(parser);
	g_object_unref(stream);
	if (entity == NULL) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_INVALID, "the text is no MIME entity");
		return false;
	}
	keep_content_fields(entity);
	g_mime_object_encode(entity, GMIME_ENCODING_CONSTRAINT_7BIT);
	g_autofree char *printed = g_mime_object_to_string(entity, NULL);
	g_object_unref(entity);
	sieve_outgoing_append(out, sieve_bytes_from_string(printed));
	return true;
}

GString *
sieve_letter_write(const SieveLetter *letter, SieveBytes owner, const SieveEnv *env, GError **error)
{
	g_autoptr(GString) out = g_string_new(NULL);

	append_header(out, letter, owner, env);
	if (!letter->mime)
		sieve_outgoing_append_text(out, letter->text);
	else if (!append_entity(out, letter->text, error))
		return NULL;
	if (!g_str_has_suffix(out->str, "\r\n"))
		g_string_append(out, "\r\n");
	return g_steal_pointer(&out);
}
