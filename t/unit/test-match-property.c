/* SPDX-License-Identifier: MIT */
/* test-match-property.c - key lists against the definition of each match type, on random bytes */

#include <string.h>

#include "engine/comparator.h"
#include "engine/glob.h"
#include "engine/match.h"
#include "engine/run.h"

#include "t/unit/match-oracle.h"

enum { IS, CONTAINS, MATCHES };
enum { MAX_KEYS = 700, LONG_LIST = 300, VALUES_PER_LIST = 8, PAIRS = 120000, PAIRS_OF_MANY = 8000 };

/* What one property is tried on. */
typedef struct Property {
	const char *label;
	unsigned match;
	const SieveComparatorDef *comparator;
	const char *alphabet; /* NUL is one of them always */
	MatchOracle holds;
	bool many; /* lists as long as may be, of keys that are not too short: they have a screen */
} Property;

enum { KEY_OF_MANY = 4 };

/* Where keys hold parts of characters the one-pattern matcher is the judge; test-glob.c judges it. */
static bool
holds_glob(const SieveComparatorDef *comparator, SieveBytes key, SieveBytes value)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	uint64_t steps = 0;

	return sieve_glob_match(
		sieve_glob_new(key, comparator->fold, arena), value, NULL, NULL, &steps);
}

/* --- Random lists and values -------------------------------------------------------------------- */

static SieveBytes
random_bytes(SieveArena *arena, const char *alphabet, int min, int max)
{
	int len = g_test_rand_int_range(min, max + 1);
	char *bytes = sieve_arena_alloc(arena, (size_t)len);

	/* The byte after the last one of the alphabet is NUL. */
	for (int i = 0; i < len; i++)
		bytes[i] = alphabet[g_test_rand_int_range(0, (gint32)strlen(alphabet) + 1)];
	return (SieveBytes){bytes, (size_t)len};
}

static SieveBytes
random_part(SieveBytes bytes)
{
	size_t start = (size_t)g_test_rand_int_range(0, (gint32)bytes.len + 1);
	size_t len = (size_t)g_test_rand_int_range(0, (gint32)(bytes.len - start) + 1);

	return (SieveBytes){bytes.ptr + start, len};
}

/* Many keys are parts of others: starts, ends, middles, or the same again. */
static void
random_keys(const Property *property, SieveArena *arena, SieveBytes *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		keys[i] = random_bytes(arena, property->alphabet, property->many ? KEY_OF_MANY : 0, 7);
		if (i > 0 && !property->many && g_test_rand_int_range(0, 3) == 0)
			keys[i] = random_part(keys[g_test_rand_int_range(0, (gint32)i)]);
	}
}

/* Half of the values hold a key, or what is left of one without its wildcards. */
static SieveBytes
random_value(const Property *property, SieveArena *arena, SieveStrings keys)
{
	SieveBytes value = random_bytes(arena, property->alphabet, 0, 6);

	if (keys.count == 0 || g_test_rand_bit())
		return value;
	SieveBytes key = keys.items[g_test_rand_int_range(0, (gint32)keys.count)];
	size_t before = g_test_rand_bit() ? 0 : random_part(value).len;
	size_t after = g_test_rand_bit() ? 0 : value.len - before;
	char *bytes = sieve_arena_alloc(arena, before + key.len + after);
	size_t len = before;
	memcpy(bytes, value.ptr, before);
	for (size_t i = 0; i < key.len; i++)
		if (property->match != MATCHES || strchr("*?\\", key.ptr[i]) == NULL)
			bytes[len++] = key.ptr[i];
	memcpy(bytes + len, value.ptr + before, after);
	return (SieveBytes){bytes, len + after};
}

/* --- The property ------------------------------------------------------------------------------- */

static size_t
find_first(const Property *property, SieveStrings keys, SieveBytes value)
{
	for (size_t i = 0; i < keys.count; i++)
		if (property->holds(property->comparator, keys.items[i], value))
			return i;
	return SIEVE_NO_KEY;
}

