/* SPDX-License-Identifier: MIT */
/* test-smtp-client.c - one outgoing session against a scripted server, kind and hostile */

#include "peer/listener.h"
#include "peer/smtp-client.h"

#define LONG_MS 20000u

/* A server that says its pieces in turn: one at once, then one for each line it gets. After DATA it
 * waits for the final dot. It keeps what it was told. */
typedef struct Server {
	const char *const *pieces; /* ends with NULL; after that it closes */
	bool hang_up;              /* says the first piece and closes without waiting for a line */
	GString *seen;
	PeerListener *listener;
} Server;

static bool
say(PeerLineIo *io, const char *piece)
{
	peer_line_io_write(io, sieve_bytes_from_string(piece));
	return peer_line_io_flush(io, LONG_MS, NULL);
}

static void
serve(PeerLineIo *io, void *user_data)
{
	Server *server = user_data;
	bool in_data = false;
	SieveBytes line;

	for (const char *const *piece = server->pieces; *piece != NULL && say(io, *piece); piece++) {
		if (server->hang_up)
			return;
		in_data = g_str_has_prefix(*piece, "354");
		do {
			if (!peer_line_io_read(io, 4096, LONG_MS, &line, NULL, NULL))
				return;
			g_string_append_printf(server->seen, "%.*s|", (int)line.len, line.ptr);
		} while (in_data && !sieve_bytes_equal(line, SIEVE_BYTES(".")));
	}
}

static void
start(Server *server, const char *const *pieces)
{
	const PeerListenerOptions options = {.max_connections = 4, .max_per_client = 4};
	g_autoptr(GError) problem = NULL;

	server->pieces = pieces;
	server->hang_up = false;
	server->seen = g_string_new(NULL);
	server->listener = peer_listener_new("127.0.0.1:0", &options, serve, server, &problem);
	g_assert_no_error(problem);
}

static void
end(Server *server)
{
	peer_listener_stop(server->listener, LONG_MS);
	peer_listener_free(server->listener);
	g_string_free(server->seen, TRUE);
}

static PeerSmtpClient *
open_client(const Server *server, unsigned flags, const char *pin, GError **error)
{
	const PeerSmtpClientOptions options = {
		.helo = "c.example",
		.flags = flags,
		.pin = pin,
		.connect_timeout_ms = LONG_MS,
		.reply_timeout_ms = LONG_MS,
	};

	return peer_smtp_client_open(
		"127.0.0.1", peer_listener_port(server->listener), &options, error);
}

static void
test_mail(void)
{
	static const char *const pieces[] = {"220 hi\r\n",
		"250-s\r\n250-SIZE 99\r\n250-8bitmime\r\n250 SMTPUTF8\r\n", "500 what\r\n",
		"250 ok\r\n", "551-5.1.6 not here\r\n551 5.1.6 REDIRECT v=1\r\n", "354 go\r\n",
		"250 2.0.0 queued\r\n", "221 bye\r\n", NULL};
	Server server;
	g_autoptr(GError) problem = NULL;
	PeerSmtpAnswer answer = {0};

	start(&server, pieces);
	PeerSmtpClient *client =
		open_client(&server, PEER_SMTP_CLIENT_ANNOUNCE, NULL, &problem);
	g_assert_no_error(problem);
	g_assert_true(
		peer_smtp_client_mail(client, SIEVE_BYTES("a@b"), 12, &answer, &problem));
	g_assert_cmpint(answer.code, ==, 250);
	peer_smtp_answer_clear(&answer);
	g_assert_true(
		peer_smtp_client_rcpt(client, SIEVE_BYTES("j@d"), NULL, &answer, &problem));
	g_assert_cmpint(answer.code, ==, 551);
	g_assert_cmpuint(g_strv_length(answer.lines), ==, 2);
	g_assert_cmpstr(answer.lines[1], ==, "5.1.6 REDIRECT v=1");
	g_autofree char *text = peer_smtp_answer_print(&answer);
	g_assert_cmpstr(text, ==, "551 5.1.6 not here / 5.1.6 REDIRECT v=1");
	peer_smtp_answer_clear(&answer);
	g_assert_true(peer_smtp_client_data(
		client, SIEVE_BYTES("S: 1\r\n\r\n.x\ny\rz"), &answer, &problem));
	g_assert_cmpint(answer.code, ==, 250);
	peer_smtp_answer_clear(&answer);
	peer_smtp_client_close(client);
	peer_listener_stop(server.listener, LONG_MS);
	g_assert_cmpstr(server.seen->str, ==,
		"EHLO c.example|XREDIR1|MAIL FROM:<a@b> SIZE=12 BODY=8BITMIME|RCPT TO:<j@d>|"
		"DATA|S: 1||..x|y|z|.|QUIT|");
	end(&server);
}

