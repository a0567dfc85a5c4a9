/* SPDX-License-Identifier: MIT */
/* test-message.c - header index, body and size of messages in every shape */

#include <string.h>

#include "engine/bytes.h"
#include "engine/message/message.h"

typedef struct MessageCase {
	const char *name;
	const char *raw;
	const char *names; /* of the fields, a comma after each */
	const char *body;
	unsigned size;
} MessageCase;

static const MessageCase cases[] = {
	{"empty", "", "", "", 0},
	{"lf-alone", "\n", "", "", 2},
	{"crlf-alone", "\r\n", "", "", 2},
	{"one-byte", "x", "", "x", 1},
	{"crlf", "A: 1\r\nB: 2\r\n\r\nbody\r\n", "A,B,", "body\r\n", 20},
	{"lf", "A: 1\nB: 2\n\nbody\n", "A,B,", "body\n", 20},
	{"mixed", "A: 1\r\nB: 2\n\r\nx", "A,B,", "x", 15},
	{"no-body", "A: 1\r\n\r\n", "A,", "", 8},
	{"no-blank-line", "A: 1\r\n", "A,", "", 6},
	{"no-last-line-end", "A: 1", "A,", "", 4},
	{"folded", "A: 1\r\n 2\r\n\t3\r\nB: 4\r\n\r\n", "A,B,", "", 22},
	{"folded-blank-line", "A: 1\r\n \r\nB: 2\r\n\r\n", "A,B,", "", 17},
	{"starts-with-blank", " x\r\nA: 1\r\n\r\n", "", " x\r\nA: 1\r\n\r\n", 12},
	{"no-colon", "A: 1\r\nnonsense\r\nB: 2\r\n\r\n", "A,", "nonsense\r\nB: 2\r\n\r\n", 24},
	{"colon-in-fold-only", "A: 1\r\nnonsense\r\n :x\r\n", "A,", "nonsense\r\n :x\r\n", 21},
	{"blank-before-colon", "A \t: 1\r\n\r\n", "A,", "", 10},
	{"empty-name", ": 1\r\nA: 2\r\n\r\n", ",A,", "", 13},
	{"mbox-line", "From a@b Tue Nov 24 02:06:00 2026\nA: 1\n\n", "A,", "", 43},
	{"from-with-blanks", "From \t : a@b\nA: 1\n\n", "From,A,", "", 22},
	{"mbox-line-alone", "From ", "", "", 5},
	{"8-bit", "A: \377\r\n\r\n\376", "A,", "\376", 9},
	{"body-only", "\r\nhello", "", "hello", 7},
};

static void
test_case(const void *data)
{
	const MessageCase *test = data;
	g_autoptr(SieveMessage) message = sieve_message_new(sieve_bytes_from_string(test->raw));
	g_autoptr(GString) names = g_string_new(NULL);
	SieveBytes body = sieve_message_body(message);

	for (size_t i = 0; i < sieve_message_count_fields(message); i++) {
		SieveBytes name = sieve_message_get_field(message, i)->name;
		g_string_append_len(names, name.ptr, (gssize)name.len);
		g_string_append_c(names, ',');
	}
	g_assert_cmpstr(names->str, ==, test->names);
	g_assert_true(sieve_bytes_equal(body, sieve_bytes_from_string(test->body)));
	g_assert_cmpuint(sieve_message_size(message), ==, test->size);
}

static void
test_find(void)
{
	g_autoptr(SieveMessage) message =
		sieve_message_new(SIEVE_BYTES("To: a\r\nX: 1\r\ntO: b\r\n c\r\n\r\n"));
	size_t index = 0;
	const SieveHeaderField *field;

	field = sieve_message_find_field(message, SIEVE_BYTES("TO"), &index);
	g_assert_true(sieve_bytes_equal(field->raw, SIEVE_BYTES(" a")));
	field = sieve_message_find_field(message, SIEVE_BYTES("TO"), &index);
	g_assert_true(sieve_bytes_equal(field->raw, SIEVE_BYTES(" b\r\n c")));
	g_assert_null(sieve_message_find_field(message, SIEVE_BYTES("TO"), &index));
	g_assert_null(sieve_message_find_field(message, SIEVE_BYTES("TO"), &index));
}

static void
test_nul(void)
{
	g_autoptr(SieveMessage) message =
		sieve_message_new(SIEVE_BYTES("A: x\0y\r\nB: 2\r\n\r\n\0"));

	g_assert_cmpuint(sieve_message_count_fields(message), ==, 2);
	g_assert_cmpuint(sieve_message_get_field(message, 0)->raw.len, ==, 4);
	g_assert_cmpuint(sieve_message_body(message).len, ==, 1);
}

static void
test_long_line(void)
{
	size_t len = 10 << 20;
	g_autofree char *raw = g_strnfill(len, 'x');

	memcpy(raw, "A: ", 3);
	g_autoptr(SieveMessage) message = sieve_message_new((SieveBytes){raw, len});
	g_assert_cmpuint(sieve_message_count_fields(message), ==, 1);
	g_assert_cmpuint(sieve_message_get_field(message, 0)->raw.len, ==, len - 2);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *label = g_strdup_printf("/message/%s", cases[i].name);
		g_test_add_data_func(label, &cases[i], test_case);
	}
	g_test_add_func("/message/find", test_find);
	g_test_add_func("/message/nul", test_nul);
	g_test_add_func("/message/long-line", test_long_line);
	return g_test_run();
}
