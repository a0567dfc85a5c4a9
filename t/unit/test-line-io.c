/* SPDX-License-Identifier: MIT */
/* test-line-io.c - lines over a stream: limits, deadlines, dot-stuffing, TLS */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>

#include "peer/line-io.h"
#include "peer/tls-key.h"
#include "t/unit/socket-pair.h"

#define MAX_LINE 10u
#define LONG_MS 20000u

typedef struct ReadCase {
	const char *input;
	size_t len;
	const char *lines; /* '|' after each; "~" before one with a bare LF; "#" for one too long */
} ReadCase;
#define IN(literal) literal, sizeof(literal) - 1

static const ReadCase read_cases[] = {
	{IN("a\r\nb\r\n"), "a|b|"},
	{IN("\r\n"), "|"},
	{IN("a\nb\r\n"), "~a|b|"},
	{IN("\n\r\n"), "~||"},
	{IN("a\rb\r\n"), "a\rb|"},
	{IN("a\r\r\n"), "a\r|"},
	{IN("\r\n.\r\n"), "|.|"},
	{IN("1234567890\r\nx\r\n"), "1234567890|x|"},
	{IN("12345678901\r\nx\r\n"), "#|x|"},
	{IN("12345678901\nx\r\n"), "~#|x|"},
	{IN("123456789012345678901234567890\r\n\r\n"), "#||"},
	{IN("1234567890\r\r\n"), "#|"},
	{IN("no end"), ""},
};

static void
test_read(const void *data)
{
	const ReadCase *test = data;
	PeerLineIo *io;
	g_autoptr(GSocket) other = NULL;
	g_autoptr(GString) seen = g_string_new(NULL);
	g_autoptr(GError) problem = NULL;

	socket_pair_new(&io, &other);
	socket_pair_send(other, test->input, test->len);
	g_assert_true(g_socket_shutdown(other, FALSE, TRUE, NULL));
	while (!g_error_matches(problem, PEER_ERROR, PEER_ERROR_CLOSED)) {
		SieveBytes line;
		bool bare_lf = false;
		g_clear_error(&problem);
		bool read = peer_line_io_read(io, MAX_LINE, LONG_MS, &line, &bare_lf, &problem);
		g_string_append(seen, bare_lf ? "~" : "");
		if (read)
			g_string_append_len(seen, line.ptr, (gssize)line.len);
		else if (g_error_matches(problem, PEER_ERROR, PEER_ERROR_TOO_LONG))
			g_string_append_c(seen, '#');
		if (read || g_error_matches(problem, PEER_ERROR, PEER_ERROR_TOO_LONG))
			g_string_append_c(seen, '|');
	}
	g_assert_cmpstr(seen->str, ==, test->lines);
	peer_line_io_free(io);
}

/* One byte at a time must give what all at once gives, also across the limit of a line. */
static void *
send_slowly(void *data)
{
	GSocket *other = data;
	static const char input[] = "abc\r\n12345678901234\r\nd\re\r\nf\n";

	for (size_t i = 0; i < sizeof(input) - 1; i++) {
		socket_pair_send(other, &input[i], 1);
		g_thread_yield();
	}
	return NULL;
}

static void
test_split(void)
{
	static const struct {
		const char *line; /* NULL: too long */
		bool bare_lf;
	} wanted[] = {{"abc", false}, {NULL, false}, {"d\re", false}, {"f", true}};
	PeerLineIo *io;
	g_autoptr(GSocket) other = NULL;

	socket_pair_new(&io, &other);
	GThread *thread = g_thread_new("sender", send_slowly, other);
	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++) {
		SieveBytes line;
		bool bare_lf = false;
		g_autoptr(GError) problem = NULL;
		bool read = peer_line_io_read(io, MAX_LINE, LONG_MS, &line, &bare_lf, &problem);
		g_assert_cmpint(bare_lf, ==, wanted[i].bare_lf);
		if (wanted[i].line == NULL) {
			g_assert_error(problem, PEER_ERROR, PEER_ERROR_TOO_LONG);
			continue;
		}
		g_assert_true(read);
		g_assert_true(sieve_bytes_equal(line, sieve_bytes_from_string(wanted[i].line)));
	}
	g_thread_join(thread);
	peer_line_io_free(io);
}

typedef struct Trickle {
	GSocket *other;
	int stop; /* atomic */
} Trickle;

static void *
trickle(void *data)
{
	Trickle *self = data;

	while (!g_atomic_int_get(&self->stop)) {
		socket_pair_send(self->other, "x", 1);
		g_usleep(5000);
	}
	return NULL;
}

