/* SPDX-License-Identifier: MIT */
/* body.c - the body test: what is in the mail (RFC 5173) */

#include "engine/sieve-ext.h"

enum { BODY_MATCH, BODY_RAW, BODY_CONTENT, BODY_TEXT, BODY_KEYS };

/* Usage: body [COMPARATOR] [MATCH-TYPE] [":raw" / ":content" <content-types: string-list> / ":text"]
 *        <key-list: string-list> */
static const SieveArgDef body_args[] = {
	[BODY_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[BODY_RAW] = {.type = SIEVE_ARG_TAG, .name = "raw", .group = "body transform"},
	[BODY_CONTENT] = {.type = SIEVE_ARG_TAG,
		.name = "content",
		.value = SIEVE_ARG_STRING_LIST,
		.group = "body transform"},
	[BODY_TEXT] = {.type = SIEVE_ARG_TAG, .name = "text", .group = "body transform"},
	[BODY_KEYS] = {.type = SIEVE_ARG_STRING_LIST, .name = "keys", .flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

/* Section 5.2: "" is any type, "text" any text, "text/plain" that alone; other slashes match none. */
static bool
is_of_type(const SieveMimePart *part, SieveBytes wanted)
{
	size_t slash = sieve_bytes_find(wanted, SIEVE_BYTES("/"), 0);

	if (slash == SIZE_MAX)
		return wanted.len == 0 ||
		       sieve_content_type_is(&part->type, wanted, SIEVE_BYTES(""));
	SieveBytes subtype = sieve_bytes_slice(wanted, slash + 1, SIZE_MAX);
	return slash > 0 && subtype.len > 0 &&
	       sieve_bytes_find(subtype, SIEVE_BYTES("/"), 0) == SIZE_MAX &&
	       sieve_content_type_is(&part->type, sieve_bytes_slice(wanted, 0, slash), subtype);
}

static bool
is_of_any(const SieveMimePart *part, SieveStrings wanted)
{
	for (size_t i = 0; i < wanted.count; i++)
		if (is_of_type(part, wanted.items[i]))
			return true;
	return false;
}

static bool
is_text(const SieveMimePart *part)
{
	return sieve_content_type_is(&part->type, SIEVE_BYTES("text"), SIEVE_BYTES(""));
}

/* Section 5.2: of what holds parts, that which is none of them. */
static bool
offer_part(SieveMatching *matching, const SieveMime *mime, size_t index)
{
	const SieveMimePart *part = &mime->parts[index];
	SieveRun *run = matching->run;

	if (part->end > index + 1 && sieve_mime_is_message(part))
		return sieve_matching_offer(matching, sieve_message_header(mime->parts[index + 1].entity));
	if (part->end > index + 1)
		return sieve_matching_offer(matching, part->prologue) ||
		       sieve_matching_offer(matching, part->epilogue);
	return sieve_matching_offer(matching, is_text(part)
			? sieve_run_part_text(run, index, false)
			: sieve_run_part_content(run, index));
}

static void
offer_content(SieveMatching *matching, SieveStrings types)
{
	const SieveMime *mime = sieve_run_mime(matching->run);

	for (size_t i = 0; mime != NULL && i < mime->n_parts; i++)
		if (is_of_any(&mime->parts[i], types) && offer_part(matching, mime, i))
			return;
}

/* Section 5.3: what somebody would read. */
static void
offer_text(SieveMatching *matching)
{
	SieveRun *run = matching->run;
	const SieveMime *mime = sieve_run_mime(run);

	for (size_t i = 0; mime != NULL && i < mime->n_parts; i++)
		if (is_text(&mime->parts[i]) &&
			sieve_matching_offer(matching, sieve_run_part_text(run, i, true)))
			return;
}

static bool
body_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	SieveMatching matching;

	sieve_matching_begin(&matching, run, args);
	/* Section 6: wildcards set no match variables. */
	matching.silent = true;
	if (sieve_args_has(args, BODY_RAW))
		(void)sieve_matching_offer(&matching, sieve_run_raw_body(run));
	else if (sieve_args_has(args, BODY_CONTENT))
		offer_content(&matching, sieve_args_strings(run, args, BODY_CONTENT));
	else
		offer_text(&matching);
	*ret_outcome = sieve_matching_end(&matching);
	return true;
}

static const SieveTestDef body_tests[] = {
	{.name = "body", .args = body_args, .needs = SIEVE_NEEDS_BODY, .run = body_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_body = {
	.capability = "body",
	.source = "RFC 5173",
	.tests = body_tests,
};
