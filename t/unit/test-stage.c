/* SPDX-License-Identifier: MIT */
/* test-stage.c - runs that know a part of the mail: what they decide, what they ask for, verdicts */

#include <string.h>

#include "engine/registry.h"
#include "engine/stage.h"
#include "t/unit/script.h"

/* From the first to the last. */
static const SieveStage stages[] = {
	SIEVE_STAGE_CONNECTION, SIEVE_STAGE_ENVELOPE, SIEVE_STAGE_HEADER, SIEVE_STAGE_MESSAGE};
enum { N_STAGES = G_N_ELEMENTS(stages) };

static const char *
environment(const char *item, void *user_data G_GNUC_UNUSED)
{
	if (strcmp(item, "remote-ip") == 0)
		return "192.0.2.1";
	return strcmp(item, "domain") == 0 ? "example.org" : NULL;
}

/* What is not known at @stage is not there at all, or ends where it is no longer known. */
static bool
run_at(SieveStage stage, const SieveProgram *program, const char *mail, SieveResult **ret_result,
	SieveMessage **ret_message, GError **error)
{
	SieveBytes raw = sieve_bytes_from_string(mail);
	size_t body = sieve_bytes_find(raw, SIEVE_BYTES("\r\n\r\n"), 0);

	if (stage == SIEVE_STAGE_HEADER && body != SIZE_MAX)
		raw = sieve_bytes_slice(raw, 0, body + 4);
	SieveRunInput input = {.stage = stage, .environment = environment};
	*ret_message = NULL;
	if (stage == SIEVE_STAGE_HEADER || stage == SIEVE_STAGE_MESSAGE)
		input.message = *ret_message = sieve_message_new(raw);
	if (stage != SIEVE_STAGE_CONNECTION) {
		input.envelope.from = SIEVE_BYTES("sender@example.com");
		input.envelope.to = SIEVE_BYTES("recipient@example.org");
	}
	return sieve_run(program, &input, ret_result, error);
}

/* (transfer full) the result's text, behind that of an error. */
static char *
print_at(SieveStage stage, const SieveProgram *program, const char *mail, bool *ret_decided)
{
	g_autoptr(SieveMessage) message = NULL;
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) error = NULL;
	bool ran = run_at(stage, program, mail, &result, &message, &error);
	g_autofree char *text = sieve_result_print(result);

	g_assert_cmpint(ran, ==, error == NULL);
	if (sieve_result_needs(result) != NULL) {
		g_assert_true(ran);
		g_assert_cmpuint(sieve_result_count(result), ==, 0);
		g_assert_true(sieve_result_implicit_keep(result));
	}
	*ret_decided = sieve_result_needs(result) == NULL;
	return g_strconcat(ran ? "" : error->message, ran ? "" : "\n", text, NULL);
}

/* --- Every test of the language ----------------------------------------------------------------- */

typedef struct TestCase {
	const char *name; /* of the test that asks */
	const char *require;
	const char *test;
	SieveStage first; /* the earliest that knows */
} TestCase;

