/* SPDX-License-Identifier: MIT */
/* strings.c - string values at run time: constants, and templates that an extension expands */

#include "engine/strings.h"

#include "engine/args.h"
#include "engine/bytes.h"
#include "engine/check.h"

SieveBytes
sieve_string_value(SieveRun *run, const SieveArg *arg, size_t index)
{
	const SieveTemplate *template = arg->templates == NULL ? NULL : &arg->templates[index];

	if (template == NULL || template->data == NULL)
		return arg->strings.items[index];
	SieveBytes value = template->extension->expand_string(run, template->data);
	if (arg->check != NULL) {
		SieveCheck check = {.run = run};
		arg->check(&check, arg, value);
	}
	return value;
}

SieveStrings
sieve_string_values(SieveRun *run, const SieveArg *arg)
{
	if (arg->templates == NULL)
		return arg->strings;
	size_t count = arg->strings.count;
	SieveBytes *items = sieve_arena_new_array(sieve_run_arena(run), SieveBytes, count);
	for (size_t i = 0; i < count; i++)
		items[i] = sieve_string_value(run, arg, i);
	SieveStrings values = {items, count};
	return arg->words ? sieve_strings_words(values, sieve_run_arena(run)) : values;
}

static size_t
count_words(SieveStrings strings)
{
	size_t count = 0;
	SieveBytes word;

	for (size_t i = 0; i < strings.count; i++)
		for (SieveBytes rest = strings.items[i]; sieve_bytes_next_word(&rest, &word);)
			count++;
	return count;
}

SieveStrings
sieve_strings_words(SieveStrings strings, SieveArena *arena)
{
	size_t count = count_words(strings);
	SieveBytes *words = sieve_arena_new_array(arena, SieveBytes, count);
	SieveBytes *next = words;
	SieveBytes word;

	for (size_t i = 0; i < strings.count; i++)
		for (SieveBytes rest = strings.items[i]; sieve_bytes_next_word(&rest, &word);)
			*next++ = word;
	return (SieveStrings){words, count};
}
