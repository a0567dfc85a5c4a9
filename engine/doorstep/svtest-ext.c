/* SPDX-License-Identifier: MIT */
/* svtest-ext.c - vnd.dovecot.testsuite: the commands and tests of script test files */

#include "engine/doorstep/svtest-commands.h"

bool
svtest_abort(GError **error, const char *message)
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

/* In a script that a test runs, a test is but a block. */
static bool
test_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	Svtest *svtest = sieve_run_host(run);

	if (svtest->inner)
		return true;
	if (svtest->name != NULL)
		return svtest_abort(error, "a test cannot stand inside of a test");
	svtest->name = sieve_bytes_dup(sieve_args_string(run, args, TEST_NAME));
	test_report_begin_test(svtest->setup->report);
	return true;
}

static bool
test_end(SieveRun *run, const SieveArgs *args G_GNUC_UNUSED, bool *ret_again G_GNUC_UNUSED,
	GError **error G_GNUC_UNUSED)
{
	Svtest *svtest = sieve_run_host(run);

	if (!svtest->inner)
		svtest_report(svtest);
	return true;
}

enum { N_COMMANDS = 15 };

/* Its first row is `test`; declared here because test_fail leaves that block. */
static const SieveCommandDef testsuite_commands[N_COMMANDS + 1];

enum { FAIL_REASON };

/* Usage: test_fail <reason: string> */
static const SieveArgDef fail_args[] = {
	[FAIL_REASON] = {.type = SIEVE_ARG_STRING, .name = "reason"},
	{.type = SIEVE_ARG_END},
};

/* In a script that a test runs: the failure is told, and is that script's, not the test's. */
static bool
fail_inner(SieveRun *run, const char *reason)
{
	Svtest *svtest = sieve_run_host(run);
	g_autofree char *name =
		sieve_bytes_escape(sieve_bytes_from_string(svtest->name), 200);
	g_autofree char *text = g_strdup_printf("%s: %s: %s", name, sieve_run_script_name(run),
		reason);

	test_report_comment(text);
	svtest->inner_failed = true;
	sieve_run_stop(run);
	return true;
}

bool
svtest_fail(SieveRun *run, SieveBytes reason, GError **error)
{
	Svtest *svtest = sieve_run_host(run);
	g_autofree char *shown = sieve_bytes_escape(reason, 500);
	g_autofree char *text = g_strdup_printf("line %u: %s", sieve_run_line(run), shown);

	if (svtest->inner)
		return fail_inner(run, text);
	if (svtest->name == NULL)
		return svtest_abort(error, shown);
	g_free(svtest->failure);
	svtest->failure = g_steal_pointer(&text);
	sieve_run_leave_block_if(run, &testsuite_commands[0], NULL, NULL);
	return true;
}

static bool
fail_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	return svtest_fail(run, sieve_args_string(run, args, FAIL_REASON), error);
}

/* --- test_set ----------------------------------------------------------------------------------- */

enum { SET_OBJECT, SET_VALUE };

typedef enum {
	OBJECT_MESSAGE,
	OBJECT_FROM,
	OBJECT_TO,
	OBJECT_ORIG_TO,
	OBJECT_AUTH,
	OBJECT_NOTIFY,
	OBJECT_ORCPT,
	OBJECT_RET,
	OBJECT_ENVID,
	OBJECT_BY,
	N_OBJECTS,
} Object;

