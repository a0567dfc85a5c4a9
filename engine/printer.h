/* SPDX-License-Identifier: MIT */
/* printer.h - AST to canonical Sieve text; print(parse(x)) is a fixed point */
#pragma once

#include "engine/ast.h"

/** (transfer full) canonical text, LF line ends; comments are kept. Any bytes in strings survive. */
char *sieve_print(const SieveAst *ast, size_t *ret_len);
