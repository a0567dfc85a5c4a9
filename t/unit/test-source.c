/* SPDX-License-Identifier: MIT */
/* test-source.c - offsets to lines and columns; the list of mistakes made of them */

#include "engine/bytes.h"
#include "engine/diag.h"
#include "engine/limits.h"

typedef struct Row {
	const char *text;
	size_t offset;
	unsigned line;
	unsigned column;
	const char *whole_line;
} Row;

static const Row rows[] = {
	{"", 0, 1, 1, ""},
	{"", 9, 1, 1, ""},
	{"abc", 0, 1, 1, "abc"},
	{"abc", 3, 1, 4, "abc"},
	{"a\nbc\n", 1, 1, 2, "a"},
	{"a\nbc\n", 2, 2, 1, "bc"},
	{"a\nbc\n", 5, 3, 1, ""},
	{"a\r\n\r\nb", 3, 2, 1, ""},
	{"a\r\nb\r", 4, 2, 2, "b\r"},
	{"\n\n\n", 2, 3, 1, ""},
};

static void
test_locate(gconstpointer data)
{
	const Row *row = data;
	SieveSource source = {.text = sieve_bytes_from_string(row->text), .name = "t"};
	unsigned line, column;

	sieve_source_locate(&source, row->offset, &line, &column);
	g_assert_cmpuint(line, ==, row->line);
	g_assert_cmpuint(column, ==, row->column);
	g_assert_true(sieve_bytes_equal(sieve_source_line(&source, row->offset),
		sieve_bytes_from_string(row->whole_line)));
}

static void
test_print(void)
{
	SieveSource source = {.text = SIEVE_BYTES("one\n\tt\xc3\xbcwo \x1b[m\n"), .name = "s"};
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();

	sieve_diag_add(diags, SIEVE_RULE_SYNTAX, (SieveSpan){&source, 5, 5}, "do %d", "bad %d", 7);
	sieve_diag_add(diags, SIEVE_RULE_DOUBTFUL, (SieveSpan){NULL, 0, 0}, NULL, "odd");
	g_autofree char *text = sieve_diag_list_print(diags, false);
	g_assert_cmpstr(text, ==,
		"s:2:2: error: bad 7\n"
		"      t\xc3\xbcwo \\u{1b}[m\n"
		"      ^~~~\n"
		"  hint: do %d\n"
		"script: warning: odd\n");
	g_assert_cmpuint(sieve_diag_list_count(diags), ==, 2);
	g_assert_cmpuint(sieve_diag_list_count_errors(diags), ==, 1);
}

/* A script of one long line is shown in part, with the caret under the right place. */
static void
test_long_line(void)
{
	g_autofree char *line = g_strnfill(100000, 'x');
	SieveSource source = {.text = sieve_bytes_from_string(line), .name = "s"};
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();

	line[50000] = '!';
	sieve_diag_add(diags, SIEVE_RULE_SYNTAX, (SieveSpan){&source, 50000, 1}, NULL, "here");
	g_autofree char *text = sieve_diag_list_print(diags, false);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_assert_cmpstr(lines[0], ==, "s:1:50001: error: here");
	g_assert_cmpuint(strlen(lines[1]), <, 140);
	g_assert_cmpint(lines[1][strlen(lines[2]) - 1], ==, '!');
}

static void
test_limit(void)
{
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();

	for (unsigned i = 0; i < SIEVE_LIMIT_DIAGS; i++)
		sieve_diag_add(diags, SIEVE_RULE_SYNTAX, (SieveSpan){NULL, 0, 0}, NULL, "%u", i);
	g_assert_cmpuint(sieve_diag_list_count(diags), ==, SIEVE_LIMIT_DIAGS);
	for (unsigned i = 0; i < 3; i++)
		sieve_diag_add(diags, SIEVE_RULE_SYNTAX, (SieveSpan){NULL, 0, 0}, NULL, "more");
	g_assert_cmpuint(sieve_diag_list_count(diags), ==, SIEVE_LIMIT_DIAGS + 1);
	g_assert_cmpuint(sieve_diag_list_count_errors(diags), ==, SIEVE_LIMIT_DIAGS + 3);
	g_assert_cmpint(
		sieve_diag_list_get(diags, SIEVE_LIMIT_DIAGS)->level, ==, SIEVE_DIAG_NOTE);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strdup_printf("/source/locate/%zu", i);
		g_test_add_data_func(path, &rows[i], test_locate);
	}
	g_test_add_func("/diag/print", test_print);
	g_test_add_func("/diag/long-line", test_long_line);
	g_test_add_func("/diag/limit", test_limit);
	return g_test_run();
}
