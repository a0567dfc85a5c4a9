/* SPDX-License-Identifier: MIT */
/* test-calendar.c - what scheduling messages make of the files of a calendar */

#include <glib/gstdio.h>
#include <string.h>

#include "sieve-ext/calendar.h"

#include "t/unit/remove-tree.h"

#define ORGANIZER "ann@example.org"
#define READER "ben@example.org"

typedef struct World {
	char *root;
	SieveBytes reader;
	CalendarRules rules;
} World;

static void
set_up(World *world, const void *data G_GNUC_UNUSED)
{
	world->root = g_dir_make_tmp("calendar-XXXXXX", NULL);
	world->reader = SIEVE_BYTES(READER);
	world->rules = (CalendarRules){
		.folder = world->root, .fallback = "calendar", .addresses = {&world->reader, 1}};
}

static void
tear_down(World *world, const void *data G_GNUC_UNUSED)
{
	remove_tree(world->root);
	g_free(world->root);
}

/* An event of UID e1, with the usual people; @more: further lines. */
static char *
event(const char *method, int sequence, const char *more)
{
	return g_strdup_printf("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nMETHOD:%s\r\nBEGIN:VEVENT\r\n"
			       "UID:e1\r\nSEQUENCE:%d\r\nDTSTAMP:2026110%dT100000Z\r\n"
			       "ORGANIZER:mailto:" ORGANIZER "\r\nATTENDEE:mailto:" READER "\r\n"
			       "%sEND:VEVENT\r\nEND:VCALENDAR\r\n",
		method, sequence, sequence % 9 + 1, more);
}

static CalendarOutcome
process_text(World *world, const char *text)
{
	const char *reason = "";
	g_autoptr(CalendarMessage) message =
		calendar_message_parse(sieve_bytes_from_string(text), &reason);

	g_assert_nonnull(message);
	CalendarOutcome found = calendar_process(&world->rules, message, false, &reason);
	CalendarOutcome outcome = calendar_process(&world->rules, message, true, &reason);
	g_assert_cmpint(found, ==, outcome);
	return outcome;
}

static CalendarOutcome
process(World *world, const char *method, int sequence, const char *more)
{
	g_autofree char *text = event(method, sequence, more);

	return process_text(world, text);
}

/* (nullable) the file without its folds. */
static char *
read_file(const World *world, const char *name)
{
	g_autofree char *path = g_build_filename(world->root, name, NULL);
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return NULL;
	g_auto(GStrv) lines = g_strsplit(text, "\r\n ", -1);
	return g_strjoinv("", lines);
}

static bool
has_file(const World *world, const char *name)
{
	g_autofree char *text = read_file(world, name);

	return text != NULL;
}

static void
write_file(const World *world, const char *calendar, const char *name, const char *text)
{
	g_autofree char *folder = g_build_filename(world->root, calendar, NULL);
	g_autofree char *path = g_build_filename(folder, name, NULL);

	g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
	g_assert_true(g_file_set_contents(path, text, -1, NULL));
}

static unsigned
count(const char *text, const char *part)
{
	unsigned n = 0;

	for (const char *at = strstr(text, part); at != NULL; at = strstr(at + 1, part))
		n++;
	return n;
}

#define ALARM "BEGIN:VALARM\r\nACTION:DISPLAY\r\nTRIGGER:-PT5M\r\nDESCRIPTION:now\r\nEND:VALARM\r\n"

static void
test_request(World *world, const void *data G_GNUC_UNUSED)
{
	g_assert_cmpint(process(world, "REQUEST", 1, "SUMMARY:first\r\n" ALARM), ==, CALENDAR_ADDED);
	g_autofree char *added = read_file(world, "calendar/e1.ics");
	g_assert_nonnull(added);
	g_assert_null(strstr(added, "METHOD"));
	g_assert_nonnull(strstr(added, "SUMMARY:first"));
	g_assert_cmpint(process(world, "REQUEST", 1, "SUMMARY:again\r\n"), ==, CALENDAR_NO_ACTION);
	g_assert_cmpint(process(world, "REQUEST", 3, "SUMMARY:third\r\n"), ==, CALENDAR_UPDATED);
	g_assert_cmpint(process(world, "REQUEST", 2, "SUMMARY:late\r\n"), ==, CALENDAR_NO_ACTION);
	g_autofree char *updated = read_file(world, "calendar/e1.ics");
	g_assert_nonnull(strstr(updated, "SUMMARY:third"));
	/* The reader's alarm stays. */
	g_assert_cmpuint(count(updated, "BEGIN:VALARM"), ==, 1);
	g_assert_cmpuint(count(updated, "BEGIN:VEVENT"), ==, 1);
}

