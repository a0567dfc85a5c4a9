/* SPDX-License-Identifier: MIT */
/* test-printer.c - canonical text: exact layouts, fixed point, strings of any bytes */

#include "engine/bytes.h"
#include "engine/parser.h"
#include "engine/printer.h"

#include <string.h>

static SieveAst *
parse(const SieveSource *source, bool may_fail)
{
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	SieveAst *ast = sieve_parse(source, diags);

	if (!may_fail && sieve_diag_list_count(diags) > 0) {
		g_autofree char *text = sieve_diag_list_print(diags, false);
		g_error("%s", text);
	}
	return ast;
}

typedef struct Row {
	const char *input;
	const char *output;
} Row;

#define KEY "\"a long key that fills a line\""

static const Row rows[] = {
	{"", ""},
	{"keep;", "keep;\n"},
	{"KEEP ; Stop;", "keep;\nstop;\n"},
	{"# only\n", "# only\n"},
	{"/* head\n * more\n */\n\nkeep;", "# head\n# more\n\nkeep;\n"},
	{"# a\n\n\n# b\nkeep; # t\n# end", "# a\n\n# b\nkeep; # t\n\n# end\n"},
	{"keep;\n\n\n\nstop;\nkeep;", "keep;\n\nstop;\nkeep;\n"},
	{"require [\"a\",\n\"b\"];", "require [\"a\", \"b\"];\n"},
	{"fileinto # why\n\"x\" /* how */;", "# why\n# how\nfileinto \"x\";\n"},
	{"if true{keep;}elsif false{}else{stop;}",
		"if true {\n    keep;\n} elsif false {\n} else {\n    stop;\n}\n"},
	{"if true { # first\n keep; } # t\n# c\nelse { # e\n}",
		"if true {\n    # first\n    keep;\n} # t\n# c\nelse {\n    # e\n}\n"},
	{"if size :OVER 100k {\n\n keep;\n\n # z\n\n}",
		"if size :over 100K {\n    keep;\n    # z\n}\n"},
	{"if anyof(not true,allof(false,true)){}",
		"if anyof (not true, allof (false, true)) {\n}\n"},
	{"vacation :days 7 text:\nHi\n..\n.\n;", "vacation :days 7 text:\nHi\n..\n.\n;\n"},
	{"foo \"a\n\";", "foo \"a\n\";\n"},
	{"foo \"a\nb\n\";", "foo text:\na\nb\n.\n;\n"},
	{"foo \"\\x\\\"\\\\\";", "foo \"x\\\"\\\\\";\n"},
	{"if header \"subject\" [" KEY "," KEY "," KEY "] {}",
		"if header \"subject\" [\n    " KEY ",\n    " KEY ",\n    " KEY "\n] {\n}\n"},
	{"if anyof (header \"a\" " KEY ", header \"b\" " KEY ") {}",
		"if anyof (\n    header \"a\" " KEY ",\n    header \"b\" " KEY "\n) {\n}\n"},
};

static void
test_layout(gconstpointer data)
{
	const Row *row = data;
	SieveSource source = {.text = sieve_bytes_from_string(row->input), .name = "in"};
	g_autoptr(SieveAst) ast = parse(&source, false);
	size_t len;
	g_autofree char *text = sieve_print(ast, &len);

	g_assert_cmpstr(text, ==, row->output);
	g_assert_cmpuint(len, ==, strlen(text));

	SieveSource again = {.text = {text, len}, .name = "again"};
	g_autoptr(SieveAst) second = parse(&again, false);
	g_autofree char *fixed = sieve_print(second, &len);
	g_assert_cmpstr(fixed, ==, text);
	g_assert_true(sieve_ast_equal(ast, second));
}

