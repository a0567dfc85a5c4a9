/* SPDX-License-Identifier: MIT */
/* enotify-mailto.c - notify by mail (RFC 5436) */

#include "sieve-ext/enotify.h"

#include <string.h>

/* --- URIs (RFC 2368) ------------------------------------------------------------------------------- */

/* What a URI asks for; in an arena. */
typedef struct Mailto {
	SieveStrings recipients; /* of the envelope */
	SieveBytes to;		 /* the field */
	SieveBytes cc;
	SieveBytes subject; /* ptr NULL: none */
	SieveBytes body;    /* ptr NULL: none */
	SieveLetterField *fields; /* (array length=n_fields) others that do no harm */
	size_t n_fields;
} Mailto;

typedef struct MailtoParser {
	SieveArena *arena;
	Mailto *mailto;
	GArray *recipients; /* of SieveBytes */
	GString *to;
	GString *cc;
	GArray *fields; /* of SieveLetterField */
	const char *problem; /* (nullable) (static) */
} MailtoParser;

/* Adds the addresses of a list, without their names. */
static void
add_recipients(MailtoParser *parser, SieveBytes list, GString *field)
{
	SieveAddressIter iter = sieve_address_iter(sieve_header_unfold(list, parser->arena));
	SieveAddress address;

	while (parser->problem == NULL && sieve_address_next(&iter, parser->arena, &address)) {
		if (!address.valid || !sieve_address_is_mailbox(address.all)) {
			parser->problem = "it has a recipient that is no mail address";
			return;
		}
		g_array_append_val(parser->recipients, address.all);
		g_string_append_printf(field, "%s<%.*s>", field->len == 0 ? "" : ", ",
			(int)address.all.len, address.all.ptr);
	}
}

/* Fields that say something to people, and nothing to programs (RFC 5436 section 2.7). */
static bool
is_harmless(SieveBytes name)
{
	static const SieveBytes harmless[] = {SIEVE_BYTES("reply-to"), SIEVE_BYTES("keywords"),
		SIEVE_BYTES("comments"), SIEVE_BYTES("organization"), SIEVE_BYTES("importance"),
		SIEVE_BYTES("priority"), SIEVE_BYTES("in-reply-to"), SIEVE_BYTES("references")};

	if (sieve_bytes_equal_nocase(sieve_bytes_slice(name, 0, 2), SIEVE_BYTES("x-")))
		return sieve_message_is_field_name(name);
	for (size_t i = 0; i < G_N_ELEMENTS(harmless); i++)
		if (sieve_bytes_equal_nocase(name, harmless[i]))
			return true;
	return false;
}

static void
add_field(MailtoParser *parser, SieveBytes name, SieveBytes value)
{
	SieveLetterField field = {.value = value};

	if (sieve_bytes_equal_nocase(name, SIEVE_BYTES("to")))
		add_recipients(parser, value, parser->to);
	else if (sieve_bytes_equal_nocase(name, SIEVE_BYTES("cc")))
		add_recipients(parser, value, parser->cc);
	else if (sieve_bytes_equal_nocase(name, SIEVE_BYTES("subject")))
		parser->mailto->subject = value;
	else if (sieve_bytes_equal_nocase(name, SIEVE_BYTES("body")))
		parser->mailto->body = value;
	else if (is_harmless(name)) {
		char *written =
			sieve_arena_printf(parser->arena, "%.*s", (int)name.len, name.ptr);
		written[0] = g_ascii_toupper(written[0]);
		field.name = written;
		g_array_append_val(parser->fields, field);
	}
}

static void
parse_fields(MailtoParser *parser, SieveBytes rest)
{
	while (rest.len > 0 && parser->problem == NULL) {
		size_t end = MIN(sieve_bytes_find(rest, SIEVE_BYTES("&"), 0), rest.len);
		SieveBytes field = sieve_bytes_slice(rest, 0, end);
		size_t equals = sieve_bytes_find(field, SIEVE_BYTES("="), 0);
		SieveBytes name, value;
		rest = sieve_bytes_slice(rest, end + 1, SIZE_MAX);
		if (equals == SIZE_MAX || equals == 0)
			parser->problem = "it has a field without name or value";
		else if (!sieve_notify_decode(sieve_bytes_slice(field, 0, equals), parser->arena, &name) ||
			 !sieve_notify_decode(sieve_bytes_slice(field, equals + 1, SIZE_MAX),
				 parser->arena, &value))
			parser->problem = "a percent sign stands before no two hexadecimal digits";
		else
			add_field(parser, name, value);
	}
}

