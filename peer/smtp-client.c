/* SPDX-License-Identifier: MIT */
/* smtp-client.c - one outgoing SMTP session (RFC 5321); replies are hostile input */

#include "peer/smtp-client.h"

#include "engine/env.h"
#include "engine/message/smtp-parameters.h"

#include <string.h>

/* RFC 5321 section 4.5.3.1.5 allows servers 512 octets a line. */
#define REPLY_LINE_BYTES 2048u
#define REPLY_LINES 100u
#define GOODBYE_TIMEOUT_MS 2000u

typedef enum {
	OFFERS_SIZE = 1 << 0,
	OFFERS_8BITMIME = 1 << 1,
	OFFERS_SMTPUTF8 = 1 << 2,
	OFFERS_STARTTLS = 1 << 3,
	OFFERS_XTICKET = 1 << 4,
	OFFERS_DSN = 1 << 5,
	OFFERS_DELIVERBY = 1 << 6,
} Offer;

static const struct {
	const char *keyword;
	Offer offer;
} offers[] = {
	{"SIZE", OFFERS_SIZE},
	{"8BITMIME", OFFERS_8BITMIME},
	{"SMTPUTF8", OFFERS_SMTPUTF8},
	{"STARTTLS", OFFERS_STARTTLS},
	{"XTICKET", OFFERS_XTICKET},
	{"DSN", OFFERS_DSN},
	{"DELIVERBY", OFFERS_DELIVERBY},
};

struct PeerSmtpClient {
	PeerLineIo *io;
	char *helo;
	unsigned flags;
	char *pin; /* (nullable) */
	unsigned reply_timeout_ms;
	unsigned offers; /* of the last EHLO */
	SieveSmtpParameters asks; /* of the next mail */
	bool in_order;   /* a QUIT would be understood */
};

void
peer_smtp_answer_clear(PeerSmtpAnswer *answer)
{
	answer->code = 0;
	g_clear_pointer(&answer->lines, g_strfreev);
}

char *
peer_smtp_answer_print(const PeerSmtpAnswer *answer)
{
	GString *text = g_string_new(NULL);

	g_string_printf(text, "%d", answer->code);
	for (char **line = answer->lines; line != NULL && *line != NULL; line++)
		g_string_append_printf(text, "%s%s", line == answer->lines ? " " : " / ", *line);
	return g_string_free(text, FALSE);
}

/* --- Replies --------------------------------------------------------------------------------- */

/* Reply-line = Reply-code [ ( SP / "-" ) textstring ]; a code is %x32-35 %x30-39 %x30-39, and the
 * first digit may not be 1 (RFC 5321 section 4.2). */
static bool
parse_reply_line(SieveBytes line, int *ret_code, bool *ret_last, SieveBytes *ret_text)
{
	if (line.len < 3 || line.ptr[0] < '2' || line.ptr[0] > '5' ||
		!g_ascii_isdigit(line.ptr[1]) || !g_ascii_isdigit(line.ptr[2]))
		return false;
	if (line.len > 3 && line.ptr[3] != ' ' && line.ptr[3] != '-')
		return false;
	*ret_code = (line.ptr[0] - '0') * 100 + (line.ptr[1] - '0') * 10 + (line.ptr[2] - '0');
	*ret_last = line.len == 3 || line.ptr[3] == ' ';
	*ret_text = sieve_bytes_slice(line, 4, SIZE_MAX);
	return true;
}

static bool
fail_protocol(const char *what, GError **error)
{
	g_set_error_literal(error, PEER_ERROR, PEER_ERROR_PROTOCOL, what);
	return false;
}

/* Reads the lines of one reply into @lines. */
static bool
read_lines(PeerSmtpClient *client, GPtrArray *lines, int *ret_code, GError **error)
{
	int64_t deadline_usec =
		g_get_monotonic_time() + (int64_t)client->reply_timeout_ms * 1000;
	int first_code = 0;
	bool last = false;

	while (!last) {
		SieveBytes line;
		SieveBytes text;
		int code = 0;
		/* One deadline for the whole reply: lines without end are no way to hold a client. */
		int64_t left_ms = MAX(0, (deadline_usec - g_get_monotonic_time()) / 1000);
		if (!peer_line_io_read(client->io, REPLY_LINE_BYTES, (unsigned)left_ms, &line, NULL,
			    error))
			return false;
		if (!parse_reply_line(line, &code, &last, &text))
			return fail_protocol("the server's reply is no SMTP reply", error);
		if (lines->len > 0 && code != first_code)
			return fail_protocol("the server changed the code within a reply", error);
		if (lines->len >= REPLY_LINES)
			return fail_protocol("the server's reply has too many lines", error);
		first_code = code;
		g_ptr_array_add(lines, sieve_bytes_escape(text, REPLY_LINE_BYTES));
	}
	*ret_code = first_code;
	return true;
}

