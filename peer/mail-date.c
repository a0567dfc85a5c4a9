/* SPDX-License-Identifier: MIT */
/* mail-date.c - a time as mail headers write it (RFC 5322 section 3.3) */

#include "peer/mail-date.h"

#include <glib.h>

char *
peer_mail_date(int64_t unix_s)
{
	static const char *const days[] = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
	static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul",
		"Aug", "Sep", "Oct", "Nov", "Dec"};
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(unix_s);

	return g_strdup_printf("%s, %02d %s %d %02d:%02d:%02d +0000",
		days[g_date_time_get_day_of_week(time) - 1], g_date_time_get_day_of_month(time),
		months[g_date_time_get_month(time) - 1], g_date_time_get_year(time),
		g_date_time_get_hour(time), g_date_time_get_minute(time),
		g_date_time_get_second(time));
}
