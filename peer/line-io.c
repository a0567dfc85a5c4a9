/* SPDX-License-Identifier: MIT */
/* line-io.c - CRLF lines over a stream, with limits and deadlines, and TLS put under them */

#include "peer/line-io.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdarg.h>
#include <string.h>

#include "peer/tls-key.h"

G_DEFINE_QUARK(peer-error-quark, peer_error)

/* A close that cannot say goodbye within this time goes without. */
#define CLOSE_TIMEOUT_S 1u

struct PeerLineIo {
	GSocketConnection *connection;
	GSocket *socket;  /* of the connection */
	GIOStream *stream; /* the connection, or TLS on top of it */
	bool tls;
	GByteArray *input;
	size_t start;     /* of what is not read yet in input */
	bool dropping;    /* in the middle of a line that is too long */
	GByteArray *output;
	char *remote_ip;
	uint16_t remote_port;
	char *local_ip;
};

static char *
address_text(GSocketAddress *address)
{
	/* A peer that has gone already has no address left to tell. */
	if (address == NULL)
		return g_strdup("unknown");
	if (!G_IS_INET_SOCKET_ADDRESS(address))
		return g_strdup("unix");
	GInetAddress *ip = g_inet_socket_address_get_address(G_INET_SOCKET_ADDRESS(address));
	const uint8_t *bytes = g_inet_address_to_bytes(ip);
	static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

	if (g_inet_address_get_family(ip) == G_SOCKET_FAMILY_IPV6 &&
		memcmp(bytes, mapped, sizeof(mapped)) == 0) {
		g_autoptr(GInetAddress) plain =
			g_inet_address_new_from_bytes(bytes + 12, G_SOCKET_FAMILY_IPV4);
		return g_inet_address_to_string(plain);
	}
	return g_inet_address_to_string(ip);
}

PeerLineIo *
peer_line_io_new(GSocketConnection *connection)
{
	PeerLineIo *io = g_new0(PeerLineIo, 1);
	g_autoptr(GSocketAddress) remote =
		g_socket_connection_get_remote_address(connection, NULL);
	g_autoptr(GSocketAddress) local = g_socket_connection_get_local_address(connection, NULL);

	io->connection = g_object_ref(connection);
	io->socket = g_socket_connection_get_socket(connection);
	io->stream = g_object_ref(G_IO_STREAM(connection));
	io->input = g_byte_array_new();
	io->output = g_byte_array_new();
	io->remote_ip = address_text(remote);
	io->local_ip = address_text(local);
	if (remote != NULL && G_IS_INET_SOCKET_ADDRESS(remote)) {
		io->remote_port = g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(remote));
		/* Replies are short and awaited; without this they would wait for more to send.
		 * Failing it costs time alone. */
		(void)g_socket_set_option(io->socket, IPPROTO_TCP, TCP_NODELAY, 1, NULL);
	}
	return io;
}

void
peer_line_io_free(PeerLineIo *io)
{
	if (io == NULL)
		return;
	g_socket_set_timeout(io->socket, CLOSE_TIMEOUT_S);
	(void)g_io_stream_close(io->stream, NULL, NULL);
	(void)g_io_stream_close(G_IO_STREAM(io->connection), NULL, NULL);
	g_object_unref(io->stream);
	g_object_unref(io->connection);
	g_byte_array_unref(io->input);
	g_byte_array_unref(io->output);
	g_free(io->remote_ip);
	g_free(io->local_ip);
	g_free(io);
}

static bool
fail_timeout(GError **error)
{
	g_set_error_literal(error, PEER_ERROR, PEER_ERROR_TIMEOUT, "timed out");
	return false;
}

