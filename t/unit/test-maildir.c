/* SPDX-License-Identifier: MIT */
/* test-maildir.c - delivery into a Maildir: names, bytes, and every failing or last system call */

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine/bytes.h"
#include "engine/deliver/maildir.h"

#include "t/unit/remove-tree.h"

enum { IO_EXIT = 1, FULL_EXIT = 3, CRASH_EXIT = 99, MESSAGE_LINES = 4000 };

static char *
make_root(void)
{
	g_autoptr(GError) error = NULL;
	char *root = g_dir_make_tmp("maildir-XXXXXX", &error);

	g_assert_no_error(error);
	return root;
}

/* The only name in @folder/@sub, NULL when there is none. */
static char *
only_name(const char *root, const char *folder, const char *sub)
{
	g_autofree char *path = g_build_filename(root, folder, sub, NULL);
	GDir *dir = g_dir_open(path, 0, NULL);

	if (dir == NULL)
		return NULL;
	char *name = g_strdup(g_dir_read_name(dir));
	g_assert_null(g_dir_read_name(dir));
	g_dir_close(dir);
	return name;
}

/* Larger than the write buffer, so that one mail takes several writes. */
static char *
make_message(const char *line_end)
{
	GString *text = g_string_new(NULL);

	for (int i = 0; i < MESSAGE_LINES; i++)
		g_string_append_printf(text, "Line %d of a mail for james%s", i, line_end);
	return g_string_free(text, FALSE);
}

static bool
store_flagged(const char *root, const char *mailbox, const char *text, SieveBytes flags,
	char **ret_path, GError **error)
{
	g_autoptr(SieveMaildir) maildir = sieve_maildir_open(root, NULL, error);
	SieveBytes parts[] = {
		SIEVE_BYTES("Received: x\r"), SIEVE_BYTES("\n"), sieve_bytes_from_string(text)};

	SieveMail mail = {.parts = parts, .n_parts = G_N_ELEMENTS(parts), .flags = flags};

	return maildir != NULL && sieve_maildir_store(maildir, sieve_bytes_from_string(mailbox),
					  &mail, ret_path, error);
}

static bool
store(const char *root, const char *mailbox, const char *text, char **ret_path, GError **error)
{
	return store_flagged(root, mailbox, text, SIEVE_BYTES(""), ret_path, error);
}

static void
check_file(const char *path)
{
	g_autofree char *text = make_message("\n");
	g_autofree char *expected = g_strconcat("Received: x\n", text, NULL);
	g_autofree char *got = NULL;
	gsize len = 0;

	g_assert_true(g_file_get_contents(path, &got, &len, NULL));
	g_assert_cmpuint(len, ==, strlen(expected));
	g_assert_cmpint(memcmp(got, expected, len), ==, 0);
}

static void
test_store(void)
{
	g_autofree char *root = make_root();
	g_autofree char *text = make_message("\r\n");
	g_autofree char *path = NULL;
	g_autoptr(GError) error = NULL;
	struct stat info;

	g_assert_true(store(root, "Lists/Sieve", text, &path, &error));
	g_assert_no_error(error);
	check_file(path);
	g_autofree char *name = only_name(root, ".Lists.Sieve", "new");
	g_autofree char *base = g_path_get_basename(path);
	g_assert_cmpstr(name, ==, base);
	g_assert_null(only_name(root, ".Lists.Sieve", "tmp"));
	g_assert_cmpint(stat(path, &info), ==, 0);
	g_assert_cmpint(info.st_mode & 0777, ==, 0600);
	g_autofree char *sizes = g_strdup_printf(
		",S=%ld,W=%ld", (long)info.st_size, (long)info.st_size + MESSAGE_LINES + 1);
	g_assert_true(g_str_has_suffix(name, sizes));
	g_autofree char *mark = g_build_filename(root, ".Lists.Sieve", "maildirfolder", NULL);
	g_assert_true(g_file_test(mark, G_FILE_TEST_IS_REGULAR));
	remove_tree(root);
}

