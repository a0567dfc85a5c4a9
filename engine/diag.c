/* SPDX-License-Identifier: MIT */
/* diag.c - the list of script mistakes; prints line, column, caret */

#include "engine/diag.h"

#include <stdlib.h>
#include <string.h>

#include "engine/bytes.h"
#include "engine/limits.h"

/* What of a source line is shown: a script may be one line of megabytes. */
#define EXCERPT_BEFORE 60u
#define EXCERPT_BYTES 120u
#define TAB_COLUMNS 4u

/* A diagnostic with the place of its caret in the excerpt, in columns of the terminal. */
typedef struct Entry {
	SieveDiag diag;
	unsigned caret;
	unsigned caret_width;
	unsigned script; /* number of the first entry about the same script */
	unsigned number; /* its own, as it was found */
} Entry;

const SieveDiagRuleInfo sieve_diag_rules[] = {
#define SIEVE_DIAG_RULE(rule, level, name, about) {SIEVE_DIAG_##level, name, about},
#include "engine/diag-rules.def"
#undef SIEVE_DIAG_RULE
};

/* A place in a script, with what is counted up to it. */
typedef struct Place {
	const SieveSource *source;
	size_t offset;
	unsigned line;
	unsigned column;    /* in octets */
	unsigned character; /* the column in characters */
} Place;

struct SieveDiagList {
	SieveArena *arena;
	Place place; /* of the mistake told last */
	GArray *entries; /* of Entry */
	size_t n_errors; /* those that are only counted included */
};

SieveDiagList *
sieve_diag_list_new(void)
{
	SieveDiagList *diags = g_new0(SieveDiagList, 1);

	diags->arena = sieve_arena_new();
	diags->entries = g_array_new(FALSE, TRUE, sizeof(Entry));
	return diags;
}

void
sieve_diag_list_free(SieveDiagList *diags)
{
	if (diags == NULL)
		return;
	g_array_unref(diags->entries);
	sieve_arena_free(diags->arena);
	g_free(diags);
}

size_t
sieve_diag_list_count(const SieveDiagList *diags)
{
	return diags->entries->len;
}

size_t
sieve_diag_list_count_errors(const SieveDiagList *diags)
{
	return diags->n_errors;
}

const SieveDiag *
sieve_diag_list_get(const SieveDiagList *diags, size_t index)
{
	g_assert(index < diags->entries->len);
	return &g_array_index(diags->entries, Entry, index).diag;
}

/* Appends one character made printable and returns the columns it takes. */
static unsigned
append_printable(GString *text, SieveBytes bytes, size_t at, size_t *ret_next)
{
	gunichar character = g_utf8_get_char_validated(bytes.ptr + at, (gssize)(bytes.len - at));
	unsigned char byte = (unsigned char)bytes.ptr[at];
	size_t before = text->len;

	*ret_next = at + 1;
	if (byte == '\t') {
		g_string_append_printf(text, "%*s", (int)TAB_COLUMNS, "");
		return TAB_COLUMNS;
	}
	if (byte == '\0' || character == (gunichar)-1 || character == (gunichar)-2) {
		g_string_append_printf(text, "\\x%02x", byte);
		return (unsigned)(text->len - before);
	}
	*ret_next = at + (size_t)g_utf8_skip[byte];
	/* Format characters can reorder what a terminal shows. */
	if (!g_unichar_isprint(character) || g_unichar_type(character) == G_UNICODE_FORMAT) {
		g_string_append_printf(text, "\\u{%x}", character);
		return (unsigned)(text->len - before);
	}
	g_string_append_unichar(text, character);
	if (g_unichar_iszerowidth(character))
		return 0;
	return g_unichar_iswide(character) ? 2 : 1;
}

/* Moves @place on to @offset, which is not before it. */
static void
move_place(Place *place, size_t offset)
{
	SieveBytes text = place->source->text;

	for (offset = MIN(offset, text.len); place->offset < offset; place->offset++) {
		unsigned char byte = (unsigned char)text.ptr[place->offset];
		if (byte == '\n') {
			place->line++;
			place->column = place->character = 1;
			continue;
		}
		place->column++;
		/* A character counts at its last octet: what follows does not continue it. */
		bool within = place->offset + 1 < text.len &&
			((unsigned char)text.ptr[place->offset + 1] & 0xc0) == 0x80;
		place->character += !(byte >= 0x80 && within);
	}
}

/* Sets where @diag begins and ends. Mistakes are mostly found from the front to the back, so the
 * search goes on where the last one began: a thousand of them in one long line stay cheap. */
static void
locate(SieveDiagList *diags, SieveDiag *diag, SieveSpan span)
{
	if (diags->place.source != span.source || diags->place.offset > span.offset)
		diags->place = (Place){span.source, 0, 1, 1, 1};
	move_place(&diags->place, span.offset);
	Place end = diags->place;
	move_place(&end, (size_t)span.offset + span.length);
	diag->line = diags->place.line;
	diag->column = diags->place.column;
	diag->character = diags->place.character;
	diag->end_line = end.line;
	diag->end_character = end.character;
}

void
sieve_diag_begin_source(SieveDiagList *diags)
{
	diags->place = (Place){.source = NULL};
}