static const TestCase tests[] = {
	{"true", NULL, "true", SIEVE_STAGE_CONNECTION},
	{"false", NULL, "false", SIEVE_STAGE_CONNECTION},
	{"not", NULL, "not false", SIEVE_STAGE_CONNECTION},
	{"allof", NULL, "allof (true, false)", SIEVE_STAGE_CONNECTION},
	{"anyof", NULL, "anyof (false, true)", SIEVE_STAGE_CONNECTION},
	{"environment", "\"environment\"", "environment \"remote-ip\" \"192.0.2.1\"",
		SIEVE_STAGE_CONNECTION},
	{"environment", "\"environment\"", "environment \"x-unknown\" \"\"", SIEVE_STAGE_CONNECTION},
	{"environment", "\"environment\"", "environment \"Domain\" \"example.org\"",
		SIEVE_STAGE_ENVELOPE},
	{"envelope", "\"envelope\"", "envelope \"from\" \"sender@example.com\"",
		SIEVE_STAGE_ENVELOPE},
	{"envelope", "\"envelope\"", "envelope :domain \"to\" \"example.com\"",
		SIEVE_STAGE_ENVELOPE},
	{"address", NULL, "address \"from\" \"sender@example.com\"", SIEVE_STAGE_HEADER},
	{"exists", NULL, "exists \"subject\"", SIEVE_STAGE_HEADER},
	{"header", NULL, "header \"subject\" \"x\"", SIEVE_STAGE_HEADER},
	{"header", "[\"relational\", \"comparator-i;ascii-numeric\"]",
		"header :count \"ge\" :comparator \"i;ascii-numeric\" \"received\" \"1\"",
		SIEVE_STAGE_HEADER},
	{"spamtest", "\"spamtest\"", "spamtest \"0\"", SIEVE_STAGE_HEADER},
	{"virustest", "\"virustest\"", "virustest \"0\"", SIEVE_STAGE_HEADER},
	{"hasflag", "\"imap4flags\"", "hasflag \"x\"", SIEVE_STAGE_CONNECTION},
	{"string", "\"variables\"", "string \"${a}\" \"\"", SIEVE_STAGE_CONNECTION},
	{"date", "\"date\"", "date :zone \"+0000\" \"date\" \"year\" \"2026\"", SIEVE_STAGE_HEADER},
	{"currentdate", "\"date\"", "currentdate :zone \"+0000\" \"zone\" \"+0000\"",
		SIEVE_STAGE_CONNECTION},
	{"body", "\"body\"", "body :raw :contains \"x\"", SIEVE_STAGE_MESSAGE},
	{"valid_notify_method", "\"enotify\"", "valid_notify_method \"mailto:a@b.c\"",
		SIEVE_STAGE_CONNECTION},
	{"notify_method_capability", "\"enotify\"",
		"notify_method_capability \"mailto:a@b.c\" \"online\" \"maybe\"",
		SIEVE_STAGE_CONNECTION},
	{"${env}", "[\"variables\", \"vnd.dovecot.environment\"]",
		"string \"${env.domain}\" \"example.org\"", SIEVE_STAGE_ENVELOPE},
	{"valid_ext_list", "\"extlists\"", "valid_ext_list \"nobody\"", SIEVE_STAGE_CONNECTION},
	{"ihave", "\"ihave\"", "ihave \"fileinto\"", SIEVE_STAGE_CONNECTION},
	{"duplicate", "\"duplicate\"", "duplicate :seconds 0", SIEVE_STAGE_MESSAGE},
	{"mailboxexists", "\"mailbox\"", "mailboxexists \"INBOX\"",
		SIEVE_STAGE_MESSAGE},
	{"metadata", "\"mboxmetadata\"", "metadata \"INBOX\" \"/shared/x\" \"\"",
		SIEVE_STAGE_MESSAGE},
	{"metadataexists", "\"mboxmetadata\"", "metadataexists \"INBOX\" \"/shared/x\"",
		SIEVE_STAGE_MESSAGE},
	{"servermetadata", "\"servermetadata\"", "servermetadata \"/shared/x\" \"\"",
		SIEVE_STAGE_MESSAGE},
	{"servermetadataexists", "\"servermetadata\"", "servermetadataexists \"/shared/x\"",
		SIEVE_STAGE_MESSAGE},
	{"filter", "\"vnd.dovecot.filter\"", "filter \"x\"", SIEVE_STAGE_MESSAGE},
	{"execute", "\"vnd.dovecot.execute\"", "execute \"x\"", SIEVE_STAGE_MESSAGE},
	{"convert", "\"convert\"", "convert \"a/b\" \"c/d\" \"x=y\"", SIEVE_STAGE_MESSAGE},
	{"location", "\"vnd.doorstep.location\"", "location \"here\" \"yes\"", SIEVE_STAGE_MESSAGE},
	{"mailboxidexists", "\"mailboxid\"", "mailboxidexists \"F1\"", SIEVE_STAGE_MESSAGE},
	{"specialuse_exists", "\"special-use\"", "specialuse_exists \"INBOX\" \"\\\\Junk\"",
		SIEVE_STAGE_MESSAGE},
	{"size", NULL, "size :over 10", SIEVE_STAGE_MESSAGE},
	{"size", NULL, "size :under 10", SIEVE_STAGE_MESSAGE},
};

