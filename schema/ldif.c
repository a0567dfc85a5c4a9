/* SPDX-License-Identifier: MIT */
/* ldif.c - LDIF text to attribute values and back (RFC 2849) */

#include "schema/ldif.h"

#include <string.h>

#include "engine/bytes.h"
#include "schema/location-record.h"

typedef struct Reader {
	SieveBytes rest;
	unsigned line; /* number of the line that was read last */
} Reader;

/* One line of the file without its end (LF or CRLF); false at the end of the text. */
static bool
read_line(Reader *reader, SieveBytes *ret_line)
{
	if (reader->rest.len == 0)
		return false;
	const char *lf = memchr(reader->rest.ptr, '\n', reader->rest.len);
	size_t len = lf != NULL ? (size_t)(lf - reader->rest.ptr) : reader->rest.len;

	*ret_line = sieve_bytes_slice(reader->rest, 0, len);
	reader->rest = sieve_bytes_slice(reader->rest, len + (lf != NULL), SIZE_MAX);
	if (len > 0 && ret_line->ptr[len - 1] == '\r')
		ret_line->len--;
	reader->line++;
	return true;
}

/* A line with the lines folded onto it: those that begin with one space (note 2 of RFC 2849). */
static bool
read_folded(Reader *reader, GString *ret_text)
{
	SieveBytes line;

	if (!read_line(reader, &line))
		return false;
	g_string_truncate(ret_text, 0);
	g_string_append_len(ret_text, line.ptr, (gssize)line.len);
	while (reader->rest.len > 0 && reader->rest.ptr[0] == ' ' && read_line(reader, &line))
		g_string_append_len(ret_text, line.ptr + 1, (gssize)line.len - 1);
	return true;
}

static bool
fail(const Reader *reader, const char *what, GError **error)
{
	g_set_error(error, LOCATION_ERROR, LOCATION_ERROR_SCHEMA, "line %u of the LDIF: %s",
		reader->line, what);
	return false;
}

/* True when @encoded is base64 to its last character; GLib's decoder skips what it does not know. */
static bool
is_base64(const char *encoded)
{
	size_t digits = strspn(encoded,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
	size_t padding = strspn(encoded + digits, "=");

	return encoded[digits + padding] == '\0' && padding <= 2 && (digits + padding) % 4 == 0;
}

/* attrval-spec = AttributeDescription value-spec SEP */
static bool
take_line(const Reader *reader, const GString *text, LocationLdifTake take, void *user_data,
	GError **error)
{
	const char *colon = memchr(text->str, ':', text->len);

	if (colon == NULL || colon == text->str)
		return fail(reader, "no \"attribute: value\"", error);
	size_t name_len = strcspn(text->str, ":;");
	g_autofree char *name = g_strndup(text->str, name_len);
	const char *value = colon + 1;

	if (*value == '<')
		return fail(reader, "values out of other files are not read", error);
	bool encoded = *value == ':';
	value += encoded;
	value += strspn(value, " ");
	SieveBytes plain = {value, (size_t)(text->str + text->len - value)};
	if (!encoded)
		return take(name, plain, user_data, error);
	if (strlen(value) != plain.len || !is_base64(value))
		return fail(reader, "the value is not base64", error);
	size_t len = 0;
	g_autofree unsigned char *decoded = g_base64_decode(value, &len);

	return take(name, (SieveBytes){(const char *)decoded, len}, user_data, error);
}

bool
location_ldif_parse(SieveBytes text, LocationLdifTake take, void *user_data, GError **error)
{
	Reader reader = {text, 0};
	g_autoptr(GString) line = g_string_new(NULL);
	bool in_entry = false;

	while (read_folded(&reader, line)) {
		if (line->len == 0 && in_entry)
			return true;
		/* version-spec = "version:" FILL version-number */
		if (line->len == 0 || line->str[0] == '#' ||
			(!in_entry && g_ascii_strncasecmp(line->str, "version:", 8) == 0))
			continue;
		if (!in_entry && g_ascii_strncasecmp(line->str, "dn:", 3) != 0)
			return fail(&reader, "an entry begins with its dn", error);
		in_entry = true;
		if (!take_line(&reader, line, take, user_data, error))
			return false;
	}
	return in_entry || fail(&reader, "no entry", error);
}

/* SAFE-STRING, and no blank at its end (note 8 of RFC 2849). */
static bool
is_safe(SieveBytes value)
{
	for (size_t i = 0; i < value.len; i++) {
		unsigned char c = (unsigned char)value.ptr[i];

		if (c == '\0' || c == '\n' || c == '\r' || c > 127)
			return false;
	}
	return value.len == 0 || (strchr(" :<", value.ptr[0]) == NULL && value.ptr[value.len - 1] != ' ');
}

void
location_ldif_add(GString *text, const char *attribute, SieveBytes value)
{
	if (is_safe(value)) {
		g_string_append_printf(text, "%s: ", attribute);
		g_string_append_len(text, value.ptr, (gssize)value.len);
	} else {
		g_autofree char *encoded = g_base64_encode((const guchar *)value.ptr, value.len);

		g_string_append_printf(text, "%s:: %s", attribute, encoded);
	}
	g_string_append_c(text, '\n');
}