static void
parse_recipients(MailtoParser *parser, SieveBytes path)
{
	SieveBytes list;

	if (!sieve_notify_decode(path, parser->arena, &list))
		parser->problem = "a percent sign stands before no two hexadecimal digits";
	else
		add_recipients(parser, list, parser->to);
}

static SieveBytes
keep_text(SieveArena *arena, const GString *text)
{
	return sieve_arena_copy(arena, (SieveBytes){text->str, text->len});
}

/* @rest: behind "mailto:". (nullable) (static) what is wrong with it. */
static const char *
parse_mailto(SieveBytes rest, SieveArena *arena, Mailto *mailto)
{
	size_t question = MIN(sieve_bytes_find(rest, SIEVE_BYTES("?"), 0), rest.len);
	g_autoptr(GArray) recipients = g_array_new(FALSE, FALSE, sizeof(SieveBytes));
	g_autoptr(GArray) fields = g_array_new(FALSE, FALSE, sizeof(SieveLetterField));
	g_autoptr(GString) to = g_string_new(NULL);
	g_autoptr(GString) cc = g_string_new(NULL);
	MailtoParser parser = {arena, mailto, recipients, to, cc, fields, NULL};

	for (size_t i = 0; i < rest.len; i++)
		if ((unsigned char)rest.ptr[i] <= ' ' || (unsigned char)rest.ptr[i] >= 0x7f)
			return "it has characters that a URI writes as %XX";
	*mailto = (Mailto){.subject = {NULL, 0}};
	parse_recipients(&parser, sieve_bytes_slice(rest, 0, question));
	parse_fields(&parser, sieve_bytes_slice(rest, question + 1, SIZE_MAX));
	SieveBytes *all = sieve_arena_new_array(arena, SieveBytes, recipients->len);
	for (guint i = 0; i < recipients->len; i++)
		all[i] = g_array_index(recipients, SieveBytes, i);
	mailto->recipients = (SieveStrings){all, recipients->len};
	mailto->to = keep_text(arena, to);
	mailto->cc = keep_text(arena, cc);
	mailto->fields = sieve_arena_new_array(arena, SieveLetterField, fields->len);
	mailto->n_fields = fields->len;
	for (guint i = 0; i < fields->len; i++)
		mailto->fields[i] = g_array_index(fields, SieveLetterField, i);
	return parser.problem;
}

/* --- The letter ------------------------------------------------------------------------------------ */

/* RFC 5436 section 2.7: a notification of a notification would never end. */
static bool
is_automatic(SieveRun *run)
{
	SieveBytes text;

	return sieve_run_first_field(run, SIEVE_BYTES("Auto-Submitted"), &text) &&
	       sieve_header_says_automatic(text);
}

/* Section 2.7: what was sent by nobody is not told of by somebody. */
static SieveBytes
find_envelope_from(SieveRun *run, SieveBytes from)
{
	const SieveEnvelope *envelope = sieve_run_envelope(run);
	SieveBytes setting = sieve_bytes_from_string(sieve_settings_string(
		sieve_run_settings(run), &sieve_enotify_settings[NOTIFY_ENVELOPE_FROM]));
	SieveBytes email = sieve_run_user_email(run);
	SieveBytes mailbox;

	if (envelope->from.len == 0)
		return envelope->from;
	if (setting.len > 0 && setting.ptr[0] == '<')
		return sieve_bytes_slice(setting, 1, setting.len - 2);
	if (sieve_bytes_equal(setting, SIEVE_BYTES("sender")))
		return envelope->from;
	if (sieve_bytes_equal(setting, SIEVE_BYTES("orig_recipient")) && envelope->orig_to.len > 0)
		return envelope->orig_to;
	if (sieve_bytes_equal(setting, SIEVE_BYTES("user_email")) && email.len > 0)
		return email;
	if (setting.len == 0 && from.len > 0 && sieve_parse_address(from, sieve_run_arena(run), &mailbox))
		return mailbox;
	return sieve_address_is_mailbox(envelope->to) ? envelope->to : sieve_notify_owner(run);
}

