/* SPDX-License-Identifier: MIT */
/* interp.c - runs a program over a message; only ever appends actions */

#include "engine/interp.h"

#include <inttypes.h>

#include "engine/core-settings.h"
#include "engine/registry.h"
#include "engine/require.h"
#include "engine/run.h"
#include "engine/stage.h"
#include "engine/variables.h"

/* A script that waits for the one it included. */
typedef struct Call {
	uint32_t back_at;
	uint32_t script;
	SieveCaptured captured;
} Call;

/* A block that is being run. */
typedef struct Block {
	const SieveInvocation *invocation;
	uint32_t start; /* the BLOCK instruction */
	unsigned calls; /* how many calls were open when it began */
	uint32_t script;
	bool left;
} Block;

/* --- What run functions see ------------------------------------------------------------------- */

const SieveMessage *
sieve_run_message(const SieveRun *run)
{
	return run->message;
}

const SieveEnvelope *
sieve_run_envelope(const SieveRun *run)
{
	return &run->envelope;
}

const SieveEnv *
sieve_run_env(const SieveRun *run)
{
	return run->env;
}

const SieveSettings *
sieve_run_settings(const SieveRun *run)
{
	return run->program->settings;
}

const char *
sieve_run_environment(SieveRun *run, const char *item)
{
	const char *value =
		run->environment == NULL ? NULL : run->environment(item, run->environment_data);

	if (value == NULL && g_str_equal(item, "name"))
		return PACKAGE_NAME;
	if (value == NULL && g_str_equal(item, "version"))
		return PACKAGE_VERSION;
	return value;
}

bool
sieve_run_search(SieveRun *run, const char *url, GPtrArray *values, GError **error)
{
	if (run->search != NULL)
		return run->search(url, values, run->search_data, error);
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "there is no directory to search here");
	return false;
}

SieveArena *
sieve_run_arena(SieveRun *run)
{
	return run->result->arena;
}

bool
sieve_run_fail_for_steps(const SieveRun *run, GError **error)
{
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_LIMIT,
		"the script takes too long (more than %" PRIu64 " steps)", run->max_steps);
	return false;
}

bool
sieve_run_spend(SieveRun *run, uint64_t steps, GError **error)
{
	return sieve_run_pay(run, steps, error);
}

void
sieve_run_stop(SieveRun *run)
{
	run->stopped = true;
}

void **
sieve_run_slot(SieveRun *run, const void *key)
{
	if (run->slots == NULL)
		run->slots = g_hash_table_new(NULL, NULL);
	void **slot = g_hash_table_lookup(run->slots, key);
	if (slot == NULL) {
		slot = sieve_arena_new_array(sieve_run_arena(run), void *, 1);
		g_hash_table_insert(run->slots, (gpointer)(uintptr_t)key, slot);
	}
	return slot;
}

void *
sieve_run_host(const SieveRun *run)
{
	return run->host;
}

void
sieve_run_fail(SieveRun *run, GError *error)
{
	if (run->error == NULL)
		run->error = error;
	else
		g_error_free(error);
}

const SieveResult *
sieve_run_result(const SieveRun *run)
{
	return run->result;
}

void
sieve_run_reset_result(SieveRun *run)
{
	run->result->n_actions = 0;
	run->result->implicit_keep = true;
	run->result->mail_flags = (SieveBytes){"", 0};
	run->result->message = NULL;
	run->result->edits = NULL;
	run->message = run->original;
	run->redirected = NULL;
	g_clear_pointer(&run->result->memories, g_array_unref);
	run->result->failed = false;
	run->result->need = NULL;
	run->result->n_done = 0;
	run->result->kept = false;
}

void
sieve_run_mark_done(SieveRun *run)
{
	run->result->n_done = run->result->n_actions;
	run->result->kept = run->result->kept || run->result->implicit_keep;
}

