/* SPDX-License-Identifier: MIT */
/* program.c - compact form of a script: opcodes, reference count, verify */

#include "engine/program.h"

#include "engine/registry.h"

#define OPERAND(kind) SIEVE_OPERAND_##kind

const SieveOpcodeInfo sieve_opcodes[SIEVE_N_OPCODES] = {
#define SIEVE_OPCODE(name, operand, text) [SIEVE_OP_##name] = {#name, OPERAND(operand)},
#include "engine/opcodes.def"
#undef SIEVE_OPCODE
};

SieveProgram *
sieve_program_ref(SieveProgram *program)
{
	g_atomic_int_inc(&program->references);
	return program;
}

void
sieve_program_unref(SieveProgram *program)
{
	if (program == NULL || !g_atomic_int_dec_and_test(&program->references))
		return;
	/* The program itself lives in its arena. */
	sieve_arena_free(program->arena);
}

static const char *
verify_target(const SieveEntryPoint *script, uint32_t at, uint32_t target)
{
	/* END_BLOCK alone goes back, and asks its command first. */
	if (target <= at)
		return "a jump goes back";
	return target < script->end ? NULL : "a jump leaves its script";
}

static const char *
verify_invocation(const SieveProgram *program, SieveOperand kind, uint32_t index)
{
	if (index >= program->n_invocations)
		return "an invocation does not exist";
	const SieveInvocation *invocation = &program->invocations[index];
	if (kind == SIEVE_OPERAND_TEST)
		return invocation->test != NULL ? NULL : "a command stands where a test belongs";
	return invocation->command != NULL ? NULL : "a test stands where a command belongs";
}

static const char *
verify_call(const SieveProgram *program, const SieveInvocation *invocation)
{
	int script = invocation->args->script;

	return script < (int)program->n_scripts ? NULL
						: "a call goes to a script that does not exist";
}

static const char *
verify_block(
	const SieveProgram *program, const SieveEntryPoint *script, uint32_t at, uint32_t index)
{
	uint32_t end = program->invocations[index].end;

	if (end <= at || end >= script->end)
		return "a block has no end";
	const SieveInstruction *last = &program->code[end];
	return last->op == SIEVE_OP_END_BLOCK && last->operand == index ? NULL
									: "a block has no end";
}

static const char *
verify_instruction(const SieveProgram *program, const SieveEntryPoint *script, uint32_t at)
{
	const SieveInstruction *instruction = &program->code[at];
	const char *problem = NULL;

	if (instruction->op >= SIEVE_N_OPCODES)
		return "an opcode does not exist";
	SieveOperand kind = sieve_opcodes[instruction->op].operand;
	if (kind == SIEVE_OPERAND_TARGET)
		return verify_target(script, at, instruction->operand);
	if (kind == SIEVE_OPERAND_EXTENSION)
		return instruction->operand < sieve_registry_count(program->registry)
			       ? NULL
			       : "an extension does not exist";
	if (kind != SIEVE_OPERAND_NONE)
		problem = verify_invocation(program, kind, instruction->operand);
	if (problem == NULL && instruction->op == SIEVE_OP_CALL)
		return verify_call(program, &program->invocations[instruction->operand]);
	if (problem == NULL && instruction->op == SIEVE_OP_BLOCK)
		return verify_block(program, script, at, instruction->operand);
	return problem;
}

const char *
sieve_program_verify(const SieveProgram *program)
{
	if (program->n_scripts == 0)
		return "there is no script";
	for (uint32_t i = 0; i < program->n_scripts; i++) {
		const SieveEntryPoint *script = &program->scripts[i];
		if (script->start >= script->end || script->end > program->n_code)
			return "a script has no code";
		if (program->code[script->end - 1].op != SIEVE_OP_RETURN)
			return "a script does not end";
		for (uint32_t at = script->start; at < script->end; at++) {
			const char *problem = verify_instruction(program, script, at);
			if (problem != NULL)
				return problem;
		}
	}
	return NULL;
}
