/* SPDX-License-Identifier: MIT */
/* address.c - address lists (RFC 5322 sections 3.4 and 4.4) and envelope paths (RFC 5321) */

#include "engine/message/address.h"

#include "engine/bytes.h"

#include <string.h>

/* RFC 5321 section 4.5.3.1. */
enum {
	MAX_LOCALPART = 64,
	MAX_DOMAIN = 255,
	MAX_PATH = 254, /* 256 with its angle brackets */
	MAX_LABEL = 63, /* RFC 1035 section 2.3.4 */
};

/* What a list element shows before it is parsed. */
typedef struct Element {
	SieveBytes text;
	size_t angle; /* offset of the first `<` outside quotes and comments, or SIZE_MAX */
	char end;     /* the delimiter that ended it: `,` `;` `:` or NUL for the end of the text */
} Element;

/* Reads one address; never goes past @text. */
typedef struct Cursor {
	SieveBytes text;
	size_t at;
} Cursor;

static bool
cursor_is(const Cursor *cursor, char byte)
{
	return cursor->at < cursor->text.len && cursor->text.ptr[cursor->at] == byte;
}

static bool
cursor_take(Cursor *cursor, char byte)
{
	if (!cursor_is(cursor, byte))
		return false;
	cursor->at++;
	return true;
}

