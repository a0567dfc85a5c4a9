/* SPDX-License-Identifier: MIT */
/* replace.c - replace: another text in the place of a part, or of the mail's body (RFC 5703 section 5) */

#include "engine/sieve-ext.h"

enum { REPLACE_MIME, REPLACE_SUBJECT, REPLACE_FROM, REPLACE_TEXT };

/* Usage: replace [":mime"] [":subject" <string>] [":from" <string>] <replacement: string> */
static const SieveArgDef replace_args[] = {
	[REPLACE_MIME] = {.type = SIEVE_ARG_TAG, .name = "mime"},
	[REPLACE_SUBJECT] = {.type = SIEVE_ARG_TAG, .name = "subject", .value = SIEVE_ARG_STRING},
	[REPLACE_FROM] = {.type = SIEVE_ARG_TAG,
		.name = "from",
		.value = SIEVE_ARG_STRING,
		.check = sieve_check_address},
	[REPLACE_TEXT] = {.type = SIEVE_ARG_STRING, .name = "replacement"},
	{.type = SIEVE_ARG_END},
};

/* (transfer full) the replacement with fields of its own. */
static GString *
make_entity(SieveBytes text)
{
	GString *entity = g_string_new("Content-Type: text/plain; charset=utf-8\r\n");

	if (!sieve_bytes_is_ascii(text))
		g_string_append(entity, "Content-Transfer-Encoding: 8bit\r\n");
	g_string_append(entity, "\r\n");
	return g_string_append_len(entity, text.ptr, (gssize)text.len);
}

/* Takes all fields called @name away, and keeps the text of the first in another (section 9). */
static bool
set_field(SieveRun *run, const char *name, const char *original, SieveBytes value, GError **error)
{
	const SieveMessage *message = sieve_run_message(run);
	SieveBytes name_bytes = sieve_bytes_from_string(name);
	g_autofree bool *doomed = g_new0(bool, sieve_message_count_fields(message) + 1);
	const SieveHeaderField *field;
	SieveBytes before = {NULL, 0};
	size_t index = 0;

	while ((field = sieve_message_find_field(message, name_bytes, &index)) != NULL) {
		doomed[index - 1] = true;
		if (before.ptr == NULL)
			before = sieve_header_decode(field->raw, sieve_run_arena(run));
	}
	return (before.ptr == NULL ||
		       (sieve_run_delete_fields(run, doomed, error) &&
			       sieve_run_add_field(run, sieve_bytes_from_string(original), before,
				       false, error))) &&
	       sieve_run_add_field(run, name_bytes, value, false, error);
}

/* Subject and author are those of the whole mail: at a part they say nothing. */
static bool
replace_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	SieveBytes text = sieve_args_string(run, args, REPLACE_TEXT);
	bool whole = sieve_run_part(run) == 0;
	g_autoptr(GString) entity = NULL;

	if (!sieve_args_has(args, REPLACE_MIME)) {
		entity = make_entity(text);
		text = (SieveBytes){entity->str, entity->len};
	}
	if (!sieve_run_replace_part(run, sieve_run_part(run), text, error))
		return false;
	if (whole && sieve_args_has(args, REPLACE_SUBJECT) &&
		!set_field(run, "Subject", "Original-Subject",
			sieve_args_string(run, args, REPLACE_SUBJECT), error))
		return false;
	return !whole || !sieve_args_has(args, REPLACE_FROM) ||
	       set_field(run, "From", "Original-From", sieve_args_string(run, args, REPLACE_FROM),
		       error);
}

static const SieveCommandDef replace_commands[] = {
	{.name = "replace", .args = replace_args, .needs = SIEVE_NEEDS_BODY, .run = replace_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_replace = {
	.capability = "replace",
	.source = "RFC 5703 section 5",
	.commands = replace_commands,
};
