/* SPDX-License-Identifier: MIT */
/* script.c - compile a script, run it on a mail, see the text of both */

#include "t/unit/script.h"

const char test_mail[] = "From: Sender <sender@example.com>\r\n"
			 "To: recipient@example.org\r\n"
			 "Subject: Hello there\r\n"
			 "\r\n"
			 "Text.\r\n";

SieveProgram *
test_compile(const SieveRegistry *registry, const char *text)
{
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	SieveProgram *program = sieve_compile(registry, sieve_bytes_from_string(text), NULL, diags);
	g_autofree char *mistakes = sieve_diag_list_print(diags, false);

	g_assert_cmpstr(mistakes, ==, "");
	g_assert_nonnull(program);
	return program;
}

static const char *const level_names[] = {
	[SIEVE_DIAG_ERROR] = "error",
	[SIEVE_DIAG_WARNING] = "warning",
	[SIEVE_DIAG_NOTE] = "note",
};

char *
test_diagnose(const SieveRegistry *registry, const char *text, const SieveCompileOptions *options)
{
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(SieveProgram) program =
		sieve_compile(registry, sieve_bytes_from_string(text), options, diags);
	GString *lines = g_string_new(NULL);

	g_assert_cmpint(program == NULL, ==, sieve_diag_list_count_errors(diags) > 0);
	for (size_t i = 0; i < sieve_diag_list_count(diags); i++) {
		const SieveDiag *diag = sieve_diag_list_get(diags, i);
		g_string_append_printf(lines, "%u:%u: %s: %s", diag->line, diag->column,
			level_names[diag->level], diag->message);
		if (diag->hint != NULL)
			g_string_append_printf(lines, " [%s]", diag->hint);
		g_string_append_c(lines, '\n');
	}
	return g_string_free(lines, FALSE);
}

char *
test_run(const SieveProgram *program, const char *message)
{
	g_autoptr(SieveMessage) mail = sieve_message_new(sieve_bytes_from_string(message));
	SieveRunInput input = {.message = mail,
		.envelope = {.from = SIEVE_BYTES("sender@example.com"),
			.to = SIEVE_BYTES("recipient@example.org")}};
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) error = NULL;

	if (sieve_run(program, &input, &result, &error)) {
		g_assert_no_error(error);
		return sieve_result_print(result);
	}
	g_assert_nonnull(error);
	g_autofree char *text = sieve_result_print(result);
	return g_strdup_printf("error: %s\n%s", error->message, text);
}

char *
test_script(const char *text, const char *message)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveProgram) program = test_compile(registry, text);

	return test_run(program, message);
}
