/* SPDX-License-Identifier: MIT */
/* parser.h - tokens to AST, one function per rule (RFC 5228 section 8.2) */
#pragma once

#include "engine/ast.h"

/**
 * sieve_parse:
 * @source: must outlive the tree
 *
 * Always returns a tree; what could not be understood is left out of it and told in @diags. The
 * parser recovers at `;`, `}` and `,`, so one call finds many mistakes.
 */
SieveAst *sieve_parse(const SieveSource *source, SieveDiagList *diags);
