/* SPDX-License-Identifier: MIT */
/* date.c - the date and currentdate tests (RFC 5260) */

#include "engine/sieve-ext.h"

/* --- Parts of a date (section 4.2) -------------------------------------------------------------- */

typedef struct DatePart {
	const char *name;
	char *(*print)(SieveDate date, const SieveDateParts *parts);
} DatePart;

#define NUMBER_PART(member, format)                                                                \
	static char *print_##member(                                                               \
		SieveDate date G_GNUC_UNUSED, const SieveDateParts *parts)                         \
	{                                                                                          \
		return g_strdup_printf(format, parts->member);                                     \
	}

NUMBER_PART(year, "%04d")
NUMBER_PART(month, "%02d")
NUMBER_PART(day, "%02d")
NUMBER_PART(hour, "%02d")
NUMBER_PART(minute, "%02d")
NUMBER_PART(second, "%02d")
NUMBER_PART(weekday, "%d")
NUMBER_PART(julian, "%" G_GINT64_FORMAT)

static char *
print_date(SieveDate date G_GNUC_UNUSED, const SieveDateParts *parts)
{
	return g_strdup_printf("%04d-%02d-%02d", parts->year, parts->month, parts->day);
}

static char *
print_time(SieveDate date G_GNUC_UNUSED, const SieveDateParts *parts)
{
	return g_strdup_printf("%02d:%02d:%02d", parts->hour, parts->minute, parts->second);
}

static char *
print_iso8601(SieveDate date, const SieveDateParts *parts G_GNUC_UNUSED)
{
	return sieve_date_print_iso8601(date);
}

static char *
print_std11(SieveDate date, const SieveDateParts *parts G_GNUC_UNUSED)
{
	return sieve_date_print(date);
}

static char *
print_zone(SieveDate date, const SieveDateParts *parts G_GNUC_UNUSED)
{
	return sieve_date_print_zone(date);
}

static const DatePart date_parts[] = {
	{"year", print_year},
	{"month", print_month},
	{"day", print_day},
	{"date", print_date},
	{"julian", print_julian},
	{"hour", print_hour},
	{"minute", print_minute},
	{"second", print_second},
	{"time", print_time},
	{"iso8601", print_iso8601},
	{"std11", print_std11},
	{"zone", print_zone},
	{"weekday", print_weekday},
};

static const DatePart *
find_part(SieveBytes name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(date_parts); i++)
		if (sieve_bytes_equal_nocase(name, sieve_bytes_from_string(date_parts[i].name)))
			return &date_parts[i];
	return NULL;
}

static void
check_part(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	if (find_part(value) != NULL)
		return;
	g_autofree char *shown = sieve_bytes_escape(value, 80);
	g_autoptr(GString) hint = g_string_new("the parts are");
	for (size_t i = 0; i < G_N_ELEMENTS(date_parts); i++)
		g_string_append_printf(hint, "%s %s", i == 0 ? "" : ",", date_parts[i].name);
	sieve_check_error(check, arg, hint->str, "\"%s\" is no part of a date", shown);
}

static void
offer_date(SieveMatching *matching, SieveDate date, SieveBytes part_name)
{
	SieveDateParts parts = sieve_date_parts(date);
	const DatePart *part = find_part(part_name);

	if (part == NULL)
		return;
	g_autofree char *text = part->print(date, &parts);
	sieve_matching_offer(matching, sieve_arena_copy(sieve_run_arena(matching->run),
					       sieve_bytes_from_string(text)));
}

/* --- date (section 4) --------------------------------------------------------------------------- */

enum { DATE_ZONE, DATE_ORIGINAL_ZONE, DATE_MATCH, DATE_FIELD, DATE_PART, DATE_KEYS };

/* Usage: date [":zone" <time-zone: string> / ":originalzone"] [COMPARATOR] [MATCH-TYPE]
 *        <header-name: string> <date-part: string> <key-list: string-list> */
