/* SPDX-License-Identifier: MIT */
/* snooze.c - snooze: the mail comes later (draft-ietf-extra-sieve-snooze) */

#include "engine/sieve-ext.h"

#include <string.h>

enum { DAY_S = 24 * 60 * 60, DAYS = 7 };

enum {
	SNOOZE_MAILBOX,
	SNOOZE_ADDFLAGS,
	SNOOZE_REMOVEFLAGS,
	SNOOZE_WEEKDAYS,
	SNOOZE_TZID,
	SNOOZE_TIMES
};

/* --- Times ------------------------------------------------------------------------------------------ */

static bool
parse_two(SieveBytes text, size_t at, int limit, int *ret_number)
{
	if (at + 2 > text.len || !g_ascii_isdigit(text.ptr[at]) || !g_ascii_isdigit(text.ptr[at + 1]))
		return false;
	*ret_number = (text.ptr[at] - '0') * 10 + (text.ptr[at + 1] - '0');
	return *ret_number < limit;
}

/* "HH:MM" or "HH:MM:SS", as seconds of the day. */
static bool
parse_time(SieveBytes text, int *ret_seconds)
{
	int hour, minute, second = 0;

	if ((text.len != 5 && text.len != 8) || !parse_two(text, 0, 24, &hour) ||
		text.ptr[2] != ':' || !parse_two(text, 3, 60, &minute))
		return false;
	if (text.len == 8 && (text.ptr[5] != ':' || !parse_two(text, 6, 60, &second)))
		return false;
	*ret_seconds = (hour * 60 + minute) * 60 + second;
	return true;
}

static void
check_time(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	g_autofree char *shown = sieve_bytes_print(value, 80);
	int seconds;

	if (!parse_time(value, &seconds))
		sieve_check_error(check, arg, "write it as \"07:30\" or \"19:00:00\"",
			"\"%s\" is no time of the day", shown);
}

static void
check_weekday(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	if (value.len != 1 || value.ptr[0] < '0' || value.ptr[0] > '6')
		sieve_check_error(check, arg, "Sunday is \"0\", Saturday \"6\"",
			"a day of the week is \"0\" to \"6\"");
}

static void
check_zone(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	g_autofree char *name = sieve_bytes_dup(value);
	g_autofree char *shown = sieve_bytes_print(value, 80);
	g_autoptr(GTimeZone) zone = value.len == 0 ? NULL : g_time_zone_new_identifier(name);

	if (zone == NULL)
		sieve_check_error(check, arg, "write it as \"Europe/Berlin\"",
			"\"%s\" is no time zone", shown);
}

static bool
is_wanted_day(SieveStrings weekdays, GDateTime *day)
{
	/* GLib counts Monday as 1, Sunday as 7. */
	int weekday = g_date_time_get_day_of_week(day) % DAYS;

	for (size_t i = 0; i < weekdays.count; i++)
		if (weekdays.items[i].ptr[0] - '0' == weekday)
			return true;
	return weekdays.count == 0;
}

/* The next of the times on one of the days; 0 when there is none. */
static int64_t
find_next(SieveStrings times, SieveStrings weekdays, GTimeZone *zone, int64_t now_unix)
{
	int64_t best = 0;

	/* A week later all days have come, and the times of today too. */
	for (int day = 0; day <= DAYS && best == 0; day++) {
		g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now_unix);
		g_autoptr(GDateTime) now = g_date_time_to_timezone(utc, zone);
		g_autoptr(GDateTime) date = g_date_time_add_days(now, day);
		for (size_t i = 0; is_wanted_day(weekdays, date) && i < times.count; i++) {
			int seconds = 0;
			(void)parse_time(times.items[i], &seconds);
			g_autoptr(GDateTime) time = g_date_time_new(zone, g_date_time_get_year(date),
				g_date_time_get_month(date), g_date_time_get_day_of_month(date),
				seconds / 3600, seconds / 60 % 60, seconds % 60);
			int64_t at = time == NULL ? 0 : g_date_time_to_unix(time);
			if (at > now_unix && (best == 0 || at < best))
				best = at;
		}
	}
	return best;
}

/* --- The action ------------------------------------------------------------------------------------- */

typedef struct Snoozed {
	SieveSnooze snooze;
	SieveBytes mailbox; /* where it waits */
} Snoozed;

static bool
perform_snooze(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	const Snoozed *snoozed = action->details;
	SieveSnooze snooze = snoozed->snooze;

	/* The tags of other extensions have had their say. */
	snooze.mailbox = action->target;
	return sieve_delivery_snooze(delivery, action, snoozed->mailbox, &snooze, error);
}

static void
print_snooze(const SieveAction *action, GString *text)
{
	const Snoozed *snoozed = action->details;
	g_autofree char *mailbox = sieve_bytes_escape(action->target, 200);
	SieveDate date = {.time_unix = snoozed->snooze.wake_unix};
	g_autofree char *time = sieve_date_print_iso8601(date);

	g_string_append_printf(text, "snooze until %s, then store \"%s\"", time, mailbox);
}

