/* SPDX-License-Identifier: MIT */
/* core.c - the commands and tests that need no require, as extension zero (RFC 5228) */

#include "engine/actions.h"
#include "engine/check.h"
#include "engine/core-settings.h"
#include "engine/match.h"
#include "engine/message/header.h"
#include "engine/registry.h"

/* --- Control commands (section 3) ------------------------------------------------------------- */

/* Usage: require <capabilities: string-list> */
static const SieveArgDef require_args[] = {
	{.type = SIEVE_ARG_STRING_LIST,
		.name = "capabilities",
		.flags = SIEVE_ARG_CONSTANT,
		.check = sieve_require_check},
	{.type = SIEVE_ARG_END},
};

/* Usage: if <test> <block>; elsif likewise */
static const SieveArgDef if_args[] = {
	{.type = SIEVE_ARG_TEST, .name = "test"},
	{.type = SIEVE_ARG_BLOCK, .name = "block"},
	{.type = SIEVE_ARG_END},
};

static const SieveArgDef else_args[] = {
	{.type = SIEVE_ARG_BLOCK, .name = "block"},
	{.type = SIEVE_ARG_END},
};

/* --- Action commands (section 4) -------------------------------------------------------------- */

static bool
keep_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	return sieve_run_add_action(run, args, &(SieveAction){.def = &sieve_action_keep}, error);
}

static bool
discard_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	return sieve_run_add_action(run, args, &(SieveAction){.def = &sieve_action_discard}, error);
}

enum { REDIRECT_ADDRESS };

/* Usage: redirect <address: string> */
static const SieveArgDef redirect_args[] = {
	{.type = SIEVE_ARG_STRING, .name = "address", .check = sieve_check_address},
	{.type = SIEVE_ARG_END},
};

static bool
redirect_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	SieveBytes address = sieve_args_string(run, args, REDIRECT_ADDRESS);
	SieveBytes mailbox;

	if (!sieve_parse_address(address, sieve_run_arena(run), &mailbox)) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "redirect to no mail address");
		return false;
	}
	return sieve_run_add_redirect(run, args, mailbox, error);
}

static const SieveCommandDef core_commands[] = {
	{.name = "require", .args = require_args, .flags = SIEVE_COMMAND_AT_TOP},
	{.name = "if", .args = if_args, .form = SIEVE_FORM_IF},
	{.name = "elsif", .args = if_args, .form = SIEVE_FORM_ELSIF},
	{.name = "else", .args = else_args, .form = SIEVE_FORM_ELSE},
	{.name = "stop", .form = SIEVE_FORM_STOP},
	{.name = "keep", .run = keep_run},
	{.name = "discard", .run = discard_run},
	{.name = "redirect", .args = redirect_args, .run = redirect_run},
	{.name = NULL},
};

/* --- Tests (section 5) ------------------------------------------------------------------------ */

static bool
true_run(SieveRun *run G_GNUC_UNUSED, const SieveArgs *args G_GNUC_UNUSED, bool *ret_outcome,
	GError **error G_GNUC_UNUSED)
{
	*ret_outcome = true;
	return true;
}

static bool
false_run(SieveRun *run G_GNUC_UNUSED, const SieveArgs *args G_GNUC_UNUSED, bool *ret_outcome,
	GError **error G_GNUC_UNUSED)
{
	*ret_outcome = false;
	return true;
}

static const SieveArgDef not_args[] = {
	{.type = SIEVE_ARG_TEST, .name = "test"},
	{.type = SIEVE_ARG_END},
};

static const SieveArgDef test_list_args[] = {
	{.type = SIEVE_ARG_TEST_LIST, .name = "tests"},
	{.type = SIEVE_ARG_END},
};

enum { HEADER_MATCH, HEADER_NAMES, HEADER_KEYS };

