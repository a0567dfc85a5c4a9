/* SPDX-License-Identifier: MIT */
/* socketmap-server.c - connections of MTAs that ask the socketmap, one thread each */

#include "mta-hook/socketmap-server.h"

#include <errno.h>
#include <gio/gio.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/bytes.h"

#define MAX_CONNECTIONS 64

/* An MTA keeps its connection; one that says nothing for this long may connect again. */
#define IDLE_TIMEOUT_S 3600u

struct HookSocketmapServer {
	const HookSocketmap *map;
	GSocketService *service;
	GMainContext *context; /* accepts here, on a thread of its own */
	GMainLoop *loop;
	GThread *thread;
	GCancellable *stop;
	GMutex lock;
	GCond idle;
	unsigned n_running;
};

static bool
answer_all(const HookSocketmap *map, GByteArray *buffer, GOutputStream *out, GCancellable *stop)
{
	for (;;) {
		SieveBytes received = {(const char *)buffer->data, buffer->len};
		SieveBytes request;
		size_t used;
		switch (hook_socketmap_split(received, &request, &used)) {
		case HOOK_NETSTRING_MORE:
			return true;
		case HOOK_NETSTRING_BAD:
			return false;
		case HOOK_NETSTRING_READY:
			break;
		}
		g_autofree char *reply = hook_socketmap_answer(map, request);
		g_autoptr(GBytes) framed = hook_socketmap_frame(reply);
		size_t size;
		const void *bytes = g_bytes_get_data(framed, &size);
		if (!g_output_stream_write_all(out, bytes, size, NULL, stop, NULL))
			return false;
		g_byte_array_remove_range(buffer, 0, (unsigned)used);
	}
}

static void
serve(HookSocketmapServer *server, GSocketConnection *connection)
{
	g_socket_set_timeout(g_socket_connection_get_socket(connection), IDLE_TIMEOUT_S);
	GInputStream *in = g_io_stream_get_input_stream(G_IO_STREAM(connection));
	GOutputStream *out = g_io_stream_get_output_stream(G_IO_STREAM(connection));
	g_autoptr(GByteArray) buffer = g_byte_array_new();
	unsigned char chunk[HOOK_SOCKETMAP_REQUEST_BYTES];
	for (;;) {
		gssize n = g_input_stream_read(in, chunk, sizeof(chunk), server->stop, NULL);
		if (n <= 0)
			return;
		g_byte_array_append(buffer, chunk, (unsigned)n);
		if (!answer_all(server->map, buffer, out, server->stop))
			return;
	}
}

static gboolean
on_run(GThreadedSocketService *service, GSocketConnection *connection, GObject *source,
	gpointer user_data)
{
	(void)service;
	(void)source;
	HookSocketmapServer *server = user_data;
	g_mutex_lock(&server->lock);
	server->n_running++;
	g_mutex_unlock(&server->lock);
	serve(server, connection);
	g_mutex_lock(&server->lock);
	server->n_running--;
	g_cond_broadcast(&server->idle);
	g_mutex_unlock(&server->lock);
	return TRUE;
}

static bool
listen_unix(HookSocketmapServer *server, const char *path, unsigned socket_mode, GError **error)
{
	g_unlink(path); /* left by a run that was killed; a live one has its own address */
	g_autoptr(GSocketAddress) address = g_unix_socket_address_new(path);
	if (!g_socket_listener_add_address(G_SOCKET_LISTENER(server->service), address,
		    G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, error))
		return false;
	if (chmod(path, socket_mode) == 0)
		return true;
	g_set_error(error, HOOK_ERROR, HOOK_ERROR_CONFIG, "%s: %s", path, g_strerror(errno));
	return false;
}

static bool
listen_inet(HookSocketmapServer *server, const char *address, GError **error)
{
	g_autoptr(GSocketConnectable) parsed = g_network_address_parse(address, 0, error);
	if (!parsed)
		return false;
	const char *host = g_network_address_get_hostname(G_NETWORK_ADDRESS(parsed));
	guint16 port = g_network_address_get_port(G_NETWORK_ADDRESS(parsed));
	g_autoptr(GSocketAddress) where = g_inet_socket_address_new_from_string(host, port);
	if (!where || port == 0) {
		g_set_error(
			error, HOOK_ERROR, HOOK_ERROR_CONFIG, "\"%s\" is no address:port", address);
		return false;
	}
	return g_socket_listener_add_address(G_SOCKET_LISTENER(server->service), where,
		G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL, NULL, error);
}

static gpointer
accept_loop(gpointer data)
{
	HookSocketmapServer *server = data;
	g_main_context_push_thread_default(server->context);
	g_socket_service_start(server->service);
	g_main_loop_run(server->loop);
	g_socket_service_stop(server->service);
	g_main_context_pop_thread_default(server->context);
	return NULL;
}

HookSocketmapServer *
hook_socketmap_server_new(
	const char *address, unsigned socket_mode, const HookSocketmap *map, GError **error)
{
	g_autoptr(HookSocketmapServer) server = g_new0(HookSocketmapServer, 1);
	server->map = map;
	g_mutex_init(&server->lock);
	g_cond_init(&server->idle);
	server->stop = g_cancellable_new();
	server->context = g_main_context_new();
	server->loop = g_main_loop_new(server->context, FALSE);
	server->service = g_threaded_socket_service_new(MAX_CONNECTIONS);
	/* Services are born running, on whatever context listens first: ours must be the one. */
	g_socket_service_stop(server->service);
	g_signal_connect(server->service, "run", G_CALLBACK(on_run), server);
	bool listens = g_str_has_prefix(address, "unix:")
			       ? listen_unix(server, address + strlen("unix:"), socket_mode, error)
			       : listen_inet(server, address, error);
	if (!listens)
		return NULL;
	server->thread = g_thread_new("socketmap", accept_loop, server);
	return g_steal_pointer(&server);
}

void
hook_socketmap_server_free(HookSocketmapServer *server)
{
	if (!server)
		return;
	g_cancellable_cancel(server->stop);
	g_main_loop_quit(server->loop);
	g_clear_pointer(&server->thread, g_thread_join);
	g_mutex_lock(&server->lock);
	while (server->n_running > 0)
		g_cond_wait(&server->idle, &server->lock);
	g_mutex_unlock(&server->lock);
	g_socket_listener_close(G_SOCKET_LISTENER(server->service));
	g_object_unref(server->service);
	g_object_unref(server->stop);
	g_main_loop_unref(server->loop);
	g_main_context_unref(server->context);
	g_mutex_clear(&server->lock);
	g_cond_clear(&server->idle);
	g_free(server);
}