static void
check_test(const SieveRegistry *registry, const TestCase *c)
{
	g_autofree char *require =
		c->require == NULL ? g_strdup("") : g_strdup_printf("require %s;", c->require);
	g_autofree char *script =
		g_strdup_printf("%s\nif %s { discard; }", require, c->test);
	g_autoptr(SieveProgram) program = test_compile(registry, script);
	bool decided;
	g_autofree char *whole = print_at(SIEVE_STAGE_MESSAGE, program, test_mail, &decided);
	g_autofree char *need = sieve_need_print(&(SieveNeed){c->first, "script", 2, c->name});
	g_autofree char *needs = g_strconcat(need, "\n", NULL);
	bool known = false;

	g_test_message("%s", c->test);
	g_assert_true(decided);
	for (unsigned i = 0; i < N_STAGES; i++) {
		g_autofree char *text = print_at(stages[i], program, test_mail, &decided);
		known = known || stages[i] == c->first;
		g_assert_cmpstr(text, ==, known ? whole : needs);
		g_assert_cmpint(decided, ==, known);
	}
}

static void
test_tests(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());

	for (size_t i = 0; i < G_N_ELEMENTS(tests); i++)
		check_test(registry, &tests[i]);
}

/* Whoever adds a test says here what it needs. */
static void
test_all_listed(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());

	for (unsigned i = 0; i < sieve_registry_count(registry); i++) {
		const SieveTestDef *def = sieve_registry_get(registry, i)->tests;
		for (; def != NULL && def->name != NULL; def++) {
			size_t row = 0;
			while (row < G_N_ELEMENTS(tests) &&
				strcmp(tests[row].name, def->name) != 0)
				row++;
			g_test_message("test %s", def->name);
			g_assert_cmpuint(row, <, G_N_ELEMENTS(tests));
		}
	}
}

/* --- Whole scripts at the envelope --------------------------------------------------------------- */

#define REQUIRE \
	"require [\"envelope\", \"ereject\", \"reject\", \"fileinto\", \"copy\", \"variables\"];"
#define SENDER "envelope \"from\" \"sender@example.com\""
#define STRANGER "envelope \"from\" \"stranger@example.com\""

typedef struct ScriptCase {
	const char *script;
	const char *text;
	SieveVerdict verdict;
	const char *reason;
} ScriptCase;

static const ScriptCase scripts[] = {
	{"", "implicit keep\n", SIEVE_VERDICT_PROCEED, NULL},
	{"keep;", "keep\n", SIEVE_VERDICT_PROCEED, NULL},
	{"fileinto \"A\";", "store \"A\"\n", SIEVE_VERDICT_PROCEED, NULL},
	{"discard;", "discard\n", SIEVE_VERDICT_DISCARD, NULL},
	{"discard; keep;", "discard\nkeep\n", SIEVE_VERDICT_PROCEED, NULL},
	{"discard; redirect \"a@b.c\";", "discard\nredirect \"a@b.c\"\n", SIEVE_VERDICT_PROCEED,
		NULL},
	{"fileinto :copy \"A\"; discard;", "store \"A\"\ndiscard\n", SIEVE_VERDICT_PROCEED, NULL},
	{"ereject \"No.\";", "ereject \"No.\"\n", SIEVE_VERDICT_REFUSE, "No."},
	{"reject \"No.\";", "reject \"No.\"\n", SIEVE_VERDICT_REFUSE, "No."},
	{"ereject \"No.\"; discard;", "ereject \"No.\"\ndiscard\n", SIEVE_VERDICT_REFUSE, "No."},
	/* RFC 5429 section 2.1.1: other words take the place of what is not ASCII. */
	{"ereject \"N\303\266.\";", "ereject \"N\303\266.\"\n", SIEVE_VERDICT_REFUSE,
		"The recipient's mail filter refuses this message"},
	/* Section 2.2: reject wants its words told; a mail can. */
	{"reject \"N\303\266.\";", "reject \"N\303\266.\"\n", SIEVE_VERDICT_PROCEED, NULL},
	/* From left to right, and no further. */
	{"if " SENDER " { ereject \"No.\"; stop; } if size :over 1 { discard; }",
		"ereject \"No.\"\n", SIEVE_VERDICT_REFUSE, "No."},
	{"if anyof (" SENDER ", exists \"x\") { discard; }", "discard\n", SIEVE_VERDICT_DISCARD,
		NULL},
	{"if allof (" STRANGER ", size :over 1) { discard; }", "implicit keep\n",
		SIEVE_VERDICT_PROCEED, NULL},
	{"if anyof (exists \"x\", " SENDER ") { discard; }", "needs the header (script:1: exists)\n",
		SIEVE_VERDICT_PROCEED, NULL},
	{"if allof (" SENDER ", size :over 1) { discard; }",
		"needs the whole message (script:1: size)\n", SIEVE_VERDICT_PROCEED, NULL},
	{"if not header \"x\" \"y\" { discard; }", "needs the header (script:1: header)\n",
		SIEVE_VERDICT_PROCEED, NULL},
	/* A variable is known when what it was made of is. */
	{"if envelope :matches \"from\" \"*@*\" { fileinto \"${2}\"; }",
		"store \"example.com\"\n", SIEVE_VERDICT_PROCEED, NULL},
	{"set \"a\" \"no\";\nif header :matches \"x\" \"*\" { set \"a\" \"${1}\"; }\n"
	 "if string \"${a}\" \"no\" { ereject \"No.\"; }",
		"needs the header (script:2: header)\n", SIEVE_VERDICT_PROCEED, NULL},
	{"set \"a\" \"No.\"; ereject \"${a}\";", "ereject \"No.\"\n", SIEVE_VERDICT_REFUSE,
		"No."},
	/* What was decided before is not decided any more: it may be a mistake yet. */
	{"ereject \"No.\";\nif exists \"x\" { keep; }", "needs the header (script:2: exists)\n",
		SIEVE_VERDICT_PROCEED, NULL},
	{"discard;\nif size :over 1 { stop; }", "needs the whole message (script:2: size)\n",
		SIEVE_VERDICT_PROCEED, NULL},
	/* A failure means keep. */
	{"ereject \"a\"; ereject \"b\";",
		"script:1: ereject cannot stand beside the ereject of line 1\nimplicit keep\n",
		SIEVE_VERDICT_PROCEED, NULL},
};