static void
check_value(const Property *property, const void *matcher, SieveStrings keys, SieveBytes value)
{
	const SieveMatchDef *match = &sieve_core_matches[property->match];
	SieveRun run = {.max_steps = SIEVE_LIMIT_RUN_STEPS};
	SieveMatching any = {.run = &run};
	SieveMatching first = {.run = &run, .first = true};
	size_t expected = find_first(property, keys, value);

	bool matched = match->match(&first, matcher, value);
	if (matched != (expected != SIEVE_NO_KEY) || (matched && first.key != expected)) {
		g_autofree char *shown = sieve_bytes_escape(value, 100);
		g_error("%s: \"%s\": key %zu, not %zu", property->label, shown, expected,
			first.key);
	}
	g_assert_cmpint(match->match(&any, matcher, value), ==, matched);
	if (matched)
		g_assert_true(property->holds(property->comparator, keys.items[any.key], value));
}

static void
test_property(const void *data)
{
	const Property *property = data;
	unsigned wanted = property->many ? PAIRS_OF_MANY : PAIRS;
	unsigned matched = 0;
	unsigned pairs = 0;

	while (pairs < wanted) {
		g_autoptr(SieveArena) arena = sieve_arena_new();
		SieveBytes items[MAX_KEYS];
		bool long_list = g_test_rand_int_range(0, 100) == 0;
		size_t count = (size_t)g_test_rand_int_range(0, long_list ? LONG_LIST : 12);
		if (property->many)
			count = (size_t)g_test_rand_int_range(LONG_LIST, MAX_KEYS);
		SieveStrings keys = {items, count};
		const SieveKeys all = {.comparator = property->comparator, .keys = keys};
		random_keys(property, arena, items, count);
		const void *matcher = sieve_core_matches[property->match].compile(&all, arena);
		for (int i = 0; i < VALUES_PER_LIST; i++, pairs++) {
			SieveBytes value = random_value(property, arena, keys);
			check_value(property, matcher, keys, value);
			matched += find_first(property, keys, value) != SIEVE_NO_KEY;
		}
	}
	/* Values that all match, or never do, would prove little. */
	g_assert_cmpuint(matched, >, wanted / 20);
	g_assert_cmpuint(matched, <, wanted - wanted / 20);
}

/* 0xff and 0x80 are no UTF-8 wherever they stand; 0xc3 0xa9 is one character, and so on. */
#define BYTES "aAbB_[\200\377"
#define PATTERN "aAb*?\\**\377"
#define UTF8 "a*?\303\251\342\202\254"

static const Property properties[] = {
	{"is/octet", IS, &sieve_comparator_octet, BYTES, match_oracle_is, false},
	{"is/casemap", IS, &sieve_comparator_ascii_casemap, BYTES, match_oracle_is, false},
	{"contains/octet", CONTAINS, &sieve_comparator_octet, BYTES, match_oracle_contains, false},
	{"contains/casemap", CONTAINS, &sieve_comparator_ascii_casemap, BYTES, match_oracle_contains,
		false},
	{"contains/octet/many", CONTAINS, &sieve_comparator_octet, BYTES, match_oracle_contains, true},
	{"contains/casemap/many", CONTAINS, &sieve_comparator_ascii_casemap, BYTES,
		match_oracle_contains, true},
	{"matches/octet", MATCHES, &sieve_comparator_octet, PATTERN, match_oracle_matches, false},
	{"matches/casemap", MATCHES, &sieve_comparator_ascii_casemap, PATTERN, match_oracle_matches,
		false},
	{"matches/utf-8", MATCHES, &sieve_comparator_octet, UTF8, holds_glob, false},
};

/* --- Size and effort ---------------------------------------------------------------------------- */

enum { N_LARGE = 100000 };

