/* SPDX-License-Identifier: MIT */
/* report.h - the results of tests: TAP on standard output, and JUnit XML in a file */
#pragma once

#include <glib.h>
#include <stdbool.h>

/** The tests of one call of `doorstep test`. */
typedef struct TestReport TestReport;

/** @colour: of differences, on standard output. */
TestReport *test_report_new(bool colour);
void test_report_free(TestReport *report);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(TestReport, test_report_free)

/** From now on the tests are those of @name, a file or folder. Says so as a TAP comment if @told. */
void test_report_begin_suite(TestReport *report, const char *name, bool told);
/** The clock of the next test starts. */
void test_report_begin_test(TestReport *report);
/** The test has ended: @name and @failure (nullable: it passed) may be any text; the lines of @failure
 * come out as TAP comments. */
void test_report_end_test(TestReport *report, const char *name, const char *failure);
unsigned test_report_count_failed(const TestReport *report);
/** The plan: no test follows. */
void test_report_print_plan(const TestReport *report);
/** Writes all that has been reported as JUnit XML. */
bool test_report_write_junit(const TestReport *report, const char *path, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
/** Prints each line of @text as a TAP comment. */
void test_report_comment(const char *text);
