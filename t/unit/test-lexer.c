/* SPDX-License-Identifier: MIT */
/* test-lexer.c - text to tokens (RFC 5228 section 8.1) */

#include "engine/bytes.h"
#include "engine/lexer.h"
#include "engine/limits.h"

#include <inttypes.h>

/* The tokens of a script as words, the values of strings escaped, then the mistakes. */
static char *
describe(SieveBytes text)
{
	SieveSource source = {.text = text, .name = "t"};
	g_autoptr(SieveArena) arena = sieve_arena_new();
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	GString *words = g_string_new(NULL);
	SieveLexer lexer;
	SieveToken token;

	sieve_lexer_init(&lexer, &source, arena, diags);
	for (sieve_lexer_next(&lexer, &token); token.kind != SIEVE_TOKEN_END;
		sieve_lexer_next(&lexer, &token)) {
		g_autofree char *value = sieve_bytes_escape(token.value, 200);
		if (token.kind == SIEVE_TOKEN_IDENTIFIER)
			g_string_append_printf(words, "%s ", value);
		else if (token.kind == SIEVE_TOKEN_TAG)
			g_string_append_printf(words, ":%s ", value);
		else if (token.kind == SIEVE_TOKEN_STRING)
			g_string_append_printf(words, "<%s> ", value);
		else if (token.kind == SIEVE_TOKEN_NUMBER)
			g_string_append_printf(words, "%" PRIu64 " ", token.number);
		else if (token.kind == SIEVE_TOKEN_BAD)
			g_string_append(words, "BAD ");
		else
			g_string_append_printf(words, "%s ", sieve_token_kind_name(token.kind));
	}
	for (size_t i = 0; i < sieve_diag_list_count(diags); i++) {
		const SieveDiag *diag = sieve_diag_list_get(diags, i);
		g_string_append_printf(words, "| %u:%u %s ", diag->line, diag->column,
			diag->message);
	}
	if (words->len > 0)
		g_string_truncate(words, words->len - 1);
	return g_string_free(words, FALSE);
}

typedef struct Row {
	SieveBytes text;
	const char *words;
} Row;

static const Row rows[] = {
	{{"", 0}, ""},
	{{"keep;", 5}, "keep `;`"},
	{{"[ ] ( ) { } ,", 13}, "`[` `]` `(` `)` `{` `}` `,`"},
	{{":Is _x9 K", 9}, ":Is _x9 K"},
	{{"# c\nkeep", 8}, "keep"},
	{{"/* a # b\n */keep/**/;", 21}, "keep `;`"},
	{{"/***/x/* * **/y", 15}, "x y"},
	{{"0 007 1k 2M 3g", 14}, "0 7 1024 2097152 3221225472"},
	{{"9223372036854775807", 19}, "9223372036854775807"},
	{{"9223372036854775808", 19},
		"9223372036854775807 | 1:1 this number is too large; the largest is "
		"9223372036854775807"},
	{{"9007199254740991K", 17}, "9223372036854774784"},
	{{"9007199254740992K", 17},
		"9223372036854775807 | 1:1 this number is too large; the largest is "
		"9223372036854775807"},
	{{"100kb", 5}, "102400 | 1:1 this is not a number"},
	{{"\"a\\\"b\\\\c\\d\"", 11}, "<a\\\"b\\\\cd>"},
	{{"\"a\nb\"", 5}, "<a\\x0d\\x0ab>"},
	{{"\"a\r\nb\"", 6}, "<a\\x0d\\x0ab>"},
	{{"\"/* no # comment */\"", 20}, "</* no # comment */>"},
	{{"text:\na\n.\n;", 11}, "<a\\x0d\\x0a> `;`"},
	{{"TEXT: \t# why\r\na\r\n.\r\n", 20}, "<a\\x0d\\x0a>"},
	{{"text:\n..\n..a\n.b\n\n.\n", 19}, "<.\\x0d\\x0a.a\\x0d\\x0a.b\\x0d\\x0a\\x0d\\x0a>"},
	{{"text:\n.\n", 8}, "<>"},
	{{"text:\n.", 7}, "<>"},
	{{"text: x\n.\n", 10}, "<> | 1:7 nothing may follow `text:` on its line"},
	{{"text:\na\n", 8}, "BAD | 1:1 this string is not closed"},
	{{"x \"abc", 6}, "x BAD | 1:3 this string is not closed"},
	{{"\"\\", 2}, "BAD | 1:1 this string is not closed"},
	{{"x\n/* abc", 8}, "x | 2:1 this comment is not closed"},
	{{"a : b", 5}, "a BAD b | 1:3 this colon names no tag"},
	{{"a :9", 4}, "a BAD 9 | 1:3 this colon names no tag"},
	{{"a $%& b", 7}, "a BAD b | 1:3 `$%&` has no meaning here"},
	{{"a\0b", 3}, "a BAD b | 1:2 `\\x00` has no meaning here"},
	{{"\"a\0b\"", 5}, "<a\\x00b> | 1:3 a NUL octet is not allowed in a script"},
	{{"\n\"\xc3\"", 4}, "<\\xc3> | 2:2 octet c3 is not valid UTF-8 here"},
	{{"\"\xff\" \"\xfe\" \"\xfd\0\"", 12},
		"<\\xff> <\\xfe> <\\xfd\\x00> | 1:2 octet ff is not valid UTF-8 here | "
		"1:11 a NUL octet is not allowed in a script"},
	{{"# \xff\nx", 5}, "x | 1:3 octet ff is not valid UTF-8 here"},
	{{"\"\xc3\xbc\"", 4}, "<\xc3\xbc>"},
	{{"\xef\xbb\xbfkeep", 7}, "keep"},
};

