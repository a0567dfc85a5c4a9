/* SPDX-License-Identifier: MIT */
/* mailfilter.h - the paper's ACL strings: parse, order by specificity, to AST
 *
 * Our reading of the two surviving examples stands in schema/README.md and nowhere else.
 */
#pragma once

#include "engine/ast.h"
#include "schema/location-record.h"

typedef enum {
	LOCATION_FILTER_ALLOW = 1,
	LOCATION_FILTER_DENY = 2,
} LocationFilterAction;

typedef enum {
	LOCATION_FILTER_SENDER = 1,  /* user@host, @host, wildcards */
	LOCATION_FILTER_HOST = 2,    /* one address */
	LOCATION_FILTER_NETWORK = 3, /* `*` per octet group, or CIDR; IPv4 and IPv6 */
} LocationFilterKind;

/** A parsed list. For the sender and for the address alike, the first entry that matches decides. */
typedef struct LocationMailfilter LocationMailfilter;

/**
 * location_mailfilter_parse:
 * @entries: (array length=n_entries)
 * @ret_problems: (out) (transfer full): NULL-terminated texts, one per bad entry, each quoting it;
 *   empty when all is well. A bad entry never hides the others.
 */
LocationMailfilter *location_mailfilter_parse(const char *const *entries, size_t n_entries,
	char ***ret_problems);
void location_mailfilter_free(LocationMailfilter *list);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LocationMailfilter, location_mailfilter_free)

/** (transfer none) what the script must require for the list's commands; NULL-terminated, static. */
const char *const *location_mailfilter_capabilities(const LocationMailfilter *list);
/**
 * location_mailfilter_to_ast:
 * @ret_commands: (nullable) (array): for each string that was parsed, in their order, the command that
 *   looks for it, or NULL: it is a bad or repeated one, or one without which all stays the same
 *
 * Appends the list's commands to the script: `discard; stop;` for deny, nothing for allow. They must
 * stand behind a require of what location_mailfilter_capabilities() names.
 */
void location_mailfilter_to_ast(const LocationMailfilter *list, SieveAst *ast, SieveAstNode **ret_commands);
