/* SPDX-License-Identifier: MIT */
/* test-mailbox-metadata.c - annotations: names, any bytes as value, files of mailboxes and server */

#include <string.h>

#include "engine/bytes.h"
#include "engine/deliver/mailbox-id.h"
#include "engine/deliver/mailbox-metadata.h"
#include "engine/deliver/maildir.h"
#include "engine/limits.h"

#include "t/unit/remove-tree.h"

typedef struct NameCase {
	const char *name;
	const char *wrong; /* NULL: it is legal */
} NameCase;

/* RFC 5464 section 4.1 */
static const NameCase name_cases[] = {
	{"/shared/comment", NULL},
	{"/private/vendor/vendor.example/x y", NULL},
	{"/SHARED/Comment", NULL},
	{"", "it must begin with /shared/ or /private/"},
	{"comment", "it must begin with /shared/ or /private/"},
	{"/shared", "it must begin with /shared/ or /private/"},
	{"/sharedx/comment", "it must begin with /shared/ or /private/"},
	{"/shared/", "it must not end with /"},
	{"/shared/a/", "it must not end with /"},
	{"/shared/a//b", "it must not contain //"},
	{"/shared//b", "it must not contain //"},
	{"/shared/a*", "it must not contain * or %"},
	{"/shared/a%", "it must not contain * or %"},
	{"/shared/a\tb", "it must be printable ASCII"},
	{"/shared/a\nb", "it must be printable ASCII"},
	{"/shared/\xc3\xa4", "it must be printable ASCII"},
};

static void
test_names(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(name_cases); i++) {
		SieveBytes name = sieve_bytes_from_string(name_cases[i].name);
		g_test_message("%s", name_cases[i].name);
		g_assert_cmpstr(sieve_metadata_check_name(name), ==, name_cases[i].wrong);
	}
	char longest[SIEVE_LIMIT_METADATA_NAME_BYTES + 1];
	memset(longest, 'a', sizeof(longest));
	memcpy(longest, "/shared/", strlen("/shared/"));
	g_assert_null(sieve_metadata_check_name((SieveBytes){longest, sizeof(longest) - 1}));
	g_assert_cmpstr(sieve_metadata_check_name((SieveBytes){longest, sizeof(longest)}), ==,
		"it is too long");
}

typedef struct Store {
	char *root;
} Store;

static void
set_up(Store *store, gconstpointer data G_GNUC_UNUSED)
{
	store->root = g_dir_make_tmp("metadata-XXXXXX", NULL);
	g_autoptr(SieveMaildir) maildir = sieve_maildir_open(store->root, NULL, NULL);
	g_assert_false(sieve_maildir_has(maildir, SIEVE_BYTES("Lists")));
	g_assert_true(sieve_maildir_create(maildir, SIEVE_BYTES("Lists"), NULL));
	g_assert_true(sieve_maildir_create(maildir, SIEVE_BYTES("Lists"), NULL));
	g_assert_true(sieve_maildir_has(maildir, SIEVE_BYTES("Lists")));
	g_assert_false(sieve_maildir_has(maildir, SIEVE_BYTES("INBOX")));
	g_assert_true(sieve_maildir_create(maildir, SIEVE_BYTES("INBOX"), NULL));
	g_assert_true(sieve_maildir_has(maildir, SIEVE_BYTES("INBOX")));
	g_autoptr(GError) error = NULL;
	g_assert_false(sieve_maildir_create(maildir, SIEVE_BYTES("../x"), &error));
	g_assert_error(error, SIEVE_ERROR, SIEVE_ERROR_INVALID);
	g_assert_false(sieve_maildir_has(maildir, SIEVE_BYTES("../x")));
}

static void
tear_down(Store *store, gconstpointer data G_GNUC_UNUSED)
{
	remove_tree(store->root);
	g_free(store->root);
}

static const SieveBytes server = {NULL, 0};
#define COMMENT SIEVE_BYTES("/shared/comment")

static void
assert_value(const Store *store, SieveBytes mailbox, SieveBytes name, SieveBytes wanted)
{
	g_autoptr(GBytes) value = NULL;
	g_autoptr(GError) error = NULL;
	SieveBytes got = {NULL, 0};

	g_assert_true(sieve_metadata_get(store->root, mailbox, name, &value, &error));
	g_assert_no_error(error);
	g_assert_cmpint(value != NULL, ==, wanted.ptr != NULL);
	if (value == NULL)
		return;
	got.ptr = g_bytes_get_data(value, &got.len);
	g_assert_true(sieve_bytes_equal(got, wanted));
}

