/* SPDX-License-Identifier: MIT */
/* test-mailfilter.c - access lists: what is an entry, and what a list decides */

#include "schema/mailfilter.h"

#include <string.h>

#include "engine/bytes.h"
#include "t/unit/filter-run.h"

/* Each entry alone: accepted, or refused with a text that quotes it. */
static void
test_entries(void)
{
	static const struct {
		const char *entry;
		const char *problem; /* NULL: good */
	} rows[] = {
		{"13140.112.4.*", NULL}, {"22140.112.4.11", NULL}, {"23*", NULL}, {"11*", NULL},
		{"13140.112.*", NULL}, {"13140.112.4.*.*", "too many groups"},
		{"13140.112", "neither an address nor"}, {"13140.*.4", "too few groups"},
		{"13140.112.4.0/24", NULL}, {"13140.112.4.1/24", "bits behind"},
		{"130.0.0.0/0", NULL}, {"131.2.3.4/33", "prefix length"}, {"131.2.3.4/", "prefix length"},
		{"131.2.3.4/08", "prefix length"}, {"13/8", "no address"},
		{"13256.1.1.*", "neither a number"}, {"1301.1.1.*", "neither a number"},
		{"132001:db8::/32", NULL}, {"132001:db8:*", NULL}, {"132001::*", "neither a number"},
		{"132001:db8:0:0:0:0:0:*", NULL}, {"13::ffff:140.112.4.0/120", NULL},
		{"13::ffff:140.112.4.0/90", "bits behind"}, {"12::1", NULL},
		{"12140.112.4.*", "kind 2 is one address"}, {"12*", "kind 2 is one address"},
		{"11user@host", NULL}, {"11@host", NULL}, {"11*@*.org", NULL}, {"11host", "user@host"},
		{"11user@", "behind the @"}, {"11a b@c", "no blanks"}, {"11", "user@host"},
		{"", "first digit"}, {"1", "first digit"}, {"33*", "first digit"},
		{"14*", "second digit"}, {" 13*", "first digit"}, {"10*", "second digit"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_auto(GStrv) problems = NULL;
		g_autoptr(LocationMailfilter) list =
			location_mailfilter_parse(&rows[i].entry, 1, &problems);

		g_test_message("%s: %s", rows[i].entry, problems[0] != NULL ? problems[0] : "good");
		g_assert_cmpint(problems[0] != NULL, ==, rows[i].problem != NULL);
		if (problems[0] == NULL)
			continue;
		g_autofree char *quoted = g_strdup_printf("\"%s\"", rows[i].entry);
		g_assert_nonnull(strstr(problems[0], quoted));
		g_assert_nonnull(strstr(problems[0], rows[i].problem));
	}
}

static void
test_bad_entry_hides_none(void)
{
	static const char *const entries[] = {"9x", "22140.112.4.11", "23\n", NULL};
	g_auto(GStrv) problems = NULL;
	g_autoptr(FilterRun) run = filter_run_new(entries, &problems);

	g_assert_cmpuint(g_strv_length(problems), ==, 2);
	g_assert_true(filter_run_denies(run, "140.112.4.11", "a@b"));
	g_assert_false(filter_run_denies(run, "140.112.4.12", "a@b"));
}

static const struct {
	const char *entries[6];
	const char *ip;
	const char *from;
	bool denied;
} decisions[] = {
	{{"13140.112.4.*", "22140.112.4.11"}, "140.112.4.11", "a@b", true},
	{{"13140.112.4.*", "22140.112.4.11"}, "140.112.4.12", "a@b", false},
	{{"13140.112.4.*", "22140.112.4.11"}, "10.0.0.1", "a@b", false},
	/* deny wins a tie */
	{{"1210.0.0.1", "2210.0.0.1"}, "10.0.0.1", "a@b", true},
	{{"13*", "23*"}, "10.0.0.1", "a@b", true},
	/* the most specific wins */
	{{"23*", "1310.*"}, "10.0.0.1", "a@b", false},
	{{"23*", "1310.*"}, "11.0.0.1", "a@b", true},
	{{"1310.*", "2310.0.0.0/9", "1310.0.0.0/10"}, "10.1.1.1", "a@b", false},
	{{"1310.*", "2310.0.0.0/9", "1310.0.0.0/10"}, "10.65.1.1", "a@b", true},
	{{"1310.*", "2310.0.0.0/9", "1310.0.0.0/10"}, "10.129.1.1", "a@b", false},
	{{"21@b.org", "11boss@b.org"}, "10.0.0.1", "Boss@B.org", false},
	{{"21@b.org", "11boss@b.org"}, "10.0.0.1", "x@b.org", true},
	{{"21@b.org"}, "10.0.0.1", "x@c.b.org", false},
	{{"21@*.b.org"}, "10.0.0.1", "x@c.b.org", true},
	{{"21a?c@b"}, "10.0.0.1", "abc@b", true},
	{{"21a\\*@b"}, "10.0.0.1", "a\\bc@b", true},
	{{"21a\\*@b"}, "10.0.0.1", "a*@b", false},
	/* sender and address are equally specific: both must allow */
	{{"11boss@b.org", "2310.*"}, "10.0.0.1", "boss@b.org", true},
	{{"1210.0.0.1", "21boss@b.org"}, "10.0.0.1", "boss@b.org", true},
	{{"23*", "11boss@b.org"}, "10.0.0.1", "boss@b.org", false},
	{{"23*", "11boss@b.org"}, "10.0.0.1", "", true},
	{{"21*", "1310.*"}, "10.0.0.1", "", false},
	/* IPv6 */
	{{"232001:db8::/33"}, "2001:db8:7fff::1", "a@b", true},
	{{"232001:db8::/33"}, "2001:db8:8000::1", "a@b", false},
	{{"232001:db8:*:1:*"}, "2001:db8:5:1::9", "a@b", true},
	{{"232001:db8:*:1:*"}, "2001:db8:5:2::9", "a@b", false},
	/* a star stands for one group, wherever others are free */
	{{"23*:db8:*:1:0:*:*"}, "2001:db8:5:1::9", "a@b", true},
	{{"23*:db8:*:1:0:*:*"}, "2001:db8:5:5:0:1:0:9", "a@b", false},
	{{"23::/0"}, "10.0.0.1", "a@b", false},
	{{"23::/0"}, "::1", "a@b", true},
	{{"23::/3"}, "10.0.0.1", "a@b", false},
	{{"230.0.0.0/0"}, "::1", "a@b", false},
	{{"230.0.0.0/0"}, "::ffff:1.2.3.4", "a@b", true},
	{{"22::ffff:1.2.3.4"}, "1.2.3.4", "a@b", true},
	{{"22::ffff:1.2.3.4"}, "::ffff:1.2.3.4", "a@b", true},
	{{"23::ffff:1.2.3.0/120"}, "1.2.3.4", "a@b", true},
	/* nobody is known to have handed it over */
	{{"230.0.0.0/0", "23::/0"}, NULL, "a@b", false},
	{{"23*"}, NULL, "a@b", true},
};

static void
test_decisions(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(decisions); i++) {
		const char *const *entries = decisions[i].entries;
		const char *ip = decisions[i].ip;
		const char *from = decisions[i].from;
		g_auto(GStrv) problems = NULL;
		g_autoptr(FilterRun) run = filter_run_new(entries, &problems);

		g_test_message("row %zu: %s from %s <%s>", i, entries[0], ip, from);
		g_assert_cmpuint(g_strv_length(problems), ==, 0);
		g_assert_cmpint(filter_run_denies(run, ip, from), ==, decisions[i].denied);
	}
}

