/* SPDX-License-Identifier: MIT */
/* test-glob.c - the `*` and `?` matcher against a table and against a naive one */

#include <string.h>

#include "engine/bytes.h"
#include "engine/comparator.h"
#include "engine/glob.h"

typedef struct GlobCase {
	const char *pattern;
	const char *value;
	const char *captures; /* (nullable) NULL: no match; else joined by `|` */
} GlobCase;

static const GlobCase cases[] = {
	{"", "", ""},
	{"", "a", NULL},
	{"a", "a", ""},
	{"a", "A", NULL},
	{"*", "", ""},
	{"*", "abc", "abc"},
	{"**", "abc", "|abc"},
	{"?", "", NULL},
	{"?", "\303\251", "\303\251"},
	{"??", "\303\251", NULL},
	{"*?", "\303\251", "|\303\251"},
	{"*??b", "\342\202\254b", NULL},
	{"*?b", "\342\202\254b", "|\342\202\254"},
	{"?", "\377", "\377"},
	{"*.*", "a.b.c", "a|b.c"},
	{"*-*-*", "x-y-z", "x|y|z"},
	{"[*] *", "[acme-users] hello", "acme-users|hello"},
	{"*ab", "aab", "a"},
	{"*a*a*", "banana", "b|n|na"},
	{"\\*", "*", ""},
	{"\\*", "a", NULL},
	{"\\?", "?", ""},
	{"\\\\*", "\\x", "x"},
	{"a\\", "a\\", ""},
	{"*aaaaaaaaaaaaaaaaaaab*", "aaaaaaaaaaaaaaaaaaaaaaaaaab!", "aaaaaaa|!"},
	{"*x?y?z*", "..x1y2z", "..|1|2|"},
	{"a*a", "a", NULL},
};

static char *
join_captures(const SieveBytes *captures, size_t n)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < n; i++) {
		g_string_append(text, i > 0 ? "|" : "");
		g_string_append_len(text, captures[i].ptr, (gssize)captures[i].len);
	}
	return g_string_free(text, FALSE);
}

static bool
match(const char *pattern, const unsigned char *fold, SieveBytes value, SieveBytes *captures,
	size_t *ret_n_captures, uint64_t *steps)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	const SieveGlob *glob = sieve_glob_new(sieve_bytes_from_string(pattern), fold, arena);

	return sieve_glob_match(glob, value, captures, ret_n_captures, steps);
}

static void
test_case(const void *data)
{
	const GlobCase *test = data;
	SieveBytes captures[SIEVE_GLOB_CAPTURES];
	size_t n = 0;
	uint64_t steps = 0;
	bool matched = match(test->pattern, NULL, sieve_bytes_from_string(test->value), captures, &n,
		&steps);

	g_assert_cmpint(matched, ==, test->captures != NULL);
	if (!matched)
		return;
	g_autofree char *got = join_captures(captures, n);
	g_assert_cmpstr(got, ==, test->captures);
}

/* The definition, word for word; exponential and therefore for short values alone. */
static bool
match_naively(const char *pattern, const char *value)
{
	if (*pattern == '\0')
		return *value == '\0';
	if (*pattern == '*')
		return match_naively(pattern + 1, value) ||
		       (*value != '\0' && match_naively(pattern, value + 1));
	if (*value == '\0')
		return false;
	if (*pattern == '?')
		return match_naively(pattern + 1, value + 1);
	if (*pattern == '\\' && pattern[1] != '\0')
		pattern++;
	return g_ascii_toupper(*pattern) == g_ascii_toupper(*value) &&
	       match_naively(pattern + 1, value + 1);
}

static void
random_text(char *text, const char *alphabet, int max)
{
	int len = g_test_rand_int_range(0, max + 1);

	for (int i = 0; i < len; i++)
		text[i] = alphabet[g_test_rand_int_range(0, (gint32)strlen(alphabet))];
	text[len] = '\0';
}

/* Captures and literals, put together again, must give the value. */
static void
check_rebuilt(const char *pattern, const char *value, const SieveBytes *captures, size_t n)
{
	g_autoptr(GString) rebuilt = g_string_new(NULL);
	size_t used = 0;

	for (const char *at = pattern; *at != '\0'; at++) {
		if (*at == '*' || *at == '?') {
			g_assert_cmpuint(used, <, n);
			g_string_append_len(
				rebuilt, captures[used].ptr, (gssize)captures[used].len);
			used++;
		} else {
			at += *at == '\\' && at[1] != '\0';
			g_string_append_c(rebuilt, *at);
		}
	}
	g_assert_cmpuint(used, ==, n);
	g_assert_cmpint(g_ascii_strcasecmp(rebuilt->str, value), ==, 0);
}

static void
test_random_pairs(void)
{
	unsigned matches = 0;

	for (int i = 0; i < 200000; i++) {
		char pattern[12];
		char value[16];
		SieveBytes captures[SIEVE_GLOB_CAPTURES];
		size_t n = 0;
		uint64_t steps = 0;
		random_text(pattern, "aAb*?*\\", 9);
		random_text(value, "abA*", 10);
		bool expected = match_naively(pattern, value);
		bool matched = match(pattern, sieve_comparator_ascii_casemap.fold,
			sieve_bytes_from_string(value), captures, &n, &steps);
		if (matched != expected)
			g_error("pattern \"%s\" value \"%s\": %d", pattern, value, matched);
		if (matched)
			check_rebuilt(pattern, value, captures, n);
		matches += matched;
	}
	/* A generator that never matches would prove nothing. */
	g_assert_cmpuint(matches, >, 10000);
}

/* Patterns on which a backtracking matcher does not end in a lifetime. */
static void
test_hostile_patterns(void)
{
	static const char *const patterns[] = {
		"*a*a*a*a*a*a*a*a*a*a*b",
		"*aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab*",
		"*a?a?a?a?b*a?b*",
	};
	size_t len = 1 << 20;
	g_autofree char *value = g_malloc(len);

	memset(value, 'a', len);
	for (size_t i = 0; i < G_N_ELEMENTS(patterns); i++) {
		uint64_t steps = 0;
		g_assert_false(match(
			patterns[i], NULL, (SieveBytes){value, len}, NULL, NULL, &steps));
		g_assert_cmpuint(steps, <, 20 * len);
	}
}

/* A segment of half a megabyte costs no more than the value is long. */
static void
test_long_segment(void)
{
	size_t len = 1 << 20;
	g_autofree char *value = g_strnfill(len, 'a');
	g_autofree char *segment = g_strnfill(len / 2, 'a');
	g_autofree char *pattern = g_strconcat("*", segment, "b*", NULL);
	uint64_t steps = 0;

	g_assert_false(match(pattern, NULL, (SieveBytes){value, len}, NULL, NULL, &steps));
	g_assert_cmpuint(steps, <, 4 * len);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *label = g_strdup_printf("/glob/case/%zu", i);
		g_test_add_data_func(label, &cases[i], test_case);
	}
	g_test_add_func("/glob/random-pairs", test_random_pairs);
	g_test_add_func("/glob/hostile-patterns", test_hostile_patterns);
	g_test_add_func("/glob/long-segment", test_long_segment);
	return g_test_run();
}
