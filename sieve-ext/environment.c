/* SPDX-License-Identifier: MIT */
/* environment.c - what is known about where the script runs (RFC 5183), and more of it as Dovecot has it */

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

/* --- vnd.dovecot.environment ---------------------------------------------------------------------- */

#define CONFIG_PREFIX "vnd.dovecot.config."

static const SieveSettingDef environment_settings[] = {
	{.name = "environment",
		.alias = "sieve_environment",
		.type = SIEVE_SETTING_STRING_LIST,
		.fallback = "",
		.help = "environment/NAME is the item vnd.dovecot.config.NAME"},
	{.name = NULL},
};

/* (nullable) the items that Dovecot has beside those of the standard. @name: lower case. */
static const char *
find_dovecot_item(SieveRun *run, const char *name)
{
	if (strcmp(name, "vnd.dovecot.default-mailbox") == 0)
		return "INBOX";
	if (strcmp(name, "vnd.dovecot.username") == 0)
		return g_get_user_name();
	if (g_str_has_prefix(name, CONFIG_PREFIX))
		return sieve_settings_indexed(sieve_run_settings(run), &environment_settings[0],
			name + strlen(CONFIG_PREFIX));
	return NULL;
}

/* --- environment ---------------------------------------------------------------------------------- */

static const char *
find_item(SieveRun *run, SieveBytes name)
{
	SieveBytes item = sieve_arena_copy(sieve_run_arena(run), name);

	if (item.len == 0 || memchr(item.ptr, '\0', item.len) != NULL)
		return NULL;
	g_autofree char *lower = g_ascii_strdown(item.ptr, (gssize)item.len);
	const char *value = sieve_run_environment(run, lower);
	return value != NULL ? value : find_dovecot_item(run, lower);
}

/* ${env.name}: the item, empty where there is none. */
static const void *
find_variable(SieveCheck *check, const SieveArg *arg G_GNUC_UNUSED, SieveBytes name)
{
	SieveBytes *copy = sieve_arena_new_array(sieve_check_arena(check), SieveBytes, 1);

	*copy = sieve_arena_copy(sieve_check_arena(check), name);
	return copy;
}

static SieveBytes
get_variable(SieveRun *run, const void *variable)
{
	const SieveBytes *name = variable;
	SieveNeeds needs = sieve_bytes_equal_nocase(*name, SIEVE_BYTES("domain"))
		? SIEVE_NEEDS_ENVELOPE
		: SIEVE_NEEDS_CONNECTION;

	if (!sieve_run_knows(run, "${env}", needs))
		return SIEVE_BYTES("");
	const char *value = find_item(run, *name);
	return sieve_bytes_from_string(value == NULL ? "" : value);
}

static const SieveNamespaceDef dovecot_namespaces[] = {
	{.name = "env", .find = find_variable, .get = get_variable},
	{.name = NULL},
};

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

/* With variables, ${env.NAME} is an item. */
const SieveExtension sieve_ext_vnd_dovecot_environment = {
	.capability = "vnd.dovecot.environment",
	.implies = "environment",
	.source = "Pigeonhole's vnd-dovecot-environment",
	.namespaces = dovecot_namespaces,
	.settings = environment_settings,
};
