/* SPDX-License-Identifier: MIT */
/* date.c - RFC 5322 dates (sections 3.3 and 4.3) */

#include "engine/message/date.h"

#include <string.h>

#define MINUTE_S 60
#define DAY_S 86400
#define UNIX_EPOCH_JULIAN 40587 /* 1970-01-01 as a Modified Julian Day */

/* Not strftime: its names follow the locale. */
static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
static const char *const months[] = {
	"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

/* --- Reading ---------------------------------------------------------------------------------- */

/* obs-zone. Letters of the military mean nothing, and are -0000, as are all other names. */
static const struct {
	const char *name;
	int minutes;
} zones[] = {
	{"EDT", -4 * 60},
	{"EST", -5 * 60},
	{"CDT", -5 * 60},
	{"CST", -6 * 60},
	{"MDT", -6 * 60},
	{"MST", -7 * 60},
	{"PDT", -7 * 60},
	{"PST", -8 * 60},
};

/* Reads a date; never goes past @text. */
typedef struct Reader {
	SieveBytes text;
	size_t at;
} Reader;

/* CFWS; comments may be nested. */
static void
skip_white(Reader *reader)
{
	size_t depth = 0;

	for (; reader->at < reader->text.len; reader->at++) {
		char byte = reader->text.ptr[reader->at];
		if (byte == '\\' && depth > 0)
			reader->at++;
		else if (byte == '(')
			depth++;
		else if (byte == ')' && depth > 0)
			depth--;
		else if (depth == 0 && !g_ascii_isspace(byte))
			return;
	}
	reader->at = MIN(reader->at, reader->text.len);
}

static bool
take(Reader *reader, char byte)
{
	skip_white(reader);
	if (reader->at >= reader->text.len || reader->text.ptr[reader->at] != byte)
		return false;
	reader->at++;
	return true;
}

/* 1 to @max_digits digits; how many they were is returned, 0 for none or too many. */
static unsigned
take_number(Reader *reader, unsigned max_digits, int *ret_number)
{
	unsigned digits = 0;
	int number = 0;

	skip_white(reader);
	while (reader->at < reader->text.len && g_ascii_isdigit(reader->text.ptr[reader->at])) {
		if (++digits > max_digits)
			return 0;
		number = number * 10 + (reader->text.ptr[reader->at++] - '0');
	}
	*ret_number = number;
	return digits;
}

static SieveBytes
take_word(Reader *reader)
{
	skip_white(reader);
	size_t start = reader->at;
	while (reader->at < reader->text.len && g_ascii_isalpha(reader->text.ptr[reader->at]))
		reader->at++;
	return sieve_bytes_slice(reader->text, start, reader->at - start);
}

/* The index of @word among @count names of three letters, or -1. Longer forms are people's. */
static int
find_name(const char *const *names, size_t count, SieveBytes word)
{
	SieveBytes short_form = sieve_bytes_slice(word, 0, 3);

	for (size_t i = 0; i < count; i++)
		if (sieve_bytes_equal_nocase(short_form, sieve_bytes_from_string(names[i])))
			return (int)i;
	return -1;
}

/* [ day-of-week "," ]; obs-date has the comma missing in practice. */
static bool
skip_weekday(Reader *reader)
{
	SieveBytes word = take_word(reader);

	if (word.len == 0)
		return true;
	if (find_name(days, G_N_ELEMENTS(days), word) < 0)
		return false;
	take(reader, ',');
	return true;
}

/* obs-year: two digits are of 1950 to 2049, three count from 1900. */
static bool
take_year(Reader *reader, int *ret_year)
{
	unsigned digits = take_number(reader, 4, ret_year);

	if (digits == 2)
		*ret_year += *ret_year < 50 ? 2000 : 1900;
	else if (digits == 3)
		*ret_year += 1900;
	return digits >= 2;
}

static bool
take_date(Reader *reader, SieveDateParts *parts)
{
	if (!skip_weekday(reader) || take_number(reader, 2, &parts->day) == 0)
		return false;
	/* "24-Nov-26" stands in mail too. */
	take(reader, '-');
	parts->month = find_name(months, G_N_ELEMENTS(months), take_word(reader)) + 1;
	take(reader, '-');
	return parts->month > 0 && take_year(reader, &parts->year);
}

static bool
take_time(Reader *reader, SieveDateParts *parts)
{
	if (take_number(reader, 2, &parts->hour) == 0 || !take(reader, ':') ||
		take_number(reader, 2, &parts->minute) == 0)
		return false;
	return !take(reader, ':') || take_number(reader, 2, &parts->second) > 0;
}

static int
zone_by_name(SieveBytes name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(zones); i++)
		if (sieve_bytes_equal_nocase(name, sieve_bytes_from_string(zones[i].name)))
			return zones[i].minutes;
	return 0;
}

