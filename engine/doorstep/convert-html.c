/* SPDX-License-Identifier: MIT */
/* convert-html.c - what a conversion made of each line, as one page: source beside script */

#include "engine/doorstep/convert-report.h"

#include "engine/bytes.h"
#include "engine/doorstep/html.h"

/* A page has to stay one that a browser shows at once, whatever the file. */
#define SHOWN_LINES 20000u
#define SHOWN_LINE_BYTES 2048u

static const char style[] =
	":root{color-scheme:light dark;--back:#f6f7f9;--card:#fff;--text:#1c2330;--soft:#667085;"
	"--edge:#dfe3ea;--exact:#137a4b;--approximated:#9a5b00;--none:#b3261e;--mark:#fff3c4}\n"
	"@media(prefers-color-scheme:dark){:root{--back:#12161d;--card:#1a202a;--text:#e4e8ef;"
	"--soft:#93a0b4;--edge:#2d3644;--exact:#5fd39c;--approximated:#f0b657;--none:#ff8f86;"
	"--mark:#4a3f12}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;background:var(--back);color:var(--text);"
	"font:15px/1.5 system-ui,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}\n"
	"code{font:13px/1.55 ui-monospace,'Cascadia Mono',Menlo,'DejaVu Sans Mono',monospace;"
	"white-space:pre-wrap;overflow-wrap:anywhere;tab-size:4}\n"
	"h1{font-size:20px;margin:20px 24px 4px}h1 code{font-size:19px}\n"
	"p{margin:0 24px 8px;color:var(--soft)}\n"
	"input{margin-left:24px}label{font-weight:600;margin-right:4px}\n"
	".e{color:var(--exact)}.a{color:var(--approximated)}.n{color:var(--none)}.c{color:var(--"
	"soft)}\n"
	"#e:not(:checked)~main li.e,#a:not(:checked)~main li.a,#n:not(:checked)~main li.n,"
	"#c:not(:checked)~main li.c{display:none}\n"
	"main{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,1fr);gap:20px;padding:12px "
	"24px 40px}\n"
	"@media(max-width:900px){main{grid-template-columns:minmax(0,1fr)}}\n"
	"section{background:var(--card);border:1px solid "
	"var(--edge);border-radius:10px;overflow:hidden}\n"
	"h2{font-size:14px;margin:0;padding:9px 14px;border-bottom:1px solid var(--edge)}\n"
	"ol{list-style:none;margin:0;padding:6px 0}\n"
	"li{display:flex;gap:10px;padding:0 12px 0 0;border-left:3px solid transparent}\n"
	"li code{flex:1;color:var(--text)}li.c code{color:var(--soft)}\n"
	"li.e{border-color:var(--exact)}li.a{border-color:var(--approximated)}li.n{border-color:"
	"var(--none)}\n"
	"li span.l{flex:none;width:46px;text-align:right;color:var(--soft);font-size:12px}\n"
	"li div{flex:1;min-width:0}li div span{display:block;font-size:12px}\n"
	"li a{flex:none;font-size:12px}li:target{background:var(--mark)}\n";

/* The one letter that the page knows a class by. */
static char
letter_of(SieveConvertClass class)
{
	static const char letters[SIEVE_N_CONVERT_CLASSES] = {
		[SIEVE_CONVERT_COMMENT] = 'c',
		[SIEVE_CONVERT_EXACT] = 'e',
		[SIEVE_CONVERT_APPROXIMATED] = 'a',
		[SIEVE_CONVERT_NOT_EXPRESSIBLE] = 'n',
	};

	return letters[class];
}

static void
put_filters(const SieveConversion *conversion, GString *html)
{
	static const SieveConvertClass order[] = {SIEVE_CONVERT_EXACT, SIEVE_CONVERT_APPROXIMATED,
		SIEVE_CONVERT_NOT_EXPRESSIBLE, SIEVE_CONVERT_COMMENT};
	size_t counts[SIEVE_N_CONVERT_CLASSES];

	doorstep_convert_count(conversion, counts);
	for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
		char letter = letter_of(order[i]);
		g_string_append_printf(html,
			"<input type=\"checkbox\" id=\"%c\" checked><label class=\"%c\" "
			"for=\"%c\">%s: %zu</label>\n",
			letter, letter, letter, doorstep_convert_class_name(order[i]),
			counts[order[i]]);
	}
}

