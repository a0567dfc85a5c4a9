/* SPDX-License-Identifier: MIT */
/* test-actions.c - implicit keep, duplicates, conflicts and text of the action list */

#include "t/unit/script.h"

typedef struct Case {
	const char *script; /* after its require */
	const char *result;
} Case;

static const Case cases[] = {
	/* The implicit keep (RFC 5228 section 2.10.2). */
	{"", "implicit keep\n"},
	{"fileinto \"a\";", "store \"a\"\n"},
	{"fileinto :copy \"a\";", "store \"a\"\nimplicit keep\n"},
	{"redirect :copy \"a@example.com\";", "redirect \"a@example.com\"\nimplicit keep\n"},
	{"fileinto :copy \"a\"; discard;", "store \"a\"\ndiscard\n"},
	{"discard; fileinto :copy \"a\";", "discard\nstore \"a\"\n"},
	{"fileinto :copy \"a\"; fileinto \"b\";", "store \"a\"\nstore \"b\"\n"},
	/* Duplicates (section 2.10.3). */
	{"keep; keep;", "keep\n"},
	{"discard; discard;", "discard\n"},
	{"fileinto \"a\"; fileinto \"a\";", "store \"a\"\n"},
	{"fileinto \"a\"; fileinto \"A\";", "store \"a\"\nstore \"A\"\n"},
	{"fileinto \"a\"; fileinto \"b\"; fileinto \"a\";", "store \"a\"\nstore \"b\"\n"},
	{"fileinto :copy \"a\"; fileinto \"a\";", "store \"a\"\n"},
	{"fileinto \"a\"; fileinto :copy \"a\";", "store \"a\"\n"},
	{"keep; fileinto \"inbox\";", "keep\n"},
	{"fileinto \"Inbox\"; keep;", "keep\n"},
	{"fileinto \"a/b\"; fileinto \"a.b\"; fileinto \"Inbox/a.b\";", "store \"a/b\"\n"},
	{"redirect \"a@example.com\"; redirect \"a@example.com\";", "redirect \"a@example.com\"\n"},
	{"redirect \"a@example.com\"; redirect \"X <a@example.com>\";",
		"redirect \"a@example.com\"\n"},
	{"redirect \"a@example.com\"; redirect \"A@example.com\";",
		"redirect \"a@example.com\"\nredirect \"A@example.com\"\n"},
	/* Conflicts (section 2.10.4; RFC 5429 section 2.4). */
	{"reject \"no\";", "reject \"no\"\n"},
	{"ereject \"no\";", "ereject \"no\"\n"},
	{"discard; reject \"no\";", "discard\nreject \"no\"\n"},
	{"keep;\nreject \"no\";",
		"error: script:2: reject cannot stand beside the keep of line 1\nimplicit keep\n"},
	{"reject \"no\";\nkeep;",
		"error: script:2: keep cannot stand beside the reject of line 1\nimplicit keep\n"},
	{"reject \"no\"; reject \"no\";", "error: script:1: reject cannot stand beside the reject "
					  "of line 1\nimplicit keep\n"},
	{"reject \"no\"; ereject \"no\";", "error: script:1: ereject cannot stand beside the "
					   "reject of line 1\nimplicit keep\n"},
	{"redirect \"a@example.com\"; reject \"no\";",
		"error: script:1: reject cannot stand beside the redirect of line 1\nimplicit "
		"keep\n"},
	{"fileinto \"a\"; ereject \"no\";", "error: script:1: ereject cannot stand beside the "
					    "store of line 1\nimplicit keep\n"},
	/* Flags (RFC 5232 section 3). */
	{"setflag \"\\\\Seen\"; fileinto :copy \"a\";"
	 "fileinto :copy :flags [\"x\", \"y X\"] \"b\";"
	 "setflag \"\"; fileinto :copy \"c\"; addflag \"last\";",
		"store \"a\" flags \"\\\\Seen\"\nstore \"b\" flags \"x y\"\n"
		"store \"c\"\n"
		"implicit keep flags \"last\"\n"},
	{"fileinto :flags \"first\" \"a\"; fileinto :flags \"second\" \"a\";",
		"store \"a\" flags \"second\"\n"},
	{"addflag \"x\";\nredirect \"a@example.com\"; reject \"no\";",
		"error: script:2: reject cannot stand beside the redirect of line 2\n"
		"implicit keep\n"},
	/* The text is one line for each action whatever the script says. */
	{"reject \"two\nlines \\\"quoted\\\"\";", "reject \"two\\x0d\\x0alines \\\"quoted\\\"\"\n"},
	{"fileinto \"M\xc3\xbcller\";", "store \"M\xc3\xbcller\"\n"},
};

static void
test_case(gconstpointer data)
{
	const Case *c = data;
	g_autofree char *script = g_strconcat(
		"require [\"fileinto\", \"copy\", \"imap4flags\", \"reject\", \"ereject\"]; ",
		c->script, NULL);
	g_autofree char *result = test_script(script, test_mail);

	g_assert_cmpstr(result, ==, c->result);
}

static void
test_accessors(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveProgram) program = test_compile(
		registry, "require [\"fileinto\", \"copy\"]; fileinto :copy \"Lists\"; discard;");
	g_autoptr(SieveMessage) mail = sieve_message_new(sieve_bytes_from_string(test_mail));
	SieveRunInput input = {.message = mail};
	g_autoptr(SieveResult) result = NULL;

	g_assert_true(sieve_run(program, &input, &result, NULL));
	g_assert_cmpuint(sieve_result_count(result), ==, 2);
	g_assert_cmpstr(sieve_result_action_name(result, 0), ==, "store");
	g_assert_true(
		sieve_bytes_equal(sieve_result_action_target(result, 0), SIEVE_BYTES("Lists")));
	g_assert_cmpstr(sieve_result_action_name(result, 1), ==, "discard");
	g_assert_cmpuint(sieve_result_action_target(result, 1).len, ==, 0);
	g_assert_false(sieve_result_implicit_keep(result));
	g_assert_cmpuint(result->actions[0].line, ==, 1);
	g_assert_false(result->failed);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *name = g_strdup_printf("/actions/%02zu", i);
		g_test_add_data_func(name, &cases[i], test_case);
	}
	g_test_add_func("/actions/accessors", test_accessors);
	return g_test_run();
}