/* Key number N: two numbers, the first of them well mixed, and what stands around them. */
typedef struct Form {
	const char *before;
	const char *between;
	const char *after;
} Form;

static const void *
compile_large(unsigned match, const Form *form, SieveArena *arena)
{
	SieveBytes *items = sieve_arena_new_array(arena, SieveBytes, N_LARGE);
	const SieveKeys keys = {&sieve_comparator_ascii_casemap, {items, N_LARGE}, {NULL, 0}};

	for (uint32_t i = 0; i < N_LARGE; i++) {
		/* An odd factor mixes the digits, so that few starts are shared. */
		items[i] = sieve_bytes_from_string(sieve_arena_printf(arena, "%s%08x%s%06u%s",
			form->before, i * 2654435761u, form->between, i, form->after));
	}
	return sieve_core_matches[match].compile(&keys, arena);
}

/* 100,000 keys of 20 bytes: the program must stay well below 64 MiB. */
static void
test_memory(void)
{
	static const Form forms[] = {{"", "-", "@x.y"}, {"", "-", "@x.y"}, {"", "*", "@x.?"}};

	for (unsigned match = IS; match <= MATCHES; match++) {
		g_autoptr(SieveArena) arena = sieve_arena_new();
		g_assert_nonnull(compile_large(match, &forms[match], arena));
		g_assert_cmpuint(sieve_arena_used(arena), <, 40u << 20);
	}
}

/* Of 100,000 patterns with their own literals a value meets a handful, wherever the literal is. */
static void
test_effort(void)
{
	static const Form forms[] = {
		{"", "*", "@x.?"}, {"*@", ".", ""}, {"*", "", "*"}, {"list-*-", "", "*x"}};

	for (size_t i = 0; i < G_N_ELEMENTS(forms); i++) {
		g_autoptr(SieveArena) arena = sieve_arena_new();
		SieveRun run = {.max_steps = SIEVE_LIMIT_RUN_STEPS};
		SieveMatching matching = {.run = &run, .first = true};
		const void *matcher = compile_large(MATCHES, &forms[i], arena);
		g_assert_false(sieve_core_matches[MATCHES].match(
			&matching, matcher, SIEVE_BYTES("list-somebody@example.org-00000000")));
		g_assert_cmpuint(run.steps, <, 1000);
	}
}

static bool
same_length(SieveBytes a, SieveBytes b)
{
	return a.len == b.len;
}

/* A comparator with functions alone gets no hash: equal keys need not have equal bytes. */
static void
test_functions_alone(void)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	const SieveComparatorDef comparator = {
		.name = "length", .ops = SIEVE_COMPARATOR_EQUALITY, .equal = same_length};
	SieveBytes items[20];
	const SieveKeys keys = {&comparator, {items, G_N_ELEMENTS(items)}, {NULL, 0}};
	SieveRun run = {.max_steps = SIEVE_LIMIT_RUN_STEPS};
	SieveMatching matching = {.run = &run};

	for (size_t i = 0; i < G_N_ELEMENTS(items); i++)
		items[i] = (SieveBytes){"aaaaaaaaaaaaaaaaaaaaaaaa", i};
	const void *matcher = sieve_core_matches[IS].compile(&keys, arena);
	g_assert_true(sieve_core_matches[IS].match(&matching, matcher, SIEVE_BYTES("bbbbbbbbbb")));
	g_assert_cmpuint(matching.key, ==, 10);
	g_assert_false(sieve_core_matches[IS].match(
		&matching, matcher, SIEVE_BYTES("bbbbbbbbbbbbbbbbbbbbbbbb")));
}

