/* SPDX-License-Identifier: MIT */
/* registry.c - names to command, test, tag, match, comparator definitions; what require enables */

#include "engine/registry.h"

#include <string.h>

#include "engine/settings.h"

struct SieveRegistry {
	SieveArena *arena;
	const SieveExtension **extensions;
	unsigned n_extensions;
	GHashTable *names[SIEVE_N_KINDS]; /* name in lower case to SieveEntry */
	SieveSettings *settings; /* the defaults */
};

/* Size of a definition and so the step of its array, for each kind that comes as one. The name is
 * the first member of each. */
typedef struct Table {
	SieveKind kind;
	size_t offset; /* of the array's pointer in SieveExtension */
	size_t size;
} Table;

static const Table tables[] = {
	{SIEVE_KIND_COMMAND, G_STRUCT_OFFSET(SieveExtension, commands), sizeof(SieveCommandDef)},
	{SIEVE_KIND_TEST, G_STRUCT_OFFSET(SieveExtension, tests), sizeof(SieveTestDef)},
	{SIEVE_KIND_TAG, G_STRUCT_OFFSET(SieveExtension, tags), sizeof(SieveTagDef)},
	{SIEVE_KIND_MATCH, G_STRUCT_OFFSET(SieveExtension, matches), sizeof(SieveMatchDef)},
	{SIEVE_KIND_ADDRESS_PART, G_STRUCT_OFFSET(SieveExtension, address_parts),
		sizeof(SieveAddressPartDef)},
	{SIEVE_KIND_MODIFIER, G_STRUCT_OFFSET(SieveExtension, modifiers), sizeof(SieveModifierDef)},
	{SIEVE_KIND_NAMESPACE, G_STRUCT_OFFSET(SieveExtension, namespaces),
		sizeof(SieveNamespaceDef)},
};

G_STATIC_ASSERT(G_STRUCT_OFFSET(SieveCommandDef, name) == 0);
G_STATIC_ASSERT(G_STRUCT_OFFSET(SieveTestDef, name) == 0);
G_STATIC_ASSERT(G_STRUCT_OFFSET(SieveTagDef, name) == 0);
G_STATIC_ASSERT(G_STRUCT_OFFSET(SieveMatchDef, tag) == 0);
G_STATIC_ASSERT(G_STRUCT_OFFSET(SieveAddressPartDef, tag) == 0);
G_STATIC_ASSERT(G_STRUCT_OFFSET(SieveModifierDef, tag) == 0);
G_STATIC_ASSERT(G_STRUCT_OFFSET(SieveNamespaceDef, name) == 0);

static void
add_name(SieveRegistry *registry, SieveKind kind, const char *name, unsigned index, const void *def)
{
	SieveEntry *entry = sieve_arena_new_array(registry->arena, SieveEntry, 1);
	SieveEntry *first = g_hash_table_lookup(registry->names[kind], name);

	entry->name = name;
	entry->extension = registry->extensions[index];
	entry->extension_index = index;
	entry->def = def;
	if (first == NULL) {
		g_hash_table_insert(registry->names[kind], (gpointer)(uintptr_t)name, entry);
		return;
	}
	entry->next = first->next;
	first->next = entry;
}

static const char *
name_of(const unsigned char *def)
{
	const char *name;

	memcpy(&name, def, sizeof(name));
	return name;
}

static void
add_table(SieveRegistry *registry, unsigned index, const Table *table)
{
	const unsigned char *def;

	memcpy(&def, (const unsigned char *)registry->extensions[index] + table->offset,
		sizeof(def));
	for (; def != NULL && name_of(def) != NULL; def += table->size)
		add_name(registry, table->kind, name_of(def), index, def);
}

static void
add_extension(SieveRegistry *registry, unsigned index)
{
	const SieveExtension *extension = registry->extensions[index];
	const SieveComparatorDef *const *comparator = extension->comparators;

	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
		add_table(registry, index, &tables[i]);
	for (; comparator != NULL && *comparator != NULL; comparator++) {
		add_name(registry, SIEVE_KIND_COMPARATOR, (*comparator)->name, index, *comparator);
		/* Any comparator may be required by name (RFC 5228 section 2.7.3). */
		add_name(registry, SIEVE_KIND_CAPABILITY,
			sieve_arena_printf(registry->arena, "comparator-%s", (*comparator)->name),
			index, extension);
	}
	if (extension->capability != NULL &&
		!g_hash_table_contains(
			registry->names[SIEVE_KIND_CAPABILITY], extension->capability))
		add_name(registry, SIEVE_KIND_CAPABILITY, extension->capability, index, extension);
}

SieveRegistry *
sieve_registry_new(const SieveExtension *const *extensions)
{
	SieveRegistry *registry = g_new0(SieveRegistry, 1);
	unsigned n = 1;

	for (const SieveExtension *const *at = extensions; at != NULL && *at != NULL; at++)
		n++;
	registry->arena = sieve_arena_new();
	registry->extensions = sieve_arena_new_array(registry->arena, const SieveExtension *, n);
	registry->n_extensions = n;
	registry->extensions[0] = &sieve_ext_core;
	for (unsigned i = 1; i < n; i++)
		registry->extensions[i] = extensions[i - 1];
	for (size_t kind = 0; kind < SIEVE_N_KINDS; kind++)
		registry->names[kind] = g_hash_table_new(g_str_hash, g_str_equal);
	for (unsigned i = 0; i < n; i++)
		add_extension(registry, i);
	registry->settings = sieve_settings_new(extensions);
	return registry;
}

