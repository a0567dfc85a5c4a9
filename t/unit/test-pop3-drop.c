/* SPDX-License-Identifier: MIT */
/* test-pop3-drop.c - the maildrop: order, sizes, unique-ids, deferred deletes, the lock (RFC 1939)
 */
#include "peer/pop3-drop.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
	char *root;
} Fixture;

static void
put(const Fixture *fixture, const char *path, const char *text)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *full = g_build_filename(fixture->root, path, NULL);

	g_file_set_contents(full, text, -1, &error);
	g_assert_no_error(error);
}

static bool
exists(const Fixture *fixture, const char *path)
{
	g_autofree char *full = g_build_filename(fixture->root, path, NULL);

	return g_file_test(full, G_FILE_TEST_EXISTS);
}

static void
move(const Fixture *fixture, const char *from, const char *to)
{
	g_autofree char *old = g_build_filename(fixture->root, from, NULL);
	g_autofree char *new = g_build_filename(fixture->root, to, NULL);

	g_assert_cmpint(g_rename(old, new), ==, 0);
}

static void
set_up(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	fixture->root = g_dir_make_tmp("doorstep-drop-XXXXXX", NULL);
	for (const char *const *name = (const char *const[]){"new", "cur", "tmp", NULL}; *name;
		name++) {
		g_autofree char *path = g_build_filename(fixture->root, *name, NULL);

		g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
	}
}

static void
remove_tree(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *child = g_build_filename(path, name, NULL);

		if (g_unlink(child) != 0)
			remove_tree(child);
	}
	(void)g_rmdir(path);
}

static void
tear_down(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	remove_tree(fixture->root);
	g_free(fixture->root);
}

static PeerPop3Drop *
open_drop(const Fixture *fixture)
{
	g_autoptr(GError) error = NULL;
	PeerPop3Drop *drop = peer_pop3_drop_open(fixture->root, &error);

	g_assert_no_error(error);
	return drop;
}

static char *
read_all(PeerPop3Drop *drop, size_t number, size_t lines)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(PeerPop3Message) message = peer_pop3_drop_read(drop, number, lines, &error);
	gsize before;

	g_assert_no_error(error);
	do {
		before = text->len;
		g_assert_true(peer_pop3_message_next(message, text, &error));
	} while (text->len > before);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static const struct {
	const char *stored;
	size_t lines;
	uint64_t octets;
	const char *sent;
} messages[] = {
	{"A: 1\n\nx\n", PEER_POP3_ALL_LINES, 11, "A: 1\r\n\r\nx\r\n.\r\n"},
	{"A: 1\r\n\r\nx\r\n", PEER_POP3_ALL_LINES, 11, "A: 1\r\n\r\nx\r\n.\r\n"},
	{"A: 1\n\nno end", PEER_POP3_ALL_LINES, 16, "A: 1\r\n\r\nno end\r\n.\r\n"},
	{".\n..\n.a\n", PEER_POP3_ALL_LINES, 11, "..\r\n...\r\n..a\r\n.\r\n"},
	{"A: 1\n\n.", PEER_POP3_ALL_LINES, 11, "A: 1\r\n\r\n..\r\n.\r\n"},
	{"lone\rcr\n", PEER_POP3_ALL_LINES, 9, "lone\rcr\r\n.\r\n"},
	{"end\r", PEER_POP3_ALL_LINES, 6, "end\r\r\n.\r\n"},
	{"", PEER_POP3_ALL_LINES, 0, ".\r\n"},
	{"A: 1\n\na\nb\nc\n", 0, 17, "A: 1\r\n\r\n.\r\n"},
	{"A: 1\n\na\nb\nc\n", 2, 17, "A: 1\r\n\r\na\r\nb\r\n.\r\n"},
	{"A: 1\r\n\r\n\r\nb\r\n", 1, 13, "A: 1\r\n\r\n\r\n.\r\n"},
	{"A: 1\n\na\n", 9999999999, 11, "A: 1\r\n\r\na\r\n.\r\n"},
	{"A: 1\n", 0, 6, "A: 1\r\n.\r\n"},
};

static void
test_text(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	for (size_t i = 0; i < G_N_ELEMENTS(messages); i++) {
		put(fixture, "new/1.a", messages[i].stored);

		g_autoptr(PeerPop3Drop) drop = open_drop(fixture);
		g_autofree char *sent = read_all(drop, 1, messages[i].lines);

		g_test_message("message %zu", i);
		g_assert_cmpstr(sent, ==, messages[i].sent);
		g_assert_cmpuint(peer_pop3_drop_octets(drop, 1), ==, messages[i].octets);
	}
}