static const char *const object_names[N_OBJECTS] = {
	[OBJECT_MESSAGE] = "message",
	[OBJECT_FROM] = "envelope.from",
	[OBJECT_TO] = "envelope.to",
	[OBJECT_ORIG_TO] = "envelope.orig_to",
	[OBJECT_AUTH] = "envelope.auth",
	[OBJECT_NOTIFY] = "envelope.notify",
	[OBJECT_ORCPT] = "envelope.orcpt",
	[OBJECT_RET] = "envelope.ret",
	[OBJECT_ENVID] = "envelope.envid",
	[OBJECT_BY] = "envelope.by",
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
		sieve_check_error(check, arg,
			"message, envelope.from, .to, .orig_to, .auth, .notify, .orcpt, .ret, .envid, .by",
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

/* @address without its brackets as an envelope holds it; one that is no address is told among the errors
 * and gives @null. A bare local part does for a recipient. */
static SieveBytes
check_address(SieveRun *run, SieveBytes address, bool bare, SieveBytes null)
{
	SieveAddress parsed = sieve_address_from_path(address, sieve_run_arena(run));

	if (address.len == 0)
		return null;
	if (parsed.valid && (bare || parsed.domain.len > 0))
		return address;
	g_autofree char *shown = sieve_bytes_escape(address, 80);
	g_autofree char *text = g_strdup_printf("\"%s\" is no envelope address", shown);
	svtest_add_error(sieve_run_host(run), text);
	return null;
}

/* As in the BY parameter of MAIL; what is none is told among the errors. */
static const SieveDeliverBy *
parse_by(SieveRun *run, SieveBytes value)
{
	const SieveEnv *env = sieve_run_env(run);
	SieveDeliverBy *by = sieve_arena_new_array(sieve_run_arena(run), SieveDeliverBy, 1);

	if (sieve_deliver_by_parse(value, env->now_usec(env) / G_USEC_PER_SEC, by))
		return by;
	svtest_add_error(sieve_run_host(run), "envelope.by is written as 120;RT");
	return NULL;
}

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
	const SieveBytes null_sender = {"", 0};
	const SieveBytes unknown = {NULL, 0};
	SieveBytes value = sieve_args_string(run, args, SET_VALUE);
	SieveEnvelope envelope = *sieve_run_envelope(run);
	SieveBytes address = without_brackets(value);

	switch (find_object(sieve_args_constant(args, SET_OBJECT))) {
	case OBJECT_MESSAGE:
		svtest_set_message(sieve_run_host(run), run, value);
		return true;
	case OBJECT_FROM:
		envelope.from = check_address(run, address, false, null_sender);
		break;
	case OBJECT_TO:
		envelope.to = envelope.orig_to = check_address(run, address, true, unknown);
		break;
	case OBJECT_ORIG_TO:
		envelope.orig_to = check_address(run, address, true, unknown);
		break;
	case OBJECT_AUTH:
		envelope.auth = value;
		break;
	case OBJECT_NOTIFY:
		envelope.notify = value;
		break;
	case OBJECT_ORCPT:
		envelope.orcpt = value;
		break;
	case OBJECT_RET:
		envelope.ret = value;
		break;
	case OBJECT_ENVID:
		envelope.envid = value;
		break;
	case OBJECT_BY:
		envelope.by = parse_by(run, value);
		break;
	case N_OBJECTS:
		g_assert_not_reached();
	}
	sieve_run_set_envelope(run, &envelope);
	return true;
}

/* --- Tables ------------------------------------------------------------------------------------- */

static const SieveCommandDef testsuite_commands[N_COMMANDS + 1] = {
	{.name = "test",
		.args = test_args,
		.form = SIEVE_FORM_BLOCK,
		.flags = SIEVE_COMMAND_TOP_LEVEL,
		.run = test_run,
		.end = test_end},
	{.name = "test_fail", .args = fail_args, .run = fail_run},
	{.name = "test_set", .args = set_args, .run = set_run},
	{.name = "test_config_set", .args = svtest_config_set_args, .run = svtest_config_set_run},
	{.name = "test_config_unset",
		.args = svtest_config_unset_args,
		.run = svtest_config_unset_run},
	{.name = "test_config_reload",
		.args = svtest_config_reload_args,
		.run = svtest_config_reload_run},
	{.name = "test_result_reset", .run = svtest_result_reset_run},
	{.name = "test_result_print", .run = svtest_result_print_run},
	{.name = "test_message", .args = svtest_message_args, .run = svtest_message_command_run},
	{.name = "test_message_print", .run = svtest_message_print_run},
	{.name = "test_mailbox_create",
		.args = svtest_mailbox_args,
		.run = svtest_mailbox_create_run},
	{.name = "test_mailbox_delete",
		.args = svtest_mailbox_args,
		.run = svtest_mailbox_delete_run},
	{.name = "test_binary_save", .args = svtest_binary_args, .run = svtest_binary_save_run},
	{.name = "test_binary_load", .args = svtest_binary_args, .run = svtest_binary_load_run},
	{.name = "test_imap_metadata_set",
		.args = svtest_metadata_args,
		.run = svtest_metadata_run},
	{.name = NULL},
};

static const SieveTestDef testsuite_tests[] = {
	{.name = "test_script_compile", .args = svtest_compile_args, .run = svtest_compile_run},
	{.name = "test_script_run", .args = svtest_script_run_args, .run = svtest_script_run_run},
	{.name = "test_multiscript", .args = svtest_multiscript_args, .run = svtest_multiscript_run},
	{.name = "test_result_execute", .run = svtest_result_execute_run},
	{.name = "test_result_action",
		.args = svtest_list_args,
		.check = svtest_list_check,
		.run = svtest_result_action_run},
	{.name = "test_error",
		.args = svtest_list_args,
		.check = svtest_list_check,
		.run = svtest_error_run},
	{.name = "test_message", .args = svtest_message_args, .run = svtest_message_test_run},
	{.name = NULL},
};

/* --- Variables of a test file -------------------------------------------------------------------- */

/* ${tst.path} is the folder of the file; other names are reserved and empty. */
static const void *
find_variable(SieveCheck *check, const SieveArg *arg G_GNUC_UNUSED, SieveBytes name)
{
	if (!sieve_variable_is_name(name))
		return NULL;
	return sieve_arena_copy(sieve_check_arena(check), name).ptr;
}

static SieveBytes
get_variable(SieveRun *run, const void *variable)
{
	const Svtest *svtest = sieve_run_host(run);

	if (g_ascii_strcasecmp(variable, "path") != 0)
		return SIEVE_BYTES("");
	return sieve_bytes_from_string(svtest->folder);
}

static const SieveNamespaceDef testsuite_namespaces[] = {
	{.name = "tst", .find = find_variable, .get = get_variable},
	{.name = NULL},
};

const SieveExtension sieve_ext_testsuite = {
	.capability = "vnd.dovecot.testsuite",
	.source = "the Sieve test language",
	.commands = testsuite_commands,
	.tests = testsuite_tests,
	.namespaces = testsuite_namespaces,
};