static SieveBytes
default_body(SieveRun *run, SieveBytes subject)
{
	SieveBytes from = SIEVE_BYTES("");
	g_autoptr(GString) text = g_string_new("From: ");

	(void)sieve_run_first_field(run, SIEVE_BYTES("From"), &from);
	g_string_append_len(text, from.ptr, (gssize)from.len);
	g_string_append(text, "\r\nSubject: ");
	g_string_append_len(text, subject.ptr, (gssize)subject.len);
	g_string_append(text, "\r\n");
	return keep_text(sieve_run_arena(run), text);
}

/* Auto-Submitted comes first (section 2.7.1). */
static void
write_fields(SieveRun *run, char importance, const Mailto *mailto, SieveLetter *letter)
{
	enum { OWN_FIELDS = 3 };
	SieveArena *arena = sieve_run_arena(run);
	SieveBytes owner = sieve_notify_owner(run);
	SieveLetterField *fields =
		sieve_arena_new_array(arena, SieveLetterField, OWN_FIELDS + mailto->n_fields);
	size_t count = 0;

	fields[count++] = (SieveLetterField){"Auto-Submitted",
		sieve_bytes_from_string(sieve_arena_printf(arena,
			"auto-notified; owner-email=\"%.*s\"", (int)owner.len, owner.ptr))};
	if (mailto->cc.len > 0)
		fields[count++] = (SieveLetterField){"Cc", mailto->cc};
	if (importance != '2')
		fields[count++] = (SieveLetterField){"Importance",
			importance == '1' ? SIEVE_BYTES("high") : SIEVE_BYTES("low")};
	for (size_t i = 0; i < mailto->n_fields; i++)
		fields[count++] = mailto->fields[i];
	letter->fields = fields;
	letter->n_fields = count;
}

static void
write_letter(SieveRun *run, const NotifyRequest *request, const Mailto *mailto, SieveLetter *letter)
{
	SieveBytes original = SIEVE_BYTES("");

	(void)sieve_run_first_field(run, SIEVE_BYTES("Subject"), &original);
	letter->recipients = mailto->recipients;
	letter->to = mailto->to;
	letter->subject = mailto->subject.ptr != NULL ? mailto->subject : original;
	if (request->message.ptr != NULL)
		letter->subject = request->message;
	letter->text = mailto->body.ptr != NULL ? mailto->body : default_body(run, original);
	letter->from = request->from;
	letter->envelope_from = find_envelope_from(run, letter->from);
	write_fields(run, request->importance, mailto, letter);
}

/* --- The method ------------------------------------------------------------------------------------ */

static const char *
find_problem(const SieveSettings *settings G_GNUC_UNUSED, SieveBytes rest, SieveArena *arena)
{
	Mailto mailto;

	return parse_mailto(rest, arena, &mailto);
}

static const void *
prepare(SieveRun *run, const NotifyRequest *request, const char **ret_silence)
{
	SieveArena *arena = sieve_run_arena(run);
	SieveLetter *letter = sieve_arena_new_array(arena, SieveLetter, 1);
	Mailto mailto;

	(void)parse_mailto(request->rest, arena, &mailto);
	if (mailto.recipients.count == 0)
		*ret_silence = "it names nobody";
	else if (is_automatic(run))
		*ret_silence = "a program has sent this mail";
	else
		write_letter(run, request, &mailto, letter);
	return letter;
}

static SieveBytes
subject_of(const void *prepared)
{
	return ((const SieveLetter *)prepared)->subject;
}

static bool
perform(SieveDelivery *delivery, const SieveAction *action, const void *prepared, GError **error)
{
	return sieve_delivery_send(delivery, action, prepared, error);
}

const NotifyMethod sieve_notify_mailto = {
	.scheme = "mailto:",
	.find_problem = find_problem,
	.prepare = prepare,
	.subject = subject_of,
	.perform = perform,
};