/* Fills excerpt and caret of @entry from the line that holds the mistake. */
static void
make_excerpt(SieveDiagList *diags, Entry *entry, SieveSpan span)
{
	SieveBytes line = sieve_source_line(span.source, span.offset);
	size_t column = entry->diag.column - 1;
	size_t at = column > EXCERPT_BEFORE ? column - EXCERPT_BEFORE : 0;
	/* Not in the midst of a character. */
	while (at < line.len && at > 0 && ((unsigned char)line.ptr[at] & 0xc0) == 0x80)
		at++;
	size_t end = MIN(line.len, at + EXCERPT_BYTES);
	g_autoptr(GString) text = g_string_new(at > 0 ? "..." : NULL);
	unsigned columns = (unsigned)text->len;

	entry->caret = columns;
	while (at < end) {
		size_t here = at;
		unsigned width = append_printable(text, line, at, &at);
		if (here < column)
			entry->caret += width;
		else if (here < column + span.length)
			entry->caret_width += width;
	}
	if (end < line.len)
		g_string_append(text, "...");
	entry->diag.excerpt = sieve_arena_strdup(diags->arena, text->str);
}

static unsigned
first_of_script(const SieveDiagList *diags, const char *script)
{
	unsigned number = diags->entries->len;

	/* The one before is nearly always about the same script. */
	while (number-- > 0) {
		const Entry *entry = &g_array_index(diags->entries, Entry, number);
		if (strcmp(entry->diag.script, script) == 0)
			return entry->script;
	}
	return diags->entries->len;
}

static void
append(SieveDiagList *diags, SieveDiagRule rule, SieveSpan span, const char *hint,
	const char *message)
{
	Entry entry = {
		.diag = {
			.level = sieve_diag_rules[rule].level,
			.rule = sieve_diag_rules[rule].name,
			.script = "script",
			.length = span.length,
			.message = sieve_arena_strdup(diags->arena, message),
			.hint = hint == NULL ? NULL : sieve_arena_strdup(diags->arena, hint),
		},
	};

	if (span.source != NULL) {
		if (span.source->name != NULL)
			entry.diag.script = sieve_arena_strdup(diags->arena, span.source->name);
		locate(diags, &entry.diag, span);
		make_excerpt(diags, &entry, span);
	}
	entry.number = diags->entries->len;
	entry.script = first_of_script(diags, entry.diag.script);
	g_array_append_val(diags->entries, entry);
}

void
sieve_diag_add(SieveDiagList *diags, SieveDiagRule rule, SieveSpan span, const char *hint,
	const char *format, ...)
{
	va_list arguments;

	if (sieve_diag_rules[rule].level == SIEVE_DIAG_ERROR)
		diags->n_errors++;
	if (diags->entries->len > SIEVE_LIMIT_DIAGS)
		return;
	if (diags->entries->len == SIEVE_LIMIT_DIAGS) {
		append(diags, SIEVE_RULE_MORE, span, NULL,
			"too many mistakes; those from here on are not shown");
		return;
	}
	va_start(arguments, format);
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	append(diags, rule, span, hint, message);
}

void
sieve_diag_defer(SieveDiagList *diags, size_t first, size_t n_errors)
{
	for (size_t i = first; i < diags->entries->len; i++) {
		SieveDiag *diag = &g_array_index(diags->entries, Entry, i).diag;
		if (diag->level == SIEVE_DIAG_ERROR) {
			diag->level = sieve_diag_rules[SIEVE_RULE_DEFERRED].level;
			diag->rule = sieve_diag_rules[SIEVE_RULE_DEFERRED].name;
			if (diag->hint == NULL)
				diag->hint = "the run fails if it gets here";
		}
	}
	diags->n_errors = n_errors;
}

static int
compare_entries(const void *a, const void *b)
{
	const Entry *first = a;
	const Entry *second = b;
	const struct {
		unsigned first, second;
	} keys[] = {
		{first->script, second->script},
		{first->diag.line, second->diag.line},
		{first->diag.column, second->diag.column},
		{first->number, second->number},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(keys); i++)
		if (keys[i].first != keys[i].second)
			return keys[i].first < keys[i].second ? -1 : 1;
	return 0;
}

void
sieve_diag_sort(SieveDiagList *diags, size_t first)
{
	/* The last one, that there are more, stays the last. */
	size_t end = MIN(diags->entries->len, SIEVE_LIMIT_DIAGS);

	if (first < end)
		qsort(&g_array_index(diags->entries, Entry, first), end - first, sizeof(Entry),
			compare_entries);
}

typedef struct Style {
	const char *name;
	const char *colour;
} Style;

static const Style level_styles[] = {
	[SIEVE_DIAG_ERROR] = {"error", "\033[1;31m"},
	[SIEVE_DIAG_WARNING] = {"warning", "\033[1;35m"},
	[SIEVE_DIAG_NOTE] = {"note", "\033[1;36m"},
};
#define COLOUR_PLACE "\033[1m"
#define COLOUR_CARET "\033[1;32m"
#define COLOUR_END "\033[0m"

static void
print_entry(const Entry *entry, bool colour, GString *text)
{
	const SieveDiag *diag = &entry->diag;
	const Style *style = &level_styles[diag->level];
	const char *end = colour ? COLOUR_END : "";

	g_string_append_printf(text, "%s%s:", colour ? COLOUR_PLACE : "", diag->script);
	if (diag->line > 0)
		g_string_append_printf(text, "%u:%u:", diag->line, diag->column);
	g_string_append_printf(text, "%s %s%s:%s %s\n", end, colour ? style->colour : "",
		style->name, end, diag->message);
	if (diag->excerpt != NULL) {
		g_string_append_printf(text, "  %s\n  %*s%s^", diag->excerpt, (int)entry->caret, "",
			colour ? COLOUR_CARET : "");
		for (unsigned i = 1; i < entry->caret_width; i++)
			g_string_append_c(text, '~');
		g_string_append_printf(text, "%s\n", end);
	}
	if (diag->hint != NULL)
		g_string_append_printf(text, "  hint: %s\n", diag->hint);
}

char *
sieve_diag_list_print(const SieveDiagList *diags, bool colour)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < diags->entries->len; i++)
		print_entry(&g_array_index(diags->entries, Entry, i), colour, text);
	return g_string_free(text, FALSE);
}
