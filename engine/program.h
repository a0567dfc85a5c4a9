/* SPDX-License-Identifier: MIT */
/* program.h - compact form of a script: code, invocations, source lines; verify
 *
 * Code is an array of fixed-size instructions over one register, the outcome of the last test.
 * Instructions point to invocations: a definition with its fitted arguments. All lives in the
 * program's arena and never changes after sieve_compile(), so that any number of threads may run
 * it.
 */
#pragma once

#include "engine/args.h"

typedef enum {
#define SIEVE_OPCODE(name, operand, text) SIEVE_OP_##name,
#include "engine/opcodes.def"
#undef SIEVE_OPCODE
	SIEVE_N_OPCODES,
} SieveOpcode;

typedef enum {
	SIEVE_OPERAND_NONE,
	SIEVE_OPERAND_TARGET,  /* an instruction of the same script */
	SIEVE_OPERAND_COMMAND, /* an invocation of a command */
	SIEVE_OPERAND_TEST,    /* an invocation of a test */
	SIEVE_OPERAND_EXTENSION, /* an extension of the registry */
} SieveOperand;

typedef struct SieveOpcodeInfo {
	const char *name;
	SieveOperand operand;
} SieveOpcodeInfo;

/** Of each opcode, in order. */
extern const SieveOpcodeInfo sieve_opcodes[SIEVE_N_OPCODES];

typedef struct SieveInstruction {
	uint32_t op;
	uint32_t operand;
} SieveInstruction;

/** One use of a command or test; exactly one of @command and @test is set. */
typedef struct SieveInvocation {
	const SieveCommandDef *command;
	const SieveTestDef *test;
	const SieveArgs *args;
	uint32_t end; /* SIEVE_FORM_BLOCK: its END_BLOCK instruction */
} SieveInvocation;

/** Where the code of a script stands. */
typedef struct SieveEntryPoint {
	const char *name;
	uint32_t start;
	uint32_t end; /* after its last instruction */
	uint32_t n_variables;
} SieveEntryPoint;

struct SieveProgram {
	gint references;
	SieveArena *arena;
	const SieveRegistry *registry;
	const SieveSettings *settings;
	const SieveInstruction *code;
	uint32_t n_code;
	const SieveInvocation *invocations;
	uint32_t n_invocations;
	const SieveEntryPoint *scripts; /* the main one first */
	uint32_t n_scripts;
	uint32_t n_shared_variables;
};

/** NULL when every instruction is sound, else what is wrong (static). The interpreter relies on it:
 * a program that passes stays within its arrays, and only blocks can make it loop. */
const char *sieve_program_verify(const SieveProgram *program);
