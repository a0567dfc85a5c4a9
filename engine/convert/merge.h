/* SPDX-License-Identifier: MIT */
/* merge.h - rules that differ in their keys alone become one with a list of keys */
#pragma once

#include "engine/ast.h"

/** (transfer full) the commands that went into others, to these. Both stand in the script itself, one after
 * the other, and their comments say nothing but lines. */
GHashTable *convert_merge(SieveAst *ast);
