/* SPDX-License-Identifier: MIT */
/* smtp-client.h - one outgoing SMTP session (RFC 5321); replies are hostile input
 *
 * Blocking, one thread. Every reply is bounded in lines and bytes; its text is kept for logs and for
 * redirect-reply parsing and is never trusted.
 */
#pragma once

#include "peer/line-io.h"

/** A whole reply. @lines: NULL-terminated, without code and separator; control bytes escaped. */
typedef struct PeerSmtpAnswer {
	int code;
	char **lines;
} PeerSmtpAnswer;
void peer_smtp_answer_clear(PeerSmtpAnswer *answer);
/** (transfer full) "551 5.1.6 User not local; ...": one line for logs and LMTP replies. */
char *peer_smtp_answer_print(const PeerSmtpAnswer *answer);

typedef enum {
	PEER_SMTP_CLIENT_ANNOUNCE = 1 << 0,    /* send XREDIR1 after each EHLO (doc/redirect.md) */
	PEER_SMTP_CLIENT_REQUIRE_TLS = 1 << 1, /* no STARTTLS, no mail */
	PEER_SMTP_CLIENT_NO_TLS = 1 << 2,
} PeerSmtpClientFlags;

typedef struct PeerSmtpClientOptions {
	const char *helo;              /* our name */
	unsigned flags;
	const char *pin;               /* (nullable) key the host must prove; implies REQUIRE_TLS */
	unsigned connect_timeout_ms;
	unsigned reply_timeout_ms;     /* per reply, and per block of a message */
	const char *source_ip;         /* (nullable) local address to connect from */
} PeerSmtpClientOptions;

typedef struct PeerSmtpClient PeerSmtpClient;

/** Connects to @host (IP literal or name) and goes through greeting, EHLO, STARTTLS, announcement. */
PeerSmtpClient *peer_smtp_client_open(const char *host, uint16_t port,
	const PeerSmtpClientOptions *options, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** QUITs politely when the session is in order, then closes. */
void peer_smtp_client_close(PeerSmtpClient *client);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerSmtpClient, peer_smtp_client_close)

/** What the next mail asks of those who bring it on, borrowed until it is done; it is sent where the server
 * offers DSN and DELIVERBY. MAIL fails with PROTOCOL for a mail that is to come back when it is late, if
 * the server does not offer that (RFC 2852 section 4.1.4). */
void peer_smtp_client_ask(PeerSmtpClient *client, const SieveSmtpParameters *parameters);

/* Each is one command and its reply. True: a reply came, whatever its code. False: the session is
 * dead. Addresses are without brackets; one with control characters is not sent: PROTOCOL. */
bool peer_smtp_client_mail(PeerSmtpClient *client, SieveBytes sender, uint64_t size_bytes,
	PeerSmtpAnswer *ret_answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** @ticket: (nullable) sent as XTICKET= when the server offers it; if it does not: PROTOCOL. */
bool peer_smtp_client_rcpt(PeerSmtpClient *client, SieveBytes recipient, const char *ticket,
	PeerSmtpAnswer *ret_answer, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** DATA, the message (dot-stuffed, lone CR and LF made CRLF), the final dot. */
bool peer_smtp_client_data(PeerSmtpClient *client, SieveBytes message, PeerSmtpAnswer *ret_answer,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool peer_smtp_client_rset(PeerSmtpClient *client, PeerSmtpAnswer *ret_answer, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