static void
set(const Store *store, SieveBytes mailbox, SieveBytes name, SieveBytes value)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(sieve_metadata_set(store->root, mailbox, name, value, &error));
	g_assert_no_error(error);
}

static void
test_values(Store *store, gconstpointer data G_GNUC_UNUSED)
{
	static const SieveBytes none = {NULL, 0};
	char all[256];

	for (size_t i = 0; i < sizeof(all); i++)
		all[i] = (char)i;
	assert_value(store, SIEVE_BYTES("Lists"), COMMENT, none);
	set(store, SIEVE_BYTES("Lists"), COMMENT, (SieveBytes){all, sizeof(all)});
	assert_value(store, SIEVE_BYTES("Lists"), COMMENT, (SieveBytes){all, sizeof(all)});
	set(store, SIEVE_BYTES("Lists"), COMMENT, SIEVE_BYTES("\\n\\\\t"));
	assert_value(store, SIEVE_BYTES("Lists"), COMMENT, SIEVE_BYTES("\\n\\\\t"));
	set(store, SIEVE_BYTES("Lists"), COMMENT, SIEVE_BYTES(""));
	assert_value(store, SIEVE_BYTES("Lists"), COMMENT, SIEVE_BYTES(""));
	/* The same name in other letters. */
	set(store, SIEVE_BYTES("Lists"), SIEVE_BYTES("/Shared/COMMENT"), SIEVE_BYTES("x"));
	assert_value(store, SIEVE_BYTES("Lists"), COMMENT, SIEVE_BYTES("x"));
	set(store, SIEVE_BYTES("Lists"), COMMENT, none);
	assert_value(store, SIEVE_BYTES("Lists"), COMMENT, none);
	/* Taking away what is not there is no mistake. */
	set(store, SIEVE_BYTES("Lists"), COMMENT, none);
}

static void
test_places(Store *store, gconstpointer data G_GNUC_UNUSED)
{
	static const SieveBytes none = {NULL, 0};

	set(store, server, COMMENT, SIEVE_BYTES("server"));
	assert_value(store, SIEVE_BYTES("INBOX"), COMMENT, none);
	set(store, SIEVE_BYTES("INBOX"), COMMENT, SIEVE_BYTES("inbox"));
	set(store, SIEVE_BYTES("Lists"), COMMENT, SIEVE_BYTES("lists"));
	assert_value(store, server, COMMENT, SIEVE_BYTES("server"));
	assert_value(store, SIEVE_BYTES("inbox"), COMMENT, SIEVE_BYTES("inbox"));
	assert_value(store, SIEVE_BYTES("Lists"), COMMENT, SIEVE_BYTES("lists"));
	/* A mailbox that is not there has none, and takes none. */
	assert_value(store, SIEVE_BYTES("Nowhere"), COMMENT, none);
	g_autoptr(GError) error = NULL;
	g_assert_false(sieve_metadata_set(
		store->root, SIEVE_BYTES("Nowhere"), COMMENT, SIEVE_BYTES("x"), &error));
	g_assert_error(error, SIEVE_ERROR, SIEVE_ERROR_IO);
}

static void
test_list(Store *store, gconstpointer data G_GNUC_UNUSED)
{
	g_auto(GStrv) empty = sieve_metadata_list(store->root, server, NULL);

	g_assert_null(empty[0]);
	set(store, server, SIEVE_BYTES("/shared/b"), SIEVE_BYTES("1"));
	set(store, server, SIEVE_BYTES("/private/C"), SIEVE_BYTES("2"));
	set(store, server, SIEVE_BYTES("/shared/a"), SIEVE_BYTES("3"));
	g_auto(GStrv) names = sieve_metadata_list(store->root, server, NULL);
	g_autofree char *joined = g_strjoinv(" ", names);
	g_assert_cmpstr(joined, ==, "/private/c /shared/a /shared/b");
	g_autofree char *path = g_build_filename(store->root, "doorstep-server-metadata", NULL);
	g_autofree char *text = NULL;
	g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, "/private/c\t2\n/shared/a\t3\n/shared/b\t1\n");
}

