/* SPDX-License-Identifier: MIT */
/* location.c - where the reader is now: location, redirect :location (doc/sieve-extensions.md) */

#include "engine/sieve-ext.h"

#define PREFIX "vnd.doorstep.location."

/* (nullable) NULL when it is not known here. */
static const char *
find_item(SieveRun *run, SieveBytes name)
{
	g_autofree char *lower = g_ascii_strdown(name.ptr, (gssize)name.len);
	g_autofree char *item = g_strconcat(PREFIX, lower, NULL);

	return sieve_run_environment(run, item);
}

/* --- location ----------------------------------------------------------------------------------------- */

static void
check_item(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	static const SieveBytes items[] = {SIEVE_BYTES("status"), SIEVE_BYTES("host"),
		SIEVE_BYTES("lease"), SIEVE_BYTES("here")};
	g_autofree char *shown = sieve_bytes_print(value, 80);

	for (size_t i = 0; i < G_N_ELEMENTS(items); i++)
		if (sieve_bytes_equal_nocase(value, items[i]))
			return;
	sieve_check_error(check, arg, "status, host, lease or here", "\"%s\" is no item of a location",
		shown);
}

enum { LOCATION_MATCH, LOCATION_ITEM, LOCATION_KEYS };

/* Usage: location [COMPARATOR] [MATCH-TYPE] <item: string> <key-list: string-list> */
static const SieveArgDef location_args[] = {
	[LOCATION_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[LOCATION_ITEM] = {.type = SIEVE_ARG_STRING, .name = "item", .check = check_item},
	[LOCATION_KEYS] = {.type = SIEVE_ARG_STRING_LIST, .name = "keys", .flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

static bool
location_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	const char *value = find_item(run, sieve_args_string(run, args, LOCATION_ITEM));
	SieveMatching matching;

	sieve_matching_begin(&matching, run, args);
	if (value != NULL)
		(void)sieve_matching_offer(&matching, sieve_bytes_from_string(value));
	*ret_outcome = sieve_matching_end(&matching);
	return true;
}

/* The body: a reader may move while a mail comes. */
static const SieveTestDef location_tests[] = {
	{.name = "location",
		.args = location_args,
		.needs = SIEVE_NEEDS_BODY,
		.run = location_run},
	{.name = NULL},
};

/* --- redirect :location ----------------------------------------------------------------------------- */

enum { REDIRECT_ADDRESS }; /* its place among redirect's arguments */

static bool
redirect_after(SieveRun *run, const SieveArgs *args, GError **error)
{
	SieveBytes mailbox;

	if (!sieve_run_knows(run, "redirect", SIEVE_NEEDS_BODY))
		return true;
	const char *here = find_item(run, SIEVE_BYTES("here"));
	if (here == NULL || !g_str_equal(here, "no"))
		return true;
	if (!sieve_parse_address(sieve_args_string(run, args, REDIRECT_ADDRESS),
		    sieve_run_arena(run), &mailbox)) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "redirect to no mail address");
		return false;
	}
	return sieve_run_add_redirect(run, args, mailbox, error);
}

/* Usage: redirect ":location" <address: string> */
static const SieveTagDef location_tags[] = {
	{.name = "location",
		.commands = "redirect",
		.instead = redirect_after,
		.check_operand = sieve_check_address},
	{.name = NULL},
};

const SieveExtension sieve_ext_location = {
	.capability = "vnd.doorstep.location",
	.source = "doc/sieve-extensions.md",
	.tests = location_tests,
	.tags = location_tags,
};