static bool
read_answer(PeerSmtpClient *client, PeerSmtpAnswer *ret_answer, GError **error)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	int code = 0;

	client->in_order = false;
	if (!read_lines(client, lines, &code, error))
		return false;
	client->in_order = code != 421;
	g_ptr_array_add(lines, NULL);
	ret_answer->code = code;
	ret_answer->lines = (char **)g_ptr_array_free(g_steal_pointer(&lines), FALSE);
	return true;
}

/* Sends what was written and reads the reply. */
static bool
exchange(PeerSmtpClient *client, PeerSmtpAnswer *ret_answer, GError **error)
{
	client->in_order = false;
	return peer_line_io_flush(client->io, client->reply_timeout_ms, error) &&
	       read_answer(client, ret_answer, error);
}

static bool
fail_answer(PeerSmtpAnswer *answer, const char *what, GError **error)
{
	g_autofree char *text = peer_smtp_answer_print(answer);

	g_set_error(error, PEER_ERROR, PEER_ERROR_PROTOCOL, "%s: %s", what, text);
	peer_smtp_answer_clear(answer);
	return false;
}

/* --- Opening --------------------------------------------------------------------------------- */

/* Waits for a connect() under way; false with @error set when it failed or took too long. */
static bool
finish_connect(GSocket *socket, int64_t deadline_usec, GError **error)
{
	int64_t left_usec = deadline_usec - g_get_monotonic_time();

	if (left_usec <= 0 ||
		!g_socket_condition_timed_wait(socket, G_IO_OUT, left_usec, NULL, NULL)) {
		g_set_error_literal(error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT, "timed out");
		return false;
	}
	return g_socket_check_connect_result(socket, error);
}

static GSocket *
connect_to(GInetAddress *ip, uint16_t port, const PeerSmtpClientOptions *options,
	int64_t deadline_usec, GError **error)
{
	g_autoptr(GSocketAddress) address = g_inet_socket_address_new(ip, port);
	g_autoptr(GSocket) socket = g_socket_new(g_inet_address_get_family(ip),
		G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, error);
	g_autoptr(GError) problem = NULL;

	if (socket == NULL)
		return NULL;
	if (options->source_ip != NULL) {
		g_autoptr(GSocketAddress) source =
			g_inet_socket_address_new_from_string(options->source_ip, 0);
		if (source == NULL || !g_socket_bind(socket, source, FALSE, &problem)) {
			g_set_error(error, PEER_ERROR, PEER_ERROR_CONFIG,
				"cannot connect from %s: %s", options->source_ip,
				problem == NULL ? "no IP address" : problem->message);
			return NULL;
		}
	}
	g_socket_set_blocking(socket, FALSE);
	if (!g_socket_connect(socket, address, NULL, &problem) &&
		(!g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_PENDING) ||
			!finish_connect(socket, deadline_usec, error))) {
		if (error != NULL && *error == NULL)
			g_propagate_error(error, g_steal_pointer(&problem));
		return NULL;
	}
	g_socket_set_blocking(socket, TRUE);
	return g_steal_pointer(&socket);
}

typedef struct LookUp {
	GList *addresses;
	GError *error;
	bool done;
} LookUp;

static void
look_up_done(GObject *resolver, GAsyncResult *result, void *user_data)
{
	LookUp *look_up = user_data;

	look_up->addresses = g_resolver_lookup_by_name_finish(
		G_RESOLVER(resolver), result, &look_up->error);
	look_up->done = true;
}

static gboolean
look_up_timed_out(void *cancellable)
{
	g_cancellable_cancel(cancellable);
	return G_SOURCE_REMOVE;
}

/* Asks in a main context of this thread's own: the name service has time-outs of its own, which are
 * longer than most callers can wait. */
