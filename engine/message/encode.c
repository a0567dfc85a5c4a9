/* SPDX-License-Identifier: MIT */
/* encode.c - header fields as they are sent: encoded words, folded; GMime does it */

#include "engine/message/encode.h"

#include <gmime/gmime.h>

/* GMime counts how often it is begun, but of two threads only one may be the first. */
static void
begin_gmime(void)
{
	static GMutex beginning;

	g_mutex_lock(&beginning);
	g_mime_init();
	g_mutex_unlock(&beginning);
}

/* (transfer full) UTF-8 on one line: nothing in it can begin another field. */
static char *
clean(SieveBytes text)
{
	char *line = g_utf8_make_valid(text.len == 0 ? "" : text.ptr, (gssize)text.len);

	for (char *at = line; *at != '\0'; at++)
		if (g_ascii_iscntrl(*at))
			*at = ' ';
	return g_strstrip(line);
}

/* GMime folds with LF, and ends with one. */
static char *
fold(const char *name, const char *value)
{
	g_autofree char *line = g_strdup_printf("%s: %s", name, value);
	g_autofree char *folded = g_mime_utils_unstructured_header_fold(NULL, NULL, line);
	g_auto(GStrv) lines = g_strsplit(g_strchomp(folded), "\n", -1);
	g_autofree char *joined = g_strjoinv("\r\n", lines);

	return g_strconcat(joined, "\r\n", NULL);
}

char *
sieve_encode_text_field(const char *name, SieveBytes text)
{
	g_autofree char *line = clean(text);

	begin_gmime();
	g_autofree char *encoded = g_mime_utils_header_encode_text(NULL, line, "utf-8");
	return fold(name, encoded);
}

char *
sieve_encode_address_field(const char *name, SieveBytes addresses)
{
	g_autofree char *line = clean(addresses);

	begin_gmime();
	InternetAddressList *list = internet_address_list_parse(NULL, line);
	if (list == NULL)
		return NULL;
	g_autofree char *encoded = internet_address_list_to_string(list, NULL, TRUE);
	g_object_unref(list);
	return fold(name, encoded);
}
