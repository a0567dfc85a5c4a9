/* SPDX-License-Identifier: MIT */
/* decision.h - for property tests: random choices, and decisions as sorted lines */
#pragma once

#include "engine/sieve.h"

/** One of the words of a NULL-terminated list. */
const char *test_pick(const char *const *words);
/** True once in @n times. */
bool test_one_in(int n);
/** (transfer full) the lines that are not empty, sorted, a LF behind each; @lines is sorted, too. @once: of
 * equal ones the first. */
char *test_join(GPtrArray *lines, bool once);
/** (transfer full) the same of the lines of test_run(). */
char *test_decide(const SieveProgram *program, const char *mail, bool once);