void
sieve_run_set_message(SieveRun *run, const SieveMessage *message)
{
	run->message = message;
	run->original = message;
	run->redirected = NULL;
}

void
sieve_run_set_envelope(SieveRun *run, const SieveEnvelope *envelope)
{
	run->envelope = *envelope;
}

/* Of arrays that most scripts need not have: blocks and calls. */
static unsigned
length_of(const GArray *array)
{
	return array == NULL ? 0 : array->len;
}

bool
sieve_run_leave_block_if(SieveRun *run, const SieveCommandDef *def,
	bool (*is)(const SieveArgs *args, const void *data), const void *data)
{
	for (unsigned i = length_of(run->blocks); i > 0; i--) {
		const SieveInvocation *invocation =
			g_array_index(run->blocks, Block, i - 1).invocation;
		if (invocation->command != def || (is != NULL && !is(invocation->args, data)))
			continue;
		run->leave = (int)i - 1;
		return true;
	}
	return false;
}

unsigned
sieve_run_count_blocks(const SieveRun *run, const SieveCommandDef *def)
{
	unsigned count = 0;

	for (unsigned i = 0; i < length_of(run->blocks); i++)
		count += g_array_index(run->blocks, Block, i).invocation->command == def;
	return count;
}

bool
sieve_run_in_block(const SieveRun *run, const SieveCommandDef *def)
{
	for (; run != NULL; run = run->outer)
		if (sieve_run_count_blocks(run, def) > 0)
			return true;
	return false;
}

const char *
sieve_run_script_name(const SieveRun *run)
{
	return run->program->scripts[run->script].name;
}

unsigned
sieve_run_line(const SieveRun *run)
{
	return run->args == NULL ? 0 : run->args->line;
}

/* --- Instructions ----------------------------------------------------------------------------- */

/* Tells what has nothing to add to its kind. */
static void
tell(SieveRun *run, SieveTraceKind kind, const SieveArgs *args)
{
	if (run->trace != NULL)
		sieve_trace_tell(run, (SieveTraceEvent){.kind = kind, .args = args});
}

bool
sieve_run_knows(SieveRun *run, const char *name, SieveNeeds needs)
{
	if (needs <= run->known)
		return true;
	SieveNeed *need = sieve_arena_new_array(sieve_run_arena(run), SieveNeed, 1);
	*need = (SieveNeed){
		.stage = sieve_stage_for(needs),
		.script = sieve_run_script_name(run),
		.line = sieve_run_line(run),
		.name = name,
	};
	run->result->need = need;
	run->stopped = true;
	return false;
}

static SieveNeeds
needs_of_test(SieveRun *run, const SieveInvocation *invocation)
{
	const SieveTestDef *test = invocation->test;

	return test->find_needs == NULL ? test->needs : test->find_needs(run, invocation->args);
}

static bool
run_test(SieveRun *run, const SieveInvocation *invocation, GError **error)
{
	if (run->known < SIEVE_NEEDS_BODY &&
		!sieve_run_knows(run, invocation->test->name, needs_of_test(run, invocation)))
		return true;
	if (!invocation->test->run(run, invocation->args, &run->outcome, error))
		return false;
	if (run->trace != NULL)
		sieve_trace_tell(run, (SieveTraceEvent){
			.kind = SIEVE_TRACE_TEST, .outcome = run->outcome});
	return true;
}

static bool
run_command(SieveRun *run, const SieveInvocation *invocation, GError **error)
{
	tell(run, SIEVE_TRACE_COMMAND, invocation->args);
	if (!sieve_run_knows(run, invocation->command->name, invocation->command->needs))
		return true;
	for (unsigned i = 0; i < invocation->args->n_tags; i++)
		if (invocation->args->tags[i].def->instead != NULL)
			return invocation->args->tags[i].def->instead(
				run, invocation->args, error);
	return invocation->command->run == NULL ||
	       invocation->command->run(run, invocation->args, error);
}

