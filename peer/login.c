/* SPDX-License-Identifier: MIT */
/* login.c - publishes the reader's presence, changes it and withdraws it */
#include "peer/login.h"

#include <string.h>

#include "engine/env.h"
#include "peer/auth.h"
#include "peer/line-io.h"
#include "peer/own-address.h"
#include "peer/waiting-mail.h"

#define STOP_TIMEOUT_MS 20000u

void
peer_login_report_clear(PeerLoginReport *report)
{
	g_clear_pointer(&report->host, g_free);
	g_clear_pointer(&report->warning, g_free);
}

static bool
fail_config(GError **error, const char *text)
{
	g_set_error_literal(error, PEER_ERROR, PEER_ERROR_CONFIG, text);
	return false;
}

static LocationSession *
open_session(const PeerConfig *config, GError **error)
{
	if (config->directory != NULL)
		return location_session_new(location_config_settings(config->directory), error);
	(void)fail_config(error, "the settings name no [directory]");
	return NULL;
}

/* A session that acts as the user of @state. */
static LocationSession *
resume_session(const PeerConfig *config, const PeerState *state, GError **error)
{
	g_autoptr(LocationSession) session = open_session(config, error);
	g_autoptr(LocationRecord) record = NULL;

	if (session == NULL || !location_login(session, sieve_bytes_from_string(state->user_name),
				       sieve_bytes_from_string(state->password), &record, error))
		return NULL;
	return g_steal_pointer(&session);
}

static bool
publish(LocationSession *session, const PeerState *state, uint16_t smtp_port, const char *tls_key,
	GError **error)
{
	const SieveEnv *env = sieve_env_system();
	int64_t now_unix = env->now_usec(env) / G_USEC_PER_SEC;
	LocationPresence presence = {
		.status = state->status,
		.host = state->host,
		.smtp_port = smtp_port,
		.lease_end_unix = state->lease_s > 0 ? now_unix + state->lease_s : 0,
		.tls_key = tls_key,
		.ticket_secret = state->has_ticket_secret ? state->ticket_secret : NULL,
	};

	return location_publish(session, state->dn, &presence, error);
}

/* --- Login --------------------------------------------------------------------------------- */

static char *
choose_address(const PeerLoginOptions *options, GError **error)
{
	const char *given =
		options->address != NULL ? options->address : options->config->publish_ip;

	if (given == NULL)
		return peer_own_address(
			location_config_settings(options->config->directory)->uri, error);
	if (g_hostname_is_ip_address(given))
		return g_strdup(given);
	(void)fail_config(error, "the address to publish is no IP address");
	return NULL;
}

/* Offline until it is published: the daemon checks tickets by the new secret from its first moment.
 */
static PeerState *
make_state(const PeerLoginOptions *options, const LocationRecord *record, GError **error)
{
	const SieveEnv *env = sieve_env_system();
	g_autoptr(PeerState) state = peer_state_from_record(record);
	char *host = choose_address(options, error);

	if (host == NULL)
		return NULL;
	g_free(state->host);
	state->host = host;
	state->status = LOCATION_OFFLINE;
	state->password = g_strdup(options->password);
	state->lease_s = options->config->lease_s;
	env->random(env, state->ticket_secret, sizeof(state->ticket_secret));
	state->has_ticket_secret = true;
	return g_steal_pointer(&state);
}

/* POP3's password is the login's until the reader chooses another. */
static bool
store_first_password(const PeerLoginOptions *options, PeerLoginReport *report, GError **error)
{
	const char *path = options->config->password_file;

	if (path == NULL || g_file_test(path, G_FILE_TEST_EXISTS))
		return true;

	g_autofree char *folder = g_path_get_dirname(path);

	if (g_mkdir_with_parents(folder, 0700) != 0)
		return fail_config(error, "the folder of [pop3] password_file cannot be made");
	report->password_stored = true;
	return peer_auth_store_password(path, sieve_bytes_from_string(options->password), error);
}

static bool
fetch(const PeerLoginOptions *options, const PeerState *state, PeerFetchReport *total,
	GError **error)
{
	PeerFetchReport report = {0};

	if (options->config->fetch_url == NULL || (options->flags & PEER_LOGIN_NO_FETCH) != 0)
		return true;

	bool ok = peer_waiting_mail_take(options->config, state, &report, error);

	total->waiting += report.waiting;
	total->stored += report.stored;
	total->known += report.known;
	/* What the first fetch passed over is seen again by the second. */
	total->passed_over = MAX(total->passed_over, report.passed_over);
	return ok;
}

static bool
configured_port(const char *listen, uint16_t *ret_port)
{
	const char *colon = strrchr(listen, ':');
	guint64 port = 0;

	if (colon == NULL || !g_ascii_string_to_unsigned(colon + 1, 10, 1, 65535, &port, NULL))
		return false;
	*ret_port = (uint16_t)port;
	return true;
}

static bool
start_daemon(const PeerLoginOptions *options, PeerDaemon **ret_daemon, PeerLoginReport *report,
	GError **error)
{
	if ((options->flags & PEER_LOGIN_NO_DAEMON) != 0) {
		if (configured_port(options->config->smtp_listen, &report->smtp_port))
			return true;
		return fail_config(error, "[smtp] listen names no port that could be published");
	}
	if (!peer_daemon_start(&options->daemon, ret_daemon, &report->daemon, error))
		return false;
	report->smtp_port = (*ret_daemon)->smtp_port;
	report->pop3_port = (*ret_daemon)->pop3_port;
	return true;
}

