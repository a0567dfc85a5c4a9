/* SPDX-License-Identifier: MIT */
/* test-interp.c - scripts against mails: control flow, tests, includes, failures, inner runs */

#include <string.h>

#include "t/unit/script.h"

typedef struct Case {
	const char *script;
	const char *result;
} Case;

static const Case cases[] = {
	{"", "implicit keep\n"},
	{"keep;", "keep\n"},
	{"discard;", "discard\n"},
	{"stop; discard;", "implicit keep\n"},
	{"redirect \"a@example.com\";", "redirect \"a@example.com\"\n"},
	{"redirect \"A <a@example.com>\";", "redirect \"a@example.com\"\n"},
	/* RFC 5228 section 2.4.2.3: a local part may be quoted. */
	{"redirect \"\\\"two words\\\"@example.com\";",
		"redirect \"\\\"two words\\\"@example.com\"\n"},
	{"redirect \"A <\\\"plain\\\"@example.com>\";", "redirect \"plain@example.com\"\n"},
	{"redirect \"\\\"a@b\\\"@example.com\";",
		"redirect \"\\\"a@b\\\"@example.com\"\n"},
	{"redirect \"\\\"\\\\\\\"x\\\\\\\"\\\"@example.com\";",
		"redirect \"\\\"\\\\\\\"x\\\\\\\"\\\"@example.com\"\n"},
	/* Control flow. */
	{"if true { keep; } else { discard; }", "keep\n"},
	{"if false { keep; } else { discard; }", "discard\n"},
	{"if false { } elsif true { discard; } elsif true { keep; } else { keep; }", "discard\n"},
	{"if false { } elsif false { } else { discard; }", "discard\n"},
	{"if false { discard; } elsif false { discard; }", "implicit keep\n"},
	{"if true { if false { discard; } else { keep; } } else { discard; }", "keep\n"},
	{"if true { stop; } discard;", "implicit keep\n"},
	{"if allof (true, true, false) { discard; }", "implicit keep\n"},
	{"if allof (true, true, true) { discard; }", "discard\n"},
	{"if anyof (false, false, true) { discard; }", "discard\n"},
	{"if anyof (false, not true) { discard; }", "implicit keep\n"},
	{"if not anyof (false, allof (true, false)) { discard; }", "discard\n"},
	{"if not not not false { discard; }", "discard\n"},
	/* Tests on the mail of script.c. */
	{"if header \"subject\" \"hello THERE\" { discard; }", "discard\n"},
	{"if header \"subject\" \"hello\" { discard; }", "implicit keep\n"},
	{"if header :contains [\"x\", \"subject\"] [\"y\", \"llo\"] { discard; }", "discard\n"},
	{"if header :matches \"subject\" \"H*e???\" { discard; }", "implicit keep\n"},
	{"if header :matches \"subject\" \"H*e?e\" { discard; }", "discard\n"},
	{"if header :contains \"cc\" \"\" { discard; }", "implicit keep\n"},
	{"if header :comparator \"i;octet\" \"subject\" \"hello there\" { discard; }",
		"implicit keep\n"},
	{"if address :domain \"from\" \"example.com\" { discard; }", "discard\n"},
	{"if address \"from\" \"Sender\" { discard; }", "implicit keep\n"},
	{"if exists [\"from\", \"to\"] { discard; }", "discard\n"},
	{"if exists [\"from\", \"cc\"] { discard; }", "implicit keep\n"},
	{"if size :over 90 { discard; }", "discard\n"},
	{"if size :under 90 { discard; }", "implicit keep\n"},
	{"require \"envelope\"; if envelope \"from\" \"sender@example.com\" { discard; }",
		"discard\n"},
	{"require \"envelope\"; if envelope :domain \"to\" \"example.com\" { discard; }",
		"implicit keep\n"},
	{"require \"environment\"; if environment :contains \"name\" \"\" { discard; }",
		"discard\n"},
	{"require \"environment\"; if environment :contains \"phase\" \"\" { discard; }",
		"implicit keep\n"},
	/* Strings with variables are checked when they are known. */
	{"require \"variables\"; set \"a\" \"x@example.com\"; redirect \"${a}\";",
		"redirect \"x@example.com\"\n"},
	{"require \"variables\"; set \"a\" \"x@example.com\"; keep;\nredirect \"${a}${a}\";",
		"error: script:2: \"x@example.comx@example.com\" is no mail address\n"
		"implicit keep\n"},
	{"require [\"variables\", \"fileinto\"]; keep; fileinto \"a${0}\x07\";",
		"error: script:1: \"a\\x07\" is no mailbox name: "
		"there is a control character in the mailbox name\n"
		"implicit keep\n"},
	{"require \"variables\"; set \"a\" \"a b\"; if header \"${a}\" \"x\" { discard; }",
		"implicit keep\n"},
	{"require \"relational\"; if header :count \"eq\" \"from\" \"1\" { discard; }",
		"discard\n"},
	{"require \"relational\"; if header :value \"lt\" \"subject\" \"i\" { discard; }",
		"discard\n"},
};

