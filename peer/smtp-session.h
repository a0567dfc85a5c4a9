/* SPDX-License-Identifier: MIT */
/* smtp-session.h - the server's side of SMTP and LMTP, as a command table (RFC 5321, RFC 2033)
 *
 * Does no I/O: lines go in, replies and wishes come out. Who owns the mail decides, through the
 * handler, what is taken; the session keeps order, syntax, limits and state. doorstepd (SMTP) and
 * doorstep-relay (LMTP) are its two users.
 */
#pragma once

#include "engine/bytes.h"
#include "engine/sieve.h"

/** A reply: code, enhanced code or "", text (may hold LF for several lines). Zero code: 250 2.0.0. */
typedef struct PeerSmtpReply {
	int code;
	const char *enhanced; /* static, "5.7.1" */
	char *text;           /* (transfer full) (nullable) printable ASCII or UTF-8, LF between lines */
} PeerSmtpReply;

typedef struct PeerSmtpSession PeerSmtpSession;

/** The parameters of one RCPT. */
typedef struct PeerSmtpRecipient {
	char *ticket; /* (nullable) XTICKET (doc/redirect.md section 3) */
	char *notify; /* (nullable) NOTIFY (RFC 3461 section 4.1) */
	char *orcpt;  /* (nullable) ORCPT, xtext decoded (section 4.2) */
} PeerSmtpRecipient;

/** Owned by the session; handlers may read it during a call. */
typedef struct PeerSmtpTransaction {
	SieveBytes helo;
	SieveBytes sender;          /* without brackets; length 0: null reverse-path */
	uint64_t declared_size;     /* SIZE parameter (RFC 1870), 0 unknown */
	GPtrArray *recipients;      /* of char *: accepted ones, as given, without brackets */
	GPtrArray *parameters;      /* of PeerSmtpRecipient *, parallel */
	char *ret;                  /* (nullable) RET parameter (RFC 3461 section 4.3) */
	char *envid;                /* (nullable) ENVID parameter, xtext decoded (section 4.4) */
	SieveDeliverBy by;          /* BY parameter (RFC 2852), if @has_by */
	bool has_by;
	bool esmtp;                 /* EHLO, not HELO: for the Received field */
	bool tls;
	bool utf8;                  /* SMTPUTF8 parameter (RFC 6531) */
} PeerSmtpTransaction;

/** What the owner of the mail decides. Every call may be slow; none is made twice for one command. */
typedef struct PeerSmtpHandler {
	/* All but message are nullable: NULL accepts. Fill @reply to refuse (4yz or 5yz). */
	void (*mail)(const PeerSmtpTransaction *t, void *user_data, PeerSmtpReply *reply);
	/* @recipient is not in @t yet */
	void (*recipient)(const PeerSmtpTransaction *t, SieveBytes recipient,
		const PeerSmtpRecipient *parameters, void *user_data, PeerSmtpReply *reply);
	/* before 354: a last chance to refuse without having read the mail */
	void (*data)(const PeerSmtpTransaction *t, void *user_data, PeerSmtpReply *reply);
	/* The whole message, dots removed, CRLF line ends. @replies: one for SMTP; one per recipient
	 * for LMTP. A reply of code 250 means: on stable storage, or safely handed on. */
	void (*message)(const PeerSmtpTransaction *t, SieveBytes message, void *user_data,
		PeerSmtpReply *replies, size_t n_replies);
} PeerSmtpHandler;

typedef enum {
	PEER_SMTP_LMTP = 1 << 0,     /* LHLO, and a reply per recipient after DATA */
	PEER_SMTP_STARTTLS = 1 << 1, /* offer it */
	PEER_SMTP_TICKETS = 1 << 2,  /* offer XTICKET, once TLS is on */
	PEER_SMTP_DSN = 1 << 3,      /* offer it: the owner tells of success */
	PEER_SMTP_DELIVERBY = 1 << 4, /* offer it: the owner delivers at once, or refuses */
} PeerSmtpFlags;

typedef struct PeerSmtpOptions {
	const char *host_name;      /* for the greeting */
	unsigned flags;
	uint64_t max_message_bytes;
	unsigned max_recipients;
	unsigned max_errors;        /* bad commands and refused recipients before 421 */
} PeerSmtpOptions;

typedef enum {
	PEER_SMTP_CONTINUE,
	PEER_SMTP_CLOSE,            /* send what is pending, then close */
	PEER_SMTP_START_TLS,        /* send what is pending, do TLS, call peer_smtp_session_tls_on() */
} PeerSmtpWish;

PeerSmtpSession *peer_smtp_session_new(const PeerSmtpOptions *options,
	const PeerSmtpHandler *handler, void *user_data);
void peer_smtp_session_free(PeerSmtpSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerSmtpSession, peer_smtp_session_free)

/** One line without its end; @bare_lf as line-io tells it. Both that and a lone CR are refused, in
 * DATA after the final dot (no smuggling). */
PeerSmtpWish peer_smtp_session_push(PeerSmtpSession *session, SieveBytes line, bool bare_lf);
/** A line that was too long: counts as an error, or spoils the message in DATA. */
PeerSmtpWish peer_smtp_session_push_too_long(PeerSmtpSession *session, bool bare_lf);
/** Bytes to send, CRLF-ended lines; the greeting is there from the start. Emptied by the call. */
GBytes *peer_smtp_session_take_output(PeerSmtpSession *session);
/** TLS is up: forgets everything the client said before (RFC 3207 section 4.2). */
void peer_smtp_session_tls_on(PeerSmtpSession *session);
/** True while a message is being received: lines may then be as long as text lines. */
bool peer_smtp_session_in_data(const PeerSmtpSession *session);
