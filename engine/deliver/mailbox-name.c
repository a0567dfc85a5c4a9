/* SPDX-License-Identifier: MIT */
/* mailbox-name.c - legal mailbox names and their folder under the Maildir (Maildir++, RFC 3501) */

#include "engine/deliver/mailbox-name.h"

#include "engine/bytes.h"
#include "engine/limits.h"

#include <string.h>

/* NAME_MAX less the room that other programs need for a suffix of their own. */
enum { MAX_FOLDER_BYTES = 240 };

static bool
is_separator(char byte)
{
	return byte == '/' || byte == '.';
}

/* "INBOX" as a first level is the root itself, as IMAP servers with a personal prefix show it. */
static SieveBytes
skip_inbox(SieveBytes name)
{
	SieveBytes inbox = SIEVE_BYTES("INBOX");

	if (!sieve_bytes_equal_nocase(sieve_bytes_slice(name, 0, inbox.len), inbox))
		return name;
	if (name.len == inbox.len)
		return SIEVE_BYTES("");
	return is_separator(name.ptr[inbox.len]) ? sieve_bytes_slice(name, inbox.len + 1, name.len)
						 : name;
}

/* RFC 3501 section 5.1.3: base64 of UTF-16 with a comma for the slash and no padding. */
static void
append_base64(GString *out, const GByteArray *utf16)
{
	g_autofree char *text = g_base64_encode(utf16->data, utf16->len);

	g_string_append_c(out, '&');
	for (const char *at = text; *at != '\0' && *at != '='; at++)
		g_string_append_c(out, *at == '/' ? ',' : *at);
	g_string_append_c(out, '-');
}

static void
append_utf16(GByteArray *utf16, gunichar character)
{
	gunichar units[2] = {character, 0};
	size_t count = 1;

	if (character >= 0x10000) {
		units[0] = 0xd800 + ((character - 0x10000) >> 10);
		units[1] = 0xdc00 + ((character - 0x10000) & 0x3ff);
		count = 2;
	}
	for (size_t i = 0; i < count; i++) {
		guint8 pair[2] = {(guint8)(units[i] >> 8), (guint8)(units[i] & 0xff)};
		g_byte_array_append(utf16, pair, 2);
	}
}

/* @name is legal UTF-8. */
static void
append_utf7(GString *out, SieveBytes name)
{
	g_autoptr(GByteArray) utf16 = g_byte_array_new();
	const char *end = name.ptr + name.len;

	for (const char *at = name.ptr; at < end; at += g_utf8_skip[(guchar)*at]) {
		if ((unsigned char)*at >= 0x80) {
			append_utf16(utf16, g_utf8_get_char(at));
			continue;
		}
		if (utf16->len > 0)
			append_base64(out, utf16);
		g_byte_array_set_size(utf16, 0);
		g_string_append_c(out, is_separator(*at) ? '.' : *at);
		if (*at == '&')
			g_string_append_c(out, '-');
	}
	if (utf16->len > 0)
		append_base64(out, utf16);
}

static bool
has_control(SieveBytes name)
{
	const char *end = name.ptr + name.len;

	for (const char *at = name.ptr; at < end; at += g_utf8_skip[(guchar)*at])
		if (g_unichar_iscntrl(g_utf8_get_char(at)))
			return true;
	return false;
}

static bool
has_empty_level(SieveBytes name)
{
	bool at_start = true;

	for (size_t i = 0; i < name.len; i++) {
		bool separator = is_separator(name.ptr[i]);
		if (separator && at_start)
			return true;
		at_start = separator;
	}
	return at_start;
}

const char *
sieve_mailbox_name_check(SieveBytes name)
{
	if (name.len == 0)
		return "a mailbox name cannot be empty";
	if (name.len > SIEVE_LIMIT_MAILBOX_BYTES)
		return "the mailbox name is too long";
	if (memchr(name.ptr, '\0', name.len) != NULL ||
		!g_utf8_validate(name.ptr, (gssize)name.len, NULL))
		return "the mailbox name is not UTF-8 text";
	if (has_control(name))
		return "there is a control character in the mailbox name";
	if (sieve_bytes_find(name, SIEVE_BYTES(".."), 0) != SIZE_MAX)
		return "a mailbox name cannot lead out of the mail store";
	if (has_empty_level(name))
		return "a level of the mailbox name is empty";
	g_autofree char *folder = sieve_mailbox_name_to_folder(name);
	if (strlen(folder) > MAX_FOLDER_BYTES)
		return "the mailbox name is too long for a file name";
	return NULL;
}

char *
sieve_mailbox_name_to_folder(SieveBytes name)
{
	SieveBytes below = skip_inbox(name);
	GString *folder = g_string_new(NULL);

	if (below.len > 0) {
		g_string_append_c(folder, '.');
		append_utf7(folder, below);
	}
	return g_string_free(folder, FALSE);
}

bool
sieve_mailbox_name_is_same(SieveBytes a, SieveBytes b)
{
	if (sieve_mailbox_name_check(a) != NULL || sieve_mailbox_name_check(b) != NULL)
		return sieve_bytes_equal(a, b);
	g_autofree char *folder_a = sieve_mailbox_name_to_folder(a);
	g_autofree char *folder_b = sieve_mailbox_name_to_folder(b);
	return g_str_equal(folder_a, folder_b);
}

/* What stands between `&` and `-`, as UTF-8; false when it is no text. */
static bool
append_decoded(GString *out, SieveBytes base64)
{
	g_autoptr(GString) text = g_string_new(NULL);
	gsize len;

	for (size_t i = 0; i < base64.len; i++)
		g_string_append_c(text, base64.ptr[i] == ',' ? '/' : base64.ptr[i]);
	while (text->len % 4 != 0)
		g_string_append_c(text, '=');
	g_autofree guchar *utf16 = g_base64_decode(text->str, &len);
	g_autofree char *utf8 =
		g_convert((const char *)utf16, (gssize)len, "UTF-8", "UTF-16BE", NULL, NULL, NULL);
	g_string_append(out, utf8 == NULL ? "" : utf8);
	return utf8 != NULL && *utf8 != '\0';
}

char *
sieve_mailbox_name_from_folder(const char *folder)
{
	g_autoptr(GString) name = g_string_new(*folder == '\0' ? "INBOX" : NULL);
	SieveBytes rest = sieve_bytes_from_string(*folder == '.' ? folder + 1 : folder);
	bool good = *folder == '.' || *folder == '\0';

	for (size_t at = 0; at < rest.len && good; at++) {
		size_t end = MIN(sieve_bytes_find(rest, SIEVE_BYTES("-"), at), rest.len);
		if (rest.ptr[at] != '&')
			g_string_append_c(name, rest.ptr[at] == '.' ? '/' : rest.ptr[at]);
		else if (end == at + 1)
			g_string_append_c(name, '&');
		else
			good = append_decoded(name, sieve_bytes_slice(rest, at + 1, end - at - 1));
		at = rest.ptr[at] == '&' ? end : at;
	}
	/* One way to write a name, or two folders would have the same. */
	SieveBytes bytes = {name->str, name->len};
	if (!good || sieve_mailbox_name_check(bytes) != NULL)
		return NULL;
	g_autofree char *again = sieve_mailbox_name_to_folder(bytes);
	return g_str_equal(again, folder) ? sieve_bytes_dup(bytes) : NULL;
}
