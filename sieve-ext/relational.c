/* SPDX-License-Identifier: MIT */
/* relational.c - :count and :value (RFC 5231) */

#include "engine/sieve-ext.h"

/* Which outcomes of a comparison a relation accepts. */
typedef struct Relation {
	const char *name;
	bool less;
	bool equal;
	bool greater;
} Relation;

static const Relation relations[] = {
	{"gt", false, false, true},
	{"ge", false, true, true},
	{"lt", true, false, false},
	{"le", true, true, false},
	{"eq", false, true, false},
	{"ne", true, false, true},
};

static const Relation *
find_relation(SieveBytes name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(relations); i++)
		if (sieve_bytes_equal_nocase(name, sieve_bytes_from_string(relations[i].name)))
			return &relations[i];
	return NULL;
}

static void
check_relation(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	if (find_relation(value) != NULL)
		return;
	g_autofree char *shown = sieve_bytes_escape(value, 80);
	sieve_check_error(check, arg, "the relations are gt, ge, lt, le, eq and ne",
		"\"%s\" is no relation", shown);
}

static bool
match_value(SieveMatching *matching, const void *matcher, SieveBytes value)
{
	const SieveKeys *keys = matcher;
	const Relation *relation = find_relation(keys->value);

	for (size_t i = 0; relation != NULL && i < keys->keys.count; i++) {
		/* The first comparison was paid for when the value was offered. */
		if (i > 0 && !sieve_run_spend(matching->run, value.len + 1, NULL))
			return false;
		matching->key = i;
		int order = keys->comparator->compare(value, keys->keys.items[i]);
		if (order < 0 ? relation->less : order > 0 ? relation->greater : relation->equal)
			return true;
	}
	return false;
}

/* Section 4.2: the count is compared as text by the comparator, usually i;ascii-numeric. */
static bool
match_count(SieveMatching *matching, const void *matcher, uint64_t count)
{
	char text[24];

	g_snprintf(text, sizeof(text), "%" G_GUINT64_FORMAT, count);
	return match_value(matching, matcher, sieve_bytes_from_string(text));
}

/* MATCH-TYPE =/ COUNT / VALUE; COUNT = ":count" relational-match; VALUE = ":value" relational-match
 */
static const SieveMatchDef relational_matches[] = {
	{.tag = "count",
		.value = SIEVE_ARG_STRING,
		.needs = SIEVE_COMPARATOR_ORDERING,
		.check = check_relation,
		.match = match_value,
		.match_count = match_count},
	{.tag = "value",
		.value = SIEVE_ARG_STRING,
		.needs = SIEVE_COMPARATOR_ORDERING,
		.check = check_relation,
		.match = match_value},
	{.tag = NULL},
};

const SieveExtension sieve_ext_relational = {
	.capability = "relational",
	.source = "RFC 5231",
	.matches = relational_matches,
};
