/* SPDX-License-Identifier: MIT */
/* test-date.c - dates read and told, and the clock of the currentdate test */

#include <string.h>

#include "engine/env.h"
#include "engine/message/date.h"
#include "t/unit/script.h"

typedef struct DateCase {
	const char *text;
	const char *told; /* NULL: it is no date */
} DateCase;

static const DateCase cases[] = {
	{"Tue, 24 Nov 2026 02:06:00 +0000", "Tue, 24 Nov 2026 02:06:00 +0000"},
	{"24 Nov 2026 02:06 +0100", "Tue, 24 Nov 2026 02:06:00 +0100"},
	{"  Tue ,24  Nov(!) 2026 02 : 06 : 07 -0130 (here (and there))",
		"Tue, 24 Nov 2026 02:06:07 -0130"},
	{"Wed, 24 Nov 2026 02:06:00 +0000", "Tue, 24 Nov 2026 02:06:00 +0000"},
	{"Tuesday, 24 November 2026 02:06:00 GMT", "Tue, 24 Nov 2026 02:06:00 +0000"},
	{"tue, 24-nov-26 02:06:00 EDT", "Tue, 24 Nov 2026 02:06:00 -0400"},
	{"from a by b; id 1; Tue, 24 Nov 2026 02:06:00 Z", "Tue, 24 Nov 2026 02:06:00 +0000"},
	{"31 Dec 2016 23:59:60 +0000", "Sat, 31 Dec 2016 23:59:60 +0000"},
	{"1 Jan 0001 00:00:00 +0000", "Mon, 01 Jan 0001 00:00:00 +0000"},
	{"31 Dec 9999 23:59:59 -9959", "Fri, 31 Dec 9999 23:59:59 -9959"},
	{"29 Feb 2028 00:00:00 +0000", "Tue, 29 Feb 2028 00:00:00 +0000"},
	{"1 Jan 49 00:00 Q", "Fri, 01 Jan 2049 00:00:00 +0000"},
	{"1 Jan 50 00:00 Q", "Sun, 01 Jan 1950 00:00:00 +0000"},
	{"", NULL},
	{";", NULL},
	{"Tue, 24 Nov 2026", NULL},
	{"Tue, 24 Nov 2026 02:06:00 +0000 x", NULL},
	{"Tue, 24 Nov 2026 02:06:00 +01000", NULL},
	{"Tue, 24 Nov 2026 02:06:00 +0160", NULL},
	{"Tue, 32 Nov 2026 02:06:00 +0000", NULL},
	{"29 Feb 2026 00:00:00 +0000", NULL},
	{"Tue, 24 Nov 2026 24:00:00 +0000", NULL},
	{"Tue, 24 Nov 2026 02:60:00 +0000", NULL},
	{"Tue, 24 Nov 2026 02:06:61 +0000", NULL},
	{"Tue, 24 Nov 20266 02:06:00 +0000", NULL},
	{"Tue, 24 Nov 6 02:06:00 +0000", NULL},
	{"0 Jan 2026 00:00:00 +0000", NULL},
	{"1 Jan 0000 00:00:00 +0000", NULL},
	{"Foo, 24 Nov 2026 02:06:00 +0000", NULL},
	{"24 Foo 2026 02:06:00 +0000", NULL},
	{"1 Jan 2026 00:00:00 +0000 (open", "Thu, 01 Jan 2026 00:00:00 +0000"},
	{"(\\", NULL},
};

static void
test_cases(void)
{
	SieveDate date;

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_test_message("%s", cases[i].text);
		bool ok = sieve_date_parse(sieve_bytes_from_string(cases[i].text), &date);
		g_assert_cmpint(ok, ==, cases[i].told != NULL);
		g_autofree char *told = ok ? sieve_date_print(date) : NULL;
		g_assert_cmpstr(told, ==, cases[i].told);
	}
}

/* What is told is read as the same moment. */
static void
test_round_trip(void)
{
	g_autoptr(GRand) rand = g_rand_new_with_seed(5260);

	for (int i = 0; i < 20000; i++) {
		/* Years 1 to 9999, a day off each end. */
		int64_t seconds = (int64_t)(g_rand_double_range(rand, -62135510400.0, 253402214400.0));
		SieveDate date = {.time_unix = seconds, .zone = g_rand_int_range(rand, -720, 841)};
		SieveDate again;
		g_autofree char *told = sieve_date_print(date);
		g_assert_true(sieve_date_parse(sieve_bytes_from_string(told), &again));
		g_assert_cmpint(again.time_unix, ==, date.time_unix);
		g_assert_cmpint(again.zone, ==, date.zone);
	}
}

static unsigned clock_asked;

static int64_t
tick(const SieveEnv *env G_GNUC_UNUSED)
{
	/* 2026-11-24 02:06:00 UTC, and a day later whenever it is asked again. */
	return (INT64_C(1795485960) + 86400 * (int64_t)clock_asked++) * G_USEC_PER_SEC;
}

static char *
run_at(const SieveProgram *program)
{
	const SieveEnv env = {.now_usec = tick};
	g_autoptr(SieveMessage) message =
		sieve_message_new((SieveBytes){test_mail, strlen(test_mail)});
	SieveRunInput input = {.message = message, .env = &env};
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) error = NULL;

	clock_asked = 0;
	bool ok = sieve_run(program, &input, &result, &error);
	g_assert_no_error(error);
	g_assert_true(ok);
	return sieve_result_print(result);
}

/* RFC 5260 section 5: all tests of a script refer to the same point in time. */
static void
test_clock(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveProgram) program = test_compile(registry,
		"require [\"date\", \"fileinto\", \"variables\"];\n"
		"if currentdate :zone \"+0000\" :matches \"iso8601\" \"*\" { set \"a\" \"${1}\"; }\n"
		"if currentdate :zone \"+0200\" :matches \"std11\" \"*\" { set \"b\" \"${1}\"; }\n"
		"if currentdate :zone \"-0300\" \"weekday\" \"1\" { fileinto \"${a} ${b}\"; }\n");
	g_autofree char *done = run_at(program);

	g_assert_cmpstr(done, ==,
		"store \"2026-11-24T02:06:00Z Tue, 24 Nov 2026 04:06:00 +0200\"\n");
	g_assert_cmpuint(clock_asked, ==, 1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/date/cases", test_cases);
	g_test_add_func("/date/round-trip", test_round_trip);
	g_test_add_func("/date/clock", test_clock);
	return g_test_run();
}
