/* SPDX-License-Identifier: MIT */
/* dump.c - program to readable listing */

#include "engine/dump.h"

#include "engine/registry.h"

/* Enough of a string to know it by; a listing is read by people. */
#define SHOWN_STRING_BYTES 60u
#define SHOWN_STRINGS 8u

static void
dump_string(SieveBytes string, GString *text)
{
	g_autofree char *shown = sieve_bytes_escape(string, SHOWN_STRING_BYTES);

	g_string_append_printf(text, "\"%s\"", shown);
}

static void
dump_value(const SieveArg *arg, SieveArgType type, GString *text)
{
	const SieveStrings *strings = &arg->strings;

	if (type == SIEVE_ARG_NUMBER)
		g_string_append_printf(text, " %" G_GUINT64_FORMAT, arg->number);
	if (type == SIEVE_ARG_STRING && strings->count > 0) {
		g_string_append_c(text, ' ');
		dump_string(strings->items[0], text);
	}
	if (type != SIEVE_ARG_STRING_LIST)
		return;
	for (size_t i = 0; i < MIN(strings->count, SHOWN_STRINGS); i++) {
		g_string_append(text, i == 0 ? " [" : ", ");
		dump_string(strings->items[i], text);
	}
	if (strings->count > SHOWN_STRINGS)
		g_string_append_printf(text, ", and %zu more", strings->count - SHOWN_STRINGS);
	g_string_append(text, strings->count == 0 ? " []" : "]");
}

static void
dump_tag(const SieveArg *arg, SieveArgType value, GString *text)
{
	if (!arg->given)
		return;
	g_string_append_printf(text, " :%s", arg->name);
	dump_value(arg, value, text);
}

void
sieve_dump_args(const SieveArgs *args, GString *text)
{
	g_string_append(text, args->name);
	dump_tag(&args->address_part_arg, SIEVE_ARG_END, text);
	dump_tag(&args->comparator_arg, SIEVE_ARG_STRING, text);
	if (args->match != NULL)
		dump_tag(&args->match_arg, args->match->value, text);
	for (unsigned i = 0; i < args->n_modifiers; i++)
		dump_tag(&args->modifiers[i].arg, SIEVE_ARG_END, text);
	for (unsigned i = 0; i < args->n_tags; i++)
		dump_tag(&args->tags[i].arg, args->tags[i].def->value, text);
	for (unsigned i = 0; i < args->count; i++)
		if (args->defs[i].type == SIEVE_ARG_TAG)
			dump_tag(&args->items[i], args->defs[i].value, text);
	for (unsigned i = 0; i < args->count; i++)
		if (args->items[i].given && args->defs[i].type != SIEVE_ARG_TAG)
			dump_value(&args->items[i], args->defs[i].type, text);
}

static void
dump_instruction(const SieveProgram *program, uint32_t at, GString *text)
{
	const SieveInstruction *instruction = &program->code[at];
	const SieveOpcodeInfo *info = &sieve_opcodes[instruction->op];

	g_string_append_printf(text, "%5u  %-13s", at, info->name);
	if (info->operand == SIEVE_OPERAND_TARGET)
		g_string_append_printf(text, " %u", instruction->operand);
	if (info->operand == SIEVE_OPERAND_EXTENSION)
		g_string_append_printf(text, " \"%s\"",
			sieve_registry_get(program->registry, instruction->operand)->capability);
	if (info->operand == SIEVE_OPERAND_COMMAND || info->operand == SIEVE_OPERAND_TEST) {
		const SieveArgs *args = program->invocations[instruction->operand].args;
		g_string_append_c(text, ' ');
		sieve_dump_args(args, text);
		g_string_append_printf(text, "  # line %u", args->line);
	}
	while (text->len > 0 && text->str[text->len - 1] == ' ')
		g_string_truncate(text, text->len - 1);
	g_string_append_c(text, '\n');
}

char *
sieve_program_dump(const SieveProgram *program)
{
	GString *text = g_string_new(NULL);

	for (uint32_t i = 0; i < program->n_scripts; i++) {
		const SieveEntryPoint *script = &program->scripts[i];
		g_autofree char *name =
			sieve_bytes_escape(sieve_bytes_from_string(script->name), SIZE_MAX);
		g_string_append_printf(text, "script \"%s\"\n", name);
		for (uint32_t at = script->start; at < script->end; at++)
			dump_instruction(program, at, text);
	}
	return g_string_free(text, FALSE);
}