/* Usage: header [COMPARATOR] [MATCH-TYPE] <header-names: string-list> <key-list: string-list> */
static const SieveArgDef header_args[] = {
	[HEADER_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[HEADER_NAMES] = {.type = SIEVE_ARG_STRING_LIST,
		.name = "header names",
		.check = sieve_check_header_name},
	[HEADER_KEYS] = {.type = SIEVE_ARG_STRING_LIST, .name = "keys", .flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

static bool
offer_field(SieveMatching *matching, const SieveHeaderField *field, const SieveFieldChoice *choice)
{
	if (choice->offer != NULL)
		return choice->offer(matching, field, choice->offer_arg);
	return sieve_matching_offer(
		matching, sieve_header_decode(field->raw, sieve_run_arena(matching->run)));
}

static bool
header_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	SieveStrings names = sieve_args_strings(run, args, HEADER_NAMES);
	const SieveHeaderField *field;
	SieveMatching matching;
	SieveFields fields;

	sieve_matching_begin(&matching, run, args);
	sieve_fields_begin(&fields, run, args, names);
	while ((field = sieve_fields_next(&fields, NULL)) != NULL)
		if (offer_field(&matching, field, &fields.choice))
			break;
	*ret_outcome = sieve_matching_end(&matching);
	return true;
}

enum { ADDRESS_MATCH, ADDRESS_PART, ADDRESS_NAMES, ADDRESS_KEYS };

/* Fields whose body is an address-list, mailbox-list or path. */
static const char *const address_fields[] = {
	"from", "to", "cc", "bcc", "sender", "reply-to", /* RFC 5322 section 3.6 */
	"resent-from", "resent-to", "resent-cc", "resent-bcc", "resent-sender", "resent-reply-to",
	"return-path", "delivered-to", "envelope-to", "x-original-to", /* as MTAs write them */
	"disposition-notification-to", "errors-to", "return-receipt-to", /* RFC 8098, RFC 2076 */
	"mail-followup-to", "mail-reply-to", "apparently-to", "x-forwarded-to",
};

/* RFC 5228 section 5.1: the test MUST be restricted to header fields that contain addresses. */
static void
check_address_field(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	g_autofree char *shown = sieve_bytes_escape(value, 80);

	for (size_t i = 0; i < G_N_ELEMENTS(address_fields); i++)
		if (sieve_bytes_equal_nocase(value, sieve_bytes_from_string(address_fields[i])))
			return;
	if (!sieve_message_is_field_name(value))
		sieve_check_header_name(check, arg, value);
	else
		sieve_check_error(check, arg, "look at its text with the header test",
			"\"%s\" is no header field that holds addresses", shown);
}

/* Usage: address [COMPARATOR] [ADDRESS-PART] [MATCH-TYPE] <header-list: string-list>
 *        <key-list: string-list> */
static const SieveArgDef address_args[] = {
	[ADDRESS_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[ADDRESS_PART] = {.type = SIEVE_ARG_ADDRESS_PART, .name = "address part"},
	[ADDRESS_NAMES] = {.type = SIEVE_ARG_STRING_LIST,
		.name = "header names",
		.check = check_address_field},
	[ADDRESS_KEYS] = {.type = SIEVE_ARG_STRING_LIST, .name = "keys", .flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

static bool
offer_addresses(SieveMatching *matching, SieveBytes name, SieveBytes raw)
{
	SieveArena *arena = sieve_run_arena(matching->run);
	SieveAddressIter iter = sieve_address_iter(sieve_header_unfold(raw, arena));
	SieveAddress address;

	iter.null_path = sieve_bytes_equal_nocase(name, SIEVE_BYTES("Return-Path"));
	while (sieve_address_next(&iter, arena, &address))
		if (sieve_matching_offer_address(matching, &address))
			return true;
	return false;
}

static bool
address_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	SieveStrings names = sieve_args_strings(run, args, ADDRESS_NAMES);
	const SieveHeaderField *field;
	SieveBytes name;
	SieveMatching matching;
	SieveFields fields;

	sieve_matching_begin(&matching, run, args);
	sieve_fields_begin(&fields, run, args, names);
	while ((field = sieve_fields_next(&fields, &name)) != NULL)
		if (offer_addresses(&matching, name, field->raw))
			break;
	*ret_outcome = sieve_matching_end(&matching);
	return true;
}

enum { EXISTS_NAMES };

/* Usage: exists <header-names: string-list> */
static const SieveArgDef exists_args[] = {
	[EXISTS_NAMES] = {.type = SIEVE_ARG_STRING_LIST,
		.name = "header names",
		.check = sieve_check_header_name},
	{.type = SIEVE_ARG_END},
};

/* The outcome of exists says which fields are there, but not which one is missing. */
static void
note_absent(SieveRun *run, SieveBytes name)
{
	if (!sieve_run_is_traced(run))
		return;
	g_autofree char *shown = sieve_bytes_escape(name, 80);
	sieve_run_note(run, "there is no field \"%s\"", shown);
}

static bool
exists_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	SieveStrings names = sieve_args_strings(run, args, EXISTS_NAMES);
	bool all = true;

	for (size_t i = 0; i < names.count && all; i++) {
		SieveFields fields;
		sieve_fields_begin(&fields, run, args, (SieveStrings){&names.items[i], 1});
		all = sieve_fields_next(&fields, NULL) != NULL;
		if (!all)
			note_absent(run, names.items[i]);
	}
	*ret_outcome = all;
	return true;
}

enum { SIZE_OVER, SIZE_UNDER, SIZE_LIMIT };

/* Usage: size <":over" / ":under"> <limit: number> */
static const SieveArgDef size_args[] = {
	[SIZE_OVER] = {.type = SIEVE_ARG_TAG,
		.name = "over",
		.group = "size",
		.flags = SIEVE_ARG_REQUIRED},
	[SIZE_UNDER] = {.type = SIEVE_ARG_TAG,
		.name = "under",
		.group = "size",
		.flags = SIEVE_ARG_REQUIRED},
	[SIZE_LIMIT] = {.type = SIEVE_ARG_NUMBER, .name = "limit"},
	{.type = SIEVE_ARG_END},
};

static bool
size_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	uint64_t size = sieve_message_size(sieve_run_message(run));
	uint64_t limit = sieve_args_number(args, SIZE_LIMIT);

	sieve_run_note(run, "the mail has %" G_GUINT64_FORMAT " bytes", size);
	/* A message of just this size is neither over nor under (section 5.9). */
	*ret_outcome = sieve_args_has(args, SIZE_OVER) ? size > limit : size < limit;
	return true;
}

static const SieveTestDef core_tests[] = {
	{.name = "address", .args = address_args, .needs = SIEVE_NEEDS_HEADER, .run = address_run},
	{.name = "allof", .args = test_list_args, .form = SIEVE_FORM_ALLOF},
	{.name = "anyof", .args = test_list_args, .form = SIEVE_FORM_ANYOF},
	{.name = "exists", .args = exists_args, .needs = SIEVE_NEEDS_HEADER, .run = exists_run},
	{.name = "false", .run = false_run},
	{.name = "header", .args = header_args, .needs = SIEVE_NEEDS_HEADER, .run = header_run},
	{.name = "not", .args = not_args, .form = SIEVE_FORM_NOT},
	{.name = "size", .args = size_args, .needs = SIEVE_NEEDS_BODY, .run = size_run},
	{.name = "true", .run = true_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_core = {
	.source = "RFC 5228",
	.commands = core_commands,
	.tests = core_tests,
	.matches = sieve_core_matches,
	.comparators = sieve_core_comparators,
	.address_parts = sieve_core_address_parts,
	.settings = sieve_core_settings,
};
