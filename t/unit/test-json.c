/* SPDX-License-Identifier: MIT */
/* test-json.c - what the JSON writer makes of values and of nesting */

#include "engine/doorstep/json.h"

#include <math.h>
#include <string.h>

#define STRING(text) {text, sizeof text - 1}

static const struct {
	SieveBytes value;
	const char *json;
} string_rows[] = {
	{STRING(""), "\"\"\n"},
	{STRING("plain"), "\"plain\"\n"},
	{STRING("\"\\/"), "\"\\\"\\\\/\"\n"},
	{STRING("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"\n"},
	{STRING("a\0b"), "\"a\\u0000b\"\n"},
	{STRING("\x01\x1f\x7f"), "\"\\u0001\\u001f\\u007f\"\n"},
	{STRING("caf\xc3\xa9 \xf0\x9f\x93\xac"), "\"caf\xc3\xa9 \xf0\x9f\x93\xac\"\n"},
	{STRING("\xe2\x80\xa8"), "\"\\u2028\"\n"},
	/* A stray byte, a sequence cut short, one too long, a surrogate. */
	{STRING("\xff!"), "\"\xef\xbf\xbd!\"\n"},
	{STRING("a\xc3"), "\"a\xef\xbf\xbd\"\n"},
	{STRING("\xc0\xaf"), "\"\xef\xbf\xbd\xef\xbf\xbd\"\n"},
	{STRING("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"\n"},
};

static void
test_strings(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(string_rows); i++) {
		g_autoptr(DoorstepJson) json = doorstep_json_new(DOORSTEP_JSON_LINES);
		doorstep_json_bytes(json, NULL, string_rows[i].value);
		g_assert_cmpstr(doorstep_json_text(json), ==, string_rows[i].json);
	}
}

static const struct {
	double value;
	const char *json;
} real_rows[] = {
	{0, "0\n"},
	{-1.5, "-1.5\n"},
	{1e300, "1.0000000000000001e+300\n"},
	{INFINITY, "null\n"},
	{NAN, "null\n"},
};

static void
test_reals(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(real_rows); i++) {
		g_autoptr(DoorstepJson) json = doorstep_json_new(DOORSTEP_JSON_LINE);
		doorstep_json_real(json, NULL, real_rows[i].value);
		g_assert_cmpstr(doorstep_json_text(json), ==, real_rows[i].json);
	}
}

static void
write_nested(DoorstepJson *json)
{
	doorstep_json_begin_object(json, NULL);
	doorstep_json_integer(json, "least", INT64_MIN);
	doorstep_json_begin_array(json, "list");
	doorstep_json_bool(json, NULL, true);
	doorstep_json_null(json, NULL);
	doorstep_json_begin_object(json, NULL);
	doorstep_json_end(json);
	doorstep_json_end(json);
	doorstep_json_begin_array(json, "none");
	doorstep_json_end(json);
	doorstep_json_bool(json, "a \"name\"", false);
	doorstep_json_end(json);
}

static void
test_layouts(void)
{
	static const struct {
		DoorstepJsonLayout layout;
		const char *text;
	} rows[] = {
		{DOORSTEP_JSON_LINE,
			"{\"least\": -9223372036854775808, \"list\": [true, null, {}], "
			"\"none\": [], \"a \\\"name\\\"\": false}\n"},
		{DOORSTEP_JSON_LINES, "{\n  \"least\": -9223372036854775808,\n"
				      "  \"list\": [\n    true,\n    null,\n    {}\n  ],\n"
				      "  \"none\": [],\n  \"a \\\"name\\\"\": false\n}\n"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(DoorstepJson) json = doorstep_json_new(rows[i].layout);
		write_nested(json);
		g_assert_cmpstr(doorstep_json_text(json), ==, rows[i].text);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/json/strings", test_strings);
	g_test_add_func("/json/reals", test_reals);
	g_test_add_func("/json/layouts", test_layouts);
	return g_test_run();
}