static void
test_case(gconstpointer data)
{
	const Case *c = data;
	g_autofree char *result = test_script(c->script, test_mail);

	g_assert_cmpstr(result, ==, c->result);
}

/* One program, many mails, from many threads at once. */
static gpointer
run_many(gpointer data)
{
	for (int i = 0; i < 200; i++) {
		g_autofree char *hello = test_run(data, test_mail);
		g_autofree char *other = test_run(data, "Subject: other\n\ntext\n");
		g_assert_cmpstr(hello, ==, "store \"Hello\"\n");
		g_assert_cmpstr(other, ==, "implicit keep\n");
	}
	return NULL;
}

static void
test_threads(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveProgram) program = test_compile(registry,
		"require \"fileinto\"; if header :contains \"subject\" \"hello\" "
		"{ fileinto \"Hello\"; }");
	GThread *threads[4];

	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("run", run_many, program);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
}

/* --- Includes --------------------------------------------------------------------------------- */

static const char *const library[] = {
	"stores",
	"require \"fileinto\"; fileinto \"Stores\";",
	"stops",
	"keep; stop;",
	"returns",
	"require [\"include\", \"fileinto\"]; return; fileinto \"Never\";",
	"ping",
	"require \"include\"; include \"pong\";",
	"pong",
	"require \"include\"; include \"ping\";",
	"1",
	"require \"include\"; include \"2\";",
	"2",
	"require \"include\"; include \"3\";",
	"3",
	"require \"include\"; include \"4\";",
	"4",
	"require \"include\"; include \"5\";",
	"5",
	"require \"include\"; include \"6\";",
	"6",
	"require \"include\"; include \"7\";",
	"7",
	"require \"include\"; include \"8\";",
	"8",
	"require \"include\"; include \"9\";",
	"9",
	"require \"include\"; include \"10\";",
	"10",
	"require \"include\"; include :optional \"11\"; keep;",
	"11",
	"discard;",
	NULL,
};

static bool
load(SieveLocation location G_GNUC_UNUSED, const char *name, GBytes **ret_text,
	void *user_data G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
	*ret_text = NULL;
	for (const char *const *at = library; *at != NULL; at += 2)
		if (g_str_equal(*at, name))
			*ret_text = g_bytes_new_static(at[1], strlen(at[1]));
	return true;
}

static const Case include_cases[] = {
	{"include \"stores\"; redirect \"a@example.com\";",
		"store \"Stores\"\nredirect \"a@example.com\"\n"},
	{"include \"stores\"; include \"stores\";", "store \"Stores\"\n"},
	{"include \"stops\"; discard;", "keep\n"},
	{"include \"returns\"; discard;", "discard\n"},
	{"if false { include \"none\"; } discard;", "discard\n"},
	{"discard; include \"none\";", "error: script:1: cannot include \"none\": there is no such "
				       "script\nimplicit keep\n"},
	{"discard; include :optional \"none\";", "discard\n"},
	{"discard; include \"ping\";",
		"error: pong:1: cannot include \"ping\": it includes itself\nimplicit keep\n"},
	{"include \"2\";", "discard\nkeep\n"},
	{"include \"1\";", "error: 10:1: cannot include \"11\": scripts are nested too "
			   "deeply\nimplicit keep\n"},
};