/* The deadline is for the line: bytes that keep coming do not move it. */
static void
test_deadline(void)
{
	PeerLineIo *io;
	g_autoptr(GSocket) other = NULL;
	g_autoptr(GError) problem = NULL;
	SieveBytes line;

	socket_pair_new(&io, &other);
	Trickle self = {other, 0};
	GThread *thread = g_thread_new("trickle", trickle, &self);
	int64_t start = g_get_monotonic_time();
	bool read = peer_line_io_read(io, 100000, 200, &line, NULL, &problem);
	/* Waiting counts in whole milliseconds. */
	g_assert_cmpint(g_get_monotonic_time() - start, >=, 199 * 1000);
	g_assert_false(read);
	g_assert_error(problem, PEER_ERROR, PEER_ERROR_TIMEOUT);
	g_atomic_int_set(&self.stop, 1);
	g_thread_join(thread);
	peer_line_io_free(io);
}

/* Nor does a sender who never pauses: what has come after the deadline is too late. */
static void
test_too_late(void)
{
	PeerLineIo *io;
	g_autoptr(GSocket) other = NULL;
	g_autoptr(GError) problem = NULL;
	SieveBytes line;

	socket_pair_new(&io, &other);
	socket_pair_send(other, IN("a\r\nb\r\n"));
	g_assert_false(peer_line_io_read(io, MAX_LINE, 0, &line, NULL, &problem));
	g_assert_error(problem, PEER_ERROR, PEER_ERROR_TIMEOUT);
	g_assert_true(peer_line_io_read(io, MAX_LINE, LONG_MS, &line, NULL, NULL));
	/* A line that had come in time is there all the same. */
	g_assert_true(peer_line_io_read(io, MAX_LINE, 0, &line, NULL, NULL));
	peer_line_io_free(io);
}

static const struct {
	const char *text;
	const char *wire;
} dotted_cases[] = {
	{"", ".\r\n"},
	{"a\r\nb\r\n", "a\r\nb\r\n.\r\n"},
	{"no end", "no end\r\n.\r\n"},
	{".\r\n", "..\r\n.\r\n"},
	{"..x", "...x\r\n.\r\n"},
	{"a\n.\nb", "a\r\n..\r\nb\r\n.\r\n"},
	{"a\r.\rb", "a\r\n..\r\nb\r\n.\r\n"},
	{"\r\n\n\r", "\r\n\r\n\r\n.\r\n"},
};

static void
test_dotted(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(dotted_cases); i++) {
		PeerLineIo *io;
		g_autoptr(GSocket) other = NULL;
		g_autoptr(GError) problem = NULL;
		socket_pair_new(&io, &other);
		peer_line_io_write_dotted(io, sieve_bytes_from_string(dotted_cases[i].text));
		bool sent = peer_line_io_flush(io, LONG_MS, &problem);
		g_assert_no_error(problem);
		g_assert_true(sent);
		peer_line_io_free(io);
		g_autoptr(GString) wire = socket_pair_drain(other);
		g_assert_cmpstr(wire->str, ==, dotted_cases[i].wire);
	}
}

static void
test_has_input(void)
{
	PeerLineIo *io;
	g_autoptr(GSocket) other = NULL;
	SieveBytes line;

	socket_pair_new(&io, &other);
	socket_pair_send(other, IN("a\r\nb\r\nhalf"));
	g_assert_false(peer_line_io_has_input(io));
	g_assert_true(peer_line_io_read(io, MAX_LINE, LONG_MS, &line, NULL, NULL));
	g_assert_true(peer_line_io_has_input(io));
	g_assert_true(peer_line_io_read(io, MAX_LINE, LONG_MS, &line, NULL, NULL));
	g_assert_false(peer_line_io_has_input(io));
	peer_line_io_free(io);
}

typedef struct TlsServer {
	PeerLineIo *io;
	GTlsCertificate *certificate;
	char *first_line; /* (nullable) after TLS */
} TlsServer;

/* Reads one clear line and says so, starts TLS, answers the next line. */
static void *
serve_tls(void *data)
{
	TlsServer *server = data;
	SieveBytes line;

	if (!peer_line_io_read(server->io, 100, LONG_MS, &line, NULL, NULL))
		return NULL;
	peer_line_io_printf(server->io, "go ahead\r\n");
	if (!peer_line_io_flush(server->io, LONG_MS, NULL) ||
		!peer_line_io_start_tls_server(server->io, server->certificate, LONG_MS, NULL) ||
		!peer_line_io_read(server->io, 100, LONG_MS, &line, NULL, NULL))
		return NULL;
	server->first_line = sieve_bytes_dup(line);
	peer_line_io_printf(server->io, "welcome\r\n");
	bool sent = peer_line_io_flush(server->io, LONG_MS, NULL);
	return GINT_TO_POINTER(sent);
}

