/* SPDX-License-Identifier: MIT */
/* trace.h - what a run tells while it goes: events, for whoever explains or counts them
 *
 * A SieveTrace is an object with one function. It lives in the program that runs the script: it
 * embeds the struct as its first member, and hands it over in SieveRunInput. Without one a run only
 * asks whether there is one. Events show compiled arguments, whose layout is the engine's own: the
 * installed library therefore keeps the type opaque, and programs that link it pass NULL.
 */
#pragma once

#include "engine/actions.h"
#include "engine/program.h"

typedef enum {
	SIEVE_TRACE_SCRIPT,	    /* a script begins; args: of what includes it, NULL in the main */
	SIEVE_TRACE_BACK,	    /* an included script has ended, the one that included it goes on */
	SIEVE_TRACE_COMMAND,	    /* a command is about to run */
	SIEVE_TRACE_VALUE,	    /* the test being run met a value; its outcome comes later */
	SIEVE_TRACE_NOTE,	    /* a command or test says in words what it found */
	SIEVE_TRACE_TEST,	    /* a test has its outcome */
	SIEVE_TRACE_VARIABLE,	    /* a variable was set */
	SIEVE_TRACE_ACTION,	    /* an action was added, or merged with an earlier one */
	SIEVE_TRACE_KEEP_CANCELLED, /* the implicit keep fell, by what args belong to */
	SIEVE_TRACE_BLOCK_LEFT,	    /* the block of args was left before its end */
	SIEVE_TRACE_END,	    /* the run is over */
} SieveTraceKind;

/** One value offered to the keys of a test. */
typedef struct SieveTraceValue {
	SieveBytes value;  /* decoded; with :count the number of values */
	bool matched;
	SieveStrings keys; /* with variables expanded */
	size_t key;	   /* the first key that it matched, or SIEVE_NO_KEY */
} SieveTraceValue;

typedef struct SieveTraceVariable {
	const char *name;
	SieveBytes value;
} SieveTraceVariable;

typedef struct SieveTraceAction {
	const SieveAction *action; /* as the command took it */
	size_t index;		   /* in the result: where it went */
	bool merged;		   /* with the one that stood there (RFC 5228 section 2.10.3) */
} SieveTraceAction;

typedef struct SieveTraceEnd {
	const SieveResult *result;
	const GError *error; /* (nullable) why the run failed */
} SieveTraceEnd;

/** All pointers live until the event has been told; args as long as the program. */
typedef struct SieveTraceEvent {
	SieveTraceKind kind;
	const SieveProgram *program;
	unsigned script;       /* index into program->scripts */
	unsigned calls;	       /* how many scripts wait for this one */
	const SieveArgs *args; /* (nullable) of the command or test being run */
	union {
		bool outcome; /* TEST */
		SieveTraceValue value;
		const char *note; /* UTF-8, one line, printable */
		SieveTraceVariable variable;
		SieveTraceAction action;
		SieveTraceEnd end;
	};
} SieveTraceEvent;

struct SieveTrace {
	void (*tell)(SieveTrace *trace, const SieveTraceEvent *event);
};

/** Tells @event to the trace of @run, which must have one. Fills in program, script, calls, and
 * where it is NULL args. */
void sieve_trace_tell(SieveRun *run, SieveTraceEvent event);