/* Thousands of entries become few commands, whatever order they come in. */
static void
test_size(void)
{
	g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(g_free);

	for (unsigned i = 0; i < 5000; i++)
		g_ptr_array_add(entries, g_strdup_printf("2210.%u.%u.7", i / 250, i % 250));
	for (unsigned i = 0; i < 5000; i++)
		g_ptr_array_add(entries, g_strdup_printf("21user%u@example.org", i));
	g_ptr_array_add(entries, NULL);
	g_auto(GStrv) problems = NULL;
	g_autoptr(FilterRun) run = filter_run_new((const char *const *)entries->pdata, &problems);
	unsigned n_commands = 0;

	for (const char *at = run->text; (at = strstr(at, "discard")) != NULL; at++)
		n_commands++;
	g_assert_cmpuint(n_commands, ==, 2);
	g_assert_true(filter_run_denies(run, "10.19.249.7", "a@b"));
	g_assert_true(filter_run_denies(run, "10.0.0.1", "user4999@example.org"));
	g_assert_false(filter_run_denies(run, "10.20.0.7", "user5000@example.org"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mailfilter/entries", test_entries);
	g_test_add_func("/mailfilter/bad-entry-hides-none", test_bad_entry_hides_none);
	g_test_add_func("/mailfilter/decisions", test_decisions);
	g_test_add_func("/mailfilter/size", test_size);
	return g_test_run();
}
