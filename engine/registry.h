/* SPDX-License-Identifier: MIT */
/* registry.h - names to command, test, tag, match, comparator definitions; what require enables */
#pragma once

#include "engine/sieve-ext.h"

/** The core language: an extension like any other, always enabled (core.c). */
extern const SieveExtension sieve_ext_core;

/** What a name can stand for; each kind is a name space of its own. */
typedef enum {
	SIEVE_KIND_CAPABILITY,
	SIEVE_KIND_COMMAND,
	SIEVE_KIND_TEST,
	SIEVE_KIND_TAG, /* of SieveTagDef */
	SIEVE_KIND_MATCH,
	SIEVE_KIND_COMPARATOR,
	SIEVE_KIND_ADDRESS_PART,
	SIEVE_KIND_MODIFIER,
	SIEVE_KIND_NAMESPACE,
	SIEVE_N_KINDS,
} SieveKind;

/** A definition and the extension that it comes from. */
typedef struct SieveEntry SieveEntry;
struct SieveEntry {
	const char *name;
	const SieveExtension *extension;
	unsigned extension_index; /* 0 is the core; see sieve_registry_count() */
	const void *def;	  /* SieveCommandDef, SieveTestDef, ... as the kind says */
	const SieveEntry *next;	  /* (nullable) another definition of the same name */
};

/** Extensions, the core included. */
unsigned sieve_registry_count(const SieveRegistry *registry);
const SieveExtension *sieve_registry_get(const SieveRegistry *registry, unsigned index);
/** The defaults. */
const SieveSettings *sieve_registry_settings(const SieveRegistry *registry);
/** (nullable) definitions called @name, ASCII case aside but for capabilities and comparators. */
const SieveEntry *sieve_registry_find(
	const SieveRegistry *registry, SieveKind kind, SieveBytes name);
/** The nearest of several names; `{.typed = ...}`, then offer them, then read @best (nullable). */
typedef struct SieveSuggestion {
	SieveBytes typed;
	const char *best;
	unsigned distance; /* of @best */
} SieveSuggestion;

void sieve_suggestion_offer(SieveSuggestion *suggestion, const char *known);
/** Offers all names of @kind. */
void sieve_registry_offer(
	const SieveRegistry *registry, SieveKind kind, SieveSuggestion *suggestion);
/** (nullable) the known name nearest to @name, when it is near enough to be meant. */
const char *sieve_registry_suggest(const SieveRegistry *registry, SieveKind kind, SieveBytes name);
/** True when @word is one of the blank-separated @words. */
bool sieve_registry_names_word(const char *words, const char *word);
