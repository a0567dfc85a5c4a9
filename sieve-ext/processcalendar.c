/* SPDX-License-Identifier: MIT */
/* processcalendar.c - processcalendar: invitations go to the calendar (RFC 9671) */

#include "sieve-ext/calendar.h"
#include "sieve-ext/extlists.h"

enum { CALENDAR_DIR, CALENDAR_DEFAULT };

static bool
is_absolute(const char *text)
{
	return g_path_is_absolute(text);
}

static bool
is_file_name(const char *text)
{
	return *text != '\0' && *text != '.' && strchr(text, '/') == NULL;
}

static const SieveSettingDef calendar_settings[] = {
	[CALENDAR_DIR] = {.name = "calendar_dir",
		.type = SIEVE_SETTING_STRING,
		.check = is_absolute,
		.legal = "an absolute path",
		.help = "the folder of the calendars; doorstep-calendars in the Maildir when not set"},
	[CALENDAR_DEFAULT] = {.name = "calendar_default",
		.type = SIEVE_SETTING_STRING,
		.fallback = "calendar",
		.check = is_file_name,
		.legal = "the name of a folder",
		.help = "the calendar in that folder that new events go to"},
	{.name = NULL},
};

/* --- Arguments -------------------------------------------------------------------------------------- */

enum { ALLOWPUBLIC, ADDRESSES, UPDATESONLY, CALENDARID, DELETECANCELLED, ORGANIZERS, OUTCOME, REASON };

/* Usage: processcalendar [":allowpublic"] [":addresses" <string-list>]
 *        [":updatesonly" / ":calendarid" <string>] [":deletecancelled"]
 *        [":organizers" <ext-list-name: string>]
 *        [":outcome" <variablename: string>] [":reason" <variablename: string>] */
static const SieveArgDef calendar_args[] = {
	[ALLOWPUBLIC] = {.type = SIEVE_ARG_TAG, .name = "allowpublic"},
	[ADDRESSES] = {.type = SIEVE_ARG_TAG,
		.name = "addresses",
		.value = SIEVE_ARG_STRING_LIST,
		.check = sieve_check_address},
	[UPDATESONLY] = {.type = SIEVE_ARG_TAG, .name = "updatesonly", .group = "new"},
	[CALENDARID] = {.type = SIEVE_ARG_TAG,
		.name = "calendarid",
		.value = SIEVE_ARG_STRING,
		.group = "new"},
	[DELETECANCELLED] = {.type = SIEVE_ARG_TAG, .name = "deletecancelled"},
	[ORGANIZERS] = {.type = SIEVE_ARG_TAG,
		.name = "organizers",
		.value = SIEVE_ARG_STRING,
		.check = sieve_extlists_check},
	[OUTCOME] = {.type = SIEVE_ARG_TAG,
		.name = "outcome",
		.value = SIEVE_ARG_STRING,
		.flags = SIEVE_ARG_CONSTANT},
	[REASON] = {.type = SIEVE_ARG_TAG,
		.name = "reason",
		.value = SIEVE_ARG_STRING,
		.flags = SIEVE_ARG_CONSTANT},
	{.type = SIEVE_ARG_END},
};

/* Variables that are told what came of it; each (nullable). */
typedef struct Told {
	const SieveVariable *outcome;
	const SieveVariable *reason;
} Told;

static void
check_requires(SieveCheck *check, const SieveArgs *args, unsigned index, const char *capability)
{
	if (sieve_args_has(args, index) && !sieve_check_use(check, capability))
		sieve_check_error(check, sieve_args_get(args, index), "require it",
			":%s needs the capability \"%s\"", calendar_args[index].name, capability);
}

static const SieveVariable *
find_variable(SieveCheck *check, const SieveArgs *args, unsigned index)
{
	if (!sieve_args_has(args, index) || !sieve_check_use(check, "variables"))
		return NULL;
	return sieve_check_variable(check, sieve_args_get(args, index), sieve_args_constant(args, index),
		SIEVE_VARIABLE_SET);
}

static void
calendar_check(SieveCheck *check, SieveArgs *args)
{
	Told *told = sieve_arena_new_array(sieve_check_arena(check), Told, 1);

	check_requires(check, args, ORGANIZERS, "extlists");
	check_requires(check, args, OUTCOME, "variables");
	check_requires(check, args, REASON, "variables");
	told->outcome = find_variable(check, args, OUTCOME);
	told->reason = find_variable(check, args, REASON);
	sieve_args_set_data(args, told);
}

/* --- The action ------------------------------------------------------------------------------------- */

/* What is left for when the mail is delivered: calendars may have changed meanwhile. */
typedef struct Processing {
	CalendarRules rules;
	SieveBytes text; /* of the iCalendar object */
	CalendarOutcome outcome;
} Processing;

/* RFC 9671 section 4.7. */
static const char *
outcome_name(CalendarOutcome outcome)
{
	static const char *const names[] = {
		[CALENDAR_NO_ACTION] = "no_action",
		[CALENDAR_ADDED] = "added",
		[CALENDAR_UPDATED] = "updated",
		[CALENDAR_CANCELLED] = "cancelled",
		[CALENDAR_ERROR] = "error",
	};

	return names[outcome];
}

static bool
perform_calendar(SieveDelivery *delivery G_GNUC_UNUSED, const SieveAction *action, GError **error)
{
	const Processing *processing = action->details;
	const char *reason = "";
	g_autoptr(CalendarMessage) message = calendar_message_parse(processing->text, &reason);

	if (message != NULL &&
		calendar_process(&processing->rules, message, true, &reason) != CALENDAR_ERROR)
		return true;
	g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_IO, reason);
	return false;
}

