/* SPDX-License-Identifier: MIT */
/* explain-html.c - what a run told, as one page: the script beside the mail */

#include "engine/doorstep/explain-html.h"

#include "engine/doorstep/files.h"
#include "engine/doorstep/html.h"
#include "engine/message/header.h"

/* A page has to stay one that a browser shows at once, whatever the mail. */
#define SHOWN_BODY_BYTES (64u << 10)
#define SHOWN_FIELDS 300u
#define SHOWN_FIELD_BYTES 4096u
#define SHOWN_SOURCE_LINE_BYTES 4096u

/* --- The script ------------------------------------------------------------------------------- */

/* What is known of one line of a script. */
typedef struct Told {
	GPtrArray *lines;  /* of const DoorstepExplainLine *, borrowed */
	GPtrArray *missed; /* of const SieveArgs *: what stands there and did not run */
} Told;

static void
clear_told(gpointer data)
{
	Told *told = data;

	g_clear_pointer(&told->lines, g_ptr_array_unref);
	g_clear_pointer(&told->missed, g_ptr_array_unref);
}

static Told *
told_of(GArray *tolds, unsigned line)
{
	if (line >= tolds->len)
		g_array_set_size(tolds, line + 1);
	return &g_array_index(tolds, Told, line);
}

static void
add_pointer(GPtrArray **array, const void *pointer)
{
	if (*array == NULL)
		*array = g_ptr_array_new();
	g_ptr_array_add(*array, (gpointer)(uintptr_t)pointer);
}

static void
collect_missed(const DoorstepExplain *explain, unsigned script, GHashTable *ran, GArray *tolds)
{
	const SieveProgram *program = explain->program;
	const SieveEntryPoint *entry = &program->scripts[script];

	for (uint32_t at = entry->start; at < entry->end; at++) {
		const SieveInstruction *instruction = &program->code[at];
		SieveOperand operand = sieve_opcodes[instruction->op].operand;
		if (operand != SIEVE_OPERAND_COMMAND && operand != SIEVE_OPERAND_TEST)
			continue;
		const SieveArgs *args = program->invocations[instruction->operand].args;
		if (instruction->op != SIEVE_OP_END_BLOCK && !g_hash_table_contains(ran, args))
			add_pointer(&told_of(tolds, args->line)->missed, args);
	}
}

/* (transfer full) of Told, by line. */
static GArray *
collect(const DoorstepExplain *explain, unsigned script)
{
	GArray *tolds = g_array_new(FALSE, TRUE, sizeof(Told));
	g_autoptr(GHashTable) ran = g_hash_table_new(NULL, NULL);

	g_array_set_clear_func(tolds, clear_told);
	for (unsigned i = 0; i < explain->lines->len; i++) {
		const DoorstepExplainLine *line =
			&g_array_index(explain->lines, DoorstepExplainLine, i);
		if (line->script != script)
			continue;
		add_pointer(&told_of(tolds, line->line)->lines, line);
		if (line->args != NULL)
			g_hash_table_add(ran, (gpointer)(uintptr_t)line->args);
	}
	collect_missed(explain, script, ran, tolds);
	return tolds;
}

/* Class and word of a source line: that of the last test on it, else of its commands. */
static const char *
state_of(const Told *told)
{
	const char *state = told->missed == NULL ? NULL : "missed";

	for (unsigned i = 0; told->lines != NULL && i < told->lines->len; i++) {
		const DoorstepExplainLine *line = g_ptr_array_index(told->lines, i);
		if (line->kind == SIEVE_TRACE_END)
			return "failed";
		if (line->kind == SIEVE_TRACE_TEST)
			state = line->yes ? "true" : "false";
		else if (i == 0)
			state = "ran";
	}
	return state;
}

static const char *
class_of(const DoorstepExplainLine *line)
{
	static const char *const classes[] = {
		[SIEVE_TRACE_COMMAND] = "head",
		[SIEVE_TRACE_TEST] = "head",
		[SIEVE_TRACE_NOTE] = "note",
		[SIEVE_TRACE_VARIABLE] = "variable",
		[SIEVE_TRACE_ACTION] = "action",
		[SIEVE_TRACE_KEEP_CANCELLED] = "action",
		[SIEVE_TRACE_BLOCK_LEFT] = "note",
		[SIEVE_TRACE_END] = "error",
	};

	if (line->kind == SIEVE_TRACE_VALUE)
		return line->yes ? "value yes" : "value no";
	return classes[line->kind];
}

