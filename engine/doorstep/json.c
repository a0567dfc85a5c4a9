/* SPDX-License-Identifier: MIT */
/* json.c - writes one JSON text (RFC 8259), a member or element at a time */

#include "engine/doorstep/json.h"

#include <math.h>
#include <string.h>

#define INDENT_COLUMNS 2u
#define REPLACEMENT_CHARACTER 0xfffdu

struct DoorstepJson {
	DoorstepJsonLayout layout;
	GString *text;
	GString *open; /* the brackets that end what is open, the innermost last */
	bool first;    /* nothing stands yet in what is open */
};

DoorstepJson *
doorstep_json_new(DoorstepJsonLayout layout)
{
	DoorstepJson *json = g_new0(DoorstepJson, 1);

	json->layout = layout;
	json->text = g_string_new(NULL);
	json->open = g_string_new(NULL);
	json->first = true;
	return json;
}

void
doorstep_json_free(DoorstepJson *json)
{
	if (json == NULL)
		return;
	g_string_free(json->text, TRUE);
	g_string_free(json->open, TRUE);
	g_free(json);
}

static void
new_line(DoorstepJson *json)
{
	if (json->layout == DOORSTEP_JSON_LINES)
		g_string_append_printf(
			json->text, "\n%*s", (int)(INDENT_COLUMNS * json->open->len), "");
}

/* Section 7: quotes, backslashes and control characters are escaped. DEL and the two line ends of
 * Unicode are as well: readers that take a JSON text for a script trip over them. */
static void
append_character(GString *text, gunichar c)
{
	static const char shorts[] = "\bb\ff\nn\rr\tt";
	const char *name = c < 0x20 ? memchr(shorts, (int)c, sizeof shorts - 1) : NULL;

	if (c == '"' || c == '\\')
		g_string_append_printf(text, "\\%c", (int)c);
	else if (c != 0 && name != NULL)
		g_string_append_printf(text, "\\%c", name[1]);
	else if (c < 0x20 || c == 0x7f || c == 0x2028 || c == 0x2029)
		g_string_append_printf(text, "\\u%04x", c);
	else
		g_string_append_unichar(text, c);
}

static void
append_string(GString *text, SieveBytes value)
{
	g_string_append_c(text, '"');
	for (size_t at = 0; at < value.len;) {
		const char *here = value.ptr + at;
		gunichar c = *here == '\0' ? 0
					   : g_utf8_get_char_validated(here, (gssize)(value.len - at));
		bool valid = c != (gunichar)-1 && c != (gunichar)-2;
		append_character(text, valid ? c : REPLACEMENT_CHARACTER);
		at += valid ? (size_t)g_utf8_skip[(unsigned char)*here] : 1;
	}
	g_string_append_c(text, '"');
}

/* What stands before a value: comma, line end, name. */
static void
begin_value(DoorstepJson *json, const char *name)
{
	bool outermost = json->open->len == 0;
	bool in_object = !outermost && json->open->str[json->open->len - 1] == '}';

	g_assert(in_object == (name != NULL) && (!outermost || json->text->len == 0));
	if (!json->first)
		g_string_append(json->text, json->layout == DOORSTEP_JSON_LINE ? ", " : ",");
	if (!outermost)
		new_line(json);
	json->first = false;
	if (name == NULL)
		return;
	append_string(json->text, (SieveBytes){name, strlen(name)});
	g_string_append(json->text, ": ");
}

/* The text is whole with its outermost value, and ends as a line does. */
static void
end_value(DoorstepJson *json)
{
	if (json->open->len == 0)
		g_string_append_c(json->text, '\n');
}

static void
begin_brackets(DoorstepJson *json, const char *name, char begin, char end)
{
	begin_value(json, name);
	g_string_append_c(json->text, begin);
	g_string_append_c(json->open, end);
	json->first = true;
}

void
doorstep_json_begin_object(DoorstepJson *json, const char *name)
{
	begin_brackets(json, name, '{', '}');
}

void
doorstep_json_begin_array(DoorstepJson *json, const char *name)
{
	begin_brackets(json, name, '[', ']');
}

void
doorstep_json_end(DoorstepJson *json)
{
	g_assert(json->open->len > 0);
	char bracket = json->open->str[json->open->len - 1];

	g_string_truncate(json->open, json->open->len - 1);
	if (!json->first)
		new_line(json);
	g_string_append_c(json->text, bracket);
	json->first = false;
	end_value(json);
}

void
doorstep_json_bytes(DoorstepJson *json, const char *name, SieveBytes value)
{
	begin_value(json, name);
	append_string(json->text, value);
	end_value(json);
}

void
doorstep_json_string(DoorstepJson *json, const char *name, const char *value)
{
	doorstep_json_bytes(json, name, (SieveBytes){value, strlen(value)});
}

static void
put_word(DoorstepJson *json, const char *name, const char *word)
{
	begin_value(json, name);
	g_string_append(json->text, word);
	end_value(json);
}

void
doorstep_json_integer(DoorstepJson *json, const char *name, int64_t value)
{
	g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, value);

	put_word(json, name, digits);
}

void
doorstep_json_real(DoorstepJson *json, const char *name, double value)
{
	char digits[G_ASCII_DTOSTR_BUF_SIZE];

	/* The decimal point does not depend on the locale here. */
	put_word(json, name,
		isfinite(value) ? g_ascii_dtostr(digits, sizeof digits, value) : "null");
}

void
doorstep_json_bool(DoorstepJson *json, const char *name, bool value)
{
	put_word(json, name, value ? "true" : "false");
}

void
doorstep_json_null(DoorstepJson *json, const char *name)
{
	put_word(json, name, "null");
}

const char *
doorstep_json_text(const DoorstepJson *json)
{
	return json->text->str;
}
