/* SPDX-License-Identifier: MIT */
/* filter-run.h - an access list as the script that is made of it, compiled and ready to run */
#pragma once

#include "engine/sieve.h"

typedef struct FilterRun {
	char *text;
	SieveRegistry *registry;
	SieveProgram *program;
} FilterRun;

/** @entries: NULL-terminated. The test fails when the script does not compile. */
FilterRun *filter_run_new(const char *const *entries, char ***ret_problems);
void filter_run_free(FilterRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FilterRun, filter_run_free)
/** @ip: (nullable) in any text form. True when the script throws the mail away. */
bool filter_run_denies(const FilterRun *run, const char *ip, const char *from);
