/* SPDX-License-Identifier: MIT */
/* smtp-serve.c - moves lines between a connection and an SMTP session, until either ends */

#include "peer/smtp-serve.h"

/* RFC 5321 section 4.5.3.1.4 asks for 512; XTICKET and SMTPUTF8 paths need more. */
#define COMMAND_LINE_BYTES 2048u
/* RFC 5321 section 4.5.3.1.6 asks for 1000; mail with longer lines is about. */
#define TEXT_LINE_BYTES 65536u
#define REPLY_TIMEOUT_MS 60000u

typedef struct Serving {
	PeerLineIo *io;
	PeerSmtpSession *session;
	const PeerSmtpServeOptions *options;
	int64_t message_deadline_usec; /* 0: no message is being received */
} Serving;

static bool
send_output(Serving *serving, GError **error)
{
	g_autoptr(GBytes) output = peer_smtp_session_take_output(serving->session);
	size_t len = 0;
	const char *ptr = g_bytes_get_data(output, &len);

	peer_line_io_write(serving->io, (SieveBytes){ptr, len});
	return peer_line_io_flush(serving->io, REPLY_TIMEOUT_MS, error);
}

/* How long the next line may take, with the message as a whole in mind. */
static unsigned
line_timeout_ms(Serving *serving, bool in_data)
{
	int64_t now_usec = g_get_monotonic_time();

	if (!in_data) {
		serving->message_deadline_usec = 0;
		return serving->options->command_timeout_ms;
	}
	if (serving->message_deadline_usec == 0)
		serving->message_deadline_usec =
			now_usec + (int64_t)serving->options->message_timeout_ms * 1000;
	int64_t left_ms = MAX(0, (serving->message_deadline_usec - now_usec) / 1000);
	return (unsigned)MIN(left_ms, (int64_t)serving->options->data_timeout_ms);
}

/* Reads one line and gives it to the session. */
static bool
push_line(Serving *serving, PeerSmtpWish *ret_wish, GError **error)
{
	bool in_data = peer_smtp_session_in_data(serving->session);
	g_autoptr(GError) problem = NULL;
	SieveBytes line;
	bool bare_lf = false;

	if (peer_line_io_read(serving->io, in_data ? TEXT_LINE_BYTES : COMMAND_LINE_BYTES,
		    line_timeout_ms(serving, in_data), &line, &bare_lf, &problem)) {
		*ret_wish = peer_smtp_session_push(serving->session, line, bare_lf);
		return true;
	}
	if (g_error_matches(problem, PEER_ERROR, PEER_ERROR_TOO_LONG)) {
		*ret_wish = peer_smtp_session_push_too_long(serving->session, bare_lf);
		return true;
	}
	if (g_error_matches(problem, PEER_ERROR, PEER_ERROR_TIMEOUT)) {
		peer_line_io_write(serving->io, SIEVE_BYTES("421 4.4.2 Timed out, closing\r\n"));
		/* It was too slow to send; that it reads this is a hope. */
		bool told = peer_line_io_flush(serving->io, 0, NULL);
		(void)told;
	}
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static bool
start_tls(Serving *serving, GError **error)
{
	if (!peer_line_io_start_tls_server(serving->io, serving->options->certificate,
		    serving->options->command_timeout_ms, error))
		return false;
	peer_smtp_session_tls_on(serving->session);
	return true;
}

bool
peer_smtp_serve(PeerLineIo *io, PeerSmtpSession *session, const PeerSmtpServeOptions *options,
	GError **error)
{
	Serving serving = {.io = io, .session = session, .options = options};

	for (;;) {
		PeerSmtpWish wish = PEER_SMTP_CONTINUE;
		/* Replies to a pipelined batch go out together (RFC 2920 section 3.2). */
		if (!peer_line_io_has_input(io) && !send_output(&serving, error))
			return false;
		if (!push_line(&serving, &wish, error))
			return false;
		if (wish == PEER_SMTP_CONTINUE)
			continue;
		if (!send_output(&serving, error))
			return false;
		if (wish == PEER_SMTP_CLOSE)
			return true;
		if (!start_tls(&serving, error))
			return false;
	}
}