/* One mail with what it asks; @offers: the last line of the greeting. What the server has seen of it. */
static char *
ask(const char *offers, const SieveSmtpParameters *parameters, GError **error)
{
	g_autofree char *hello = g_strdup_printf("250-s\r\n250 %s\r\n", offers);
	const char *pieces[] = {"220 hi\r\n", hello, "250 ok\r\n", "250 ok\r\n", "221 bye\r\n", NULL};
	Server server;
	PeerSmtpAnswer answer = {0};

	start(&server, pieces);
	PeerSmtpClient *client = open_client(&server, 0, NULL, error);
	g_assert_nonnull(client);
	peer_smtp_client_ask(client, parameters);
	if (peer_smtp_client_mail(client, SIEVE_BYTES("a@b"), 12, &answer, error)) {
		peer_smtp_answer_clear(&answer);
		g_assert_true(peer_smtp_client_rcpt(
			client, SIEVE_BYTES("j@d"), NULL, &answer, error));
	}
	peer_smtp_answer_clear(&answer);
	peer_smtp_client_close(client);
	peer_listener_stop(server.listener, LONG_MS);
	char *seen = g_strdup(server.seen->str);
	end(&server);
	return seen;
}

static void
test_parameters(void)
{
	const SieveDeliverBy late = {.deadline_unix = 1, .notify = true, .trace = true};
	const SieveDeliverBy back = {.deadline_unix = INT64_MAX};
	const SieveDeliverBy late_back = {.deadline_unix = 1};
	const SieveSmtpParameters dsn = {.notify = SIEVE_BYTES("NEVER"), .ret = SIEVE_BYTES("HDRS")};
	const SieveSmtpParameters tell = {.by = &late}, come_back = {.by = &back},
				  too_late = {.by = &late_back};
	const struct {
		const char *offers;
		const SieveSmtpParameters *asks;
		const char *seen; /* NULL: it fails */
	} cases[] = {
		{"DSN", &dsn, "MAIL FROM:<a@b> RET=HDRS|RCPT TO:<j@d> NOTIFY=NEVER|"},
		{"HELP", &dsn, "MAIL FROM:<a@b>|RCPT TO:<j@d>|"},
		{"DELIVERBY 240", &tell, "MAIL FROM:<a@b> BY=-"},
		{"HELP", &tell, "MAIL FROM:<a@b>|RCPT TO:<j@d>|"},
		{"DELIVERBY", &come_back, "MAIL FROM:<a@b> BY=999999999;R|RCPT"},
		{"HELP", &come_back, NULL},
		{"DELIVERBY", &too_late, NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GError) problem = NULL;
		g_autofree char *seen = ask(cases[i].offers, cases[i].asks, &problem);
		g_test_message("%zu: %s", i, seen);
		g_assert_cmpint(problem == NULL, ==, cases[i].seen != NULL);
		g_assert_true(cases[i].seen == NULL || strstr(seen, cases[i].seen) != NULL);
	}
}

/* What would be a second command is no address, and nothing of it is sent. */
static void
test_injection(void)
{
	static const char *const pieces[] = {"220 hi\r\n", "250 s\r\n", "221 bye\r\n", NULL};
	static const char *const hostile[] = {"a@b>\r\nRCPT TO:<x@y", "a\n@b", "a\x7f@b", "\x01"};
	Server server;
	g_autoptr(GError) problem = NULL;
	PeerSmtpAnswer answer = {0};

	start(&server, pieces);
	PeerSmtpClient *client = open_client(&server, 0, NULL, &problem);
	g_assert_no_error(problem);
	for (size_t i = 0; i < G_N_ELEMENTS(hostile); i++) {
		SieveBytes address = sieve_bytes_from_string(hostile[i]);
		g_assert_false(peer_smtp_client_mail(client, address, 1, &answer, &problem));
		g_assert_error(problem, PEER_ERROR, PEER_ERROR_PROTOCOL);
		g_clear_error(&problem);
		g_assert_false(peer_smtp_client_rcpt(client, address, NULL, &answer, &problem));
		g_assert_error(problem, PEER_ERROR, PEER_ERROR_PROTOCOL);
		g_clear_error(&problem);
	}
	peer_smtp_client_close(client);
	peer_listener_stop(server.listener, LONG_MS);
	g_assert_cmpstr(server.seen->str, ==, "EHLO c.example|QUIT|");
	end(&server);
}

