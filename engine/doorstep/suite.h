/* SPDX-License-Identifier: MIT */
/* suite.h - regression suites of sample mails: each X.eml has X.expect, the text of `doorstep run` */
#pragma once

#include "engine/doorstep/report.h"
#include "engine/doorstep/run.h"

/** Runs @program on every X.eml of @folder and reports a test for each; with @bless writes X.expect
 * instead of comparing. Fails when the folder cannot be read. */
bool suite_run(const SieveProgram *program, const char *folder, DoorstepRunOptions *options,
	bool bless, TestReport *report, GError **error) G_GNUC_WARN_UNUSED_RESULT;
