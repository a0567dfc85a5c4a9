/* SPDX-License-Identifier: MIT */
/* diff.c - two short texts, line by line: what must go and what must come */

#include "engine/doorstep/diff.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum {
	CONTEXT_LINES = 3,
	MAX_CELLS = 4 << 20, /* of the table; larger texts are shown as replaced */
};

/* One line of the result: ' ', '-' or '+', and its text with its line end, if it has one. */
typedef struct Line {
	char mark;
	const char *text;
	size_t len;
	size_t from; /* lines of either text before it */
	size_t to;
} Line;

typedef struct Text {
	const char **lines;
	size_t *lens;
	size_t count;
} Text;

static Text
split(const char *text)
{
	size_t max = 1;

	for (const char *at = text; *at != '\0'; at++)
		max += *at == '\n';
	Text split = {g_new(const char *, max), g_new(size_t, max), 0};
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		len += text[len] == '\n';
		split.lines[split.count] = text;
		split.lens[split.count++] = len;
		text += len;
	}
	return split;
}

static void
text_clear(Text *text)
{
	g_free(text->lines);
	g_free(text->lens);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Text, text_clear)

static bool
is_same(const Text *a, size_t i, const Text *b, size_t j)
{
	return a->lens[i] == b->lens[j] && memcmp(a->lines[i], b->lines[j], a->lens[i]) == 0;
}

/* Cell [i][j]: the length of the longest common subsequence of what follows line i and line j. */
static uint32_t *
make_table(const Text *a, const Text *b)
{
	size_t width = b->count + 1;
	uint32_t *table = g_new0(uint32_t, (a->count + 1) * width);

	for (size_t i = a->count; i-- > 0;)
		for (size_t j = b->count; j-- > 0;)
			table[i * width + j] = is_same(a, i, b, j)
				? table[(i + 1) * width + j + 1] + 1
				: MAX(table[(i + 1) * width + j], table[i * width + j + 1]);
	return table;
}

static void
add_line(GArray *lines, char mark, const Text *text, size_t i, size_t j)
{
	size_t at = mark == '+' ? j : i;
	Line line = {mark, text->lines[at], text->lens[at], i, j};

	g_array_append_val(lines, line);
}

static GArray *
compare(const Text *a, const Text *b)
{
	GArray *lines = g_array_new(FALSE, FALSE, sizeof(Line));
	size_t width = b->count + 1;
	bool small = a->count < MAX_CELLS / width;
	g_autofree uint32_t *table = small ? make_table(a, b) : NULL;
	size_t i = 0;
	size_t j = 0;

	while (i < a->count || j < b->count) {
		if (i < a->count && j < b->count && is_same(a, i, b, j)) {
			add_line(lines, ' ', a, i++, j);
			j++;
		} else if (j == b->count ||
			   (i < a->count && (!small || table[(i + 1) * width + j] >=
							       table[i * width + j + 1]))) {
			add_line(lines, '-', a, i++, j);
		} else {
			add_line(lines, '+', b, i, j++);
		}
	}
	return lines;
}

static void
print_line(GString *text, const Line *line)
{
	bool ended = line->text[line->len - 1] == '\n';

	g_string_append_printf(
		text, "%c%.*s\n", line->mark, (int)(line->len - ended), line->text);
	if (!ended)
		g_string_append(text, "\\ no line end here\n");
}

/* Lines @start to @end, after a head that says where they stand in both texts. */
static void
print_hunk(GString *text, const GArray *lines, unsigned start, unsigned end)
{
	const Line *first = &g_array_index(lines, Line, start);
	size_t n_from = 0;
	size_t n_to = 0;

	for (unsigned i = start; i < end; i++) {
		char mark = g_array_index(lines, Line, i).mark;
		n_from += mark != '+';
		n_to += mark != '-';
	}
	/* An empty range is named by the line before it. */
	g_string_append_printf(text, "@@ -%zu,%zu +%zu,%zu @@\n", first->from + (n_from > 0),
		n_from, first->to + (n_to > 0), n_to);
	for (unsigned i = start; i < end; i++)
		print_line(text, &g_array_index(lines, Line, i));
}

/* The next line from @at on that differs; the number of lines when there is none. */
static unsigned
next_change(const GArray *lines, unsigned at)
{
	while (at < lines->len && g_array_index(lines, Line, at).mark == ' ')
		at++;
	return at;
}

/* Where the hunk ends whose first change is at @change: changes with few lines between are one. */
static unsigned
hunk_end(const GArray *lines, unsigned change)
{
	unsigned last;

	do {
		last = change;
		change = next_change(lines, change + 1);
	} while (change < lines->len && change - last <= 2 * CONTEXT_LINES + 1);
	return MIN(last + 1 + CONTEXT_LINES, lines->len);
}

char *
doorstep_diff(const char *from, const char *to)
{
	g_auto(Text) a = split(from);
	g_auto(Text) b = split(to);
	g_autoptr(GArray) lines = compare(&a, &b);
	GString *text = g_string_new(NULL);
	unsigned change = next_change(lines, 0);

	while (change < lines->len) {
		unsigned start = change > CONTEXT_LINES ? change - CONTEXT_LINES : 0;
		unsigned end = hunk_end(lines, change);
		print_hunk(text, lines, start, end);
		change = next_change(lines, end);
	}
	return g_string_free(text, FALSE);
}
