/* SPDX-License-Identifier: MIT */
/* test-checker.c - what is wrong with scripts, and what to do about it */

#include "t/unit/script.h"

typedef struct Case {
	const char *script;
	const char *diagnostics; /* "" when the script is good */
} Case;

static const Case cases[] = {
	{"", ""},
	{"keep;", ""},
	{"KEEP; Discard;", ""},
	/* Names. */
	{"kep;", "1:1: error: unknown command \"kep\" [did you mean \"keep\"?]\n"},
	{"kep; kep; if true { KEP; }",
		"1:1: error: unknown command \"kep\" [did you mean \"keep\"?]\n"
		"1:21: error: unknown command \"KEP\" [did you mean \"keep\"?]\n"},
	{"if haeder \"a\" \"b\" { keep; }",
		"1:4: error: unknown test \"haeder\" [did you mean \"header\"?]\n"},
	{"header \"a\" \"b\";",
		"1:1: error: unknown command \"header\" [header is a test: it belongs after if]\n"},
	{"if keep { discard; }",
		"1:4: error: unknown test \"keep\" [keep is a command, not a test]\n"},
	{"xyzzy { kep; } else { keep; }",
		"1:1: error: unknown command \"xyzzy\"\n"
		"1:9: error: unknown command \"kep\" [did you mean \"keep\"?]\n"},
	/* Require (RFC 5228 section 3.2). */
	{"fileinto \"a\";",
		"1:1: error: unknown command \"fileinto\" [add require \"fileinto\"]\n"},
	{"require \"fileinto\"; fileinto \"a\";", ""},
	{"require [\"fileinto\", \"copy\"]; require \"include\"; fileinto :copy \"a\";", ""},
	{"require \"filinto\";",
		"1:9: error: unknown capability \"filinto\" [did you mean \"fileinto\"?]\n"},
	{"require [\"a\", \"b\"];", "1:10: error: unknown capability \"a\"\n"
				    "1:15: error: unknown capability \"b\"\n"},
	{"keep; require \"fileinto\";", "1:7: error: require must stand before all other commands "
					"[move it to the top of the script]\n"},
	{"if true { require \"fileinto\"; }",
		"1:11: error: require must stand before all other commands "
		"[move it to the top of the script]\n"},
	{"require \"comparator-i;octet\";", ""},
	/* Control structures (section 3.1). */
	{"else { keep; }", "1:1: error: else must follow if or elsif\n"},
	{"if true { keep; } keep; elsif true { keep; }",
		"1:25: error: elsif must follow if or elsif\n"},
	{"if true { } else { } else { }", "1:22: error: else must follow if or elsif\n"},
	{"if { keep; }", "1:1: error: if needs a test\n"},
	{"if true;", "1:1: error: if needs a block of commands in braces\n"},
	{"keep { discard; }", "1:1: error: keep takes no block\n"},
	{"if (true) { }", "1:1: error: if needs one test without parentheses "
			  "[join several tests with allof or anyof]\n"},
	{"if allof true { }", "1:4: error: allof needs its tests in parentheses\n"},
	{"if not { }", "1:4: error: not needs a test\n"},
	/* Forgotten punctuation. */
	{"redirect \"a@example.com\" keep;", "1:26: error: missing \";\" before \"keep\" "
					     "[each command ends with a semicolon]\n"},
	{"if address is \"from\" \"a\" { }",
		"1:12: error: missing \":\" before \"is\" [tags begin with a colon]\n"},
	{"if size over 100K { }",
		"1:9: error: missing \":\" before \"over\" [tags begin with a colon]\n"},
	{"if true true { }", "1:9: error: true takes no test\n"},
	/* Arguments (section 2.6). */
	{"redirect;", "1:1: error: redirect needs address: a string\n"},
	{"redirect 5;", "1:10: error: address of redirect is a string\n"},
	{"redirect [\"a@example.com\"];", "1:10: error: address of redirect is a string\n"},
	{"keep \"a\";", "1:6: error: keep takes no further argument\n"},
	{"if header \"a\" { }", "1:4: error: header needs keys: a string or a list of strings\n"},
	{"if header \"a\" \"b\" \"c\" { }", "1:19: error: header takes no further argument\n"},
	{"if header \"a\" :is \"b\" { }",
		"1:15: error: tag :is must stand before the arguments that have no tag\n"},
	{"if size 5 { }", "1:4: error: size needs :over or :under\n"},
	{"if size :over :under 5 { }",
		"1:15: error: tag :under cannot stand beside :over [take one of them away]\n"},
	{"if size :over :over 5 { }", "1:15: error: tag :over is given twice\n"},
	{"if size :above 5 { }", "1:4: error: size needs :over or :under\n"
				 "1:9: error: unknown tag :above for size\n"},
	{"if size :ovre 5 { }", "1:9: error: unknown tag :ovre for size [did you mean :over?]\n"},
	{"if address :localprt \"from\" \"a\" { }",
		"1:12: error: unknown tag :localprt for address [did you mean :localpart?]\n"},
	{"if header :comparater \"a\" \"b\" { }",
		"1:11: error: unknown tag :comparater for header [did you mean :comparator?]\n"},
	/* Matching (section 2.7). */
	{"if header :is :contains \"a\" \"b\" { }",
		"1:15: error: tag :contains cannot stand beside :is [take one of them away]\n"},
	{"if header :contain \"a\" \"b\" { }",
		"1:11: error: unknown tag :contain for header [did you mean :contains?]\n"},
	{"if header :count \"eq\" \"a\" \"1\" { }",
		"1:11: error: unknown match type \"count\" [add require \"relational\"]\n"},
	{"if header :comparator \"i;ascii-numeric\" \"a\" \"1\" { }",
		"1:23: error: unknown comparator \"i;ascii-numeric\" "
		"[add require \"comparator-i;ascii-numeric\"]\n"},
	{"require \"comparator-i;ascii-numeric\";\n"
	 "if header :contains :comparator \"i;ascii-numeric\" \"a\" \"1\" { }",
		"2:11: error: comparator \"i;ascii-numeric\" cannot do :contains\n"},
	{"if header :comparator \"a\" \"b\" { }",
		"1:4: error: header needs keys: a string or a list of strings\n"
		"1:23: error: unknown comparator \"a\"\n"},
	{"if address :user \"from\" \"a\" { }",
		"1:12: error: unknown address part \"user\" [add require \"subaddress\"]\n"},
	{"if header :localpart \"from\" \"a\" { }",
		"1:11: error: unknown tag :localpart for header\n"},
	{"require \"fileinto\"; fileinto :copy \"a\";",
		"1:30: error: unknown tag :copy [add require \"copy\"]\n"},
	{"require \"copy\"; keep :copy;", "1:22: error: unknown tag :copy for keep\n"},
	/* RFC 6609 section 3.2: one location. */
	{"require \"include\"; include :optional :global :personal \"x\";",
		"1:46: error: tag :personal cannot stand beside :global [take one of them away]\n"},
	{"require \"include\"; include :optional :global :global \"x\";",
		"1:46: error: tag :global is given twice\n"},
	/* Constants. */
	{"if header [\"Subject\", \"To:\"] \"a\" { }",
		"1:23: warning: \"To:\" is no header field name, so no field matches it "
		"[leave the colon out]\n"},
	{"if exists \"\" { }",
		"1:11: warning: \"\" is no header field name, so no field matches it\n"},
	{"if address \"to:\" \"a\" { }",
		"1:12: warning: \"to:\" is no header field name, so no field matches it "
		"[leave the colon out]\n"},
	{"require \"encoded-character\"; if header \"a\" \"${unicode:\r\n110000}\" { }",
		"1:44: error: ${unicode:\\x0d\\x0a110000} is no Unicode character\n"},
	{"redirect \"nobody\";", "1:10: error: \"nobody\" is no mail address "
				 "[write it as user@example.com]\n"},
	{"redirect \"a@example.com, b@example.com\";",
		"1:10: error: \"a@example.com, b@example.com\" is no mail address "
		"[write it as user@example.com]\n"},
	{"redirect \"A <a@example.com>\";", ""},
	{"redirect text:\n\"A; \\\"B\\\"\" <a@example.com>\n.\n;",
		"1:10: error: \"\\\"A; \\\\\\\"B\\\\\\\"\\\" <a@example.com>\\x0d\\x0a\" is no mail "
		"address [write it as user@example.com]\n"},
	{"redirect \"\\\"A; B\\\" <a@example.com>\";", ""},
	{"redirect \"g: a@example.com\";",
		"1:10: error: \"g: a@example.com\" is no mail address "
		"[write it as user@example.com]\n"},
	{"redirect \"g: a@example.com;\";",
		"1:10: error: \"g: a@example.com;\" is no mail address "
		"[write it as user@example.com]\n"},
	{"redirect \"a@example.com\nDATA\";",
		"1:10: error: \"a@example.com\\x0d\\x0aDATA\" is no mail address "
		"[write it as user@example.com]\n"},
	{"redirect \"A <a@example.com>\n\";",
		"1:10: error: \"A <a@example.com>\\x0d\\x0a\" is no mail address "
		"[write it as user@example.com]\n"},
	/* Many mistakes at once. */
	{"kep;\nredirect;\nif size 5 {\n\tstopp;\n}\n",
		"1:1: error: unknown command \"kep\" [did you mean \"keep\"?]\n"
		"2:1: error: redirect needs address: a string\n"
		"3:4: error: size needs :over or :under\n"
		"4:2: error: unknown command \"stopp\" [did you mean \"stop\"?]\n"},
};

