/* SPDX-License-Identifier: MIT */
/* fuzz-run.c - a script, a mail, a sender and a recipient: each run decides the same, and says so */

#include "engine/actions.h"
#include "engine/env.h"
#include "engine/trace.h"

#include <string.h>

#include "t/fuzz/fuzz.h"

static const char *
environment(const char *item, void *user_data)
{
	(void)user_data;
	return g_str_equal(item, "remote-ip") ? "192.0.2.1" : NULL;
}

/* A world where it is always the same second. */
static int64_t
now_usec(const SieveEnv *env)
{
	(void)env;
	return INT64_C(1790000000) * G_USEC_PER_SEC;
}

static void
fill(const SieveEnv *env, void *buffer, size_t size)
{
	(void)env;
	memset(buffer, 'x', size);
}

static const char *
host_name(const SieveEnv *env)
{
	(void)env;
	return "mail.example.org";
}

static const SieveEnv fixed_env = {now_usec, fill, host_name};

/* Looks at all that an event shows, and whether events come to an end. */
typedef struct Watcher {
	SieveTrace trace;
	unsigned n_ends;
} Watcher;

static void
watch(SieveTrace *trace, const SieveTraceEvent *event)
{
	Watcher *watcher = (Watcher *)trace;

	g_assert_cmpuint(watcher->n_ends, ==, 0);
	if (event->kind == SIEVE_TRACE_VALUE) {
		fuzz_touch(event->value.value);
		g_assert_true(!event->value.matched || event->value.key == SIEVE_NO_KEY ||
			      event->value.key < event->value.keys.count);
	} else if (event->kind == SIEVE_TRACE_NOTE) {
		g_assert_true(g_utf8_validate(event->note, -1, NULL));
	} else if (event->kind == SIEVE_TRACE_VARIABLE) {
		fuzz_touch(event->variable.value);
	} else if (event->kind == SIEVE_TRACE_ACTION) {
		fuzz_touch(event->action.action->target);
	} else if (event->kind == SIEVE_TRACE_END) {
		watcher->n_ends++;
	}
}

/* (transfer full) the decision as text, or the error and the decision. */
static char *
run(const SieveProgram *program, SieveRunInput *input)
{
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) error = NULL;
	bool ok = sieve_run(program, input, &result, &error);
	g_autofree char *text = sieve_result_print(result);

	g_assert_cmpint(ok, ==, error == NULL);
	g_assert_true(g_utf8_validate(text, -1, NULL));
	g_assert_cmpint(ok, ==, !result->failed);
	/* A mail is never lost: it is kept, or an action says what became of it. */
	g_assert_true(ok || (result->n_actions == 0 && result->implicit_keep));
	g_assert_true(result->implicit_keep || result->n_actions > 0);
	for (size_t i = 0; i < result->n_actions; i++)
		fuzz_touch(result->actions[i].target);
	return g_strconcat(ok ? "" : error->message, "\n", text, NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SieveBytes input = {(const char *)data, size};
	g_autoptr(GBytes) script = fuzz_take_part(&input);
	g_autoptr(GBytes) mail = fuzz_take_part(&input);
	g_autoptr(GBytes) from = fuzz_take_part(&input);
	g_autoptr(GBytes) to = fuzz_take_part(&input);
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(SieveProgram) program =
		sieve_compile(fuzz_registry(), fuzz_bytes(script), NULL, diags);

	if (program == NULL)
		return 0;
	g_autoptr(SieveMessage) message = sieve_message_new(fuzz_bytes(mail));
	Watcher watcher = {.trace = {watch}};
	SieveRunInput run_input = {.message = message,
		.envelope = {.from = fuzz_bytes(from), .to = fuzz_bytes(to)},
		.env = &fixed_env,
		.environment = environment};
	g_autofree char *first = run(program, &run_input);
	/* Neither the run before nor being watched makes a difference. */
	run_input.trace = &watcher.trace;
	g_autofree char *second = run(program, &run_input);
	g_assert_cmpstr(first, ==, second);
	g_assert_cmpuint(watcher.n_ends, ==, 1);
	return 0;
}
