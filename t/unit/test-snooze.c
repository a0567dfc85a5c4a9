/* SPDX-License-Identifier: MIT */
/* test-snooze.c - when a snoozed mail wakes, and that it does */

#include <string.h>

#include "engine/deliver/maildir.h"
#include "engine/deliver/wake.h"
#include "engine/env.h"
#include "engine/snooze.h"
#include "sieve-ext/extensions.h"

#include "t/unit/remove-tree.h"
#include "t/unit/script.h"

typedef struct World {
	SieveEnv env;
	int64_t now_unix;
} World;

static int64_t
now_usec(const SieveEnv *env)
{
	return ((const World *)(const void *)env)->now_unix * G_USEC_PER_SEC;
}

static void
fill(const SieveEnv *env G_GNUC_UNUSED, void *buffer, size_t size)
{
	memset(buffer, 7, size);
}

static const char *
host_name(const SieveEnv *env G_GNUC_UNUSED)
{
	return "host.example";
}

static World
make_world(const char *time)
{
	g_autoptr(GDateTime) at = g_date_time_new_from_iso8601(time, NULL);

	return (World){{now_usec, fill, host_name}, g_date_time_to_unix(at)};
}

/* --- When ------------------------------------------------------------------------------------------- */

static const struct {
	const char *now;
	const char *arguments;
	const char *wakes;
} cases[] = {
	/* 2026-11-29 is a Sunday. */
	{"2026-11-29T10:00:00Z", ":tzid \"UTC\" \"12:00\"", "2026-11-29T12:00:00Z"},
	{"2026-11-29T12:00:00Z", ":tzid \"UTC\" \"12:00\"", "2026-11-30T12:00:00Z"},
	{"2026-11-29T12:00:00Z", ":tzid \"UTC\" \"12:00:01\"", "2026-11-29T12:00:01Z"},
	{"2026-11-29T10:00:00Z", ":tzid \"UTC\" [\"18:00\", \"09:00\", \"11:30\"]", "2026-11-29T11:30:00Z"},
	{"2026-11-29T20:00:00Z", ":tzid \"UTC\" [\"18:00\", \"09:00\"]", "2026-11-30T09:00:00Z"},
	{"2026-12-31T20:00:00Z", ":tzid \"UTC\" \"09:00\"", "2027-01-01T09:00:00Z"},
	{"2026-11-29T10:00:00Z", ":tzid \"UTC\" :weekdays \"3\" \"08:00\"", "2026-12-02T08:00:00Z"},
	{"2026-11-29T10:00:00Z", ":tzid \"UTC\" :weekdays [\"6\", \"0\"] \"08:00\"",
		"2026-12-05T08:00:00Z"},
	{"2026-11-29T07:00:00Z", ":tzid \"UTC\" :weekdays [\"6\", \"0\"] \"08:00\"",
		"2026-11-29T08:00:00Z"},
	/* The only day is today, and its time is over. */
	{"2026-11-29T10:00:00Z", ":tzid \"UTC\" :weekdays \"0\" \"08:00\"", "2026-12-06T08:00:00Z"},
	/* The day of the zone counts: in Sydney it is Monday already. */
	{"2026-11-29T20:00:00Z", ":tzid \"Australia/Sydney\" :weekdays \"1\" \"09:00\"",
		"2026-11-29T22:00:00Z"},
	{"2026-11-29T20:00:00Z", ":tzid \"America/New_York\" \"09:00\"", "2026-11-30T14:00:00Z"},
	/* Summer time ends in between. */
	{"2026-10-24T12:00:00Z", ":tzid \"Europe/Berlin\" \"09:00\"", "2026-10-25T08:00:00Z"},
};

static void
test_times(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveMessage) message = sieve_message_new(sieve_bytes_from_string(test_mail));

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		World world = make_world(cases[i].now);
		g_autofree char *script =
			g_strdup_printf("require \"snooze\"; snooze %s;", cases[i].arguments);
		g_autofree char *wanted = g_strdup_printf(
			"snooze until %s, then store \"INBOX\"\n", cases[i].wakes);
		g_autoptr(SieveProgram) program = test_compile(registry, script);
		g_autoptr(SieveResult) result = NULL;
		g_autoptr(GError) error = NULL;
		const SieveRunInput input = {.message = message, .env = &world.env};

		g_assert_true(sieve_run(program, &input, &result, &error));
		g_autofree char *text = sieve_result_print(result);
		g_test_message("%s %s", cases[i].now, cases[i].arguments);
		g_assert_cmpstr(text, ==, wanted);
	}
}

/* --- The field -------------------------------------------------------------------------------------- */

static void
test_field(void)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	const SieveSnooze snooze = {
		.wake_unix = 1790000000,
		.mailbox = SIEVE_BYTES("Größe/x y=%"),
		.add = SIEVE_BYTES("\\Seen $a"),
		.remove = SIEVE_BYTES(""),
	};
	g_autofree char *field = sieve_snooze_print(&snooze);
	SieveBytes value = sieve_bytes_from_string(field + strlen(SIEVE_SNOOZE_FIELD ":"));
	SieveSnooze read;

	g_assert_true(g_str_has_suffix(field, "\r\n"));
	g_assert_true(sieve_snooze_parse(value, arena, &read));
	g_assert_cmpint(read.wake_unix, ==, snooze.wake_unix);
	g_assert_true(sieve_bytes_equal(read.mailbox, snooze.mailbox));
	g_assert_true(sieve_bytes_equal(read.add, snooze.add));
	g_assert_true(sieve_bytes_equal(read.remove, snooze.remove));
	static const char *const wrong[] = {"", " ", " x m=INBOX", " 1", " 1 m=", " 1 m=%zz", " 1 q=x m=a",
		" 1x m=INBOX", " 1 INBOX"};
	for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++)
		g_assert_false(sieve_snooze_parse(sieve_bytes_from_string(wrong[i]), arena, &read));
}