static void
test_diagnostics(gconstpointer data)
{
	const Case *c = data;
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autofree char *diagnostics = test_diagnose(registry, c->script, NULL);

	g_assert_cmpstr(diagnostics, ==, c->diagnostics);
}

static bool
load_script(SieveLocation location, const char *name, GBytes **ret_text, void *user_data,
	GError **error)
{
	const char *text = user_data;

	g_assert_cmpint(location, ==, SIEVE_LOCATION_PERSONAL);
	if (g_str_equal(name, "unreadable")) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_IO, "disk on fire");
		return false;
	}
	*ret_text = g_str_equal(name, "missing") ? NULL : g_bytes_new(text, strlen(text));
	return true;
}

typedef struct IncludeCase {
	const char *script;
	const char *included;
	const char *diagnostics;
} IncludeCase;

static const IncludeCase include_cases[] = {
	{"require \"include\"; include \"x\";", "keep;", ""},
	{"require \"include\"; include \"x\";", "kep;",
		"1:1: error: unknown command \"kep\" [did you mean \"keep\"?]\n"},
	{"require \"include\"; include \"missing\";", "",
		"1:20: warning: there is no script \"missing\", and the run fails when it gets "
		"here "
		"[add :optional if it may be missing]\n"},
	{"require \"include\"; include :optional \"missing\";", "", ""},
	{"require \"include\"; include \"unreadable\";", "",
		"1:20: error: cannot load script \"unreadable\": disk on fire\n"},
	{"require \"include\"; include \"x\";", "require \"include\"; include \"x\";",
		"1:20: warning: this script includes itself by way of \"x\", and fails when it "
		"gets "
		"here [use :once, or take one of the includes away]\n"},
	{"require \"include\"; include \"x\";", "require \"include\"; include :once \"x\";", ""},
	{"require \"include\"; include \"..\";", "", "1:20: error: a script name is no path\n"},
	{"require \"include\"; include \"a/b\";", "", "1:20: error: a script name is no path\n"},
	{"require \"include\"; include \"\";", "",
		"1:20: error: a script name has 1 to 200 bytes\n"},
	{"require \"include\"; include \"a\tb\";", "",
		"1:20: error: a script name has no control characters\n"},
};

