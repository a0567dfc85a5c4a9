/* SPDX-License-Identifier: MIT */
/* svtest-ext.c - vnd.dovecot.testsuite: the commands and tests of script test files */

#include "engine/arguments.h"
#include "engine/comparator.h"
#include "engine/doorstep/svtest.h"

#include <string.h>

static bool
fail_run(GError **error, const char *message)
{
	g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, message);
	return false;
}

/* --- test, test_fail ---------------------------------------------------------------------------- */

enum { TEST_NAME };

/* Usage: test <name: string> <block> */
static const SieveArgDef test_args[] = {
	{.type = SIEVE_ARG_STRING, .name = "name"},
	{.type = SIEVE_ARG_BLOCK, .name = "block"},
	{.type = SIEVE_ARG_END},
};

static bool
test_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	Svtest *svtest = sieve_run_host(run);

	if (svtest->name != NULL)
		return fail_run(error, "a test cannot stand inside of a test");
	svtest->name = sieve_bytes_escape(sieve_args_string(run, args, TEST_NAME), 200);
	return true;
}

static bool
test_end(SieveRun *run, const SieveArgs *args G_GNUC_UNUSED, bool *ret_again G_GNUC_UNUSED,
	GError **error G_GNUC_UNUSED)
{
	svtest_report(sieve_run_host(run));
	return true;
}

enum { FAIL_REASON };

/* Usage: test_fail <reason: string> */
static const SieveArgDef fail_args[] = {
	{.type = SIEVE_ARG_STRING, .name = "reason"},
	{.type = SIEVE_ARG_END},
};

/* The first of the table; declared here because test_fail leaves its block. */
static const SieveCommandDef testsuite_commands[7];

/* Ends the test with this reason, and goes on after it. */
static bool
fail_test(SieveRun *run, SieveBytes reason, GError **error)
{
	Svtest *svtest = sieve_run_host(run);

	if (svtest->inner) {
		svtest->inner_failed = true;
		sieve_run_stop(run);
		return true;
	}
	g_autofree char *text = g_strdup_printf("line %u: ", sieve_run_line(run));
	g_autofree char *shown = sieve_bytes_escape(reason, 500);
	if (svtest->name == NULL)
		return fail_run(error, shown);
	g_free(svtest->failure);
	svtest->failure = g_strconcat(text, shown, NULL);
	sieve_run_leave_block(run, &testsuite_commands[0]);
	return true;
}

static bool
fail_command_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	return fail_test(run, sieve_args_string(run, args, FAIL_REASON), error);
}

/* --- test_set ----------------------------------------------------------------------------------- */

enum { SET_OBJECT, SET_VALUE };

typedef enum {
	OBJECT_MESSAGE,
	OBJECT_FROM,
	OBJECT_TO,
	OBJECT_ORIG_TO,
	OBJECT_AUTH,
	N_OBJECTS,
} Object;

static const char *const object_names[N_OBJECTS] = {
	[OBJECT_MESSAGE] = "message",
	[OBJECT_FROM] = "envelope.from",
	[OBJECT_TO] = "envelope.to",
	[OBJECT_ORIG_TO] = "envelope.orig_to",
	[OBJECT_AUTH] = "envelope.auth",
};

/* N_OBJECTS when there is no such object. */
static Object
find_object(SieveBytes name)
{
	Object object = OBJECT_MESSAGE;

	while (object < N_OBJECTS &&
		!sieve_bytes_equal_nocase(name, sieve_bytes_from_string(object_names[object])))
		object++;
	return object;
}

static void
check_object(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	if (find_object(value) == N_OBJECTS)
		sieve_check_error(check, arg, "message, envelope.from, .to, .orig_to or .auth",
			"there is no such object");
}

/* Usage: test_set <object: string> <value: string> */
static const SieveArgDef set_args[] = {
	{.type = SIEVE_ARG_STRING,
		.name = "object",
		.flags = SIEVE_ARG_CONSTANT,
		.check = check_object},
	{.type = SIEVE_ARG_STRING, .name = "value"},
	{.type = SIEVE_ARG_END},
};

static SieveBytes
without_brackets(SieveBytes address)
{
	if (address.len >= 2 && address.ptr[0] == '<' && address.ptr[address.len - 1] == '>')
		return sieve_bytes_slice(address, 1, address.len - 2);
	return address;
}