/* Patterns whose literal the value lacks cost nothing; the others end with the steps of the run. */
static void
test_budget(void)
{
	enum { N_PATTERNS = 200, VALUE_BYTES = 1 << 20 };
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveBytes items[N_PATTERNS + 1];
	const SieveKeys keys = {
		&sieve_comparator_octet, {items, G_N_ELEMENTS(items)}, {NULL, 0}};
	SieveRun run = {.max_steps = SIEVE_LIMIT_RUN_STEPS};
	SieveMatching matching = {.run = &run};
	g_autofree char *value = g_strnfill(VALUE_BYTES, 'a');

	for (size_t i = 0; i < N_PATTERNS; i++)
		items[i] = SIEVE_BYTES("*ab*");
	items[N_PATTERNS] = SIEVE_BYTES("?*");
	const void *matcher = sieve_core_matches[MATCHES].compile(&keys, arena);
	g_assert_true(sieve_core_matches[MATCHES].match(
		&matching, matcher, (SieveBytes){value, VALUE_BYTES}));
	/* The literal is nowhere: none of its patterns was tried. */
	g_assert_cmpuint(run.steps, <, 2 * VALUE_BYTES);
	for (size_t i = 0; i < N_PATTERNS; i++)
		items[i] = SIEVE_BYTES("*?a?a?a*?b?*");
	items[N_PATTERNS] = SIEVE_BYTES("?*");
	value[VALUE_BYTES - 1] = 'b';
	matcher = sieve_core_matches[MATCHES].compile(&keys, arena);
	g_assert_false(sieve_core_matches[MATCHES].match(
		&matching, matcher, (SieveBytes){value, VALUE_BYTES}));
	g_assert_cmpuint(run.steps, >, SIEVE_LIMIT_RUN_STEPS);
	g_assert_cmpuint(run.steps, <, SIEVE_LIMIT_RUN_STEPS + 20 * VALUE_BYTES);
}

/* What wildcards took is worked out when it is asked for, and of the first pattern that matched. */
static void
test_captures(void)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveBytes items[] = {SIEVE_BYTES("x*"), SIEVE_BYTES("*b?"), SIEVE_BYTES("*bc")};
	const SieveMatchDef *match = &sieve_core_matches[MATCHES];
	const SieveKeys keys = {&sieve_comparator_octet, {items, G_N_ELEMENTS(items)}, {NULL, 0}};
	const SieveArg keys_arg = {.strings = keys.keys};
	const SieveArgs args = {.match = match,
		.comparator = keys.comparator,
		.keys = &keys_arg,
		.matcher = match->compile(&keys, arena)};
	SieveRun run = {.max_steps = SIEVE_LIMIT_RUN_STEPS};
	SieveMatching matching;
	SieveResult result = {.arena = arena};

	run.result = &result;
	g_assert_cmpuint(sieve_run_capture(&run, 0).len, ==, 0);
	sieve_matching_begin(&matching, &run, &args);
	g_assert_true(sieve_matching_offer(&matching, SIEVE_BYTES("aabc")));
	sieve_matching_begin(&matching, &run, &args);
	g_assert_false(sieve_matching_offer(&matching, SIEVE_BYTES("nothing")));
	g_assert_true(sieve_bytes_equal(sieve_run_capture(&run, 0), SIEVE_BYTES("aabc")));
	g_assert_true(sieve_bytes_equal(sieve_run_capture(&run, 1), SIEVE_BYTES("aa")));
	g_assert_true(sieve_bytes_equal(sieve_run_capture(&run, 2), SIEVE_BYTES("c")));
	g_assert_cmpuint(sieve_run_capture(&run, 3).len, ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(properties); i++) {
		g_autofree char *label =
			g_strdup_printf("/match-property/%s", properties[i].label);
		g_test_add_data_func(label, &properties[i], test_property);
	}
	g_test_add_func("/match-property/memory", test_memory);
	g_test_add_func("/match-property/effort", test_effort);
	g_test_add_func("/match-property/functions-alone", test_functions_alone);
	g_test_add_func("/match-property/budget", test_budget);
	g_test_add_func("/match-property/captures", test_captures);
	return g_test_run();
}
