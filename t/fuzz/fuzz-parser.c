/* SPDX-License-Identifier: MIT */
/* fuzz-parser.c - any bytes as a script: the lexer moves on, the tree stays within its limits */

#include "engine/lexer.h"
#include "engine/limits.h"
#include "engine/parser.h"

#include "t/fuzz/fuzz.h"

static void
check_tokens(const SieveSource *source)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	SieveLexer lexer;
	SieveToken token;
	size_t last_end = 0;

	sieve_lexer_init(&lexer, source, arena, diags);
	do {
		sieve_lexer_next(&lexer, &token);
		g_assert_cmpuint(token.span.offset, >=, last_end);
		last_end = (size_t)token.span.offset + token.span.length;
		g_assert_cmpuint(last_end, <=, source->text.len);
		g_assert_true(token.kind == SIEVE_TOKEN_END || token.span.length > 0);
		fuzz_touch(token.value);
		fuzz_touch(token.comment);
		fuzz_touch(token.same_line_comment);
	} while (token.kind != SIEVE_TOKEN_END);
}

static size_t count_nodes(const SieveAstNode *node, unsigned depth);

static size_t
count_node(const SieveAstNode *node, unsigned depth)
{
	size_t count = 1;

	fuzz_touch(node->name);
	fuzz_touch(node->comment);
	fuzz_touch(node->trailing);
	fuzz_touch(node->block_end_comment);
	for (const SieveAstArg *arg = node->args; arg != NULL; arg = arg->next) {
		fuzz_touch(arg->tag);
		for (size_t i = 0; i < arg->n_strings; i++)
			fuzz_touch(arg->strings[i].value);
		count += 1 + arg->n_strings;
	}
	return count + count_nodes(node->tests, depth + 1) + count_nodes(node->block, depth + 1);
}

static size_t
count_nodes(const SieveAstNode *node, unsigned depth)
{
	size_t count = 0;

	/* A command's own level, and as many below it as may be nested. */
	g_assert_true(node == NULL || depth <= SIEVE_LIMIT_NESTING + 1);
	for (; node != NULL; node = node->next)
		count += count_node(node, depth);
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SieveSource source = {.text = {(const char *)data, size}, .name = "fuzz"};
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(SieveAst) ast = sieve_parse(&source, diags);
	g_autofree char *text = sieve_diag_list_print(diags, true);

	check_tokens(&source);
	/* Each node, argument and string was written with a byte of its own at least; what a parser
	 * puts in the place of something missing has a mistake to show for it. */
	g_assert_cmpuint(count_nodes(sieve_ast_commands(ast), 0), <=,
		2 * (size + sieve_diag_list_count(diags)));
	g_assert_true(g_utf8_validate(text, -1, NULL));
	fuzz_touch(sieve_ast_end_comment(ast));
	return 0;
}