static bool
is_white(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* atext of RFC 5322 section 3.2.3, and the 8-bit bytes of RFC 6532. */
static bool
is_atext(char byte)
{
	return g_ascii_isalnum(byte) || (unsigned char)byte >= 0x80 ||
	       (byte != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", byte) != NULL);
}

/* comment = "(" *([FWS] ccontent) [FWS] ")", nested without recursion; an open one ends the text.
 */
static size_t
skip_comment(SieveBytes text, size_t at)
{
	size_t depth = 0;

	for (; at < text.len; at++) {
		if (text.ptr[at] == '\\')
			at++;
		else if (text.ptr[at] == '(')
			depth++;
		else if (text.ptr[at] == ')' && --depth == 0)
			return at + 1;
	}
	return text.len;
}

/* Past the byte @close that ends a quoted string or domain literal; an open one ends the text. */
static size_t
skip_quoted(SieveBytes text, size_t at, char close)
{
	for (at++; at < text.len; at++) {
		if (text.ptr[at] == '\\')
			at++;
		else if (text.ptr[at] == close)
			return at + 1;
	}
	return text.len;
}

/* Past one byte, or past the comment, quoted string or domain literal that starts there. */
static size_t
skip_unit(SieveBytes text, size_t at)
{
	switch (text.ptr[at]) {
	case '(':
		return skip_comment(text, at);
	case '"':
		return skip_quoted(text, at, '"');
	case '[':
		return skip_quoted(text, at, ']');
	case '\\':
		return MIN(at + 2, text.len);
	default:
		return at + 1;
	}
}

static void
skip_cfws(Cursor *cursor)
{
	while (cursor->at < cursor->text.len) {
		char byte = cursor->text.ptr[cursor->at];
		if (byte == '(')
			cursor->at = skip_comment(cursor->text, cursor->at);
		else if (is_white(byte))
			cursor->at++;
		else
			return;
	}
}

/* What may end an element, or begin what must be read over as one. */
static const bool is_structure[256] = {
	[','] = true,
	[';'] = true,
	[':'] = true,
	['<'] = true,
	['>'] = true,
	['@'] = true,
	['('] = true,
	['"'] = true,
	['['] = true,
	['\\'] = true,
};

static size_t
find_structure(SieveBytes text, size_t at)
{
	const unsigned char *byte = (const unsigned char *)text.ptr + at;
	const unsigned char *end = (const unsigned char *)text.ptr + text.len;

	while (byte < end && !is_structure[*byte])
		byte++;
	return text.len - (size_t)(end - byte);
}

/* Whether an obs-route begins at @at, behind `<`. */
static bool
route_begins(SieveBytes text, size_t at)
{
	Cursor cursor = {text, at};

	skip_cfws(&cursor);
	return cursor_is(&cursor, '@') || cursor_is(&cursor, ',');
}

/* Cuts one element off the list. A comma belongs to a source route where one begins: a bracket that was
 * forgotten takes no other address with it. A colon after a phrase starts a group. */
static Element
split_element(SieveBytes text, bool in_group)
{
	Element element = {text, SIZE_MAX, '\0'};
	bool in_route = false;
	bool address = false;
	size_t at = 0;

	while ((at = find_structure(text, at)) < text.len) {
		char byte = text.ptr[at];
		bool ends = byte == ',' || (byte == ';' && in_group) ||
			    (byte == ':' && !in_group && !address);
		if (ends && !in_route) {
			element.end = byte;
			break;
		}
		if (byte == '<' && element.angle == SIZE_MAX)
			element.angle = at;
		if (byte == '<' || byte == '>')
			in_route = byte == '<' && route_begins(text, at + 1);
		address = address || byte == '@' || byte == '<';
		at = skip_unit(text, at);
	}
	element.text.len = MIN(at, text.len);
	return element;
}

/* quoted-string without its quotes and backslashes; control characters have no place in it. */
static bool
parse_quoted_string(Cursor *cursor, GString *out)
{
	SieveBytes text = cursor->text;

	for (size_t at = cursor->at + 1; at < text.len; at++) {
		char byte = text.ptr[at];
		if (byte == '"') {
			cursor->at = at + 1;
			return true;
		}
		if (byte == '\\' && ++at >= text.len)
			return false;
		byte = text.ptr[at];
		if (g_ascii_iscntrl(byte) && byte != '\t')
			return false;
		g_string_append_c(out, byte);
	}
	return false;
}

static bool
parse_atom(Cursor *cursor, GString *out)
{
	size_t start = cursor->at;

	while (cursor->at < cursor->text.len && is_atext(cursor->text.ptr[cursor->at]))
		cursor->at++;
	g_string_append_len(out, cursor->text.ptr + start, (gssize)(cursor->at - start));
	return cursor->at > start;
}

/* obs-local-part = word *("." word), which holds the others. Dots too many are let pass: whole
 * providers gave out such addresses, and there is but one way to read them. */
static bool
parse_local_part(Cursor *cursor, GString *out)
{
	bool any = false;

	for (;;) {
		skip_cfws(cursor);
		if (cursor_is(cursor, '"')) {
			if (!parse_quoted_string(cursor, out))
				return false;
			any = true;
		} else if (cursor_take(cursor, '.')) {
			g_string_append_c(out, '.');
			continue;
		} else if (parse_atom(cursor, out)) {
			any = true;
		}
		skip_cfws(cursor);
		if (!cursor_is(cursor, '.'))
			return any;
	}
}

/* domain-literal = [CFWS] "[" *([FWS] dtext) [FWS] "]" [CFWS] */
static bool
parse_domain_literal(Cursor *cursor, GString *out)
{
	g_string_append_c(out, '[');
	for (cursor->at++; cursor->at < cursor->text.len; cursor->at++) {
		char byte = cursor->text.ptr[cursor->at];
		if (byte == ']') {
			cursor->at++;
			g_string_append_c(out, ']');
			skip_cfws(cursor);
			return true;
		}
		if (byte == '[' || byte == '\\' || (g_ascii_iscntrl(byte) && !is_white(byte)))
			return false;
		if (!is_white(byte))
			g_string_append_c(out, byte);
	}
	return false;
}

/* obs-domain = atom *("." atom), which holds dot-atom, or a domain literal */
static bool
parse_domain(Cursor *cursor, GString *out)
{
	skip_cfws(cursor);
	if (cursor_is(cursor, '['))
		return parse_domain_literal(cursor, out);
	for (;;) {
		skip_cfws(cursor);
		if (!parse_atom(cursor, out))
			return false;
		skip_cfws(cursor);
		if (!cursor_take(cursor, '.'))
			return true;
		g_string_append_c(out, '.');
	}
}

/* obs-route = obs-domain-list ":"; read over (RFC 5321 appendix C: it is to be ignored). */
static bool
parse_route(Cursor *cursor, GString *scratch)
{
	skip_cfws(cursor);
	if (!cursor_is(cursor, '@') && !cursor_is(cursor, ','))
		return true;
	do {
		skip_cfws(cursor);
		if (cursor_take(cursor, '@') && !parse_domain(cursor, scratch))
			return false;
		skip_cfws(cursor);
	} while (cursor_take(cursor, ','));
	g_string_truncate(scratch, 0);
	return cursor_take(cursor, ':');
}

/* addr-spec = local-part "@" domain. With @bare a local part alone will do (RFC 5321
 * section 4.1.1.3: postmaster); the domain then has ptr NULL. */
static bool
parse_addr_spec(Cursor *cursor, bool bare, GString *out, SieveArena *arena, SieveAddress *address)
{
	if (!parse_local_part(cursor, out))
		return false;
	size_t local_len = out->len;
	bool has_domain = cursor_take(cursor, '@');
	if (!has_domain && !bare)
		return false;
	if (has_domain) {
		g_string_append_c(out, '@');
		if (!parse_domain(cursor, out))
			return false;
	}
	address->all = sieve_arena_copy(arena, (SieveBytes){out->str, out->len});
	address->localpart = sieve_bytes_slice(address->all, 0, local_len);
	address->domain = has_domain ? sieve_bytes_slice(address->all, local_len + 1, out->len)
				     : (SieveBytes){NULL, 0};
	return true;
}

/* angle-addr = [CFWS] "<" [obs-route] addr-spec ">" [CFWS]
 * path = angle-addr / ([CFWS] "<" [CFWS] ">" [CFWS]) */
static bool
parse_angle(Cursor *cursor, bool null_path, GString *out, SieveArena *arena, SieveAddress *address)
{
	cursor->at++;
	skip_cfws(cursor);
	if (!(null_path && cursor_is(cursor, '>')) &&
		(!parse_route(cursor, out) || !parse_addr_spec(cursor, false, out, arena, address)))
		return false;
	return cursor_take(cursor, '>');
}

/* Letters, digits and what is common beside them. */
static const bool is_common[256] = {
	['0' ... '9'] = true,
	['A' ... 'Z'] = true,
	['a' ... 'z'] = true,
	['-'] = true,
	['_'] = true,
	['+'] = true,
	['='] = true,
};

/* Whether @text is atoms parted by single dots, all of common characters. */
static bool
is_plain(SieveBytes text)
{
	const unsigned char *at = (const unsigned char *)text.ptr;
	const unsigned char *end = at + text.len;

	for (;; at++) {
		const unsigned char *atom = at;
		while (at < end && is_common[*at])
			at++;
		if (at == atom)
			return false;
		if (at == end || *at != '.')
			return at == end;
	}
}

/* Nearly all addresses are so plain that nothing has to be read over or copied. False: look closer. */
static bool
take_plain_mailbox(SieveBytes mailbox, SieveAddress *ret_address)
{
	SieveBytes text = sieve_bytes_trim(mailbox);

	if (text.len > 0 && text.ptr[text.len - 1] == '>') {
		size_t angle = find_structure(text, 0);
		if (text.ptr[angle] != '<')
			return false;
		text = sieve_bytes_slice(text, angle + 1, text.len - angle - 2);
	}
	/* No byte behind the end of the first element is looked at: a list costs linear time. */
	size_t at = find_structure(text, 0);
	if (at == text.len || text.ptr[at] != '@')
		return false;
	SieveBytes localpart = {text.ptr, at};
	SieveBytes domain = {text.ptr + at + 1, text.len - at - 1};
	if (!is_plain(localpart) || !is_plain(domain))
		return false;
	*ret_address = (SieveAddress){
		.all = text, .localpart = localpart, .domain = domain, .valid = true};
	return true;
}

/* mailbox = name-addr / addr-spec. A display name is not looked into: what people put there without
 * quotes is wrong but does no harm. */
static void
parse_mailbox(const Element *element, bool null_path, SieveArena *arena, SieveAddress *ret_address)
{
	g_autoptr(GString) out = g_string_new(NULL);
	Cursor cursor = {element->text, element->angle == SIZE_MAX ? 0 : element->angle};
	SieveAddress address = {.all = SIEVE_BYTES(""), .valid = true};
	bool parsed;

	address.localpart = address.domain = address.all;
	if (element->angle == SIZE_MAX)
		parsed = parse_addr_spec(&cursor, false, out, arena, &address);
	else
		parsed = parse_angle(&cursor, null_path, out, arena, &address);
	skip_cfws(&cursor);
	if (!parsed || cursor.at < element->text.len)
		address = (SieveAddress){.all = sieve_bytes_trim(element->text), .valid = false};
	*ret_address = address;
}

static bool
is_empty(SieveBytes text)
{
	Cursor cursor = {text, 0};

	skip_cfws(&cursor);
	return cursor.at >= text.len;
}

SieveAddressIter
sieve_address_iter(SieveBytes unfolded)
{
	return (SieveAddressIter){.rest = unfolded, .in_group = false};
}

bool
sieve_address_next(SieveAddressIter *iter, SieveArena *arena, SieveAddress *ret_address)
{
	while (iter->rest.len > 0) {
		/* It is the whole list, or its last element. */
		if (take_plain_mailbox(iter->rest, ret_address)) {
			iter->rest.len = 0;
			return true;
		}
		Element element = split_element(iter->rest, iter->in_group);
		size_t used = element.text.len + (element.end == '\0' ? 0 : 1);
		iter->rest.ptr += used;
		iter->rest.len -= used;
		if (element.end == ':' || element.end == ';')
			iter->in_group = element.end == ':';
		if (element.end == ':')
			continue;
		if (take_plain_mailbox(element.text, ret_address))
			return true;
		if (is_empty(element.text))
			continue;
		parse_mailbox(&element, iter->null_path, arena, ret_address);
		return true;
	}
	return false;
}

bool
sieve_address_parse(SieveBytes text, SieveArena *arena, SieveAddress *ret_address)
{
	Element element = split_element(text, false);

	/* What ends an element of a list or a group has no place in one address. */
	if (element.end != '\0' || split_element(text, true).end != '\0' ||
		(element.angle != SIZE_MAX && route_begins(text, element.angle + 1)))
		return false;
	parse_mailbox(&element, false, arena, ret_address);
	return ret_address->valid;
}

SieveAddress
sieve_address_from_path(SieveBytes path, SieveArena *arena)
{
	g_autoptr(GString) out = g_string_new(NULL);
	Cursor cursor = {path, 0};
	SieveAddress address = {.all = SIEVE_BYTES(""), .valid = true};

	address.localpart = address.domain = address.all;
	if (path.len == 0)
		return address;
	if (parse_route(&cursor, out) && parse_addr_spec(&cursor, true, out, arena, &address) &&
		cursor.at == path.len)
		return address;
	return (SieveAddress){.all = path, .valid = false};
}

/* Quoted-string of RFC 5321 section 4.1.2: printable ASCII. UTF-8 by RFC 6531. */
static bool
is_smtp_quoted(SieveBytes local)
{
	for (size_t i = 1; i + 1 < local.len; i++) {
		if (local.ptr[i] == '\\')
			i++;
		else if (local.ptr[i] == '"')
			return false;
		if (i + 1 >= local.len || g_ascii_iscntrl(local.ptr[i]))
			return false;
	}
	return local.len >= 2 && local.ptr[local.len - 1] == '"';
}

/* Dot-string = Atom *("." Atom) */
static bool
is_dot_string(SieveBytes local)
{
	bool after_dot = true;

	for (size_t i = 0; i < local.len; i++) {
		bool dot = local.ptr[i] == '.';
		if (dot ? after_dot : !is_atext(local.ptr[i]))
			return false;
		after_dot = dot;
	}
	return !after_dot;
}

/* sub-domain = Let-dig [Ldh-str], and U-labels (RFC 6531 section 3.3). An underscore breaks no
 * transport and stands in real host names. */
static bool
is_smtp_domain(SieveBytes domain)
{
	size_t label = 0;

	for (size_t i = 0; i < domain.len; i++) {
		char byte = domain.ptr[i];
		bool edge = label == 0 || i + 1 == domain.len || domain.ptr[i + 1] == '.';
		if (byte == '.' && label == 0)
			return false;
		label = byte == '.' ? 0 : label + 1;
		if (label > MAX_LABEL || (byte == '-' && edge))
			return false;
		if (byte != '.' && byte != '-' && byte != '_' && !g_ascii_isalnum(byte) &&
			(unsigned char)byte < 0x80)
			return false;
	}
	return label > 0;
}

/* address-literal: what is in the brackets is for those who connect to judge. */
static bool
is_literal(SieveBytes domain)
{
	for (size_t i = 1; i + 1 < domain.len; i++)
		if (!g_ascii_isalnum(domain.ptr[i]) && strchr(".:-", domain.ptr[i]) == NULL)
			return false;
	return domain.len > 2 && domain.ptr[domain.len - 1] == ']';
}

bool
sieve_address_is_mailbox(SieveBytes address)
{
	if (address.len == 0 || address.len > MAX_PATH || memchr(address.ptr, '\0', address.len) ||
		!g_utf8_validate_len(address.ptr, address.len, NULL))
		return false;
	size_t local_len = address.len;
	while (local_len > 0 && address.ptr[local_len - 1] != '@')
		local_len--;
	if (local_len < 2 || local_len - 1 > MAX_LOCALPART ||
		address.len - local_len > MAX_DOMAIN || local_len == address.len)
		return false;
	SieveBytes local = sieve_bytes_slice(address, 0, local_len - 1);
	SieveBytes domain = sieve_bytes_slice(address, local_len, address.len);
	return (local.ptr[0] == '"' ? is_smtp_quoted(local) : is_dot_string(local)) &&
	       (domain.ptr[0] == '[' ? is_literal(domain) : is_smtp_domain(domain));
}
