/* SPDX-License-Identifier: MIT */
/* test-trace.c - what a run tells: each event, in its order, with what belongs to it */

#include "t/unit/script.h"

#include <string.h>

/* Writes each event as a line. */
typedef struct Log {
	SieveTrace trace;
	GString *text;
} Log;

static const char mail[] =
	"From: a@example.com\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\nX-Two: one\r\nX-Two: two\r\n\r\nx\r\n";

static void
put_bytes(GString *text, SieveBytes bytes)
{
	g_autofree char *shown = sieve_bytes_escape(bytes, SIZE_MAX);

	g_string_append_printf(text, " \"%s\"", shown);
}

static void
put_value(GString *text, const SieveTraceValue *value)
{
	put_bytes(text, value->value);
	g_string_append(text, value->matched ? " yes" : " no");
	if (value->key != SIEVE_NO_KEY)
		g_string_append_printf(text, " key %zu", value->key);
	for (size_t i = 0; i < value->keys.count; i++)
		put_bytes(text, value->keys.items[i]);
}

static void
put_end(GString *text, const SieveTraceEnd *end)
{
	g_string_append_printf(text, " %zu %s", end->result->n_actions,
		end->result->implicit_keep ? "kept" : "not kept");
	if (end->error != NULL)
		g_string_append_printf(text, " %s", end->error->message);
}

static void
put_detail(GString *text, const SieveTraceEvent *event)
{
	switch (event->kind) {
	case SIEVE_TRACE_TEST:
		g_string_append(text, event->outcome ? " true" : " false");
		break;
	case SIEVE_TRACE_VALUE:
		put_value(text, &event->value);
		break;
	case SIEVE_TRACE_NOTE:
		g_string_append_printf(text, " %s", event->note);
		break;
	case SIEVE_TRACE_VARIABLE:
		g_string_append_printf(text, " %s", event->variable.name);
		put_bytes(text, event->variable.value);
		break;
	case SIEVE_TRACE_ACTION:
		g_string_append_printf(text, " %s %zu%s%s", event->action.action->def->name,
			event->action.index, event->action.merged ? " merged" : "",
			event->action.action->flags & SIEVE_ACTION_COPY ? " copy" : "");
		break;
	case SIEVE_TRACE_END:
		put_end(text, &event->end);
		break;
	default:
		break;
	}
}

static void
log_event(SieveTrace *trace, const SieveTraceEvent *event)
{
	static const char *const names[] = {"script", "back", "command", "value", "note", "test",
		"variable", "action", "keep-cancelled", "block-left", "end"};
	GString *text = ((Log *)trace)->text;

	g_string_append_printf(text, "%s %s:%u/%u %s", names[event->kind],
		event->program->scripts[event->script].name,
		event->args == NULL ? 0 : event->args->line, event->calls,
		event->args == NULL ? "-" : event->args->name);
	put_detail(text, event);
	g_string_append_c(text, '\n');
}

static bool
load(SieveLocation location G_GNUC_UNUSED, const char *name, GBytes **ret_text,
	void *user_data G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
	static const char text[] = "require \"include\";\nreturn;\nkeep;\n";

	*ret_text = g_str_equal(name, "inner") ? g_bytes_new_static(text, sizeof(text) - 1) : NULL;
	return true;
}

/* An extension that tells a variable and ends its block early, to see both told. */

static bool
set_run(SieveRun *run, const SieveArgs *args, GError **error G_GNUC_UNUSED)
{
	sieve_run_note_variable(run, "name", sieve_args_string(run, args, 0));
	return true;
}

static const SieveArgDef set_args[] = {
	{.type = SIEVE_ARG_STRING, .name = "value"},
	{.type = SIEVE_ARG_END},
};

static const SieveArgDef once_args[] = {
	{.type = SIEVE_ARG_BLOCK, .name = "block"},
	{.type = SIEVE_ARG_END},
};

static bool leave_run(SieveRun *run, const SieveArgs *args, GError **error);

static const SieveCommandDef events_commands[] = {
	{.name = "set", .args = set_args, .run = set_run},
	{.name = "once", .args = once_args, .form = SIEVE_FORM_BLOCK},
	{.name = "leave", .run = leave_run},
	{.name = NULL},
};

static bool
leave_run(SieveRun *run, const SieveArgs *args G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
	return sieve_run_leave_block_if(run, &events_commands[1], NULL, NULL);
}

static const SieveExtension events_extension = {
	.capability = "vnd.example.events", .commands = events_commands};

typedef struct Case {
	const char *script; /* after its line of require */
	const char *told;   /* between the beginning of the script and the end */
	const char *end;
} Case;

