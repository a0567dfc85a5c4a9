/* SPDX-License-Identifier: MIT */
/* convert-mailfilter.c - the access lists of location records: their strings as lines, or as LDIF */

#include "engine/doorstep/convert-mailfilter.h"

#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/build.h"
#include "schema/mailfilter.h"

#define ATTRIBUTE SIEVE_BYTES("mailfilter:")

/* In LDIF other attributes say nothing of mails. */
static bool
is_ldif(SieveBytes text)
{
	return sieve_bytes_equal_nocase(sieve_bytes_slice(text, 0, 3), SIEVE_BYTES("dn:")) ||
	       sieve_bytes_find(text, SIEVE_BYTES("\ndn:"), 0) != SIZE_MAX;
}

/* (nullable) (transfer full) the string that the line holds. */
static char *
read_entry(SieveBytes line, bool ldif)
{
	SieveBytes entry = sieve_bytes_trim(line);

	if (entry.len == 0 || entry.ptr[0] == '#')
		return NULL;
	if (sieve_bytes_equal_nocase(sieve_bytes_slice(entry, 0, ATTRIBUTE.len), ATTRIBUTE))
		entry = sieve_bytes_trim(sieve_bytes_slice(entry, ATTRIBUTE.len, SIZE_MAX));
	else if (ldif)
		return NULL;
	/* "mailfilter:: BASE64" (RFC 2849) */
	if (entry.len > 0 && entry.ptr[0] == ':') {
		g_autofree char *text = sieve_bytes_dup(sieve_bytes_slice(entry, 1, SIZE_MAX));
		gsize len;
		g_autofree guchar *bytes = g_base64_decode(text, &len);
		return g_strndup((const char *)bytes, len);
	}
	return memchr(entry.ptr, '\0', entry.len) == NULL ? sieve_bytes_dup(entry) : g_strdup("?");
}

/* A pattern that was met. */
typedef struct Met {
	char action; /* the first digit */
	size_t line;
} Met;

/* The same pattern again: with the same action, or with the other one, where deny wins. */
static void
find_repeated(SieveConversion *conversion, size_t line, const char *entry, GHashTable *known)
{
	char *pattern = g_ascii_strdown(entry + 1, -1);
	Met *met = g_hash_table_lookup(known, pattern);

	if (met == NULL) {
		met = g_new(Met, 1);
		*met = (Met){entry[0], line};
		g_hash_table_insert(known, pattern, met);
		return;
	}
	g_free(pattern);
	if (met->action == entry[0])
		convert_find(conversion, SIEVE_FINDING_DUPLICATE, line, met->line);
	else if (met->action == '2')
		convert_find(conversion, SIEVE_FINDING_CONTRADICTION, line, met->line);
	else
		convert_find(conversion, SIEVE_FINDING_CONTRADICTION, met->line, line);
}

static bool
class_entry(SieveConversion *conversion, size_t line, const char *entry, GHashTable *known)
{
	g_auto(GStrv) problems = NULL;
	g_autoptr(LocationMailfilter) list = location_mailfilter_parse(&entry, 1, &problems);

	if (list != NULL && problems[0] == NULL) {
		convert_set_class(conversion, line, SIEVE_CONVERT_EXACT, NULL);
		find_repeated(conversion, line, entry, known);
		return true;
	}
	convert_find(conversion, SIEVE_FINDING_NEVER, line, SIZE_MAX);
	convert_set_class(conversion, line, SIEVE_CONVERT_NOT_EXPRESSIBLE,
		sieve_arena_strdup(convert_arena(conversion), problems[0]));
	return false;
}

/* In LDIF a line that begins with a blank continues the one before (RFC 2849). (transfer full) them as one;
 * @ret_last: the last of them. */
static GString *
join_lines(SieveConversion *conversion, size_t first, bool ldif, size_t *ret_last)
{
	GString *joined = g_string_new(NULL);

	*ret_last = first;
	for (size_t i = first; i < sieve_conversion_count_lines(conversion); i++) {
		SieveBytes line = convert_line(conversion, i);
		bool more = ldif && line.len > 0 && line.ptr[0] == ' ';
		if (i > first && !more)
			break;
		line = sieve_bytes_slice(line, i > first, SIZE_MAX);
		g_string_append_len(joined, line.ptr, (gssize)line.len);
		*ret_last = i;
	}
	return joined;
}