static GTlsCertificate *
make_certificate(const char *folder)
{
	g_autofree char *path = g_build_filename(folder, "key.pem", NULL);
	g_autoptr(GError) problem = NULL;
	GTlsCertificate *certificate = peer_tls_key_load(path, &problem);

	g_assert_no_error(problem);
	g_assert_cmpint(g_unlink(path), ==, 0);
	return certificate;
}

/* What the client says is smuggled in clear behind the first line must never be seen (RFC 3207
 * section 6); @pin decides whether the client goes on at all. */
static void
run_tls(const char *pin_of, const char *clear, bool wanted)
{
	g_autofree char *folder = g_dir_make_tmp("doorstep-XXXXXX", NULL);
	g_autoptr(GTlsCertificate) certificate = make_certificate(folder);
	g_autoptr(GTlsCertificate) stranger = make_certificate(folder);
	g_autofree char *own = peer_tls_key_pin(certificate);
	g_autofree char *foreign = peer_tls_key_pin(stranger);
	int fds[2];

	g_assert_cmpint(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
	g_autoptr(GSocket) a = g_socket_new_from_fd(fds[0], NULL);
	g_autoptr(GSocket) b = g_socket_new_from_fd(fds[1], NULL);
	g_autoptr(GSocketConnection) server_end = g_socket_connection_factory_create_connection(a);
	g_autoptr(GSocketConnection) client_end = g_socket_connection_factory_create_connection(b);
	TlsServer server = {peer_line_io_new(server_end), certificate, NULL};
	PeerLineIo *client = peer_line_io_new(client_end);
	g_autoptr(GError) problem = NULL;
	socket_pair_send(b, clear, strlen(clear));
	GThread *thread = g_thread_new("server", serve_tls, &server);
	SieveBytes line;

	/* Else the server might read our first words of TLS with the clear line, and drop them. */
	g_assert_true(peer_line_io_read(client, 100, LONG_MS, &line, NULL, NULL));
	g_assert_true(sieve_bytes_equal(line, SIEVE_BYTES("go ahead")));

	const char *pin = strcmp(pin_of, "own") == 0 ? own
		: strcmp(pin_of, "stranger") == 0    ? foreign
						     : NULL;
	bool up = peer_line_io_start_tls_client(client, pin, LONG_MS, &problem);
	g_assert_cmpint(up, ==, wanted);
	g_assert_cmpint(peer_line_io_is_tls(client), ==, wanted);
	if (!wanted)
		g_assert_error(problem, PEER_ERROR, PEER_ERROR_TLS);
	if (wanted) {
		peer_line_io_printf(client, "secret\r\n");
		g_assert_true(peer_line_io_flush(client, LONG_MS, NULL));
		g_assert_true(peer_line_io_read(client, 100, LONG_MS, &line, NULL, NULL));
		g_assert_true(sieve_bytes_equal(line, SIEVE_BYTES("welcome")));
	}
	peer_line_io_free(client);
	g_clear_object(&client_end);
	g_thread_join(thread);
	g_assert_cmpstr(server.first_line, ==, wanted ? "secret" : NULL);
	g_free(server.first_line);
	peer_line_io_free(server.io);
	g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void
test_tls(void)
{
	run_tls("none", "STARTTLS\r\n", true);
	run_tls("own", "STARTTLS\r\n", true);
	run_tls("stranger", "STARTTLS\r\n", false);
	run_tls("own", "STARTTLS\r\nRSET\r\nMAIL FROM:<a@b>\r\n", true);
}

/* A server that says nothing does not hold the client beyond its deadline. */
static void
test_tls_silence(void)
{
	PeerLineIo *io;
	g_autoptr(GSocket) other = NULL;
	g_autoptr(GError) problem = NULL;

	socket_pair_new(&io, &other);
	bool up = peer_line_io_start_tls_client(io, NULL, 100, &problem);
	g_assert_false(up);
	g_assert_error(problem, PEER_ERROR, PEER_ERROR_TIMEOUT);
	peer_line_io_free(io);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(read_cases); i++) {
		g_autofree char *shown = sieve_bytes_escape(
			(SieveBytes){read_cases[i].input, read_cases[i].len}, 60);
		g_autofree char *name = g_strdup_printf("/line-io/read/%s", shown);
		g_test_add_data_func(name, &read_cases[i], test_read);
	}
	g_test_add_func("/line-io/split", test_split);
	g_test_add_func("/line-io/deadline", test_deadline);
	g_test_add_func("/line-io/too-late", test_too_late);
	g_test_add_func("/line-io/dotted", test_dotted);
	g_test_add_func("/line-io/has-input", test_has_input);
	g_test_add_func("/line-io/tls", test_tls);
	g_test_add_func("/line-io/tls-silence", test_tls_silence);
	return g_test_run();
}
