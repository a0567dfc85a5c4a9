/* SPDX-License-Identifier: MIT */
/* fuzz-calendar.c - any bytes as a scheduling message, and before a NUL, as a file that is there */

#include "sieve-ext/calendar.h"

#include <glib/gstdio.h>
#include <string.h>

#include "t/fuzz/fuzz.h"

/* One for all inputs; what an input leaves there goes before the next. */
static const char *
make_folder(void)
{
	static char folder[] = "/tmp/fuzz-calendar-XXXXXX";

	if (strstr(folder, "XXXXXX") != NULL)
		g_assert_nonnull(g_mkdtemp(folder));
	return folder;
}

static void
clear(const char *calendar)
{
	g_autoptr(GDir) dir = g_dir_open(calendar, 0, NULL);

	const char *name;
	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(calendar, name, NULL);
		g_unlink(path);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = size == 0 ? "" : (const char *)data;
	const char *end = memchr(text, '\0', size);
	const char *message_text = end == NULL ? text : end + 1;
	const char *folder = make_folder();
	g_autofree char *calendar = g_build_filename(folder, "calendar", NULL);
	g_autofree char *file = g_build_filename(calendar, "file.ics", NULL);
	const char *reason = "";

	g_mkdir(calendar, 0700);
	clear(calendar);
	if (end != NULL)
		g_assert_true(g_file_set_contents(file, text, end - text, NULL));
	g_autoptr(CalendarMessage) message = calendar_message_parse(
		(SieveBytes){message_text, (size_t)(text + size - message_text)}, &reason);
	SieveBytes reader = SIEVE_BYTES("b@c");
	for (unsigned i = 0; message != NULL && i < 4; i++) {
		const CalendarRules rules = {
			.folder = folder,
			.fallback = "calendar",
			.addresses = {&reader, 1},
			.allow_public = true,
			.updates_only = i == 0,
			.delete_cancelled = i >= 2,
		};
		CalendarOutcome found = calendar_process(&rules, message, false, &reason);
		g_assert_cmpint(calendar_process(&rules, message, true, &reason), ==, found);
		bool nothing = found == CALENDAR_NO_ACTION || found == CALENDAR_ERROR;
		g_assert_true((*reason != '\0') == nothing);
	}
	return 0;
}
