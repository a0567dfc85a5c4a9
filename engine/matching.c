/* SPDX-License-Identifier: MIT */
/* matching.c - one evaluation of values against keys (RFC 5228 section 2.7.1) */

#include "engine/arguments.h"
#include "engine/check.h"
#include "engine/run.h"

/* As the checker did with constant keys; a mistake fails the run. */
static void
check_expanded(SieveRun *run, const SieveArgs *args, SieveStrings keys)
{
	SieveCheck check = {.run = run};

	for (size_t i = 0; args->match->check_key != NULL && i < keys.count; i++)
		args->match->check_key(&check, args->keys, keys.items[i]);
}

/* Keys with variables are compiled in each run, which pays for their bytes. */
static const void *
compile_expanded(SieveRun *run, const SieveArgs *args, SieveStrings *ret_keys)
{
	SieveStrings keys = sieve_string_values(run, args->keys);
	uint64_t steps = keys.count;

	for (size_t i = 0; i < keys.count; i++)
		steps += keys.items[i].len;
	/* A run that has no steps left fails after this test. */
	if (!sieve_run_spend(run, steps, NULL))
		keys.count = 0;
	check_expanded(run, args, keys);
	*ret_keys = keys;
	return sieve_args_compile_keys(args, keys, sieve_run_arena(run));
}

void
sieve_matching_begin(SieveMatching *matching, SieveRun *run, const SieveArgs *args)
{
	/* What is left out is written before it is read: to clear it would take time in each test. */
	matching->run = run;
	matching->args = args;
	matching->matcher = args->matcher;
	matching->count = 0;
	matching->matched = false;
	matching->first = run->trace != NULL;
	matching->silent = false;
	if (matching->matcher == NULL)
		matching->matcher = compile_expanded(run, args, &matching->keys);
	else
		matching->keys = args->keys->strings;
}

static void
tell_value(const SieveMatching *matching, SieveBytes value, size_t key)
{
	SieveTraceEvent event = {
		.kind = SIEVE_TRACE_VALUE,
		.value = {value, matching->matched, matching->keys, key},
	};

	sieve_trace_tell(matching->run, event);
}

static bool
is_normalised(const SieveMatching *matching)
{
	return matching->args->comparator->normalise != NULL && !matching->args->match->raw;
}

/* What the comparator makes of @value. */
static SieveBytes
compared(const SieveMatching *matching, SieveBytes value)
{
	if (!is_normalised(matching))
		return value;
	return matching->args->comparator->normalise(value, false, sieve_run_arena(matching->run));
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
	if (!sieve_run_pay(run, value.len + 1, NULL))
		return true;
	matching->key = SIEVE_NO_KEY;
	matching->matched =
		match->match(matching, matching->matcher, compared(matching, value));
	if (matching->matched) {
		matching->value = value;
		if (match->capture != NULL && !matching->silent)
			run->captured = (SieveCaptured){.matching = *matching};
	}
	if (run->trace != NULL)
		tell_value(matching, value, matching->matched ? matching->key : SIEVE_NO_KEY);
	return matching->matched;
}

bool
sieve_matching_offer_address(SieveMatching *matching, const SieveAddress *address)
{
	const SieveAddressPartDef *address_part = matching->args->address_part;
	SieveBytes part;

	if (sieve_matching_counts(matching)) {
		matching->count += address->valid && address->all.len > 0;
		return false;
	}
	return address_part->part(sieve_run_settings(matching->run), address, &part) &&
	       sieve_matching_offer(matching, part);
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
	if (matching->run->trace != NULL)
		tell_value(matching, sieve_bytes_from_string(count), SIEVE_NO_KEY);
	return matching->matched;
}

/* From parts of what the comparator made of a value to parts of the value itself. */
static void
locate_all(const SieveMatching *matching, SieveBytes made, SieveCaptured *captured)
{
	const SieveComparatorDef *comparator = matching->args->comparator;

	for (size_t i = 0; i < captured->count; i++) {
		SieveBytes *item = &captured->items[i];
		size_t start = (size_t)(item->ptr - made.ptr);
		size_t from = comparator->locate(matching->value, start);
		size_t to = comparator->locate(matching->value, start + item->len);
		*item = sieve_bytes_slice(matching->value, from, to - from);
	}
}

static void
work_out(SieveRun *run, SieveCaptured *captured)
{
	SieveMatching *matching = &captured->matching;
	const SieveMatchDef *match = matching->args->match;
	SieveBytes value = matching->value;
	SieveBytes made = compared(matching, value);

	captured->items =
		sieve_arena_new_array(sieve_run_arena(run), SieveBytes, SIEVE_CAPTURES + 1);
	if (!matching->first) {
		matching->first = true;
		match->match(matching, matching->matcher, made);
	}
	if (matching->key == SIEVE_NO_KEY)
		return;
	matching->value = made;
	captured->count = match->capture(matching, captured->items);
	matching->value = value;
	if (is_normalised(matching))
		locate_all(matching, made, captured);
}

SieveBytes
sieve_run_capture(SieveRun *run, size_t index)
{
	SieveCaptured *captured = &run->captured;

	if (captured->matching.matcher == NULL)
		return SIEVE_BYTES("");
	if (captured->items == NULL)
		work_out(run, captured);
	return index >= captured->count ? SIEVE_BYTES("") : captured->items[index];
}
