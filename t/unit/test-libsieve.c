/* SPDX-License-Identifier: MIT */
/* test-libsieve.c - scripts lowered and run on libsieve */

#include <string.h>

#include "engine/bytes.h"
#include "engine/libsieve.h"
#include "engine/lower.h"

#define MAIL                                                                                       \
	"From: =?utf-8?q?Doe=2C_J=C3=B6rg?= <joe+work@example.org>\r\n"                            \
	"To: \"a b\"@example.net, list@example.com\r\n"                                            \
	"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n\r\nbody\r\n"

typedef struct RunCase {
	const char *script;
	const char *expected; /* (nullable) NULL: the run fails */
} RunCase;

static const RunCase runs[] = {
	{"", "implicit keep\n"},
	{"keep;", "keep\n"},
	{"DISCARD;", "discard\n"},
	{"IF TRUE { Keep; }", "keep\n"},
	{"require \"fileinto\"; fileinto \"a\"; fileinto \"a\"; keep;", "store \"a\"\nkeep\n"},
	{"redirect \"x@y.z\"; stop; keep;", "redirect \"x@y.z\"\n"},
	{"if header :is \"subject\" \"Gr\303\274\303\237e\" { discard; }", "discard\n"},
	{"if header :contains \"from\" \"J\303\266rg\" { discard; }", "discard\n"},
	{"if address :is \"from\" \"joe+work@example.org\" { discard; }", "discard\n"},
	{"if address :localpart \"to\" \"list\" { discard; }", "discard\n"},
	{"if address :domain :comparator \"i;octet\" \"FROM\" \"example.org\" { discard; }",
		"discard\n"},
	{"if exists [\"from\", \"nothing\"] { discard; }", "implicit keep\n"},
	{"require \"envelope\"; if envelope \"from\" \"s@x.y\" { discard; }", "discard\n"},
	{"require \"subaddress\"; if address :detail \"from\" \"work\" { discard; }", "discard\n"},
	{"if size :over 100 { discard; }", "discard\n"},
	{"if size :over 1K { discard; }", "implicit keep\n"},
	{"require \"reject\"; reject \"no\";", "reject \"no\"\n"},
	{"require \"variables\"; keep;", NULL},
	{"reject \"no\";", NULL},
	{"keep", NULL},
};

static const SieveRunInput *
make_input(SieveRunInput *input, const SieveMessage *message)
{
	*input = (SieveRunInput){
		.message = message,
		.envelope = {.from = SIEVE_BYTES("s@x.y"), .to = SIEVE_BYTES("r@x.y")},
	};
	return input;
}

static void
test_run(const void *data)
{
	const RunCase *test = data;
	g_autoptr(SieveMessage) message = sieve_message_new(SIEVE_BYTES(MAIL));
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) error = NULL;
	SieveRunInput input;
	bool ran = sieve_libsieve_run(sieve_bytes_from_string(test->script), NULL,
		make_input(&input, message), &result, &error);
	g_autofree char *text = sieve_result_print(result);
	g_autofree char *reason = NULL;

	g_test_message("%s", error == NULL ? "ran" : error->message);
	g_assert_cmpstr(text, ==, test->expected == NULL ? "implicit keep\n" : test->expected);
	g_assert_cmpint(ran, ==, test->expected != NULL);
	g_assert_cmpint(
		ran, ==, sieve_libsieve_check(sieve_bytes_from_string(test->script), &reason));
	g_assert_cmpint(ran, ==, reason == NULL);
}

/* --- Lowering -----------------------------------------------------------------------------------
 */

typedef struct LowerCase {
	const char *script;
	const char *expected; /* (nullable) NULL: refused */
} LowerCase;

static const LowerCase lowerings[] = {
	{"require [\"environment\", \"fileinto\"];"
	 "if environment \"remote-ip\" \"192.0.2.1\" { fileinto \"a\"; }",
		"require \"fileinto\"; if true { fileinto \"a\"; }"},
	{"require \"environment\"; if not environment :matches \"remote-ip\" \"10.*\" { discard; }",
		"if not false { discard; }"},
	{"require \"environment\";"
	 "if anyof (environment :contains \"remote-ip\" [\"10.\", \"11.\"], size :over 1K) { keep; "
	 "}",
		"if anyof (false, size :over 1K) { keep; }"},
	{"require \"include\"; include \"plain\"; keep;", "discard; keep;"},
	{"require \"include\"; if true { include \"ends\"; }", "if true { discard; }"},
	{"require \"include\"; include :optional \"absent\"; keep;", "keep;"},
	{"require \"include\"; include \"filing\";", "require \"fileinto\"; fileinto \"x\";"},
	{"require \"include\"; include :once \"plain\"; include :once \"plain\";", "discard;"},
	{"require \"include\"; keep; return;", "keep; stop;"},
	{"if address \"from\" \"x\" { keep; }",
		"if address \"Doorstep-Address-from\" \"x\" { keep; }"},
	{"require \"include\"; include \"absent\";", NULL},
	{"require \"include\"; include \"early\";", NULL},
	{"require \"include\"; include \"self\";", NULL},
	{"require \"include\"; if size :over 1 { include \"plain\"; } include :once \"plain\";",
		NULL},
	{"keep", NULL},
};

