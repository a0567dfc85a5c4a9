/* SPDX-License-Identifier: MIT */
/* args.h - fitted arguments of a command or test, as data; arguments.h makes them */
#pragma once

#include "engine/strings.h"

struct SieveArg {
	const char *name; /* the word that messages use */
	bool given;
	bool words; /* each string is a list of words */
	uint32_t offset; /* in its script, for messages */
	uint32_t length;
	uint64_t number;
	SieveStrings strings;		/* as written, after rewriting */
	const SieveTemplate *templates; /* (nullable) (array length=strings.count) */
	void (*check)(SieveCheck *check, const SieveArg *arg, SieveBytes value); /* (nullable) */
};

/** A tag that another extension adds to the command. */
typedef struct SieveTagUse {
	const SieveTagDef *def;
	SieveArg arg;
} SieveTagUse;

/** A modifier that was given. */
typedef struct SieveModifierUse {
	const SieveModifierDef *def;
	SieveArg arg;
} SieveModifierUse;

struct SieveArgs {
	const char *name;	 /* of the command or test */
	const SieveArgDef *defs; /* the table; NULL when it takes no arguments */
	SieveArg *items;	 /* (array length=count) one for each row of the table */
	unsigned count;
	unsigned line;	/* in its script */
	unsigned depth; /* how many blocks it stands in; a test stands where its command does */

	/* The rest is for tables with a row of that kind. */
	const SieveMatchDef *match; /* SIEVE_ARG_MATCH */
	const SieveComparatorDef *comparator;
	SieveArg match_arg; /* the match-type tag and its value */
	SieveArg comparator_arg;
	const SieveArg *keys; /* the row with SIEVE_ARG_KEYS */
	const void *matcher;  /* (nullable) compiled keys; NULL: made in each run */
	const SieveAddressPartDef *address_part; /* SIEVE_ARG_ADDRESS_PART */
	SieveArg address_part_arg;
	SieveTagUse *tags; /* (array length=n_tags) */
	unsigned n_tags;
	SieveModifierUse *modifiers; /* (array length=n_modifiers) the first to be applied first */
	unsigned n_modifiers;
	const void *data; /* (nullable) of the definition's check */
	int script; /* SIEVE_FORM_CALL: index of the script, -1 for none */
	const char *script_name;
	unsigned include_flags;
};
