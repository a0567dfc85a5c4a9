/* SPDX-License-Identifier: MIT */
/* suite.h - regression suites of sample mails: each X.eml has X.expect, the text of `doorstep run` */
#pragma once

#include "engine/doorstep/run.h"

/** Runs @program on every X.eml of @folder and prints TAP lines; with @bless writes X.expect instead of
 * comparing. Fails when the folder cannot be read. */
bool suite_run(const SieveProgram *program, const char *folder, DoorstepRunOptions *options,
	bool bless, unsigned *n_tests, unsigned *n_failed, GError **error);
