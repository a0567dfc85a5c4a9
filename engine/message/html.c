/* SPDX-License-Identifier: MIT */
/* html.c - the text of HTML as somebody would read it: tags taken out, references resolved */

#include "engine/message/html.h"

#include <string.h>

#include "engine/bytes.h"

typedef struct Writer {
	GString *out;
	bool blank;   /* one is due before the next character */
	bool newline; /* likewise a line end */
} Writer;

/* --- Writing ------------------------------------------------------------------------------------ */

static void
put_bytes(Writer *writer, const char *bytes, size_t len)
{
	if (writer->out->len > 0 && writer->newline)
		g_string_append(writer->out, "\r\n");
	else if (writer->out->len > 0 && writer->blank)
		g_string_append_c(writer->out, ' ');
	writer->blank = writer->newline = false;
	g_string_append_len(writer->out, bytes, (gssize)len);
}

/* --- References (HTML section 13.5): those that mail is full of -------------------------------------- */

typedef struct Reference {
	const char *name;
	const char *text;
} Reference;

static const Reference references[] = {
	{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", " "},
	{"copy", "\302\251"}, {"reg", "\302\256"}, {"trade", "\342\204\242"}, {"euro", "\342\202\254"},
	{"pound", "\302\243"}, {"cent", "\302\242"}, {"yen", "\302\245"}, {"sect", "\302\247"},
	{"para", "\302\266"}, {"deg", "\302\260"}, {"middot", "\302\267"}, {"bull", "\342\200\242"},
	{"hellip", "\342\200\246"}, {"ndash", "\342\200\223"}, {"mdash", "\342\200\224"},
	{"lsquo", "\342\200\230"}, {"rsquo", "\342\200\231"}, {"sbquo", "\342\200\232"},
	{"ldquo", "\342\200\234"}, {"rdquo", "\342\200\235"}, {"bdquo", "\342\200\236"},
	{"laquo", "\302\253"}, {"raquo", "\302\273"}, {"times", "\303\227"}, {"frac12", "\302\275"},
	{"iexcl", "\302\241"}, {"iquest", "\302\277"}, {"shy", ""}, {"zwnj", ""}, {"zwj", ""},
	{"auml", "\303\244"}, {"ouml", "\303\266"}, {"uuml", "\303\274"}, {"Auml", "\303\204"},
	{"Ouml", "\303\226"}, {"Uuml", "\303\234"}, {"szlig", "\303\237"}, {"agrave", "\303\240"},
	{"aacute", "\303\241"}, {"acirc", "\303\242"}, {"atilde", "\303\243"}, {"aring", "\303\245"},
	{"aelig", "\303\246"}, {"ccedil", "\303\247"}, {"egrave", "\303\250"}, {"eacute", "\303\251"},
	{"ecirc", "\303\252"}, {"euml", "\303\253"}, {"igrave", "\303\254"}, {"iacute", "\303\255"},
	{"icirc", "\303\256"}, {"iuml", "\303\257"}, {"ntilde", "\303\261"}, {"ograve", "\303\262"},
	{"oacute", "\303\263"}, {"ocirc", "\303\264"}, {"otilde", "\303\265"}, {"oslash", "\303\270"},
	{"ugrave", "\303\271"}, {"uacute", "\303\272"}, {"ucirc", "\303\273"}, {"yacute", "\303\275"},
	{"Eacute", "\303\211"}, {"Egrave", "\303\210"}, {"Agrave", "\303\200"}, {"Aring", "\303\205"},
	{"Ccedil", "\303\207"}, {"Oslash", "\303\230"}, {"AElig", "\303\206"}, {"Ntilde", "\303\221"},
};

/* "#" digits or "#x" hexadecimal digits; 0 for what is no character. */
static gunichar
numbered(SieveBytes name)
{
	bool hex = name.len > 1 && (name.ptr[1] == 'x' || name.ptr[1] == 'X');
	gunichar code = 0;

	for (size_t i = hex ? 2 : 1; i < name.len; i++) {
		int digit = hex ? g_ascii_xdigit_value(name.ptr[i]) : g_ascii_digit_value(name.ptr[i]);
		if (digit < 0 || code > 0x10ffff)
			return 0;
		code = code * (hex ? 16 : 10) + (gunichar)digit;
	}
	return g_unichar_validate(code) ? code : 0;
}

/* The reference at @at, an ampersand; its length, or 0 when it is none and stands for itself. */
static size_t
put_reference(Writer *writer, SieveBytes html, size_t at)
{
	enum { MAX_NAME = 10 };
	SieveBytes name = sieve_bytes_slice(html, at + 1, MAX_NAME);
	char text[6];

	name.len = MIN(sieve_bytes_find(name, SIEVE_BYTES(";"), 0), name.len);
	if (name.len == 0 || at + 1 + name.len >= html.len || html.ptr[at + 1 + name.len] != ';')
		return 0;
	if (name.ptr[0] == '#') {
		gunichar code = numbered(name);
		if (code == 0)
			return 0;
		if (code == 0xa0 || code < ' ')
			writer->blank = true;
		else
			put_bytes(writer, text, (size_t)g_unichar_to_utf8(code, text));
		return name.len + 2;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(references); i++) {
		if (!sieve_bytes_equal(name, sieve_bytes_from_string(references[i].name)))
			continue;
		if (strcmp(references[i].text, " ") == 0)
			writer->blank = true;
		else if (*references[i].text != '\0')
			put_bytes(writer, references[i].text, strlen(references[i].text));
		return name.len + 2;
	}
	return 0;
}

/* --- Tags --------------------------------------------------------------------------------------- */

/* Elements that begin and end lines. */
static const char *const blocks[] = {
	"address", "article", "aside", "blockquote", "br", "center", "dd", "div", "dl", "dt", "fieldset",
	"footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol",
	"p", "pre", "section", "table", "td", "th", "title", "tr", "ul",
};

/* Elements of whose contents nobody reads anything. */
static const char *const silent[] = {"script", "style"};

static bool
is_one_of(SieveBytes name, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (sieve_bytes_equal_nocase(name, sieve_bytes_from_string(names[i])))
			return true;
	return false;
}

/* Past the tag's end; a quoted attribute may hold what ends one. */
static size_t
skip_tag(SieveBytes html, size_t at)
{
	char quote = '\0';

	for (; at < html.len; at++) {
		char byte = html.ptr[at];
		if (quote == '\0' && byte == '>')
			return at + 1;
		if (quote == '\0' && (byte == '"' || byte == '\''))
			quote = byte;
		else if (byte == quote)
			quote = '\0';
	}
	return html.len;
}

static size_t
skip_past(SieveBytes html, size_t at, SieveBytes end)
{
	size_t found = sieve_bytes_find(html, end, at);

	return found == SIZE_MAX ? html.len : found + end.len;
}

/* To the end tag of @name. */
static size_t
skip_contents(SieveBytes html, size_t at, SieveBytes name)
{
	while ((at = sieve_bytes_find(html, SIEVE_BYTES("</"), at)) != SIZE_MAX) {
		at += 2;
		if (sieve_bytes_equal_nocase(sieve_bytes_slice(html, at, name.len), name))
			return at - 2;
	}
	return html.len;
}

/* The tag at @at; past it. What only looks like one stands for itself. */
static size_t
take_tag(Writer *writer, SieveBytes html, size_t at)
{
	size_t start = at + 1;
	bool end_tag = start < html.len && html.ptr[start] == '/';
	size_t end = start += end_tag;

	if (sieve_bytes_starts_with(sieve_bytes_slice(html, at, 4), SIEVE_BYTES("<!--")))
		return skip_past(html, at + 4, SIEVE_BYTES("-->"));
	while (end < html.len && g_ascii_isalnum(html.ptr[end]))
		end++;
	SieveBytes name = sieve_bytes_slice(html, start, end - start);
	char first = start < html.len ? html.ptr[start] : ' ';
	if (!g_ascii_isalpha(first) && first != '!' && first != '?') {
		put_bytes(writer, "<", 1);
		return at + 1;
	}
	end = skip_tag(html, end);
	if (is_one_of(name, blocks, G_N_ELEMENTS(blocks)))
		writer->newline = true;
	if (!end_tag && is_one_of(name, silent, G_N_ELEMENTS(silent)))
		return skip_contents(html, end, name);
	return end;
}

SieveBytes
sieve_html_to_text(SieveBytes html, SieveArena *arena)
{
	g_autoptr(GString) out = g_string_sized_new(html.len / 2);
	Writer writer = {.out = out};

	for (size_t at = 0; at < html.len;) {
		char byte = html.ptr[at];
		size_t reference = byte == '&' ? put_reference(&writer, html, at) : 0;
		if (byte == '<') {
			at = take_tag(&writer, html, at);
			continue;
		}
		if (reference > 0) {
			at += reference;
			continue;
		}
		if (byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n')
			writer.blank = true;
		else
			put_bytes(&writer, &html.ptr[at], 1);
		at++;
	}
	return sieve_arena_copy(arena, (SieveBytes){out->str, out->len});
}
