/* SPDX-License-Identifier: MIT */
/* arguments.h - fits positional and tagged arguments to a definition's table
 *
 * The table (SieveArgDef) is read here alone: checker, compiler, dump and run functions see what
 * has been fitted. Fitted arguments live in the program's arena and are immutable once compiled.
 */
#pragma once

#include "engine/args.h"
#include "engine/ast.h"

/** Fits @node's arguments to @defs (nullable) and tells every mistake. (transfer none), never NULL.
 */
SieveArgs *sieve_args_fit(
	SieveCheck *check, const SieveAstNode *node, const char *name, const SieveArgDef *defs);
/** (nullable) the row of @type in @defs (nullable). */
const SieveArgDef *sieve_arg_defs_find(const SieveArgDef *defs, SieveArgType type);
/** The matcher of @strings, in @arena: of keys that are constant, or expanded in a run. */
const void *sieve_args_compile_keys(const SieveArgs *args, SieveStrings strings, SieveArena *arena);
/** Compiles constant keys into the matcher of @args. The arguments must be without mistakes. */
void sieve_args_compile(SieveArgs *args, SieveArena *arena);
