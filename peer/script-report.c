/* SPDX-License-Identifier: MIT */
/* script-report.c - tells the reader, by a mail in the inbox, that their script does not compile */

#include "peer/script-report.h"

#include <glib/gstdio.h>
#include <string.h>

#include "engine/bytes.h"
#include "engine/deliver/maildir.h"
#include "peer/mail-date.h"

/* No script: scripts end in .sieve. */
#define TOLD_FILE ".told"

static char *
version_of(const char *problem, SieveBytes script)
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);

	g_checksum_update(sum, (const guchar *)problem, (gssize)strlen(problem) + 1);
	if (script.len > 0)
		g_checksum_update(sum, (const guchar *)script.ptr, (gssize)script.len);
	return g_strdup(g_checksum_get_string(sum));
}

static bool
was_told(const char *path, const char *version)
{
	g_autofree char *told = NULL;

	return g_file_get_contents(path, &told, NULL, NULL) && strcmp(told, version) == 0;
}

/* RFC 3834 section 5: Auto-Submitted keeps other programs from answering it. */
static char *
print_mail(const PeerConfig *config, const PeerState *state, const char *problem,
	const char *version)
{
	g_autofree char *date = peer_mail_date(g_get_real_time() / G_USEC_PER_SEC);
	g_auto(GStrv) lines = g_strsplit(problem, "\n", -1);
	g_autofree char *body = g_strjoinv("\r\n", lines);
	const char *to = state->emails[0] != NULL ? state->emails[0] : state->user_name;

	return g_strdup_printf("Return-Path: <>\r\n"
			       "From: doorstepd <doorstepd@%s>\r\n"
			       "To: <%s>\r\n"
			       "Date: %s\r\n"
			       "Message-ID: <script.%.32s@%s>\r\n"
			       "Subject: Your mail script does not work\r\n"
			       "Auto-Submitted: auto-generated\r\n"
			       "MIME-Version: 1.0\r\n"
			       "Content-Type: text/plain; charset=utf-8\r\n"
			       "Content-Transfer-Encoding: 8bit\r\n"
			       "\r\n"
			       "The script %s.sieve in %s\r\n"
			       "is left out, and all mail that it would have filed is kept in the\r\n"
			       "inbox. Your access list still works.\r\n"
			       "\r\n"
			       "%s",
		config->host_name, to, date, version, config->host_name, config->personal_script,
		config->script_folder, body);
}

bool
peer_script_report(const PeerConfig *config, const PeerState *state, const char *problem,
	SieveBytes script, GError **error)
{
	g_autofree char *path = g_build_filename(config->script_folder, TOLD_FILE, NULL);
	g_autofree char *version = version_of(problem, script);

	if (was_told(path, version))
		return true;
	g_autofree char *mail = print_mail(config, state, problem, version);
	g_autoptr(SieveMaildir) maildir =
		sieve_maildir_open(config->maildir, sieve_env_system(), error);
	SieveBytes part = sieve_bytes_from_string(mail);
	SieveMail report = {.parts = &part, .n_parts = 1};
	if (maildir == NULL ||
		!sieve_maildir_store(maildir, SIEVE_BYTES("INBOX"), &report, NULL, error))
		return false;
	/* Told twice, should this fail, is better than not at all: hence the mail first. */
	return g_file_set_contents(path, version, -1, error);
}