static bool
enter_block(SieveRun *run, const SieveInvocation *invocation, GError **error)
{
	Block block = {.invocation = invocation,
		.start = run->at - 1,
		.calls = length_of(run->calls),
		.script = run->script};

	if (run->blocks == NULL)
		run->blocks = g_array_new(FALSE, FALSE, sizeof(Block));
	g_array_append_val(run->blocks, block);
	return run_command(run, invocation, error);
}

/* Goes to the end of the block, dropping the blocks and scripts inside it. */
static void
leave_block(SieveRun *run)
{
	Block *block = &g_array_index(run->blocks, Block, run->leave);

	block->left = true;
	run->at = block->invocation->end;
	run->script = block->script;
	if (length_of(run->calls) > block->calls) {
		run->captured = g_array_index(run->calls, Call, block->calls).captured;
		g_array_set_size(run->calls, block->calls);
	}
	g_array_set_size(run->blocks, (unsigned)run->leave + 1);
	run->leave = -1;
	tell(run, SIEVE_TRACE_BLOCK_LEFT, block->invocation->args);
}

static bool
end_block(SieveRun *run, const SieveInvocation *invocation, GError **error)
{
	const Block *block = &g_array_index(run->blocks, Block, run->blocks->len - 1);
	bool again = false;

	if (invocation->command->end != NULL &&
		!invocation->command->end(run, invocation->args, &again, error))
		return false;
	if (again && !block->left)
		run->at = block->start + 1;
	else
		g_array_set_size(run->blocks, run->blocks->len - 1);
	return true;
}

static bool
is_being_run(const SieveRun *run, uint32_t script)
{
	for (unsigned i = 0; i < length_of(run->calls); i++)
		if (g_array_index(run->calls, Call, i).script == script)
			return true;
	return run->script == script;
}

static const char *
call_problem(const SieveRun *run, const SieveArgs *args)
{
	if (args->script < 0)
		return "there is no such script";
	if (is_being_run(run, (uint32_t)args->script))
		return "it includes itself";
	if (length_of(run->calls) >=
		sieve_core_number(sieve_run_settings(run), SIEVE_CORE_MAX_INCLUDE_DEPTH))
		return "scripts are nested too deeply";
	return NULL;
}

static void
begin_calls(SieveRun *run)
{
	if (run->calls != NULL)
		return;
	run->calls = g_array_new(FALSE, FALSE, sizeof(Call));
	run->included = g_new0(bool, run->program->n_scripts);
	run->included[0] = true;
}

static bool
call_script(SieveRun *run, const SieveInvocation *invocation, GError **error)
{
	const SieveArgs *args = invocation->args;
	Call call = {run->at, run->script, run->captured};

	tell(run, SIEVE_TRACE_COMMAND, args);
	if (args->script < 0 && (args->include_flags & SIEVE_INCLUDE_OPTIONAL)) {
		sieve_run_note(run, "there is no such script");
		return true;
	}
	begin_calls(run);
	if (args->script >= 0 && run->included[args->script] &&
		(args->include_flags & SIEVE_INCLUDE_ONCE)) {
		sieve_run_note(run, "it was included before");
		return true;
	}
	const char *problem = call_problem(run, args);
	if (problem != NULL) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "cannot include \"%s\": %s",
			args->script_name, problem);
		return false;
	}
	g_array_append_val(run->calls, call);
	run->included[args->script] = true;
	run->script = (uint32_t)args->script;
	run->at = run->program->scripts[run->script].start;
	/* Variables are a script's own (RFC 6609 section 3.4), what a match found likewise. */
	run->captured = (SieveCaptured){.items = NULL};
	sieve_run_forget_variables(run, run->script);
	tell(run, SIEVE_TRACE_SCRIPT, args);
	return true;
}

