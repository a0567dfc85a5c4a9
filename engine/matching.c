/* SPDX-License-Identifier: MIT */
/* matching.c - one evaluation of values against keys (RFC 5228 section 2.7.1) */

#include "engine/run.h"

/* Explaining which key matched tries them one by one; not for lists that nobody would read. */
#define EXPLAINED_KEYS 1000u

static const void *
compile_keys(SieveRun *run, const SieveArgs *args, SieveStrings strings)
{
	SieveArena *arena = sieve_run_arena(run);
	SieveKeys *keys = sieve_arena_new_array(arena, SieveKeys, 1);

	keys->comparator = args->comparator;
	keys->keys = strings;
	if (args->match_arg.strings.count > 0)
		keys->value = args->match_arg.strings.items[0];
	return args->match->compile == NULL ? keys : args->match->compile(keys, arena);
}

void
sieve_matching_begin(SieveMatching *matching, SieveRun *run, const SieveArgs *args)
{
	*matching = (SieveMatching){.run = run, .args = args, .matcher = args->matcher};
	if (matching->matcher == NULL)
		matching->matcher = compile_keys(run, args, sieve_string_values(run, args->keys));
}

static SieveBytes
find_matched_key(SieveMatching *matching, SieveBytes value)
{
	const SieveArgs *args = matching->args;
	SieveStrings keys = sieve_string_values(matching->run, args->keys);

	for (size_t i = 0; i < keys.count && keys.count <= EXPLAINED_KEYS; i++) {
		SieveStrings one = {&keys.items[i], 1};
		const void *matcher = compile_keys(matching->run, args, one);
		if (args->match->match(matching, matcher, value))
			return keys.items[i];
	}
	return (SieveBytes){NULL, 0};
}

bool
sieve_matching_offer(SieveMatching *matching, SieveBytes value)
{
	SieveRun *run = matching->run;
	const SieveMatchDef *match = matching->args->match;

	matching->count++;
	if (match->match_count != NULL)
		return false;
	/* A run that has no steps left fails after this test; it need not match any more. */
	if (!sieve_run_spend(run, value.len + 1, NULL))
		return true;
	matching->matched = match->match(matching, matching->matcher, value);
	if (run->trace != NULL) {
		SieveBytes key = {NULL, 0};
		if (matching->matched)
			key = find_matched_key(matching, value);
		sieve_trace_value(run->trace, value, matching->matched, key);
	}
	return matching->matched;
}

bool
sieve_matching_counts(const SieveMatching *matching)
{
	return matching->args->match->match_count != NULL;
}

bool
sieve_matching_end(SieveMatching *matching)
{
	const SieveMatchDef *match = matching->args->match;
	char count[24];

	if (match->match_count == NULL)
		return matching->matched;
	matching->matched = match->match_count(matching, matching->matcher, matching->count);
	g_snprintf(count, sizeof(count), "%" G_GUINT64_FORMAT, matching->count);
	sieve_trace_value(matching->run->trace, sieve_bytes_from_string(count), matching->matched,
		(SieveBytes){NULL, 0});
	return matching->matched;
}
