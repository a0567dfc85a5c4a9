/* SPDX-License-Identifier: MIT */
/* duplicate.c - the duplicate test: was this mail seen before? (RFC 7352) */

#include "engine/sieve-ext.h"

enum { DAY_S = 86400 };

enum { DEFAULT_PERIOD, MAX_PERIOD };

static const SieveSettingDef duplicate_settings[] = {
	[DEFAULT_PERIOD] = {.name = "duplicate_default_period",
		.alias = "sieve_duplicate_default_period",
		.type = SIEVE_SETTING_DURATION,
		.number = 7 * DAY_S, /* section 3.3 */
		.help = "how long the duplicate test remembers a mail"},
	[MAX_PERIOD] = {.name = "duplicate_max_period",
		.alias = "sieve_duplicate_max_period",
		.type = SIEVE_SETTING_DURATION,
		.number = 30 * DAY_S,
		.min = 1,
		.help = "how long a script may have it remember one at most"},
	{.name = NULL},
};

enum { DUPLICATE_HANDLE, DUPLICATE_HEADER, DUPLICATE_UNIQUEID, DUPLICATE_SECONDS, DUPLICATE_LAST };

/* Usage: duplicate [":handle" <handle: string>] [":header" <header-name: string> /
 *        ":uniqueid" <value: string>] [":seconds" <timeout: number>] [":last"] */
static const SieveArgDef duplicate_args[] = {
	[DUPLICATE_HANDLE] = {.type = SIEVE_ARG_TAG, .name = "handle", .value = SIEVE_ARG_STRING},
	[DUPLICATE_HEADER] = {.type = SIEVE_ARG_TAG,
		.name = "header",
		.value = SIEVE_ARG_STRING,
		.group = "id",
		.check = sieve_check_header_name},
	[DUPLICATE_UNIQUEID] = {.type = SIEVE_ARG_TAG,
		.name = "uniqueid",
		.value = SIEVE_ARG_STRING,
		.group = "id"},
	[DUPLICATE_SECONDS] = {.type = SIEVE_ARG_TAG,
		.name = "seconds",
		.value = SIEVE_ARG_NUMBER},
	[DUPLICATE_LAST] = {.type = SIEVE_ARG_TAG, .name = "last"},
	{.type = SIEVE_ARG_END},
};

/* Section 3.1. False when the mail has no such field. */
static bool
find_id(SieveRun *run, const SieveArgs *args, SieveBytes *ret_id)
{
	SieveBytes name = SIEVE_BYTES("Message-ID");
	SieveFields fields;

	if (sieve_args_has(args, DUPLICATE_UNIQUEID)) {
		*ret_id = sieve_args_string(run, args, DUPLICATE_UNIQUEID);
		return true;
	}
	if (sieve_args_has(args, DUPLICATE_HEADER))
		name = sieve_args_string(run, args, DUPLICATE_HEADER);
	sieve_fields_begin(&fields, run, args, (SieveStrings){&name, 1});
	const SieveHeaderField *field = sieve_fields_next(&fields, NULL);
	if (field != NULL)
		*ret_id = sieve_header_decode(field->raw, sieve_run_arena(run));
	return field != NULL;
}

static uint64_t
find_period(SieveRun *run, const SieveArgs *args)
{
	const SieveSettings *settings = sieve_run_settings(run);
	uint64_t period = sieve_settings_number(settings, &duplicate_settings[DEFAULT_PERIOD]);

	if (sieve_args_has(args, DUPLICATE_SECONDS))
		period = sieve_args_number(args, DUPLICATE_SECONDS);
	return MIN(period, sieve_settings_number(settings, &duplicate_settings[MAX_PERIOD]));
}

static bool
duplicate_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error)
{
	uint64_t period = find_period(run, args);
	SieveNote note = {.space = SIEVE_BYTES("duplicate")};

	*ret_outcome = false;
	if (!find_id(run, args, &note.id) || period == 0)
		return true;
	if (sieve_args_has(args, DUPLICATE_HANDLE))
		note.handle = sieve_args_string(run, args, DUPLICATE_HANDLE);
	if (!sieve_run_recalls(run, &note, ret_outcome, error))
		return false;
	/* Section 3.3: without :last the time runs from the first mail. */
	if (!*ret_outcome || sieve_args_has(args, DUPLICATE_LAST))
		sieve_run_remember(run, &note, period);
	return true;
}

static const SieveTestDef duplicate_tests[] = {
	{.name = "duplicate",
		.args = duplicate_args,
		.needs = SIEVE_NEEDS_BODY,
		.run = duplicate_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_duplicate = {
	.capability = "duplicate",
	.source = "RFC 7352",
	.tests = duplicate_tests,
	.settings = duplicate_settings,
};
