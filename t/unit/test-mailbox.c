/* SPDX-License-Identifier: MIT */
/* test-mailbox.c - reading a Maildir while a mail program is at work on it */

#include "engine/doorstep/mailbox.h"

#include "engine/bytes.h"

#include <glib/gstdio.h>
#include <string.h>

/* What the mail program does between the listing and the reading: "mv A B", "rm A" or "new A". */
typedef struct Case {
	const char *label;
	const char *before[4]; /* files; each holds the last letter before its colon */
	const char *doings[6];
	const char *wanted; /* of each mail: "PATH=CONTENT ", "PATH gone " or "twice " */
} Case;

static const Case cases[] = {
	{"nothing", {"new/1.a", "cur/2.b:2,S"}, {NULL}, "new/1.a=a cur/2.b:2,S=b "},
	{"taken out of new", {"new/1.a"}, {"mv new/1.a cur/1.a:2,"}, "cur/1.a:2,=a "},
	{"flags changed", {"cur/1.a:2,"}, {"mv cur/1.a:2, cur/1.a:2,RS"}, "cur/1.a:2,RS=a "},
	{"all taken out of new",
		{"new/1.a", "new/2.b", "new/3.c"},
		{"mv new/1.a cur/1.a:2,", "mv new/2.b cur/2.b:2,S", "mv new/3.c cur/3.c:2,"},
		"cur/1.a:2,=a cur/2.b:2,S=b cur/3.c:2,=c "},
	{"put back", {"cur/1.a:2,S"}, {"mv cur/1.a:2,S new/1.a"}, "new/1.a=a "},
	{"deleted", {"new/1.a", "new/2.b"}, {"rm new/1.a"}, "new/1.a gone new/2.b=b "},
	{"moved to another folder",
		{"cur/1.a:2,", ".F/cur/9.z:2,"},
		{"mv cur/1.a:2, .F/cur/1.a:2,"},
		"cur/1.a:2, gone .F/cur/9.z:2,=z "},
	{"moved in a subfolder", {".F/new/1.a"}, {"mv .F/new/1.a .F/cur/1.a:2,S"},
		".F/cur/1.a:2,S=a "},
	{"a longer name is another mail", {"new/1.a"}, {"rm new/1.a", "new cur/1.ax:2,"},
		"new/1.a gone "},
	{"new mail is not looked at", {"new/1.a"}, {"new new/2.b"}, "new/1.a=a "},
	/* Listed while it was moved, a mail is met under two names. */
	{"met twice, then in cur", {"cur/1.a:2,", "new/1.a"}, {"rm new/1.a"}, "cur/1.a:2,=a twice "},
	{"met twice, then in new", {"cur/1.a:2,", "new/1.a"}, {"rm cur/1.a:2,"}, "twice new/1.a=a "},
	{"met twice, then moved again", {"cur/1.a:2,", "new/1.a"},
		{"rm new/1.a", "mv cur/1.a:2, cur/1.a:2,S"}, "twice cur/1.a:2,S=a "},
	{"met twice, then deleted", {"cur/1.a:2,", "new/1.a"}, {"rm new/1.a", "rm cur/1.a:2,"},
		"twice new/1.a gone "},
};

static char *
make_maildir(void)
{
	char *root = g_dir_make_tmp("doorstep-mailbox.XXXXXX", NULL);
	static const char *const folders[] = {"cur", "new", ".F/cur", ".F/new"};

	g_assert_nonnull(root);
	for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_autofree char *path = g_build_filename(root, folders[i], NULL);
		g_assert_cmpint(g_mkdir_with_parents(path, 0700), ==, 0);
	}
	return root;
}

static void
write_mail(const char *root, const char *name)
{
	g_autofree char *path = g_build_filename(root, name, NULL);
	size_t stem = strcspn(name, ":");

	g_assert_true(g_file_set_contents(path, name + stem - 1, 1, NULL));
}

