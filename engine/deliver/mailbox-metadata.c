/* SPDX-License-Identifier: MIT */
/* mailbox-metadata.c - annotations of mailboxes and of the server (RFC 5464), as RFC 5490 reads them */

#include "engine/deliver/mailbox-metadata.h"

#include "engine/bytes.h"
#include "engine/deliver/mailbox-name.h"
#include "engine/limits.h"

#include <string.h>

/* Entries sorted by name: the order of the file. */
typedef struct Entry {
	char *name;
	GBytes *value;
} Entry;

static void
clear_entry(gpointer data)
{
	Entry *entry = data;

	g_free(entry->name);
	g_bytes_unref(entry->value);
}

/* --- Names ------------------------------------------------------------------------------------ */

static bool
begins_nocase(SieveBytes name, SieveBytes prefix)
{
	return sieve_bytes_equal_nocase(sieve_bytes_slice(name, 0, prefix.len), prefix);
}

const char *
sieve_metadata_check_name(SieveBytes name)
{
	char before = '\0';

	if (!begins_nocase(name, SIEVE_BYTES("/shared/")) &&
		!begins_nocase(name, SIEVE_BYTES("/private/")))
		return "it must begin with /shared/ or /private/";
	if (name.len > SIEVE_LIMIT_METADATA_NAME_BYTES)
		return "it is too long";
	for (size_t i = 0; i < name.len; before = name.ptr[i++]) {
		char c = name.ptr[i];
		if (c == '*' || c == '%')
			return "it must not contain * or %";
		if ((unsigned char)c < 0x20 || (unsigned char)c >= 0x7f)
			return "it must be printable ASCII";
		if (c == '/' && before == '/')
			return "it must not contain //";
	}
	return before == '/' ? "it must not end with /" : NULL;
}

/* --- The file --------------------------------------------------------------------------------- */

static const char escapes[][2] = {
	{'\\', '\\'}, {'\n', 'n'}, {'\r', 'r'}, {'\t', 't'}, {'\0', '0'},
};

static void
append_escaped(GString *text, GBytes *value)
{
	size_t len = 0;
	const char *bytes = g_bytes_get_data(value, &len);

	for (size_t i = 0; i < len; i++) {
		char code = '\0';
		for (size_t e = 0; e < G_N_ELEMENTS(escapes); e++)
			if (escapes[e][0] == bytes[i])
				code = escapes[e][1];
		if (code != '\0')
			g_string_append_c(text, '\\');
		g_string_append_c(text, code != '\0' ? code : bytes[i]);
	}
}

static GBytes *
unescape(const char *text, size_t len)
{
	GString *value = g_string_new(NULL);

	for (size_t i = 0; i < len; i++) {
		char c = text[i];
		bool escaped = c == '\\' && i + 1 < len;
		if (escaped)
			c = text[++i];
		for (size_t e = 0; escaped && e < G_N_ELEMENTS(escapes); e++)
			if (escapes[e][1] == text[i])
				c = escapes[e][0];
		g_string_append_c(value, c);
	}
	return g_string_free_to_bytes(value);
}

static char *
make_path(const char *root, SieveBytes mailbox, GError **error)
{
	if (mailbox.ptr == NULL)
		return g_build_filename(root, "doorstep-server-metadata", NULL);
	const char *wrong = sieve_mailbox_name_check(mailbox);
	if (wrong != NULL) {
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_INVALID, wrong);
		return NULL;
	}
	g_autofree char *folder = sieve_mailbox_name_to_folder(mailbox);
	return g_build_filename(root, folder, "doorstep-metadata", NULL);
}

static bool
fail(GError **error, GError *problem)
{
	bool full = g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOSPC);

	g_set_error_literal(error, SIEVE_ERROR, full ? SIEVE_ERROR_FULL : SIEVE_ERROR_IO,
		problem->message);
	g_error_free(problem);
	return false;
}

static void
parse_line(GArray *entries, const char *line, size_t len)
{
	const char *tab = memchr(line, '\t', len);

	/* Whatever else may stand there is none of ours. */
	if (tab == NULL)
		return;
	size_t name_len = (size_t)(tab - line);
	Entry entry = {g_strndup(line, name_len), unescape(tab + 1, len - name_len - 1)};
	g_array_append_val(entries, entry);
}

