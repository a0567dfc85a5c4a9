/* SPDX-License-Identifier: MIT */
/* enotify-xmpp.c - notify by XMPP: the stanza is handed over to a configured command (RFC 5437) */

#include "sieve-ext/enotify.h"

#include <string.h>

#define TIMEOUT_MS 30000u

/* --- URIs (RFC 5122) --------------------------------------------------------------------------------- */

typedef struct Xmpp {
	SieveBytes to;	    /* the address */
	SieveBytes subject; /* ptr NULL: none */
	SieveBytes body;    /* ptr NULL: none */
} Xmpp;

/* RFC 7622 section 3: localpart@domainpart/resourcepart, of which none is empty. */
static bool
is_address(SieveBytes text)
{
	size_t slash = MIN(sieve_bytes_find(text, SIEVE_BYTES("/"), 0), text.len);
	SieveBytes bare = sieve_bytes_slice(text, 0, slash);
	size_t at = sieve_bytes_find(bare, SIEVE_BYTES("@"), 0);

	if (text.len == 0 || text.len > 3071 || at == 0 || at + 1 == bare.len || slash == 0 ||
		slash + 1 == text.len || !g_utf8_validate(text.ptr, (gssize)text.len, NULL))
		return false;
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] <= ' ' || text.ptr[i] == 0x7f)
			return false;
	return true;
}

/* The query is `message;body=...;subject=...`. Other keys say nothing here. */
static bool
parse_query(SieveBytes query, SieveArena *arena, Xmpp *xmpp)
{
	while (query.len > 0) {
		size_t end = MIN(sieve_bytes_find(query, SIEVE_BYTES(";"), 0), query.len);
		SieveBytes pair = sieve_bytes_slice(query, 0, end);
		size_t equals = MIN(sieve_bytes_find(pair, SIEVE_BYTES("="), 0), pair.len);
		SieveBytes key = sieve_bytes_slice(pair, 0, equals);
		SieveBytes value;
		query = sieve_bytes_slice(query, end + 1, SIZE_MAX);
		if (!sieve_notify_decode(sieve_bytes_slice(pair, equals + 1, SIZE_MAX), arena, &value) ||
			!g_utf8_validate(value.ptr, (gssize)value.len, NULL))
			return false;
		if (sieve_bytes_equal_nocase(key, SIEVE_BYTES("subject")))
			xmpp->subject = value;
		else if (sieve_bytes_equal_nocase(key, SIEVE_BYTES("body")))
			xmpp->body = value;
	}
	return true;
}

static const char *
parse(SieveBytes rest, SieveArena *arena, Xmpp *xmpp)
{
	size_t question = MIN(sieve_bytes_find(rest, SIEVE_BYTES("?"), 0), rest.len);

	*xmpp = (Xmpp){.subject = {NULL, 0}, .body = {NULL, 0}};
	for (size_t i = 0; i < rest.len; i++)
		if ((unsigned char)rest.ptr[i] <= ' ' || (unsigned char)rest.ptr[i] >= 0x7f)
			return "it has characters that a URI writes as %XX";
	/* Section 2.1 */
	if (sieve_bytes_starts_with(rest, SIEVE_BYTES("//")))
		return "it says as whom to notify";
	if (!sieve_notify_decode(sieve_bytes_slice(rest, 0, question), arena, &xmpp->to) ||
		!is_address(xmpp->to))
		return "it has no XMPP address";
	if (!parse_query(sieve_bytes_slice(rest, question + 1, SIZE_MAX), arena, xmpp))
		return "what is behind ? is no text";
	return NULL;
}

/* --- The stanza (section 2.7) ------------------------------------------------------------------------- */

typedef struct Stanza {
	SieveBytes to;
	SieveBytes subject;
	SieveBytes text; /* XML */
} Stanza;