/* Waits until the socket is ready for @condition or the deadline has passed. */
static bool
wait_for(PeerLineIo *io, GIOCondition condition, int64_t deadline_usec, GError **error)
{
	int64_t left_usec = deadline_usec - g_get_monotonic_time();
	g_autoptr(GError) problem = NULL;

	if (left_usec > 0 &&
		g_socket_condition_timed_wait(io->socket, condition, left_usec, NULL, &problem))
		return true;
	if (problem == NULL || g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
		return fail_timeout(error);
	g_set_error_literal(error, PEER_ERROR, PEER_ERROR_CLOSED, problem->message);
	return false;
}

/* Fails the call unless @problem only says that the stream is not ready yet. */
static bool
would_block(const GError *problem, GError **error)
{
	if (g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK))
		return true;
	g_set_error(error, PEER_ERROR, PEER_ERROR_CLOSED, "connection lost: %s", problem->message);
	return false;
}

/* Reads what is there, at least one byte, behind what the buffer holds; nothing after the deadline,
 * or a sender who never pauses would never meet it. */
static bool
fill(PeerLineIo *io, int64_t deadline_usec, GError **error)
{
	GPollableInputStream *in =
		G_POLLABLE_INPUT_STREAM(g_io_stream_get_input_stream(io->stream));
	uint8_t chunk[PEER_LINE_IO_BLOCK_BYTES];

	for (;;) {
		g_autoptr(GError) problem = NULL;
		if (g_get_monotonic_time() >= deadline_usec)
			return fail_timeout(error);
		ssize_t got = g_pollable_input_stream_read_nonblocking(
			in, chunk, sizeof(chunk), NULL, &problem);
		if (got > 0) {
			g_byte_array_append(io->input, chunk, (guint)got);
			return true;
		}
		if (got == 0) {
			g_set_error_literal(error, PEER_ERROR, PEER_ERROR_CLOSED,
				"the other side closed the connection");
			return false;
		}
		if (!would_block(problem, error) || !wait_for(io, G_IO_IN, deadline_usec, error))
			return false;
	}
}

/* Moves what is not read yet to the front, so that the buffer holds one line and a chunk at most. */
static void
compact(PeerLineIo *io)
{
	if (io->start > 0)
		g_byte_array_remove_range(io->input, 0, (guint)io->start);
	io->start = 0;
}

/* Takes the line that ends with @lf out of the buffer. */
static bool
take_line(PeerLineIo *io, const uint8_t *lf, size_t max_bytes, SieveBytes *ret_line,
	bool *ret_bare_lf, GError **error)
{
	const char *line = (const char *)io->input->data + io->start;
	size_t len = (size_t)((const char *)lf - line);
	bool bare_lf = len == 0 || line[len - 1] != '\r';
	bool dropping = io->dropping;

	io->start += len + 1;
	io->dropping = false;
	if (ret_bare_lf != NULL)
		*ret_bare_lf = bare_lf;
	if (!bare_lf)
		len--;
	if (dropping || len > max_bytes) {
		g_set_error(error, PEER_ERROR, PEER_ERROR_TOO_LONG,
			"a line is longer than %zu bytes", max_bytes);
		return false;
	}
	*ret_line = (SieveBytes){line, len};
	return true;
}

bool
peer_line_io_read(PeerLineIo *io, size_t max_bytes, unsigned timeout_ms, SieveBytes *ret_line,
	bool *ret_bare_lf, GError **error)
{
	int64_t deadline_usec = g_get_monotonic_time() + (int64_t)timeout_ms * 1000;
	size_t searched = io->start;

	for (;;) {
		const uint8_t *lf = searched == io->input->len
			? NULL
			: memchr(io->input->data + searched, '\n', io->input->len - searched);
		if (lf != NULL)
			return take_line(io, lf, max_bytes, ret_line, ret_bare_lf, error);
		/* The CR before an LF to come is not counted. A trailing CR is kept, so that it is
		 * not forgotten when the LF comes with the next chunk. */
		compact(io);
		if (io->input->len > max_bytes + 1) {
			io->dropping = true;
			g_byte_array_remove_range(io->input, 0, io->input->len - 1);
		}
		searched = io->input->len;
		if (!fill(io, deadline_usec, error))
			return false;
	}
}