static void
test_include(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	SieveCompileOptions options = {.load = load};

	for (size_t i = 0; i < G_N_ELEMENTS(include_cases); i++) {
		g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
		g_autofree char *text =
			g_strconcat("require \"include\"; ", include_cases[i].script, NULL);
		g_autoptr(SieveProgram) program =
			sieve_compile(registry, sieve_bytes_from_string(text), &options, diags);
		g_assert_cmpuint(sieve_diag_list_count_errors(diags), ==, 0);
		g_autofree char *result = test_run(program, test_mail);
		g_assert_cmpstr(result, ==, include_cases[i].result);
	}
}

/* --- Limits ----------------------------------------------------------------------------------- */

static char *
repeat(const char *command, const char *after, unsigned n)
{
	GString *text = g_string_new("require \"fileinto\"; ");

	for (unsigned i = 0; i < n; i++)
		g_string_append_printf(text, "%s \"m%u%s\";", command, i, after);
	return g_string_free(text, FALSE);
}

static void
test_limits(void)
{
	g_autofree char *actions = repeat("fileinto", "", SIEVE_LIMIT_ACTIONS);
	g_autofree char *too_many_actions = repeat("fileinto", "", SIEVE_LIMIT_ACTIONS + 1);
	g_autofree char *redirects = repeat("redirect", "@example.com", SIEVE_LIMIT_REDIRECTS);
	g_autofree char *too_many_redirects =
		repeat("redirect", "@example.com", SIEVE_LIMIT_REDIRECTS + 1);
	g_autofree char *a = test_script(actions, test_mail);
	g_autofree char *b = test_script(too_many_actions, test_mail);
	g_autofree char *c = test_script(redirects, test_mail);
	g_autofree char *d = test_script(too_many_redirects, test_mail);

	g_assert_true(g_str_has_prefix(a, "store \"m0\"\nstore \"m1\"\n"));
	g_assert_true(g_str_has_suffix(a, "store \"m63\"\n"));
	g_assert_cmpstr(b, ==, "error: script:1: too many actions\nimplicit keep\n");
	g_assert_true(g_str_has_suffix(c, "redirect \"m7@example.com\"\n"));
	g_assert_cmpstr(d, ==, "error: script:1: too many redirects\nimplicit keep\n");
}

/* Much work for a script to ask: parts of script and mail that are repeated. */
typedef struct BudgetCase {
	const char *before;
	const char *repeated;
	unsigned times;
	const char *after;
	const char *mail_before;
	const char *mail_repeated;
	unsigned mail_times;
} BudgetCase;

static const BudgetCase budget_cases[] = {
	/* Each test looks at the whole field. */
	{"", "if header \"subject\" \"b\" { discard; }\n", 100, "", "Subject: ", "a", 1u << 20},
	/* Each name goes through all fields. */
	{"if header [\"x\"", ", \"x\"", 20000, "] \"a\" { discard; }", "", "A: 1\r\n", 10000},
	/* A field of which no value comes out is read all the same. */
	{"", "if address :domain \"to\" \"b\" { discard; }\n", 110, "", "To: ", "a ", 1u << 19},
	/* Each value is compared with each key. */
	{"require \"relational\"; if header :value \"lt\" \"A\" [\"0\"", ", \"0\"", 20000,
		"] { discard; }", "", "A: 1\r\n", 10000},
};

static char *
repeat_in(const char *before, const char *repeated, unsigned times, const char *after)
{
	GString *text = g_string_new(before);

	for (unsigned i = 0; i < times; i++)
		g_string_append(text, repeated);
	g_string_append(text, after);
	return g_string_free(text, FALSE);
}

static void
test_step_budget(const void *data)
{
	const BudgetCase *c = data;
	g_autofree char *script = repeat_in(c->before, c->repeated, c->times, c->after);
	g_autofree char *mail =
		repeat_in(c->mail_before, c->mail_repeated, c->mail_times, "\r\n\r\n");
	g_autofree char *result = test_script(script, mail);

	g_assert_true(g_str_has_prefix(result, "error: script:"));
	g_assert_true(g_str_has_suffix(
		result, "the script takes too long (more than 104857600 steps)\nimplicit keep\n"));
}

/* Long keys and values: what a matcher does within one test counts as well. */
static const char *const matcher_tests[] = {
	/* One pass for each name. */
	"header :contains [%N] \"%K\"",
	"header :contains [%N] [\"%K\", \"y\"]",
	"header :is :comparator \"i;octet\" [%N] \"%K\"",
	/* Each place of the value starts like the key; its literal is there when it is looked for. */
	"header :matches \"subject\" \"*%K?b*\"",
	"header :matches \"subject\" [\"*%A?b*\", \"*%A?c*\"]",
	/* No table for this comparator: each key is compared. */
	"header :is :comparator \"i;ascii-numeric\" \"subject\" [%L]",
};