static const Case cases[] = {
	{"", "", "0 kept"},
	{"keep;",
		"command script:2/0 keep\n"
		"action script:2/0 keep keep 0\n"
		"keep-cancelled script:2/0 keep\n",
		"1 not kept"},
	/* A value that matches, the first key that it matches; decoded. */
	{"if header :contains \"subject\" [\"tea\", \"F\xc3\xa9\", \"caf\"] { }",
		"value script:2/0 header \"caf\xc3\xa9\" yes key 1 \"tea\" \"F\xc3\xa9\" \"caf\"\n"
		"test script:2/0 header true\n",
		"0 kept"},
	/* Each value that does not match; a test that is not reached tells nothing. */
	{"if allof (header \"x-two\" \"three\",\n true) { keep; }",
		"value script:2/0 header \"one\" no \"three\"\n"
		"value script:2/0 header \"two\" no \"three\"\n"
		"test script:2/0 header false\n",
		"0 kept"},
	/* The outcome is that of the test itself, before `not`. */
	{"if not\n false { }", "test script:3/0 false false\n", "0 kept"},
	{"if header :count \"ge\" \"x-two\" \"2\" { }",
		"value script:2/0 header \"2\" yes \"2\"\n"
		"test script:2/0 header true\n",
		"0 kept"},
	/* What is no value is told in words. */
	{"if size :over 1K { }",
		"note script:2/0 size the mail has 82 bytes\n"
		"test script:2/0 size false\n",
		"0 kept"},
	{"if exists [\"from\", \"x-none\"] { }",
		"note script:2/0 exists there is no field \"x-none\"\n"
		"test script:2/0 exists false\n",
		"0 kept"},
	/* Actions: the same twice (RFC 5228 section 2.10.3), copies (RFC 3894). */
	{"discard;\nfileinto :copy \"a\";\nfileinto \"a\";",
		"command script:2/0 discard\n"
		"action script:2/0 discard discard 0\n"
		"keep-cancelled script:2/0 discard\n"
		"command script:3/0 fileinto\n"
		"action script:3/0 fileinto store 1 copy\n"
		"command script:4/0 fileinto\n"
		"action script:4/0 fileinto store 1 merged\n",
		"2 not kept"},
	{"fileinto :copy \"a\";\nstop;\nkeep;",
		"command script:2/0 fileinto\n"
		"action script:2/0 fileinto store 0 copy\n"
		"command script:3/0 stop\n",
		"1 kept"},
	/* Included scripts (RFC 6609). */
	{"include \"inner\";\ninclude :once \"inner\";\ninclude :optional \"none\";",
		"command script:2/0 include\n"
		"script inner:2/1 include\n"
		"command inner:2/1 return\n"
		"back script:2/0 return\n"
		"command script:3/0 include\n"
		"note script:3/0 include it was included before\n"
		"command script:4/0 include\n"
		"note script:4/0 include there is no such script\n",
		"0 kept"},
	{"set \"a\\\"b\";",
		"command script:2/0 set\n"
		"variable script:2/0 set name \"a\\\"b\"\n",
		"0 kept"},
	{"once {\nleave;\nkeep; }",
		"command script:2/0 once\n"
		"command script:3/0 leave\n"
		"block-left script:2/0 once\n",
		"0 kept"},
	/* A run that fails (section 2.10.6). */
	{"keep;\nreject \"no\";",
		"command script:2/0 keep\n"
		"action script:2/0 keep keep 0\n"
		"keep-cancelled script:2/0 keep\n"
		"command script:3/0 reject\n",
		"0 kept script:3: reject cannot stand beside the keep of line 2"},
};

static SieveProgram *
compile(const SieveRegistry *registry, const char *script)
{
	g_autofree char *text = g_strconcat(
		"require [\"fileinto\", \"copy\", \"include\", \"relational\", \"reject\", "
		"\"vnd.example.events\"];\n", script, NULL);
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	SieveCompileOptions options = {.load = load};
	SieveProgram *program =
		sieve_compile(registry, sieve_bytes_from_string(text), &options, diags);
	g_autofree char *mistakes = sieve_diag_list_print(diags, false);

	if (program == NULL)
		g_error("%s", mistakes);
	return program;
}

/* (transfer full) every extension of the library, and the one above. */
static SieveRegistry *
make_registry(void)
{
	g_autoptr(GPtrArray) extensions = g_ptr_array_new();

	for (size_t i = 0; sieve_extensions()[i] != NULL; i++)
		g_ptr_array_add(extensions, (gpointer)(uintptr_t)sieve_extensions()[i]);
	g_ptr_array_add(extensions, (gpointer)(uintptr_t)&events_extension);
	g_ptr_array_add(extensions, NULL);
	return sieve_registry_new((const SieveExtension *const *)extensions->pdata);
}

static void
test_case(gconstpointer data)
{
	const Case *test = data;
	g_autoptr(SieveRegistry) registry = make_registry();
	g_autoptr(SieveProgram) program = compile(registry, test->script);
	g_autoptr(SieveMessage) message = sieve_message_new(sieve_bytes_from_string(mail));
	g_autoptr(GString) text = g_string_new(NULL);
	Log log = {{log_event}, text};
	SieveRunInput input = {.message = message, .trace = &log.trace};
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *head = g_strconcat("script script:0/0 -\n", test->told, "end ", NULL);

	g_assert_true(sieve_run(program, &input, &result, &error) == (error == NULL));
	g_assert_true(g_str_has_prefix(text->str, "script"));
	/* The end names the last command or test, which each case shows already. */
	char *end = strstr(text->str, "end script");
	g_assert_nonnull(end);
	g_autofree char *before = g_strndup(text->str, (size_t)(end - text->str) + strlen("end "));
	g_autofree char *tail = g_strconcat(" ", test->end, "\n", NULL);
	g_assert_cmpstr(before, ==, head);
	g_assert_true(g_str_has_suffix(end, tail));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *name = g_strdup_printf("/trace/%02zu", i);
		g_test_add_data_func(name, &cases[i], test_case);
	}
	return g_test_run();
}
