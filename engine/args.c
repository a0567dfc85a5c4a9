/* SPDX-License-Identifier: MIT */
/* args.c - what definitions see of their fitted arguments */

#include "engine/arguments.h"

#include "engine/check.h"

const SieveArg *
sieve_args_get(const SieveArgs *args, unsigned index)
{
	/* One of its tags stands for it. */
	if (args->defs[index].type == SIEVE_ARG_ADDRESS_PART)
		return &args->address_part_arg;
	return &args->items[index];
}

bool
sieve_args_has(const SieveArgs *args, unsigned index)
{
	return sieve_args_get(args, index)->given;
}

uint64_t
sieve_args_number(const SieveArgs *args, unsigned index)
{
	return args->items[index].number;
}

SieveBytes
sieve_args_constant(const SieveArgs *args, unsigned index)
{
	const SieveStrings *strings = &args->items[index].strings;

	return strings->count == 0 ? (SieveBytes){"", 0} : strings->items[0];
}

bool
sieve_args_is_constant(const SieveArgs *args, unsigned index)
{
	return args->items[index].templates == NULL;
}

SieveBytes
sieve_args_string(SieveRun *run, const SieveArgs *args, unsigned index)
{
	return sieve_arg_string(run, &args->items[index]);
}

uint64_t
sieve_arg_number(const SieveArg *arg)
{
	return arg->number;
}

SieveBytes
sieve_arg_string(SieveRun *run, const SieveArg *arg)
{
	return arg->strings.count == 0 ? (SieveBytes){"", 0} : sieve_string_value(run, arg, 0);
}

SieveStrings
sieve_arg_strings(SieveRun *run, const SieveArg *arg)
{
	return sieve_string_values(run, arg);
}

SieveStrings
sieve_args_constants(const SieveArgs *args, unsigned index)
{
	return args->items[index].strings;
}

SieveStrings
sieve_args_strings(SieveRun *run, const SieveArgs *args, unsigned index)
{
	const SieveArg *arg = &args->items[index];

	return arg->templates == NULL ? arg->strings : sieve_string_values(run, arg);
}

SieveBytes
sieve_args_modify(SieveRun *run, const SieveArgs *args, SieveBytes value)
{
	for (unsigned i = 0; i < args->n_modifiers; i++) {
		/* A run that has no steps left fails after this command. */
		if (!sieve_run_spend(run, value.len, NULL))
			return SIEVE_BYTES("");
		value = args->modifiers[i].def->modify(run, value);
	}
	return value;
}

void
sieve_args_set_data(SieveArgs *args, const void *data)
{
	args->data = data;
}

const void *
sieve_args_data(const SieveArgs *args)
{
	return args->data;
}

const SieveArg *
sieve_args_tag(const SieveArgs *args, const SieveTagDef *def)
{
	for (unsigned i = 0; i < args->n_tags; i++)
		if (args->tags[i].def == def)
			return &args->tags[i].arg;
	return NULL;
}
