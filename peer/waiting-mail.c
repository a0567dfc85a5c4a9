/* SPDX-License-Identifier: MIT */
/* waiting-mail.c - mail that waits at the domain: fetched, filtered by the script, stored */
#include "peer/waiting-mail.h"

#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

#include "engine/env.h"
#include "engine/message/message.h"
#include "peer/delivery.h"
#include "peer/line-io.h"
#include "peer/mail-date.h"
#include "peer/received.h"
#include "peer/script.h"

typedef struct {
	const PeerConfig *config;
	const PeerState *state;
	PeerScriptSource *scripts;
	char **by_hosts;
	char *server; /* host that the mail is fetched from */
} Waiting;

static bool
holds_control(SieveBytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (g_ascii_iscntrl(text.ptr[i]))
			return true;
	return false;
}

/* The address of a field as "<james@example.org>" or without brackets; ptr NULL when there is none,
 * or when it is folded or worse: no server writes an envelope address so. */
static SieveBytes
find_address(const SieveMessage *message, SieveBytes name)
{
	size_t index = 0;
	const SieveHeaderField *field = sieve_message_find_field(message, name, &index);
	SieveBytes text = field != NULL ? sieve_bytes_trim(field->raw) : (SieveBytes){NULL, 0};

	if (holds_control(text))
		return (SieveBytes){NULL, 0};
	if (text.len >= 2 && text.ptr[0] == '<' && text.ptr[text.len - 1] == '>')
		return sieve_bytes_slice(text, 1, text.len - 2);
	return text;
}

/* The final delivery at the domain wrote down the envelope (RFC 5321 section 4.4); Delivered-To
 * counts when it is one of the reader's own addresses. */
static SieveBytes
find_recipient(const Waiting *waiting, const SieveMessage *message)
{
	SieveBytes found = find_address(message, SIEVE_BYTES("Delivered-To"));
	char **emails = waiting->state->emails;

	for (char **email = emails; *email != NULL; email++) {
		if (sieve_bytes_equal_nocase(found, sieve_bytes_from_string(*email)))
			return sieve_bytes_from_string(*email);
	}
	return sieve_bytes_from_string(emails[0] != NULL ? emails[0] : waiting->state->user_name);
}

/* What the Received field of a fetched mail holds, and that of no other mail. */
static char *
make_mark(const char *key)
{
	return g_strdup_printf("with POP3 id %.32s;", key);
}

static char *
make_trace(const Waiting *waiting, const char *key)
{
	g_autofree char *mark = make_mark(key);
	const SieveEnv *env = sieve_env_system();
	g_autofree char *date = peer_mail_date(env->now_usec(env) / G_USEC_PER_SEC);

	return g_strdup_printf("Received: from %s by %s\r\n\t%s %s\r\n", waiting->server,
		waiting->config->host_name, mark, date);
}

/* --- After a crash ---------------------------------------------------------------------------- */

#define HEAD_BYTES 4096u

static bool
file_has_mark(const char *path, const char *mark)
{
	char head[HEAD_BYTES];
	FILE *file = fopen(path, "re");
	size_t len = file != NULL ? fread(head, 1, sizeof(head), file) : 0;

	if (file != NULL)
		(void)fclose(file);
	return sieve_bytes_find((SieveBytes){head, len}, sieve_bytes_from_string(mark), 0) !=
	       SIZE_MAX;
}

/* Looks through a Maildir++ tree: its folders are not nested in the file system. */
static bool
folder_has_mark(const char *folder, const char *mark, unsigned depth)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *path = g_build_filename(folder, name, NULL);

		/* What stands in tmp/ was never delivered. */
		if (strcmp(name, "tmp") == 0 || g_file_test(path, G_FILE_TEST_IS_SYMLINK))
			continue;
		if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
			if (depth > 0 && folder_has_mark(path, mark, depth - 1))
				return true;
		} else if (g_file_test(path, G_FILE_TEST_IS_REGULAR) && file_has_mark(path, mark)) {
			return true;
		}
	}
	return false;
}

/* Rare and slow: only for the one mail during which an earlier fetch was cut off. */
static bool
is_stored(const Waiting *waiting, const char *key)
{
	g_autofree char *mark = make_mark(key);

	return folder_has_mark(waiting->config->maildir, mark, 2);
}

/* --- One mail ------------------------------------------------------------------------------------
 */

static bool
store(const PeerFetchMail *fetched, void *user_data, GError **error)
{
	const Waiting *waiting = user_data;
	SieveBytes text = fetched->text;
	g_autoptr(PeerScript) script = NULL;
	g_autoptr(SieveMessage) message = sieve_message_new(text);
	g_autofree char *remote_ip =
		peer_received_remote_ip(message, (const char *const *)waiting->by_hosts);
	g_autofree char *trace = make_trace(waiting, fetched->key);
	g_auto(PeerDelivery) delivery = {0};

	if (fetched->begun && is_stored(waiting, fetched->key))
		return true;
	if (!peer_script_source_get(waiting->scripts, &script, error))
		return false;
	if (script == NULL) {
		g_set_error(error, PEER_ERROR, PEER_ERROR_CONFIG, "nobody is logged in here");
		return false;
	}

	PeerMail mail = {
		.message = text,
		.sender = find_address(message, SIEVE_BYTES("Return-Path")),
		.recipient = find_recipient(waiting, message),
		.remote_ip = remote_ip,
		.trace_header = trace,
		.refuse = SIEVE_REFUSE_BY_KEEP,
	};

	return peer_delivery_run(waiting->config, script, &mail, &delivery, error);
}

/* Names between blanks, without the empty ones. */
static char **
split_names(const char *text)
{
	g_autoptr(GStrvBuilder) builder = g_strv_builder_new();
	g_auto(GStrv) words = g_strsplit(text, " ", -1);

	for (char **word = words; *word != NULL; word++) {
		if (**word != '\0')
			g_strv_builder_add(builder, *word);
	}
	return g_strv_builder_end(builder);
}

static char *
server_name(const char *url)
{
	g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
	const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;

	return g_strdup(host != NULL ? host : "unknown");
}

bool
peer_waiting_mail_take(const PeerConfig *config, const PeerState *state,
	PeerFetchReport *ret_report, GError **error)
{
	g_autoptr(PeerScriptSource) scripts = peer_script_source_new(config);
	g_auto(GStrv) by_hosts = split_names(config->fetch_received_by);
	g_autofree char *server = server_name(config->fetch_url);
	g_autofree char *folder = g_path_get_dirname(config->fetch_memory);
	Waiting waiting = {config, state, scripts, by_hosts, server};
	PeerFetchSettings settings = {
		.url = config->fetch_url,
		.user_name = config->fetch_user != NULL ? config->fetch_user : state->user_name,
		.password = state->password,
		.ca_file = config->fetch_ca_file,
		.allow_clear = config->fetch_clear,
		.memory_file = config->fetch_memory,
		.max_message_bytes = config->max_message_bytes,
		.timeout_ms = config->fetch_timeout_ms,
	};

	if (g_mkdir_with_parents(folder, 0700) != 0) {
		g_set_error(error, PEER_ERROR, PEER_ERROR_CONFIG, "%s cannot be made", folder);
		return false;
	}
	return peer_fetch_run(&settings, store, &waiting, ret_report, error);
}