static GList *
look_up_name(const char *host, int64_t deadline_usec, GError **error)
{
	g_autoptr(GMainContext) context = g_main_context_new();
	g_autoptr(GCancellable) cancellable = g_cancellable_new();
	g_autoptr(GResolver) resolver = g_resolver_get_default();
	int64_t left_ms = MAX(0, (deadline_usec - g_get_monotonic_time()) / 1000);
	g_autoptr(GSource) timer = g_timeout_source_new((guint)left_ms);
	LookUp look_up = {0};

	g_main_context_push_thread_default(context);
	g_source_set_callback(timer, look_up_timed_out, cancellable, NULL);
	g_source_attach(timer, context);
	g_resolver_lookup_by_name_async(resolver, host, cancellable, look_up_done, &look_up);
	while (!look_up.done)
		g_main_context_iteration(context, TRUE);
	g_source_destroy(timer);
	g_main_context_pop_thread_default(context);
	if (look_up.error != NULL)
		g_propagate_prefixed_error(error, look_up.error, "name look-up: ");
	return look_up.addresses;
}

static GList *
look_up(const char *host, int64_t deadline_usec, GError **error)
{
	GInetAddress *literal = g_inet_address_new_from_string(host);

	return literal != NULL ? g_list_prepend(NULL, literal)
	                       : look_up_name(host, deadline_usec, error);
}

/* An even share of the time that is left, so that an address that swallows everything, as IPv6 ones
 * do behind a half-made route, leaves some for the others. */
static int64_t
share_deadline(int64_t deadline_usec, const GList *addresses)
{
	int64_t now_usec = g_get_monotonic_time();
	guint n_left = g_list_length((GList *)(uintptr_t)addresses);

	return now_usec + MAX(0, deadline_usec - now_usec) / (int64_t)n_left;
}

/* Tries each address of @host in turn; the error is that of the last. */
static PeerLineIo *
dial(const char *host, uint16_t port, const PeerSmtpClientOptions *options, GError **error)
{
	int64_t deadline_usec =
		g_get_monotonic_time() + (int64_t)options->connect_timeout_ms * 1000;
	g_autoptr(GError) problem = NULL;
	g_autoptr(GSocket) socket = NULL;
	GList *addresses = look_up(host, deadline_usec, &problem);

	for (GList *at = addresses; at != NULL && socket == NULL; at = at->next) {
		g_clear_error(&problem);
		socket = connect_to(
			at->data, port, options, share_deadline(deadline_usec, at), &problem);
	}
	g_resolver_free_addresses(addresses);
	if (socket == NULL) {
		bool config = g_error_matches(problem, PEER_ERROR, PEER_ERROR_CONFIG);
		g_set_error(error, PEER_ERROR, config ? PEER_ERROR_CONFIG : PEER_ERROR_UNREACHABLE,
			"%s port %u: %s", host, port, problem->message);
		return NULL;
	}
	g_autoptr(GSocketConnection) connection =
		g_socket_connection_factory_create_connection(socket);
	return peer_line_io_new(connection);
}

static void
note_offers(PeerSmtpClient *client, const PeerSmtpAnswer *answer)
{
	client->offers = 0;
	for (size_t line = 1; answer->lines[0] != NULL && answer->lines[line] != NULL; line++) {
		size_t len = strcspn(answer->lines[line], " ");
		for (size_t i = 0; i < G_N_ELEMENTS(offers); i++)
			if (strlen(offers[i].keyword) == len &&
				g_ascii_strncasecmp(
					answer->lines[line], offers[i].keyword, len) == 0)
				client->offers |= offers[i].offer;
	}
}

/* EHLO, or HELO for a server that does not know it (RFC 5321 section 3.2). */
static bool
say_hello(PeerSmtpClient *client, GError **error)
{
	PeerSmtpAnswer answer = {0};

	peer_line_io_printf(client->io, "EHLO %s\r\n", client->helo);
	if (!exchange(client, &answer, error))
		return false;
	client->offers = 0;
	if (answer.code / 100 == 2) {
		note_offers(client, &answer);
	} else if (answer.code / 100 == 5) {
		peer_smtp_answer_clear(&answer);
		peer_line_io_printf(client->io, "HELO %s\r\n", client->helo);
		if (!exchange(client, &answer, error))
			return false;
	}
	if (answer.code / 100 != 2)
		return fail_answer(&answer, "the server refuses our greeting", error);
	peer_smtp_answer_clear(&answer);
	return true;
}

