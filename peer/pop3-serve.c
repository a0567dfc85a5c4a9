/* SPDX-License-Identifier: MIT */
/* pop3-serve.c - one POP3 connection: moves lines between the network and the session */
#include "peer/pop3-serve.h"

#include "peer/log.h"
#include "peer/pop3-session.h"

#define IDLE_TIMEOUT_MS (10u * 60 * 1000)
#define SEND_TIMEOUT_MS (60u * 1000)
#define TLS_TIMEOUT_MS (30u * 1000)
#define MAX_ERRORS 20u
#define MAX_LOGINS 5u

typedef struct {
	PeerLineIo *io;
	const PeerPop3Service *service;
} Connection;

static const PeerPop3Login logins[] = {
	[PEER_AUTH_OK] = PEER_POP3_LOGIN_OK,
	[PEER_AUTH_WRONG] = PEER_POP3_LOGIN_WRONG,
	[PEER_AUTH_LATER] = PEER_POP3_LOGIN_LATER,
	[PEER_AUTH_FAILED] = PEER_POP3_LOGIN_FAILED,
};

static void
log_login(const char *client, SieveBytes user, const char *verdict, const char *reason)
{
	peer_log("login", (const PeerLogField[]){
		{"client", sieve_bytes_from_string(client)},
		{"user", user},
		{"verdict", sieve_bytes_from_string(verdict)},
		{"reason", sieve_bytes_from_string(reason)},
		{NULL, {NULL, 0}},
	});
}

static PeerPop3Login
open_drop(SieveBytes user, SieveBytes password, void *user_data, PeerPop3Drop **ret_drop)
{
	const Connection *connection = user_data;
	const char *client = peer_line_io_remote_ip(connection->io);
	g_autoptr(GError) error = NULL;
	g_autofree char *problem = NULL;
	PeerAuthVerdict verdict =
		peer_auth_check(connection->service->auth, client, user, password, &problem);

	if (verdict != PEER_AUTH_OK) {
		log_login(client, user, "refused",
			verdict == PEER_AUTH_WRONG   ? "wrong-user-or-password"
			: verdict == PEER_AUTH_LATER ? "too-many-failures"
						     : problem);
		return logins[verdict];
	}
	*ret_drop = peer_pop3_drop_open(connection->service->maildir, &error);
	if (*ret_drop != NULL) {
		log_login(client, user, "accepted", NULL);
		return PEER_POP3_LOGIN_OK;
	}
	log_login(client, user, "refused", error->message);
	return g_error_matches(error, G_IO_ERROR, G_IO_ERROR_BUSY) ? PEER_POP3_LOGIN_IN_USE
								   : PEER_POP3_LOGIN_FAILED;
}

/* Sends what is pending. Replies wait while the client has more commands on the way (RFC 2449
 * section 6.6); the pieces of a message are sent as they come. */
static bool
send_pending(const Connection *connection, PeerPop3Session *session, GError **error)
{
	GBytes *piece = NULL;
	size_t sent = 0;

	for (;;) {
		if (!peer_pop3_session_take_output(session, &piece, error))
			return false;
		if (piece == NULL)
			break;

		gsize len = 0;
		const char *data = g_bytes_get_data(piece, &len);

		peer_line_io_write(connection->io, (SieveBytes){data, len});
		g_bytes_unref(piece);
		sent += len;
		if (sent > 4096 && !peer_line_io_flush(connection->io, SEND_TIMEOUT_MS, error))
			return false;
	}
	return peer_line_io_has_input(connection->io) ||
	       peer_line_io_flush(connection->io, SEND_TIMEOUT_MS, error);
}

/* Reads one line and gives it to the session. */
static bool
take_line(const Connection *connection, PeerPop3Session *session, PeerPop3Wish *ret_wish,
	GError **error)
{
	g_autoptr(GError) problem = NULL;
	unsigned idle_ms = connection->service->idle_timeout_ms;
	SieveBytes line;

	if (peer_line_io_read(connection->io, peer_pop3_session_max_line(session),
		    idle_ms > 0 ? idle_ms : IDLE_TIMEOUT_MS, &line, NULL, &problem)) {
		*ret_wish = peer_pop3_session_push(session, line);
		return true;
	}
	if (g_error_matches(problem, PEER_ERROR, PEER_ERROR_TOO_LONG)) {
		*ret_wish = peer_pop3_session_push_too_long(session);
		return true;
	}
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static bool
start_tls(const Connection *connection, PeerPop3Session *session, GError **error)
{
	if (!peer_line_io_flush(connection->io, SEND_TIMEOUT_MS, error) ||
		!peer_line_io_start_tls_server(
			connection->io, connection->service->certificate, TLS_TIMEOUT_MS, error))
		return false;
	peer_pop3_session_tls_on(session);
	return true;
}

static bool
converse(const Connection *connection, PeerPop3Session *session, GError **error)
{
	PeerPop3Wish wish = PEER_POP3_CONTINUE;

	while (wish != PEER_POP3_CLOSE) {
		if (!send_pending(connection, session, error) ||
			!take_line(connection, session, &wish, error))
			return false;
		if (wish == PEER_POP3_START_TLS && (!send_pending(connection, session, error) ||
							   !start_tls(connection, session, error)))
			return false;
	}
	return send_pending(connection, session, error) &&
	       peer_line_io_flush(connection->io, SEND_TIMEOUT_MS, error);
}

static unsigned
choose_flags(PeerLineIo *io, const PeerPop3Service *service)
{
	g_autoptr(GInetAddress) address =
		g_inet_address_new_from_string(peer_line_io_remote_ip(io));
	unsigned flags = 0;

	if (service->certificate != NULL)
		flags |= PEER_POP3_STLS;
	if (address != NULL && g_inet_address_get_is_loopback(address))
		flags |= PEER_POP3_CLEAR_LOGIN;
	if (peer_line_io_is_tls(io))
		flags |= PEER_POP3_TLS_ON;
	return flags;
}

void
peer_pop3_serve(PeerLineIo *io, void *service)
{
	const PeerPop3Service *shared = service;
	Connection connection = {io, shared};
	PeerPop3Options options = {
		.host_name = shared->host_name,
		.flags = choose_flags(io, shared),
		.max_errors = MAX_ERRORS,
		.max_logins = MAX_LOGINS,
	};
	g_autoptr(PeerPop3Session) session =
		peer_pop3_session_new(&options, open_drop, &connection);
	g_autoptr(GError) error = NULL;

	if (!converse(&connection, session, &error))
		peer_log("session", (const PeerLogField[]){
			{"client", sieve_bytes_from_string(peer_line_io_remote_ip(io))},
			{"verdict", SIEVE_BYTES("broken")},
			{"reason", sieve_bytes_from_string(error->message)},
			{NULL, {NULL, 0}},
		});
}
