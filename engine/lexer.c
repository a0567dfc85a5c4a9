/* SPDX-License-Identifier: MIT */
/* lexer.c - text to tokens (RFC 5228 section 8.1) */

#include "engine/lexer.h"

#include "engine/bytes.h"
#include "engine/comment.h"
#include "engine/diag.h"
#include "engine/limits.h"

#include <inttypes.h>
#include <string.h>

/* Punctuation, and the words for each kind. */
static const struct {
	char byte;
	const char *name;
} kinds[] = {
	[SIEVE_TOKEN_END] = {'\0', "the end of the script"},
	[SIEVE_TOKEN_BAD] = {'\0', "something unreadable"},
	[SIEVE_TOKEN_IDENTIFIER] = {'\0', "a word"},
	[SIEVE_TOKEN_TAG] = {'\0', "a tag"},
	[SIEVE_TOKEN_NUMBER] = {'\0', "a number"},
	[SIEVE_TOKEN_STRING] = {'\0', "a string"},
	[SIEVE_TOKEN_SEMICOLON] = {';', "`;`"},
	[SIEVE_TOKEN_COMMA] = {',', "`,`"},
	[SIEVE_TOKEN_LEFT_BRACE] = {'{', "`{`"},
	[SIEVE_TOKEN_RIGHT_BRACE] = {'}', "`}`"},
	[SIEVE_TOKEN_LEFT_PAREN] = {'(', "`(`"},
	[SIEVE_TOKEN_RIGHT_PAREN] = {')', "`)`"},
	[SIEVE_TOKEN_LEFT_BRACKET] = {'[', "`[`"},
	[SIEVE_TOKEN_RIGHT_BRACKET] = {']', "`]`"},
};

void
sieve_lexer_init(SieveLexer *lexer, const SieveSource *source, SieveArena *arena,
	SieveDiagList *diags)
{
	*lexer = (SieveLexer){.source = source, .arena = arena, .diags = diags};
	/* A byte order mark is no part of the script (RFC 3629 section 6). */
	if (sieve_bytes_starts_with(source->text, SIEVE_BYTES("\xef\xbb\xbf")))
		lexer->at = 3;
}

const char *
sieve_token_kind_name(SieveTokenKind kind)
{
	return kinds[kind].name;
}

/* The byte at @offset from here; NUL past the end, which no token may hold either. */
static char
peek(const SieveLexer *lexer, size_t offset)
{
	SieveBytes text = lexer->source->text;

	return lexer->at + offset < text.len ? text.ptr[lexer->at + offset] : '\0';
}

static bool
at_end(const SieveLexer *lexer)
{
	return lexer->at >= lexer->source->text.len;
}

static SieveSpan
span(const SieveLexer *lexer, size_t start, size_t length)
{
	return (SieveSpan){lexer->source, (uint32_t)start, (uint32_t)length};
}

/* Strings and comments hold no NUL. Octets that are no UTF-8 are deprecated, but MUST be accepted
 * (RFC 5228 sections 2.1 and 2.4.2); once told is enough for scripts in another charset. */
static void
check_text(SieveLexer *lexer, size_t start, size_t end)
{
	const char *base = lexer->source->text.ptr;
	const char *bad = end == start ? NULL : memchr(base + start, '\0', end - start);

	if (bad != NULL)
		sieve_diag_add(lexer->diags, SIEVE_RULE_SYNTAX,
			span(lexer, (size_t)(bad - base), 1),
			"write it as ${hex:00} with require \"encoded-character\"",
			"a NUL octet is not allowed in a script");
	else if (!lexer->told_charset && !g_utf8_validate_len(base + start, end - start, &bad)) {
		sieve_diag_add(lexer->diags, SIEVE_RULE_CHARSET,
			span(lexer, (size_t)(bad - base), 1), "save the script in UTF-8",
			"octet %02x is not valid UTF-8 here", (unsigned)(unsigned char)*bad);
		lexer->told_charset = true;
	}
}

/* hash-comment = "#" *octet-not-crlf CRLF */
static void
lex_hash_comment(SieveLexer *lexer, GString *lines)
{
	SieveBytes text = lexer->source->text;
	size_t start = lexer->at;
	size_t end = MIN(sieve_bytes_find(text, SIEVE_BYTES("\n"), start), text.len);

	check_text(lexer, start, end);
	sieve_comment_add_hash(lines, sieve_bytes_slice(text, start, end - start));
	lexer->at = end;
}

