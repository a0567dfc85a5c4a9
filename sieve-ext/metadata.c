/* SPDX-License-Identifier: MIT */
/* metadata.c - annotations of mailboxes and of the server (RFC 5490): mboxmetadata, servermetadata */

#include "engine/sieve-ext.h"

#define SERVER ((SieveBytes){NULL, 0})

/* RFC 5490 section 3.3: true if the annotation is there and matches; one that is not never does. */
static bool
match_annotation(SieveRun *run, const SieveArgs *args, SieveBytes mailbox, SieveBytes name,
	bool *ret_outcome, GError **error)
{
	SieveMatching matching;
	SieveBytes value;

	*ret_outcome = false;
	if (!sieve_run_annotation(run, mailbox, name, &value, error))
		return false;
	if (value.ptr == NULL)
		return true;
	sieve_matching_begin(&matching, run, args);
	sieve_matching_offer(&matching, value);
	*ret_outcome = sieve_matching_end(&matching);
	return true;
}

static bool
has_annotations(
	SieveRun *run, SieveBytes mailbox, SieveStrings names, bool *ret_outcome, GError **error)
{
	SieveBytes value;

	*ret_outcome = true;
	for (size_t i = 0; i < names.count && *ret_outcome; i++) {
		if (!sieve_run_annotation(run, mailbox, names.items[i], &value, error))
			return false;
		*ret_outcome = value.ptr != NULL;
	}
	return true;
}

/* --- mboxmetadata (section 3) ------------------------------------------------------------------- */

enum { METADATA_MATCH, METADATA_MAILBOX, METADATA_NAME, METADATA_KEYS };

/* Usage: metadata [MATCH-TYPE] [COMPARATOR] <mailbox: string> <annotation-name: string>
 *        <key-list: string-list> */
static const SieveArgDef metadata_args[] = {
	[METADATA_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[METADATA_MAILBOX] = {.type = SIEVE_ARG_STRING, .name = "mailbox"},
	[METADATA_NAME] = {.type = SIEVE_ARG_STRING, .name = "annotation"},
	[METADATA_KEYS] = {.type = SIEVE_ARG_STRING_LIST, .name = "keys", .flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

static bool
metadata_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error)
{
	return match_annotation(run, args, sieve_args_string(run, args, METADATA_MAILBOX),
		sieve_args_string(run, args, METADATA_NAME), ret_outcome, error);
}

enum { EXISTS_MAILBOX, EXISTS_NAMES };

/* Usage: metadataexists <mailbox: string> <annotation-names: string-list> */
static const SieveArgDef metadataexists_args[] = {
	[EXISTS_MAILBOX] = {.type = SIEVE_ARG_STRING, .name = "mailbox"},
	[EXISTS_NAMES] = {.type = SIEVE_ARG_STRING_LIST, .name = "annotations"},
	{.type = SIEVE_ARG_END},
};

static bool
metadataexists_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error)
{
	return has_annotations(run, sieve_args_string(run, args, EXISTS_MAILBOX),
		sieve_args_strings(run, args, EXISTS_NAMES), ret_outcome, error);
}

static const SieveTestDef mboxmetadata_tests[] = {
	{.name = "metadata",
		.args = metadata_args,
		.needs = SIEVE_NEEDS_BODY,
		.run = metadata_run},
	{.name = "metadataexists",
		.args = metadataexists_args,
		.needs = SIEVE_NEEDS_BODY,
		.run = metadataexists_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_mboxmetadata = {
	.capability = "mboxmetadata",
	.source = "RFC 5490 section 3",
	.tests = mboxmetadata_tests,
};

/* --- servermetadata (section 4) ----------------------------------------------------------------- */

enum { SERVER_MATCH, SERVER_NAME, SERVER_KEYS };

/* Usage: servermetadata [MATCH-TYPE] [COMPARATOR] <annotation-name: string>
 *        <key-list: string-list> */
static const SieveArgDef servermetadata_args[] = {
	[SERVER_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[SERVER_NAME] = {.type = SIEVE_ARG_STRING, .name = "annotation"},
	[SERVER_KEYS] = {.type = SIEVE_ARG_STRING_LIST, .name = "keys", .flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

static bool
servermetadata_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error)
{
	return match_annotation(run, args, SERVER, sieve_args_string(run, args, SERVER_NAME),
		ret_outcome, error);
}

enum { SERVER_EXISTS_NAMES };

/* Usage: servermetadataexists <annotation-names: string-list> */
static const SieveArgDef servermetadataexists_args[] = {
	[SERVER_EXISTS_NAMES] = {.type = SIEVE_ARG_STRING_LIST, .name = "annotations"},
	{.type = SIEVE_ARG_END},
};

static bool
servermetadataexists_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error)
{
	return has_annotations(run, SERVER, sieve_args_strings(run, args, SERVER_EXISTS_NAMES),
		ret_outcome, error);
}

static const SieveTestDef servermetadata_tests[] = {
	{.name = "servermetadata",
		.args = servermetadata_args,
		.needs = SIEVE_NEEDS_BODY,
		.run = servermetadata_run},
	{.name = "servermetadataexists",
		.args = servermetadataexists_args,
		.needs = SIEVE_NEEDS_BODY,
		.run = servermetadataexists_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_servermetadata = {
	.capability = "servermetadata",
	.source = "RFC 5490 section 4",
	.tests = servermetadata_tests,
};