void
sieve_registry_free(SieveRegistry *registry)
{
	if (registry == NULL)
		return;
	for (size_t kind = 0; kind < SIEVE_N_KINDS; kind++)
		g_hash_table_unref(registry->names[kind]);
	sieve_settings_free(registry->settings);
	sieve_arena_free(registry->arena);
	g_free(registry);
}

unsigned
sieve_registry_count(const SieveRegistry *registry)
{
	return registry->n_extensions;
}

const SieveExtension *
sieve_registry_get(const SieveRegistry *registry, unsigned index)
{
	return registry->extensions[index];
}

const SieveSettings *
sieve_registry_settings(const SieveRegistry *registry)
{
	return registry->settings;
}

static bool
has_case(SieveKind kind)
{
	/* Only identifiers and tags are free of case (RFC 5228 section 2.1); those are strings. */
	return kind == SIEVE_KIND_CAPABILITY || kind == SIEVE_KIND_COMPARATOR;
}

const SieveEntry *
sieve_registry_find(const SieveRegistry *registry, SieveKind kind, SieveBytes name)
{
	char key[SIEVE_LIMIT_IDENTIFIER_BYTES + 1];

	if (name.len == 0 || name.len >= sizeof(key) || memchr(name.ptr, '\0', name.len) != NULL)
		return NULL;
	for (size_t i = 0; i < name.len; i++)
		key[i] = has_case(kind) ? name.ptr[i] : g_ascii_tolower(name.ptr[i]);
	key[name.len] = '\0';
	return g_hash_table_lookup(registry->names[kind], key);
}

/* Letters count from 1, as the rows of distance() do. */
static bool
same_letter(SieveBytes a, unsigned i, SieveBytes b, unsigned j)
{
	return g_ascii_tolower(a.ptr[i - 1]) == g_ascii_tolower(b.ptr[j - 1]);
}

/* How many letters must be added, dropped, changed or swapped with their neighbour; row by row,
 * both at most SIEVE_LIMIT_IDENTIFIER_BYTES long. */
static unsigned
distance(SieveBytes a, SieveBytes b)
{
	unsigned rows[3][SIEVE_LIMIT_IDENTIFIER_BYTES + 1];

	for (unsigned j = 0; j <= b.len; j++)
		rows[0][j] = j;
	for (unsigned i = 1; i <= a.len; i++) {
		unsigned *row = rows[i % 3];
		const unsigned *above = rows[(i + 2) % 3];
		const unsigned *above2 = rows[(i + 1) % 3];
		row[0] = i;
		for (unsigned j = 1; j <= b.len; j++) {
			unsigned change = above[j - 1] + !same_letter(a, i, b, j);
			row[j] = MIN(MIN(above[j], row[j - 1]) + 1, change);
			if (i > 1 && j > 1 && same_letter(a, i, b, j - 1) &&
				same_letter(a, i - 1, b, j))
				row[j] = MIN(row[j], above2[j - 2] + 1);
		}
	}
	return rows[a.len % 3][b.len];
}

void
sieve_suggestion_offer(SieveSuggestion *suggestion, const char *known)
{
	SieveBytes name = sieve_bytes_from_string(known);
	SieveBytes typed = suggestion->typed;

	if (typed.len > SIEVE_LIMIT_IDENTIFIER_BYTES || name.len > SIEVE_LIMIT_IDENTIFIER_BYTES)
		return;
	/* A third of the letters wrong is still a slip of the fingers; more is another word. */
	unsigned d = distance(typed, name);
	if (d > MIN(typed.len / 3, (size_t)3))
		return;
	/* The order of the alphabet decides, since that of a hash table is arbitrary. */
	if (suggestion->best != NULL &&
		(d > suggestion->distance ||
			(d == suggestion->distance && strcmp(known, suggestion->best) >= 0)))
		return;
	suggestion->best = known;
	suggestion->distance = d;
}

void
sieve_registry_offer(const SieveRegistry *registry, SieveKind kind, SieveSuggestion *suggestion)
{
	GHashTableIter iter;
	gpointer key;

	g_hash_table_iter_init(&iter, registry->names[kind]);
	while (g_hash_table_iter_next(&iter, &key, NULL))
		sieve_suggestion_offer(suggestion, key);
}

const char *
sieve_registry_suggest(const SieveRegistry *registry, SieveKind kind, SieveBytes name)
{
	SieveSuggestion suggestion = {.typed = name};

	sieve_registry_offer(registry, kind, &suggestion);
	return suggestion.best;
}

bool
sieve_registry_names_word(const char *words, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = words; at != NULL && (at = strstr(at, word)) != NULL; at += len) {
		bool starts = at == words || at[-1] == ' ';
		if (starts && (at[len] == '\0' || at[len] == ' '))
			return true;
	}
	return false;
}