/* bracket-comment = "/" "*" *not-star 1*STAR *(not-star-slash *not-star 1*STAR) "/" */
static void
lex_bracket_comment(SieveLexer *lexer, GString *lines)
{
	SieveBytes text = lexer->source->text;
	size_t start = lexer->at;
	size_t end = sieve_bytes_find(text, SIEVE_BYTES("*/"), start + 2);

	if (end == SIZE_MAX) {
		sieve_diag_add(lexer->diags, SIEVE_RULE_SYNTAX, span(lexer, start, 2),
			"close it with `*/`", "this comment is not closed");
		lexer->cut = true;
		lexer->at = text.len;
		return;
	}
	check_text(lexer, start, end);
	sieve_comment_add_bracket(lines, sieve_bytes_slice(text, start + 2, end - start - 2));
	lexer->at = end + 2;
}

/* The line comments of other languages: skipped as if they were ours, once told. */
static bool
begins_foreign_comment(const SieveLexer *lexer)
{
	char byte = peek(lexer, 0);

	return (byte == '/' || byte == '-') && peek(lexer, 1) == byte;
}

static void
skip_foreign_comment(SieveLexer *lexer)
{
	SieveBytes text = lexer->source->text;

	sieve_diag_add(lexer->diags, SIEVE_RULE_SYNTAX, span(lexer, lexer->at, 2),
		"comments begin with #", "`%.*s` begins no comment", 2, text.ptr + lexer->at);
	lexer->at = MIN(sieve_bytes_find(text, SIEVE_BYTES("\n"), lexer->at), text.len);
}

static bool
is_white(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r' || byte == '\n';
}

/* Empty lines part comments from each other and from what stands before them; a comment of which no
 * line is kept does not make two of one. */
static void
note_blank_lines(SieveToken *token, GString *lines, unsigned *newlines)
{
	if (*newlines > 1 && lines->len == 0)
		token->blank_before = true;
	else if (*newlines > 1 && lines->str[lines->len - 1] != '\n')
		g_string_append_c(lines, '\n');
	*newlines = 0;
}

/* White space without comments, as most of it is. False when a comment begins. */
static bool
skip_blanks(SieveLexer *lexer, SieveToken *token)
{
	SieveBytes text = lexer->source->text;
	size_t at = lexer->at;
	unsigned newlines = 0;

	for (; at < text.len && is_white(text.ptr[at]); at++)
		newlines += text.ptr[at] == '\n';
	if (at < text.len && (text.ptr[at] == '#' || text.ptr[at] == '/'))
		return false;
	token->blank_before = newlines > 1;
	lexer->at = at;
	return true;
}

/* white-space = 1*(SP / CRLF / HTAB / comment); bare LF and CR serve too. */
static void
lex_white_space(SieveLexer *lexer, SieveToken *token)
{
	if (skip_blanks(lexer, token))
		return;
	g_autoptr(GString) lines = g_string_new(NULL);
	bool same_line = lexer->at > 0;
	unsigned newlines = 0;

	while (!at_end(lexer)) {
		char byte = peek(lexer, 0);
		bool hash = byte == '#';
		bool bracket = byte == '/' && peek(lexer, 1) == '*';
		if (begins_foreign_comment(lexer)) {
			skip_foreign_comment(lexer);
			continue;
		}
		if (!hash && !bracket && !is_white(byte))
			break;
		if (!hash && !bracket) {
			newlines += byte == '\n';
			lexer->at++;
			/* The first line end closes the comment on the line of the token before. */
			if (byte == '\n' && same_line) {
				token->same_line_comment = sieve_comment_take(lines, lexer->arena);
				same_line = false;
			}
			continue;
		}
		note_blank_lines(token, lines, &newlines);
		if (hash)
			lex_hash_comment(lexer, lines);
		else
			lex_bracket_comment(lexer, lines);
	}
	if (at_end(lexer) && same_line)
		token->same_line_comment = sieve_comment_take(lines, lexer->arena);
	note_blank_lines(token, lines, &newlines);
	token->comment = sieve_comment_take(lines, lexer->arena);
}