/* CR and LF, and a dot after them, fall on both sides of the reader's pieces. */
static void
test_pieces(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	for (size_t shift = 0; shift < 4; shift++) {
		g_autoptr(GString) stored = g_string_new("A: 1\r\n\r\n");
		g_autoptr(GString) expected = g_string_new(NULL);

		while (stored->len < 65534 + shift)
			g_string_append_c(stored, 'x');
		g_string_append(expected, stored->str);
		g_string_append(stored, "\r\n.dot\n");
		g_string_append(expected, "\r\n..dot\r\n.\r\n");
		put(fixture, "new/1.a", stored->str);

		g_autoptr(PeerPop3Drop) drop = open_drop(fixture);
		g_autofree char *sent = read_all(drop, 1, PEER_POP3_ALL_LINES);

		g_assert_cmpstr(sent, ==, expected->str);
		g_assert_cmpuint(peer_pop3_drop_octets(drop, 1), ==, stored->len + 1);
	}
}

static void
test_order(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	static const char *const expected[] = {
		"99.M5P1.h", "100.M9P1.h", "100.M10P1.h", "100.M10P2.h", "1000.a,S=3,W=4"};

	put(fixture, "new/100.M10P2.h", "a\n");
	put(fixture, "cur/1000.a,S=3,W=4:2,S", "a\n");
	put(fixture, "cur/100.M9P1.h:2,RS", "a\n");
	put(fixture, "new/99.M5P1.h", "a\n");
	put(fixture, "cur/100.M10P1.h:2,", "a\n");
	put(fixture, "cur/.hidden", "a\n");
	put(fixture, "tmp/5.half", "a\n");

	g_autoptr(PeerPop3Drop) drop = open_drop(fixture);

	g_assert_cmpuint(peer_pop3_drop_count(drop), ==, G_N_ELEMENTS(expected));
	for (size_t i = 0; i < G_N_ELEMENTS(expected); i++)
		g_assert_cmpstr(peer_pop3_drop_uidl(drop, i + 1), ==, expected[i]);
	g_assert_cmpuint(peer_pop3_drop_octets(drop, 5), ==, 4);
}

static void
test_uidl(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	static const char *const bad[] = {"1.with blank", "2.\xc3\xa4",
		"3.1234567890123456789012345678901234567890123456789012345678901234567890"};

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autofree char *path = g_strconcat("new/", bad[i], NULL);

		put(fixture, path, "a\n");
	}

	g_autoptr(PeerPop3Drop) drop = open_drop(fixture);

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		const char *uidl = peer_pop3_drop_uidl(drop, i + 1);
		g_autofree char *hash =
			g_compute_checksum_for_string(G_CHECKSUM_SHA256, bad[i], -1);

		g_assert_cmpstr(uidl, ==, hash);
	}
}