static void
test_include(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());

	for (size_t i = 0; i < G_N_ELEMENTS(include_cases); i++) {
		g_autofree char *text = g_strdup(include_cases[i].included);
		SieveCompileOptions options = {.load = load_script, .load_data = text};
		g_autofree char *diagnostics =
			test_diagnose(registry, include_cases[i].script, &options);
		g_assert_cmpstr(diagnostics, ==, include_cases[i].diagnostics);
	}
}

/* SIEVE_LIMIT_INCLUDES: the last legal number of scripts and the first illegal one. */
static void
test_include_limit(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(GString) text = g_string_new("require \"include\";\n");
	g_autofree char *included = g_strdup("keep;");
	SieveCompileOptions options = {.load = load_script, .load_data = included};

	for (unsigned i = 0; i < SIEVE_LIMIT_INCLUDES; i++)
		g_string_append_printf(text, "include \"script%u\";\n", i);
	g_autofree char *legal = test_diagnose(registry, text->str, &options);
	g_assert_cmpstr(legal, ==, "");
	g_string_append(text, "include \"script0\";\ninclude \"one-more\";\n");
	g_autofree char *illegal = test_diagnose(registry, text->str, &options);
	g_assert_cmpstr(illegal, ==, "258:1: error: too many scripts are included\n");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *name = g_strdup_printf("/checker/%02zu", i);
		g_test_add_data_func(name, &cases[i], test_diagnostics);
	}
	g_test_add_func("/checker/include", test_include);
	g_test_add_func("/checker/include-limit", test_include_limit);
	return g_test_run();
}