/* --- Waking ----------------------------------------------------------------------------------------- */

/* Stores a mail into the mailbox where they wait. */
static void
store(const char *root, const World *world, const char *field, const char *flags)
{
	g_autoptr(SieveMaildir) maildir = sieve_maildir_open(root, &world->env, NULL);
	const SieveBytes parts[] = {SIEVE_BYTES("Return-Path: <a@b.c>\n"),
		sieve_bytes_from_string(field), SIEVE_BYTES("Subject: x\n\nbody\n")};
	const SieveMail mail = {parts, G_N_ELEMENTS(parts), sieve_bytes_from_string(flags)};

	g_assert_true(sieve_maildir_store(maildir, SIEVE_BYTES("Snoozed"), &mail, NULL, NULL));
}

/* How many files are in a place of the Maildir; the text of the last goes to @ret_text, its flags'
 * letters to @ret_letters. */
static unsigned
look(const char *root, const char *place, char **ret_text, char **ret_letters)
{
	g_autofree char *path = g_build_filename(root, place, NULL);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;
	unsigned count = 0;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *file = g_build_filename(path, name, NULL);
		count++;
		g_free(*ret_text);
		g_free(*ret_letters);
		g_assert_true(g_file_get_contents(file, ret_text, NULL, NULL));
		*ret_letters = g_strdup(strstr(name, ":2,"));
	}
	return count;
}

static void
wake(const char *root, const World *world, unsigned count)
{
	g_autoptr(GError) error = NULL;
	SieveWoken woken;

	g_assert_true(sieve_snoozed_wake(root, SIEVE_BYTES("Snoozed"), &world->env, &woken, &error));
	g_assert_no_error(error);
	g_assert_cmpuint(woken.count, ==, count);
	g_assert_cmpuint(woken.failures, ==, 0);
}

static void
test_wake(void)
{
	g_autofree char *root = g_dir_make_tmp("snooze-XXXXXX", NULL);
	World world = make_world("2026-11-29T10:00:00Z");
	g_autofree char *field = g_strdup_printf("%s: %" G_GINT64_FORMAT
		" m=Lists%%2Fx a=%%5CFlagged%%20%%24new r=%%5CSeen%%20%%24old\n",
		SIEVE_SNOOZE_FIELD, world.now_unix + 60);
	g_autofree char *text = NULL;
	g_autofree char *letters = NULL;

	wake("/nowhere", &world, 0);
	wake(root, &world, 0);
	store(root, &world, field, "\\Seen \\Answered $old $other");
	store(root, &world, "", "");
	store(root, &world, SIEVE_SNOOZE_FIELD ": nonsense\n", "");
	wake(root, &world, 0);
	world.now_unix += 59;
	wake(root, &world, 0);
	g_assert_cmpuint(look(root, ".Lists.x/cur", &text, &letters), ==, 0);
	world.now_unix += 1;
	wake(root, &world, 1);
	wake(root, &world, 0);
	g_assert_cmpuint(look(root, ".Lists.x/cur", &text, &letters), ==, 1);
	g_assert_cmpstr(text, ==, "Return-Path: <a@b.c>\nSubject: x\n\nbody\n");
	/* Keywords of the new folder: $other, $new. */
	g_assert_cmpstr(letters, ==, ":2,FRab");
	/* What does not say when to wake it waits on. */
	g_assert_cmpuint(look(root, ".Snoozed/new", &text, &letters), ==, 2);
	g_assert_cmpuint(look(root, ".Snoozed/cur", &text, &letters), ==, 0);
	remove_tree(root);
}

/* Where it cannot be stored it stays, and is tried again. */
static void
test_stuck(void)
{
	g_autofree char *root = g_dir_make_tmp("snooze-XXXXXX", NULL);
	World world = make_world("2026-11-29T10:00:00Z");
	g_autofree char *in_the_way = g_build_filename(root, ".Full", NULL);
	g_autofree char *text = NULL;
	g_autofree char *letters = NULL;
	g_autoptr(GError) error = NULL;
	SieveWoken woken;

	store(root, &world, SIEVE_SNOOZE_FIELD ": 1 m=Full a= r=\n", "");
	store(root, &world, SIEVE_SNOOZE_FIELD ": 1 m=INBOX a= r=\n", "");
	g_assert_true(g_file_set_contents(in_the_way, "x", 1, NULL));
	g_assert_false(sieve_snoozed_wake(root, SIEVE_BYTES("Snoozed"), &world.env, &woken, &error));
	g_assert_nonnull(error);
	g_assert_cmpuint(woken.count, ==, 1);
	g_assert_cmpuint(woken.failures, ==, 1);
	g_assert_cmpuint(look(root, ".Snoozed/new", &text, &letters), ==, 1);
	g_assert_cmpuint(look(root, "new", &text, &letters), ==, 1);
	g_unlink(in_the_way);
	wake(root, &world, 1);
	g_assert_cmpuint(look(root, ".Full/new", &text, &letters), ==, 1);
	remove_tree(root);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/snooze/times", test_times);
	g_test_add_func("/snooze/field", test_field);
	g_test_add_func("/snooze/wake", test_wake);
	g_test_add_func("/snooze/stuck", test_stuck);
	return g_test_run();
}
