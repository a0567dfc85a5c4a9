/* SPDX-License-Identifier: MIT */
/* stage.c - what is known of a mail at each stage, and what a run says that needs more */

#include "engine/stage.h"

#include <string.h>

static const struct {
	const char *name;
	const char *words;
	SieveNeeds knows;
} stages[] = {
	[SIEVE_STAGE_MESSAGE] = {"message", "the whole message", SIEVE_NEEDS_BODY},
	[SIEVE_STAGE_CONNECTION] = {"connection", "the connection", SIEVE_NEEDS_CONNECTION},
	[SIEVE_STAGE_ENVELOPE] = {"envelope", "the envelope", SIEVE_NEEDS_ENVELOPE},
	[SIEVE_STAGE_HEADER] = {"header", "the header", SIEVE_NEEDS_HEADER},
};

SieveNeeds
sieve_stage_knows(SieveStage stage)
{
	return stages[stage].knows;
}

SieveStage
sieve_stage_for(SieveNeeds needs)
{
	SieveStage best = SIEVE_STAGE_MESSAGE;

	for (unsigned i = 0; i < G_N_ELEMENTS(stages); i++)
		if (stages[i].knows >= needs && stages[i].knows < stages[best].knows)
			best = (SieveStage)i;
	return best;
}

const char *
sieve_stage_name(SieveStage stage)
{
	return stages[stage].name;
}

bool
sieve_stage_parse(const char *name, SieveStage *ret_stage)
{
	for (unsigned i = 0; i < G_N_ELEMENTS(stages); i++)
		if (strcmp(stages[i].name, name) == 0) {
			*ret_stage = (SieveStage)i;
			return true;
		}
	return false;
}

char *
sieve_need_print(const SieveNeed *need)
{
	return g_strdup_printf("needs %s (%s:%u: %s)", stages[need->stage].words, need->script,
		need->line, need->name);
}

const SieveNeed *
sieve_result_needs(const SieveResult *result)
{
	return result->need;
}
