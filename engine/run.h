/* SPDX-License-Identifier: MIT */
/* run.h - the state of one run, for the files that make a run up: interp, actions, matching */
#pragma once

#include "engine/interp.h"
#include "engine/program.h"
#include "engine/trace.h"

/** The last success of a match type that has captures. */
typedef struct SieveCaptured {
	SieveMatching matching; /* no matcher: none yet */
	SieveBytes *items;	/* (nullable) (array length=count) once somebody asked */
	size_t count;
} SieveCaptured;

struct SieveRun {
	const SieveProgram *program;
	const SieveMessage *message; /* as the run has made it */
	const SieveMessage *original; /* as it came */
	const SieveMessage *redirected; /* (nullable) as redirects send it, if that is another one */
	SieveEnvelope envelope;
	const SieveEnv *env;
	SieveEnvironment environment;
	void *environment_data;
	SieveSearch search; /* (nullable) */
	void *search_data;
	const char *maildir; /* (nullable) */
	SieveTrace *trace; /* (nullable) */
	void *host;
	SieveResult *result;
	SieveNeeds known; /* what the stage of the run knows */
	SieveRun *outer; /* (nullable) the run that this one runs inside of */
	uint64_t steps;
	uint64_t max_steps;
	GError *error; /* (nullable) what sieve_run_fail() was told */
	bool outcome;  /* of the last test */
	SieveCaptured captured; /* of the script being run */
	SieveBytes **variables; /* (nullable) the shared ones, then those of each script (nullable) */
	bool stopped;
	uint32_t at;	       /* the next instruction */
	uint32_t script;       /* index of the script being run */
	const SieveArgs *args; /* of the command or test being run */
	GArray *calls;	       /* (nullable) of the scripts that wait for this one */
	GArray *blocks;	       /* (nullable) that are being run, innermost last */
	GArray *loops;	       /* (nullable) over MIME parts, innermost last; see parts.c */
	int leave;	       /* index of the block to leave, -1 for none */
	bool *included;	       /* (nullable) as calls (array length=program->n_scripts) */
	GHashTable *slots;     /* (nullable) key to void ** */
	bool *enabled; /* (nullable) what ihave tests found: an extension, a script at a time */
};

/** After part @index, which went to @old_end, has been replaced: loops end where they did, and go on behind
 * it. */
void sieve_run_settle_loops(SieveRun *run, size_t index, size_t old_end);

/** Fails for what was spent too much; see sieve_run_spend(). */
bool sieve_run_fail_for_steps(const SieveRun *run, GError **error);

/** sieve_run_spend() for what happens several times in each test. */
static inline bool
sieve_run_pay(SieveRun *run, uint64_t steps, GError **error)
{
	/* The sum cannot wrap round: each single amount is a length in memory. */
	run->steps += steps;
	return run->steps <= run->max_steps || sieve_run_fail_for_steps(run, error);
}
