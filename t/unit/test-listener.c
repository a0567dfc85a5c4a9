/* SPDX-License-Identifier: MIT */
/* test-listener.c - limits per client and in all, addresses, and an orderly end */

#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>

#include "peer/listener.h"

#define LONG_MS 20000u

static const PeerListenerOptions roomy = {
	.max_connections = 10, .max_per_client = 10, .busy_reply = "421 busy\r\n"};

/* Greets, then waits for the client to leave. */
static void
greet(PeerLineIo *io, void *user_data)
{
	int *running = user_data;
	SieveBytes line;

	g_atomic_int_inc(running);
	peer_line_io_printf(io, "hi %s\r\n", peer_line_io_remote_ip(io));
	bool more = peer_line_io_flush(io, LONG_MS, NULL);
	while (more)
		more = peer_line_io_read(io, 100, LONG_MS, &line, NULL, NULL);
	g_atomic_int_add(running, -1);
}

static PeerLineIo *
dial(GSocketAddress *address)
{
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GError) problem = NULL;
	g_autoptr(GSocketConnection) connection = g_socket_client_connect(
		client, G_SOCKET_CONNECTABLE(address), NULL, &problem);

	g_assert_no_error(problem);
	return peer_line_io_new(connection);
}

static PeerLineIo *
dial_inet(const char *ip, const PeerListener *listener)
{
	g_autoptr(GSocketAddress) address =
		g_inet_socket_address_new_from_string(ip, peer_listener_port(listener));

	return dial(address);
}

static void
expect_line(PeerLineIo *io, const char *wanted)
{
	g_autoptr(GError) problem = NULL;
	SieveBytes line;
	bool read = peer_line_io_read(io, 100, LONG_MS, &line, NULL, &problem);

	g_assert_no_error(problem);
	g_assert_true(read);
	g_autofree char *text = sieve_bytes_dup(line);
	g_assert_cmpstr(text, ==, wanted);
}

static void
expect_end(PeerLineIo *io)
{
	g_autoptr(GError) problem = NULL;
	SieveBytes line;

	g_assert_false(peer_line_io_read(io, 100, LONG_MS, &line, NULL, &problem));
	g_assert_error(problem, PEER_ERROR, PEER_ERROR_CLOSED);
}

static void
run_limit(const PeerListenerOptions *options)
{
	int running = 0;
	g_autoptr(GError) problem = NULL;
	PeerListener *listener =
		peer_listener_new("127.0.0.1:0", options, greet, &running, &problem);

	g_assert_no_error(problem);
	PeerLineIo *first = dial_inet("127.0.0.1", listener);
	expect_line(first, "hi 127.0.0.1");
	PeerLineIo *second = dial_inet("127.0.0.1", listener);
	expect_line(second, "421 busy");
	expect_end(second);
	peer_line_io_free(second);
	/* The place is free again once the first has gone; that it has, its listener knows best. */
	peer_line_io_free(first);
	for (;;) {
		PeerLineIo *next = dial_inet("127.0.0.1", listener);
		SieveBytes line;
		g_assert_true(peer_line_io_read(next, 100, LONG_MS, &line, NULL, NULL));
		bool busy = sieve_bytes_equal(line, SIEVE_BYTES("421 busy"));
		peer_line_io_free(next);
		if (!busy)
			break;
	}
	peer_listener_free(listener);
	g_assert_cmpint(running, ==, 0);
}

static void
test_limits(void)
{
	const PeerListenerOptions per_client = {
		.max_connections = 10, .max_per_client = 1, .busy_reply = "421 busy\r\n"};
	const PeerListenerOptions in_all = {
		.max_connections = 1, .max_per_client = 10, .busy_reply = "421 busy\r\n"};

	run_limit(&per_client);
	run_limit(&in_all);
}

