/* SPDX-License-Identifier: MIT */
/* test-registry.c - names to definitions */

#include "engine/registry.h"

typedef struct Find {
	SieveKind kind;
	const char *name;
	bool found;
} Find;

static const Find finds[] = {
	{SIEVE_KIND_COMMAND, "keep", true},
	{SIEVE_KIND_COMMAND, "KeeP", true},
	{SIEVE_KIND_COMMAND, "header", false},
	{SIEVE_KIND_COMMAND, "keep ", false},
	{SIEVE_KIND_COMMAND, "", false},
	{SIEVE_KIND_COMMAND, "fileinto", true},
	{SIEVE_KIND_TEST, "header", true},
	{SIEVE_KIND_TEST, "envelope", true},
	{SIEVE_KIND_TAG, "copy", true},
	{SIEVE_KIND_MATCH, "Contains", true},
	{SIEVE_KIND_MATCH, "count", true},
	{SIEVE_KIND_ADDRESS_PART, "DETAIL", true},
	{SIEVE_KIND_COMPARATOR, "i;octet", true},
	{SIEVE_KIND_COMPARATOR, "I;OCTET", false},
	{SIEVE_KIND_CAPABILITY, "fileinto", true},
	{SIEVE_KIND_CAPABILITY, "FileInto", false},
	{SIEVE_KIND_CAPABILITY, "comparator-i;octet", true},
	{SIEVE_KIND_CAPABILITY, "comparator-i;ascii-numeric", true},
	{SIEVE_KIND_CAPABILITY, "keep", false},
	{SIEVE_KIND_COMMAND,
		"a-name-that-is-longer-than-any-identifier-may-be-in-this-language-at-all", false},
};

static void
test_find(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());

	for (size_t i = 0; i < G_N_ELEMENTS(finds); i++) {
		const SieveEntry *entry = sieve_registry_find(
			registry, finds[i].kind, sieve_bytes_from_string(finds[i].name));
		g_test_message("%d %s", finds[i].kind, finds[i].name);
		g_assert_cmpint(entry != NULL, ==, finds[i].found);
	}
}

static void
test_find_nul(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());

	g_assert_null(sieve_registry_find(registry, SIEVE_KIND_COMMAND, SIEVE_BYTES("keep\0x")));
}

static void
test_core_alone(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(NULL);

	g_assert_cmpuint(sieve_registry_count(registry), ==, 1);
	g_assert_nonnull(sieve_registry_find(registry, SIEVE_KIND_TEST, SIEVE_BYTES("size")));
	g_assert_null(sieve_registry_find(registry, SIEVE_KIND_COMMAND, SIEVE_BYTES("fileinto")));
}

static void
test_every_extension_is_found(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	unsigned n = 0;

	for (const SieveExtension *const *at = sieve_extensions(); *at != NULL; at++, n++) {
		const SieveEntry *entry = sieve_registry_find(registry, SIEVE_KIND_CAPABILITY,
			sieve_bytes_from_string((*at)->capability));
		g_assert_nonnull(entry);
		g_assert_true(entry->extension == *at);
		g_assert_true(sieve_registry_get(registry, entry->extension_index) == *at);
	}
	g_assert_cmpuint(sieve_registry_count(registry), ==, n + 1);
}

typedef struct Suggest {
	const char *typed;
	const char *meant;
} Suggest;

static const Suggest suggests[] = {
	{"fileinot", "fileinto"},
	{"filinto", "fileinto"},
	{"kep", "keep"},
	{"redirct", "redirect"},
	{"xyzzy", NULL},
	{"k", NULL},
	{"", NULL},
};

static void
test_suggest(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());

	for (size_t i = 0; i < G_N_ELEMENTS(suggests); i++)
		g_assert_cmpstr(sieve_registry_suggest(registry, SIEVE_KIND_COMMAND,
					sieve_bytes_from_string(suggests[i].typed)),
			==, suggests[i].meant);
}

static void
test_words(void)
{
	g_assert_true(sieve_registry_names_word("fileinto redirect", "redirect"));
	g_assert_true(sieve_registry_names_word("fileinto redirect", "fileinto"));
	g_assert_false(sieve_registry_names_word("fileinto redirect", "file"));
	g_assert_false(sieve_registry_names_word("fileinto redirect", "into"));
	g_assert_false(sieve_registry_names_word("", "x"));
	g_assert_false(sieve_registry_names_word(NULL, "x"));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/registry/find", test_find);
	g_test_add_func("/registry/find-nul", test_find_nul);
	g_test_add_func("/registry/core-alone", test_core_alone);
	g_test_add_func("/registry/every-extension", test_every_extension_is_found);
	g_test_add_func("/registry/suggest", test_suggest);
	g_test_add_func("/registry/words", test_words);
	return g_test_run();
}