static bool
set_run(SieveRun *run, const SieveArgs *args, GError **error G_GNUC_UNUSED)
{
	SieveBytes value = sieve_args_string(run, args, SET_VALUE);
	SieveEnvelope envelope = *sieve_run_envelope(run);
	SieveBytes address = without_brackets(value);

	switch (find_object(sieve_args_constant(args, SET_OBJECT))) {
	case OBJECT_MESSAGE:
		svtest_set_message(sieve_run_host(run), run, value);
		return true;
	case OBJECT_FROM:
		envelope.from = address;
		break;
	case OBJECT_TO:
		envelope.to = envelope.orig_to = address;
		break;
	case OBJECT_ORIG_TO:
		envelope.orig_to = address;
		break;
	case OBJECT_AUTH:
		envelope.auth = value;
		break;
	case N_OBJECTS:
		g_assert_not_reached();
	}
	sieve_run_set_envelope(run, &envelope);
	return true;
}

/* --- test_script_compile, test_script_run ------------------------------------------------------- */

enum { COMPILE_PATH };

/* Usage: test_script_compile <path: string> */
static const SieveArgDef compile_args[] = {
	{.type = SIEVE_ARG_STRING, .name = "path"},
	{.type = SIEVE_ARG_END},
};

static bool
compile_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	*ret_outcome = svtest_compile(
		sieve_run_host(run), sieve_args_string(run, args, COMPILE_PATH));
	return true;
}

enum { RUN_APPEND_RESULT };

/* Usage: test_script_run [:append_result] */
static const SieveArgDef run_args[] = {
	{.type = SIEVE_ARG_TAG, .name = "append_result"},
	{.type = SIEVE_ARG_END},
};

static bool
script_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	Svtest *svtest = sieve_run_host(run);
	g_autoptr(GError) failure = NULL;

	g_ptr_array_set_size(svtest->errors, 0);
	*ret_outcome = false;
	if (svtest->compiled == NULL) {
		g_ptr_array_add(svtest->errors, g_strdup("no script compiled yet"));
		return true;
	}
	if (!sieve_args_has(args, RUN_APPEND_RESULT)) {
		sieve_run_reset_result(run);
		svtest->n_executed = 0;
	}
	svtest->inner = true;
	svtest->inner_failed = false;
	*ret_outcome = sieve_run_inner(run, svtest->compiled, &failure) && !svtest->inner_failed;
	svtest->inner = false;
	if (failure != NULL)
		g_ptr_array_add(svtest->errors, g_strdup(failure->message));
	return true;
}

/* --- Results ------------------------------------------------------------------------------------ */

static bool
reset_run(SieveRun *run, const SieveArgs *args G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
	Svtest *svtest = sieve_run_host(run);

	sieve_run_reset_result(run);
	svtest->n_executed = 0;
	g_ptr_array_set_size(svtest->sent, 0);
	return true;
}

static bool
execute_run(SieveRun *run, const SieveArgs *args G_GNUC_UNUSED, bool *ret_outcome,
	GError **error G_GNUC_UNUSED)
{
	*ret_outcome = svtest_execute(sieve_run_host(run), run);
	return true;
}

static bool
print_result_run(SieveRun *run, const SieveArgs *args G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
	g_autofree char *text = sieve_result_print(sieve_run_result(run));
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
		g_print("# %s\n", lines[i]);
	return true;
}

enum { LIST_MATCH, LIST_INDEX, LIST_KEYS };

