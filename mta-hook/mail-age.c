/* SPDX-License-Identifier: MIT */
/* mail-age.c - how long a mail has waited, from the Received field that our own MTA wrote */

#include "mta-hook/mail-age.h"

#include <stdio.h>
#include <string.h>

#include "engine/bytes.h"

#define RECEIVED "Received:"

/* A Received field that is longer was not written by an MTA of ours. */
#define FIELD_BYTES 4096u

/* The first field of the header, unfolded into one line; NULL unless it is Received. */
static char *
dup_first_received(SieveBytes message)
{
	SieveBytes name = sieve_bytes_slice(message, 0, strlen(RECEIVED));
	if (!sieve_bytes_equal_nocase(name, SIEVE_BYTES(RECEIVED)))
		return NULL;
	g_autoptr(GString) field = g_string_new(NULL);
	for (size_t i = strlen(RECEIVED); i < message.len && field->len < FIELD_BYTES; i++) {
		char c = message.ptr[i];
		bool folded = i + 1 < message.len && strchr(" \t", message.ptr[i + 1]) != NULL;
		if (c == '\n' && !folded)
			return g_string_free(g_steal_pointer(&field), FALSE);
		g_string_append_c(
			field, c == '\r' || c == '\n' || c == '\t' || c == '\0' ? ' ' : c);
	}
	return NULL;
}

static int
parse_month(const char *name)
{
	static const char *const months[] = {
		"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
	for (int i = 0; i < (int)G_N_ELEMENTS(months); i++)
		if (g_ascii_strcasecmp(name, months[i]) == 0)
			return i + 1;
	return 0;
}

/* zone = ("+" / "-") 4DIGIT, or "GMT" / "UT" (RFC 5322 sections 3.3 and 4.3) */
static bool
parse_zone(const char *text, int64_t *ret_offset_s)
{
	if (g_ascii_strcasecmp(text, "GMT") == 0 || g_ascii_strcasecmp(text, "UT") == 0) {
		*ret_offset_s = 0;
		return true;
	}
	if ((text[0] != '+' && text[0] != '-') || strlen(text) != 5 ||
		strspn(text + 1, "0123456789") != 4)
		return false;
	int64_t number = g_ascii_strtoll(text + 1, NULL, 10);
	int64_t offset_s = (number / 100) * 3600 + (number % 100) * 60;
	*ret_offset_s = text[0] == '-' ? -offset_s : offset_s;
	return true;
}

/* date-time = [ day-name "," ] day month year hour ":" minute [ ":" second ] zone [CFWS] */
static bool
parse_date(const char *text, int64_t *ret_unix)
{
	int day, year, hour, minute, second = 0;
	char month_name[4], zone[8];
	const char *comma = strchr(text, ',');
	const char *start = comma ? comma + 1 : text;
	if (sscanf(start, " %2d %3s %4d %2d:%2d:%2d %7s", &day, month_name, &year, &hour, &minute,
		    &second, zone) != 7) {
		second = 0;
		if (sscanf(start, " %2d %3s %4d %2d:%2d %7s", &day, month_name, &year, &hour,
			    &minute, zone) != 6)
			return false;
	}
	int64_t offset_s;
	int month = parse_month(month_name);
	if (month == 0 || !parse_zone(zone, &offset_s))
		return false;
	g_autoptr(GDateTime) date =
		g_date_time_new_utc(year, month, day, hour, minute, MIN(second, 59));
	if (!date)
		return false;
	*ret_unix = g_date_time_to_unix(date) - offset_s;
	return true;
}

bool
hook_mail_age(SieveBytes message, int64_t now_unix, int64_t *ret_age_s)
{
	g_autofree char *field = dup_first_received(message);
	/* The date follows the last semicolon; comments before it may hold others. */
	const char *semicolon = field ? strrchr(field, ';') : NULL;
	int64_t received_unix;
	if (!semicolon || !parse_date(semicolon + 1, &received_unix))
		return false;
	*ret_age_s = now_unix - received_unix;
	return true;
}