static void
test_moved(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	g_autoptr(GError) error = NULL;

	put(fixture, "new/1.a", "one\n");
	put(fixture, "new/2.b", "two\n");
	put(fixture, "new/3.c", "three\n");

	g_autoptr(PeerPop3Drop) drop = open_drop(fixture);
	g_autofree char *path = g_build_filename(fixture->root, "new/2.b", NULL);

	move(fixture, "new/1.a", "cur/1.a:2,S");
	g_assert_cmpint(g_unlink(path), ==, 0);
	put(fixture, "new/4.d", "four\n");

	g_autofree char *sent = read_all(drop, 1, PEER_POP3_ALL_LINES);

	g_assert_cmpstr(sent, ==, "one\r\n.\r\n");
	g_assert_null(peer_pop3_drop_read(drop, 2, PEER_POP3_ALL_LINES, &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND);
	g_clear_error(&error);
	move(fixture, "cur/1.a:2,S", "cur/1.a:2,RS");
	peer_pop3_drop_delete(drop, 1);
	peer_pop3_drop_delete(drop, 2);
	g_assert_true(peer_pop3_drop_commit(drop, &error));
	g_assert_no_error(error);
	g_assert_false(exists(fixture, "cur/1.a:2,RS"));
	g_assert_true(exists(fixture, "new/3.c"));
	g_assert_true(exists(fixture, "new/4.d"));
}

static void
test_deletes(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	g_autoptr(GError) error = NULL;

	put(fixture, "new/1.a", "one\n");
	put(fixture, "cur/2.b:2,S", "two\n");

	PeerPop3Drop *drop = open_drop(fixture);

	peer_pop3_drop_delete(drop, 1);
	g_assert_true(peer_pop3_drop_is_deleted(drop, 1));
	peer_pop3_drop_close(drop);
	g_assert_true(exists(fixture, "new/1.a"));

	drop = open_drop(fixture);
	peer_pop3_drop_delete(drop, 1);
	peer_pop3_drop_reset(drop);
	peer_pop3_drop_delete(drop, 2);
	g_assert_true(peer_pop3_drop_commit(drop, &error));
	peer_pop3_drop_close(drop);
	g_assert_true(exists(fixture, "new/1.a"));
	g_assert_false(exists(fixture, "cur/2.b:2,S"));
}

static void
test_lock(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	g_autoptr(GError) error = NULL;
	PeerPop3Drop *first = open_drop(fixture);

	g_assert_null(peer_pop3_drop_open(fixture->root, &error));
	g_assert_error(error, G_IO_ERROR, G_IO_ERROR_BUSY);
	peer_pop3_drop_close(first);
	peer_pop3_drop_close(open_drop(fixture));
}

static void
test_no_files(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	g_autofree char *fifo = g_build_filename(fixture->root, "cur/1.fifo", NULL);
	g_autofree char *link = g_build_filename(fixture->root, "new/2.link", NULL);

	g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
	g_assert_cmpint(symlink("/etc/passwd", link), ==, 0);
	put(fixture, "new/3.mail", "a\n");

	g_autoptr(PeerPop3Drop) drop = open_drop(fixture);

	g_assert_cmpuint(peer_pop3_drop_count(drop), ==, 1);
	g_assert_cmpstr(peer_pop3_drop_uidl(drop, 1), ==, "3.mail");
}

static void
test_linked_folder(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *folder = g_build_filename(fixture->root, "new", NULL);

	g_assert_cmpint(g_rmdir(folder), ==, 0);
	g_assert_cmpint(symlink("/etc", folder), ==, 0);
	g_assert_null(peer_pop3_drop_open(fixture->root, &error));
	g_assert_nonnull(error);
}

static void
test_growing(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GString) text = g_string_new(NULL);

	put(fixture, "new/1.a", "one\n");

	g_autoptr(PeerPop3Drop) drop = open_drop(fixture);
	g_autoptr(PeerPop3Message) message =
		peer_pop3_drop_read(drop, 1, PEER_POP3_ALL_LINES, &error);
	g_autofree char *path = g_build_filename(fixture->root, "new/1.a", NULL);
	FILE *file = g_fopen(path, "a");

	g_assert_nonnull(file);
	g_assert_cmpint(fputs("and more\n", file), >=, 0);
	g_assert_cmpint(fclose(file), ==, 0);
	g_assert_true(peer_pop3_message_next(message, text, &error));
	g_assert_cmpstr(text->str, ==, "one\r\n.\r\n");
}

static void
test_absent(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	g_autofree char *path = g_build_filename(fixture->root, "not", "yet", NULL);
	g_autoptr(GError) error = NULL;
	g_autoptr(PeerPop3Drop) drop = peer_pop3_drop_open(path, &error);

	g_assert_no_error(error);
	g_assert_cmpuint(peer_pop3_drop_count(drop), ==, 0);
	g_assert_true(peer_pop3_drop_commit(drop, &error));
}

static void
add(const char *name, void (*run)(Fixture *, const void *))
{
	g_test_add(name, Fixture, NULL, set_up, run, tear_down);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	add("/pop3-drop/text", test_text);
	add("/pop3-drop/pieces", test_pieces);
	add("/pop3-drop/order", test_order);
	add("/pop3-drop/uidl", test_uidl);
	add("/pop3-drop/moved", test_moved);
	add("/pop3-drop/deletes", test_deletes);
	add("/pop3-drop/lock", test_lock);
	add("/pop3-drop/no-files", test_no_files);
	add("/pop3-drop/linked-folder", test_linked_folder);
	add("/pop3-drop/growing", test_growing);
	add("/pop3-drop/absent", test_absent);
	return g_test_run();
}