static void
test_inbox_and_lone_cr(void)
{
	g_autofree char *root = make_root();
	g_autofree char *deep = g_build_filename(root, "a", "b", NULL);
	g_autofree char *path = NULL;
	g_autofree char *got = NULL;

	g_assert_true(store(deep, "inbox", "a\rb\r\r\nc\r", &path, NULL));
	g_assert_true(g_file_get_contents(path, &got, NULL, NULL));
	g_assert_cmpstr(got, ==, "Received: x\na\rb\r\nc\r");
	remove_tree(root);
}

static void
test_illegal_name(void)
{
	g_autofree char *root = make_root();
	g_autoptr(GError) error = NULL;

	g_assert_false(store(root, "../../x", "a", NULL, &error));
	g_assert_error(error, SIEVE_ERROR, SIEVE_ERROR_INVALID);
	remove_tree(root);
}

/* A link planted where a folder or its new/ would be is not followed. */
static void
test_planted_links(void)
{
	static const char *const planted[] = {".Box", ".Box/new", ".Box/tmp"};

	for (size_t i = 0; i < G_N_ELEMENTS(planted); i++) {
		g_autofree char *root = make_root();
		g_autofree char *elsewhere = make_root();
		g_autofree char *link = g_build_filename(root, planted[i], NULL);
		g_autofree char *parent = g_path_get_dirname(link);
		g_autoptr(GError) error = NULL;
		g_mkdir_with_parents(parent, 0700);
		g_assert_cmpint(symlink(elsewhere, link), ==, 0);
		g_assert_false(store(root, "Box", "a", NULL, &error));
		g_assert_error(error, SIEVE_ERROR, SIEVE_ERROR_IO);
		g_assert_null(only_name(elsewhere, "", ""));
		remove_tree(root);
		remove_tree(elsewhere);
	}
}

/* --- Flags --------------------------------------------------------------------------------------- */

/* The letters of a mail stored into folder "Box" with these flags. */
static char *
letters_of(const char *root, const char *flags)
{
	g_autofree char *path = NULL;
	g_autofree char *text = NULL;

	g_assert_true(store_flagged(
		root, "Box", "a", sieve_bytes_from_string(flags), &path, NULL));
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, "Received: x\na");
	const char *letters = strstr(path, ":2,");
	g_assert_cmpint(letters != NULL, ==, strstr(path, "/.Box/cur/") != NULL);
	return g_strdup(letters == NULL ? "" : letters + strlen(":2,"));
}

typedef struct FlagCase {
	const char *flags;
	const char *letters;
	const char *keywords; /* what dovecot-keywords holds then */
} FlagCase;

/* One after the other, in one folder. */
static const FlagCase flag_cases[] = {
	{"", "", NULL},
	{"\\Recent \\Unknown", "", NULL},
	{"\\Seen", "S", NULL},
	{"\\seen \\Answered \\DRAFT \\Flagged \\Deleted", "DFRST", NULL},
	{"work", "a", "0 work\n"},
	{"\\Seen home WORK", "Sab", "0 work\n1 home\n"},
	{"home", "b", "0 work\n1 home\n"},
	{"new\nline tab\t", "", "0 work\n1 home\n"},
};

static void
check_keywords(const char *root, const char *expected)
{
	g_autofree char *path = g_build_filename(root, ".Box", "dovecot-keywords", NULL);
	g_autofree char *lock = g_build_filename(root, ".Box", "dovecot-uidlist.lock", NULL);
	g_autofree char *got = NULL;

	g_file_get_contents(path, &got, NULL, NULL);
	g_assert_cmpstr(got, ==, expected);
	g_assert_false(g_file_test(lock, G_FILE_TEST_EXISTS));
}

static void
test_flags(void)
{
	g_autofree char *root = make_root();

	for (size_t i = 0; i < G_N_ELEMENTS(flag_cases); i++) {
		g_autofree char *letters = letters_of(root, flag_cases[i].flags);
		g_test_message("%s", flag_cases[i].flags);
		g_assert_cmpstr(letters, ==, flag_cases[i].letters);
		check_keywords(root, flag_cases[i].keywords);
	}
	remove_tree(root);
}