static const char *const library[][2] = {
	{"plain", "discard;"},
	{"ends", "require \"include\"; discard; return;"},
	{"early", "require \"include\"; if true { return; } discard;"},
	{"filing", "require \"fileinto\"; fileinto \"x\";"},
	{"self", "require \"include\"; include \"self\";"},
};

static bool
load(SieveLocation location G_GNUC_UNUSED, const char *name, GBytes **ret_text,
	void *data G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
	*ret_text = NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(library); i++)
		if (strcmp(library[i][0], name) == 0)
			*ret_text = g_bytes_new_static(library[i][1], strlen(library[i][1]));
	return true;
}

static const char *
get_environment(const char *item, void *data G_GNUC_UNUSED)
{
	return strcmp(item, "remote-ip") == 0 ? "192.0.2.1" : NULL;
}

/* @script in canonical form, to compare with what was printed. */
static char *
canonical(const char *script)
{
	char *text = NULL;
	g_autofree char *reason = NULL;

	if (strstr(script, "Address") != NULL)
		return g_strdup(script);
	g_assert_true(sieve_lower(sieve_bytes_from_string(script), NULL, &text, &reason));
	return text;
}

static char *
squeeze(const char *text)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \t\r\n", -1);
	g_autoptr(GString) out = g_string_new(NULL);

	for (size_t i = 0; words[i] != NULL; i++)
		g_string_append(out, words[i]);
	return g_string_free(g_steal_pointer(&out), FALSE);
}

static void
test_lower(const void *data)
{
	const LowerCase *test = data;
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	const SieveCompileOptions compile = {.load = load};
	const SieveLowerOptions options = {registry, &compile, get_environment, NULL};
	g_autofree char *text = NULL;
	g_autofree char *reason = NULL;
	bool lowered = sieve_lower(sieve_bytes_from_string(test->script), &options, &text, &reason);

	g_test_message("%s", lowered ? text : reason);
	g_assert_cmpint(lowered, ==, test->expected != NULL);
	if (!lowered)
		return;
	g_autofree char *expected = canonical(test->expected);
	g_autofree char *got_words = squeeze(text);
	g_autofree char *expected_words = squeeze(expected);
	g_assert_cmpstr(got_words, ==, expected_words);
}

/* A script that asks for the connection cannot run where nothing is known about it. */
static void
test_unsettled(void)
{
	g_autofree char *reason = NULL;

	g_assert_false(sieve_libsieve_check(
		SIEVE_BYTES("require \"environment\"; if environment \"name\" \"x\" { keep; }"),
		&reason));
	g_assert_nonnull(strstr(reason, "environment"));
}

/* libsieve accepts the script; the run notices. */
static void
test_bad_redirect(void)
{
	g_autoptr(SieveMessage) message = sieve_message_new(SIEVE_BYTES(MAIL));
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) error = NULL;
	SieveRunInput input;

	g_assert_false(sieve_libsieve_run(SIEVE_BYTES("redirect \"nonsense\";"), NULL,
		make_input(&input, message), &result, &error));
	g_assert_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT);
	g_assert_true(sieve_result_implicit_keep(result));
	g_assert_cmpuint(sieve_result_count(result), ==, 0);
}

static void *
run_often(void *data)
{
	for (int i = 0; i < 100; i++)
		test_run(data);
	return NULL;
}

static void
test_threads(void)
{
	GThread *threads[4];

	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("run", run_often, (void *)(uintptr_t)&runs[4 + i]);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(runs); i++) {
		g_autofree char *label = g_strdup_printf("/libsieve/run/%zu", i);
		g_test_add_data_func(label, &runs[i], test_run);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(lowerings); i++) {
		g_autofree char *label = g_strdup_printf("/libsieve/lower/%zu", i);
		g_test_add_data_func(label, &lowerings[i], test_lower);
	}
	g_test_add_func("/libsieve/unsettled", test_unsettled);
	g_test_add_func("/libsieve/bad-redirect", test_bad_redirect);
	g_test_add_func("/libsieve/threads", test_threads);
	return g_test_run();
}
