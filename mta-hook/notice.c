/* SPDX-License-Identifier: MIT */
/* notice.c - the short mail that tells a busy reader of a stored one (RFC 5436 section 2.7) */

#include "mta-hook/notice.h"

#include <string.h>

#include "engine/arena.h"
#include "engine/bytes.h"
#include "engine/message/header.h"

/* Enough to know a mail by; a pop-up shows less. */
#define SHOWN_BYTES 200u

/* RFC 2047 section 2: an encoded word has at most 75 characters; 45 bytes make 60 in base64. */
#define WORD_BYTES 45u

bool
hook_notice_forbidden(SieveBytes auto_submitted)
{
	return auto_submitted.ptr != NULL && sieve_header_says_automatic(auto_submitted);
}

/* Decoded, then made printable: no control or bidirectional character reaches a terminal or pop-up.
 */
static char *
make_shown(SieveBytes raw)
{
	SieveArena *arena = sieve_arena_new();
	char *shown = sieve_bytes_escape(sieve_header_decode(raw, arena), SHOWN_BYTES);
	sieve_arena_free(arena);
	return shown;
}

/* The longest prefix of at most WORD_BYTES that cuts no character (RFC 2047 section 5). */
static size_t
word_length(const char *text)
{
	size_t len = strnlen(text, WORD_BYTES + 1);
	if (len <= WORD_BYTES)
		return len;
	len = WORD_BYTES;
	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static void
append_unstructured(GString *out, const char *text)
{
	/* "=?" in plain text would be taken for an encoded word that the sender wrote. */
	if (g_str_is_ascii(text) && strlen(text) <= SHOWN_BYTES && !strstr(text, "=?")) {
		g_string_append(out, text);
		return;
	}
	for (const char *rest = text; *rest;) {
		size_t len = word_length(rest);
		g_autofree char *base64 = g_base64_encode((const guchar *)rest, len);
		g_string_append_printf(
			out, "%s=?UTF-8?B?%s?=", rest == text ? "" : "\r\n ", base64);
		rest += len;
	}
}

static void
append_date(GString *out, int64_t now_unix)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
	g_autoptr(GDateTime) now = g_date_time_new_from_unix_utc(now_unix);
	g_string_append_printf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n",
		days[g_date_time_get_day_of_week(now) - 1], g_date_time_get_day_of_month(now),
		months[g_date_time_get_month(now) - 1], g_date_time_get_year(now),
		g_date_time_get_hour(now), g_date_time_get_minute(now),
		g_date_time_get_second(now));
}

static void
append_header(GString *out, const HookNotice *notice, const char *subject)
{
	int reader_len = (int)notice->reader.len;
	const char *reader = notice->reader.ptr;
	g_string_append_printf(
		out, "From: <%s>\r\nTo: <%.*s>\r\n", notice->sender, reader_len, reader);
	g_string_append(out, "Subject: ");
	append_unstructured(out, subject);
	g_string_append(out, "\r\n");
	append_date(out, notice->now_unix);
	g_string_append_printf(out, "Message-ID: <%s>\r\n", notice->id);
	g_string_append_printf(
		out, "Auto-Submitted: auto-notified; owner-email=\"%.*s\"\r\n", reader_len, reader);
	g_string_append(out, "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
			     "Content-Transfer-Encoding: base64\r\n\r\n");
}

static void
append_body(GString *out, const char *body)
{
	g_autofree char *base64 = g_base64_encode((const guchar *)body, strlen(body));
	size_t len = strlen(base64);
	for (size_t i = 0; i < len; i += 76)
		g_string_append_printf(out, "%.76s\r\n", base64 + i);
}

char *
hook_notice_print(const HookNotice *notice)
{
	g_autofree char *from = make_shown(notice->from);
	g_autofree char *subject = make_shown(notice->subject);
	g_autofree char *title =
		g_strdup_printf("New mail: %s", *subject ? subject : "(no subject)");
	g_autoptr(GString) body = g_string_new(NULL);
	g_string_append_printf(body, "From: %s\nSubject: %s\n", from, subject);
	if (notice->n_more > 0)
		g_string_append_printf(body, "\n%u more came before it.\n", notice->n_more);
	g_string_append(body, "\nIt waits at your mail server.\n");
	g_autoptr(GString) out = g_string_new(NULL);
	append_header(out, notice, title);
	append_body(out, body->str);
	return g_string_free(g_steal_pointer(&out), FALSE);
}
