/* SPDX-License-Identifier: MIT */
/* compiler.c - checked scripts to program */

#include "engine/compiler.h"

#include <string.h>

#include "engine/arguments.h"
#include "engine/checker.h"
#include "engine/diag.h"
#include "engine/require.h"

/* The code while it grows. */
typedef struct Emitter {
	SieveArena *arena;
	GArray *code;	     /* of SieveInstruction */
	GArray *invocations; /* of SieveInvocation */
} Emitter;

static uint32_t
emit(Emitter *emitter, SieveOpcode op, uint32_t operand)
{
	SieveInstruction instruction = {op, operand};

	g_array_append_val(emitter->code, instruction);
	return emitter->code->len - 1;
}

/* Sets the target of the jump at @at to the instruction that comes next. */
static void
land(Emitter *emitter, uint32_t at)
{
	g_array_index(emitter->code, SieveInstruction, at).operand = emitter->code->len;
}

static void
land_all(Emitter *emitter, const GArray *jumps)
{
	for (unsigned i = 0; i < jumps->len; i++)
		land(emitter, g_array_index(jumps, uint32_t, i));
}

static uint32_t
add_invocation(Emitter *emitter, const SieveChecked *checked)
{
	SieveInvocation invocation = {
		.command = checked->command, .test = checked->test, .args = checked->args};

	sieve_args_compile(checked->args, emitter->arena);
	g_array_append_val(emitter->invocations, invocation);
	return emitter->invocations->len - 1;
}

/* RFC 5463 section 4: a use before the test is an error of the run. */
static void
emit_needs_tested(Emitter *emitter, const SieveChecked *checked)
{
	for (const SieveCapabilities *one = checked->needs_tested; one != NULL; one = one->next)
		emit(emitter, SIEVE_OP_ENABLED, one->extension_index);
}

static void emit_test(Emitter *emitter, const SieveChecked *checked);
static void emit_block(Emitter *emitter, const SieveChecked *first);

/* allof and anyof stop at the first test that settles them (RFC 5228 sections 5.2 and 5.3). */
static void
emit_test_list(Emitter *emitter, const SieveChecked *first, SieveOpcode settled)
{
	g_autoptr(GArray) jumps = g_array_new(FALSE, FALSE, sizeof(uint32_t));

	for (const SieveChecked *test = first; test != NULL; test = test->next) {
		emit_test(emitter, test);
		if (test->next == NULL)
			break;
		uint32_t jump = emit(emitter, settled, 0);
		g_array_append_val(jumps, jump);
	}
	land_all(emitter, jumps);
}

static void
emit_test(Emitter *emitter, const SieveChecked *checked)
{
	emit_needs_tested(emitter, checked);
	switch (checked->test->form) {
	case SIEVE_FORM_ALLOF:
		emit_test_list(emitter, checked->tests, SIEVE_OP_JUMP_IF_FALSE);
		break;
	case SIEVE_FORM_ANYOF:
		emit_test_list(emitter, checked->tests, SIEVE_OP_JUMP_IF_TRUE);
		break;
	case SIEVE_FORM_NOT:
		emit_test(emitter, checked->tests);
		emit(emitter, SIEVE_OP_NOT, 0);
		break;
	default:
		emit(emitter, SIEVE_OP_TEST, add_invocation(emitter, checked));
		break;
	}
}

static bool
continues_if(const SieveChecked *checked)
{
	return checked != NULL && (checked->command->form == SIEVE_FORM_ELSIF ||
					  checked->command->form == SIEVE_FORM_ELSE);
}

/* The whole chain from if to the last elsif or else; returns what comes after it. */
static const SieveChecked *
emit_if(Emitter *emitter, const SieveChecked *checked)
{
	g_autoptr(GArray) jumps_to_end = g_array_new(FALSE, FALSE, sizeof(uint32_t));

	for (;;) {
		bool tested = checked->command->form != SIEVE_FORM_ELSE;
		uint32_t jump_to_next = 0;
		if (tested) {
			emit_test(emitter, checked->tests);
			jump_to_next = emit(emitter, SIEVE_OP_JUMP_IF_FALSE, 0);
		}
		emit_block(emitter, checked->block);
		checked = checked->next;
		if (continues_if(checked)) {
			uint32_t jump = emit(emitter, SIEVE_OP_JUMP, 0);
			g_array_append_val(jumps_to_end, jump);
		}
		if (tested)
			land(emitter, jump_to_next);
		if (!continues_if(checked))
			break;
	}
	land_all(emitter, jumps_to_end);
	return checked;
}