static void
finish_string(SieveLexer *lexer, SieveToken *token, size_t start, SieveBytes value)
{
	token->kind = SIEVE_TOKEN_STRING;
	token->span = span(lexer, start, lexer->at - start);
	token->value = sieve_arena_copy(lexer->arena, value);
	check_text(lexer, start, lexer->at);
	if (value.len > SIEVE_LIMIT_STRING_BYTES)
		sieve_diag_add(lexer->diags, SIEVE_RULE_LIMIT, token->span, NULL,
			"this string is longer than %u bytes", SIEVE_LIMIT_STRING_BYTES);
}

static void
tell_unclosed(SieveLexer *lexer, SieveToken *token, size_t start, size_t length, const char *hint)
{
	token->kind = SIEVE_TOKEN_BAD;
	token->span = span(lexer, start, length);
	sieve_diag_add(lexer->diags, SIEVE_RULE_SYNTAX, token->span, hint,
		"this string is not closed");
	lexer->cut = true;
	lexer->at = lexer->source->text.len;
}

/* A quoted string that means what is written: no backslash, no line end. */
static bool
lex_plain_quoted(SieveLexer *lexer, SieveToken *token)
{
	SieveBytes text = lexer->source->text;
	size_t start = lexer->at;
	size_t end = start + 1;

	while (end < text.len && text.ptr[end] != '"' && text.ptr[end] != '\\' &&
		text.ptr[end] != '\n')
		end++;
	if (end == text.len || text.ptr[end] != '"')
		return false;
	lexer->at = end + 1;
	finish_string(lexer, token, start, sieve_bytes_slice(text, start + 1, end - start - 1));
	return true;
}

/* quoted-string = DQUOTE quoted-text DQUOTE; a backslash before any octet gives that octet. */
static void
lex_quoted(SieveLexer *lexer, SieveToken *token)
{
	if (lex_plain_quoted(lexer, token))
		return;
	g_autoptr(GString) value = g_string_new(NULL);
	size_t start = lexer->at++;

	for (; !at_end(lexer) && peek(lexer, 0) != '"'; lexer->at++) {
		if (peek(lexer, 0) == '\\' && lexer->at + 1 < lexer->source->text.len)
			lexer->at++;
		if (peek(lexer, 0) == '\n' && lexer->source->text.ptr[lexer->at - 1] != '\r')
			g_string_append_c(value, '\r');
		g_string_append_c(value, peek(lexer, 0));
	}
	if (at_end(lexer)) {
		tell_unclosed(lexer, token, start, 1, "close it with `\"`");
		return;
	}
	lexer->at++;
	finish_string(lexer, token, start, (SieveBytes){value->str, value->len});
}

