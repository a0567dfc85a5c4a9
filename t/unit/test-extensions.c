/* SPDX-License-Identifier: MIT */
/* test-extensions.c - the tables of every extension are sound */

#include <string.h>

#include "engine/registry.h"

static void
check_args(const SieveArgDef *def)
{
	bool optional_seen = false;
	unsigned n_positional = 0;

	for (; def != NULL && def->type != SIEVE_ARG_END; def++) {
		g_assert_nonnull(def->name);
		if (def->type == SIEVE_ARG_TAG) {
			g_assert_true(def->value == SIEVE_ARG_END ||
				      def->value == SIEVE_ARG_STRING ||
				      def->value == SIEVE_ARG_STRING_LIST ||
				      def->value == SIEVE_ARG_NUMBER);
			continue;
		}
		/* Only the last positional arguments may be left out, or the first one. */
		bool optional = (def->flags & SIEVE_ARG_OPTIONAL) != 0;
		bool positional = def->type == SIEVE_ARG_STRING ||
			def->type == SIEVE_ARG_STRING_LIST || def->type == SIEVE_ARG_NUMBER;
		g_assert_true(!optional_seen || optional || n_positional == 1);
		optional_seen = optional;
		n_positional += positional;
		g_assert_false(def->flags & SIEVE_ARG_REQUIRED);
	}
}

static bool
has_row(const SieveArgDef *def, SieveArgType type, unsigned flags)
{
	for (; def != NULL && def->type != SIEVE_ARG_END; def++)
		if (def->type == type && (def->flags & flags) == flags)
			return true;
	return false;
}

static bool
is_lower(const char *name)
{
	for (; *name != '\0'; name++)
		if (g_ascii_isupper(*name))
			return false;
	return true;
}

static void
check_commands(const SieveCommandDef *def)
{
	for (; def != NULL && def->name != NULL; def++) {
		g_test_message("command %s", def->name);
		g_assert_true(is_lower(def->name));
		check_args(def->args);
		g_assert_cmpint(def->form == SIEVE_FORM_BLOCK, >=, def->end != NULL);
		if (def->form == SIEVE_FORM_BLOCK)
			g_assert_true(has_row(def->args, SIEVE_ARG_BLOCK, 0));
	}
}

static void
check_tests(const SieveTestDef *def)
{
	for (; def != NULL && def->name != NULL; def++) {
		g_test_message("test %s", def->name);
		g_assert_true(is_lower(def->name));
		check_args(def->args);
		g_assert_cmpint(def->run != NULL, ==, def->form == SIEVE_FORM_RUN);
		/* A match type needs keys to compare with, and keys need a match type. */
		bool keys = has_row(def->args, SIEVE_ARG_STRING_LIST, SIEVE_ARG_KEYS) ||
			has_row(def->args, SIEVE_ARG_STRING, SIEVE_ARG_KEYS);
		g_assert_cmpint(has_row(def->args, SIEVE_ARG_MATCH, 0), ==, keys);
	}
}

static void
check_comparators(const SieveComparatorDef *const *at)
{
	for (; at != NULL && *at != NULL; at++) {
		g_test_message("comparator %s", (*at)->name);
		g_assert_true((*at)->ops & SIEVE_COMPARATOR_EQUALITY);
		g_assert_true((*at)->fold != NULL || (*at)->equal != NULL);
		if ((*at)->ops & SIEVE_COMPARATOR_ORDERING)
			g_assert_nonnull((*at)->compare);
	}
}

static void
test_tables(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());

	for (unsigned i = 0; i < sieve_registry_count(registry); i++) {
		const SieveExtension *extension = sieve_registry_get(registry, i);
		g_test_message("extension %s", extension->capability);
		g_assert_nonnull(extension->source);
		g_assert_cmpint(extension->capability == NULL, ==, i == 0);
		check_commands(extension->commands);
		check_tests(extension->tests);
		check_comparators(extension->comparators);
		g_assert_cmpint(
			extension->compile_string == NULL, ==, extension->expand_string == NULL);
		for (const SieveTagDef *tag = extension->tags; tag != NULL && tag->name != NULL;
			tag++)
			g_assert_nonnull(tag->commands);
	}
}

typedef struct Needs {
	const char *test;
	SieveNeeds needs;
} Needs;

static const Needs needs[] = {
	{"true", SIEVE_NEEDS_NOTHING},
	{"environment", SIEVE_NEEDS_CONNECTION},
	{"envelope", SIEVE_NEEDS_ENVELOPE},
	{"address", SIEVE_NEEDS_HEADER},
	{"exists", SIEVE_NEEDS_HEADER},
	{"header", SIEVE_NEEDS_HEADER},
	{"size", SIEVE_NEEDS_BODY},
};

static void
test_needs(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());

	for (size_t i = 0; i < G_N_ELEMENTS(needs); i++) {
		const SieveEntry *entry = sieve_registry_find(
			registry, SIEVE_KIND_TEST, sieve_bytes_from_string(needs[i].test));
		g_assert_cmpint(((const SieveTestDef *)entry->def)->needs, ==, needs[i].needs);
	}
}

static void
test_order(void)
{
	const SieveExtension *const *at = sieve_extensions();

	for (; at[0] != NULL && at[1] != NULL; at++)
		g_assert_cmpstr(at[0]->capability, <, at[1]->capability);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/extensions/tables", test_tables);
	g_test_add_func("/extensions/needs", test_needs);
	g_test_add_func("/extensions/order", test_order);
	return g_test_run();
}