bool
peer_line_io_has_input(const PeerLineIo *io)
{
	return io->start < io->input->len &&
	       memchr(io->input->data + io->start, '\n', io->input->len - io->start) != NULL;
}

void
peer_line_io_write(PeerLineIo *io, SieveBytes bytes)
{
	if (bytes.len > 0)
		g_byte_array_append(io->output, (const uint8_t *)bytes.ptr, (guint)bytes.len);
}

void
peer_line_io_printf(PeerLineIo *io, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	g_autofree char *text = g_strdup_vprintf(format, args);
	va_end(args);
	peer_line_io_write(io, sieve_bytes_from_string(text));
}

void
peer_line_io_write_dotted(PeerLineIo *io, SieveBytes text)
{
	size_t at = 0;

	while (at < text.len) {
		const char *line = text.ptr + at;
		size_t len = 0;
		while (at + len < text.len && line[len] != '\r' && line[len] != '\n')
			len++;
		if (len > 0 && line[0] == '.')
			peer_line_io_write(io, SIEVE_BYTES("."));
		peer_line_io_write(io, (SieveBytes){line, len});
		peer_line_io_write(io, SIEVE_BYTES("\r\n"));
		at += len;
		if (at + 1 < text.len && text.ptr[at] == '\r' && text.ptr[at + 1] == '\n')
			at++;
		at++;
	}
	peer_line_io_write(io, SIEVE_BYTES(".\r\n"));
}

/* Sends a block; where it stops for a while, it goes on with the same bytes: what a TLS write that
 * would block was given must be given again, unchanged. */
static bool
send_block(PeerLineIo *io, const uint8_t *block, size_t len, unsigned timeout_ms, GError **error)
{
	GPollableOutputStream *out =
		G_POLLABLE_OUTPUT_STREAM(g_io_stream_get_output_stream(io->stream));
	int64_t deadline_usec = g_get_monotonic_time() + (int64_t)timeout_ms * 1000;
	size_t sent = 0;

	while (sent < len) {
		g_autoptr(GError) problem = NULL;
		ssize_t did = g_pollable_output_stream_write_nonblocking(
			out, block + sent, len - sent, NULL, &problem);
		if (did > 0)
			sent += (size_t)did;
		else if (!would_block(problem, error) ||
			!wait_for(io, G_IO_OUT, deadline_usec, error))
			return false;
	}
	return true;
}

bool
peer_line_io_flush(PeerLineIo *io, unsigned timeout_ms, GError **error)
{
	for (size_t at = 0; at < io->output->len; at += PEER_LINE_IO_BLOCK_BYTES) {
		size_t len = MIN(io->output->len - at, (size_t)PEER_LINE_IO_BLOCK_BYTES);
		if (!send_block(io, io->output->data + at, len, timeout_ms, error))
			return false;
	}
	g_byte_array_set_size(io->output, 0);
	return true;
}

const char *
peer_line_io_remote_ip(const PeerLineIo *io)
{
	return io->remote_ip;
}

uint16_t
peer_line_io_remote_port(const PeerLineIo *io)
{
	return io->remote_port;
}

const char *
peer_line_io_local_ip(const PeerLineIo *io)
{
	return io->local_ip;
}

bool
peer_line_io_is_tls(const PeerLineIo *io)
{
	return io->tls;
}

typedef struct Handshake {
	GCancellable *cancellable;
	bool done;
	bool timed_out;
	GError *error;
} Handshake;

static void
handshake_done(GObject *source, GAsyncResult *result, void *user_data)
{
	Handshake *handshake = user_data;

	(void)g_tls_connection_handshake_finish(
		G_TLS_CONNECTION(source), result, &handshake->error);
	handshake->done = true;
}

static gboolean
handshake_timed_out(void *user_data)
{
	Handshake *handshake = user_data;

	handshake->timed_out = true;
	g_cancellable_cancel(handshake->cancellable);
	return G_SOURCE_REMOVE;
}

