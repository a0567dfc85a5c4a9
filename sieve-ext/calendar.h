/* SPDX-License-Identifier: MIT */
/* calendar.h - a folder of calendars, and what scheduling messages (RFC 5546) do to it
 *
 * A calendar is a folder in the folder of calendars; an event, with all its instances, is a file of it
 * that ends in .ics, as khal, vdirsyncer and others have them. Whoever writes holds `.doorstep-lock`
 * (flock); files are replaced as a whole and synced.
 */
#pragma once

#include "engine/sieve-ext.h"

/** A scheduling message: one iCalendar object (RFC 5545) that is about one event. */
typedef struct CalendarMessage CalendarMessage;

/** @text: UTF-8. NULL, with @ret_reason (static), when it is nothing that can be processed. */
CalendarMessage *calendar_message_parse(SieveBytes text, const char **ret_reason);
void calendar_message_free(CalendarMessage *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(CalendarMessage, calendar_message_free)
/** The organizer's mail address; empty when there is none. Lives as long as @message. */
SieveBytes calendar_message_organizer(const CalendarMessage *message);
/** True when both are about the same event. */
bool calendar_message_is_same_event(const CalendarMessage *a, const CalendarMessage *b);

typedef enum {
	CALENDAR_NO_ACTION,
	CALENDAR_ADDED,
	CALENDAR_UPDATED,
	CALENDAR_CANCELLED,
	CALENDAR_ERROR,
} CalendarOutcome;

/** How it is to be processed (RFC 9671 section 4). */
typedef struct CalendarRules {
	const char *folder;	 /* (nullable) of calendars; NULL: there are none */
	SieveBytes calendar;	 /* where a new event goes, if that calendar is there */
	const char *fallback;	 /* where it goes otherwise */
	SieveStrings addresses;	 /* the reader's */
	bool allow_public;
	bool updates_only;
	bool delete_cancelled;
} CalendarRules;

/** Processes it; without @write finds out alone what would come of it. @ret_reason (static): why nothing
 * is done; empty when something is. */
CalendarOutcome calendar_process(const CalendarRules *rules, const CalendarMessage *message, bool write,
	const char **ret_reason);
