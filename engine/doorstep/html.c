/* SPDX-License-Identifier: MIT */
/* html.c - text of any kind in a page, never as markup */

#include "engine/doorstep/html.h"

#include "engine/bytes.h"

static void
put_character(gunichar character, GString *html)
{
	static const struct {
		gunichar character;
		const char *entity;
	} entities[] = {
		{'<', "&lt;"}, {'>', "&gt;"}, {'&', "&amp;"}, {'"', "&quot;"}, {'\'', "&#39;"}};

	for (size_t i = 0; i < G_N_ELEMENTS(entities); i++)
		if (character == entities[i].character) {
			g_string_append(html, entities[i].entity);
			return;
		}
	/* Format characters can reorder what is shown. */
	if (character == '\n' || character == '\t' ||
		(g_unichar_isprint(character) && g_unichar_type(character) != G_UNICODE_FORMAT))
		g_string_append_unichar(html, character);
	else
		g_string_append_printf(html, "\\u{%x}", character);
}

void
doorstep_html_text(SieveBytes text, size_t max_bytes, GString *html)
{
	size_t end = MIN(text.len, max_bytes);

	for (size_t at = 0; at < end;) {
		const char *here = text.ptr + at;
		gunichar character = g_utf8_get_char_validated(here, (gssize)(text.len - at));
		bool line_end = *here == '\r' && at + 1 < text.len && here[1] == '\n';
		if (*here == '\0' || character == (gunichar)-1 || character == (gunichar)-2) {
			g_string_append_printf(html, "\\x%02x", (unsigned char)*here);
			at++;
			continue;
		}
		if (!line_end)
			put_character(character, html);
		at += (size_t)g_utf8_skip[(unsigned char)*here];
	}
	if (end < text.len)
		g_string_append(html, "...");
}

void
doorstep_html_string(const char *text, GString *html)
{
	doorstep_html_text(sieve_bytes_from_string(text), SIZE_MAX, html);
}
