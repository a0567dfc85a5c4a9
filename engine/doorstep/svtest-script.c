/* SPDX-License-Identifier: MIT */
/* svtest-script.c - test_script_compile, test_script_run, test_multiscript, test_binary_* */

#include <string.h>

#include "engine/doorstep/svtest-commands.h"

enum { COMPILE_PATH };

/* Usage: test_script_compile <path: string> */
const SieveArgDef svtest_compile_args[] = {
	[COMPILE_PATH] = {.type = SIEVE_ARG_STRING, .name = "path"},
	{.type = SIEVE_ARG_END},
};

SVTEST_TEST(svtest_compile_run)
{
	Svtest *svtest = sieve_run_host(run);

	(void)error;
	svtest_clear_errors(svtest);
	SieveProgram *program =
		svtest_compile(svtest, sieve_args_string(run, args, COMPILE_PATH));
	/* One that does not compile leaves the one before in place. */
	if (program != NULL)
		svtest->compiled = program;
	*ret_outcome = program != NULL;
	return true;
}

/* --- test_script_run -------------------------------------------------------------------------- */

enum { RUN_APPEND_RESULT };

/* Usage: test_script_run [:append_result] */
const SieveArgDef svtest_script_run_args[] = {
	[RUN_APPEND_RESULT] = {.type = SIEVE_ARG_TAG, .name = "append_result"},
	{.type = SIEVE_ARG_END},
};

/* Runs @program on the current message; @result is as of sieve_run_inner(). An error is collected: a
 * failing run has exactly one. */
static bool
run_inner(SieveRun *run, const SieveProgram *program, SieveResult *result)
{
	Svtest *svtest = sieve_run_host(run);
	g_autoptr(GError) failure = NULL;
	bool was_inner = svtest->inner;

	svtest->inner = true;
	svtest->inner_failed = false;
	bool ok = sieve_run_inner(run, program, result, &failure);
	svtest->inner = was_inner;
	if (!ok)
		svtest_add_error(svtest, failure->message);
	return ok && !svtest->inner_failed;
}

SVTEST_TEST(svtest_script_run_run)
{
	Svtest *svtest = sieve_run_host(run);

	(void)error;
	svtest_clear_errors(svtest);
	*ret_outcome = false;
	if (svtest->compiled == NULL) {
		svtest_add_error(svtest, "no script compiled yet");
		return true;
	}
	if (!sieve_args_has(args, RUN_APPEND_RESULT))
		sieve_run_reset_result(run);
	*ret_outcome = run_inner(run, svtest->compiled, NULL);
	return true;
}

/* --- test_multiscript ------------------------------------------------------------------------- */

enum { MULTISCRIPT_PATHS };

/* Usage: test_multiscript <paths: string-list> */
const SieveArgDef svtest_multiscript_args[] = {
	[MULTISCRIPT_PATHS] = {.type = SIEVE_ARG_STRING_LIST, .name = "paths"},
	{.type = SIEVE_ARG_END},
};

/* A delivery sequence: one result, to which each script appends. The keep of a script waits for the
 * next one's word. */
typedef struct Sequence {
	SieveResult *result;
	SieveAction keep; /* the explicit one that waits; no def: none */
	bool pending;	  /* a keep waits, explicit or implicit */
} Sequence;

/* Takes the explicit keep out of the result: it is done at the end, if at all. */
static void
take_keep(Sequence *sequence)
{
	SieveResult *result = sequence->result;

	for (size_t i = 0; i < result->n_actions; i++) {
		SieveAction *at = &result->actions[i];
		if (at->def != &sieve_action_keep)
			continue;
		sequence->keep = *at;
		memmove(at, at + 1, (result->n_actions - i - 1) * sizeof(*at));
		result->n_actions--;
		return;
	}
}

/* One script of the sequence; false when it fails, which leaves the actions of those before it. */
static bool
run_next(SieveRun *run, const SieveProgram *program, Sequence *sequence)
{
	SieveResult *result = sequence->result;

	sequence->keep.def = NULL;
	result->n_done = result->n_actions;
	result->implicit_keep = true;
	bool ok = run_inner(run, program, result);
	result->n_done = 0;
	take_keep(sequence);
	sequence->pending = result->implicit_keep || sequence->keep.def != NULL;
	return ok;
}

static bool
finish(SieveRun *run, Sequence *sequence)
{
	SieveResult *result = sequence->result;
	Svtest *svtest = sieve_run_host(run);
	g_autoptr(GError) error = NULL;

	result->implicit_keep = sequence->pending;
	/* The flags and the like of an explicit keep; should there be no room for it, the implicit one
	 * stands. */
	if (sequence->keep.def != NULL && !sieve_result_add(result, &sequence->keep, &error)) {
		svtest_add_error(svtest, error->message);
		result->implicit_keep = true;
	}
	return svtest_deliver(svtest, run, result) && error == NULL;
}

static bool
run_sequence(SieveRun *run, SieveStrings paths, Sequence *sequence)
{
	Svtest *svtest = sieve_run_host(run);
	bool ok = true;

	sequence->pending = true;
	for (size_t i = 0; i < paths.count && ok && sequence->pending; i++) {
		SieveProgram *program = svtest_compile(svtest, paths.items[i]);
		if (program == NULL)
			return false;
		ok = run_next(run, program, sequence);
	}
	return finish(run, sequence) && ok;
}

SVTEST_TEST(svtest_multiscript_run)
{
	Svtest *svtest = sieve_run_host(run);
	const SieveMessage *message = sieve_run_message(run);
	SieveEnvelope envelope = *sieve_run_envelope(run);
	g_autoptr(SieveResult) result = sieve_result_new(svtest->settings);
	Sequence sequence = {.result = result};

	(void)error;
	svtest_clear_errors(svtest);
	*ret_outcome = run_sequence(run, sieve_args_strings(run, args, MULTISCRIPT_PATHS), &sequence);
	/* What the scripts made of the message was theirs. */
	sieve_run_set_message(run, message);
	sieve_run_set_envelope(run, &envelope);
	return true;
}

/* --- test_binary_save, test_binary_load ------------------------------------------------------- */

enum { BINARY_NAME };

/* Usage: test_binary_save <name: string>; test_binary_load likewise. Programs are immutable and have no
 * form outside of memory, so that a map is all that is needed. */
const SieveArgDef svtest_binary_args[] = {
	[BINARY_NAME] = {.type = SIEVE_ARG_STRING, .name = "name"},
	{.type = SIEVE_ARG_END},
};

SVTEST_COMMAND(svtest_binary_save_run)
{
	Svtest *svtest = sieve_run_host(run);
	SieveBytes name = sieve_args_string(run, args, BINARY_NAME);

	if (svtest->compiled == NULL)
		return svtest_abort(error, "no script compiled yet");
	g_hash_table_replace(svtest->binaries, sieve_bytes_dup(name), svtest->compiled);
	return true;
}

SVTEST_COMMAND(svtest_binary_load_run)
{
	Svtest *svtest = sieve_run_host(run);
	SieveBytes name = sieve_args_string(run, args, BINARY_NAME);
	g_autofree char *key = sieve_bytes_dup(name);
	SieveProgram *program = g_hash_table_lookup(svtest->binaries, key);

	if (program == NULL) {
		g_autofree char *shown = sieve_bytes_escape(name, 80);
		g_autofree char *text =
			g_strdup_printf("no script was saved as \"%s\"", shown);
		return svtest_abort(error, text);
	}
	svtest->compiled = program;
	return true;
}
