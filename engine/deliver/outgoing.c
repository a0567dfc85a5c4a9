/* SPDX-License-Identifier: MIT */
/* outgoing.c - the text of outgoing mails: redirected ones reports, rejections (RFC 5429) */

#include "engine/deliver/outgoing.h"

#include <string.h>

#include "engine/message/date.h"
#include "engine/message/encode.h"
#include "engine/message/header.h"

#define REDIRECTED "X-Doorstep-Redirected"

void
sieve_outgoing_append(GString *out, SieveBytes bytes)
{
	size_t start = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		if (bytes.ptr[i] != '\r' && bytes.ptr[i] != '\n')
			continue;
		g_string_append_len(out, bytes.ptr + start, (gssize)(i - start));
		g_string_append(out, "\r\n");
		if (bytes.ptr[i] == '\r' && i + 1 < bytes.len && bytes.ptr[i + 1] == '\n')
			i++;
		start = i + 1;
	}
	g_string_append_len(out, bytes.ptr + start, (gssize)(bytes.len - start));
}

bool
sieve_outgoing_is_loop(const SieveMessage *message, SieveBytes owner)
{
	const SieveHeaderField *field;
	size_t hops = 0;
	size_t index = 0;

	while (sieve_message_find_field(message, SIEVE_BYTES("Received"), &index) != NULL)
		hops++;
	if (hops > SIEVE_LIMIT_HOPS)
		return true;
	index = 0;
	while ((field = sieve_message_find_field(message, SIEVE_BYTES(REDIRECTED), &index)) != NULL)
		if (sieve_bytes_equal_nocase(sieve_bytes_trim(field->raw), owner))
			return true;
	return false;
}

/* RFC 5228 section 4.2: what is redirected has more Received fields than what came. */
static void
append_trace(GString *out, const char *trace_header, const SieveEnv *env)
{
	g_autoptr(SieveMessage) trace = sieve_message_new(sieve_bytes_from_string(trace_header));
	size_t index = 0;

	g_string_append(out, trace_header == NULL ? "" : trace_header);
	if (sieve_message_find_field(trace, SIEVE_BYTES("Received"), &index) != NULL)
		return;
	g_autofree char *date = sieve_date_print(
		(SieveDate){.time_unix = env->now_usec(env) / G_USEC_PER_SEC});
	g_string_append_printf(out, "Received: by %s; %s\r\n", env->host_name(env), date);
}

GString *
sieve_outgoing_redirect(const SieveMessage *message, SieveBytes owner, const char *trace_header,
	const SieveEnv *env)
{
	SieveBytes header = sieve_message_wire_header(message);
	SieveBytes body = sieve_message_body(message);
	size_t len = header.len + body.len;
	GString *out = g_string_sized_new(len + len / 32 + 512);

	append_trace(out, trace_header, env);
	g_string_append_printf(out, REDIRECTED ": %.*s\r\n", (int)owner.len, owner.ptr);
	sieve_outgoing_append(out, header);
	sieve_outgoing_append(out, body);
	return out;
}

static bool
is_plain_text(SieveBytes text)
{
	size_t line = 0;

	for (size_t i = 0; i < text.len; i++) {
		line = text.ptr[i] == '\n' ? 0 : line + 1;
		/* RFC 5322 section 2.1.1. */
		if ((unsigned char)text.ptr[i] >= 0x80 || text.ptr[i] == '\0' || line > 998)
			return false;
	}
	return true;
}

/* Text that is not plain ASCII travels as base64, which every hop passes on. */
void
sieve_outgoing_append_text(GString *out, SieveBytes text)
{
	g_string_append(out, "Content-Type: text/plain; charset=utf-8\r\n");
	if (is_plain_text(text)) {
		g_string_append(out, "\r\n");
		sieve_outgoing_append(out, text);
		return;
	}
	g_string_append(out, "Content-Transfer-Encoding: base64\r\n\r\n");
	g_autoptr(GString) lines = g_string_new(NULL);
	sieve_outgoing_append(lines, text);
	sieve_transfer_append_base64(out, (SieveBytes){lines->str, lines->len});
}

/* RFC 8098 section 3.1. The identification goes back as it came, if it is one printable line. */
static void
append_disposition(GString *out, const SieveRejection *rejection)
{
	size_t index = 0;
	const SieveHeaderField *field =
		sieve_message_find_field(rejection->message, SIEVE_BYTES("Message-ID"), &index);
	SieveBytes id = field == NULL ? SIEVE_BYTES("") : sieve_bytes_trim(field->raw);
	bool printable = id.len > 0 && id.len < 900;

	for (size_t i = 0; i < id.len; i++)
		printable = printable && id.ptr[i] > ' ' && id.ptr[i] < 0x7f;
	g_string_append_printf(
		out, "Reporting-UA: %s; Doorstep\r\n", rejection->env->host_name(rejection->env));
	g_string_append_printf(out, "Final-Recipient: rfc822;%.*s\r\n", (int)rejection->from.len,
		rejection->from.ptr);
	if (printable)
		g_string_append_printf(out, "Original-Message-ID: %.*s\r\n", (int)id.len, id.ptr);
	g_string_append(out, "Disposition: automatic-action/MDN-sent-automatically; deleted\r\n");
}

