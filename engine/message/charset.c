/* SPDX-License-Identifier: MIT */
/* charset.c - the charsets that mail may name (RFC 2978), and their text as UTF-8 */

#include "engine/message/charset.h"

#include "engine/bytes.h"

#include <errno.h>
#include <string.h>

typedef struct CharsetName {
	const char *name;
	const char *iconv;
} CharsetName;

/* A closed list: iconv has modules with a history of memory errors (ISO-2022-CN-EXT), loads
 * whatever a name leads to, and UTF-7 hides ASCII from those who look. Names as registered with
 * IANA, and what mail programs write in their place. */
static const CharsetName charsets[] = {
	{"utf-8", "UTF-8"},
	{"utf8", "UTF-8"},
	{"us-ascii", "ASCII"},
	{"ascii", "ASCII"},
	{"ansi_x3.4-1968", "ASCII"},
	{"iso-8859-1", "ISO-8859-1"},
	{"latin1", "ISO-8859-1"},
	{"iso8859-1", "ISO-8859-1"},
	{"iso-8859-2", "ISO-8859-2"},
	{"latin2", "ISO-8859-2"},
	{"iso-8859-3", "ISO-8859-3"},
	{"iso-8859-4", "ISO-8859-4"},
	{"iso-8859-5", "ISO-8859-5"},
	{"iso-8859-6", "ISO-8859-6"},
	{"iso-8859-7", "ISO-8859-7"},
	{"iso-8859-8", "ISO-8859-8"},
	{"iso-8859-8-i", "ISO-8859-8"},
	{"iso-8859-9", "ISO-8859-9"},
	{"iso-8859-10", "ISO-8859-10"},
	{"iso-8859-11", "ISO-8859-11"},
	{"iso-8859-13", "ISO-8859-13"},
	{"iso-8859-14", "ISO-8859-14"},
	{"iso-8859-15", "ISO-8859-15"},
	{"iso8859-15", "ISO-8859-15"},
	{"iso-8859-16", "ISO-8859-16"},
	{"windows-1250", "CP1250"},
	{"windows-1251", "CP1251"},
	{"windows-1252", "CP1252"},
	{"windows-1253", "CP1253"},
	{"windows-1254", "CP1254"},
	{"windows-1255", "CP1255"},
	{"windows-1256", "CP1256"},
	{"windows-1257", "CP1257"},
	{"windows-1258", "CP1258"},
	{"cp1250", "CP1250"},
	{"cp1251", "CP1251"},
	{"cp1252", "CP1252"},
	{"windows-874", "CP874"},
	{"tis-620", "TIS-620"},
	{"koi8-r", "KOI8-R"},
	{"koi8-u", "KOI8-U"},
	{"ibm437", "CP437"},
	{"ibm850", "CP850"},
	{"cp866", "CP866"},
	{"ibm866", "CP866"},
	{"macintosh", "MACINTOSH"},
	{"gb2312", "GBK"},
	{"gbk", "GBK"},
	{"gb18030", "GB18030"},
	{"big5", "BIG5"},
	{"big5-hkscs", "BIG5-HKSCS"},
	{"shift_jis", "CP932"},
	{"shift-jis", "CP932"},
	{"windows-31j", "CP932"},
	{"cp932", "CP932"},
	{"euc-jp", "EUC-JP"},
	{"iso-2022-jp", "ISO-2022-JP"},
	{"euc-kr", "CP949"},
	{"ks_c_5601-1987", "CP949"},
	{"iso-2022-kr", "ISO-2022-KR"},
	{"utf-16", "UTF-16"},
	{"utf-16be", "UTF-16BE"},
	{"utf-16le", "UTF-16LE"},
};

const char *
sieve_charset_find(SieveBytes name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(charsets); i++)
		if (sieve_bytes_equal_nocase(name, sieve_bytes_from_string(charsets[i].name)))
			return charsets[i].iconv;
	return NULL;
}

/* GLib takes a NUL for the end; here it is a character like any other. */
static bool
is_utf8(SieveBytes bytes)
{
	const char *end = bytes.ptr + bytes.len;
	const char *bad = bytes.ptr;

	while (!g_utf8_validate_len(bad, (gsize)(end - bad), &bad)) {
		if (*bad != '\0')
			return false;
		bad++;
	}
	return true;
}

static bool
convert(GIConv converter, SieveBytes bytes, SieveBytes *text)
{
	size_t room = text->len;
	/* iconv takes char ** for bytes that it does not write to. */
	char *from = (char *)(uintptr_t)bytes.ptr;
	size_t left = bytes.len;
	char *to = (char *)(uintptr_t)text->ptr;

	if (g_iconv(converter, &from, &left, &to, &room) == (size_t)-1 || left > 0)
		return false;
	if (g_iconv(converter, NULL, NULL, &to, &room) == (size_t)-1)
		return false;
	text->len -= room;
	return true;
}

/* @room: bytes that are enough for what comes of @from. */
static bool
recode(const char *to_charset, const char *from_charset, SieveBytes from, size_t room,
	SieveArena *arena, SieveBytes *ret_bytes)
{
	GIConv converter = g_iconv_open(to_charset, from_charset);

	if (converter == (GIConv)-1)
		return false;
	SieveBytes bytes = {sieve_arena_alloc(arena, room), room};
	bool converted = convert(converter, from, &bytes);
	g_iconv_close(converter);
	if (converted)
		*ret_bytes = bytes;
	return converted;
}

bool
sieve_charset_to_utf8(
	const char *charset, SieveBytes bytes, SieveArena *arena, SieveBytes *ret_text)
{
	if (bytes.len == 0 || strcmp(charset, "UTF-8") == 0) {
		if (bytes.len > 0 && !is_utf8(bytes))
			return false;
		*ret_text = bytes;
		return true;
	}
	/* No charset of the table needs more than four bytes of UTF-8 for one of its own. */
	return recode("UTF-8", charset, bytes, bytes.len * 4 + 16, arena, ret_text);
}

bool
sieve_charset_from_utf8(SieveBytes name, SieveBytes text, SieveArena *arena, SieveBytes *ret_bytes)
{
	/* Not what the table has for it: that may be a larger one, as Windows-1252 for Latin-1. */
	g_autofree char *charset = g_ascii_strdown(name.ptr, (gssize)name.len);

	if (sieve_charset_find(name) == NULL)
		return false;
	if (strcmp(charset, "utf-8") == 0) {
		*ret_bytes = text;
		return true;
	}
	/* Escape sequences of ISO 2022 and marks of the byte order are the longest. */
	return recode(charset, "UTF-8", text, text.len * 4 + 16, arena, ret_bytes);
}