static void
return_from_script(SieveRun *run)
{
	if (length_of(run->calls) == 0) {
		run->stopped = true;
		return;
	}
	const Call *call = &g_array_index(run->calls, Call, run->calls->len - 1);
	run->at = call->back_at;
	run->script = call->script;
	run->captured = call->captured;
	/* A return leaves the blocks of its script behind. */
	g_array_set_size(run->calls, run->calls->len - 1);
	while (length_of(run->blocks) > 0 &&
		g_array_index(run->blocks, Block, run->blocks->len - 1).calls > run->calls->len)
		g_array_set_size(run->blocks, run->blocks->len - 1);
	tell(run, SIEVE_TRACE_BACK, NULL);
}

static const SieveInvocation *
invocation_of(SieveRun *run, const SieveInstruction *instruction)
{
	const SieveInvocation *invocation = &run->program->invocations[instruction->operand];

	run->args = invocation->args;
	return invocation;
}

/* True for what only moves on in the code: it costs no step, since it never goes back, and cannot fail. */
static bool
move(SieveRun *run, const SieveInstruction *instruction)
{
	bool jump = true;

	switch ((SieveOpcode)instruction->op) {
	case SIEVE_OP_NOT:
		run->outcome = !run->outcome;
		return true;
	case SIEVE_OP_JUMP:
		break;
	case SIEVE_OP_JUMP_IF_FALSE:
		jump = !run->outcome;
		break;
	case SIEVE_OP_JUMP_IF_TRUE:
		jump = run->outcome;
		break;
	default:
		return false;
	}
	if (jump)
		run->at = instruction->operand;
	return true;
}

static size_t
enabled_index(const SieveRun *run, unsigned extension_index)
{
	return run->script * (size_t)sieve_registry_count(run->program->registry) + extension_index;
}

void
sieve_run_enable(SieveRun *run, const SieveCapabilities *capabilities)
{
	size_t count = run->program->n_scripts * (size_t)sieve_registry_count(run->program->registry);

	if (run->enabled == NULL)
		run->enabled = g_new0(bool, count);
	for (; capabilities != NULL; capabilities = capabilities->next)
		run->enabled[enabled_index(run, capabilities->extension_index)] = true;
}

static bool
is_enabled(const SieveRun *run, unsigned extension_index, GError **error)
{
	if (run->enabled != NULL && run->enabled[enabled_index(run, extension_index)])
		return true;
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT,
		"\"%s\" is used before an ihave test has found it",
		sieve_registry_get(run->program->registry, extension_index)->capability);
	return false;
}

static bool
execute(SieveRun *run, const SieveInstruction *instruction, GError **error)
{
	switch ((SieveOpcode)instruction->op) {
	case SIEVE_OP_TEST:
		return run_test(run, invocation_of(run, instruction), error);
	case SIEVE_OP_ENABLED:
		return is_enabled(run, instruction->operand, error);
	case SIEVE_OP_COMMAND:
		return run_command(run, invocation_of(run, instruction), error);
	case SIEVE_OP_BLOCK:
		return enter_block(run, invocation_of(run, instruction), error);
	case SIEVE_OP_END_BLOCK:
		return end_block(run, invocation_of(run, instruction), error);
	case SIEVE_OP_CALL:
		return call_script(run, invocation_of(run, instruction), error);
	case SIEVE_OP_RETURN:
		return_from_script(run);
		return true;
	case SIEVE_OP_STOP:
		run->stopped = true;
		return true;
	case SIEVE_OP_NOT:
	case SIEVE_OP_JUMP:
	case SIEVE_OP_JUMP_IF_FALSE:
	case SIEVE_OP_JUMP_IF_TRUE:
	case SIEVE_N_OPCODES:
		break;
	}
	g_assert_not_reached();
}

static bool
run_all(SieveRun *run, GError **error)
{
	while (!run->stopped) {
		const SieveInstruction *instruction = &run->program->code[run->at++];
		if (move(run, instruction))
			continue;
		bool ok = execute(run, instruction, error);
		/* What a string was told comes before what its user makes of it. */
		if (run->error != NULL) {
			g_clear_error(error);
			g_propagate_error(error, g_steal_pointer(&run->error));
			ok = false;
		}
		if (!ok)
			return false;
		if (!sieve_run_pay(run, 1, error))
			return false;
		if (run->leave >= 0)
			leave_block(run);
	}
	return true;
}