/* Prints, parses and prints again; the second tree and text must be the first. */
static void
check_round_trip(const SieveAst *ast)
{
	size_t len, len_again;
	g_autofree char *text = sieve_print(ast, &len);
	SieveSource source = {.text = {text, len}, .name = "printed"};
	g_autoptr(SieveAst) back = parse(&source, true);
	g_autofree char *text_again = sieve_print(back, &len_again);

	if (!sieve_ast_equal(ast, back))
		g_error("the tree changed: %s", text);
	g_assert_true(sieve_bytes_equal((SieveBytes){text, len},
		(SieveBytes){text_again, len_again}));
}

static void
test_line_end_is_crlf(void)
{
	g_autoptr(SieveAst) ast = sieve_ast_new(NULL);
	SieveAstNode *node = sieve_ast_add_command(ast, NULL, SIEVE_BYTES("foo"));
	const SieveAstArg *arg = sieve_ast_add_string(ast, node, SIEVE_BYTES("a\nb\r\nc\n"));

	g_assert_true(
		sieve_bytes_equal(arg->strings[0].value, SIEVE_BYTES("a\r\nb\r\nc\r\n")));
	check_round_trip(ast);
}

/* Few and awkward bytes, so that their combinations come up. */
static SieveBytes
random_bytes(SieveArena *arena)
{
	static const char awkward[] = "a.\r\n\"\\ \t#:;{*/\0\xff\xc3\xbc";
	size_t len = (size_t)g_test_rand_int_range(0, 12);
	char *bytes = sieve_arena_alloc(arena, len + 1);

	for (size_t i = 0; i < len; i++)
		bytes[i] = awkward[g_test_rand_int_range(0, (int)sizeof awkward - 1)];
	return (SieveBytes){bytes, len};
}

static void
add_random_args(SieveAst *ast, SieveAstNode *node)
{
	SieveArena *arena = sieve_ast_arena(ast);

	for (int n = g_test_rand_int_range(0, 4); n > 0; n--) {
		SieveBytes values[4];
		for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
			values[i] = random_bytes(arena);
		switch (g_test_rand_int_range(0, 4)) {
		case 0: sieve_ast_add_tag(ast, node, SIEVE_BYTES("Tag")); break;
		case 1: sieve_ast_add_number(ast, node, (uint64_t)(guint32)g_test_rand_int() << 10); break;
		case 2: sieve_ast_add_string(ast, node, values[0]); break;
		default:
			sieve_ast_add_strings(ast, node, values,
				(size_t)g_test_rand_int_range(1, G_N_ELEMENTS(values) + 1));
		}
	}
}

static void
add_random_tests(SieveAst *ast, SieveAstNode *node, int depth)
{
	int count = g_test_rand_int_range(0, 3);

	for (; depth > 0 && count > 0; count--) {
		SieveAstNode *test = sieve_ast_add_test(ast, node, SIEVE_BYTES("anyof"));
		add_random_args(ast, test);
		add_random_tests(ast, test, depth - 1);
	}
}

static void
add_random_commands(SieveAst *ast, SieveAstNode *parent, int depth)
{
	for (int n = g_test_rand_int_range(0, 4); n > 0; n--) {
		SieveAstNode *command = sieve_ast_add_command(ast, parent,
			g_test_rand_bit() ? SIEVE_BYTES("else") : SIEVE_BYTES("fileInto"));
		add_random_args(ast, command);
		add_random_tests(ast, command, 2);
		if (g_test_rand_bit())
			sieve_ast_set_comment(ast, command, SIEVE_BYTES("why\n\n# so"));
		if (depth > 0 && g_test_rand_bit()) {
			sieve_ast_set_block(ast, command);
			add_random_commands(ast, command, depth - 1);
		}
	}
}

static void
test_random_trees(void)
{
	for (int i = 0; i < 2000; i++) {
		g_autoptr(SieveAst) ast = sieve_ast_new(NULL);
		add_random_commands(ast, NULL, 3);
		check_round_trip(ast);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *path = g_strdup_printf("/printer/layout/%zu", i);
		g_test_add_data_func(path, &rows[i], test_layout);
	}
	g_test_add_func("/printer/line-end-is-crlf", test_line_end_is_crlf);
	g_test_add_func("/printer/random-trees", test_random_trees);
	return g_test_run();
}