/* There are letters for 26 keywords; of others the mail goes without. */
static void
test_many_keywords(void)
{
	g_autofree char *root = make_root();
	g_autoptr(GString) flags = g_string_new(NULL);

	for (int i = 0; i < 30; i++)
		g_string_append_printf(flags, " k%d", i);
	g_autofree char *letters = letters_of(root, flags->str);
	g_assert_cmpstr(letters, ==, "abcdefghijklmnopqrstuvwxyz");
	g_autofree char *last = letters_of(root, "k29 k3");
	g_assert_cmpstr(last, ==, "d");
	remove_tree(root);
}

/* What another program wrote is kept, gaps are filled, and what is not understood is passed over. */
static void
test_keywords_of_others(void)
{
	g_autofree char *root = make_root();
	g_autofree char *path = g_build_filename(root, ".Box", "dovecot-keywords", NULL);
	g_autofree char *letters = letters_of(root, "");

	g_assert_true(g_file_set_contents(
		path, "0 $Forwarded\n2 Junk\n99 far\nwords\n", -1, NULL));
	g_autofree char *known = letters_of(root, "junk $forwarded");
	g_assert_cmpstr(known, ==, "ac");
	g_autofree char *added = letters_of(root, "new junk");
	g_assert_cmpstr(added, ==, "bc");
	check_keywords(root, "0 $Forwarded\n1 new\n2 Junk\n");
	remove_tree(root);
}

/* While a lock is held no keyword is added, and no mail lost; one of a dead program is taken away. */
static void
test_keyword_lock(void)
{
	g_autofree char *root = make_root();
	g_autofree char *lock = g_build_filename(root, ".Box", "dovecot-uidlist.lock", NULL);
	g_autofree char *first = letters_of(root, "known");
	const struct timespec long_ago[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};

	g_assert_true(g_file_set_contents(lock, "", -1, NULL));
	g_autofree char *held = letters_of(root, "\\Seen known new");
	g_assert_cmpstr(held, ==, "Sa");
	g_assert_cmpint(utimensat(AT_FDCWD, lock, long_ago, 0), ==, 0);
	g_autofree char *stale = letters_of(root, "new");
	g_assert_cmpstr(stale, ==, "b");
	check_keywords(root, "0 known\n1 new\n");
	remove_tree(root);
}

typedef struct Racer {
	const char *root;
	char *keyword;
	char *letters;
} Racer;

static void *
store_with_keyword(void *data)
{
	Racer *racer = data;

	racer->letters = letters_of(racer->root, racer->keyword);
	return NULL;
}

/* Each of many deliveries at once brings a keyword of its own: each gets its own letter. */
static void
test_keyword_race(void)
{
	g_autofree char *root = make_root();
	g_autofree char *path = g_build_filename(root, ".Box", "dovecot-keywords", NULL);
	g_autofree char *text = NULL;
	GThread *threads[8];
	Racer racers[G_N_ELEMENTS(threads)];

	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
		racers[i] = (Racer){root, g_strdup_printf("k%zu", i), NULL};
		threads[i] = g_thread_new("store", store_with_keyword, &racers[i]);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++) {
		g_autofree char *line =
			g_strdup_printf("%d %s\n", racers[i].letters[0] - 'a', racers[i].keyword);
		g_assert_nonnull(strstr(text, line));
		g_free(racers[i].keyword);
		g_free(racers[i].letters);
	}
	remove_tree(root);
}

static void *
store_many(void *data)
{
	for (int i = 0; i < 25; i++)
		g_assert_true(store(data, "New/Folder", "x", NULL, NULL));
	return NULL;
}

/* Eight deliveries make the same folder at once; each mail gets a file of its own. */
static void
test_race(void)
{
	g_autofree char *root = make_root();
	GThread *threads[8];
	size_t count = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("store", store_many, root);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
	g_autofree char *path = g_build_filename(root, ".New.Folder", "new", NULL);
	GDir *dir = g_dir_open(path, 0, NULL);
	while (g_dir_read_name(dir) != NULL)
		count++;
	g_dir_close(dir);
	g_assert_cmpuint(count, ==, 8 * 25);
	remove_tree(root);
}

/* --- Faults: this program runs itself with the shim before it ------------------------------------
 */

