/* SPDX-License-Identifier: MIT */
/* explain.h - writes down what a run tells, in words for people: the matter of --explain and --html */
#pragma once

#include "engine/trace.h"

/** One thing that happened. What belongs to a test (its values, its notes) comes after it. */
typedef struct DoorstepExplainLine {
	SieveTraceKind kind;
	const SieveArgs *args; /* (nullable) of the command or test */
	unsigned script; /* index into the program's scripts */
	unsigned line;	 /* of the script; 0: of none */
	unsigned depth;	 /* of blocks and included scripts around it */
	bool yes;	 /* a test: its outcome; a value: it matched */
	char *text;	 /* printable UTF-8 */
} DoorstepExplainLine;

/** Every field may be read once the run has ended. */
typedef struct DoorstepExplain {
	SieveTrace trace; /* first: this is what the run is given */
	const SieveProgram *program;
	GArray *lines;	    /* of DoorstepExplainLine, in the order in which things happened */
	GPtrArray *actions; /* of char *: what is left to do, and which line wants it */
	char *keep;	    /* why the implicit keep stands or fell */
	bool kept;	    /* it stands */
	char *error;	    /* (nullable) why the run failed */

	/* While the run goes on. */
	GArray *pending;       /* of DoorstepExplainLine: of the test whose outcome is not known yet */
	GArray *depths;	       /* of unsigned: of the scripts that are being run */
	GPtrArray *places;     /* of char *: who wanted each action of the result */
	const SieveArgs *command; /* (nullable) that was told last; NULL once a test was */
	const SieveArgs *test;    /* (nullable) that was told last */
} DoorstepExplain;

/** @program is the one that will be run; it must outlive the object. */
DoorstepExplain *doorstep_explain_new(const SieveProgram *program);
void doorstep_explain_free(DoorstepExplain *explain);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DoorstepExplain, doorstep_explain_free)

/** (transfer full) all of it as text for a terminal; @colour with its control sequences. */
char *doorstep_explain_text(const DoorstepExplain *explain, bool colour);