/* From the saved session on: whatever fails, the caller undoes. */
static bool
go_online(const PeerLoginOptions *options, LocationSession *session, PeerState *state,
	PeerLoginReport *report, GError **error)
{
	const char *folder = options->config->state_folder;
	g_autoptr(PeerDaemon) daemon = NULL;

	if (!fetch(options, state, &report->fetched, error) ||
		!start_daemon(options, &daemon, report, error))
		return false;
	g_auto(PeerStateLock) lock = peer_state_lock(folder, error);
	if (lock < 0)
		return false;
	state->status = options->status;
	if (!publish(session, state, report->smtp_port, daemon != NULL ? daemon->tls_key : NULL,
		    error))
		return false;
	return peer_state_save(state, folder, error);
}

/* The daemon goes first, so that it renews nothing behind our back. Each step is done whatever
 * became of the one before; the first error is told. A lease that cannot be withdrawn runs out. */
static bool
leave(const PeerConfig *config, LocationSession *session, const PeerState *state, GError **error)
{
	bool stopped = peer_daemon_stop(config->state_folder, STOP_TIMEOUT_MS, error);
	/* Not before: a daemon that ends takes it too. */
	g_auto(PeerStateLock) lock = peer_state_lock(config->state_folder, stopped ? error : NULL);
	bool locked = lock >= 0;
	bool withdrawn = location_withdraw(session, state->dn, stopped && locked ? error : NULL);
	bool removed = peer_state_remove(
		config->state_folder, stopped && locked && withdrawn ? error : NULL);

	return stopped && locked && withdrawn && removed;
}

/* Back to what was before the login: nobody here, or the session that it was to replace. */
static bool
undo(const PeerLoginOptions *options, LocationSession *session, const PeerState *state,
	const PeerState *before, GError **error)
{
	const char *folder = options->config->state_folder;

	if (before != NULL)
		return peer_state_save(before, folder, error);

	return leave(options->config, session, state, error);
}

static void
fetch_again(const PeerLoginOptions *options, const PeerState *state, PeerLoginReport *report)
{
	g_autoptr(GError) problem = NULL;

	if (!fetch(options, state, &report->fetched, &problem))
		report->warning = g_strdup(problem->message);
}

bool
peer_login(const PeerLoginOptions *options, PeerLoginReport *ret_report, GError **error)
{
	g_autoptr(LocationSession) session = open_session(options->config, error);
	g_autoptr(LocationRecord) record = NULL;
	g_autoptr(PeerState) before = NULL;
	g_auto(PeerLoginReport) report = {0};

	if (session == NULL || !location_login(session, sieve_bytes_from_string(options->user_name),
				       sieve_bytes_from_string(options->password), &record, error))
		return false;

	g_autoptr(PeerState) state = make_state(options, record, error);

	if (state == NULL || !store_first_password(options, &report, error) ||
		!peer_state_load(options->config->state_folder, &before, error) ||
		!peer_state_save(state, options->config->state_folder, error))
		return false;
	if (!go_online(options, session, state, &report, error)) {
		g_autoptr(GError) problem = NULL;

		if (!undo(options, session, state, before, &problem))
			g_prefix_error(error, "%s, after ", problem->message);
		return false;
	}
	fetch_again(options, state, &report);
	report.host = g_strdup(state->host);
	*ret_report = report;
	report = (PeerLoginReport){0};
	return true;
}

/* --- Change and logout --------------------------------------------------------------------- */

static PeerState *
load_state(const PeerConfig *config, GError **error)
{
	PeerState *state = NULL;

	if (peer_state_load(config->state_folder, &state, error) && state == NULL)
		(void)fail_config(error, "nobody is logged in on this host");
	return state;
}

bool
peer_login_change(const PeerConfig *config, LocationStatus status, GError **error)
{
	g_auto(PeerStateLock) lock = peer_state_lock(config->state_folder, error);
	g_autoptr(PeerState) state = lock < 0 ? NULL : load_state(config, error);
	g_autoptr(PeerDaemon) daemon = NULL;
	uint16_t port = 0;

	if (state == NULL || !peer_daemon_find(config->state_folder, &daemon, error))
		return false;
	if (daemon != NULL)
		port = daemon->smtp_port;
	else if (!configured_port(config->smtp_listen, &port))
		return fail_config(error, "doorstepd does not run: log in again");

	g_autoptr(LocationSession) session = resume_session(config, state, error);

	if (session == NULL)
		return false;
	state->status = status;
	return publish(session, state, port, daemon != NULL ? daemon->tls_key : NULL, error) &&
	       peer_state_save(state, config->state_folder, error);
}

bool
peer_logout(const PeerConfig *config, GError **error)
{
	g_autoptr(PeerState) state = load_state(config, error);

	if (state == NULL)
		return false;

	g_autoptr(LocationSession) session = resume_session(config, state, error);

	if (session != NULL)
		return leave(config, session, state, error);

	/* The directory is away, and @error says so. */
	if (!peer_daemon_stop(config->state_folder, STOP_TIMEOUT_MS, NULL) ||
		!peer_state_remove(config->state_folder, NULL))
		g_prefix_error(error, "doorstepd does not end, and ");
	return false;
}