/* What the entry looks at, as the comment of its command says it. */
static const char *
side_of(const char *entry)
{
	if (strcmp(entry + 1, "3*") == 0)
		return "everything else, ";
	return entry[1] == '1' ? "sender, " : "client, ";
}

/* What became a command. */
typedef struct Made {
	const char *what;
	GArray *lines; /* of size_t */
} Made;

static void
made_free(void *data)
{
	Made *made = data;

	g_array_unref(made->lines);
	g_free(made);
}

/* @lines: of the entries, one each. */
static void
add_commands(SieveConversion *conversion, const GPtrArray *entries, const GArray *lines)
{
	g_autofree SieveAstNode **commands = g_new0(SieveAstNode *, entries->len + 1);
	g_autoptr(GHashTable) made_of = g_hash_table_new_full(NULL, NULL, NULL, made_free);
	g_auto(GStrv) problems = NULL;
	g_autoptr(LocationMailfilter) list = location_mailfilter_parse(
		(const char *const *)entries->pdata, entries->len, &problems);

	location_mailfilter_to_ast(list, convert_ast(conversion), commands);
	for (guint i = 0; i < entries->len; i++) {
		Made *made = g_hash_table_lookup(made_of, commands[i]);
		if (commands[i] != NULL && made == NULL) {
			made = g_new(Made, 1);
			*made = (Made){side_of(g_ptr_array_index(entries, i)),
				g_array_new(FALSE, FALSE, sizeof(size_t))};
			g_hash_table_insert(made_of, commands[i], made);
		}
		if (made != NULL)
			g_array_append_val(made->lines, g_array_index(lines, size_t, i));
	}
	GHashTableIter iter;
	void *command;
	void *made;
	g_hash_table_iter_init(&iter, made_of);
	while (g_hash_table_iter_next(&iter, &command, &made)) {
		const GArray *its = ((Made *)made)->lines;
		convert_became(conversion, command, ((Made *)made)->what,
			(const size_t *)(const void *)its->data, its->len);
	}
}

static void
read_mailfilter(SieveConversion *conversion)
{
	const bool ldif = is_ldif(convert_text(conversion));
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GArray) lines = g_array_new(FALSE, FALSE, sizeof(size_t));
	unsigned records = 0;
	size_t last;

	for (size_t i = 0; i < sieve_conversion_count_lines(conversion); i = last + 1) {
		g_autoptr(GString) text = join_lines(conversion, i, ldif, &last);
		SieveBytes line = {text->str, text->len};
		g_autofree char *entry = read_entry(line, ldif);
		records += ldif && sieve_bytes_equal_nocase(
					   sieve_bytes_slice(line, 0, 3), SIEVE_BYTES("dn:"));
		if (entry == NULL)
			convert_set_class(conversion, i, SIEVE_CONVERT_COMMENT, NULL);
		else if (records > 1)
			convert_set_class(conversion, i, SIEVE_CONVERT_NOT_EXPRESSIBLE,
				"it is of another reader: --all makes a script for each");
		else if (class_entry(conversion, i, entry, known)) {
			g_ptr_array_add(entries, g_steal_pointer(&entry));
			g_array_append_val(lines, i);
		}
		for (size_t k = i + 1; k <= last; k++)
			convert_set_class(conversion, k, SIEVE_CONVERT_COMMENT, NULL);
	}
	add_commands(conversion, entries, lines);
}

/* Two digits, then an address. */
static unsigned
recognise(SieveBytes text)
{
	unsigned lines = 0;
	unsigned entries = 0;
	const bool ldif = is_ldif(text);
	SieveBytes line;

	for (size_t at = 0; lines < 50 && convert_take_line(text, &at, &line);) {
		g_autofree char *entry = read_entry(line, ldif);
		if (entry == NULL)
			continue;
		lines++;
		entries += (entry[0] == '1' || entry[0] == '2') && entry[1] >= '1' && entry[1] <= '3' &&
			   strpbrk(entry, " \t") == NULL;
	}
	return entries == 0 || entries * 2 < lines ? 0 : 70;
}

const SieveConvertFormat doorstep_convert_mailfilter = {
	.name = "mailfilter",
	.title = "access list of a location record",
	.recognise = recognise,
	.read = read_mailfilter,
};