static bool
fail_no_tls(PeerSmtpClient *client, GError **error)
{
	if ((client->flags & PEER_SMTP_CLIENT_REQUIRE_TLS) == 0)
		return true;
	g_set_error_literal(
		error, PEER_ERROR, PEER_ERROR_TLS, "TLS is required, and the server does not do it");
	return false;
}

static bool
start_tls(PeerSmtpClient *client, GError **error)
{
	PeerSmtpAnswer answer = {0};

	if ((client->flags & PEER_SMTP_CLIENT_NO_TLS) != 0 ||
		(client->offers & OFFERS_STARTTLS) == 0)
		return fail_no_tls(client, error);
	peer_line_io_printf(client->io, "STARTTLS\r\n");
	if (!exchange(client, &answer, error))
		return false;
	bool ready = answer.code == 220;
	peer_smtp_answer_clear(&answer);
	if (!ready)
		return fail_no_tls(client, error);
	client->in_order = false;
	return peer_line_io_start_tls_client(
		       client->io, client->pin, client->reply_timeout_ms, error) &&
	       say_hello(client, error);
}

/* The reply does not matter, unless there is none (doc/redirect.md section 1). */
static bool
announce(PeerSmtpClient *client, GError **error)
{
	PeerSmtpAnswer answer = {0};

	if ((client->flags & PEER_SMTP_CLIENT_ANNOUNCE) == 0)
		return true;
	peer_line_io_printf(client->io, "XREDIR1\r\n");
	bool answered = exchange(client, &answer, error);
	peer_smtp_answer_clear(&answer);
	return answered;
}

static bool
read_greeting(PeerSmtpClient *client, GError **error)
{
	PeerSmtpAnswer answer = {0};

	if (!read_answer(client, &answer, error))
		return false;
	if (answer.code / 100 != 2)
		return fail_answer(&answer, "the server takes no mail now", error);
	peer_smtp_answer_clear(&answer);
	return true;
}

PeerSmtpClient *
peer_smtp_client_open(const char *host, uint16_t port, const PeerSmtpClientOptions *options,
	GError **error)
{
	g_autoptr(PeerLineIo) io = dial(host, port, options, error);

	if (io == NULL)
		return NULL;
	g_autoptr(PeerSmtpClient) client = g_new0(PeerSmtpClient, 1);
	client->io = g_steal_pointer(&io);
	client->helo = g_strdup(options->helo);
	client->flags = options->flags;
	client->pin = g_strdup(options->pin);
	client->reply_timeout_ms = options->reply_timeout_ms;
	if (options->pin != NULL)
		client->flags = (client->flags & ~(unsigned)PEER_SMTP_CLIENT_NO_TLS) |
		                PEER_SMTP_CLIENT_REQUIRE_TLS;
	if (!read_greeting(client, error) || !say_hello(client, error) ||
		!start_tls(client, error) || !announce(client, error)) {
		g_prefix_error(error, "%s port %u: ", host, port);
		return NULL;
	}
	return g_steal_pointer(&client);
}

void
peer_smtp_client_close(PeerSmtpClient *client)
{
	PeerSmtpAnswer answer = {0};

	if (client == NULL)
		return;
	if (client->in_order) {
		client->reply_timeout_ms = MIN(client->reply_timeout_ms, GOODBYE_TIMEOUT_MS);
		peer_line_io_printf(client->io, "QUIT\r\n");
		/* The mail is settled: whatever happens to the goodbye changes nothing. */
		(void)exchange(client, &answer, NULL);
		peer_smtp_answer_clear(&answer);
	}
	peer_line_io_free(client->io);
	g_free(client->helo);
	g_free(client->pin);
	g_free(client);
}

/* --- One mail -------------------------------------------------------------------------------- */

/* In such an address there would be a second command. Some come from a mail's header fields. */
static bool
is_clean(SieveBytes address)
{
	for (size_t i = 0; i < address.len; i++)
		if ((unsigned char)address.ptr[i] < ' ' || address.ptr[i] == 0x7f)
			return false;
	return true;
}

void
peer_smtp_client_ask(PeerSmtpClient *client, const SieveSmtpParameters *parameters)
{
	client->asks = *parameters;
}