static void
test_instances(World *world, const void *data G_GNUC_UNUSED)
{
	const char *series = "DTSTART:20261201T100000Z\r\nRRULE:FREQ=DAILY;COUNT=5\r\n";
	const char *moved = "RECURRENCE-ID:20261202T100000Z\r\nDTSTART:20261202T150000Z\r\n";

	g_assert_cmpint(process(world, "REQUEST", 1, series), ==, CALENDAR_ADDED);
	g_assert_cmpint(process(world, "REQUEST", 1, moved), ==, CALENDAR_UPDATED);
	g_autofree char *two = read_file(world, "calendar/e1.ics");
	g_assert_cmpuint(count(two, "BEGIN:VEVENT"), ==, 2);
	/* A new series takes instances of the old one with it. */
	g_assert_cmpint(process(world, "REQUEST", 2, series), ==, CALENDAR_UPDATED);
	g_autofree char *one = read_file(world, "calendar/e1.ics");
	g_assert_cmpuint(count(one, "BEGIN:VEVENT"), ==, 1);
	g_assert_cmpint(process(world, "REQUEST", 1, moved), ==, CALENDAR_NO_ACTION);
}

static void
test_reply(World *world, const void *data G_GNUC_UNUSED)
{
	const char *series = "DTSTART:20261201T100000Z\r\nDTEND:20261201T110000Z\r\n"
			     "RRULE:FREQ=DAILY;COUNT=5\r\n";
	static const char reply[] =
		"BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nBEGIN:VEVENT\r\nUID:e1\r\nDTSTAMP:20261105T000000Z\r\n"
		"SEQUENCE:1\r\nATTENDEE;PARTSTAT=%s:mailto:%s\r\n%sEND:VEVENT\r\nEND:VCALENDAR\r\n";
	g_autofree char *yes = g_strdup_printf(reply, "ACCEPTED", READER, "");
	g_autofree char *stranger = g_strdup_printf(reply, "ACCEPTED", "eve@example.net", "");
	g_autofree char *not_then =
		g_strdup_printf(reply, "DECLINED", READER, "RECURRENCE-ID:20261203T100000Z\r\n");

	g_assert_cmpint(process_text(world, yes), ==, CALENDAR_NO_ACTION);
	g_assert_cmpint(process(world, "REQUEST", 1, series), ==, CALENDAR_ADDED);
	/* Only the organizer takes answers. */
	g_assert_cmpint(process_text(world, yes), ==, CALENDAR_NO_ACTION);
	world->reader = SIEVE_BYTES(ORGANIZER);
	g_assert_cmpint(process_text(world, stranger), ==, CALENDAR_NO_ACTION);
	g_assert_cmpint(process_text(world, yes), ==, CALENDAR_UPDATED);
	g_assert_cmpint(process_text(world, yes), ==, CALENDAR_NO_ACTION);
	g_autofree char *accepted = read_file(world, "calendar/e1.ics");
	g_assert_nonnull(strstr(accepted, "ATTENDEE;PARTSTAT=ACCEPTED:mailto:" READER));
	g_assert_cmpint(process_text(world, not_then), ==, CALENDAR_UPDATED);
	g_autofree char *declined = read_file(world, "calendar/e1.ics");
	g_assert_cmpuint(count(declined, "BEGIN:VEVENT"), ==, 2);
	g_assert_cmpuint(count(declined, "RRULE"), ==, 1);
	g_assert_nonnull(strstr(declined, "RECURRENCE-ID:20261203T100000Z"));
	g_assert_nonnull(strstr(declined, "DTSTART:20261203T100000Z"));
	g_assert_nonnull(strstr(declined, "DTEND:20261203T110000Z"));
	g_assert_nonnull(strstr(declined, "PARTSTAT=DECLINED"));
}

static void
test_cancel(World *world, const void *data G_GNUC_UNUSED)
{
	const char *series = "DTSTART:20261201T100000Z\r\nRRULE:FREQ=DAILY;COUNT=5\r\n";
	const char *instance = "RECURRENCE-ID:20261202T100000Z\r\n";

	g_assert_cmpint(process(world, "REQUEST", 1, series), ==, CALENDAR_ADDED);
	g_assert_cmpint(process(world, "CANCEL", 1, instance), ==, CALENDAR_CANCELLED);
	g_autofree char *marked = read_file(world, "calendar/e1.ics");
	g_assert_cmpuint(count(marked, "STATUS:CANCELLED"), ==, 1);
	g_assert_cmpint(process(world, "CANCEL", 1, instance), ==, CALENDAR_NO_ACTION);
	world->rules.delete_cancelled = true;
	g_assert_cmpint(process(world, "CANCEL", 2, instance), ==, CALENDAR_NO_ACTION);
	g_assert_cmpint(process(world, "CANCEL", 2, "RECURRENCE-ID:20261203T100000Z\r\n"), ==,
		CALENDAR_CANCELLED);
	g_autofree char *without = read_file(world, "calendar/e1.ics");
	g_assert_nonnull(strstr(without, "EXDATE:20261203T100000Z"));
	g_assert_cmpint(process(world, "CANCEL", 2, ""), ==, CALENDAR_CANCELLED);
	g_assert_false(has_file(world, "calendar/e1.ics"));
	g_assert_cmpint(process(world, "CANCEL", 2, ""), ==, CALENDAR_NO_ACTION);
}