/* RFC 2045 section 6.4: a multipart is 8bit when one of its parts is. */
static void
append_encoding(GString *out, const SieveMessage *original)
{
	bool ascii = sieve_bytes_is_ascii(sieve_message_header(original)) &&
		     sieve_bytes_is_ascii(sieve_message_body(original));

	g_string_append_printf(
		out, "Content-Transfer-Encoding: %s\r\n", ascii ? "7bit" : "8bit");
}

static void
append_header(GString *out, const SieveReport *report, const SieveMessage *original, SieveBytes from,
	const char *boundary, const SieveEnv *env)
{
	int64_t now = env->now_usec(env);
	g_autofree char *date = sieve_date_print((SieveDate){.time_unix = now / G_USEC_PER_SEC});
	g_autofree char *subject = sieve_encode_text_field("Subject", report->subject);

	g_string_append_printf(out, "From: <%.*s>\r\n", (int)from.len, from.ptr);
	g_string_append_printf(out, "To: <%.*s>\r\n", (int)report->to.len, report->to.ptr);
	g_string_append_printf(out, "Date: %s\r\n", date);
	g_string_append_printf(out, "Message-ID: <%s.%" G_GINT64_FORMAT "@%s>\r\n", boundary, now,
		env->host_name(env));
	/* RFC 3834 section 5: no machine is to answer this one. */
	g_string_append_printf(out, "%sAuto-Submitted: %s\r\nMIME-Version: 1.0\r\n", subject,
		report->auto_submitted);
	append_encoding(out, original);
	g_string_append_printf(out,
		"Content-Type: multipart/report; report-type=%s;\r\n"
		"\tboundary=\"%s\"\r\n\r\n",
		report->type, boundary);
}

static void
append_original(GString *out, const SieveMessage *message, bool headers_only)
{
	g_string_append_printf(out, "Content-Type: %s\r\n",
		headers_only ? "text/rfc822-headers" : "message/rfc822");
	append_encoding(out, message);
	g_string_append(out, "\r\n");
	sieve_outgoing_append(out, sieve_message_wire_header(message));
	if (!headers_only)
		sieve_outgoing_append(out, sieve_message_body(message));
}

GString *
sieve_outgoing_report(const SieveReport *report, const SieveMessage *original, SieveBytes from,
	const SieveEnv *env)
{
	GString *out = g_string_new(NULL);
	uint64_t random[2];

	env->random(env, random, sizeof(random));
	/* 128 random bits: no line of the original can be this one. */
	g_autofree char *boundary = g_strdup_printf(
		"%016" G_GINT64_MODIFIER "x%016" G_GINT64_MODIFIER "x", random[0], random[1]);
	append_header(out, report, original, from, boundary, env);
	g_string_append_printf(out, "--%s\r\n", boundary);
	sieve_outgoing_append_text(out, report->text);
	g_string_append_printf(out, "\r\n--%s\r\n", boundary);
	g_string_append_printf(out, "Content-Type: message/%s\r\n\r\n", report->type);
	g_string_append_len(out, report->fields.ptr, (gssize)report->fields.len);
	g_string_append_printf(out, "\r\n--%s\r\n", boundary);
	append_original(out, original, report->headers_only);
	g_string_append_printf(out, "\r\n--%s--\r\n", boundary);
	return out;
}

GString *
sieve_outgoing_rejection(const SieveRejection *rejection)
{
	g_autoptr(GString) text = g_string_new(
		"The message was refused by the recipient's mail filtering program.\r\n"
		"The reason given was as follows:\r\n\r\n");
	g_autoptr(GString) fields = g_string_new(NULL);

	g_string_append_len(text, rejection->reason.ptr, (gssize)rejection->reason.len);
	append_disposition(fields, rejection);
	const SieveReport report = {
		.to = rejection->to,
		.subject = SIEVE_BYTES("Automatically rejected mail"),
		.type = "disposition-notification",
		.auto_submitted = "auto-replied",
		.text = {text->str, text->len},
		.fields = {fields->str, fields->len},
	};
	return sieve_outgoing_report(&report, rejection->message, rejection->from, rejection->env);
}