static const SieveArgDef date_args[] = {
	[DATE_ZONE] = {.type = SIEVE_ARG_TAG,
		.name = "zone",
		.value = SIEVE_ARG_STRING,
		.group = "zone",
		.check = sieve_check_zone},
	[DATE_ORIGINAL_ZONE] = {.type = SIEVE_ARG_TAG, .name = "originalzone", .group = "zone"},
	[DATE_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[DATE_FIELD] = {.type = SIEVE_ARG_STRING,
		.name = "header name",
		.check = sieve_check_header_name},
	[DATE_PART] = {.type = SIEVE_ARG_STRING, .name = "date part", .check = check_part},
	[DATE_KEYS] = {.type = SIEVE_ARG_STRING_LIST, .name = "keys", .flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

/* What :zone says, or the local zone at that moment. */
static int
zone_of(SieveRun *run, const SieveArgs *args, unsigned index, int64_t time_unix)
{
	int minutes;

	if (sieve_args_has(args, index) &&
		sieve_date_parse_zone(sieve_args_string(run, args, index), &minutes))
		return minutes;
	return sieve_run_local_zone(run, time_unix);
}

static bool
date_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	SieveBytes name = sieve_args_string(run, args, DATE_FIELD);
	SieveFields fields;
	SieveMatching matching;
	SieveDate date;

	sieve_matching_begin(&matching, run, args);
	sieve_fields_begin(&fields, run, args, (SieveStrings){&name, 1});
	const SieveHeaderField *field = sieve_fields_next(&fields, NULL);
	if (field != NULL &&
		sieve_date_parse(sieve_header_unfold(field->raw, sieve_run_arena(run)), &date)) {
		if (!sieve_args_has(args, DATE_ORIGINAL_ZONE))
			date.zone = zone_of(run, args, DATE_ZONE, date.time_unix);
		offer_date(&matching, date, sieve_args_string(run, args, DATE_PART));
	}
	*ret_outcome = sieve_matching_end(&matching);
	return true;
}

/* --- currentdate (section 5) -------------------------------------------------------------------- */

enum { CURRENT_ZONE, CURRENT_MATCH, CURRENT_PART, CURRENT_KEYS };

/* Usage: currentdate [":zone" <time-zone: string>] [COMPARATOR] [MATCH-TYPE] <date-part: string>
 *        <key-list: string-list> */
static const SieveArgDef current_args[] = {
	[CURRENT_ZONE] = {.type = SIEVE_ARG_TAG,
		.name = "zone",
		.value = SIEVE_ARG_STRING,
		.check = sieve_check_zone},
	[CURRENT_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[CURRENT_PART] = {.type = SIEVE_ARG_STRING, .name = "date part", .check = check_part},
	[CURRENT_KEYS] = {.type = SIEVE_ARG_STRING_LIST, .name = "keys", .flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

/* The same for all tests of a run. */
static int64_t
now_of(SieveRun *run)
{
	void **slot = sieve_run_slot(run, current_args);

	if (*slot == NULL) {
		const SieveEnv *env = sieve_run_env(run);
		int64_t *now = sieve_arena_new_array(sieve_run_arena(run), int64_t, 1);
		*now = env->now_usec(env) / G_USEC_PER_SEC;
		*slot = now;
	}
	return *(const int64_t *)*slot;
}

static bool
currentdate_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	SieveDate date = {.time_unix = now_of(run)};
	SieveMatching matching;

	date.zone = zone_of(run, args, CURRENT_ZONE, date.time_unix);
	sieve_matching_begin(&matching, run, args);
	offer_date(&matching, date, sieve_args_string(run, args, CURRENT_PART));
	*ret_outcome = sieve_matching_end(&matching);
	return true;
}

static const SieveTestDef date_tests[] = {
	{.name = "date", .args = date_args, .needs = SIEVE_NEEDS_HEADER, .run = date_run},
	{.name = "currentdate", .args = current_args, .run = currentdate_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_date = {
	.capability = "date",
	.source = "RFC 5260",
	.tests = date_tests,
};