/* (transfer full) of each line what was found of it, (nullable) text. */
static GPtrArray *
collect_findings(const SieveConversion *conversion)
{
	GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_set_size(texts, (int)sieve_conversion_count_lines(conversion) + 1);
	for (size_t i = 0; i < sieve_conversion_count_findings(conversion); i++) {
		const SieveFinding *finding = sieve_conversion_finding(conversion, i);
		if (texts->pdata[finding->line] == NULL)
			texts->pdata[finding->line] = doorstep_convert_finding_text(finding);
	}
	return texts;
}

static void
put_source(const SieveConversion *conversion, GString *html)
{
	g_autoptr(GPtrArray) findings = collect_findings(conversion);
	size_t count = sieve_conversion_count_lines(conversion);

	for (size_t i = 0; i < MIN(count, SHOWN_LINES); i++) {
		const SieveConvertedLine *line = sieve_conversion_line(conversion, i);
		g_string_append_printf(html,
			"<li class=\"%c\" id=\"l%zu\"><span class=\"l\">%u</span><div>",
			letter_of(line->class), i + 1, line->number);
		if (line->file != NULL && line->number == 1) {
			g_string_append(html, "<span class=\"c\">");
			doorstep_html_string(line->file, html);
			g_string_append(html, "</span>");
		}
		g_string_append(html, "<code>");
		doorstep_html_text(line->text, SHOWN_LINE_BYTES, html);
		g_string_append(html, "</code>");
		if (line->note != NULL) {
			g_string_append_printf(html, "<span class=\"%c\">", letter_of(line->class));
			doorstep_html_string(doorstep_convert_class_name(line->class), html);
			g_string_append(html, ": ");
			doorstep_html_string(line->note, html);
			g_string_append(html, "</span>");
		}
		if (findings->pdata[i + 1] != NULL) {
			g_string_append(html, "<span class=\"a\">");
			doorstep_html_string(findings->pdata[i + 1], html);
			g_string_append(html, "</span>");
		}
		g_string_append(html, "</div>");
		if (line->script_line > 0)
			g_string_append_printf(html, "<a href=\"#s%u\">line %u</a>", line->script_line,
				line->script_line);
		g_string_append(html, "</li>\n");
	}
	if (count > SHOWN_LINES)
		g_string_append_printf(html, "<li>The first %u of %zu lines.</li>\n", SHOWN_LINES, count);
}

static void
put_script(SieveBytes script, GString *html)
{
	unsigned number = 1;

	for (size_t at = 0; at < script.len && number <= SHOWN_LINES; number++) {
		size_t end = MIN(sieve_bytes_find(script, SIEVE_BYTES("\n"), at), script.len);
		g_string_append_printf(
			html, "<li id=\"s%u\"><span class=\"l\">%u</span><code>", number, number);
		doorstep_html_text(sieve_bytes_slice(script, at, end - at), SHOWN_LINE_BYTES, html);
		g_string_append(html, "</code></li>\n");
		at = end + 1;
	}
	if (number > SHOWN_LINES)
		g_string_append_printf(html, "<li>The first %u lines.</li>\n", SHOWN_LINES);
}

char *
doorstep_convert_report_html(const DoorstepConverted *converted)
{
	GString *html = g_string_new(DOORSTEP_HTML_HEAD);

	doorstep_html_string(converted->name, html);
	g_string_append_printf(html, "</title>\n<style>\n%s</style>\n</head>\n<body>\n<h1><code>", style);
	doorstep_html_string(converted->name, html);
	g_string_append_printf(html, "</code></h1>\n<p>%s</p>\n", converted->format->title);
	put_filters(converted->conversion, html);
	g_string_append(html, "<main>\n<section aria-label=\"Source\"><h2>Source</h2>\n<ol>\n");
	put_source(converted->conversion, html);
	g_string_append(html, "</ol></section>\n<section aria-label=\"Script\"><h2>Script</h2>\n<ol>\n");
	put_script(sieve_conversion_script(converted->conversion), html);
	g_string_append(html, "</ol></section>\n</main>\n</body>\n</html>\n");
	return g_string_free(html, FALSE);
}
