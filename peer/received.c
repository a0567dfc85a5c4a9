/* SPDX-License-Identifier: MIT */
/* received.c - who handed a mail to the reader's domain, as its server wrote (RFC 5321 section 4.4)
 */
#include "peer/received.h"

#include <gio/gio.h>
#include <string.h>

#include "engine/arena.h"
#include "engine/bytes.h"
#include "engine/message/header.h"
#include "engine/message/message.h"

typedef struct {
	SieveBytes text;
	size_t at;
} Cursor;

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

static void
skip_blanks(Cursor *cursor)
{
	while (cursor->at < cursor->text.len && is_blank(cursor->text.ptr[cursor->at]))
		cursor->at++;
}

/* A word as it stands, whatever it is made of: what a client called itself may hold parentheses. */
static SieveBytes
take_word(Cursor *cursor)
{
	skip_blanks(cursor);

	size_t start = cursor->at;

	while (cursor->at < cursor->text.len && !is_blank(cursor->text.ptr[cursor->at]))
		cursor->at++;
	return sieve_bytes_slice(cursor->text, start, cursor->at - start);
}

/* comment = "(" *(... / comment) ")"; empty when there is none here. */
static SieveBytes
take_comment(Cursor *cursor)
{
	skip_blanks(cursor);

	size_t start = cursor->at;
	unsigned depth = 0;

	if (start >= cursor->text.len || cursor->text.ptr[start] != '(')
		return (SieveBytes){NULL, 0};
	for (; cursor->at < cursor->text.len; cursor->at++) {
		char byte = cursor->text.ptr[cursor->at];

		if (byte == '\\')
			cursor->at++;
		else if (byte == '(')
			depth++;
		else if (byte == ')' && --depth == 0)
			break;
	}
	cursor->at = MIN(cursor->at + 1, cursor->text.len);
	return sieve_bytes_slice(cursor->text, start, cursor->at - start);
}

/* address-literal = "[" [ "IPv6:" ] address "]" */
static char *
parse_literal(SieveBytes inside)
{
	if (inside.len > 5 && g_ascii_strncasecmp(inside.ptr, "IPv6:", 5) == 0)
		inside = sieve_bytes_slice(inside, 5, SIZE_MAX);

	g_autofree char *text = sieve_bytes_dup(inside);
	g_autoptr(GInetAddress) address = NULL;

	if (memchr(text, '\0', inside.len) == NULL)
		address = g_inet_address_new_from_string(text);
	return address != NULL ? g_inet_address_to_string(address) : NULL;
}

/* The last address literal of @text: names that the client chose stand before it. One after "=", as
 * in "helo=[192.0.2.1]", is such a name. */
static char *
find_literal(SieveBytes text)
{
	for (size_t end = text.len; end-- > 0;) {
		size_t start = end;

		if (text.ptr[end] != ']')
			continue;
		while (start > 0 && text.ptr[start] != '[')
			start--;
		if (text.ptr[start] != '[' || (start > 0 && text.ptr[start - 1] == '='))
			continue;
		return parse_literal(sieve_bytes_slice(text, start + 1, end - start - 1));
	}
	return NULL;
}

/* Stamp = From-domain By-domain Opt-info; From-domain = "FROM" FWS Extended-Domain */
char *
peer_received_parse(SieveBytes value, char **ret_by)
{
	Cursor cursor = {value, 0};
	g_autofree char *ip = NULL;

	*ret_by = NULL;
	if (!sieve_bytes_equal_nocase(take_word(&cursor), SIEVE_BYTES("from")))
		return NULL;

	SieveBytes name = take_word(&cursor);
	SieveBytes comment = take_comment(&cursor);
	SieveBytes last = comment;

	while (comment.len > 0) {
		last = comment;
		comment = take_comment(&cursor);
	}
	ip = find_literal(last);
	/* "from [192.0.2.1] (helo=name)": there the name is what the server saw. */
	if (ip == NULL && sieve_bytes_starts_with(last, SIEVE_BYTES("(helo=")))
		ip = find_literal(name);
	if (!sieve_bytes_equal_nocase(take_word(&cursor), SIEVE_BYTES("by")))
		return NULL;

	SieveBytes by = take_word(&cursor);

	while (by.len > 0 && by.ptr[by.len - 1] == ';')
		by.len--;
	*ret_by = sieve_bytes_dup(by);
	return g_steal_pointer(&ip);
}

static bool
is_own(const char *by, const char *const *by_hosts)
{
	for (; by != NULL && *by_hosts != NULL; by_hosts++) {
		if (g_ascii_strcasecmp(by, *by_hosts) == 0)
			return true;
	}
	return false;
}

char *
peer_received_remote_ip(const SieveMessage *message, const char *const *by_hosts)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	const SieveHeaderField *field;
	size_t index = 0;

	while ((field = sieve_message_find_field(message, SIEVE_BYTES("Received"), &index)) !=
		NULL) {
		g_autofree char *by = NULL;
		g_autofree char *ip =
			peer_received_parse(sieve_header_unfold(field->raw, arena), &by);

		if (is_own(by, by_hosts))
			return g_steal_pointer(&ip);
	}
	return NULL;
}
