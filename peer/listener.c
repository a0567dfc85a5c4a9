/* SPDX-License-Identifier: MIT */
/* listener.c - accepts connections, one thread each, with limits per client and in all */

#include "peer/listener.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>

/* After accept() fails, for want of file descriptors as a rule, it waits before it tries again. */
#define ACCEPT_PAUSE_USEC (100 * 1000)

struct PeerListener {
	GSocket *socket;
	char *unix_path; /* (nullable) removed at the end */
	uint16_t port;
	unsigned max_connections;
	unsigned max_per_client;
	char *busy_reply;
	PeerServe serve;
	void *user_data;
	GCancellable *stopping;
	GThread *acceptor;

	GMutex lock; /* of all below */
	GCond ended; /* a session has ended */
	GHashTable *sockets;     /* of GSocket: running sessions */
	GHashTable *per_client;  /* address text to count */
};

typedef struct Session {
	PeerListener *listener;
	PeerLineIo *io;
	GSocket *socket;
} Session;

/* "unix:/path" */
static GSocketAddress *
parse_unix(const char *path, GError **error)
{
	if (path[0] == '/')
		return g_unix_socket_address_new(path);
	g_set_error(error, PEER_ERROR, PEER_ERROR_CONFIG, "unix:%s: the path must begin with /",
		path);
	return NULL;
}

/* "127.0.0.1:2525" or "[::1]:2525" */
static GSocketAddress *
parse_inet(const char *address, GError **error)
{
	const char *colon = strrchr(address, ':');
	guint64 port = 0;

	if (colon != NULL && g_ascii_string_to_unsigned(colon + 1, 10, 0, 65535, &port, NULL)) {
		bool brackets = address[0] == '[' && colon > address && colon[-1] == ']';
		g_autofree char *ip = brackets
			? g_strndup(address + 1, (size_t)(colon - address) - 2)
			: g_strndup(address, (size_t)(colon - address));
		GSocketAddress *parsed =
			brackets == (strchr(ip, ':') != NULL)
				? g_inet_socket_address_new_from_string(ip, (guint)port)
				: NULL;
		if (parsed != NULL)
			return parsed;
	}
	g_set_error(error, PEER_ERROR, PEER_ERROR_CONFIG,
		"%s: an address to listen on is 127.0.0.1:2525, [::1]:2525 or unix:/path", address);
	return NULL;
}

/* A socket file that nobody listens on any more is in the way of bind(). */
static void
remove_stale(const char *path)
{
	g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
	g_autoptr(GSocket) probe = g_socket_new(
		G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
	g_autoptr(GError) problem = NULL;

	if (probe != NULL && !g_socket_connect(probe, address, NULL, &problem) &&
		g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED))
		(void)g_unlink(path);
}

static bool
bind_socket(PeerListener *listener, GSocketAddress *address, GError **error)
{
	listener->socket = g_socket_new(g_socket_address_get_family(address), G_SOCKET_TYPE_STREAM,
		G_SOCKET_PROTOCOL_DEFAULT, error);
	if (listener->socket == NULL)
		return false;
	if (G_IS_UNIX_SOCKET_ADDRESS(address))
		remove_stale(g_unix_socket_address_get_path(G_UNIX_SOCKET_ADDRESS(address)));
	if (!g_socket_bind(listener->socket, address, TRUE, error))
		return false;
	if (G_IS_UNIX_SOCKET_ADDRESS(address))
		listener->unix_path = g_strdup(
			g_unix_socket_address_get_path(G_UNIX_SOCKET_ADDRESS(address)));
	if (!g_socket_listen(listener->socket, error))
		return false;
	g_autoptr(GSocketAddress) bound = g_socket_get_local_address(listener->socket, error);
	if (bound == NULL)
		return false;
	if (G_IS_INET_SOCKET_ADDRESS(bound))
		listener->port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound));
	return true;
}

/* Counts the session in, unless that breaks a limit. */
static bool
admit(PeerListener *listener, Session *session)
{
	const char *client = peer_line_io_remote_ip(session->io);

	g_mutex_lock(&listener->lock);
	unsigned count = GPOINTER_TO_UINT(g_hash_table_lookup(listener->per_client, client));
	bool admitted = g_hash_table_size(listener->sockets) < listener->max_connections &&
	                count < listener->max_per_client;
	if (admitted) {
		g_hash_table_add(listener->sockets, session->socket);
		g_hash_table_insert(
			listener->per_client, g_strdup(client), GUINT_TO_POINTER(count + 1));
	}
	g_mutex_unlock(&listener->lock);
	return admitted;
}

/* Closes the connection and counts the session out. The socket stays known until then, so that
 * peer_listener_stop() cannot shut down a descriptor that is somebody else's by now. */