static void
test_matcher_budget(const void *data)
{
	g_autofree char *key = g_strnfill(500000, 'a');
	g_autofree char *value = g_strnfill(1 << 20, 'a');
	g_autofree char *names = repeat_in("\"x\"", ", \"subject\"", 110, "");
	g_autofree char *numbers = repeat_in("\"1\"", ", \"2\"", 110, "");
	g_autoptr(GString) script = g_string_new(data);

	g_string_replace(script, "%A", key, 0);
	key[499999] = 'b'; /* which no value has */
	g_string_replace(script, "%K", key, 0);
	g_string_replace(script, "%N", names, 0);
	g_string_replace(script, "%L", numbers, 0);
	g_string_prepend(script, "require \"comparator-i;ascii-numeric\"; if ");
	g_string_append(script, " { discard; }");
	g_autofree char *mail = g_strconcat("Subject: ", value, "\n\n", NULL);
	g_autofree char *result = test_script(script->str, mail);
	g_assert_cmpstr(result, ==,
		"error: script:1: the script takes too long (more than 104857600 steps)\n"
		"implicit keep\n");
}

/* SIEVE_LIMIT_RUN_STEPS: the last step that is allowed and the first that is not. */
static bool
spend_run(SieveRun *run, const SieveArgs *args G_GNUC_UNUSED, GError **error)
{
	g_assert_true(sieve_run_spend(run, SIEVE_LIMIT_RUN_STEPS, error));
	g_assert_no_error(*error);
	g_assert_false(sieve_run_spend(run, 1, error));
	g_assert_error(*error, SIEVE_ERROR, SIEVE_ERROR_LIMIT);
	return false;
}

static const SieveCommandDef spend_commands[] = {{.name = "spend", .run = spend_run}, {.name = NULL}};

static const SieveExtension spend_extension = {
	.capability = "vnd.example.spend", .source = "this file", .commands = spend_commands};

static void
test_last_step(void)
{
	const SieveExtension *extensions[] = {&spend_extension, NULL};
	g_autoptr(SieveRegistry) registry = sieve_registry_new(extensions);
	g_autoptr(SieveProgram) program =
		test_compile(registry, "require \"vnd.example.spend\"; spend;");
	g_autofree char *result = test_run(program, test_mail);

	g_assert_true(g_str_has_suffix(result, "steps)\nimplicit keep\n"));
}

/* --- Environment and envelope ----------------------------------------------------------------- */

static const char *
environment(const char *item, void *user_data)
{
	const char *const *pairs = user_data;

	for (; *pairs != NULL; pairs += 2)
		if (g_str_equal(pairs[0], item))
			return pairs[1];
	return NULL;
}

static const char *const items[] = {
	"remote-ip", "140.112.4.11", "remote-host", "", "vnd.doorstep.x", "y", NULL};

typedef struct InputCase {
	const char *test;
	SieveEnvelope envelope;
	bool outcome;
} InputCase;

static const InputCase input_cases[] = {
	{"environment :matches \"remote-ip\" \"140.112.4.*\"", {.to = {NULL, 0}}, true},
	{"environment \"Remote-IP\" \"140.112.4.11\"", {.to = {NULL, 0}}, true},
	{"environment \"remote-host\" \"\"", {.to = {NULL, 0}}, true},
	{"environment :count \"eq\" \"remote-host\" \"0\"", {.to = {NULL, 0}}, true},
	{"environment :count \"eq\" \"remote-ip\" \"1\"", {.to = {NULL, 0}}, true},
	{"environment :count \"eq\" \"domain\" \"0\"", {.to = {NULL, 0}}, false},
	{"environment \"vnd.doorstep.x\" \"y\"", {.to = {NULL, 0}}, true},
	{"environment \"name\" \"doorstep\"", {.to = {NULL, 0}}, true},
	{"envelope \"from\" \"\"", {.from = {"", 0}}, true},
	{"envelope :domain \"from\" \"\"", {.from = {"", 0}}, true},
	{"envelope :contains \"from\" \"\"", {.from = {NULL, 0}}, false},
	{"envelope :contains \"to\" \"\"", {.from = {"a@b.example", 11}}, false},
	{"envelope :localpart \"FROM\" \"a\"", {.from = {"a@b.example", 11}}, true},
	{"envelope :domain \"to\" \"b.example\"", {.to = {"a@b.example", 11}}, true},
};

