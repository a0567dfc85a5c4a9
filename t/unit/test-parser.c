/* SPDX-License-Identifier: MIT */
/* test-parser.c - tokens to AST (RFC 5228 section 8.2): trees, recovery, limits */

#include "engine/bytes.h"
#include "engine/limits.h"
#include "engine/parser.h"

/* Each mistake as "line:column", blank between. */
static char *
places(const char *text)
{
	SieveSource source = {.text = sieve_bytes_from_string(text), .name = "t"};
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(SieveAst) ast = sieve_parse(&source, diags);
	GString *found = g_string_new(NULL);

	for (size_t i = 0; i < sieve_diag_list_count(diags); i++) {
		const SieveDiag *diag = sieve_diag_list_get(diags, i);
		g_string_append_printf(found, "%s%u:%u", i > 0 ? " " : "", diag->line,
			diag->column);
	}
	return g_string_free(found, FALSE);
}

typedef struct Row {
	const char *text;
	const char *places;
} Row;

static const Row rows[] = {
	{"", ""},
	{"a;b{}c d;e (f,g);h 1 :t \"s\" [\"s\"] i {j;}", ""},
	/* Punctuation that was forgotten is for the checker to tell. */
	{"fileinto \"x\" keep;", ""},
	{"address matches \"a\" \"b\";", ""},
	{"a", "1:2"},
	{"a \"x\" $; b ); c;", "1:7 1:12"},
	{"a { b } c;", "1:6"},
	{"a (b,); c;", "1:6"},
	{"a (b, $, c) { d ); }", "1:7 1:17"},
	{"a (b c);", ""},
	{"a (b; c;", "1:5"},
	{"a [];", "1:4"},
	{"a [\"x\",];", "1:8"},
	{"a [\"x\"; b ); c;", "1:7 1:11"},
	{"a \"x\", \"y\"; b;", "1:6"},
	{"; a; ;", "1:1 1:6"},
	{"} a; {", "1:1 1:6"},
	{"a { b {", "1:7 1:3"},
	{"\"x\" 1 :t; a;", "1:1"},
};

static void
test_recovery(gconstpointer data)
{
	const Row *row = data;
	g_autofree char *found = places(row->text);

	g_assert_cmpstr(found, ==, row->places);
}

static void
test_tree(void)
{
	SieveSource source = {.text = SIEVE_BYTES("# c\nIf anyof (a 2K, b :T [\"x\", \"y\"]) { k; } # t"),
		.name = "t"};
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(SieveAst) parsed = sieve_parse(&source, diags);
	g_autoptr(SieveAst) built = sieve_ast_new(NULL);
	const SieveBytes keys[] = {SIEVE_BYTES("x"), SIEVE_BYTES("y")};
	SieveAstNode *command = sieve_ast_add_command(built, NULL, SIEVE_BYTES("if"));
	SieveAstNode *anyof = sieve_ast_add_test(built, command, SIEVE_BYTES("anyof"));
	SieveAstNode *a = sieve_ast_add_test(built, anyof, SIEVE_BYTES("a"));
	SieveAstNode *b = sieve_ast_add_test(built, anyof, SIEVE_BYTES("b"));

	sieve_ast_add_number(built, a, 2048);
	sieve_ast_add_tag(built, b, SIEVE_BYTES("t"));
	sieve_ast_add_strings(built, b, keys, G_N_ELEMENTS(keys));
	sieve_ast_add_command(built, command, SIEVE_BYTES("k"));
	g_assert_true(sieve_ast_equal(parsed, built));

	const SieveAstNode *top = sieve_ast_commands(parsed);
	g_assert_true(sieve_bytes_equal(top->comment, SIEVE_BYTES("# c")));
	g_assert_true(sieve_bytes_equal(top->trailing, SIEVE_BYTES("# t")));
	g_assert_cmpuint(top->span.offset, ==, 4);
	g_assert_cmpuint(top->tests->tests->next->args->next->span.length, ==, 10);

	sieve_ast_add_command(built, NULL, SIEVE_BYTES("k"));
	g_assert_false(sieve_ast_equal(parsed, built));
}

/* Whoever builds a tree is held to the same depth as the parser. */
static void
test_builders_too_deep(void)
{
	g_autoptr(SieveAst) ast = sieve_ast_new(NULL);
	SieveAstNode *node = NULL;

	for (unsigned depth = 0; depth <= SIEVE_LIMIT_NESTING; depth++)
		node = sieve_ast_add_command(ast, node, SIEVE_BYTES("if"));
	g_assert_nonnull(node);
	g_assert_false(sieve_ast_too_deep(ast));
	node = sieve_ast_add_command(ast, node, SIEVE_BYTES("if"));
	g_assert_null(node);
	g_assert_true(sieve_ast_too_deep(ast));
	g_assert_null(sieve_ast_add_string(ast, node, SIEVE_BYTES("x")));
	g_assert_null(sieve_ast_add_command(ast, node, SIEVE_BYTES("if")));
	sieve_ast_set_block(ast, node);
}

static void
test_arguments_limit(void)
{
	g_autoptr(GString) text = g_string_new("a");

	for (unsigned i = 0; i < SIEVE_LIMIT_ARGUMENTS; i++)
		g_string_append(text, " 1");
	g_autofree char *legal_text = g_strconcat(text->str, ";", NULL);
	g_autofree char *illegal_text = g_strconcat(text->str, " 1;", NULL);
	g_autofree char *legal = places(legal_text);
	g_autofree char *illegal = places(illegal_text);
	g_assert_cmpstr(legal, ==, "");
	g_assert_cmpstr(illegal, ==, "1:131");
}

static void
test_script_limit(void)
{
	g_autofree char *text = g_strnfill(SIEVE_LIMIT_SCRIPT_BYTES + 1, ' ');
	g_autofree char *illegal = places(text);

	g_assert_cmpstr(illegal, ==, "1:1");
	text[SIEVE_LIMIT_SCRIPT_BYTES] = '\0';
	g_autofree char *legal = places(text);
	g_assert_cmpstr(legal, ==, "");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strdup_printf("/parser/recovery/%zu %s", i, rows[i].text);
		g_test_add_data_func(path, &rows[i], test_recovery);
	}
	g_test_add_func("/parser/tree", test_tree);
	g_test_add_func("/ast/too-deep", test_builders_too_deep);
	g_test_add_func("/parser/arguments-limit", test_arguments_limit);
	g_test_add_func("/parser/script-limit", test_script_limit);
	return g_test_run();
}
