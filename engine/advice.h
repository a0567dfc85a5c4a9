/* SPDX-License-Identifier: MIT */
/* advice.h - warns of what a script may say, but hardly means
 *
 * Advice never keeps a script from being compiled. It speaks only where somebody who knows Sieve
 * would agree at a glance; what a careful author may well have meant is left alone.
 */
#pragma once

#include "engine/checker.h"
#include "engine/diag.h"

/** One script being advised on. */
typedef struct SieveAdvice {
	const SieveUnit *unit;
	const SieveScript *script;
	unsigned patience; /* how many more keys are compared with addresses that mail is sent to */
} SieveAdvice;

/** The tests that hold where a command stands. */
typedef struct SieveAdviceBranch SieveAdviceBranch;
struct SieveAdviceBranch {
	const SieveChecked *test;
	const SieveAdviceBranch *outer; /* (nullable) */
};

/** Advises on every script of @unit. All of them must have been checked without an error. */
void sieve_advise_unit(SieveUnit *unit);

/* The parts, each in a file of its own. */

/** Keys that never match or were meant otherwise (advice-keys.c). */
void sieve_advise_keys(SieveAdvice *advice, const SieveChecked *test);
/** Tests of an allof that exclude each other (advice-allof.c). */
void sieve_advise_allof(SieveAdvice *advice, const SieveChecked *allof);
/** A redirect to where the mail came to (advice-redirect.c). @branch is (nullable). */
void sieve_advise_redirect(
	SieveAdvice *advice, const SieveChecked *redirect, const SieveAdviceBranch *branch);

/* What they share. */

void sieve_advice_tell(SieveAdvice *advice, SieveDiagRule rule, SieveSpan span, const char *hint,
	const char *format, ...) G_GNUC_PRINTF(5, 6);
/** True for the test that the core calls @name. */
bool sieve_advice_is_test(const SieveChecked *test, const char *name);
/** (nullable) the names that a header, address or exists test is about, or an address test of an
 * extension; NULL also when a variable is among them. */
const SieveArg *sieve_advice_names(const SieveChecked *test);
/** How the keys are compared, "is", "contains" or "matches"; NULL when in another way. */
const char *sieve_advice_match(const SieveChecked *test);
/** True when string number @index of @arg is not known before the run. */
bool sieve_advice_is_variable(const SieveArg *arg, size_t index);