/* Runs the handshake in a main context of this thread's own, so that one deadline covers all of it. */
static bool
shake_hands(GTlsConnection *tls, unsigned timeout_ms, GError **error)
{
	g_autoptr(GMainContext) context = g_main_context_new();
	g_autoptr(GCancellable) cancellable = g_cancellable_new();
	g_autoptr(GSource) timer = g_timeout_source_new(timeout_ms);
	Handshake handshake = {.cancellable = cancellable};

	g_main_context_push_thread_default(context);
	g_source_set_callback(timer, handshake_timed_out, &handshake, NULL);
	g_source_attach(timer, context);
	g_tls_connection_handshake_async(
		tls, G_PRIORITY_DEFAULT, cancellable, handshake_done, &handshake);
	while (!handshake.done)
		g_main_context_iteration(context, TRUE);
	g_source_destroy(timer);
	g_main_context_pop_thread_default(context);
	if (handshake.error == NULL)
		return true;
	g_set_error(error, PEER_ERROR,
		handshake.timed_out ? PEER_ERROR_TIMEOUT : PEER_ERROR_TLS, "TLS: %s",
		handshake.timed_out ? "timed out" : handshake.error->message);
	g_clear_error(&handshake.error);
	return false;
}

static void
adopt_tls(PeerLineIo *io, GTlsConnection *tls)
{
	g_set_object(&io->stream, G_IO_STREAM(tls));
	io->tls = true;
}

/* What was read in clear is no part of the session that the keys protect (RFC 3207 section 6). */
static void
forget_clear_input(PeerLineIo *io)
{
	g_byte_array_set_size(io->input, 0);
	io->start = 0;
	io->dropping = false;
}

bool
peer_line_io_start_tls_server(PeerLineIo *io, GTlsCertificate *certificate, unsigned timeout_ms,
	GError **error)
{
	g_autoptr(GIOStream) tls = g_tls_server_connection_new(
		G_IO_STREAM(io->connection), certificate, error);

	forget_clear_input(io);
	if (tls == NULL || !shake_hands(G_TLS_CONNECTION(tls), timeout_ms, error))
		return false;
	adopt_tls(io, G_TLS_CONNECTION(tls));
	return true;
}

static gboolean
accept_any(GTlsConnection *connection G_GNUC_UNUSED, GTlsCertificate *certificate G_GNUC_UNUSED,
	GTlsCertificateFlags problems G_GNUC_UNUSED, void *user_data G_GNUC_UNUSED)
{
	return TRUE;
}

static bool
check_pin(GTlsConnection *tls, const char *pin, GError **error)
{
	GTlsCertificate *certificate = g_tls_connection_get_peer_certificate(tls);
	g_autofree char *found = certificate == NULL ? NULL : peer_tls_key_pin(certificate);

	if (g_strcmp0(found, pin) == 0)
		return true;
	g_set_error(error, PEER_ERROR, PEER_ERROR_TLS, "TLS: the host proves key %s, not %s",
		found == NULL ? "(none)" : found, pin);
	return false;
}

bool
peer_line_io_start_tls_client(PeerLineIo *io, const char *pin, unsigned timeout_ms, GError **error)
{
	g_autoptr(GIOStream) tls =
		g_tls_client_connection_new(G_IO_STREAM(io->connection), NULL, error);

	forget_clear_input(io);
	if (tls == NULL)
		return false;
	/* The pin alone decides; no list of authorities is read for a verdict nobody asks for. */
	g_tls_connection_set_database(G_TLS_CONNECTION(tls), NULL);
	g_signal_connect(tls, "accept-certificate", G_CALLBACK(accept_any), NULL);
	if (!shake_hands(G_TLS_CONNECTION(tls), timeout_ms, error))
		return false;
	if (pin != NULL && !check_pin(G_TLS_CONNECTION(tls), pin, error))
		return false;
	adopt_tls(io, G_TLS_CONNECTION(tls));
	return true;
}