static bool
submit_nothing(const SieveSubmission *submission G_GNUC_UNUSED, void *data G_GNUC_UNUSED,
	GError **error G_GNUC_UNUSED)
{
	g_assert_not_reached();
}

static const SieveEnvelope envelope = {
	.from = SIEVE_BYTES("sender@example.com"), .to = SIEVE_BYTES("recipient@example.org")};

static void
check_verdict(const SieveResult *result, const SieveDeliverOptions *options, SieveVerdict wanted,
	const char *wanted_reason)
{
	g_autofree char *reason = NULL;

	g_assert_cmpint(sieve_result_verdict(result, &envelope, options, &reason), ==, wanted);
	g_assert_cmpstr(reason, ==, wanted_reason);
}

static void
test_scripts(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	const SieveDeliverOptions options = {.maildir = "/nonexistent", .submit = submit_nothing};

	for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++) {
		const ScriptCase *c = &scripts[i];
		g_autofree char *script = g_strconcat(REQUIRE, c->script, NULL);
		g_autoptr(SieveProgram) program = test_compile(registry, script);
		g_autoptr(SieveMessage) message = NULL;
		g_autoptr(SieveResult) result = NULL;
		g_autoptr(GError) error = NULL;
		bool decided;
		g_autofree char *text =
			print_at(SIEVE_STAGE_ENVELOPE, program, test_mail, &decided);

		g_test_message("%s", c->script);
		g_assert_cmpstr(text, ==, c->text);
		(void)!run_at(SIEVE_STAGE_ENVELOPE, program, test_mail, &result, &message, &error);
		check_verdict(result, &options, c->verdict, c->reason);
	}
}

/* Where a reply is not the way to refuse, refusing waits for the mail. */
static void
test_refuse_modes(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveProgram) program =
		test_compile(registry, "require \"reject\"; reject \"N\303\266.\";");
	g_autoptr(SieveMessage) message = NULL;
	g_autoptr(SieveResult) result = NULL;
	SieveDeliverOptions options = {.maildir = "/nonexistent"};

	g_assert_true(
		run_at(SIEVE_STAGE_CONNECTION, program, test_mail, &result, &message, NULL));
	check_verdict(result, &options, SIEVE_VERDICT_REFUSE,
		"The recipient's mail filter refuses this message");
	options.refuse = SIEVE_REFUSE_BY_MAIL;
	check_verdict(result, &options, SIEVE_VERDICT_PROCEED, NULL);
	options.refuse = SIEVE_REFUSE_BY_KEEP;
	check_verdict(result, &options, SIEVE_VERDICT_PROCEED, NULL);
}

