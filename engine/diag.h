/* SPDX-License-Identifier: MIT */
/* diag.h - the list of script mistakes, as the stages of the compiler fill it */
#pragma once

#include "engine/source.h"

/** The kinds of diagnostics, SIEVE_RULE_SYNTAX and so on. */
typedef enum {
#define SIEVE_DIAG_RULE(rule, level, name, about) SIEVE_RULE_##rule,
#include "engine/diag-rules.def"
#undef SIEVE_DIAG_RULE
	SIEVE_N_RULES,
} SieveDiagRule;

typedef struct SieveDiagRuleInfo {
	SieveDiagLevel level;
	const char *name;  /* "SIEVE-SYNTAX"; the same in every version */
	const char *about; /* a sentence without full stop */
} SieveDiagRuleInfo;

/** (array length=SIEVE_N_RULES) indexed by SieveDiagRule. */
extern const SieveDiagRuleInfo sieve_diag_rules[];

/** To be told before mistakes of another text are, which may lie where the last one lay. */
void sieve_diag_begin_source(SieveDiagList *diags);
/** Puts the mistakes from number @first on in the order of their places; those of one script stay
 * together. */
void sieve_diag_sort(SieveDiagList *diags, size_t first);
/** The errors from number @first on are for a run to tell that gets to them: they become warnings, and
 * @n_errors is what sieve_diag_list_count_errors() said before them. */
void sieve_diag_defer(SieveDiagList *diags, size_t first, size_t n_errors);
/** Appends a mistake at @span; the level is that of its rule. @hint is (nullable) and copied. After
 * SIEVE_LIMIT_DIAGS mistakes one last entry says so and further ones are only counted. */
void sieve_diag_add(SieveDiagList *diags, SieveDiagRule rule, SieveSpan span, const char *hint,
	const char *format, ...) G_GNUC_PRINTF(5, 6);