static void
print_calendar(const SieveAction *action, GString *text)
{
	const Processing *processing = action->details;

	g_string_append_printf(
		text, "process calendar: the event is %s", outcome_name(processing->outcome));
}

static const SieveActionDef action_calendar = {
	.name = "processcalendar",
	.class = SIEVE_ACTION_PIPES,
	.print = print_calendar,
	.perform = perform_calendar,
};

/* --- The message ------------------------------------------------------------------------------------ */

/* RFC 6047 section 2.4, and what some programs call it. */
static bool
is_calendar(const SieveMimePart *part)
{
	return sieve_content_type_is(&part->type, SIEVE_BYTES("text"), SIEVE_BYTES("calendar")) ||
	       sieve_content_type_is(&part->type, SIEVE_BYTES("application"), SIEVE_BYTES("ics"));
}

/* (nullable) the one scheduling message of the mail: some programs put it in twice. */
static CalendarMessage *
find_message(SieveRun *run, SieveBytes *ret_text, const char **ret_reason)
{
	const SieveMime *mime = sieve_run_mime(run);
	g_autoptr(CalendarMessage) found = NULL;

	*ret_reason = "the mail has no calendar data";
	for (size_t i = 0; mime != NULL && i < mime->n_parts; i++) {
		if (!is_calendar(&mime->parts[i]))
			continue;
		SieveBytes text = sieve_run_part_text(run, i, false);
		CalendarMessage *message = calendar_message_parse(text, ret_reason);
		if (message == NULL)
			return NULL;
		if (found == NULL) {
			found = message;
			*ret_text = text;
			continue;
		}
		bool same = calendar_message_is_same_event(found, message);
		calendar_message_free(message);
		if (!same) {
			*ret_reason = "the mail is about several events";
			return NULL;
		}
	}
	return g_steal_pointer(&found);
}

static SieveStrings
find_addresses(SieveRun *run, const SieveArgs *args)
{
	SieveStrings owner = sieve_run_owner(run);
	SieveStrings more = {NULL, 0};

	if (sieve_args_has(args, ADDRESSES))
		more = sieve_args_strings(run, args, ADDRESSES);
	SieveBytes *items = sieve_arena_new_array(
		sieve_run_arena(run), SieveBytes, owner.count + more.count + 1);
	for (size_t i = 0; i < owner.count; i++)
		items[i] = owner.items[i];
	for (size_t i = 0; i < more.count; i++)
		if (!sieve_parse_address(more.items[i], sieve_run_arena(run), &items[owner.count + i]))
			items[owner.count + i] = more.items[i];
	return (SieveStrings){items, owner.count + more.count};
}

static const char *
find_folder(SieveRun *run)
{
	const char *set = sieve_settings_string(
		sieve_run_settings(run), &calendar_settings[CALENDAR_DIR]);
	const char *maildir = sieve_run_maildir(run);

	if (set != NULL)
		return set;
	if (maildir == NULL)
		return NULL;
	return sieve_arena_printf(sieve_run_arena(run), "%s/doorstep-calendars", maildir);
}

static CalendarRules
make_rules(SieveRun *run, const SieveArgs *args)
{
	CalendarRules rules = {
		.folder = find_folder(run),
		.fallback = sieve_settings_string(
			sieve_run_settings(run), &calendar_settings[CALENDAR_DEFAULT]),
		.addresses = find_addresses(run, args),
		.allow_public = sieve_args_has(args, ALLOWPUBLIC),
		.updates_only = sieve_args_has(args, UPDATESONLY),
		.delete_cancelled = sieve_args_has(args, DELETECANCELLED),
	};

	if (sieve_args_has(args, CALENDARID))
		rules.calendar = sieve_args_string(run, args, CALENDARID);
	return rules;
}

static CalendarOutcome
process(SieveRun *run, const SieveArgs *args, Processing *processing, const char **ret_reason)
{
	g_autoptr(CalendarMessage) message = find_message(run, &processing->text, ret_reason);

	if (message == NULL)
		return CALENDAR_NO_ACTION;
	if (sieve_args_has(args, ORGANIZERS) &&
		!sieve_extlists_has(run, sieve_args_string(run, args, ORGANIZERS),
			calendar_message_organizer(message))) {
		*ret_reason = "the organizer is not in the list";
		return CALENDAR_NO_ACTION;
	}
	processing->rules = make_rules(run, args);
	return calendar_process(&processing->rules, message, false, ret_reason);
}

static bool
calendar_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	Processing *processing = sieve_arena_new_array(sieve_run_arena(run), Processing, 1);
	const Told *told = sieve_args_data(args);
	const char *reason = "";

	*processing = (Processing){.outcome = CALENDAR_NO_ACTION};
	processing->outcome = process(run, args, processing, &reason);
	if (told->outcome != NULL)
		sieve_run_set_variable(run, told->outcome,
			sieve_bytes_from_string(outcome_name(processing->outcome)));
	if (told->reason != NULL)
		sieve_run_set_variable(run, told->reason, sieve_bytes_from_string(reason));
	if (processing->outcome == CALENDAR_NO_ACTION || processing->outcome == CALENDAR_ERROR) {
		sieve_run_note(run, "nothing goes to the calendar: %s", reason);
		return true;
	}
	SieveAction action = {.def = &action_calendar, .details = processing};
	return sieve_run_add_action(run, args, &action, error);
}

static const SieveCommandDef calendar_commands[] = {
	{.name = "processcalendar",
		.args = calendar_args,
		.needs = SIEVE_NEEDS_BODY,
		.check = calendar_check,
		.run = calendar_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_processcalendar = {
	.capability = "processcalendar",
	.source = "RFC 9671",
	.commands = calendar_commands,
	.settings = calendar_settings,
};
