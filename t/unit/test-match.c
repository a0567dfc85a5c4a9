/* SPDX-License-Identifier: MIT */
/* test-match.c - :is against one key and against very many, comparators, address parts */

#include "engine/comparator.h"
#include "engine/match.h"
#include "engine/run.h"

typedef struct IsCase {
	const SieveComparatorDef *comparator;
	const char *key;
	const char *value;
	bool matches;
} IsCase;

static const IsCase cases[] = {
	{&sieve_comparator_octet, "a", "a", true},
	{&sieve_comparator_octet, "a", "A", false},
	{&sieve_comparator_octet, "", "", true},
	{&sieve_comparator_octet, "", "a", false},
	{&sieve_comparator_ascii_casemap, "Straight", "sTRAIGHT", true},
	{&sieve_comparator_ascii_casemap, "a", "a ", false},
	{&sieve_comparator_ascii_casemap, "\303\251", "\303\211", false},
	{&sieve_comparator_ascii_casemap, "[", "{", false},
};

static bool
match_is(const SieveComparatorDef *comparator, SieveStrings keys, SieveBytes value)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	const SieveKeys all = {.comparator = comparator, .keys = keys};
	SieveRun run = {.max_steps = SIEVE_LIMIT_RUN_STEPS};
	SieveMatching matching = {.run = &run};

	return sieve_core_matches[0].match(
		&matching, sieve_core_matches[0].compile(&all, arena), value);
}

static void
test_is(const void *data)
{
	const IsCase *test = data;
	SieveBytes key = sieve_bytes_from_string(test->key);
	bool matches = match_is(
		test->comparator, (SieveStrings){&key, 1}, sieve_bytes_from_string(test->value));

	g_assert_cmpint(matches, ==, test->matches);
}

/* Every key is found again among many, and nothing else is. */
static void
test_many_keys(void)
{
	enum { N_KEYS = 5000 };
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveBytes *items = sieve_arena_new_array(arena, SieveBytes, N_KEYS);
	const SieveKeys keys = {&sieve_comparator_ascii_casemap, {items, N_KEYS}, {NULL, 0}};
	SieveRun run = {.max_steps = SIEVE_LIMIT_RUN_STEPS};
	SieveMatching matching = {.run = &run};

	for (int i = 0; i < N_KEYS; i++)
		items[i] = sieve_bytes_from_string(
			sieve_arena_printf(arena, "User%d@example.org", i));
	const void *matcher = sieve_core_matches[0].compile(&keys, arena);
	for (int i = 0; i < 2 * N_KEYS; i++) {
		SieveBytes value = sieve_bytes_from_string(
			sieve_arena_printf(arena, "uSER%d@EXAMPLE.org", i));
		g_assert_cmpint(
			sieve_core_matches[0].match(&matching, matcher, value), ==, i < N_KEYS);
	}
}

/* A value made of beginnings of keys, one whole key at its end or none. */
static void
test_contains_beginnings(void)
{
	enum { N_KEYS = 5000, MAX_BEGINNINGS = 40 };
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveBytes *items = sieve_arena_new_array(arena, SieveBytes, N_KEYS);
	const SieveKeys keys = {&sieve_comparator_ascii_casemap, {items, N_KEYS}, {NULL, 0}};
	const SieveMatchDef *contains = &sieve_core_matches[1];
	SieveRun run = {.max_steps = SIEVE_LIMIT_RUN_STEPS};
	SieveMatching matching = {.run = &run};
	g_autoptr(GString) value = g_string_new("");

	items[0] = SIEVE_BYTES("shortest");
	for (int i = 1; i < N_KEYS; i++)
		items[i] = sieve_bytes_from_string(
			sieve_arena_printf(arena, "user%04d@example.org", i));
	const void *matcher = contains->compile(&keys, arena);
	for (int n = 0; n < MAX_BEGINNINGS; n++) {
		g_autofree char *whole = g_strdup_printf("%sUSER%04d@example.ORG!", value->str, 100 + n);
		g_assert_false(contains->match(
			&matching, matcher, (SieveBytes){value->str, value->len}));
		g_assert_true(contains->match(&matching, matcher, sieve_bytes_from_string(whole)));
		g_assert_cmpuint(matching.key, ==, (size_t)(100 + n));
		g_string_append_printf(value, "user%04d@example.or", 200 + n);
	}
}

static void
test_no_keys(void)
{
	g_assert_false(match_is(
		&sieve_comparator_octet, (SieveStrings){NULL, 0}, SIEVE_BYTES("")));
}

/* RFC 4790 section 9.2.1: letters order as upper case, so `_` comes after all of them. */
static void
test_order(void)
{
	const SieveComparatorDef *casemap = &sieve_comparator_ascii_casemap;
	const SieveComparatorDef *octet = &sieve_comparator_octet;

	g_assert_cmpint(casemap->compare(SIEVE_BYTES("a"), SIEVE_BYTES("_")), <, 0);
	g_assert_cmpint(octet->compare(SIEVE_BYTES("a"), SIEVE_BYTES("_")), >, 0);
	g_assert_cmpint(casemap->compare(SIEVE_BYTES("aB"), SIEVE_BYTES("Ab")), ==, 0);
	g_assert_cmpint(casemap->compare(SIEVE_BYTES("a"), SIEVE_BYTES("ab")), <, 0);
	g_assert_cmpint(octet->compare(SIEVE_BYTES("\377"), SIEVE_BYTES("a")), >, 0);
}

/* RFC 5228 section 2.7.4: what does not parse has no parts but the whole. */
static void
test_address_parts(void)
{
	const SieveAddress bad = {.all = SIEVE_BYTES("joe"), .valid = false};
	const SieveAddress bare = {
		.all = SIEVE_BYTES("joe"), .localpart = SIEVE_BYTES("joe"), .valid = true};
	SieveBytes part;

	g_assert_true(sieve_core_address_parts[0].part(NULL, &bad, &part));
	g_assert_true(sieve_bytes_equal(part, SIEVE_BYTES("joe")));
	g_assert_false(sieve_core_address_parts[1].part(NULL, &bad, &part));
	g_assert_false(sieve_core_address_parts[2].part(NULL, &bad, &part));
	g_assert_true(sieve_core_address_parts[1].part(NULL, &bare, &part));
	g_assert_false(sieve_core_address_parts[2].part(NULL, &bare, &part));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *label = g_strdup_printf("/match/is/%zu", i);
		g_test_add_data_func(label, &cases[i], test_is);
	}
	g_test_add_func("/match/many-keys", test_many_keys);
	g_test_add_func("/match/contains-beginnings", test_contains_beginnings);
	g_test_add_func("/match/no-keys", test_no_keys);
	g_test_add_func("/match/order", test_order);
	g_test_add_func("/match/address-parts", test_address_parts);
	return g_test_run();
}