/* Usage: test_error [MATCH-TYPE] [COMPARATOR] [:index <n>] <keys>; test_result_action likewise */
static const SieveArgDef list_args[] = {
	[LIST_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[LIST_INDEX] = {.type = SIEVE_ARG_TAG, .name = "index", .value = SIEVE_ARG_NUMBER},
	[LIST_KEYS] = {.type = SIEVE_ARG_STRING_LIST, .name = "keys", .flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

/* Both compare octets unless told otherwise. */
static void
check_list(SieveCheck *check G_GNUC_UNUSED, SieveArgs *args)
{
	if (!args->comparator_arg.given)
		args->comparator = &sieve_comparator_octet;
}

typedef SieveBytes (*ListItem)(SieveRun *run, size_t index);

static bool
match_list(SieveRun *run, const SieveArgs *args, size_t count, ListItem item)
{
	SieveMatching matching;
	uint64_t only = sieve_args_has(args, LIST_INDEX) ? sieve_args_number(args, LIST_INDEX) : 0;

	sieve_matching_begin(&matching, run, args);
	for (size_t i = 0; i < count; i++) {
		if (only != 0 && i + 1 != only)
			continue;
		if (sieve_matching_offer(&matching, item(run, i)))
			break;
	}
	return sieve_matching_end(&matching);
}

static SieveBytes
error_item(SieveRun *run, size_t index)
{
	const Svtest *svtest = sieve_run_host(run);

	return sieve_bytes_from_string(g_ptr_array_index(svtest->errors, index));
}

static bool
error_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	const Svtest *svtest = sieve_run_host(run);

	*ret_outcome = match_list(run, args, svtest->errors->len, error_item);
	return true;
}

static SieveBytes
action_item(SieveRun *run, size_t index)
{
	return sieve_bytes_from_string(sieve_result_action_name(sieve_run_result(run), index));
}

static bool
action_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	*ret_outcome =
		match_list(run, args, sieve_result_count(sieve_run_result(run)), action_item);
	return true;
}

/* --- test_message ------------------------------------------------------------------------------- */

enum { MESSAGE_SMTP, MESSAGE_FOLDER, MESSAGE_INDEX };

/* Usage: test_message (:smtp / :folder <name: string>) <index: number> */
static const SieveArgDef message_args[] = {
	[MESSAGE_SMTP] = {.type = SIEVE_ARG_TAG,
		.name = "smtp",
		.group = "source",
		.flags = SIEVE_ARG_REQUIRED},
	[MESSAGE_FOLDER] = {.type = SIEVE_ARG_TAG,
		.name = "folder",
		.value = SIEVE_ARG_STRING,
		.group = "source",
		.flags = SIEVE_ARG_REQUIRED},
	[MESSAGE_INDEX] = {.type = SIEVE_ARG_NUMBER, .name = "index"},
	{.type = SIEVE_ARG_END},
};

static SieveBytes
keep_bytes(SieveRun *run, GBytes *bytes)
{
	SieveBytes view;

	view.ptr = g_bytes_get_data(bytes, &view.len);
	return sieve_arena_copy(sieve_run_arena(run), view);
}

static bool
use_sent(SieveRun *run, uint64_t index)
{
	Svtest *svtest = sieve_run_host(run);

	if (index >= svtest->sent->len)
		return false;
	const SvtestSent *sent = g_ptr_array_index(svtest->sent, index);
	svtest_set_message(svtest, run, keep_bytes(run, sent->message));
	SieveEnvelope envelope = {
		.from = sieve_bytes_from_string(sieve_arena_strdup(sieve_run_arena(run), sent->from)),
		.to = sieve_bytes_from_string(sieve_arena_strdup(sieve_run_arena(run), sent->to)),
	};
	envelope.orig_to = envelope.to;
	sieve_run_set_envelope(run, &envelope);
	return true;
}

static bool
use_stored(SieveRun *run, SieveBytes mailbox, uint64_t index)
{
	g_autoptr(GBytes) stored = svtest_stored(sieve_run_host(run), mailbox, index);

	if (stored != NULL)
		svtest_set_message(sieve_run_host(run), run, keep_bytes(run, stored));
	return stored != NULL;
}

static bool
message_test_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome,
	GError **error G_GNUC_UNUSED)
{
	uint64_t index = sieve_args_number(args, MESSAGE_INDEX);

	if (sieve_args_has(args, MESSAGE_SMTP))
		*ret_outcome = use_sent(run, index);
	else
		*ret_outcome =
			use_stored(run, sieve_args_string(run, args, MESSAGE_FOLDER), index);
	return true;
}

static bool
message_command_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	bool found;

	if (!message_test_run(run, args, &found, error))
		return false;
	return found || fail_test(run, SIEVE_BYTES("there is no such message"), error);
}

/* --- Tables ------------------------------------------------------------------------------------- */

static const SieveCommandDef testsuite_commands[7] = {
	{.name = "test",
		.args = test_args,
		.form = SIEVE_FORM_BLOCK,
		.run = test_run,
		.end = test_end},
	{.name = "test_fail", .args = fail_args, .run = fail_command_run},
	{.name = "test_set", .args = set_args, .run = set_run},
	{.name = "test_result_reset", .run = reset_run},
	{.name = "test_result_print", .run = print_result_run},
	{.name = "test_message", .args = message_args, .run = message_command_run},
	{.name = NULL},
};

static const SieveTestDef testsuite_tests[] = {
	{.name = "test_script_compile", .args = compile_args, .run = compile_run},
	{.name = "test_script_run", .args = run_args, .run = script_run},
	{.name = "test_result_execute", .run = execute_run},
	{.name = "test_result_action", .args = list_args, .check = check_list, .run = action_run},
	{.name = "test_error", .args = list_args, .check = check_list, .run = error_run},
	{.name = "test_message", .args = message_args, .run = message_test_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_testsuite = {
	.capability = "vnd.dovecot.testsuite",
	.source = "the Sieve test language",
	.commands = testsuite_commands,
	.tests = testsuite_tests,
};
