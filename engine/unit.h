/* SPDX-License-Identifier: MIT */
/* unit.h - the scripts of one compile: the main one and what it includes (RFC 6609) */
#pragma once

#include "engine/ast.h"
#include "engine/registry.h"

typedef struct SieveChecked SieveChecked; /* checker.h */

/** Names of variables; variables.h. */
typedef struct SieveNames {
	GHashTable *table; /* (nullable) name in lower case to SieveNameUse */
	uint32_t count;	   /* places taken */
} SieveNames;

/** One script includes another. */
typedef struct SieveInclude {
	unsigned script; /* index of the one included */
	SieveSpan span;	 /* of the command that does it */
} SieveInclude;

typedef struct SieveScript {
	SieveLocation location;
	const char *name; /* in the unit's arena */
	GBytes *text;	  /* (nullable) holds the text of an included script */
	SieveSource source;
	SieveAst *ast;
	SieveChecked *commands; /* (nullable) in the tree's arena */
	GArray *includes;	/* of SieveInclude, one for each script; :once aside */
	SieveNames variables;	/* of this script */
} SieveScript;

typedef struct SieveUnit {
	const SieveRegistry *registry;
	const SieveCompileOptions *options;
	const SieveSettings *settings;
	SieveDiagList *diags;
	SieveArena *arena;  /* of the program; outlives the unit */
	GPtrArray *scripts; /* of SieveScript; the main one first */
	SieveNames shared;  /* variables of all scripts (RFC 6609 section 3.4) */
} SieveUnit;

/** @options must outlive the unit. */
SieveUnit *sieve_unit_new(const SieveRegistry *registry, const SieveCompileOptions *options,
	SieveDiagList *diags, SieveArena *arena);
void sieve_unit_free(SieveUnit *unit);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveUnit, sieve_unit_free)
/** Adds the main script; @text must outlive the unit. */
void sieve_unit_add_main(SieveUnit *unit, SieveBytes text);
SieveScript *sieve_unit_get(const SieveUnit *unit, unsigned index);
/** Warns of each include by which a script includes itself. All scripts must have been checked. */
void sieve_unit_warn_recursion(const SieveUnit *unit);
/** The index of a script, which is loaded when it is new; -1 when there is none. False with
 * @ret_problem (transfer full) when it cannot be had. */
bool sieve_unit_load(SieveUnit *unit, SieveLocation location, SieveBytes name, int *ret_index,
	char **ret_problem);