/* (transfer full) (nullable) */
static GArray *
read_entries(const char *path, GError **error)
{
	g_autofree char *text = NULL;
	GError *problem = NULL;
	size_t len = 0;

	if (!g_file_get_contents(path, &text, &len, &problem) &&
		!g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
		fail(error, problem);
		return NULL;
	}
	g_clear_error(&problem);
	GArray *entries = g_array_new(FALSE, FALSE, sizeof(Entry));
	g_array_set_clear_func(entries, clear_entry);
	for (size_t at = 0; at < len;) {
		const char *end = memchr(text + at, '\n', len - at);
		size_t line_len = end == NULL ? len - at : (size_t)(end - text) - at;
		parse_line(entries, text + at, line_len);
		at += line_len + 1;
	}
	return entries;
}

static bool
write_entries(const char *path, const GArray *entries, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	GError *problem = NULL;

	for (unsigned i = 0; i < entries->len; i++) {
		const Entry *entry = &g_array_index(entries, Entry, i);
		g_string_append_printf(text, "%s\t", entry->name);
		append_escaped(text, entry->value);
		g_string_append_c(text, '\n');
	}
	/* A new file, synced, renamed onto the old one, and its folder synced. */
	return g_file_set_contents_full(path, text->str, (gssize)text->len,
		       G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
		       &problem) ||
	       fail(error, problem);
}

/* --- Public ----------------------------------------------------------------------------------- */

static bool
check_name(SieveBytes name, GError **error)
{
	const char *wrong = sieve_metadata_check_name(name);

	if (wrong == NULL)
		return true;
	g_autofree char *shown = sieve_bytes_escape(name, 80);
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_INVALID,
		"\"%s\" is no name of an annotation: %s", shown, wrong);
	return false;
}

/* Where @name stands, or belongs, in the order of names. */
static unsigned
find_entry(const GArray *entries, SieveBytes name, bool *ret_found)
{
	/* Section 4.1: names do not depend on case. */
	g_autofree char *lower = g_ascii_strdown(name.ptr, (gssize)name.len);
	unsigned at = 0;
	int order = 1;

	while (at < entries->len &&
		(order = strcmp(g_array_index(entries, Entry, at).name, lower)) < 0)
		at++;
	*ret_found = at < entries->len && order == 0;
	return at;
}

bool
sieve_metadata_get(const char *root, SieveBytes mailbox, SieveBytes name, GBytes **ret_value,
	GError **error)
{
	g_autofree char *path = make_path(root, mailbox, error);
	bool found;

	if (path == NULL || !check_name(name, error))
		return false;
	g_autoptr(GArray) entries = read_entries(path, error);
	if (entries == NULL)
		return false;
	unsigned at = find_entry(entries, name, &found);
	*ret_value = found ? g_bytes_ref(g_array_index(entries, Entry, at).value) : NULL;
	return true;
}

bool
sieve_metadata_set(const char *root, SieveBytes mailbox, SieveBytes name, SieveBytes value,
	GError **error)
{
	g_autofree char *path = make_path(root, mailbox, error);
	bool found;

	if (path == NULL || !check_name(name, error))
		return false;
	if (value.len > SIEVE_LIMIT_METADATA_VALUE_BYTES) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_LIMIT,
			"an annotation is longer than %u bytes", SIEVE_LIMIT_METADATA_VALUE_BYTES);
		return false;
	}
	g_autoptr(GArray) entries = read_entries(path, error);
	if (entries == NULL)
		return false;
	unsigned at = find_entry(entries, name, &found);
	if (found)
		g_array_remove_index(entries, at);
	if (value.ptr != NULL) {
		Entry entry = {g_ascii_strdown(name.ptr, (gssize)name.len),
			g_bytes_new(value.ptr, value.len)};
		g_array_insert_val(entries, at, entry);
	}
	return write_entries(path, entries, error);
}

char **
sieve_metadata_list(const char *root, SieveBytes mailbox, GError **error)
{
	g_autofree char *path = make_path(root, mailbox, error);

	if (path == NULL)
		return NULL;
	g_autoptr(GArray) entries = read_entries(path, error);
	if (entries == NULL)
		return NULL;
	char **names = g_new0(char *, entries->len + 1);
	for (unsigned i = 0; i < entries->len; i++)
		names[i] = g_strdup(g_array_index(entries, Entry, i).name);
	return names;
}