static void
test_mistakes(Store *store, gconstpointer data G_GNUC_UNUSED)
{
	g_autoptr(GBytes) value = NULL;
	g_autoptr(GError) name = NULL;
	g_autoptr(GError) mailbox = NULL;
	g_autoptr(GError) size = NULL;
	g_autoptr(GError) io = NULL;
	g_autofree char *longest = g_strnfill(SIEVE_LIMIT_METADATA_VALUE_BYTES + 1, 'a');
	SieveBytes too_long = sieve_bytes_from_string(longest);

	g_assert_false(sieve_metadata_set(
		store->root, server, SIEVE_BYTES("/a"), SIEVE_BYTES("x"), &name));
	g_assert_error(name, SIEVE_ERROR, SIEVE_ERROR_INVALID);
	g_assert_false(
		sieve_metadata_get(store->root, SIEVE_BYTES("../x"), COMMENT, &value, &mailbox));
	g_assert_error(mailbox, SIEVE_ERROR, SIEVE_ERROR_INVALID);
	g_assert_false(sieve_metadata_set(store->root, server, COMMENT, too_long, &size));
	g_assert_error(size, SIEVE_ERROR, SIEVE_ERROR_LIMIT);
	too_long.len--;
	set(store, server, COMMENT, too_long);
	assert_value(store, server, COMMENT, too_long);
	/* What cannot be read is not overwritten. */
	g_autofree char *path = g_build_filename(store->root, ".Lists", "doorstep-metadata", NULL);
	g_assert_cmpint(g_mkdir(path, 0700), ==, 0);
	g_assert_false(sieve_metadata_set(
		store->root, SIEVE_BYTES("Lists"), COMMENT, SIEVE_BYTES("x"), &io));
	g_assert_error(io, SIEVE_ERROR, SIEVE_ERROR_IO);
}

static char *
get_id(const Store *store)
{
	g_autoptr(GBytes) id = NULL;
	g_autoptr(GError) error = NULL;

	g_assert_true(sieve_mailbox_id_get(store->root, SIEVE_BYTES("Lists"), &id, &error));
	g_assert_no_error(error);
	if (id == NULL)
		return NULL;
	return g_strndup(g_bytes_get_data(id, NULL), g_bytes_get_size(id));
}

/* RFC 8474: no two are alike. Dovecot's counts where there is no other. */
static void
test_ids(Store *store, gconstpointer data G_GNUC_UNUSED)
{
	static const char *const uidlists[][2] = {
		{"3 V1275660208 N25022 G3085f01b7f11094c501100008c4a11c1\n25006 :x\n",
			"3085f01b7f11094c501100008c4a11c1"},
		{"3 V1 N2 Gab", "ab"},
		{"3 V1275660208 N25022\n25006 G1\n", NULL},
		{"3 V1 G\n", NULL},
		{"", NULL},
	};
	g_autofree char *path = g_build_filename(store->root, ".Lists", "dovecot-uidlist", NULL);

	g_assert_null(get_id(store));
	for (size_t i = 0; i < G_N_ELEMENTS(uidlists); i++) {
		g_assert_true(g_file_set_contents(path, uidlists[i][0], -1, NULL));
		g_autofree char *id = get_id(store);
		g_assert_cmpstr(id, ==, uidlists[i][1]);
	}
	g_assert_true(sieve_mailbox_id_make(
		store->root, SIEVE_BYTES("Lists"), sieve_env_system(), NULL));
	g_autofree char *first = get_id(store);
	g_assert_true(sieve_mailbox_id_make(
		store->root, SIEVE_BYTES("Lists"), sieve_env_system(), NULL));
	g_autofree char *second = get_id(store);
	g_assert_cmpuint(strlen(first), ==, 33);
	g_assert_cmpint(first[0], ==, 'F');
	g_assert_cmpstr(first, !=, second);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mailbox-metadata/names", test_names);
	g_test_add("/mailbox-metadata/values", Store, NULL, set_up, test_values, tear_down);
	g_test_add("/mailbox-metadata/places", Store, NULL, set_up, test_places, tear_down);
	g_test_add("/mailbox-metadata/list", Store, NULL, set_up, test_list, tear_down);
	g_test_add("/mailbox-metadata/ids", Store, NULL, set_up, test_ids, tear_down);
	g_test_add("/mailbox-metadata/mistakes", Store, NULL, set_up, test_mistakes, tear_down);
	return g_test_run();
}