/* A name service that is silent until it is given up. */
typedef struct SilentResolver {
	GResolver parent;
} SilentResolver;
typedef struct SilentResolverClass {
	GResolverClass parent;
} SilentResolverClass;
GType silent_resolver_get_type(void);
G_DEFINE_TYPE(SilentResolver, silent_resolver, G_TYPE_RESOLVER)

static gboolean
give_up(GCancellable *cancellable G_GNUC_UNUSED, void *task)
{
	(void)g_task_return_error_if_cancelled(task);
	return G_SOURCE_REMOVE;
}

static void
silent_look_up(GResolver *resolver, const char *host G_GNUC_UNUSED, GCancellable *cancellable,
	GAsyncReadyCallback callback, void *user_data)
{
	g_autoptr(GTask) task = g_task_new(resolver, cancellable, callback, user_data);
	GSource *cancelled = g_cancellable_source_new(cancellable);

	g_task_attach_source(task, cancelled, G_SOURCE_FUNC(give_up));
	g_source_unref(cancelled);
}

static GList *
silent_look_up_finish(GResolver *resolver G_GNUC_UNUSED, GAsyncResult *result, GError **error)
{
	return g_task_propagate_pointer(G_TASK(result), error);
}

static void
silent_resolver_class_init(SilentResolverClass *class)
{
	class->parent.lookup_by_name_async = silent_look_up;
	class->parent.lookup_by_name_finish = silent_look_up_finish;
}

static void
silent_resolver_init(SilentResolver *resolver G_GNUC_UNUSED)
{
}

/* The time to connect holds for the name's look-up too. */
static void
test_silent_names(void)
{
	const PeerSmtpClientOptions options = {
		.helo = "c.example", .connect_timeout_ms = 200, .reply_timeout_ms = LONG_MS};
	g_autoptr(GResolver) before = g_resolver_get_default();
	g_autoptr(GResolver) silent = g_object_new(silent_resolver_get_type(), NULL);
	g_autoptr(GError) problem = NULL;

	g_resolver_set_default(silent);
	int64_t start = g_get_monotonic_time();
	g_assert_null(peer_smtp_client_open("mx.example", 25, &options, &problem));
	g_assert_error(problem, PEER_ERROR, PEER_ERROR_UNREACHABLE);
	g_assert_cmpint(g_get_monotonic_time() - start, >=, 190 * 1000);
	g_resolver_set_default(before);
}

static void
test_helo(void)
{
	static const char *const pieces[] = {
		"220 hi\r\n", "502 no\r\n", "250 ok\r\n", "250 ok\r\n", "221 bye\r\n", NULL};
	Server server;
	g_autoptr(GError) problem = NULL;
	PeerSmtpAnswer answer = {0};

	start(&server, pieces);
	PeerSmtpClient *client = open_client(&server, 0, NULL, &problem);
	g_assert_no_error(problem);
	g_assert_true(peer_smtp_client_mail(client, SIEVE_BYTES(""), 12, &answer, &problem));
	peer_smtp_answer_clear(&answer);
	peer_smtp_client_close(client);
	peer_listener_stop(server.listener, LONG_MS);
	g_assert_cmpstr(server.seen->str, ==, "EHLO c.example|HELO c.example|MAIL FROM:<>|QUIT|");
	end(&server);
}

typedef struct OpenCase {
	const char *name;
	const char *pieces[4];
	unsigned flags;
	const char *pin;
	int code; /* PeerError */
} OpenCase;

#define PIN "sha256:0000000000000000000000000000000000000000000000000000000000000000"

