/* SPDX-License-Identifier: MIT */
/* test-mailbox-name.c - legal mailbox names and their folders */

#include <string.h>

#include "engine/bytes.h"
#include "engine/deliver/mailbox-name.h"
#include "engine/limits.h"

typedef struct NameCase {
	const char *name;
	const char *folder; /* (nullable) NULL: illegal */
} NameCase;

static const NameCase cases[] = {
	{"INBOX", ""},
	{"inbox", ""},
	{"INBOX/Lists", ".Lists"},
	{"INBOX.Lists", ".Lists"},
	{"inboxes", ".inboxes"},
	{"Lists", ".Lists"},
	{"Lists/Sieve", ".Lists.Sieve"},
	{"Lists.Sieve", ".Lists.Sieve"},
	{"R&D", ".R&-D"},
	{"Entw\303\274rfe", ".Entw&APw-rfe"},
	/* RFC 3501 section 5.1.3 */
	{"~peter/mail/\345\217\260\345\214\227/\346\227\245\346\234\254\350\252\236",
		".~peter.mail.&U,BTFw-.&ZeVnLIqe-"},
	{"\360\237\230\200", ".&2D3eAA-"},
	{"new", ".new"},
	{"a b", ".a b"},
	{"", NULL},
	{".", NULL},
	{"..", NULL},
	{"/", NULL},
	{"../x", NULL},
	{"a/../b", NULL},
	{"a//b", NULL},
	{"/a", NULL},
	{"a/", NULL},
	{".a", NULL},
	{"INBOX.", NULL},
	{"a\nb", NULL},
	{"a\177b", NULL},
	{"a\302\205b", NULL},
	{"a\377", NULL},
	{"/etc/x", NULL},
};

static void
test_case(const void *data)
{
	const NameCase *test = data;
	SieveBytes name = sieve_bytes_from_string(test->name);
	const char *wrong = sieve_mailbox_name_check(name);

	g_assert_cmpint(wrong == NULL, ==, test->folder != NULL);
	if (wrong != NULL)
		return;
	g_autofree char *folder = sieve_mailbox_name_to_folder(name);
	g_assert_cmpstr(folder, ==, test->folder);
	g_autofree char *back = sieve_mailbox_name_from_folder(folder);
	g_assert_nonnull(back);
	g_assert_true(sieve_mailbox_name_is_same(name, sieve_bytes_from_string(back)));
}

/* Folders that no name has. */
static void
test_folders(void)
{
	static const char *const folders[] = {"Lists", "cur", ".", "..", ".a..b", ".INBOX", ".inbox.x",
		".&", ".&-", ".&AP", ".&AGE-", ".&!!!!-", ".&2D0-", ".a\377", ".Entw&APw-", ".a.",
		".&APw-&APw-"};
	const bool good[G_N_ELEMENTS(folders)] = {[8] = true, [14] = true};

	for (size_t i = 0; i < G_N_ELEMENTS(folders); i++) {
		g_autofree char *name = sieve_mailbox_name_from_folder(folders[i]);
		g_test_message("folder %zu", i);
		g_assert_cmpint(name != NULL, ==, good[i]);
	}
}

static void
test_lengths(void)
{
	g_autofree char *longest = g_strnfill(SIEVE_LIMIT_MAILBOX_BYTES, 'a');
	g_autofree char *longer = g_strnfill(SIEVE_LIMIT_MAILBOX_BYTES + 1, 'a');
	g_autoptr(GString) widest = g_string_new(NULL);

	g_assert_null(sieve_mailbox_name_check(sieve_bytes_from_string(longest)));
	g_assert_nonnull(sieve_mailbox_name_check(sieve_bytes_from_string(longer)));
	/* Legal by its bytes, but twice as long in modified UTF-7. */
	while (widest->len + 3 < SIEVE_LIMIT_MAILBOX_BYTES)
		g_string_append(widest, "a\303\251");
	g_assert_nonnull(sieve_mailbox_name_check((SieveBytes){widest->str, widest->len}));
}

static void
test_nul(void)
{
	g_assert_nonnull(sieve_mailbox_name_check(SIEVE_BYTES("a\0b")));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *label = g_strdup_printf("/mailbox-name/case/%zu", i);
		g_test_add_data_func(label, &cases[i], test_case);
	}
	g_test_add_func("/mailbox-name/folders", test_folders);
	g_test_add_func("/mailbox-name/lengths", test_lengths);
	g_test_add_func("/mailbox-name/nul", test_nul);
	return g_test_run();
}
