/* SPDX-License-Identifier: MIT */
/* index.c - :index and :last: one header field of several (RFC 5260 section 6) */

#include "engine/sieve-ext.h"

static void
check_index(SieveCheck *check, const SieveArg *arg, uint64_t value)
{
	if (value == 0)
		sieve_check_error(check, arg, NULL, "fields are counted from 1");
}

static void
choose_index(SieveRun *run G_GNUC_UNUSED, const SieveArg *arg, SieveFieldChoice *choice)
{
	choice->index = sieve_arg_number(arg);
}

static void
choose_last(
	SieveRun *run G_GNUC_UNUSED, const SieveArg *arg G_GNUC_UNUSED, SieveFieldChoice *choice)
{
	choice->from_end = true;
}

/* Usage: header, address, date [":index" <fieldno: number> [":last"]] */
static const SieveTagDef index_tags[] = {
	{.name = "index",
		.commands = "header address date",
		.value = SIEVE_ARG_NUMBER,
		.check_number = check_index,
		.choose = choose_index},
	{.name = "last", .commands = "header address date", .needs = "index", .choose = choose_last},
	{.name = NULL},
};

const SieveExtension sieve_ext_index = {
	.capability = "index",
	.source = "RFC 5260 section 6",
	.tags = index_tags,
};
