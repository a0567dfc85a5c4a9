/* SPDX-License-Identifier: MIT */
/* location-client.c - the location client's calls as commands, for t/ldap/location.t
 *
 * Usage: location-client KEYFILE, commands on standard input, one line each: its words are separated
 * by tabs, \xNN stands for an octet. Each is answered by one line. All use one session.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/bytes.h"
#include "schema/location.h"

#define WORDS_MAX 6

static const char *const error_names[] = {
	[LOCATION_ERROR_UNREACHABLE] = "UNREACHABLE",
	[LOCATION_ERROR_TIMEOUT] = "TIMEOUT",
	[LOCATION_ERROR_CREDENTIALS] = "CREDENTIALS",
	[LOCATION_ERROR_DENIED] = "DENIED",
	[LOCATION_ERROR_SCHEMA] = "SCHEMA",
	[LOCATION_ERROR_CONFIG] = "CONFIG",
};

static SieveBytes
unescape(const char *word)
{
	GString *text = g_string_new(NULL);

	for (; *word != '\0'; word++) {
		unsigned octet = 0;

		if (sscanf(word, "\\x%2x", &octet) == 1) {
			g_string_append_c(text, (char)octet);
			word += 3;
		} else {
			g_string_append_c(text, *word);
		}
	}
	size_t len = text->len;
	return (SieveBytes){g_string_free(text, FALSE), len};
}

static bool
publish(LocationSession *session, char **words, GError **error)
{
	unsigned char secret[LOCATION_SECRET_BYTES];
	const LocationPresence presence = {
		.status = (LocationStatus)atoi(words[2]),
		.host = words[3],
		.smtp_port = (uint16_t)atoi(words[4]),
		.lease_end_unix = g_ascii_strtoll(words[5], NULL, 10),
		.ticket_secret = secret,
	};

	memset(secret, 's', sizeof(secret));
	return location_publish(session, words[1], &presence, error);
}

static bool
run(LocationSession *session, char **words, LocationRecord **ret_record, GError **error)
{
	SieveBytes first = unescape(words[1]);
	const char *verb = words[0];
	bool good;

	if (strcmp(verb, "email") == 0)
		good = location_find_by_email(session, first, ret_record, error);
	else if (strcmp(verb, "user") == 0)
		good = location_find_by_user(session, first, ret_record, error);
	else if (strcmp(verb, "host") == 0)
		good = location_find_by_host(
			session, words[1], (uint16_t)atoi(words[2]), ret_record, error);
	else if (strcmp(verb, "login") == 0)
		good = location_login(
			session, first, sieve_bytes_from_string(words[2]), ret_record, error);
	else if (strcmp(verb, "publish") == 0)
		good = publish(session, words, error);
	else if (strcmp(verb, "withdraw") == 0)
		good = location_withdraw(session, words[1], error);
	else
		g_error("no such command: %s", verb);
	g_free((char *)(uintptr_t)first.ptr);
	return good;
}

static void
answer(LocationSession *session, char **words)
{
	g_autoptr(LocationRecord) record = NULL;
	g_autoptr(GError) error = NULL;
	int64_t start_usec = g_get_monotonic_time();

	if (!run(session, words, &record, &error))
		printf("%s%s\n", error_names[error->code],
			g_get_monotonic_time() - start_usec > 2500000 ? " LATE" : "");
	else if (record == NULL)
		printf("none\n");
	else
		printf("%s online=%d host=%s port=%u lease=%" G_GINT64_FORMAT " secret=%d filters=%u\n",
			record->user_name, record->status, record->host ? record->host : "-",
			record->smtp_port, record->lease_end_unix, record->has_ticket_secret,
			g_strv_length(record->mailfilters));
	if (error != NULL)
		fprintf(stderr, "%s\n", error->message);
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) error = NULL;
	char line[4096];

	if (argc != 2 || !g_key_file_load_from_file(file, argv[1], G_KEY_FILE_NONE, &error))
		g_error("usage: location-client KEYFILE");
	g_autoptr(LocationConfig) config = location_config_load(file, &error);
	g_autoptr(LocationSession) session =
		config != NULL ? location_session_new(location_config_settings(config), &error) : NULL;
	if (session == NULL)
		g_error("%s", error->message);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		char *words[WORDS_MAX] = {NULL};
		g_auto(GStrv) given = g_strsplit(g_strchomp(line), "\t", WORDS_MAX);
		char empty[] = "";

		for (unsigned i = 0, n = g_strv_length(given); i < WORDS_MAX; i++)
			words[i] = i < n ? given[i] : empty;
		answer(session, words);
	}
	return 0;
}