static void
test_input(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveMessage) mail = sieve_message_new(sieve_bytes_from_string(test_mail));

	for (size_t i = 0; i < G_N_ELEMENTS(input_cases); i++) {
		const InputCase *c = &input_cases[i];
		g_autofree char *text = g_strdup_printf("require [\"environment\", \"envelope\", "
							"\"relational\"]; if %s { discard; }",
			c->test);
		g_autoptr(SieveProgram) program = test_compile(registry, text);
		SieveRunInput input = {.message = mail,
			.envelope = c->envelope,
			.environment = environment,
			.environment_data = (gpointer)(uintptr_t)items};
		g_autoptr(SieveResult) result = NULL;
		g_test_message("%s", c->test);
		g_assert_true(sieve_run(program, &input, &result, NULL));
		g_assert_cmpint(sieve_result_implicit_keep(result), ==, !c->outcome);
	}
}

/* --- A host with commands of its own ---------------------------------------------------------- */

typedef struct Host {
	GString *log;
	unsigned rounds;
	const SieveProgram *inner;
	const SieveMessage *other;
} Host;

static const SieveCommandDef *host_command(const char *name);

static bool
loop_run(SieveRun *run, const SieveArgs *args, GError **error G_GNUC_UNUSED)
{
	Host *host = sieve_run_host(run);
	SieveBytes name = sieve_args_string(run, args, 0);

	g_string_append_printf(host->log, "<%.*s", (int)name.len, name.ptr);
	if (sieve_bytes_equal(name, SIEVE_BYTES("skip")))
		g_assert_true(sieve_run_leave_block_if(run, host_command("loop"), NULL, NULL));
	return true;
}

static bool
loop_end(SieveRun *run, const SieveArgs *args, bool *ret_again, GError **error G_GNUC_UNUSED)
{
	Host *host = sieve_run_host(run);
	SieveBytes name = sieve_args_string(run, args, 0);

	g_string_append_printf(host->log, "%.*s>", (int)name.len, name.ptr);
	*ret_again = sieve_bytes_equal(name, SIEVE_BYTES("twice")) && ++host->rounds < 2;
	return true;
}

static bool
leave_run(SieveRun *run, const SieveArgs *args G_GNUC_UNUSED, GError **error)
{
	if (sieve_run_leave_block_if(run, host_command("loop"), NULL, NULL))
		return true;
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "no block to leave");
	return false;
}

static bool
inner_run(SieveRun *run, const SieveArgs *args G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
	Host *host = sieve_run_host(run);
	g_autoptr(GError) problem = NULL;

	if (!sieve_run_inner(run, host->inner, NULL, &problem))
		g_string_append_printf(host->log, "(%s)", problem->message);
	return true;
}

static bool
swap_run(SieveRun *run, const SieveArgs *args G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
	Host *host = sieve_run_host(run);

	sieve_run_set_message(run, host->other);
	return true;
}

static bool
reset_run(SieveRun *run, const SieveArgs *args G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
	sieve_run_reset_result(run);
	return true;
}

static const SieveArgDef loop_args[] = {
	{.type = SIEVE_ARG_STRING, .name = "name"},
	{.type = SIEVE_ARG_BLOCK, .name = "block"},
	{.type = SIEVE_ARG_END},
};

static const SieveCommandDef host_commands[] = {
	{.name = "loop",
		.args = loop_args,
		.form = SIEVE_FORM_BLOCK,
		.flags = SIEVE_COMMAND_TOP_LEVEL,
		.run = loop_run,
		.end = loop_end},
	{.name = "leave", .run = leave_run},
	{.name = "inner", .run = inner_run},
	{.name = "swap", .run = swap_run},
	{.name = "reset", .run = reset_run},
	{.name = NULL},
};

static const SieveCommandDef *
host_command(const char *name)
{
	const SieveCommandDef *def = host_commands;

	while (!g_str_equal(def->name, name))
		def++;
	return def;
}