static void
put_told(const Told *told, GString *html)
{
	g_string_append(html, "<ul class=\"told\">\n");
	for (unsigned i = 0; i < told->lines->len; i++) {
		const DoorstepExplainLine *line = g_ptr_array_index(told->lines, i);
		g_string_append_printf(html, "<li class=\"%s\">", class_of(line));
		doorstep_html_string(line->text, html);
		if (line->kind == SIEVE_TRACE_TEST)
			g_string_append(html, line->yes ? " &rarr; true" : " &rarr; false");
		g_string_append(html, "</li>\n");
	}
	for (unsigned i = 0; told->missed != NULL && i < told->missed->len; i++) {
		const SieveArgs *args = g_ptr_array_index(told->missed, i);
		g_string_append_printf(html, "<li class=\"note\">not reached: %s</li>\n", args->name);
	}
	g_string_append(html, "</ul>\n");
}

static void
put_source(unsigned number, SieveBytes text, const char *state, GString *html)
{
	g_string_append_printf(html, "<span class=\"number\">%u</span><code>", number);
	doorstep_html_text(text, SHOWN_SOURCE_LINE_BYTES, html);
	g_string_append(html, "</code>");
	if (state != NULL)
		g_string_append_printf(html, "<span class=\"word %s\">%s</span>", state,
			g_str_equal(state, "missed") ? "not reached" : state);
}

/* A command that did nothing but run: the word beside it says that. */
static bool
says_nothing(const Told *told)
{
	const DoorstepExplainLine *first = g_ptr_array_index(told->lines, 0);

	return told->lines->len == 1 && told->missed == NULL && first->kind == SIEVE_TRACE_COMMAND;
}

/* A line that something is known of can be opened; what was false is shut at first. */
static void
put_line(unsigned script, unsigned number, SieveBytes text, const Told *told, GString *html)
{
	const char *state = state_of(told);

	g_string_append_printf(html, "<li class=\"line %s\" id=\"s%u-%u\">",
		state == NULL ? "" : state, script, number);
	if (told->lines == NULL || says_nothing(told)) {
		g_string_append(html, "<div class=\"source\">");
		put_source(number, text, state, html);
		g_string_append(html, "</div></li>\n");
		return;
	}
	g_string_append_printf(html, "<details%s><summary class=\"source\">",
		g_str_equal(state, "false") ? "" : " open");
	put_source(number, text, state, html);
	g_string_append(html, "</summary>\n");
	put_told(told, html);
	g_string_append(html, "</details></li>\n");
}

static void
put_script(const DoorstepExplain *explain, unsigned script, SieveBytes text, GString *html)
{
	g_autoptr(GArray) tolds = collect(explain, script);
	unsigned number = 1;

	g_string_append(html, "<article class=\"card\"><h3><code>");
	doorstep_html_string(explain->program->scripts[script].name, html);
	g_string_append(html, "</code></h3>\n<ol class=\"code\">\n");
	for (size_t at = 0; at < text.len; number++) {
		size_t end = MIN(sieve_bytes_find(text, SIEVE_BYTES("\n"), at), text.len);
		size_t len = end - at;
		if (len > 0 && text.ptr[end - 1] == '\r')
			len--;
		put_line(script, number, sieve_bytes_slice(text, at, len), told_of(tolds, number),
			html);
		at = end + 1;
	}
	g_string_append(html, "</ol></article>\n");
}

static void
put_scripts(const DoorstepExplain *explain, const DoorstepExplainPage *page, GString *html)
{
	g_string_append(html,
		"<section aria-labelledby=\"script\">\n<h2 id=\"script\">Script</h2>\n"
		"<ul class=\"legend\" aria-label=\"What the words mean\">"
		"<li class=\"word ran\">ran</li><li class=\"word true\">tested: true</li>"
		"<li class=\"word false\">tested: false</li>"
		"<li class=\"word missed\">not reached</li></ul>\n");
	for (unsigned i = 0; i < page->texts->len; i++)
		put_script(explain, i, doorstep_file_bytes(g_ptr_array_index(page->texts, i)), html);
	g_string_append(html, "</section>\n");
}

/* --- The mail --------------------------------------------------------------------------------- */

static void
put_row(const char *name, SieveBytes value, GString *html)
{
	g_string_append_printf(html, "<tr><th scope=\"row\">%s</th><td>", name);
	doorstep_html_text(value, SHOWN_FIELD_BYTES, html);
	g_string_append(html, "</td></tr>\n");
}

static void
put_envelope(const SieveEnvelope *envelope, GString *html)
{
	g_string_append(html, "<article class=\"card\"><h3>Envelope</h3>\n<table>\n");
	put_row("from", envelope->from.len == 0 ? SIEVE_BYTES("<>") : envelope->from, html);
	put_row("to", envelope->to, html);
	g_string_append(html, "</table></article>\n");
}