/* Files of other programs have other names, and a calendar that is asked for may not be there. */
static void
test_files(World *world, const void *data G_GNUC_UNUSED)
{
	g_autofree char *text = event("PUBLISH", 1, "SUMMARY:old\r\n");

	write_file(world, "work", "20261129.ics", text);
	write_file(world, "work", "broken.ics", "nothing");
	g_assert_cmpint(process(world, "REQUEST", 2, "SUMMARY:new\r\n"), ==, CALENDAR_UPDATED);
	g_autofree char *updated = read_file(world, "work/20261129.ics");
	g_assert_nonnull(strstr(updated, "SUMMARY:new"));
	g_assert_false(has_file(world, "calendar/e1.ics"));

	static const char other[] = "BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nUID:%s\r\n"
				    "DTSTAMP:20261101T000000Z\r\nATTENDEE:mailto:" READER
				    "\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
	g_autofree char *outside = g_strdup_printf(other, "../../e2");
	g_autofree char *in_work = g_strdup_printf(other, "e3");
	g_autofree char *elsewhere = g_strdup_printf(other, "e4");
	g_autofree char *taken = g_strdup_printf(other, "broken");
	g_assert_cmpint(process_text(world, outside), ==, CALENDAR_ADDED);
	g_assert_cmpint(process_text(world, outside), ==, CALENDAR_NO_ACTION);
	world->rules.calendar = SIEVE_BYTES("work");
	g_assert_cmpint(process_text(world, in_work), ==, CALENDAR_ADDED);
	g_assert_true(has_file(world, "work/e3.ics"));
	/* A file that holds something else is left alone. */
	g_assert_cmpint(process_text(world, taken), ==, CALENDAR_ERROR);
	world->rules.calendar = SIEVE_BYTES("../work");
	g_assert_cmpint(process_text(world, elsewhere), ==, CALENDAR_ADDED);
	g_assert_true(has_file(world, "calendar/e4.ics"));
	world->rules.folder = "/proc/nowhere";
	const char *reason = "";
	g_autoptr(CalendarMessage) message =
		calendar_message_parse(sieve_bytes_from_string(in_work), &reason);
	g_assert_cmpint(calendar_process(&world->rules, message, true, &reason), ==, CALENDAR_ERROR);
}

static void
test_hostile(void)
{
	g_autoptr(GString) deep = g_string_new("BEGIN:VCALENDAR\r\n");
	g_autoptr(GString) large = g_string_new("BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nSUMMARY:");
	static const char two[] = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:a\nEND:VEVENT\n"
				  "BEGIN:VTODO\nUID:b\nEND:VTODO\nEND:VCALENDAR\n";
	const char *reason = "";

	for (int i = 0; i < 10000; i++)
		g_string_append(deep, "BEG\r\n IN:VEVENT\r\n");
	while (large->len <= 1 << 20)
		g_string_append(large, "xxxxxxxx");
	const SieveBytes texts[] = {{deep->str, deep->len}, {large->str, large->len},
		SIEVE_BYTES("BEGIN:VCALENDAR\0\nEND:VCALENDAR\n"), sieve_bytes_from_string(two),
		SIEVE_BYTES("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VEVENT\nEND:VCALENDAR\n"),
		SIEVE_BYTES("")};
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_assert_null(calendar_message_parse(texts[i], &reason));
		g_assert_cmpstr(reason, !=, "");
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add("/calendar/request", World, NULL, set_up, test_request, tear_down);
	g_test_add("/calendar/instances", World, NULL, set_up, test_instances, tear_down);
	g_test_add("/calendar/reply", World, NULL, set_up, test_reply, tear_down);
	g_test_add("/calendar/cancel", World, NULL, set_up, test_cancel, tear_down);
	g_test_add("/calendar/files", World, NULL, set_up, test_files, tear_down);
	g_test_add_func("/calendar/hostile", test_hostile);
	return g_test_run();
}
