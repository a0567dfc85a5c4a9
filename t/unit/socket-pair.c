/* SPDX-License-Identifier: MIT */
/* socket-pair.c - two ends of one connection inside a test */

#include "t/unit/socket-pair.h"

#include <sys/socket.h>

void
socket_pair_new(PeerLineIo **ret_io, GSocket **ret_other)
{
	int fds[2];
	g_autoptr(GError) problem = NULL;

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
	g_autoptr(GSocket) socket = g_socket_new_from_fd(fds[0], &problem);
	g_assert_no_error(problem);
	*ret_other = g_socket_new_from_fd(fds[1], &problem);
	g_assert_no_error(problem);
	g_autoptr(GSocketConnection) connection =
		g_socket_connection_factory_create_connection(socket);
	*ret_io = peer_line_io_new(connection);
}

void
socket_pair_send(GSocket *other, const char *bytes, size_t len)
{
	for (size_t sent = 0; sent < len;) {
		g_autoptr(GError) problem = NULL;
		ssize_t did = g_socket_send(other, bytes + sent, len - sent, NULL, &problem);
		g_assert_no_error(problem);
		sent += (size_t)did;
	}
}

GString *
socket_pair_drain(GSocket *other)
{
	GString *text = g_string_new(NULL);
	char chunk[4096];

	for (;;) {
		ssize_t got = g_socket_receive(other, chunk, sizeof(chunk), NULL, NULL);
		if (got <= 0)
			return text;
		g_string_append_len(text, chunk, got);
	}
}