/* What is not decided is not delivered, and is not refused for good either. */
static void
test_undecided(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveProgram) program = test_compile(registry, "if exists \"x\" { discard; }");
	g_autoptr(SieveMessage) message = NULL;
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) error = NULL;
	g_auto(SieveReceipt) receipt = {0};
	const SieveDeliverOptions options = {.maildir = "/nonexistent"};
	g_autoptr(SieveMessage) mail = sieve_message_new(sieve_bytes_from_string(test_mail));

	g_assert_true(run_at(SIEVE_STAGE_ENVELOPE, program, test_mail, &result, &message, NULL));
	const SieveNeed *need = sieve_result_needs(result);
	g_assert_cmpint(need->stage, ==, SIEVE_STAGE_HEADER);
	g_assert_cmpstr(need->script, ==, "script");
	g_assert_cmpuint(need->line, ==, 1);
	g_assert_cmpstr(need->name, ==, "exists");
	g_assert_false(sieve_deliver(result, mail, &envelope, &options, &receipt, &error));
	g_assert_error(error, SIEVE_ERROR, SIEVE_ERROR_UNDECIDED);
	g_assert_true(sieve_error_is_temporary(error));
}

static bool
load(SieveLocation location G_GNUC_UNUSED, const char *name G_GNUC_UNUSED, GBytes **ret_text,
	void *user_data, GError **error G_GNUC_UNUSED)
{
	*ret_text = g_bytes_new_static(user_data, strlen(user_data));
	return true;
}

/* The place is that of the included script. */
static void
test_include(void)
{
	char inner[] = "keep;\nif exists \"x\" { discard; }\n";
	const SieveCompileOptions options = {.name = "main", .load = load, .load_data = inner};
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(SieveProgram) program = sieve_compile(registry,
		SIEVE_BYTES("require \"include\"; include \"inner\";"), &options, diags);
	bool decided;
	g_autofree char *text = print_at(SIEVE_STAGE_ENVELOPE, program, test_mail, &decided);

	g_assert_cmpstr(text, ==, "needs the header (inner:2: exists)\n");
}

/* Commands too may ask for more. */
static bool
run_peek(SieveRun *run, const SieveArgs *args G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
	g_assert_nonnull(sieve_run_message(run));
	return true;
}

static const SieveCommandDef peek_commands[] = {
	{.name = "peek", .needs = SIEVE_NEEDS_HEADER, .run = run_peek},
	{.name = NULL},
};
static const SieveExtension peek_extension = {
	.capability = "x-peek", .source = "this test", .commands = peek_commands};

static void
test_command(void)
{
	const SieveExtension *const extensions[] = {&peek_extension, NULL};
	g_autoptr(SieveRegistry) registry = sieve_registry_new(extensions);
	g_autoptr(SieveProgram) program =
		test_compile(registry, "require \"x-peek\"; discard; peek;");
	bool decided;
	g_autofree char *early = print_at(SIEVE_STAGE_ENVELOPE, program, test_mail, &decided);
	g_autofree char *header = print_at(SIEVE_STAGE_HEADER, program, test_mail, &decided);

	g_assert_cmpstr(early, ==, "needs the header (script:1: peek)\n");
	g_assert_cmpstr(header, ==, "discard\n");
}

static void
test_names(void)
{
	SieveStage parsed;

	for (unsigned i = 0; i < N_STAGES; i++) {
		g_assert_true(sieve_stage_parse(sieve_stage_name(stages[i]), &parsed));
		g_assert_cmpint(parsed, ==, stages[i]);
		g_assert_cmpint(sieve_stage_for(sieve_stage_knows(stages[i])), ==, stages[i]);
	}
	g_assert_cmpint(sieve_stage_for(SIEVE_NEEDS_NOTHING), ==, SIEVE_STAGE_CONNECTION);
	g_assert_false(sieve_stage_parse("data", &parsed));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/stage/tests", test_tests);
	g_test_add_func("/stage/all-listed", test_all_listed);
	g_test_add_func("/stage/scripts", test_scripts);
	g_test_add_func("/stage/refuse-modes", test_refuse_modes);
	g_test_add_func("/stage/undecided", test_undecided);
	g_test_add_func("/stage/include", test_include);
	g_test_add_func("/stage/command", test_command);
	g_test_add_func("/stage/names", test_names);
	return g_test_run();
}