/* What no XML can hold becomes U+FFFD (XML 1.0 section 2.2). */
static void
append_xml(GString *out, SieveBytes text)
{
	g_autofree char *valid = g_utf8_make_valid(text.len == 0 ? "" : text.ptr, (gssize)text.len);

	for (char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		switch (c) {
		case '<':
			g_string_append(out, "&lt;");
			break;
		case '>':
			g_string_append(out, "&gt;");
			break;
		case '&':
			g_string_append(out, "&amp;");
			break;
		case '\'':
			g_string_append(out, "&apos;");
			break;
		case '"':
			g_string_append(out, "&quot;");
			break;
		default:
			if ((c < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0xfffe || c == 0xffff)
				c = 0xfffd;
			g_string_append_unichar(out, c);
		}
	}
}

static void
append_element(GString *out, const char *open, SieveBytes text, const char *close)
{
	g_string_append(out, open);
	append_xml(out, text);
	g_string_append(out, close);
}

/* Sections 2.3 and 2.4: who is to be told of it, and how urgent it is, as headers (XEP-0131). */
static void
append_headers(GString *out, SieveRun *run, const NotifyRequest *request)
{
	static const char *const urgency[] = {"high", "medium", "low"};
	SieveBytes from = request->from.len > 0 ? request->from : sieve_run_envelope(run)->to;

	g_string_append_printf(out,
		"<headers xmlns='http://jabber.org/protocol/shim'><header name='Urgency'>%s</header>",
		urgency[request->importance - '1']);
	if (from.len > 0)
		append_element(out, "<header name='Resent-From'>", from, "</header>");
	g_string_append(out, "</headers>");
}

static SieveBytes
default_body(SieveRun *run)
{
	SieveBytes from = SIEVE_BYTES(""), subject = SIEVE_BYTES("");

	(void)sieve_run_first_field(run, SIEVE_BYTES("From"), &from);
	(void)sieve_run_first_field(run, SIEVE_BYTES("Subject"), &subject);
	return sieve_bytes_from_string(sieve_arena_printf(sieve_run_arena(run),
		"Mail from %.*s: %.*s", (int)from.len, from.ptr, (int)subject.len, subject.ptr));
}

static SieveBytes
write_stanza(SieveRun *run, const NotifyRequest *request, const Xmpp *xmpp, SieveBytes subject)
{
	const char *from = sieve_settings_string(
		sieve_run_settings(run), &sieve_enotify_settings[NOTIFY_XMPP_FROM]);
	SieveBytes body = xmpp->body.ptr != NULL ? xmpp->body : default_body(run);
	g_autoptr(GString) out = g_string_new("<message");

	if (request->message.ptr != NULL)
		body = request->message;
	if (from != NULL && *from != '\0')
		append_element(out, " from='", sieve_bytes_from_string(from), "'");
	append_element(out, " to='", xmpp->to, "'");
	g_string_append(out, " type='headline'>");
	append_element(out, "<subject>", subject, "</subject>");
	append_element(out, "<body>", body, "</body>");
	append_headers(out, run, request);
	g_string_append(out, "</message>\n");
	return sieve_arena_copy(sieve_run_arena(run), (SieveBytes){out->str, out->len});
}

/* --- The method --------------------------------------------------------------------------------------- */

static const char *
command_of(const SieveSettings *settings)
{
	const char *command =
		sieve_settings_string(settings, &sieve_enotify_settings[NOTIFY_XMPP_COMMAND]);

	return command == NULL || *command == '\0' ? NULL : command;
}

static const char *
find_problem(const SieveSettings *settings, SieveBytes rest, SieveArena *arena)
{
	Xmpp xmpp;

	if (command_of(settings) == NULL)
		return "notify_xmpp_command is not set";
	return parse(rest, arena, &xmpp);
}

static const void *
prepare(SieveRun *run, const NotifyRequest *request, const char **ret_silence G_GNUC_UNUSED)
{
	Stanza *stanza = sieve_arena_new_array(sieve_run_arena(run), Stanza, 1);
	Xmpp xmpp;

	(void)parse(request->rest, sieve_run_arena(run), &xmpp);
	stanza->to = xmpp.to;
	stanza->subject = xmpp.subject.ptr != NULL ? xmpp.subject : SIEVE_BYTES("New mail");
	stanza->text = write_stanza(run, request, &xmpp, stanza->subject);
	return stanza;
}

static SieveBytes
subject_of(const void *prepared)
{
	return ((const Stanza *)prepared)->subject;
}

static bool
perform(SieveDelivery *delivery, const SieveAction *action G_GNUC_UNUSED, const void *prepared,
	GError **error)
{
	const Stanza *stanza = prepared;
	const char *command = command_of(sieve_delivery_settings(delivery));
	g_auto(GStrv) words = NULL;
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	g_auto(SieveSubprocessEnd) end = {.status = -1};

	if (command == NULL || !g_shell_parse_argv(command, NULL, &words, error))
		return false;
	g_autofree char *to = sieve_bytes_dup(stanza->to);
	for (size_t i = 0; words[i] != NULL; i++)
		g_strv_builder_add(builder, words[i]);
	g_strv_builder_add(builder, to);
	g_auto(GStrv) argv = g_strv_builder_end(builder);
	const SieveSubprocess process = {
		.argv = (const char *const *)argv,
		.input = stanza->text,
		.timeout_ms = TIMEOUT_MS,
	};
	if (!sieve_subprocess_run(&process, &end, error))
		return false;
	if (end.status == 0)
		return true;
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SUBMIT, "%s %s%s%s", argv[0],
		end.what != NULL ? end.what : "did not take it", end.complaint[0] == '\0' ? "" : ": ",
		end.complaint);
	return false;
}

const NotifyMethod sieve_notify_xmpp = {
	.scheme = "xmpp:",
	.find_problem = find_problem,
	.prepare = prepare,
	.subject = subject_of,
	.perform = perform,
};
