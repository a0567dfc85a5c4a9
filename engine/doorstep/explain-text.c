/* SPDX-License-Identifier: MIT */
/* explain-text.c - what a run told, as text for a terminal: `doorstep run --explain` */

#include "engine/doorstep/explain.h"

#define INDENT 2u

typedef enum { PLACE, YES, NO, ACTION, ERROR_WORD, N_STYLES } Style;

static const char *const styles[N_STYLES] = {
	[PLACE] = "\033[1m",
	[YES] = "\033[32m",
	[NO] = "\033[33m",
	[ACTION] = "\033[36m",
	[ERROR_WORD] = "\033[1;31m",
};

static void
put(GString *text, bool colour, Style style, const char *words)
{
	if (colour)
		g_string_append_printf(text, "%s%s\033[0m", styles[style], words);
	else
		g_string_append(text, words);
}

static bool
is_head(SieveTraceKind kind)
{
	return kind == SIEVE_TRACE_COMMAND || kind == SIEVE_TRACE_TEST;
}

static void
put_head(const DoorstepExplain *explain, const DoorstepExplainLine *line, bool colour, GString *text)
{
	const char *name = explain->program->scripts[line->script].name;
	g_autofree char *shown = sieve_bytes_escape(sieve_bytes_from_string(name), SIZE_MAX);
	g_autofree char *place = g_strdup_printf("%s:%u", shown, line->line);

	put(text, colour, PLACE, place);
	g_string_append_printf(text, "  %*s%s", (int)(line->depth * INDENT), "", line->text);
	if (line->kind == SIEVE_TRACE_TEST) {
		g_string_append(text, "  -> ");
		put(text, colour, line->yes ? YES : NO, line->yes ? "true" : "false");
	}
}

static Style
style_of(const DoorstepExplainLine *line)
{
	if (line->kind == SIEVE_TRACE_VALUE)
		return line->yes ? YES : NO;
	return line->kind == SIEVE_TRACE_END ? ERROR_WORD : ACTION;
}

static void
put_result(const DoorstepExplain *explain, bool colour, GString *text)
{
	put(text, colour, PLACE, "result:");
	g_string_append_c(text, '\n');
	for (size_t i = 0; i < explain->actions->len; i++)
		g_string_append_printf(
			text, "  %s\n", (char *)g_ptr_array_index(explain->actions, i));
	g_string_append_printf(text, "  %s\n", explain->keep);
}

char *
doorstep_explain_text(const DoorstepExplain *explain, bool colour)
{
	GString *text = g_string_new(NULL);

	for (unsigned i = 0; i < explain->lines->len; i++) {
		const DoorstepExplainLine *line =
			&g_array_index(explain->lines, DoorstepExplainLine, i);
		if (is_head(line->kind)) {
			put_head(explain, line, colour, text);
		} else {
			g_string_append_printf(text, "%*s", (int)((line->depth + 3) * INDENT), "");
			put(text, colour, style_of(line), line->text);
		}
		g_string_append_c(text, '\n');
	}
	put_result(explain, colour, text);
	return g_string_free(text, FALSE);
}
