/* SPDX-License-Identifier: MIT */
/* test-header.c - unfolding and encoded words */

#include <string.h>

#include "engine/bytes.h"
#include "engine/message/header.h"

typedef struct HeaderCase {
	const char *raw;
	const char *decoded;
} HeaderCase;

static const HeaderCase cases[] = {
	{"", ""},
	{"  plain  ", "plain"},
	{" a\r\n b", "a b"},
	{" a\n\tb\r\n", "a\tb"},
	{"caf\351", "caf\351"},
	/* RFC 2047 section 8 */
	{"(=?ISO-8859-1?Q?a?=)", "(a)"},
	{"(=?ISO-8859-1?Q?a?= b)", "(a b)"},
	{"(=?ISO-8859-1?Q?a?= =?ISO-8859-1?Q?b?=)", "(ab)"},
	{"(=?ISO-8859-1?Q?a?=\r\n    =?ISO-8859-1?Q?b?=)", "(ab)"},
	{"(=?ISO-8859-1?Q?a_b?=)", "(a b)"},
	{"(=?ISO-8859-1?Q?a?= =?ISO-8859-2?Q?_b?=)", "(a b)"},
	{"=?ISO-8859-1?Q?Keld_J=F8rn_Simonsen?= <keld@dkuug.dk>",
		"Keld J\303\270rn Simonsen <keld@dkuug.dk>"},
	{"=?ISO-8859-1?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=", "If you can read this yo"},
	{"=?utf-8?b?w6k=?=", "\303\251"},
	{"=?utf-8?b?w6k?=", "\303\251"},
	{"=?UTF-8*en?q?=c3=a9?=", "\303\251"},
	/* one character in two words */
	{"=?utf-8?b?ww==?= =?utf-8?b?qQ==?=", "\303\251"},
	{"=?iso-2022-jp?b?GyRCRnxLXBsoQg==?=", "\346\227\245\346\234\254"},
	{"=?gb2312?b?1tDOxA==?=", "\344\270\255\346\226\207"},
	{"=?koi8-r?q?=c4=c1?=", "\320\264\320\260"},
	{"=?shift_jis?b?k/qWew==?=", "\346\227\245\346\234\254"},
	/* left as written */
	{"=?utf-8?q?=c3?=", "=?utf-8?q?=c3?="},
	{"=?utf-8?b?//8=?= x", "=?utf-8?b?//8=?= x"},
	{"=?utf-8?q?=c3?= =?utf-8?q?ok?=", "=?utf-8?q?=c3?= ok"},
	{"=?utf-8?x?abc?=", "=?utf-8?x?abc?="},
	{"=?x?q?=?=", "=?x?q?=?="},
	{"=?utf-8?q?=zz?=", "=?utf-8?q?=zz?="},
	{"=?utf-8?b?a?=", "=?utf-8?b?a?="},
	{"=?utf-8?b?a*bc?=", "=?utf-8?b?a*bc?="},
	{"=?utf-8?q?abc", "=?utf-8?q?abc"},
	{"=?utf-8?q", "=?utf-8?q"},
	{"=?", "=?"},
	{"=?=?utf-8?q?x?=", "=?x"},
	{"a =?us-ascii?q?=e9?= b", "a =?us-ascii?q?=e9?= b"},
	{"=?UTF-7?q?+AOk-?=", "=?UTF-7?q?+AOk-?="},
	{"=?ISO-2022-CN-EXT?b?AAAA?=", "=?ISO-2022-CN-EXT?b?AAAA?="},
	{"=?../../x?q?a?=", "=?../../x?q?a?="},
	/* cannot break out of the line */
	{"=?utf-8?q?a=0d=0aBcc:_v@x?=", "a  Bcc: v@x"},
	{"=?utf-8?q?a=00b?=", "a b"},
};

static void
test_case(const void *data)
{
	const HeaderCase *test = data;
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveBytes decoded = sieve_header_decode(sieve_bytes_from_string(test->raw), arena);
	g_autofree char *text = sieve_bytes_dup(decoded);

	g_assert_cmpuint(strlen(text), ==, decoded.len);
	g_assert_cmpstr(text, ==, test->decoded);
}

/* What has nothing to change is not copied. */
static void
test_no_copy(void)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveBytes raw = SIEVE_BYTES(" plain text ");
	SieveBytes decoded = sieve_header_decode(raw, arena);

	g_assert_true(decoded.ptr == raw.ptr + 1);
	g_assert_cmpuint(sieve_arena_used(arena), ==, 0);
}

/* 100,000 words that cannot be decoded, joined or alone, in linear time: under a minute's alarm. */
static void
test_many_bad_words(void)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	g_autoptr(GString) raw = g_string_new(NULL);

	for (int i = 0; i < 100000; i++)
		g_string_append(raw, "=?utf-8?b?//8=?= ");
	SieveBytes decoded = sieve_header_decode((SieveBytes){raw->str, raw->len}, arena);
	g_assert_cmpuint(decoded.len, ==, raw->len - 1);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *label = g_strdup_printf("/header/decode/%zu", i);
		g_test_add_data_func(label, &cases[i], test_case);
	}
	g_test_add_func("/header/no-copy", test_no_copy);
	g_test_add_func("/header/many-bad-words", test_many_bad_words);
	return g_test_run();
}
