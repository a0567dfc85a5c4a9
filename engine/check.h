/* SPDX-License-Identifier: MIT */
/* check.h - what the stages of a check share: telling mistakes, finding names, ready-made checks */
#pragma once

#include "engine/args.h"
#include "engine/ast.h"
#include "engine/diag.h"
#include "engine/registry.h"
#include "engine/require.h"
#include "engine/unit.h"

/** One script being checked; or, with @run, one string being checked in a run. */
struct SieveCheck {
	SieveUnit *unit;
	SieveScript *script;
	const SieveAstNode *node;	/* the command or test being looked at */
	SieveRequirement *requirements; /* (array length=sieve_registry_count()) */
	GHashTable *told;		/* unknown names that were told already */
	size_t line_offset;	  /* how far lines have been counted, */
	unsigned line;		  /* and what the count was */
	bool after_syntax_errors; /* parts of the tree are missing: tell what is sure alone */
	bool require_unknown;	  /* of a broken require nobody knows what it named */
	bool deferring; /* an ihave test asked for what is not known: a run tells of mistakes */
	const SieveCapabilities *needs_tested; /* (nullable) of the command or test being looked at */
	SieveRun *run;		  /* (nullable) mistakes fail this run */
};

/** For the stages of a check: a mistake at a place in the script. */
void sieve_check_tell(SieveCheck *check, SieveDiagRule rule, SieveSpan span, const char *hint,
	const char *format, ...) G_GNUC_PRINTF(5, 6);
/** The definition of @name that is enabled here, else NULL; then the mistake has been told, once
 * for each name, with what to do about it. @what is the word for it, as "command". */
const SieveEntry *sieve_check_find(
	SieveCheck *check, SieveKind kind, const char *what, SieveBytes name, SieveSpan span);
/** The line that @offset is in. Cheap when offsets grow from call to call. */
unsigned sieve_check_line(SieveCheck *check, size_t offset);
