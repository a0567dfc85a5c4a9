/* SPDX-License-Identifier: MIT */
/* report.c - the results of tests: TAP on standard output, and JUnit XML in a file */

#include "engine/doorstep/report.h"

#include "engine/bytes.h"
#include "engine/doorstep/files.h"

#include <string.h>

enum { MAX_NAME_BYTES = 200 };

typedef struct Case {
	char *name;
	char *failure; /* (nullable) */
	int64_t usec;
} Case;

typedef struct Suite {
	char *name;
	GArray *cases; /* of Case */
} Suite;

struct TestReport {
	GPtrArray *suites; /* of Suite */
	bool colour;
	unsigned n_tests;
	unsigned n_failed;
	int64_t started_usec; /* of the test */
};

static void
clear_case(gpointer data)
{
	Case *test = data;

	g_free(test->name);
	g_free(test->failure);
}

static void
free_suite(gpointer data)
{
	Suite *suite = data;

	g_free(suite->name);
	g_array_unref(suite->cases);
	g_free(suite);
}

TestReport *
test_report_new(bool colour)
{
	TestReport *report = g_new0(TestReport, 1);

	report->colour = colour;
	report->suites = g_ptr_array_new_with_free_func(free_suite);
	return report;
}

void
test_report_free(TestReport *report)
{
	if (report == NULL)
		return;
	g_ptr_array_unref(report->suites);
	g_free(report);
}

/* --- TAP -------------------------------------------------------------------------------------- */

/* Text of any origin as one line; in a TAP description a `#` begins a directive. */
static char *
printable(const char *text)
{
	char *line = sieve_bytes_escape(sieve_bytes_from_string(text), MAX_NAME_BYTES);

	return g_strdelimit(line, "#", '.');
}

/* The lines of a difference have a colour each. */
static const char *
colour_of(char first)
{
	switch (first) {
	case '-':
		return "\033[31m";
	case '+':
		return "\033[32m";
	case '@':
		return "\033[36m";
	default:
		return NULL;
	}
}

static void
print_comment(const char *text, bool coloured)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i] != NULL; i++) {
		const char *colour = coloured ? colour_of(*lines[i]) : NULL;
		bool last = lines[i + 1] == NULL;
		if (*lines[i] == '\0' && !last)
			g_print("#\n");
		else if (*lines[i] != '\0')
			g_print("# %s%s%s\n", colour == NULL ? "" : colour, lines[i],
				colour == NULL ? "" : "\033[0m");
	}
}

void
test_report_comment(const char *text)
{
	print_comment(text, false);
}

void
test_report_begin_suite(TestReport *report, const char *name, bool told)
{
	Suite *suite = g_new(Suite, 1);

	suite->name = g_strdup(name);
	suite->cases = g_array_new(FALSE, FALSE, sizeof(Case));
	g_array_set_clear_func(suite->cases, clear_case);
	g_ptr_array_add(report->suites, suite);
	if (told)
		test_report_comment(name);
	test_report_begin_test(report);
}

void
test_report_begin_test(TestReport *report)
{
	report->started_usec = g_get_monotonic_time();
}

void
test_report_end_test(TestReport *report, const char *name, const char *failure)
{
	Suite *suite = g_ptr_array_index(report->suites, report->suites->len - 1);
	g_autofree char *shown = printable(name);
	Case test = {.name = g_strdup(name), .failure = g_strdup(failure)};

	test.usec = g_get_monotonic_time() - report->started_usec;
	g_array_append_val(suite->cases, test);
	report->n_tests++;
	report->n_failed += failure != NULL;
	g_print("%sok %u%s%s\n", failure == NULL ? "" : "not ", report->n_tests,
		*shown == '\0' ? "" : " - ", shown);
	if (failure != NULL)
		print_comment(failure, report->colour);
	test_report_begin_test(report);
}

unsigned
test_report_count_failed(const TestReport *report)
{
	return report->n_failed;
}

void
test_report_print_plan(const TestReport *report)
{
	g_print("1..%u\n", report->n_tests);
}

/* --- JUnit ------------------------------------------------------------------------------------ */

/* XML 1.0 section 2.2: the characters that a document may hold at all. */
static bool
is_xml_character(gunichar c)
{
	if (c < 0x20)
		return c == '\t' || c == '\n' || c == '\r';
	return (c < 0x7f || c > 0x9f) && c != 0xfffe && c != 0xffff;
}

/* Into an attribute or text. Line ends are written as references: in an attribute they would be read
 * as blanks. */
static void
append_xml(GString *xml, const char *text)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);

	for (char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar c = g_utf8_get_char(at);
		if (!is_xml_character(c))
			continue;
		if (strchr("<>&\"'\t\r\n", *at) != NULL)
			g_string_append_printf(xml, "&#%u;", (unsigned)c);
		else
			g_string_append_unichar(xml, c);
	}
}

static void
append_attribute(GString *xml, const char *name, const char *value)
{
	g_string_append_printf(xml, " %s=\"", name);
	append_xml(xml, value);
	g_string_append_c(xml, '"');
}

/* The locale must not choose the decimal point. */
static void
append_time(GString *xml, int64_t usec)
{
	g_string_append_printf(xml, " time=\"%" G_GINT64_FORMAT ".%06" G_GINT64_FORMAT "\"",
		usec / G_USEC_PER_SEC, usec % G_USEC_PER_SEC);
}

static void
append_case(GString *xml, const Suite *suite, const Case *test)
{
	g_string_append(xml, "    <testcase");
	append_attribute(xml, "classname", suite->name);
	append_attribute(xml, "name", test->name);
	append_time(xml, test->usec);
	if (test->failure == NULL) {
		g_string_append(xml, "/>\n");
		return;
	}
	g_autofree char *first = g_strndup(test->failure, strcspn(test->failure, "\n"));
	g_string_append(xml, ">\n      <failure");
	append_attribute(xml, "message", first);
	g_string_append_c(xml, '>');
	append_xml(xml, test->failure);
	g_string_append(xml, "</failure>\n    </testcase>\n");
}

static void
append_suite(GString *xml, const Suite *suite)
{
	unsigned n_failed = 0;
	int64_t usec = 0;

	for (unsigned i = 0; i < suite->cases->len; i++) {
		const Case *test = &g_array_index(suite->cases, Case, i);
		n_failed += test->failure != NULL;
		usec += test->usec;
	}
	g_string_append(xml, "  <testsuite");
	append_attribute(xml, "name", suite->name);
	g_string_append_printf(
		xml, " tests=\"%u\" failures=\"%u\" errors=\"0\"", suite->cases->len, n_failed);
	append_time(xml, usec);
	g_string_append(xml, ">\n");
	for (unsigned i = 0; i < suite->cases->len; i++)
		append_case(xml, suite, &g_array_index(suite->cases, Case, i));
	g_string_append(xml, "  </testsuite>\n");
}

bool
test_report_write_junit(const TestReport *report, const char *path, GError **error)
{
	g_autoptr(GString) xml = g_string_new("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

	g_string_append_printf(xml, "<testsuites tests=\"%u\" failures=\"%u\">\n", report->n_tests,
		report->n_failed);
	for (unsigned i = 0; i < report->suites->len; i++)
		append_suite(xml, g_ptr_array_index(report->suites, i));
	g_string_append(xml, "</testsuites>\n");
	return doorstep_file_write(path, (SieveBytes){xml->str, xml->len}, error);
}