static void
end_session(Session *session)
{
	PeerListener *listener = session->listener;
	g_autofree char *client = g_strdup(peer_line_io_remote_ip(session->io));

	g_mutex_lock(&listener->lock);
	g_hash_table_remove(listener->sockets, session->socket);
	g_mutex_unlock(&listener->lock);
	peer_line_io_free(session->io);
	g_object_unref(session->socket);
	g_free(session);
	g_mutex_lock(&listener->lock);
	unsigned count = GPOINTER_TO_UINT(g_hash_table_lookup(listener->per_client, client));
	if (count > 1)
		g_hash_table_insert(listener->per_client, g_steal_pointer(&client),
			GUINT_TO_POINTER(count - 1));
	else
		g_hash_table_remove(listener->per_client, client);
	g_cond_broadcast(&listener->ended);
	g_mutex_unlock(&listener->lock);
}

static void *
run_session(void *data)
{
	Session *session = data;

	session->listener->serve(session->io, session->listener->user_data);
	end_session(session);
	return NULL;
}

static void
turn_away(PeerListener *listener, Session *session)
{
	if (listener->busy_reply != NULL) {
		peer_line_io_write(session->io, sieve_bytes_from_string(listener->busy_reply));
		/* A client that is not there to read it has lost nothing. */
		bool told = peer_line_io_flush(session->io, 0, NULL);
		(void)told;
	}
	peer_line_io_free(session->io);
	g_object_unref(session->socket);
	g_free(session);
}

static void
begin_session(PeerListener *listener, GSocket *socket)
{
	g_autoptr(GSocketConnection) connection =
		g_socket_connection_factory_create_connection(socket);
	Session *session = g_new0(Session, 1);

	session->listener = listener;
	session->socket = g_object_ref(socket);
	session->io = peer_line_io_new(connection);
	if (!admit(listener, session)) {
		turn_away(listener, session);
		return;
	}
	GThread *thread = g_thread_try_new("session", run_session, session, NULL);
	if (thread != NULL)
		g_thread_unref(thread);
	else
		end_session(session);
}

static void *
accept_all(void *data)
{
	PeerListener *listener = data;

	while (!g_cancellable_is_cancelled(listener->stopping)) {
		g_autoptr(GSocket) socket =
			g_socket_accept(listener->socket, listener->stopping, NULL);
		if (socket != NULL)
			begin_session(listener, socket);
		else if (!g_cancellable_is_cancelled(listener->stopping))
			g_usleep(ACCEPT_PAUSE_USEC);
	}
	return NULL;
}

PeerListener *
peer_listener_new(const char *address, const PeerListenerOptions *options, PeerServe serve,
	void *user_data, GError **error)
{
	g_autoptr(PeerListener) listener = g_new0(PeerListener, 1);
	g_autoptr(GSocketAddress) parsed = g_str_has_prefix(address, "unix:")
		? parse_unix(address + strlen("unix:"), error)
		: parse_inet(address, error);

	g_mutex_init(&listener->lock);
	g_cond_init(&listener->ended);
	listener->stopping = g_cancellable_new();
	listener->sockets = g_hash_table_new(NULL, NULL);
	listener->per_client = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	listener->max_connections = options->max_connections;
	listener->max_per_client = options->max_per_client;
	listener->busy_reply = g_strdup(options->busy_reply);
	listener->serve = serve;
	listener->user_data = user_data;
	if (parsed == NULL)
		return NULL;
	if (!bind_socket(listener, parsed, error)) {
		g_prefix_error(error, "%s: ", address);
		return NULL;
	}
	listener->acceptor = g_thread_new("listener", accept_all, listener);
	return g_steal_pointer(&listener);
}

void
peer_listener_stop(PeerListener *listener, unsigned timeout_ms)
{
	int64_t deadline = g_get_monotonic_time() + (int64_t)timeout_ms * 1000;

	if (listener->acceptor == NULL)
		return;
	g_cancellable_cancel(listener->stopping);
	g_thread_join(g_steal_pointer(&listener->acceptor));
	(void)g_socket_close(listener->socket, NULL);

	g_mutex_lock(&listener->lock);
	while (g_hash_table_size(listener->per_client) > 0 &&
		g_cond_wait_until(&listener->ended, &listener->lock, deadline))
		continue;
	GHashTableIter iter;
	void *socket;
	g_hash_table_iter_init(&iter, listener->sockets);
	while (g_hash_table_iter_next(&iter, &socket, NULL))
		(void)g_socket_shutdown(socket, TRUE, TRUE, NULL);
	while (g_hash_table_size(listener->per_client) > 0)
		g_cond_wait(&listener->ended, &listener->lock);
	g_mutex_unlock(&listener->lock);
}

void
peer_listener_free(PeerListener *listener)
{
	if (listener == NULL)
		return;
	peer_listener_stop(listener, 0);
	if (listener->unix_path != NULL)
		(void)g_unlink(listener->unix_path);
	g_clear_object(&listener->socket);
	g_object_unref(listener->stopping);
	g_hash_table_unref(listener->sockets);
	g_hash_table_unref(listener->per_client);
	g_mutex_clear(&listener->lock);
	g_cond_clear(&listener->ended);
	g_free(listener->unix_path);
	g_free(listener->busy_reply);
	g_free(listener);
}

uint16_t
peer_listener_port(const PeerListener *listener)
{
	return listener->port;
}