static int
run_child(const char *root, const char *how, int nth, const char *mark)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = g_path_get_dirname(self);
	g_autofree char *shim = g_build_filename(folder, "../fault/.libs/inject-io.so", NULL);
	g_autofree char *number = g_strdup_printf("%d", nth);
	g_auto(GStrv) env = g_get_environ();
	char *argv[] = {self, (char[]){"--store"}, (char *)(uintptr_t)root, NULL};
	int status = 0;

	g_assert_true(g_file_test(shim, G_FILE_TEST_EXISTS));
	env = g_environ_setenv(env, "LD_PRELOAD", shim, TRUE);
	env = g_environ_setenv(env, "INJECT_IO_NTH", number, TRUE);
	env = g_environ_setenv(env, "INJECT_IO_HOW", how, TRUE);
	env = g_environ_setenv(env, "INJECT_IO_MARK", mark, TRUE);
	g_assert_true(g_spawn_sync(
		NULL, argv, env, G_SPAWN_DEFAULT, NULL, NULL, NULL, NULL, &status, NULL));
	g_assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* After each fault: a reported success is complete, a reported failure has left nothing, and
 * whatever happened nothing partial is to be seen. True while the n-th call exists. */
static bool
check_fault(const char *how, int nth)
{
	g_autofree char *root = make_root();
	g_autofree char *mark = g_build_filename(root, "mark", NULL);
	g_autofree char *maildir = g_build_filename(root, "m", NULL);
	int code = run_child(maildir, how, nth, mark);
	g_autofree char *name = only_name(maildir, ".Box", "new");
	g_autofree char *rubbish = only_name(maildir, ".Box", "tmp");
	bool reached = g_file_test(mark, G_FILE_TEST_EXISTS);

	g_test_message("%s %d: exit code %d", how, nth, code);
	g_assert_true(code == 0 || code == CRASH_EXIT ||
		      code == (strcmp(how, "ENOSPC") == 0 ? FULL_EXIT : IO_EXIT));
	if (code == 0)
		g_assert_nonnull(name);
	else if (code != CRASH_EXIT)
		g_assert_null(name);
	if (code != CRASH_EXIT)
		g_assert_null(rubbish);
	if (name != NULL) {
		g_autofree char *path = g_build_filename(maildir, ".Box", "new", name, NULL);
		check_file(path);
	}
	remove_tree(root);
	return reached;
}

static void
test_fault(const void *data)
{
	int nth = 1;

	while (check_fault(data, nth))
		nth++;
	/* mkdir, cur, new, tmp, mark, writes, syncs, closes and the rename are all in it. */
	g_assert_cmpint(nth, >, 15);
}

static int
store_in_child(const char *root)
{
	g_autofree char *text = make_message("\r\n");
	g_autoptr(GError) error = NULL;

	if (store(root, "Box", text, NULL, &error))
		return 0;
	return g_error_matches(error, SIEVE_ERROR, SIEVE_ERROR_FULL) ? FULL_EXIT : IO_EXIT;
}

int
main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "--store") == 0)
		return store_in_child(argv[2]);
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/maildir/store", test_store);
	g_test_add_func("/maildir/inbox-and-lone-cr", test_inbox_and_lone_cr);
	g_test_add_func("/maildir/illegal-name", test_illegal_name);
	g_test_add_func("/maildir/planted-links", test_planted_links);
	g_test_add_func("/maildir/flags", test_flags);
	g_test_add_func("/maildir/many-keywords", test_many_keywords);
	g_test_add_func("/maildir/keywords-of-others", test_keywords_of_others);
	g_test_add_func("/maildir/keyword-lock", test_keyword_lock);
	g_test_add_func("/maildir/keyword-race", test_keyword_race);
	g_test_add_func("/maildir/race", test_race);
	g_test_add_data_func("/maildir/fault/enospc", "ENOSPC", test_fault);
	g_test_add_data_func("/maildir/fault/eio", "EIO", test_fault);
	g_test_add_data_func("/maildir/fault/short", "SHORT", test_fault);
	g_test_add_data_func("/maildir/fault/exit", "EXIT", test_fault);
	return g_test_run();
}
