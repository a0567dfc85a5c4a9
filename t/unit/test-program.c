/* SPDX-License-Identifier: MIT */
/* test-program.c - what scripts compile to, and which programs do not verify */

#include "engine/dump.h"

#include "t/unit/script.h"

static char *
dump(const char *script)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveProgram) program = test_compile(registry, script);

	return sieve_program_dump(program);
}

static void
test_dump(void)
{
	g_autofree char *listing = dump("require \"fileinto\";\n"
					"if anyof (header :contains \"subject\" [\"a\", \"b\"],\n"
					"          not size :over 1K) {\n"
					"\tfileinto \"x\";\n"
					"} elsif true {\n"
					"\tstop;\n"
					"} else {\n"
					"\tdiscard;\n"
					"}\n");

	g_assert_cmpstr(listing, ==,
		"script \"script\"\n"
		"    0  TEST          header :contains [\"subject\"] [\"a\", \"b\"]  # line 2\n"
		"    1  JUMP_IF_TRUE  4\n"
		"    2  TEST          size :over 1024  # line 3\n"
		"    3  NOT\n"
		"    4  JUMP_IF_FALSE 7\n"
		"    5  COMMAND       fileinto \"x\"  # line 4\n"
		"    6  JUMP          13\n"
		"    7  TEST          true  # line 5\n"
		"    8  JUMP_IF_FALSE 12\n"
		"    9  COMMAND       stop  # line 6\n"
		"   10  STOP\n"
		"   11  JUMP          13\n"
		"   12  COMMAND       discard  # line 8\n"
		"   13  RETURN\n");
}

static void
test_dump_tags(void)
{
	g_autofree char *listing = dump("require [\"relational\", \"fileinto\", \"copy\"];\n"
					"if address :domain :comparator \"i;octet\" :value \"gt\" "
					"\"from\" \"m\" { fileinto :copy \"x\"; }\n");

	g_assert_cmpstr(listing, ==,
		"script \"script\"\n"
		"    0  TEST          address :domain :comparator \"i;octet\" :value \"gt\" "
		"[\"from\"] [\"m\"]  # line 2\n"
		"    1  JUMP_IF_FALSE 3\n"
		"    2  COMMAND       fileinto :copy \"x\"  # line 2\n"
		"    3  RETURN\n");
}

static void
test_references(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	SieveProgram *program = test_compile(registry, "discard;");
	SieveProgram *second = sieve_program_ref(program);

	sieve_program_unref(program);
	g_autofree char *result = test_run(second, test_mail);
	g_assert_cmpstr(result, ==, "discard\n");
	sieve_program_unref(second);
	sieve_program_unref(NULL);
}

/* A program of one script with given code; invocation 0 is a test, 1 a command. */
static const char *
verify(const SieveInstruction *code, uint32_t n_code)
{
	static const SieveTestDef test_def = {.name = "t"};
	static const SieveCommandDef command_def = {.name = "c"};
	const SieveArgs args = {.script = 1};
	const SieveInvocation invocations[] = {{.test = &test_def, .args = &args},
		{.command = &command_def, .args = &args, .end = 1}};
	const SieveEntryPoint scripts[] = {{.name = "script", .start = 0, .end = n_code}};
	const SieveProgram program = {.code = code,
		.n_code = n_code,
		.invocations = invocations,
		.n_invocations = 2,
		.scripts = scripts,
		.n_scripts = 1};

	return sieve_program_verify(&program);
}

typedef struct VerifyCase {
	SieveInstruction code[3];
	uint32_t n_code;
	const char *problem; /* (nullable) */
} VerifyCase;

static const VerifyCase verify_cases[] = {
	{{{SIEVE_OP_RETURN, 0}}, 1, NULL},
	{{{SIEVE_OP_TEST, 0}, {SIEVE_OP_COMMAND, 1}, {SIEVE_OP_RETURN, 0}}, 3, NULL},
	{{{SIEVE_OP_BLOCK, 1}, {SIEVE_OP_END_BLOCK, 1}, {SIEVE_OP_RETURN, 0}}, 3, NULL},
	{{{SIEVE_OP_JUMP, 1}, {SIEVE_OP_RETURN, 0}}, 2, NULL},
	{{{SIEVE_OP_RETURN, 0}}, 0, "a script has no code"},
	{{{SIEVE_OP_NOT, 0}}, 1, "a script does not end"},
	{{{SIEVE_N_OPCODES, 0}, {SIEVE_OP_RETURN, 0}}, 2, "an opcode does not exist"},
	{{{SIEVE_OP_JUMP, 0}, {SIEVE_OP_RETURN, 0}}, 2, "a jump goes back"},
	{{{SIEVE_OP_JUMP_IF_TRUE, 2}, {SIEVE_OP_RETURN, 0}}, 2, "a jump leaves its script"},
	{{{SIEVE_OP_TEST, 2}, {SIEVE_OP_RETURN, 0}}, 2, "an invocation does not exist"},
	{{{SIEVE_OP_TEST, 1}, {SIEVE_OP_RETURN, 0}}, 2, "a command stands where a test belongs"},
	{{{SIEVE_OP_COMMAND, 0}, {SIEVE_OP_RETURN, 0}}, 2, "a test stands where a command belongs"},
	{{{SIEVE_OP_CALL, 1}, {SIEVE_OP_RETURN, 0}}, 2,
		"a call goes to a script that does not exist"},
	{{{SIEVE_OP_BLOCK, 1}, {SIEVE_OP_RETURN, 0}}, 2, "a block has no end"},
};

static void
test_verify(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(verify_cases); i++)
		g_assert_cmpstr(verify(verify_cases[i].code, verify_cases[i].n_code), ==,
			verify_cases[i].problem);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/program/dump", test_dump);
	g_test_add_func("/program/dump-tags", test_dump_tags);
	g_test_add_func("/program/references", test_references);
	g_test_add_func("/program/verify", test_verify);
	return g_test_run();
}