static void
do_one(const char *root, const char *doing)
{
	g_auto(GStrv) words = g_strsplit(doing, " ", 3);
	g_autofree char *path = g_build_filename(root, words[1], NULL);

	if (strcmp(words[0], "new") == 0) {
		write_mail(root, words[1]);
	} else if (strcmp(words[0], "rm") == 0) {
		g_assert_cmpint(g_unlink(path), ==, 0);
	} else {
		g_autofree char *target = g_build_filename(root, words[2], NULL);
		g_assert_cmpint(g_rename(path, target), ==, 0);
	}
}

static void
read_one(Mailbox *mailbox, size_t index, MailboxRoom *room, GString *seen)
{
	const char *path = NULL;
	SieveBytes raw;
	g_autoptr(GError) error = NULL;

	switch (mailbox_read(mailbox, index, room, &path, &raw, &error)) {
	case MAILBOX_READ:
		g_string_append_printf(seen, "%s=%.*s ", path, (int)raw.len, raw.ptr);
		break;
	case MAILBOX_GONE:
		g_string_append_printf(seen, "%s gone ", path);
		break;
	case MAILBOX_MET_TWICE:
		g_string_append(seen, "twice ");
		break;
	case MAILBOX_UNREADABLE:
		g_string_append_printf(seen, "%s: %s ", path, error->message);
		break;
	}
}

static void
remove_maildir(const char *root)
{
	const char *const argv[] = {"rm", "-r", root, NULL};

	g_assert_true(g_spawn_sync(NULL, (char **)(uintptr_t)argv, NULL, G_SPAWN_SEARCH_PATH, NULL,
		NULL, NULL, NULL, NULL, NULL));
}

static void
test_case(const void *data)
{
	const Case *row = data;
	g_autofree char *root = make_maildir();
	g_autoptr(GString) seen = g_string_new(NULL);
	g_auto(MailboxRoom) room = {NULL, 0};
	g_autoptr(GError) error = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(row->before) && row->before[i] != NULL; i++)
		write_mail(root, row->before[i]);
	g_autoptr(Mailbox) mailbox = mailbox_open(root, true, &error);
	g_assert_no_error(error);
	for (size_t i = 0; i < G_N_ELEMENTS(row->doings) && row->doings[i] != NULL; i++)
		do_one(root, row->doings[i]);
	for (size_t i = 0; i < mailbox_count(mailbox); i++)
		read_one(mailbox, i, &room, seen);
	remove_maildir(root);
	g_assert_cmpstr(seen->str, ==, row->wanted);
}

/* Sizes around what one read takes, in one room: what a larger mail left there must not be seen. */
static void
test_sizes(void)
{
	static const size_t sizes[] = {0, 1, 65535, 65536, 65537, 3 << 20, 2};
	g_autofree char *root = make_maildir();
	g_auto(MailboxRoom) room = {NULL, 0};
	g_autoptr(GError) error = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		g_autofree char *path = g_strdup_printf("%s/new/%zu", root, i);
		g_autofree char *text = g_strnfill(sizes[i], (char)('a' + i));
		g_assert_true(g_file_set_contents(path, text, (gssize)sizes[i], NULL));
	}
	g_autoptr(Mailbox) mailbox = mailbox_open(root, false, &error);
	g_assert_no_error(error);
	g_assert_cmpuint(mailbox_count(mailbox), ==, G_N_ELEMENTS(sizes));
	for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
		const char *path;
		SieveBytes raw = {NULL, 0};
		g_autofree char *text = g_strnfill(sizes[i], (char)('a' + i));
		g_assert_cmpint(
			mailbox_read(mailbox, i, &room, &path, &raw, &error), ==, MAILBOX_READ);
		g_assert_true(sieve_bytes_equal(raw, (SieveBytes){text, sizes[i]}));
	}
	remove_maildir(root);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *name = g_strdup_printf("/mailbox/moved/%s", cases[i].label);
		g_test_add_data_func(name, &cases[i], test_case);
	}
	g_test_add_func("/mailbox/sizes", test_sizes);
	return g_test_run();
}