/* Each ends the session with an error, and none of it with a crash or a wait. */
static const OpenCase open_cases[] = {
	{"busy", {"421 later\r\n"}, 0, NULL, PEER_ERROR_PROTOCOL},
	{"refused", {"554 go away\r\n"}, 0, NULL, PEER_ERROR_PROTOCOL},
	{"silent close", {""}, 0, NULL, PEER_ERROR_CLOSED},
	{"code changes midway", {"220-a\r\n250 b\r\n"}, 0, NULL, PEER_ERROR_PROTOCOL},
	{"two digits", {"22\r\n"}, 0, NULL, PEER_ERROR_PROTOCOL},
	{"no digits", {"HTTP/1.1 400 Bad Request\r\n"}, 0, NULL, PEER_ERROR_PROTOCOL},
	{"minus first", {"-220 a\r\n"}, 0, NULL, PEER_ERROR_PROTOCOL},
	{"code 199", {"199 a\r\n"}, 0, NULL, PEER_ERROR_PROTOCOL},
	{"code 620", {"620 a\r\n"}, 0, NULL, PEER_ERROR_PROTOCOL},
	{"no blank after the code", {"220a\r\n"}, 0, NULL, PEER_ERROR_PROTOCOL},
	{"empty line", {"\r\n"}, 0, NULL, PEER_ERROR_PROTOCOL},
	{"continued, then closed", {"220-a\r\n"}, 0, NULL, PEER_ERROR_CLOSED},
	{"EHLO answered with 4yz", {"220 a\r\n", "450 later\r\n"}, 0, NULL, PEER_ERROR_PROTOCOL},
	{"HELO refused too", {"220 a\r\n", "500 a\r\n", "500 a\r\n"}, 0, NULL, PEER_ERROR_PROTOCOL},
	{"no TLS offered", {"220 a\r\n", "250 a\r\n"}, PEER_SMTP_CLIENT_REQUIRE_TLS, NULL,
		PEER_ERROR_TLS},
	{"a pin requires TLS", {"220 a\r\n", "250 a\r\n"}, PEER_SMTP_CLIENT_NO_TLS, PIN,
		PEER_ERROR_TLS},
	{"STARTTLS refused", {"220 a\r\n", "250-a\r\n250 STARTTLS\r\n", "454 no\r\n"},
		PEER_SMTP_CLIENT_REQUIRE_TLS, NULL, PEER_ERROR_TLS},
	{"TLS that is none",
		{"220 a\r\n", "250-a\r\n250 STARTTLS\r\n", "220 go\r\n250 injected\r\n"}, 0, NULL,
		PEER_ERROR_TLS},
};

static void
test_open(const void *data)
{
	const OpenCase *test = data;
	Server server;
	g_autoptr(GError) problem = NULL;

	start(&server, test->pieces);
	server.hang_up = test->code == PEER_ERROR_CLOSED;
	PeerSmtpClient *client = open_client(&server, test->flags, test->pin, &problem);
	g_assert_null(client);
	g_assert_error(problem, PEER_ERROR, test->code);
	end(&server);
}

/* Replies without end are cut off by lines, and a line without end by bytes. */
static void
test_endless(void)
{
	g_autoptr(GString) many = g_string_new(NULL);
	g_autofree char *filler = g_strnfill(5000, 'x');
	g_autofree char *wide = g_strdup_printf("220 %s\r\n", filler);

	for (unsigned i = 0; i < 5000; i++)
		g_string_append(many, "220-more\r\n");
	const struct {
		const char *piece;
		int code;
	} cases[] = {{many->str, PEER_ERROR_PROTOCOL}, {wide, PEER_ERROR_TOO_LONG}};
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *const pieces[] = {cases[i].piece, NULL};
		Server server;
		g_autoptr(GError) problem = NULL;
		start(&server, pieces);
		g_assert_null(open_client(&server, 0, NULL, &problem));
		g_assert_error(problem, PEER_ERROR, cases[i].code);
		end(&server);
	}
}

/* What a server says may hold anything; what comes out of it is printable. */
static void
test_escaped(void)
{
	static const char *const pieces[] = {
		"220 hi\r\n", "250 ok\r\n", "550 \x1b[31mred\x07\r\n", "221 bye\r\n", NULL};
	Server server;
	g_autoptr(GError) problem = NULL;
	PeerSmtpAnswer answer = {0};

	start(&server, pieces);
	PeerSmtpClient *client = open_client(&server, 0, NULL, &problem);
	g_assert_no_error(problem);
	g_assert_true(peer_smtp_client_mail(client, SIEVE_BYTES("a@b"), 1, &answer, &problem));
	g_assert_cmpstr(answer.lines[0], ==, "\\x1b[31mred\\x07");
	peer_smtp_answer_clear(&answer);
	g_assert_false(peer_smtp_client_rcpt(
		client, SIEVE_BYTES("j@d"), "1.2.3.4", &answer, &problem));
	g_assert_error(problem, PEER_ERROR, PEER_ERROR_PROTOCOL);
	peer_smtp_client_close(client);
	end(&server);
}

static void
test_unreachable(void)
{
	const PeerSmtpClientOptions options = {
		.helo = "c", .connect_timeout_ms = 1000, .reply_timeout_ms = 1000};
	static const char *const pieces[] = {NULL};
	Server server;
	g_autoptr(GError) problem = NULL;

	/* A port that was free a moment ago is one where nobody listens. */
	start(&server, pieces);
	uint16_t port = peer_listener_port(server.listener);
	end(&server);
	g_assert_null(peer_smtp_client_open("127.0.0.1", port, &options, &problem));
	g_assert_error(problem, PEER_ERROR, PEER_ERROR_UNREACHABLE);
}