bool
sieve_date_parse_zone(SieveBytes text, int *ret_minutes)
{
	Reader reader = {text, 1};
	int number = 0;

	if (text.len != 5 || (text.ptr[0] != '+' && text.ptr[0] != '-') ||
		g_ascii_isspace(text.ptr[1]) || take_number(&reader, 4, &number) != 4)
		return false;
	if (number % 100 > 59)
		return false;
	*ret_minutes = (number / 100 * 60 + number % 100) * (text.ptr[0] == '-' ? -1 : 1);
	return true;
}

static bool
take_zone(Reader *reader, int *ret_minutes)
{
	skip_white(reader);
	SieveBytes rest = sieve_bytes_slice(reader->text, reader->at, SIZE_MAX);
	*ret_minutes = 0;
	if (rest.len == 0)
		return true;
	if (sieve_date_parse_zone(sieve_bytes_slice(rest, 0, 5), ret_minutes)) {
		reader->at += 5;
		return true;
	}
	SieveBytes name = take_word(reader);
	*ret_minutes = zone_by_name(name);
	return name.len > 0;
}

static bool
to_date(const SieveDateParts *parts, int zone, SieveDate *ret_date)
{
	bool leap = parts->second == 60;
	g_autoptr(GDateTime) time = g_date_time_new_utc(parts->year, parts->month, parts->day,
		parts->hour, parts->minute, leap ? 59 : parts->second);

	if (time == NULL)
		return false;
	*ret_date = (SieveDate){
		g_date_time_to_unix(time) - (int64_t)zone * MINUTE_S, zone, leap};
	return true;
}

static bool
parse_all(SieveBytes text, SieveDate *ret_date)
{
	Reader reader = {text, 0};
	SieveDateParts parts = {.second = 0};
	int zone;

	if (!take_date(&reader, &parts) || !take_time(&reader, &parts) || !take_zone(&reader, &zone))
		return false;
	skip_white(&reader);
	return reader.at == text.len && to_date(&parts, zone, ret_date);
}

bool
sieve_date_parse(SieveBytes value, SieveDate *ret_date)
{
	size_t start = value.len;

	while (start > 0 && value.ptr[start - 1] != ';')
		start--;
	return parse_all(sieve_bytes_slice(value, start, SIZE_MAX), ret_date);
}

/* --- Telling ---------------------------------------------------------------------------------- */

SieveDateParts
sieve_date_parts(SieveDate date)
{
	int64_t local = date.time_unix + (int64_t)date.zone * MINUTE_S;
	g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(local);
	int64_t day = local / DAY_S - (local % DAY_S < 0);

	/* Zones can move a date out of the years that there are. */
	if (time == NULL)
		return (SieveDateParts){.month = 1, .day = 1, .julian = day + UNIX_EPOCH_JULIAN};
	return (SieveDateParts){
		.year = g_date_time_get_year(time),
		.month = g_date_time_get_month(time),
		.day = g_date_time_get_day_of_month(time),
		.hour = g_date_time_get_hour(time),
		.minute = g_date_time_get_minute(time),
		.second = g_date_time_get_second(time) + date.leap,
		.weekday = g_date_time_get_day_of_week(time) % 7,
		.julian = day + UNIX_EPOCH_JULIAN,
	};
}

char *
sieve_date_print_zone(SieveDate date)
{
	int minutes = ABS(date.zone);

	return g_strdup_printf("%c%02d%02d", date.zone < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

char *
sieve_date_print(SieveDate date)
{
	SieveDateParts parts = sieve_date_parts(date);
	g_autofree char *zone = sieve_date_print_zone(date);

	return g_strdup_printf("%s, %02d %s %04d %02d:%02d:%02d %s", days[parts.weekday], parts.day,
		months[parts.month - 1], parts.year, parts.hour, parts.minute, parts.second, zone);
}

char *
sieve_date_print_iso8601(SieveDate date)
{
	SieveDateParts parts = sieve_date_parts(date);
	int minutes = ABS(date.zone);
	g_autoptr(GString) text = g_string_new(NULL);

	g_string_printf(text, "%04d-%02d-%02dT%02d:%02d:%02d", parts.year, parts.month, parts.day,
		parts.hour, parts.minute, parts.second);
	if (date.zone == 0)
		g_string_append_c(text, 'Z');
	else
		g_string_append_printf(text, "%c%02d:%02d", date.zone < 0 ? '-' : '+', minutes / 60,
			minutes % 60);
	return g_string_free(g_steal_pointer(&text), FALSE);
}
