/* SPDX-License-Identifier: MIT */
/* log.c - one line per decision, key=value, to standard error; for daemons, not for libraries */

#include "peer/log.h"

#include <string.h>
#include <unistd.h>

#define VALUE_BYTES 500u

static bool
is_plain(SieveBytes value)
{
	for (size_t i = 0; i < value.len; i++)
		if (!g_ascii_isalnum(value.ptr[i]) && strchr(".:@[]+-_/", value.ptr[i]) == NULL)
			return false;
	return value.len > 0;
}

void
peer_log(const char *event, const PeerLogField *fields)
{
	g_autoptr(GString) line = g_string_new("event=");

	g_string_append(line, event);
	for (const PeerLogField *field = fields; field->key != NULL; field++) {
		if (field->value.ptr == NULL)
			continue;
		g_autofree char *text = sieve_bytes_escape(field->value, VALUE_BYTES);
		const char *quote = is_plain(field->value) ? "" : "\"";
		g_string_append_printf(line, " %s=%s%s%s", field->key, quote, text, quote);
	}
	g_string_append_c(line, '\n');
	/* One write for one line, so that lines of several threads do not mix. A log that cannot be
	 * written is no reason to stop taking mail. */
	ssize_t written = write(STDERR_FILENO, line->str, line->len);
	(void)written;
}
