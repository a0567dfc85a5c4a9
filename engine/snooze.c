/* SPDX-License-Identifier: MIT */
/* snooze.c - what a snoozed mail says of its waking: a field before its others */

#include "engine/snooze.h"

#include <stdlib.h>
#include <string.h>

#include "engine/bytes.h"

static void
append_word(GString *out, char key, SieveBytes value)
{
	g_autofree char *text = sieve_bytes_dup(value);
	g_autofree char *escaped = g_uri_escape_string(text, NULL, FALSE);

	g_string_append_printf(out, " %c=%s", key, escaped);
}

/* "X-Doorstep-Snooze: SECONDS m=MAILBOX a=FLAGS r=FLAGS", percent-encoded. */
char *
sieve_snooze_print(const SieveSnooze *snooze)
{
	GString *out = g_string_new(SIEVE_SNOOZE_FIELD ":");

	g_string_append_printf(out, " %" G_GINT64_FORMAT, snooze->wake_unix);
	append_word(out, 'm', snooze->mailbox);
	append_word(out, 'a', snooze->add);
	append_word(out, 'r', snooze->remove);
	g_string_append(out, "\r\n");
	return g_string_free(out, FALSE);
}

static bool
take_word(SieveBytes word, SieveArena *arena, SieveSnooze *snooze)
{
	g_autofree char *text = sieve_bytes_dup(sieve_bytes_slice(word, 2, SIZE_MAX));
	g_autofree char *value = g_uri_unescape_string(text, NULL);

	if (word.len < 2 || word.ptr[1] != '=' || value == NULL)
		return false;
	SieveBytes kept = sieve_arena_copy(arena, sieve_bytes_from_string(value));
	switch (word.ptr[0]) {
	case 'm':
		snooze->mailbox = kept;
		return true;
	case 'a':
		snooze->add = kept;
		return true;
	case 'r':
		snooze->remove = kept;
		return true;
	default:
		return false;
	}
}

bool
sieve_snooze_parse(SieveBytes value, SieveArena *arena, SieveSnooze *ret_snooze)
{
	SieveBytes word;
	char *end;

	*ret_snooze = (SieveSnooze){.mailbox = {NULL, 0}};
	if (!sieve_bytes_next_word(&value, &word))
		return false;
	g_autofree char *seconds = sieve_bytes_dup(word);
	ret_snooze->wake_unix = g_ascii_strtoll(seconds, &end, 10);
	if (*seconds == '\0' || *end != '\0')
		return false;
	while (sieve_bytes_next_word(&value, &word))
		if (!take_word(sieve_bytes_trim(word), arena, ret_snooze))
			return false;
	return ret_snooze->mailbox.len > 0;
}
