/* SPDX-License-Identifier: MIT */
/* envelope.c - the envelope test (RFC 5228 section 5.4), with what DSN and Deliver-By add (RFC 6009) */

#include "engine/sieve-ext.h"

#include <string.h>

/* The parts of the envelope that can be asked for. */
typedef struct EnvelopePart {
	const char *name;
	const char *capability; /* (nullable) that it needs beside envelope; it is no address then */
	/* Offers its values to @matching: none when it was not given. True when no more need be. */
	bool (*offer)(SieveMatching *matching, const SieveEnvelope *envelope);
} EnvelopePart;

static bool
offer_path(SieveMatching *matching, SieveBytes path)
{
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
offer_from(SieveMatching *matching, const SieveEnvelope *envelope)
{
	return offer_path(matching, envelope->from);
}

static bool
offer_to(SieveMatching *matching, const SieveEnvelope *envelope)
{
	return offer_path(matching, envelope->to);
}

/* --- RFC 6009 section 4 ------------------------------------------------------------------------------ */

static bool
offer_text(SieveMatching *matching, SieveBytes text)
{
	return text.ptr != NULL && sieve_matching_offer(matching, text);
}

static bool
offer_notify(SieveMatching *matching, const SieveEnvelope *envelope)
{
	static const char *const conditions[] = {"NEVER", "SUCCESS", "FAILURE", "DELAY"};

	for (size_t i = 0; envelope->notify.ptr != NULL && i < G_N_ELEMENTS(conditions); i++)
		if (sieve_notify_has(envelope->notify, conditions[i]) &&
			sieve_matching_offer(matching, sieve_bytes_from_string(conditions[i])))
			return true;
	return false;
}

static bool
offer_orcpt(SieveMatching *matching, const SieveEnvelope *envelope)
{
	return offer_text(matching, envelope->orcpt);
}

static bool
offer_ret(SieveMatching *matching, const SieveEnvelope *envelope)
{
	return offer_text(matching, envelope->ret);
}

static bool
offer_envid(SieveMatching *matching, const SieveEnvelope *envelope)
{
	return offer_text(matching, envelope->envid);
}

/* --- RFC 6009 section 5 ------------------------------------------------------------------------------ */

enum { TAG_ZONE };

/* Usage: envelope [":zone" <time-zone: string>] ... */
static const SieveTagDef deliverby_tags[] = {
	[TAG_ZONE] = {.name = "zone",
		.commands = "envelope",
		.value = SIEVE_ARG_STRING,
		.check = sieve_check_zone},
	{.name = NULL},
};

static bool
offer_absolute(SieveMatching *matching, const SieveEnvelope *envelope)
{
	const SieveArg *zone = sieve_args_tag(matching->args, &deliverby_tags[TAG_ZONE]);
	SieveRun *run = matching->run;

	if (envelope->by == NULL)
		return false;
	SieveDate date = {.time_unix = envelope->by->deadline_unix};
	if (zone == NULL || !sieve_date_parse_zone(sieve_arg_string(run, zone), &date.zone))
		date.zone = sieve_run_local_zone(run, date.time_unix);
	g_autofree char *text = sieve_date_print_iso8601(date);
	return sieve_matching_offer(matching,
		sieve_bytes_from_string(sieve_arena_strdup(sieve_run_arena(run), text)));
}

static bool
offer_relative(SieveMatching *matching, const SieveEnvelope *envelope)
{
	const SieveEnv *env = sieve_run_env(matching->run);

	if (envelope->by == NULL)
		return false;
	return sieve_matching_offer(matching,
		sieve_bytes_from_string(sieve_arena_printf(sieve_run_arena(matching->run),
			"%" G_GINT64_FORMAT,
			envelope->by->deadline_unix - env->now_usec(env) / G_USEC_PER_SEC)));
}

static bool
offer_mode(SieveMatching *matching, const SieveEnvelope *envelope)
{
	return envelope->by != NULL &&
	       sieve_matching_offer(matching,
		       envelope->by->notify ? SIEVE_BYTES("notify") : SIEVE_BYTES("return"));
}

static bool
offer_trace(SieveMatching *matching, const SieveEnvelope *envelope)
{
	return envelope->by != NULL &&
	       sieve_matching_offer(
		       matching, envelope->by->trace ? SIEVE_BYTES("trace") : SIEVE_BYTES(""));
}

/* --- The test ---------------------------------------------------------------------------------------- */

#define DSN "envelope-dsn"
#define DELIVERBY "envelope-deliverby"

static const EnvelopePart parts[] = {
	{"from", NULL, offer_from},
	{"to", NULL, offer_to},
	{"notify", DSN, offer_notify},
	{"orcpt", DSN, offer_orcpt},
	{"ret", DSN, offer_ret},
	{"envid", DSN, offer_envid},
	{"bytimeabsolute", DELIVERBY, offer_absolute},
	{"bytimerelative", DELIVERBY, offer_relative},
	{"bymode", DELIVERBY, offer_mode},
	{"bytrace", DELIVERBY, offer_trace},
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
	const EnvelopePart *part = find_part(value);
	g_autofree char *shown = sieve_bytes_escape(value, 80);

	if (part == NULL)
		sieve_check_error(check, arg, "the parts are \"from\" and \"to\"",
			"\"%s\" is no part of the envelope", shown);
	else if (part->capability != NULL && !sieve_check_use(check, part->capability))
		sieve_check_error(check, arg, "require it",
			"\"%s\" needs the capability \"%s\"", shown, part->capability);
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

/* RFC 6009 sections 4 and 5: what is no address has no part of one. */
static void
envelope_check(SieveCheck *check, SieveArgs *args)
{
	SieveStrings names = sieve_args_constants(args, ENVELOPE_PARTS);

	for (size_t i = 0; sieve_args_has(args, ENVELOPE_ADDRESS_PART) && i < names.count; i++) {
		const EnvelopePart *part = find_part(names.items[i]);
		if (part != NULL && part->capability != NULL)
			sieve_check_error(check, sieve_args_get(args, ENVELOPE_ADDRESS_PART), NULL,
				"\"%s\" is no address that has parts", part->name);
	}
}

static bool
envelope_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	SieveStrings names = sieve_args_strings(run, args, ENVELOPE_PARTS);
	SieveMatching matching;
	bool settled = false;

	sieve_matching_begin(&matching, run, args);
	for (size_t i = 0; i < names.count && !settled; i++) {
		const EnvelopePart *part = find_part(names.items[i]);
		settled = part != NULL && part->offer(&matching, sieve_run_envelope(run));
	}
	*ret_outcome = sieve_matching_end(&matching);
	return true;
}

static const SieveTestDef envelope_tests[] = {
	{.name = "envelope",
		.args = envelope_args,
		.needs = SIEVE_NEEDS_ENVELOPE,
		.check = envelope_check,
		.run = envelope_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_envelope = {
	.capability = "envelope",
	.source = "RFC 5228 section 5.4",
	.tests = envelope_tests,
};

const SieveExtension sieve_ext_envelope_dsn = {
	.capability = DSN,
	.source = "RFC 6009 section 4",
};

const SieveExtension sieve_ext_envelope_deliverby = {
	.capability = DELIVERBY,
	.source = "RFC 6009 section 5",
	.tags = deliverby_tags,
};
