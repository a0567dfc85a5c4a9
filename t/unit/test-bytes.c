/* SPDX-License-Identifier: MIT */
/* test-bytes.c - views on bytes, and the arena they live in */

#include "engine/arena.h"
#include "engine/bytes.h"

#include <string.h>

#define B(literal) SIEVE_BYTES(literal)

static void
test_compare(void)
{
	g_assert_true(sieve_bytes_equal(B("a\0b"), B("a\0b")));
	g_assert_false(sieve_bytes_equal(B("a\0b"), B("a\0c")));
	g_assert_true(sieve_bytes_equal((SieveBytes){NULL, 0}, B("")));
	g_assert_true(sieve_bytes_equal_nocase(B("aZ\0y"), B("Az\0Y")));
	g_assert_false(sieve_bytes_equal_nocase(B("a\0b"), B("a\0c")));
	/* ASCII letters alone: 0xc3 0x84 and 0xc3 0xa4 are two letters to it. */
	g_assert_false(sieve_bytes_equal_nocase(B("\xc3\x84"), B("\xc3\xa4")));
	g_assert_cmpint(sieve_bytes_compare(B("a"), B("b")), <, 0);
	g_assert_cmpint(sieve_bytes_compare(B("\xff"), B("a")), >, 0);
	g_assert_cmpint(sieve_bytes_compare(B("a"), B("a\0")), <, 0);
	g_assert_cmpint(sieve_bytes_compare(B("a"), B("a")), ==, 0);
	g_assert_true(sieve_bytes_starts_with(B("abc"), B("ab")));
	g_assert_true(sieve_bytes_starts_with(B(""), B("")));
	g_assert_false(sieve_bytes_starts_with(B("a"), B("ab")));
	g_assert_true(sieve_bytes_is_ascii(B("a\0\x7f")));
	g_assert_true(sieve_bytes_is_ascii((SieveBytes){NULL, 0}));
	g_assert_false(sieve_bytes_is_ascii(B("a\x80")));
}

static void
test_find_and_slice(void)
{
	g_assert_cmpuint(sieve_bytes_find(B("a\0b\0b"), B("\0b"), 0), ==, 1);
	g_assert_cmpuint(sieve_bytes_find(B("a\0b\0b"), B("\0b"), 2), ==, 3);
	g_assert_cmpuint(sieve_bytes_find(B("abc"), B("d"), 0), ==, SIZE_MAX);
	g_assert_cmpuint(sieve_bytes_find(B("abc"), B(""), 3), ==, 3);
	g_assert_cmpuint(sieve_bytes_find(B("abc"), B(""), 4), ==, SIZE_MAX);
	g_assert_cmpuint(sieve_bytes_find((SieveBytes){NULL, 0}, B("a"), 0), ==, SIZE_MAX);
	g_assert_true(sieve_bytes_equal(sieve_bytes_slice(B("abc"), 1, 9), B("bc")));
	g_assert_true(sieve_bytes_equal(sieve_bytes_slice(B("abc"), 9, 9), B("")));
	g_assert_true(sieve_bytes_equal(sieve_bytes_slice(B("abc"), 1, SIZE_MAX), B("bc")));
	g_assert_true(sieve_bytes_equal(sieve_bytes_trim(B(" \t\r\na b\n ")), B("a b")));
	g_assert_cmpuint(sieve_bytes_trim(B(" \n")).len, ==, 0);
}

static void
test_escape(void)
{
	static const struct {
		SieveBytes bytes;
		size_t max;
		const char *text;
	} rows[] = {
		{{"plain", 5}, 99, "plain"},
		{{"a\0b", 3}, 99, "a\\x00b"},
		{{"\r\n\x1b\x7f", 4}, 99, "\\x0d\\x0a\\x1b\\x7f"},
		{{"\"\\", 2}, 99, "\\\"\\\\"},
		{{"\xc3\xbc\xc3", 3}, 99, "\xc3\xbc\\xc3"},
		{{"\xe2\x80\xae" "x", 4}, 99, "\\u{202e}x"},
		{{"abcdef", 6}, 3, "abc..."},
		{{NULL, 0}, 3, ""},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = sieve_bytes_escape(rows[i].bytes, rows[i].max);
		g_assert_cmpstr(text, ==, rows[i].text);
	}
	g_autofree char *text = sieve_bytes_print(SIEVE_BYTES("\"\\\n\xff"), 99);
	g_assert_cmpstr(text, ==, "\"\\\\x0a\\xff");
}

static void
test_characters(void)
{
	static const struct {
		SieveBytes bytes;
		size_t characters;
		size_t max;
		size_t cut;
	} rows[] = {
		{B(""), 0, 0, 0},
		{B("abc"), 3, 3, 3},
		{B("abc"), 3, 2, 2},
		{B("a\xc3\xa9z"), 3, 2, 1},
		{B("a\xc3\xa9z"), 3, 3, 3},
		{B("\xe2\x82\xac"), 1, 2, 0},
		{B("\xf0\x9d\x84\x9e!"), 2, 3, 0},
		{B("\xf0\x9d\x84\x9e!"), 2, 4, 4},
		/* What is no UTF-8 counts, and is cut, byte by byte. */
		{B("\xc3\xc3\xff\xa9"), 4, 2, 2},
		{B("ab\xe2\x82"), 4, 3, 3},
		{B("a\0b"), 3, 2, 2},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_assert_cmpuint(sieve_bytes_characters(rows[i].bytes), ==, rows[i].characters);
		g_assert_cmpuint(sieve_bytes_cut_utf8(rows[i].bytes, rows[i].max).len, ==,
			rows[i].cut);
	}
}

static void
test_arena(void)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();

	for (int round = 0; round < 3; round++) {
		for (size_t size = 0; size < 20000; size += 37) {
			unsigned char *memory = sieve_arena_alloc(arena, size);
			g_assert_cmpuint((uintptr_t)memory % _Alignof(max_align_t), ==, 0);
			for (size_t i = 0; i < size; i++)
				g_assert_cmpuint(memory[i], ==, 0);
			memset(memory, 0xaa, size);
		}
		g_assert_cmpuint(sieve_arena_used(arena), >, 5000000);
		sieve_arena_reset(arena);
		g_assert_cmpuint(sieve_arena_used(arena), ==, 0);
	}
	SieveBytes copy = sieve_arena_copy(arena, B("a\0b"));
	g_assert_true(sieve_bytes_equal(copy, B("a\0b")));
	g_assert_cmpint(copy.ptr[copy.len], ==, '\0');
	g_assert_cmpstr(sieve_arena_printf(arena, "%d-%s", 7, "x"), ==, "7-x");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/bytes/compare", test_compare);
	g_test_add_func("/bytes/find-and-slice", test_find_and_slice);
	g_test_add_func("/bytes/escape", test_escape);
	g_test_add_func("/bytes/characters", test_characters);
	g_test_add_func("/arena", test_arena);
	return g_test_run();
}