static void
test_tokens(gconstpointer data)
{
	const Row *row = data;
	/* A copy of the exact size, so that a read past the end is one past the block. */
	g_autofree char *exact = g_memdup2(row->text.ptr, row->text.len);
	g_autofree char *words = describe((SieveBytes){exact, row->text.len});

	g_assert_cmpstr(words, ==, row->words);
}

static void
test_limits(void)
{
	g_autofree char *word = g_strnfill(SIEVE_LIMIT_IDENTIFIER_BYTES + 1, 'x');
	g_autofree char *last_legal =
		describe((SieveBytes){word, SIEVE_LIMIT_IDENTIFIER_BYTES});
	g_autofree char *first_illegal = describe(sieve_bytes_from_string(word));

	g_assert_null(strstr(last_legal, "longer"));
	g_assert_nonnull(strstr(first_illegal, "| 1:1 this word is longer than 64 bytes"));

	g_autofree char *string = g_strnfill(SIEVE_LIMIT_STRING_BYTES + 3, 'x');
	string[0] = '"';
	string[SIEVE_LIMIT_STRING_BYTES + 1] = '"';
	g_autofree char *legal_string =
		describe((SieveBytes){string, SIEVE_LIMIT_STRING_BYTES + 2});
	string[SIEVE_LIMIT_STRING_BYTES + 1] = 'x';
	string[SIEVE_LIMIT_STRING_BYTES + 2] = '"';
	g_autofree char *long_string =
		describe((SieveBytes){string, SIEVE_LIMIT_STRING_BYTES + 3});
	g_assert_null(strstr(legal_string, "longer"));
	g_assert_nonnull(strstr(long_string, "this string is longer than 1048576 bytes"));
}

static void
test_comments(void)
{
	SieveSource source = {.text = SIEVE_BYTES("a; # same\n\n/* one\n * two */\n\nb"), .name = "t"};
	g_autoptr(SieveArena) arena = sieve_arena_new();
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	SieveLexer lexer;
	SieveToken token;

	sieve_lexer_init(&lexer, &source, arena, diags);
	for (int i = 0; i < 3; i++)
		sieve_lexer_next(&lexer, &token);
	g_assert_true(sieve_bytes_equal(token.same_line_comment, SIEVE_BYTES("# same")));
	g_assert_true(sieve_bytes_equal(token.comment, SIEVE_BYTES("# one\n# two\n")));
	g_assert_true(token.blank_before);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *shown = sieve_bytes_escape(rows[i].text, 30);
		g_autofree char *path = g_strdup_printf("/lexer/%zu %s", i, shown);
		g_strdelimit(path + 7, "/", '|');
		g_test_add_data_func(path, &rows[i], test_tokens);
	}
	g_test_add_func("/lexer/limits", test_limits);
	g_test_add_func("/lexer/comments", test_comments);
	return g_test_run();
}