/* The parameters of MAIL that are asked for; false when the server cannot do what must be done. */
static bool
print_asks(PeerSmtpClient *client, GError **error)
{
	const SieveDeliverBy *by = client->asks.by;
	const SieveEnv *env = sieve_env_system();

	if (client->asks.ret.len > 0 && (client->offers & OFFERS_DSN) != 0)
		peer_line_io_printf(client->io, " RET=%.*s", (int)client->asks.ret.len,
			client->asks.ret.ptr);
	if (by == NULL)
		return true;
	int64_t now = env->now_usec(env) / G_USEC_PER_SEC;
	if (!by->notify && by->deadline_unix <= now)
		return fail_protocol("the mail is late, and was to come back then", error);
	if ((client->offers & OFFERS_DELIVERBY) != 0) {
		g_autofree char *value = sieve_deliver_by_print(by, now);
		peer_line_io_printf(client->io, " BY=%s", value);
		return true;
	}
	return by->notify || fail_protocol("the server takes no mail that is to come back when it is late",
				     error);
}

bool
peer_smtp_client_mail(PeerSmtpClient *client, SieveBytes sender, uint64_t size_bytes,
	PeerSmtpAnswer *ret_answer, GError **error)
{
	if (!is_clean(sender))
		return fail_protocol("the sender's address holds a control character", error);
	peer_line_io_printf(client->io, "MAIL FROM:<");
	peer_line_io_write(client->io, sender);
	peer_line_io_printf(client->io, ">");
	if ((client->offers & OFFERS_SIZE) != 0)
		peer_line_io_printf(client->io, " SIZE=%" G_GUINT64_FORMAT, size_bytes);
	if ((client->offers & OFFERS_8BITMIME) != 0)
		peer_line_io_printf(client->io, " BODY=8BITMIME");
	if ((client->offers & OFFERS_SMTPUTF8) != 0 && !sieve_bytes_is_ascii(sender))
		peer_line_io_printf(client->io, " SMTPUTF8");
	if (!print_asks(client, error))
		return false;
	peer_line_io_printf(client->io, "\r\n");
	return exchange(client, ret_answer, error);
}

bool
peer_smtp_client_rcpt(PeerSmtpClient *client, SieveBytes recipient, const char *ticket,
	PeerSmtpAnswer *ret_answer, GError **error)
{
	if (!is_clean(recipient) || !is_clean(sieve_bytes_from_string(ticket)))
		return fail_protocol("the recipient's address holds a control character", error);
	if (ticket != NULL && (client->offers & OFFERS_XTICKET) == 0)
		return fail_protocol("the server does not take tickets", error);
	peer_line_io_printf(client->io, "RCPT TO:<");
	peer_line_io_write(client->io, recipient);
	peer_line_io_printf(client->io, ">");
	if (ticket != NULL)
		peer_line_io_printf(client->io, " XTICKET=%s", ticket);
	if (client->asks.notify.len > 0 && (client->offers & OFFERS_DSN) != 0)
		peer_line_io_printf(client->io, " NOTIFY=%.*s", (int)client->asks.notify.len,
			client->asks.notify.ptr);
	peer_line_io_printf(client->io, "\r\n");
	return exchange(client, ret_answer, error);
}

bool
peer_smtp_client_data(PeerSmtpClient *client, SieveBytes message, PeerSmtpAnswer *ret_answer,
	GError **error)
{
	PeerSmtpAnswer answer = {0};

	peer_line_io_printf(client->io, "DATA\r\n");
	if (!exchange(client, &answer, error))
		return false;
	if (answer.code / 100 == 2)
		return fail_answer(&answer, "the server does not wait for the message", error);
	if (answer.code != 354) {
		*ret_answer = answer;
		return true;
	}
	peer_smtp_answer_clear(&answer);
	client->in_order = false;
	peer_line_io_write_dotted(client->io, message);
	return peer_line_io_flush(client->io, client->reply_timeout_ms, error) &&
	       read_answer(client, ret_answer, error);
}

bool
peer_smtp_client_rset(PeerSmtpClient *client, PeerSmtpAnswer *ret_answer, GError **error)
{
	peer_line_io_printf(client->io, "RSET\r\n");
	return exchange(client, ret_answer, error);
}
