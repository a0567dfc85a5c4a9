/* SPDX-License-Identifier: MIT */
/* test-memory.c - what scripts remember: found again, forgotten, after a crash, by many at once */

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/bytes.h"
#include "engine/deliver/memory.h"

#include "t/unit/remove-tree.h"

static char *
make_root(void)
{
	g_autoptr(GError) error = NULL;
	char *root = g_dir_make_tmp("memory-XXXXXX", &error);

	g_assert_no_error(error);
	return root;
}

static SieveMemory
memory_of(const char *id, int64_t forget_at)
{
	SieveMemory memory = {.forget_at = forget_at};

	sieve_memory_make_key(SIEVE_BYTES("test"), SIEVE_BYTES(""), sieve_bytes_from_string(id),
		memory.key);
	return memory;
}

static void
add(const char *root, const char *id, int64_t forget_at, int64_t now)
{
	SieveMemory memory = memory_of(id, forget_at);
	g_autoptr(GError) error = NULL;
	bool ok = sieve_memory_add(root, &memory, 1, now, &error);

	g_assert_no_error(error);
	g_assert_true(ok);
}

static bool
has(const char *root, const char *id, int64_t now)
{
	SieveMemory memory = memory_of(id, 0);
	g_autoptr(GError) error = NULL;
	bool found;
	bool ok = sieve_memory_has(root, memory.key, now, &found, &error);

	g_assert_no_error(error);
	g_assert_true(ok);
	return found;
}

static void
test_times(void)
{
	g_autofree char *root = make_root();

	g_assert_false(has(root, "a", 0));
	add(root, "a", 100, 0);
	add(root, "b", 200, 0);
	g_assert_true(has(root, "a", 99));
	g_assert_false(has(root, "a", 100));
	g_assert_true(has(root, "b", 100));
	/* The later counts. */
	add(root, "a", 300, 0);
	g_assert_true(has(root, "a", 299));
	add(root, "b", 50, 0);
	g_assert_false(has(root, "b", 60));
	g_assert_false(has("/nonexistent/folder", "a", 0));
	remove_tree(root);
}

/* Neither what stands in a part nor where one ends can make two keys the same. */
static void
test_keys(void)
{
	static const char *const parts[][3] = {
		{"a", "b", "c"}, {"ab", "", "c"}, {"", "ab", "c"}, {"a", "", "bc"}, {"a", "1:b", "c"},
		{"a", "b", "C"}, {"", "", ""}, {"0:", "", ""}, {"", "0:", ""}};
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		char key[SIEVE_MEMORY_KEY_CHARS + 1];
		sieve_memory_make_key(sieve_bytes_from_string(parts[i][0]),
			sieve_bytes_from_string(parts[i][1]), sieve_bytes_from_string(parts[i][2]), key);
		g_assert_cmpuint(strlen(key), ==, SIEVE_MEMORY_KEY_CHARS);
		g_assert_true(g_hash_table_add(seen, g_strdup(key)));
	}
}

/* Lines that are cut short, and whatever else somebody wrote, are passed over. */
static void
test_rubbish(void)
{
	g_autofree char *root = make_root();
	g_autofree char *path = g_build_filename(root, "doorstep-memory", NULL);
	g_autofree char *text = NULL;

	add(root, "a", 100, 0);
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	/* Its line end alone is no loss. */
	for (size_t len = 0; len + 1 < strlen(text); len++) {
		g_assert_true(g_file_set_contents(path, text, (gssize)len, NULL));
		g_assert_false(has(root, "a", 0));
		add(root, "b", 100, 0);
		g_assert_true(has(root, "b", 0));
		g_assert_false(has(root, "a", 0));
	}
	g_assert_true(g_file_set_contents(
		path, "\n\n1 x\nwords\n\0\n 5 \n99999999999999999999 y\n", 40, NULL));
	g_assert_false(has(root, "a", 0));
	add(root, "a", 100, 0);
	g_assert_true(has(root, "a", 0));
	remove_tree(root);
}

/* The file does not grow for ever: SIEVE_MEMORY_MAX_BYTES holds, and the latest are kept. */
static void
test_tidy(void)
{
	enum { N = 30000, BATCH = 500 };
	g_autofree char *root = make_root();
	g_autofree char *path = g_build_filename(root, "doorstep-memory", NULL);
	SieveMemory *memories = g_new(SieveMemory, BATCH);
	struct stat info;

	for (int i = 0; i < N; i += BATCH) {
		for (int j = 0; j < BATCH; j++) {
			g_autofree char *id = g_strdup_printf("%d", i + j);
			/* Of the first half nothing is to be kept. */
			memories[j] = memory_of(id, i + j < N / 2 ? 10 : 1000);
		}
		g_assert_true(sieve_memory_add(root, memories, BATCH, i < N / 2 ? 0 : 20, NULL));
		g_assert_cmpint(stat(path, &info), ==, 0);
		g_assert_cmpint(info.st_size, <=, SIEVE_MEMORY_MAX_BYTES);
	}
	g_free(memories);
	g_assert_true(has(root, "29999", 20));
	g_assert_true(has(root, "25000", 20));
	g_assert_false(has(root, "14999", 5));
	remove_tree(root);
}

static void *
add_many(void *data)
{
	for (int i = 0; i < 50; i++) {
		g_autofree char *id = g_strdup_printf("%p %d", (void *)g_thread_self(), i);
		add(data, id, 100, 0);
		g_assert_true(has(data, id, 0));
	}
	return NULL;
}

static void
test_race(void)
{
	g_autofree char *root = make_root();
	GThread *threads[8];

	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		threads[i] = g_thread_new("add", add_many, root);
	for (size_t i = 0; i < G_N_ELEMENTS(threads); i++)
		g_thread_join(threads[i]);
	remove_tree(root);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/memory/times", test_times);
	g_test_add_func("/memory/keys", test_keys);
	g_test_add_func("/memory/rubbish", test_rubbish);
	g_test_add_func("/memory/tidy", test_tidy);
	g_test_add_func("/memory/race", test_race);
	return g_test_run();
}