/* The line at the lexer, with a leading dot removed if another follows; moves past it. */
static SieveBytes
take_text_line(SieveLexer *lexer)
{
	SieveBytes text = lexer->source->text;
	size_t end = MIN(sieve_bytes_find(text, SIEVE_BYTES("\n"), lexer->at), text.len);
	SieveBytes line = sieve_bytes_slice(text, lexer->at, end - lexer->at);

	if (line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	lexer->at = MIN(end + 1, text.len);
	return line;
}

/* multi-line = "text:" *(SP / HTAB) (hash-comment / CRLF)
 *              *(multiline-literal / multiline-dotstart) "." CRLF */
static void
lex_multiline(SieveLexer *lexer, SieveToken *token)
{
	g_autoptr(GString) value = g_string_new(NULL);
	g_autoptr(GString) comment = g_string_new(NULL);
	size_t start = lexer->at;

	lexer->at += strlen("text:");
	while (peek(lexer, 0) == ' ' || peek(lexer, 0) == '\t')
		lexer->at++;
	if (peek(lexer, 0) == '#') {
		lex_hash_comment(lexer, comment);
		token->comment = sieve_comment_join(lexer->arena, token->comment,
			sieve_comment_take(comment, lexer->arena));
	}
	lexer->at += peek(lexer, 0) == '\r' && peek(lexer, 1) == '\n';
	if (peek(lexer, 0) != '\n' && !at_end(lexer))
		sieve_diag_add(lexer->diags, SIEVE_RULE_SYNTAX, span(lexer, lexer->at, 1),
			"begin the text on the next line", "nothing may follow `text:` on its line");
	take_text_line(lexer);
	for (;;) {
		if (at_end(lexer)) {
			tell_unclosed(lexer, token, start, strlen("text:"),
				"close it with a line that is a single `.`");
			return;
		}
		SieveBytes line = take_text_line(lexer);
		if (sieve_bytes_equal(line, SIEVE_BYTES(".")))
			break;
		if (sieve_bytes_starts_with(line, SIEVE_BYTES("..")))
			line = sieve_bytes_slice(line, 1, line.len);
		g_string_append_len(value, line.ptr, (gssize)line.len);
		g_string_append(value, "\r\n");
	}
	/* The line end belongs to the string, but what follows is no comment on its line. */
	token->multiline = true;
	finish_string(lexer, token, start, (SieveBytes){value->str, value->len});
}

/* QUANTIFIER = "K" / "M" / "G"; the power of two, 0 when it is none */
static unsigned
quantifier_shift(char byte)
{
	switch (g_ascii_toupper(byte)) {
	case 'K': return 10;
	case 'M': return 20;
	case 'G': return 30;
	default: return 0;
	}
}

static bool
is_identifier_byte(char byte)
{
	return g_ascii_isalnum(byte) || byte == '_';
}

static size_t
identifier_length(const SieveLexer *lexer, size_t offset)
{
	size_t length = 0;

	while (is_identifier_byte(peek(lexer, offset + length)))
		length++;
	return length;
}

/* number = 1*DIGIT [ QUANTIFIER ] */
static void
lex_number(SieveLexer *lexer, SieveToken *token)
{
	size_t length = identifier_length(lexer, 0);
	uint64_t number = 0;
	bool overflow = false;
	size_t i;

	for (i = 0; g_ascii_isdigit(peek(lexer, i)); i++) {
		unsigned digit = (unsigned)(peek(lexer, i) - '0');
		overflow = overflow || number > (SIEVE_LIMIT_NUMBER_MAX - digit) / 10;
		number = overflow ? 0 : number * 10 + digit;
	}
	unsigned shift = i < length ? quantifier_shift(peek(lexer, i)) : 0;
	overflow = overflow || number > SIEVE_LIMIT_NUMBER_MAX >> shift;
	token->kind = SIEVE_TOKEN_NUMBER;
	token->number = overflow ? SIEVE_LIMIT_NUMBER_MAX : number << shift;
	token->span = span(lexer, lexer->at, length);
	lexer->at += length;
	if (i + (shift > 0) < length)
		sieve_diag_add(lexer->diags, SIEVE_RULE_SYNTAX, token->span,
			"a number is digits and perhaps K, M or G", "this is not a number");
	else if (overflow)
		sieve_diag_add(lexer->diags, SIEVE_RULE_LIMIT, token->span, NULL,
			"this number is too large; the largest is %" PRIu64, SIEVE_LIMIT_NUMBER_MAX);
}

/* identifier = (ALPHA / "_") *(ALPHA / DIGIT / "_"); tag = ":" identifier */
static void
lex_identifier(SieveLexer *lexer, SieveToken *token)
{
	bool tag = peek(lexer, 0) == ':';
	size_t length = identifier_length(lexer, tag);

	token->kind = tag ? SIEVE_TOKEN_TAG : SIEVE_TOKEN_IDENTIFIER;
	token->value = sieve_bytes_slice(lexer->source->text, lexer->at + tag, length);
	token->span = span(lexer, lexer->at, length + tag);
	lexer->at += length + tag;
	if (length <= SIEVE_LIMIT_IDENTIFIER_BYTES)
		return;
	sieve_diag_add(lexer->diags, SIEVE_RULE_LIMIT, token->span, NULL,
		"this word is longer than %u bytes", SIEVE_LIMIT_IDENTIFIER_BYTES);
	token->value.len = SIEVE_LIMIT_IDENTIFIER_BYTES;
	token->cut_short = true;
}

static bool
begins_token(const SieveLexer *lexer)
{
	char byte = peek(lexer, 0);

	return at_end(lexer) || is_identifier_byte(byte) || is_white(byte) ||
	       (byte != '\0' && strchr("#\":;,{}()[]", byte) != NULL) ||
	       (byte == '/' && peek(lexer, 1) == '*');
}

/* What other languages have and Sieve has not, by how it begins. */
static const struct {
	const char *text;
	const char *hint;
} foreign[] = {
	{"'", "strings are in double quotes"},
	{"\u2018", "strings are in double quotes"},
	{"\u2019", "strings are in double quotes"},
	{"\u201c", "strings are in plain double quotes"},
	{"\u201d", "strings are in plain double quotes"},
	{"\u201e", "strings are in plain double quotes"},
	{"@", "an address is a string, in double quotes"},
	{".", "put texts in double quotes"},
	{"!", "write not before the test"},
	{"&", "join tests with allof (..., ...)"},
	{"|", "join tests with anyof (..., ...)"},
	{"=", "compare with :is, :contains or :matches after the name of the test"},
	{"<", "write :under for a size"},
	{">", "write :over for a size"},
	{"$", "variables stand in strings: \"${name}\""},
};

static const char *
hint_for_foreign(const SieveLexer *lexer, size_t start)
{
	SieveBytes text = sieve_bytes_slice(lexer->source->text, start, lexer->at - start);

	if (start > 0 && g_ascii_isdigit(lexer->source->text.ptr[start - 1]))
		return "a number is digits and perhaps K, M or G";
	for (size_t i = 0; i < G_N_ELEMENTS(foreign); i++)
		if (sieve_bytes_starts_with(text, sieve_bytes_from_string(foreign[i].text)))
			return foreign[i].hint;
	return NULL;
}

/* One word of another language can be several runs: one of them a line is enough. */
static bool
tells_bad(SieveLexer *lexer, size_t start)
{
	SieveBytes between = sieve_bytes_slice(
		lexer->source->text, lexer->bad_until, start - lexer->bad_until);
	bool same_line = lexer->bad_until > 0 &&
		sieve_bytes_find(between, SIEVE_BYTES("\n"), 0) == SIZE_MAX;

	lexer->bad_until = lexer->at;
	return !same_line;
}

/* A run of octets that begin no token, or a colon alone. */
static void
lex_bad(SieveLexer *lexer, SieveToken *token)
{
	size_t start = lexer->at;

	do
		lexer->at++;
	while (!begins_token(lexer));
	SieveBytes text = sieve_bytes_slice(lexer->source->text, start, lexer->at - start);
	g_autofree char *shown = sieve_bytes_escape(text, 16);
	token->kind = SIEVE_TOKEN_BAD;
	token->span = span(lexer, start, text.len);
	if (!tells_bad(lexer, start))
		return;
	if (text.ptr[0] == ':')
		sieve_diag_add(lexer->diags, SIEVE_RULE_SYNTAX, token->span,
			"write the tag's name straight after it", "this colon names no tag");
	else
		sieve_diag_add(lexer->diags, SIEVE_RULE_SYNTAX, token->span,
			hint_for_foreign(lexer, start), "`%s` has no meaning here", shown);
}

static bool
lex_punctuation(SieveLexer *lexer, SieveToken *token)
{
	for (size_t kind = SIEVE_TOKEN_SEMICOLON; kind < G_N_ELEMENTS(kinds); kind++) {
		if (kinds[kind].byte != peek(lexer, 0))
			continue;
		token->kind = (SieveTokenKind)kind;
		token->span = span(lexer, lexer->at++, 1);
		return true;
	}
	return false;
}

void
sieve_lexer_next(SieveLexer *lexer, SieveToken *ret_token)
{
	*ret_token = (SieveToken){.kind = SIEVE_TOKEN_END};
	lex_white_space(lexer, ret_token);
	char byte = peek(lexer, 0);
	SieveBytes here = sieve_bytes_slice(lexer->source->text, lexer->at, strlen("text:"));

	if (at_end(lexer))
		ret_token->span = span(lexer, lexer->source->text.len, 0);
	else if (byte == '"')
		lex_quoted(lexer, ret_token);
	else if (sieve_bytes_equal_nocase(here, SIEVE_BYTES("text:")))
		lex_multiline(lexer, ret_token);
	else if (g_ascii_isdigit(byte))
		lex_number(lexer, ret_token);
	else if (is_identifier_byte(byte) ||
		(byte == ':' && is_identifier_byte(peek(lexer, 1)) &&
			!g_ascii_isdigit(peek(lexer, 1))))
		lex_identifier(lexer, ret_token);
	else if (!lex_punctuation(lexer, ret_token))
		lex_bad(lexer, ret_token);
}
