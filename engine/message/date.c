/* SPDX-License-Identifier: MIT */
/* date.c - RFC 5322 dates (section 3.3) */

#include "engine/message/date.h"

/* Not strftime: its names follow the locale. */
static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
static const char *const months[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

char *
sieve_date_print(int64_t time_unix)
{
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(time_unix);

	/* Only years past 9999 have no date; none of these comes from a clock. */
	g_return_val_if_fail(date != NULL, NULL);
	return g_strdup_printf("%s, %02d %s %04d %02d:%02d:%02d +0000",
		days[g_date_time_get_day_of_week(date) - 1], g_date_time_get_day_of_month(date),
		months[g_date_time_get_month(date) - 1], g_date_time_get_year(date),
		g_date_time_get_hour(date), g_date_time_get_minute(date),
		g_date_time_get_second(date));
}
