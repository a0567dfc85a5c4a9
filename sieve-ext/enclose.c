/* SPDX-License-Identifier: MIT */
/* enclose.c - enclose: the mail goes into another one, behind a text (RFC 5703 section 6) */

#include "engine/sieve-ext.h"

static void
check_header_to_copy(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	sieve_check_header_name(check, arg, value);
	if (sieve_bytes_equal_nocase(sieve_bytes_slice(value, 0, 8), SIEVE_BYTES("Content-")) ||
		sieve_bytes_equal_nocase(value, SIEVE_BYTES("MIME-Version")))
		sieve_check_error(check, arg, NULL, "the new mail has its own \"%.*s\"",
			(int)value.len, value.ptr);
}

enum { ENCLOSE_SUBJECT, ENCLOSE_HEADERS, ENCLOSE_TEXT };

/* Usage: enclose [":subject" <string>] [":headers" <string-list>] <text: string> */
static const SieveArgDef enclose_args[] = {
	[ENCLOSE_SUBJECT] = {.type = SIEVE_ARG_TAG, .name = "subject", .value = SIEVE_ARG_STRING},
	[ENCLOSE_HEADERS] = {.type = SIEVE_ARG_TAG,
		.name = "headers",
		.value = SIEVE_ARG_STRING_LIST,
		.check = check_header_to_copy},
	[ENCLOSE_TEXT] = {.type = SIEVE_ARG_STRING, .name = "text"},
	{.type = SIEVE_ARG_END},
};

/* What an enclose says of its fields. */
typedef struct Fields {
	SieveStrings copied; /* names of those that are copied */
	bool has_subject;    /* of its own, which no copy stands beside */
} Fields;

static bool
is_copied(const Fields *fields, SieveBytes name)
{
	if (fields->has_subject && sieve_bytes_equal_nocase(name, SIEVE_BYTES("Subject")))
		return false;
	for (size_t i = 0; i < fields->copied.count; i++)
		if (sieve_bytes_equal_nocase(fields->copied.items[i], name))
			return true;
	return false;
}

/* Fields of the mail that are copied, in its order, as they are. */
static void
append_copies(GString *out, const SieveMessage *message, const Fields *fields)
{
	for (size_t i = 0; i < sieve_message_count_fields(message); i++) {
		const SieveHeaderField *field = sieve_message_get_field(message, i);
		if (is_copied(fields, field->name))
			g_string_append_printf(out, "%.*s:%.*s\r\n", (int)field->name.len,
				field->name.ptr, (int)field->raw.len, field->raw.ptr);
	}
}

static void
append_bytes(GString *out, SieveBytes bytes)
{
	g_string_append_len(out, bytes.ptr, (gssize)bytes.len);
}

/* (transfer full) the new mail, without the fields that are not copies. */
static GString *
make_mail(const SieveMessage *message, const Fields *fields, SieveBytes text, const SieveEnv *env)
{
	SieveBytes header = sieve_message_wire_header(message);
	SieveBytes body = sieve_message_body(message);
	GString *out = g_string_sized_new(header.len + body.len + text.len + 1024);
	uint64_t random[2];

	/* 128 random bits: no line of the mail can be this one. */
	env->random(env, random, sizeof(random));
	g_autofree char *boundary = g_strdup_printf(
		"%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", random[0], random[1]);
	append_copies(out, message, fields);
	g_string_append_printf(out,
		"MIME-Version: 1.0\r\n"
		"Content-Type: multipart/mixed; boundary=\"%s\"\r\n"
		"Content-Transfer-Encoding: 8bit\r\n"
		"\r\n--%s\r\n"
		"Content-Type: text/plain; charset=utf-8\r\n"
		"Content-Transfer-Encoding: 8bit\r\n\r\n",
		boundary, boundary);
	append_bytes(out, text);
	g_string_append_printf(out,
		"\r\n--%s\r\n"
		"Content-Type: message/rfc822\r\n"
		"Content-Transfer-Encoding: 8bit\r\n\r\n",
		boundary);
	append_bytes(out, header);
	append_bytes(out, body);
	g_string_append_printf(out, "\r\n--%s--\r\n", boundary);
	return out;
}

/* A field of the new mail, unless it has a copy. */
static bool
add(SieveRun *run, const Fields *fields, const char *name, const char *value, GError **error)
{
	SieveBytes name_bytes = sieve_bytes_from_string(name);

	return is_copied(fields, name_bytes) ||
	       sieve_run_add_field(run, name_bytes, sieve_bytes_from_string(value), false, error);
}

/* The author is the reader; where nobody knows the reader, the author of the mail stays it. */
static const char *
make_author(SieveRun *run)
{
	SieveBytes owner = sieve_run_user_email(run);
	SieveBytes author = SIEVE_BYTES("");

	if (owner.len == 0)
		owner = sieve_run_envelope(run)->to;
	if (owner.len > 0)
		return sieve_arena_printf(
			sieve_run_arena(run), "<%.*s>", (int)owner.len, owner.ptr);
	sieve_run_first_field(run, SIEVE_BYTES("From"), &author);
	return sieve_arena_printf(sieve_run_arena(run), "%.*s", (int)author.len, author.ptr);
}

static const char *
make_subject(SieveRun *run, const SieveArgs *args)
{
	SieveBytes subject = SIEVE_BYTES("");

	if (sieve_args_has(args, ENCLOSE_SUBJECT))
		subject = sieve_args_string(run, args, ENCLOSE_SUBJECT);
	else
		sieve_run_first_field(run, SIEVE_BYTES("Subject"), &subject);
	return sieve_arena_printf(sieve_run_arena(run), "%.*s", (int)subject.len, subject.ptr);
}

static char *
make_message_id(const SieveEnv *env, int64_t now)
{
	uint64_t random;

	env->random(env, &random, sizeof(random));
	return g_strdup_printf("<%016" G_GINT64_MODIFIER "x.%" G_GINT64_FORMAT "@%s>", random, now,
		env->host_name(env));
}

static bool
enclose_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	const SieveEnv *env = sieve_run_env(run);
	Fields fields = {.has_subject = sieve_args_has(args, ENCLOSE_SUBJECT)};
	const char *author = make_author(run);
	const char *subject = make_subject(run, args);
	int64_t now = env->now_usec(env);
	g_autofree char *date = sieve_date_print((SieveDate){.time_unix = now / G_USEC_PER_SEC});
	g_autofree char *id = make_message_id(env, now);

	if (sieve_args_has(args, ENCLOSE_HEADERS))
		fields.copied = sieve_args_strings(run, args, ENCLOSE_HEADERS);
	g_autoptr(GString) mail = make_mail(sieve_run_message(run), &fields,
		sieve_args_string(run, args, ENCLOSE_TEXT), env);
	return sieve_run_exchange_mail(run, (SieveBytes){mail->str, mail->len}, false, error) &&
	       add(run, &fields, "Message-ID", id, error) &&
	       add(run, &fields, "Subject", subject, error) &&
	       add(run, &fields, "From", author, error) && add(run, &fields, "Date", date, error);
}

static const SieveCommandDef enclose_commands[] = {
	{.name = "enclose", .args = enclose_args, .needs = SIEVE_NEEDS_BODY, .run = enclose_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_enclose = {
	.capability = "enclose",
	.source = "RFC 5703 section 6",
	.commands = enclose_commands,
};