/* --- Runs ------------------------------------------------------------------------------------- */

static void
tell_end(SieveRun *run, const GError *error)
{
	if (run->trace != NULL)
		sieve_trace_tell(run, (SieveTraceEvent){
			.kind = SIEVE_TRACE_END, .end = {run->result, error}});
}

static bool
run_program(SieveRun *run, GError **error)
{
	run->leave = -1;
	run->max_steps = sieve_core_number(sieve_run_settings(run), SIEVE_CORE_MAX_STEPS);
	run->at = run->program->scripts[0].start;
	tell(run, SIEVE_TRACE_SCRIPT, NULL);
	bool ok = run_all(run, error);
	if (run->message != run->original)
		run->result->message = run->message;
	/* The run outside knows what it wants to say of the one inside. */
	if (!ok && run->outer == NULL)
		g_prefix_error(error, "%s:%u: ", sieve_run_script_name(run), sieve_run_line(run));
	if (!ok)
		sieve_result_fail(run->result);
	else if (run->result->need != NULL)
		sieve_result_forget(run->result);
	tell_end(run, ok || error == NULL ? NULL : *error);
	g_clear_error(&run->error);
	g_free(run->included);
	g_free(run->enabled);
	g_clear_pointer(&run->slots, g_hash_table_unref);
	g_clear_pointer(&run->blocks, g_array_unref);
	g_clear_pointer(&run->calls, g_array_unref);
	g_clear_pointer(&run->loops, g_array_unref);
	return ok;
}

bool
sieve_run_hosted(const SieveProgram *program, const SieveRunInput *input, void *host,
	SieveResult **ret_result, GError **error)
{
	SieveResult *result = sieve_result_new(program->settings);
	SieveRun run = {
		.program = program,
		.message = input->message,
		.original = input->message,
		.envelope = input->envelope,
		.env = input->env == NULL ? sieve_env_system() : input->env,
		.environment = input->environment,
		.environment_data = input->environment_data,
		.search = input->search,
		.search_data = input->search_data,
		.maildir = input->maildir,
		.trace = input->trace,
		.host = host,
		.result = result,
		.known = sieve_stage_knows(input->stage),
	};

	if (run.known < SIEVE_NEEDS_HEADER)
		run.message = run.original = NULL;
	if (run.known < SIEVE_NEEDS_ENVELOPE)
		run.envelope = (SieveEnvelope){.by = NULL};
	bool ok = run_program(&run, error);
	*ret_result = result;
	return ok;
}

bool
sieve_run(const SieveProgram *program, const SieveRunInput *input, SieveResult **ret_result,
	GError **error)
{
	return sieve_run_hosted(program, input, NULL, ret_result, error);
}

bool
sieve_run_inner(
	SieveRun *run, const SieveProgram *program, SieveResult *result, GError **error)
{
	SieveRun inner = {
		.program = program,
		.message = run->message,
		.original = run->original,
		.redirected = run->redirected,
		.envelope = run->envelope,
		.env = run->env,
		.environment = run->environment,
		.environment_data = run->environment_data,
		.search = run->search,
		.search_data = run->search_data,
		.maildir = run->maildir,
		.trace = run->trace,
		.host = run->host,
		.result = result == NULL ? run->result : result,
		.known = run->known,
		.outer = run,
	};
	bool ok = run_program(&inner, error);

	/* A swap of the message is meant for all that follows; what the script has edited is not. */
	if (inner.original != run->original)
		sieve_run_set_message(run, inner.original);
	run->envelope = inner.envelope;
	if (run->result->need != NULL)
		run->stopped = true;
	return ok;
}
