/* SPDX-License-Identifier: MIT */
/* checker.h - AST against registry: require, types, nesting, placement */
#pragma once

#include "engine/ast.h"
#include "engine/registry.h"
#include "engine/unit.h"

/** A command or test that fits its definition; exactly one of @command and @test is set. */
typedef struct SieveChecked SieveChecked;
struct SieveChecked {
	const SieveAstNode *node; /* as it was written */
	const SieveCommandDef *command;
	const SieveTestDef *test;
	SieveArgs *args;
	const SieveCapabilities *needs_tested; /* (nullable) what an ihave test must have found */
	bool fits; /* the arguments have no mistake */
	SieveChecked *tests; /* linked by next */
	SieveChecked *block; /* linked by next */
	SieveChecked *next;
};

/** Parses and checks every script of @unit, those too that are found on the way, and sets their
 * commands; a script's commands stay without what has mistakes. */
void sieve_check_unit(SieveUnit *unit);