static void
put_field(const SieveHeaderField *field, SieveArena *arena, GString *html)
{
	SieveBytes plain = sieve_header_unfold(field->raw, arena);
	SieveBytes decoded = sieve_header_decode(field->raw, arena);

	g_string_append(html, "<tr><th scope=\"row\">");
	doorstep_html_text(field->name, 100, html);
	g_string_append(html, "</th><td>");
	doorstep_html_text(decoded, SHOWN_FIELD_BYTES, html);
	if (!sieve_bytes_equal(plain, decoded)) {
		g_string_append(html, "<details><summary>as sent</summary>");
		doorstep_html_text(plain, SHOWN_FIELD_BYTES, html);
		g_string_append(html, "</details>");
	}
	g_string_append(html, "</td></tr>\n");
}

static void
put_header(const SieveMessage *message, GString *html)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	size_t count = sieve_message_count_fields(message);

	g_string_append(html, "<article class=\"card\"><h3>Header</h3>\n<table>\n");
	for (size_t i = 0; i < MIN(count, SHOWN_FIELDS); i++)
		put_field(sieve_message_get_field(message, i), arena, html);
	g_string_append(html, "</table>\n");
	if (count > SHOWN_FIELDS)
		g_string_append_printf(html, "<p class=\"cut\">The first %u of %zu fields.</p>",
			SHOWN_FIELDS, count);
	g_string_append(html, "</article>\n");
}

static void
put_mail(const DoorstepExplainPage *page, GString *html)
{
	SieveBytes body = sieve_message_body(page->message);

	g_string_append(html, "<section class=\"mail\" aria-labelledby=\"mail\">\n"
			      "<h2 id=\"mail\">Mail</h2>\n");
	put_envelope(&page->envelope, html);
	put_header(page->message, html);
	/* A line end that follows <pre> at once is not shown; this one is ours. */
	g_string_append(html, "<article class=\"card\"><h3>Body</h3>\n"
			      "<pre class=\"body\" tabindex=\"0\">\n");
	doorstep_html_text(body, SHOWN_BODY_BYTES, html);
	g_string_append(html, "</pre>\n");
	if (body.len > SHOWN_BODY_BYTES)
		g_string_append_printf(html, "<p class=\"cut\">The first %u of %zu bytes.</p>",
			SHOWN_BODY_BYTES, body.len);
	g_string_append(html, "</article>\n</section>\n");
}

/* --- The page --------------------------------------------------------------------------------- */

static void
put_names(const DoorstepExplain *explain, const DoorstepExplainPage *page, const char *between,
	GString *html)
{
	doorstep_html_string(explain->program->scripts[0].name, html);
	g_string_append(html, between);
	doorstep_html_string(page->mail_name, html);
}

static void
put_result(const DoorstepExplain *explain, GString *html)
{
	g_string_append(html, "<section class=\"card result\" aria-label=\"Result\">\n");
	if (explain->error != NULL) {
		g_string_append(html, "<p class=\"error\">");
		doorstep_html_string(explain->error, html);
		g_string_append(html, "</p>\n");
	}
	if (explain->actions->len > 0)
		g_string_append(html, "<ul>\n");
	for (unsigned i = 0; i < explain->actions->len; i++) {
		g_string_append(html, "<li><code>");
		doorstep_html_string(g_ptr_array_index(explain->actions, i), html);
		g_string_append(html, "</code></li>\n");
	}
	if (explain->actions->len > 0)
		g_string_append(html, "</ul>\n");
	g_string_append_printf(html, "<p class=\"keep %s\">", explain->kept ? "stands" : "fell");
	doorstep_html_string(explain->keep, html);
	g_string_append(html, "</p>\n</section>\n");
}

char *
doorstep_explain_html(const DoorstepExplain *explain, const DoorstepExplainPage *page)
{
	GString *html = g_string_new(
		DOORSTEP_HTML_HEAD);

	put_names(explain, page, " on ", html);
	g_string_append(html, "</title>\n<style>\n");
	g_string_append(html, doorstep_explain_style);
	g_string_append(html, "</style>\n</head>\n<body>\n<header>\n<h1><code>");
	put_names(explain, page, "</code> <span>on</span> <code>", html);
	g_string_append(html, "</code></h1>\n");
	put_result(explain, html);
	g_string_append(html, "</header>\n<main>\n");
	put_scripts(explain, page, html);
	put_mail(page, html);
	g_string_append(html, "</main>\n</body>\n</html>\n");
	return g_string_free(html, FALSE);
}
