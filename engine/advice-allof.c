/* SPDX-License-Identifier: MIT */
/* advice-allof.c - advice on tests of an allof that exclude each other */

#include "engine/advice.h"

#include <inttypes.h>
#include <string.h>

#include "engine/args.h"

/* What the tests so far say of every message that gets past them. */
typedef struct Facts {
	SieveAdvice *advice;
	GHashTable *absent;	   /* names of fields, in small letters, that are not there */
	const SieveChecked *over;  /* (nullable) the size test with the largest limit */
	const SieveChecked *under; /* (nullable) that with the smallest */
	bool told;
} Facts;

static bool
has_tag(const SieveChecked *test, const char *tag)
{
	for (unsigned i = 0; i < test->args->count; i++)
		if (test->args->items[i].given && strcmp(test->args->defs[i].name, tag) == 0)
			return true;
	return false;
}

static uint64_t
limit_of(const SieveChecked *test)
{
	return test->args->items[test->args->count - 1].number;
}

/* RFC 5228 section 5.9: neither limit belongs to what is over or under it. */
static void
learn_size(Facts *facts, const SieveChecked *test)
{
	if (has_tag(test, "over")) {
		if (facts->over == NULL || limit_of(test) > limit_of(facts->over))
			facts->over = test;
	} else if (facts->under == NULL || limit_of(test) < limit_of(facts->under)) {
		facts->under = test;
	}
	if (facts->told || facts->over == NULL || facts->under == NULL ||
		(limit_of(facts->under) > 0 && limit_of(facts->under) - 1 > limit_of(facts->over)))
		return;
	facts->told = true;
	sieve_advice_tell(facts->advice, SIEVE_RULE_NEVER, test->node->span,
		"take anyof, or exchange the two",
		"no message is larger than %" PRIu64 " and smaller than %" PRIu64
		", so this allof never holds",
		limit_of(facts->over), limit_of(facts->under));
}

static char *
lower(SieveBytes name)
{
	return g_ascii_strdown(name.ptr, (gssize)name.len);
}

/* `not exists` with several names holds already when one of them is missing. */
static void
learn_absent(Facts *facts, const SieveChecked *not)
{
	const SieveChecked *test = not->tests;
	const SieveArg *names =
		sieve_advice_is_test(test, "exists") ? sieve_advice_names(test) : NULL;

	if (names != NULL && names->strings.count == 1)
		g_hash_table_add(facts->absent, lower(names->strings.items[0]));
}

/* True when the test needs a field of @names to hold: `exists` all of them, the others one. */
static bool
needs_field(const SieveChecked *test)
{
	return sieve_advice_is_test(test, "exists") ||
	       ((sieve_advice_is_test(test, "header") || sieve_advice_is_test(test, "address")) &&
		       sieve_advice_match(test) != NULL);
}

static void
find_absent(const Facts *facts, const SieveChecked *test)
{
	const SieveArg *names = needs_field(test) ? sieve_advice_names(test) : NULL;
	size_t n_absent = 0;

	if (names == NULL || g_hash_table_size(facts->absent) == 0)
		return;
	for (size_t i = 0; i < names->strings.count; i++) {
		g_autofree char *name = lower(names->strings.items[i]);
		n_absent += g_hash_table_contains(facts->absent, name) ? 1 : 0;
	}
	if (n_absent == 0 ||
		(n_absent < names->strings.count && !sieve_advice_is_test(test, "exists")))
		return;
	sieve_advice_tell(facts->advice, SIEVE_RULE_NEVER, test->node->span,
		"take anyof if either shall do",
		"this allof never holds: it also says that there is no such field");
}

static void
learn(Facts *facts, const SieveChecked *test)
{
	for (; test != NULL; test = test->next) {
		if (test->test->form == SIEVE_FORM_ALLOF)
			learn(facts, test->tests);
		else if (test->test->form == SIEVE_FORM_NOT)
			learn_absent(facts, test);
		else if (sieve_advice_is_test(test, "size"))
			learn_size(facts, test);
	}
}

static void
compare(const Facts *facts, const SieveChecked *test)
{
	for (; test != NULL; test = test->next) {
		if (test->test->form == SIEVE_FORM_ALLOF)
			compare(facts, test->tests);
		else if (test->test->form == SIEVE_FORM_RUN)
			find_absent(facts, test);
	}
}

void
sieve_advise_allof(SieveAdvice *advice, const SieveChecked *allof)
{
	g_autoptr(GHashTable) absent =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Facts facts = {.advice = advice, .absent = absent};

	learn(&facts, allof->tests);
	compare(&facts, allof->tests);
}
