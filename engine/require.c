/* SPDX-License-Identifier: MIT */
/* require.c - what a script requires, what it uses, and what it should require */

#include "engine/require.h"

#include "engine/arguments.h"
#include "engine/check.h"

static const char *
capability(const SieveCheck *check, unsigned index)
{
	return sieve_registry_get(check->unit->registry, index)->capability;
}

static bool
implies(const SieveCheck *check, unsigned index, unsigned other)
{
	const char *words = sieve_registry_get(check->unit->registry, index)->implies;
	const char *word = capability(check, other);

	return words != NULL && word != NULL && sieve_registry_names_word(words, word);
}

static void
enable(SieveCheck *check, unsigned index)
{
	if (check->requirements[index].enabled)
		return;
	check->requirements[index].enabled = true;
	for (unsigned i = 1; i < sieve_registry_count(check->unit->registry); i++)
		if (implies(check, index, i))
			enable(check, i);
}

void
sieve_require_use(SieveCheck *check, unsigned extension_index)
{
	check->requirements[extension_index].used = true;
}

char *
sieve_require_missing(SieveCheck *check, const SieveEntry *entry)
{
	check->requirements[entry->extension_index].missing = true;
	return g_strdup_printf("add require \"%s\"", entry->extension->capability);
}

void
sieve_require_check(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	const SieveRegistry *registry = check->unit->registry;
	const SieveEntry *entry = sieve_registry_find(registry, SIEVE_KIND_CAPABILITY, value);
	SieveSpan span = {&check->script->source, arg->offset, arg->length};

	if (entry != NULL) {
		check->requirements[entry->extension_index].span = span;
		enable(check, entry->extension_index);
		return;
	}
	sieve_check_find(check, SIEVE_KIND_CAPABILITY, "capability", value, span);
	/* What was meant counts, so that one wrong letter is one mistake. */
	const char *near = sieve_registry_suggest(registry, SIEVE_KIND_CAPABILITY, value);
	if (near == NULL)
		return;
	entry = sieve_registry_find(
		registry, SIEVE_KIND_CAPABILITY, sieve_bytes_from_string(near));
	enable(check, entry->extension_index);
}

/* RFC 5463 section 4: not what changes how the content of a script is understood. */
static const SieveEntry *
find_testable(const SieveCheck *check, SieveBytes name)
{
	const SieveEntry *entry =
		sieve_registry_find(check->unit->registry, SIEVE_KIND_CAPABILITY, name);

	if (entry == NULL || check->requirements[entry->extension_index].enabled)
		return entry;
	const SieveExtension *extension = entry->extension;
	return extension->rewrite_string == NULL && extension->compile_string == NULL ? entry : NULL;
}

static const SieveCapabilities *
add_one(SieveCheck *check, unsigned index, const SieveCapabilities *before)
{
	for (const SieveCapabilities *one = before; one != NULL; one = one->next)
		if (one->extension_index == index)
			return before;
	SieveCapabilities *capability = sieve_arena_new_array(check->unit->arena, SieveCapabilities, 1);
	*capability = (SieveCapabilities){index, before};
	return capability;
}

/* And those that it brings. */
static const SieveCapabilities *
add_capability(SieveCheck *check, unsigned index, const SieveCapabilities *before)
{
	const SieveCapabilities *all = add_one(check, index, before);

	for (unsigned i = 1; all != before && i < sieve_registry_count(check->unit->registry); i++)
		if (implies(check, index, i))
			all = add_capability(check, i, all);
	return all;
}

const SieveCapabilities *
sieve_check_capabilities(SieveCheck *check, const SieveArgs *args, unsigned index)
{
	SieveStrings names = sieve_args_get(args, index)->strings;
	const SieveCapabilities *capabilities = NULL;

	for (size_t i = 0; i < names.count; i++) {
		const SieveEntry *entry = find_testable(check, names.items[i]);
		if (entry == NULL) {
			check->deferring = true;
			return NULL;
		}
		capabilities = add_capability(check, entry->extension_index, capabilities);
	}
	for (const SieveCapabilities *one = capabilities; one != NULL; one = one->next)
		check->requirements[one->extension_index].tested = true;
	return capabilities;
}

void
sieve_require_need_test(SieveCheck *check, unsigned extension_index)
{
	check->needs_tested = add_one(check, extension_index, check->needs_tested);
}

void
sieve_require_tell_missing(SieveCheck *check)
{
	const SieveAstNode *first = sieve_ast_commands(check->script->ast);
	g_autoptr(GString) line = g_string_new("put at the top: require [");
	unsigned n_missing = 0;

	for (unsigned i = 1; i < sieve_registry_count(check->unit->registry); i++) {
		if (!check->requirements[i].missing)
			continue;
		g_string_append_printf(
			line, "%s\"%s\"", n_missing > 0 ? ", " : "", capability(check, i));
		n_missing++;
	}
	g_string_append(line, "];");
	if (n_missing > 1 && first != NULL)
		sieve_check_tell(check, SIEVE_RULE_REQUIRE_LINE, first->span, line->str,
			"%u capabilities are not required yet", n_missing);
}

/* True for an extension that a script uses by writing something of it. */
static bool
has_words(const SieveExtension *extension)
{
	return extension->commands != NULL || extension->tests != NULL || extension->tags != NULL ||
	       extension->matches != NULL || extension->comparators != NULL ||
	       extension->address_parts != NULL || extension->modifiers != NULL ||
	       extension->namespaces != NULL || extension->rewrite_string != NULL ||
	       extension->compile_string != NULL;
}

static bool
is_used(const SieveCheck *check, unsigned index)
{
	bool used = check->requirements[index].used;

	for (unsigned i = 1; !used && i < sieve_registry_count(check->unit->registry); i++)
		used = implies(check, index, i) && check->requirements[i].used;
	return used;
}

static int
compare_places(gconstpointer a, gconstpointer b)
{
	const SieveRequirement *const *first = a;
	const SieveRequirement *const *second = b;

	return (*first)->span.offset < (*second)->span.offset ? -1 : 1;
}

void
sieve_require_tell_unused(SieveCheck *check)
{
	g_autoptr(GPtrArray) unused = g_ptr_array_new();

	for (unsigned i = 1; i < sieve_registry_count(check->unit->registry); i++)
		if (check->requirements[i].span.length > 0 && !is_used(check, i) &&
			has_words(sieve_registry_get(check->unit->registry, i)))
			g_ptr_array_add(unused, &check->requirements[i]);
	g_ptr_array_sort(unused, compare_places);
	for (unsigned i = 0; i < unused->len; i++) {
		const SieveRequirement *requirement = g_ptr_array_index(unused, i);
		sieve_check_tell(check, SIEVE_RULE_UNUSED_REQUIRE, requirement->span, NULL,
			"\"%s\" is required, and nothing of it is used",
			capability(check, (unsigned)(requirement - check->requirements)));
	}
}