static void
emit_run(Emitter *emitter, const SieveChecked *checked)
{
	if (checked->command->run != NULL)
		emit(emitter, SIEVE_OP_COMMAND, add_invocation(emitter, checked));
}

static void
emit_with_block(Emitter *emitter, const SieveChecked *checked)
{
	uint32_t index = add_invocation(emitter, checked);

	emit(emitter, SIEVE_OP_BLOCK, index);
	emit_block(emitter, checked->block);
	uint32_t end = emit(emitter, SIEVE_OP_END_BLOCK, index);
	g_array_index(emitter->invocations, SieveInvocation, index).end = end;
}

static void
emit_command(Emitter *emitter, const SieveChecked *checked)
{
	emit_needs_tested(emitter, checked);
	switch (checked->command->form) {
	case SIEVE_FORM_STOP:
		/* COMMAND runs nothing here: it is the place of the stop or return in the script. */
		emit(emitter, SIEVE_OP_COMMAND, add_invocation(emitter, checked));
		emit(emitter, SIEVE_OP_STOP, 0);
		break;
	case SIEVE_FORM_RETURN:
		emit(emitter, SIEVE_OP_COMMAND, add_invocation(emitter, checked));
		emit(emitter, SIEVE_OP_RETURN, 0);
		break;
	case SIEVE_FORM_CALL:
		emit(emitter, SIEVE_OP_CALL, add_invocation(emitter, checked));
		break;
	case SIEVE_FORM_BLOCK:
		emit_with_block(emitter, checked);
		break;
	default:
		emit_run(emitter, checked);
		break;
	}
}

static void
emit_block(Emitter *emitter, const SieveChecked *checked)
{
	while (checked != NULL) {
		if (checked->command->form == SIEVE_FORM_IF) {
			checked = emit_if(emitter, checked);
			continue;
		}
		emit_command(emitter, checked);
		checked = checked->next;
	}
}

static void *
copy_array(SieveArena *arena, GArray *array)
{
	size_t size = (size_t)g_array_get_element_size(array) * array->len;
	void *copy = sieve_arena_alloc(arena, size);

	if (size > 0)
		memcpy(copy, array->data, size);
	return copy;
}

SieveProgram *
sieve_compile_unit(SieveUnit *unit)
{
	g_autoptr(GArray) code = g_array_new(FALSE, FALSE, sizeof(SieveInstruction));
	g_autoptr(GArray) invocations = g_array_new(FALSE, FALSE, sizeof(SieveInvocation));
	Emitter emitter = {unit->arena, code, invocations};
	SieveProgram *program = sieve_arena_new_array(unit->arena, SieveProgram, 1);
	SieveEntryPoint *scripts =
		sieve_arena_new_array(unit->arena, SieveEntryPoint, unit->scripts->len);

	for (unsigned i = 0; i < unit->scripts->len; i++) {
		const SieveScript *script = sieve_unit_get(unit, i);
		scripts[i].name = script->name;
		scripts[i].start = code->len;
		emit_block(&emitter, script->commands);
		emit(&emitter, SIEVE_OP_RETURN, 0);
		scripts[i].end = code->len;
		scripts[i].n_variables = script->variables.count;
	}
	program->references = 1;
	program->arena = unit->arena;
	program->registry = unit->registry;
	program->settings = unit->settings;
	program->code = copy_array(unit->arena, code);
	program->n_code = code->len;
	program->invocations = copy_array(unit->arena, invocations);
	program->n_invocations = invocations->len;
	program->scripts = scripts;
	program->n_scripts = unit->scripts->len;
	program->n_shared_variables = unit->shared.count;
	return program;
}

SieveProgram *
sieve_compile(const SieveRegistry *registry, SieveBytes text, const SieveCompileOptions *options,
	SieveDiagList *diags)
{
	static const SieveCompileOptions no_options = {.name = NULL};
	g_autoptr(SieveArena) arena = sieve_arena_new();
	size_t errors = sieve_diag_list_count_errors(diags);
	g_autoptr(SieveUnit) unit =
		sieve_unit_new(registry, options == NULL ? &no_options : options, diags, arena);

	sieve_unit_add_main(unit, text);
	sieve_check_unit(unit);
	if (sieve_diag_list_count_errors(diags) > errors)
		return NULL;
	SieveProgram *program = sieve_compile_unit(unit);
	(void)g_steal_pointer(&arena);
	/* A program that does not verify is our mistake, never the script's. */
	g_assert(sieve_program_verify(program) == NULL);
	return program;
}
