/* SPDX-License-Identifier: MIT */
/* fuzz-compiler.c - any bytes as a script and as what it includes: a program is sound, or a mistake
 * is told */

#include "engine/dump.h"

#include "t/fuzz/fuzz.h"

/* Scripts whose names begin with `n` are not there; all others are the second part of the input. */
static bool
load(SieveLocation location, const char *name, GBytes **ret_text, void *user_data, GError **error)
{
	if (location == SIEVE_LOCATION_GLOBAL && g_str_equal(name, "error")) {
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_IO, "no disk");
		return false;
	}
	*ret_text = name[0] == 'n' ? NULL : g_bytes_ref(user_data);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SieveBytes input = {(const char *)data, size};
	g_autoptr(GBytes) script = fuzz_take_part(&input);
	g_autoptr(GBytes) included = fuzz_take_part(&input);
	static const char *const owner[] = {"james@example.org", NULL};
	const SieveCompileOptions options = {.name = "fuzz",
		.load = load,
		.load_data = included,
		.advise = true,
		.owner = owner};
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(SieveProgram) program =
		sieve_compile(fuzz_registry(), fuzz_bytes(script), &options, diags);
	g_autofree char *text = sieve_diag_list_print(diags, false);

	g_assert_true(g_utf8_validate(text, -1, NULL));
	g_assert_cmpint(program == NULL, ==, sieve_diag_list_count_errors(diags) > 0);
	if (program == NULL)
		return 0;
	g_autofree char *listing = sieve_program_dump(program);
	g_assert_null(sieve_program_verify(program));
	g_assert_true(g_utf8_validate(listing, -1, NULL));
	return 0;
}