/* Another client has places of its own. */
static void
test_clients(void)
{
	const PeerListenerOptions options = {
		.max_connections = 10, .max_per_client = 1, .busy_reply = "421 busy\r\n"};
	int running = 0;
	PeerListener *listener =
		peer_listener_new("127.0.0.1:0", &options, greet, &running, NULL);
	g_autoptr(GSocketClient) client = g_socket_client_new();
	g_autoptr(GSocketAddress) source = g_inet_socket_address_new_from_string("127.0.0.9", 0);
	g_autoptr(GError) problem = NULL;

	PeerLineIo *first = dial_inet("127.0.0.1", listener);
	expect_line(first, "hi 127.0.0.1");
	g_socket_client_set_local_address(client, source);
	g_autoptr(GSocketConnection) connection = g_socket_client_connect_to_host(
		client, "127.0.0.1", peer_listener_port(listener), NULL, &problem);
	g_assert_no_error(problem);
	PeerLineIo *second = peer_line_io_new(connection);
	expect_line(second, "hi 127.0.0.9");
	peer_line_io_free(first);
	peer_line_io_free(second);
	peer_listener_free(listener);
}

static void
test_stop_cuts(void)
{
	int running = 0;
	PeerListener *listener = peer_listener_new("127.0.0.1:0", &roomy, greet, &running, NULL);
	PeerLineIo *client = dial_inet("127.0.0.1", listener);

	expect_line(client, "hi 127.0.0.1");
	peer_listener_stop(listener, 50);
	g_assert_cmpint(g_atomic_int_get(&running), ==, 0);
	expect_end(client);
	peer_line_io_free(client);
	peer_listener_free(listener);
}

/* A socket file left by a crash is taken over; one that is served is not. */
static void
test_unix(void)
{
	g_autofree char *folder = g_dir_make_tmp("doorstep-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "s", NULL);
	g_autofree char *address = g_strconcat("unix:", path, NULL);
	g_autoptr(GSocketAddress) socket_address = g_unix_socket_address_new(path);
	g_autoptr(GSocket) stale = g_socket_new(
		G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, NULL);
	g_autoptr(GError) problem = NULL;
	int running = 0;

	g_assert_true(g_socket_bind(stale, socket_address, FALSE, NULL));
	g_clear_object(&stale);
	PeerListener *listener = peer_listener_new(address, &roomy, greet, &running, &problem);
	g_assert_no_error(problem);
	g_assert_cmpint(peer_listener_port(listener), ==, 0);
	PeerLineIo *client = dial(socket_address);
	expect_line(client, "hi unix");
	g_assert_null(peer_listener_new(address, &roomy, greet, &running, &problem));
	g_assert_nonnull(problem);
	peer_line_io_free(client);
	peer_listener_free(listener);
	g_assert_false(g_file_test(path, G_FILE_TEST_EXISTS));
	g_assert_cmpint(g_rmdir(folder), ==, 0);
}

/* IPv4 clients of an IPv6 socket are known by their IPv4 address. */
static void
test_mapped(void)
{
	int running = 0;
	g_autoptr(GError) problem = NULL;
	PeerListener *listener = peer_listener_new("[::]:0", &roomy, greet, &running, &problem);

	if (listener == NULL) {
		g_test_skip("no IPv6 here");
		return;
	}
	PeerLineIo *client = dial_inet("127.0.0.1", listener);
	expect_line(client, "hi 127.0.0.1");
	peer_line_io_free(client);
	peer_listener_free(listener);
}

static void
test_bad_addresses(void)
{
	static const char *const bad[] = {"", "127.0.0.1", ":25", "127.0.0.1:", "127.0.0.1:65536",
		"127.0.0.1:-1", "localhost:25", "::1:25", "[::1]", "[127.0.0.1]:25", "[:25", "unix:",
		"unix:relative"};
	int running = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		g_autoptr(GError) problem = NULL;
		g_assert_null(peer_listener_new(bad[i], &roomy, greet, &running, &problem));
		g_assert_error(problem, PEER_ERROR, PEER_ERROR_CONFIG);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/listener/limits", test_limits);
	g_test_add_func("/listener/clients", test_clients);
	g_test_add_func("/listener/stop-cuts", test_stop_cuts);
	g_test_add_func("/listener/unix", test_unix);
	g_test_add_func("/listener/mapped", test_mapped);
	g_test_add_func("/listener/bad-addresses", test_bad_addresses);
	return g_test_run();
}
