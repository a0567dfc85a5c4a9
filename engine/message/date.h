/* SPDX-License-Identifier: MIT */
/* date.h - RFC 5322 dates */
#pragma once

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "engine/bytes.h"

/** A moment, as it is told in one time zone. */
typedef struct SieveDate {
	int64_t time_unix;
	int zone;  /* minutes east of UTC */
	bool leap; /* the second after this one, which clocks call 60 */
} SieveDate;

/** What the calendar calls it. */
typedef struct SieveDateParts {
	int year;
	int month; /* 1 to 12 */
	int day;
	int hour;
	int minute;
	int second;	/* 60: a leap second */
	int weekday;	/* 0: Sunday */
	int64_t julian; /* Modified Julian Day: days since 1858-11-17 */
} SieveDateParts;

/** Reads a date-time (RFC 5322 sections 3.3 and 4.3), which is all of @value, an unfolded field, or what
 * follows its last semicolon, as in Received. A date without zone is one of UTC. False when there is
 * none, or none that the calendar has, years 1 to 9999. */
bool sieve_date_parse(SieveBytes value, SieveDate *ret_date);
SieveDateParts sieve_date_parts(SieveDate date);
/** (transfer full) "Tue, 24 Nov 2026 02:06:00 +0000" (RFC 5322 section 3.3). Years 1 to 9999. */
char *sieve_date_print(SieveDate date);
/** (transfer full) "2026-11-24T02:06:00Z" or "...+01:00" (RFC 3339 section 5.6). Years 1 to 9999. */
char *sieve_date_print_iso8601(SieveDate date);
/** (transfer full) its zone: "+0100". */
char *sieve_date_print_zone(SieveDate date);
/** Reads "+0100"; false for anything else. */
bool sieve_date_parse_zone(SieveBytes text, int *ret_minutes);
