/* SPDX-License-Identifier: MIT */
/* coverage.h - which commands and outcomes of tests the sample mails reached */
#pragma once

#include "engine/trace.h"

/** What is known of any number of scripts; a script that is compiled again adds to what was reached. */
typedef struct DoorstepCoverage DoorstepCoverage;

DoorstepCoverage *doorstep_coverage_new(void);
void doorstep_coverage_free(DoorstepCoverage *coverage);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DoorstepCoverage, doorstep_coverage_free)
/** From now on runs of @program count; others do not. @texts: of GBytes, its scripts in their order. */
void doorstep_coverage_add(
	DoorstepCoverage *coverage, SieveProgram *program, const GPtrArray *texts);
/** (transfer none) what runs are given; one run after another. */
SieveTrace *doorstep_coverage_trace(DoorstepCoverage *coverage);
/** (transfer full) what was never reached, with place and source line, then a line of numbers. */
char *doorstep_coverage_print(const DoorstepCoverage *coverage);
