/* SPDX-License-Identifier: MIT */
/* environment.c - what is known about where the script runs (RFC 5183) */

#include <string.h>

#include "engine/sieve-ext.h"

enum { ENVIRONMENT_MATCH, ENVIRONMENT_NAME, ENVIRONMENT_KEYS };

/* Usage: environment [COMPARATOR] [MATCH-TYPE] <name: string> <key-list: string-list> */
static const SieveArgDef environment_args[] = {
	[ENVIRONMENT_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[ENVIRONMENT_NAME] = {.type = SIEVE_ARG_STRING, .name = "name"},
	[ENVIRONMENT_KEYS] = {.type = SIEVE_ARG_STRING_LIST,
		.name = "keys",
		.flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

/* "domain" is that of the recipient; all other items tell of the client, or of where we are. */
static SieveNeeds
environment_needs(SieveRun *run, const SieveArgs *args)
{
	SieveBytes name = sieve_args_string(run, args, ENVIRONMENT_NAME);

	return sieve_bytes_equal_nocase(name, SIEVE_BYTES("domain")) ? SIEVE_NEEDS_ENVELOPE
								      : SIEVE_NEEDS_CONNECTION;
}

static const char *
find_item(SieveRun *run, SieveBytes name)
{
	SieveBytes item = sieve_arena_copy(sieve_run_arena(run), name);

	if (item.len == 0 || memchr(item.ptr, '\0', item.len) != NULL)
		return NULL;
	g_autofree char *lower = g_ascii_strdown(item.ptr, (gssize)item.len);
	return sieve_run_environment(run, lower);
}

static bool
environment_run(
	SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	const char *value = find_item(run, sieve_args_string(run, args, ENVIRONMENT_NAME));
	SieveMatching matching;

	/* Section 4: an unknown item fails whatever is asked of it, :count "0" too. */
	*ret_outcome = false;
	if (value == NULL)
		return true;
	sieve_matching_begin(&matching, run, args);
	/* Section 4: the count of an empty item is 0. */
	if (*value != '\0' || !sieve_matching_counts(&matching))
		sieve_matching_offer(&matching, sieve_bytes_from_string(value));
	*ret_outcome = sieve_matching_end(&matching);
	return true;
}

static const SieveTestDef environment_tests[] = {
	{.name = "environment",
		.args = environment_args,
		.needs = SIEVE_NEEDS_CONNECTION,
		.find_needs = environment_needs,
		.run = environment_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_environment = {
	.capability = "environment",
	.source = "RFC 5183",
	.tests = environment_tests,
};