static const SieveActionDef action_snooze = {
	.name = "snooze",
	.class = SIEVE_ACTION_STORES | SIEVE_ACTION_LATER,
	.cancels_implicit_keep = true,
	.once = true,
	.print = print_snooze,
	.perform = perform_snooze,
};

/* Usage: snooze [":mailbox" <string>] [":addflags" <string-list>] [":removeflags" <string-list>]
 *        [":weekdays" <string-list>] [":tzid" <string>] <times: string-list> */
static const SieveArgDef snooze_args[] = {
	[SNOOZE_MAILBOX] = {.type = SIEVE_ARG_TAG,
		.name = "mailbox",
		.value = SIEVE_ARG_STRING,
		.check = sieve_check_mailbox},
	[SNOOZE_ADDFLAGS] = {.type = SIEVE_ARG_TAG,
		.name = "addflags",
		.value = SIEVE_ARG_STRING_LIST,
		.flags = SIEVE_ARG_WORDS},
	[SNOOZE_REMOVEFLAGS] = {.type = SIEVE_ARG_TAG,
		.name = "removeflags",
		.value = SIEVE_ARG_STRING_LIST,
		.flags = SIEVE_ARG_WORDS},
	[SNOOZE_WEEKDAYS] = {.type = SIEVE_ARG_TAG,
		.name = "weekdays",
		.value = SIEVE_ARG_STRING_LIST,
		.check = check_weekday},
	[SNOOZE_TZID] = {.type = SIEVE_ARG_TAG,
		.name = "tzid",
		.value = SIEVE_ARG_STRING,
		.check = check_zone},
	[SNOOZE_TIMES] = {.type = SIEVE_ARG_STRING_LIST, .name = "times", .check = check_time},
	{.type = SIEVE_ARG_END},
};

static void
snooze_check(SieveCheck *check, SieveArgs *args)
{
	static const unsigned flags[] = {SNOOZE_ADDFLAGS, SNOOZE_REMOVEFLAGS};

	for (size_t i = 0; i < G_N_ELEMENTS(flags); i++)
		if (sieve_args_has(args, flags[i]) && !sieve_check_use(check, "imap4flags"))
			sieve_check_error(check, sieve_args_get(args, flags[i]), "require it",
				":addflags and :removeflags need the capability \"imap4flags\"");
}

/* Flags, blanks between. */
static SieveBytes
join(SieveRun *run, const SieveArgs *args, unsigned index)
{
	g_autoptr(GString) joined = g_string_new(NULL);
	SieveStrings words = {NULL, 0};

	if (sieve_args_has(args, index))
		words = sieve_args_strings(run, args, index);
	for (size_t i = 0; i < words.count; i++)
		g_string_append_printf(joined, "%s%.*s", i == 0 ? "" : " ", (int)words.items[i].len,
			words.items[i].ptr);
	return sieve_arena_copy(sieve_run_arena(run), (SieveBytes){joined->str, joined->len});
}

static GTimeZone *
find_zone(SieveRun *run, const SieveArgs *args)
{
	if (!sieve_args_has(args, SNOOZE_TZID))
		return sieve_run_zone(run);
	g_autofree char *name = sieve_bytes_dup(sieve_args_string(run, args, SNOOZE_TZID));
	GTimeZone *zone = g_time_zone_new_identifier(name);
	return zone != NULL ? zone : sieve_run_zone(run);
}

static bool
snooze_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	const SieveEnv *env = sieve_run_env(run);
	Snoozed *snoozed = sieve_arena_new_array(sieve_run_arena(run), Snoozed, 1);
	g_autoptr(GTimeZone) zone = find_zone(run, args);
	SieveStrings weekdays = {NULL, 0};

	if (sieve_args_has(args, SNOOZE_WEEKDAYS))
		weekdays = sieve_args_strings(run, args, SNOOZE_WEEKDAYS);
	snoozed->snooze = (SieveSnooze){
		.wake_unix = find_next(sieve_args_strings(run, args, SNOOZE_TIMES), weekdays, zone,
			env->now_usec(env) / G_USEC_PER_SEC),
		.add = join(run, args, SNOOZE_ADDFLAGS),
		.remove = join(run, args, SNOOZE_REMOVEFLAGS),
	};
	snoozed->mailbox = sieve_run_snooze_mailbox(run);
	if (snoozed->snooze.wake_unix == 0) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "snooze has no time to wake at");
		return false;
	}
	SieveAction action = {
		.def = &action_snooze, .target = SIEVE_BYTES("INBOX"), .details = snoozed};
	if (sieve_args_has(args, SNOOZE_MAILBOX))
		action.target = sieve_args_string(run, args, SNOOZE_MAILBOX);
	return sieve_run_add_action(run, args, &action, error);
}

static const SieveCommandDef snooze_commands[] = {
	{.name = "snooze",
		.args = snooze_args,
		.check = snooze_check,
		.run = snooze_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_snooze = {
	.capability = "snooze",
	.source = "draft-ietf-extra-sieve-snooze",
	.commands = snooze_commands,
};