static void
test_silence(void)
{
	static const char *const pieces[] = {"", NULL};
	Server server;
	g_autoptr(GError) problem = NULL;

	start(&server, pieces);
	const PeerSmtpClientOptions options = {
		.helo = "c", .connect_timeout_ms = LONG_MS, .reply_timeout_ms = 100};
	g_assert_null(peer_smtp_client_open(
		"127.0.0.1", peer_listener_port(server.listener), &options, &problem));
	g_assert_error(problem, PEER_ERROR, PEER_ERROR_TIMEOUT);
	end(&server);
}

typedef struct Sleep {
	GMutex lock;
	GCond over;
	bool is_over;
} Sleep;

/* A server that asks for the message and then sleeps, with its connection open. */
static void
sleep_in_data(PeerLineIo *io, void *user_data)
{
	static const char *const pieces[] = {"220 hi\r\n", "250 s\r\n", "250 ok\r\n", "250 ok\r\n"};
	Sleep *sleep = user_data;
	SieveBytes line;

	for (size_t i = 0; i < G_N_ELEMENTS(pieces); i++)
		if (!say(io, pieces[i]) || !peer_line_io_read(io, 4096, LONG_MS, &line, NULL, NULL))
			return;
	if (!say(io, "354 go\r\n"))
		return;
	g_mutex_lock(&sleep->lock);
	while (!sleep->is_over)
		g_cond_wait(&sleep->over, &sleep->lock);
	g_mutex_unlock(&sleep->lock);
}

static void
wake(Sleep *sleep)
{
	g_mutex_lock(&sleep->lock);
	sleep->is_over = true;
	g_cond_signal(&sleep->over);
	g_mutex_unlock(&sleep->lock);
}

/* However large the message is, a host that takes nothing of it is given up after the time for a
 * reply: more than the buffers of both ends together can hold. */
static void
test_asleep(void)
{
	const PeerListenerOptions limits = {.max_connections = 4, .max_per_client = 4};
	const PeerSmtpClientOptions options = {
		.helo = "c.example", .connect_timeout_ms = LONG_MS, .reply_timeout_ms = 300};
	g_autoptr(GError) problem = NULL;
	g_autofree char *text = g_strnfill(64 * 1024 * 1024, 'x');
	PeerSmtpAnswer answer = {0};
	Sleep sleep = {.is_over = false};
	g_mutex_init(&sleep.lock);
	g_cond_init(&sleep.over);
	PeerListener *listener =
		peer_listener_new("127.0.0.1:0", &limits, sleep_in_data, &sleep, &problem);
	g_assert_no_error(problem);
	PeerSmtpClient *client = peer_smtp_client_open(
		"127.0.0.1", peer_listener_port(listener), &options, &problem);
	g_assert_no_error(problem);
	g_assert_true(peer_smtp_client_mail(client, SIEVE_BYTES("a@b"), 1, &answer, &problem));
	peer_smtp_answer_clear(&answer);
	g_assert_true(peer_smtp_client_rcpt(client, SIEVE_BYTES("j@d"), NULL, &answer, &problem));
	peer_smtp_answer_clear(&answer);
	g_assert_false(
		peer_smtp_client_data(client, sieve_bytes_from_string(text), &answer, &problem));
	g_assert_error(problem, PEER_ERROR, PEER_ERROR_TIMEOUT);
	peer_smtp_client_close(client);
	wake(&sleep);
	peer_listener_stop(listener, LONG_MS);
	peer_listener_free(listener);
	g_cond_clear(&sleep.over);
	g_mutex_clear(&sleep.lock);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/smtp-client/mail", test_mail);
	g_test_add_func("/smtp-client/parameters", test_parameters);
	g_test_add_func("/smtp-client/injection", test_injection);
	g_test_add_func("/smtp-client/silent-names", test_silent_names);
	g_test_add_func("/smtp-client/helo", test_helo);
	for (size_t i = 0; i < G_N_ELEMENTS(open_cases); i++) {
		g_autofree char *name =
			g_strdup_printf("/smtp-client/open/%s", open_cases[i].name);
		g_test_add_data_func(name, &open_cases[i], test_open);
	}
	g_test_add_func("/smtp-client/endless", test_endless);
	g_test_add_func("/smtp-client/escaped", test_escaped);
	g_test_add_func("/smtp-client/unreachable", test_unreachable);
	g_test_add_func("/smtp-client/silence", test_silence);
	g_test_add_func("/smtp-client/asleep", test_asleep);
	return g_test_run();
}