static const SieveExtension host_extension = {
	.capability = "vnd.example.host", .source = "this file", .commands = host_commands};

typedef struct HostCase {
	const char *script;
	const char *log;
	const char *result;
} HostCase;

static const HostCase host_cases[] = {
	{"loop \"a\" { keep; }", "<aa>", "keep\n"},
	{"loop \"a\" { leave; discard; } keep;", "<aa>", "keep\n"},
	{"loop \"a\" { if true { if true { leave; } } discard; } keep;", "<aa>", "keep\n"},
	{"loop \"skip\" { discard; }", "<skipskip>", "implicit keep\n"},
	{"loop \"twice\" { inner; }", "<twicetwice>twice>", "discard\n"},
	{"loop \"twice\" { leave; }", "<twicetwice>", "implicit keep\n"},
	{"loop \"a\" { stop; }", "<a", "implicit keep\n"},
	{"loop \"a\" { } loop \"b\" { }", "<aa><bb>", "implicit keep\n"},
	{"keep; inner; redirect \"a@example.com\";", "",
		"keep\ndiscard\nredirect \"a@example.com\"\n"},
	{"keep; inner; reset; inner;", "", "discard\n"},
	{"keep; reset;", "", "implicit keep\n"},
	{"if header :is \"subject\" \"other\" { discard; } swap; "
	 "if header :is \"subject\" \"other\" { keep; }",
		"", "keep\n"},
};

static char *
run_hosted(const SieveProgram *program, Host *host)
{
	g_autoptr(SieveMessage) mail = sieve_message_new(sieve_bytes_from_string(test_mail));
	SieveRunInput input = {.message = mail};
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) error = NULL;

	if (!sieve_run_hosted(program, &input, host, &result, &error))
		return g_strdup(error->message);
	return sieve_result_print(result);
}

static void
test_host(void)
{
	const SieveExtension *extensions[] = {&host_extension, NULL};
	g_autoptr(SieveRegistry) registry = sieve_registry_new(extensions);
	g_autoptr(SieveProgram) inner = test_compile(registry, "discard; stop; keep;");
	g_autoptr(SieveMessage) other = sieve_message_new(SIEVE_BYTES("Subject: other\n\n"));

	for (size_t i = 0; i < G_N_ELEMENTS(host_cases); i++) {
		g_autoptr(GString) log = g_string_new(NULL);
		Host host = {.log = log, .inner = inner, .other = other};
		g_autofree char *text =
			g_strconcat("require \"vnd.example.host\"; ", host_cases[i].script, NULL);
		g_autoptr(SieveProgram) program = test_compile(registry, text);
		g_autofree char *result = run_hosted(program, &host);
		g_assert_cmpstr(log->str, ==, host_cases[i].log);
		g_assert_cmpstr(result, ==, host_cases[i].result);
	}
}

static void
test_leave_nothing(void)
{
	const SieveExtension *extensions[] = {&host_extension, NULL};
	g_autoptr(SieveRegistry) registry = sieve_registry_new(extensions);
	g_autoptr(SieveProgram) program =
		test_compile(registry, "require \"vnd.example.host\";\nkeep;\nleave;");
	Host host = {0};
	g_autofree char *result = run_hosted(program, &host);

	g_assert_cmpstr(result, ==, "script:3: no block to leave");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *name = g_strdup_printf("/interp/%02zu", i);
		g_test_add_data_func(name, &cases[i], test_case);
	}
	g_test_add_func("/interp/threads", test_threads);
	g_test_add_func("/interp/include", test_include);
	g_test_add_func("/interp/limits", test_limits);
	for (size_t i = 0; i < G_N_ELEMENTS(budget_cases); i++) {
		g_autofree char *name = g_strdup_printf("/interp/step-budget/%zu", i);
		g_test_add_data_func(name, &budget_cases[i], test_step_budget);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(matcher_tests); i++) {
		g_autofree char *name = g_strdup_printf("/interp/matcher-budget/%zu", i);
		g_test_add_data_func(name, matcher_tests[i], test_matcher_budget);
	}
	g_test_add_func("/interp/last-step", test_last_step);
	g_test_add_func("/interp/input", test_input);
	g_test_add_func("/interp/host", test_host);
	g_test_add_func("/interp/leave-nothing", test_leave_nothing);
	return g_test_run();
}
