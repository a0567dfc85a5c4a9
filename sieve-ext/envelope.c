/* SPDX-License-Identifier: MIT */
/* envelope.c - the envelope test (RFC 5228 section 5.4) */

#include "engine/sieve-ext.h"

/* The parts of the envelope that can be asked for. */
typedef struct EnvelopePart {
	const char *name;
	SieveBytes (*get)(const SieveEnvelope *envelope);
} EnvelopePart;

static SieveBytes
get_from(const SieveEnvelope *envelope)
{
	return envelope->from;
}

static SieveBytes
get_to(const SieveEnvelope *envelope)
{
	return envelope->to;
}

static const EnvelopePart parts[] = {
	{"from", get_from},
	{"to", get_to},
};

static const EnvelopePart *
find_part(SieveBytes name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (sieve_bytes_equal_nocase(name, sieve_bytes_from_string(parts[i].name)))
			return &parts[i];
	return NULL;
}

static void
check_part(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	if (find_part(value) != NULL)
		return;
	g_autofree char *shown = sieve_bytes_escape(value, 80);
	sieve_check_error(check, arg, "the parts are \"from\" and \"to\"",
		"\"%s\" is no part of the envelope", shown);
}

enum { ENVELOPE_MATCH, ENVELOPE_ADDRESS_PART, ENVELOPE_PARTS, ENVELOPE_KEYS };

/* Usage: envelope [COMPARATOR] [ADDRESS-PART] [MATCH-TYPE] <envelope-part: string-list>
 *        <key-list: string-list> */
static const SieveArgDef envelope_args[] = {
	[ENVELOPE_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[ENVELOPE_ADDRESS_PART] = {.type = SIEVE_ARG_ADDRESS_PART, .name = "address part"},
	[ENVELOPE_PARTS] = {.type = SIEVE_ARG_STRING_LIST,
		.name = "envelope parts",
		.check = check_part},
	[ENVELOPE_KEYS] = {.type = SIEVE_ARG_STRING_LIST, .name = "keys", .flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

static bool
offer_part(SieveMatching *matching, SieveBytes name)
{
	const EnvelopePart *part = find_part(name);

	if (part == NULL)
		return false;
	SieveBytes path = part->get(sieve_run_envelope(matching->run));
	/* Not known here, which is not the same as the null reverse-path: that matches "". */
	if (path.ptr == NULL)
		return false;
	/* The empty string, whatever part is asked for, though no address to count. */
	if (path.len == 0 && !sieve_matching_counts(matching))
		return sieve_matching_offer(matching, path);
	SieveAddress address = sieve_address_from_path(path, sieve_run_arena(matching->run));
	return sieve_matching_offer_address(matching, &address);
}

static bool
envelope_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	SieveStrings names = sieve_args_strings(run, args, ENVELOPE_PARTS);
	SieveMatching matching;
	bool settled = false;

	sieve_matching_begin(&matching, run, args);
	for (size_t i = 0; i < names.count && !settled; i++)
		settled = offer_part(&matching, names.items[i]);
	*ret_outcome = sieve_matching_end(&matching);
	return true;
}

static const SieveTestDef envelope_tests[] = {
	{.name = "envelope",
		.args = envelope_args,
		.needs = SIEVE_NEEDS_ENVELOPE,
		.run = envelope_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_envelope = {
	.capability = "envelope",
	.source = "RFC 5228 section 5.4",
	.tests = envelope_tests,
};
