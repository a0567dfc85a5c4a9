/* SPDX-License-Identifier: MIT */
/* fuzz-printer.c - what is printed parses, means the same, and is printed as it is the next time */

#include "engine/parser.h"
#include "engine/printer.h"

#include "t/fuzz/fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	SieveSource source = {.text = {(const char *)data, size}, .name = "fuzz"};
	g_autoptr(SieveAst) ast = sieve_parse(&source, diags);
	size_t len, len_again;
	g_autofree char *text = sieve_print(ast, &len);

	/* The tree of a script with mistakes is but what was understood of it. */
	if (sieve_diag_list_count_errors(diags) > 0)
		return 0;
	SieveSource printed = {.text = {text, len}, .name = "printed"};
	g_autoptr(SieveAst) back = sieve_parse(&printed, diags);
	g_autofree char *again = sieve_print(back, &len_again);
	g_assert_cmpuint(sieve_diag_list_count_errors(diags), ==, 0);
	g_assert_true(sieve_ast_equal(ast, back));
	g_assert_true(sieve_bytes_equal((SieveBytes){text, len}, (SieveBytes){again, len_again}));
	return 0;
}
