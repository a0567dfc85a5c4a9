/* SPDX-License-Identifier: MIT */
/* smtp-path.c - the arguments of MAIL and RCPT: a path in angle brackets, then parameters */

#include "peer/smtp-path.h"

#include <string.h>

/* RFC 5321 section 4.5.3.1 */
#define LOCAL_PART_MAX 64u
#define DOMAIN_MAX 255u
#define PATH_MAX_BYTES 254u /* 256 with the brackets */

/* A place in the argument; the rules below move it on over what they accept. */
typedef struct Cursor {
	SieveBytes text;
	size_t at;
	bool utf8;
} Cursor;

static int
peek(const Cursor *cursor)
{
	return cursor->at < cursor->text.len ? (unsigned char)cursor->text.ptr[cursor->at] : -1;
}

static bool
accept_char(Cursor *cursor, char wanted)
{
	if (peek(cursor) != wanted)
		return false;
	cursor->at++;
	return true;
}

/* atext (RFC 5322 section 3.2.3), and UTF8-non-ascii where allowed (RFC 6531 section 3.3) */
static bool
is_atext(int c, bool utf8)
{
	if (c >= 0x80)
		return utf8;
	return c > 0 && (g_ascii_isalnum(c) || strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* sub-domain = Let-dig [Ldh-str]; underscores live in the wild */
static bool
is_domain_char(int c, bool utf8)
{
	if (c >= 0x80)
		return utf8;
	return c > 0 && (g_ascii_isalnum(c) || c == '-' || c == '_');
}

/* 1*char *("." 1*char) */
static bool
parse_dotted(Cursor *cursor, bool (*is_char)(int c, bool utf8))
{
	do {
		size_t start = cursor->at;
		while (is_char(peek(cursor), cursor->utf8))
			cursor->at++;
		if (cursor->at == start)
			return false;
	} while (accept_char(cursor, '.'));
	return true;
}

/* Quoted-string = DQUOTE *QcontentSMTP DQUOTE */
static bool
parse_quoted(Cursor *cursor)
{
	if (!accept_char(cursor, '"'))
		return false;
	while (!accept_char(cursor, '"')) {
		(void)accept_char(cursor, '\\');
		int c = peek(cursor);
		if (c < 0x20 || c == 0x7f || (c >= 0x80 && !cursor->utf8))
			return false;
		cursor->at++;
	}
	return true;
}

/* Local-part = Dot-string / Quoted-string */
static bool
parse_local_part(Cursor *cursor)
{
	size_t start = cursor->at;
	bool parsed =
		peek(cursor) == '"' ? parse_quoted(cursor) : parse_dotted(cursor, is_atext);

	return parsed && cursor->at - start <= LOCAL_PART_MAX;
}

/* address-literal = "[" 1*dcontent "]" */
static bool
parse_literal(Cursor *cursor)
{
	size_t start = cursor->at;

	if (!accept_char(cursor, '['))
		return false;
	while (peek(cursor) > 0x20 && peek(cursor) < 0x7f && strchr("[]\\<>", peek(cursor)) == NULL)
		cursor->at++;
	return cursor->at - start > 1 && accept_char(cursor, ']');
}

/* Domain / address-literal */
static bool
parse_domain(Cursor *cursor)
{
	size_t start = cursor->at;
	bool parsed = peek(cursor) == '[' ? parse_literal(cursor)
	                                  : parse_dotted(cursor, is_domain_char);

	return parsed && cursor->at - start <= DOMAIN_MAX;
}

/* A-d-l ":" = At-domain *( "," At-domain ) ":" */
static bool
skip_source_route(Cursor *cursor)
{
	if (peek(cursor) != '@')
		return true;
	do {
		if (!accept_char(cursor, '@') || !parse_domain(cursor))
			return false;
	} while (accept_char(cursor, ','));
	return accept_char(cursor, ':');
}

/* Mailbox = Local-part "@" ( Domain / address-literal ) */
static bool
parse_mailbox(Cursor *cursor, unsigned flags)
{
	size_t start = cursor->at;

	if (!parse_local_part(cursor))
		return false;
	SieveBytes local = sieve_bytes_slice(cursor->text, start, cursor->at - start);
	if (peek(cursor) == '>' && (flags & PEER_SMTP_PATH_POSTMASTER) != 0)
		return sieve_bytes_equal_nocase(local, SIEVE_BYTES("postmaster"));
	return accept_char(cursor, '@') && parse_domain(cursor);
}

bool
peer_smtp_path_parse(SieveBytes argument, unsigned flags, SieveBytes *ret_address,
	SieveBytes *ret_parameters)
{
	Cursor cursor = {.text = argument, .utf8 = (flags & PEER_SMTP_PATH_UTF8) != 0};

	if (cursor.utf8 && argument.len > 0 &&
		!g_utf8_validate(argument.ptr, (gssize)argument.len, NULL))
		return false;
	while (accept_char(&cursor, ' '))
		continue;
	if (!accept_char(&cursor, '<'))
		return false;
	size_t open = cursor.at;
	bool is_null = peek(&cursor) == '>' && (flags & PEER_SMTP_PATH_NULL) != 0;
	size_t start = open;
	if (!is_null) {
		if (!skip_source_route(&cursor))
			return false;
		start = cursor.at;
		if (!parse_mailbox(&cursor, flags))
			return false;
	}
	size_t end = cursor.at;
	if (!accept_char(&cursor, '>') || end - open > PATH_MAX_BYTES)
		return false;
	if (peek(&cursor) != -1 && peek(&cursor) != ' ')
		return false;
	*ret_address = sieve_bytes_slice(argument, start, end - start);
	*ret_parameters = sieve_bytes_trim(sieve_bytes_slice(argument, cursor.at, SIZE_MAX));
	return true;
}

static size_t
span_keyword(SieveBytes text)
{
	size_t len = 0;

	while (len < text.len && (g_ascii_isalnum(text.ptr[len]) || text.ptr[len] == '-'))
		len++;
	return len;
}

/* esmtp-value = 1*(%d33-60 / %d62-126), "=" tolerated inside, 8-bit for SMTPUTF8 */
static size_t
span_value(SieveBytes text)
{
	size_t len = 0;

	while (len < text.len && (unsigned char)text.ptr[len] > ' ' && text.ptr[len] != 0x7f)
		len++;
	return len;
}

bool
peer_smtp_parameter_next(SieveBytes *parameters, SieveBytes *ret_name, SieveBytes *ret_value)
{
	SieveBytes rest = *parameters;
	size_t name_len = span_keyword(rest);
	size_t value_start = name_len;
	size_t value_len = 0;

	if (name_len == 0)
		return false;
	if (name_len < rest.len && rest.ptr[name_len] == '=') {
		value_start = name_len + 1;
		value_len = span_value(sieve_bytes_slice(rest, value_start, SIZE_MAX));
		if (value_len == 0)
			return false;
	}
	size_t end = value_start + value_len;
	if (end < rest.len && rest.ptr[end] != ' ')
		return false;
	*ret_name = sieve_bytes_slice(rest, 0, name_len);
	*ret_value = sieve_bytes_slice(rest, value_start, value_len);
	while (end < rest.len && rest.ptr[end] == ' ')
		end++;
	*parameters = sieve_bytes_slice(rest, end, SIZE_MAX);
	return true;
}
