/* SPDX-License-Identifier: MIT */
/* pop3-session.h - the server's side of POP3, as a command table per state (RFC 1939)
 *
 * Does no network I/O: lines go in, replies and wishes come out. CAPA (RFC 2449), SASL PLAIN
 * (RFC 5034), STLS (RFC 2595), pipelining, response codes (RFC 2449, RFC 3206). Mail is removed at
 * QUIT alone: a session that is freed earlier deletes nothing.
 */
#pragma once

#include "peer/pop3-drop.h"

typedef struct PeerPop3Session PeerPop3Session;

typedef enum {
	PEER_POP3_LOGIN_OK,
	PEER_POP3_LOGIN_WRONG,  /* unknown user or wrong password: nobody is told which */
	PEER_POP3_LOGIN_LATER,  /* too many failures; the password was not looked at */
	PEER_POP3_LOGIN_IN_USE, /* right, but another session holds the maildrop */
	PEER_POP3_LOGIN_FAILED, /* the password source or the maildrop is away */
} PeerPop3Login;

/** Checks a login and opens the maildrop; may be slow. @ret_drop (transfer full) is written for
 * PEER_POP3_LOGIN_OK only. */
typedef PeerPop3Login (*PeerPop3OpenDrop)(
	SieveBytes user, SieveBytes password, void *user_data, PeerPop3Drop **ret_drop);

typedef enum {
	PEER_POP3_STLS = 1 << 0,        /* offer it, until TLS is on */
	PEER_POP3_CLEAR_LOGIN = 1 << 1, /* passwords may come before TLS: loopback */
	PEER_POP3_TLS_ON = 1 << 2,      /* the connection began with TLS */
} PeerPop3Flags;

typedef struct PeerPop3Options {
	const char *host_name; /* for the greeting */
	unsigned flags;
	unsigned max_errors; /* bad commands before the session is closed */
	unsigned max_logins; /* failed logins before the session is closed */
} PeerPop3Options;

typedef enum {
	PEER_POP3_CONTINUE,
	PEER_POP3_CLOSE,     /* send what is pending, then close */
	PEER_POP3_START_TLS, /* send what is pending, do TLS, call peer_pop3_session_tls_on() */
} PeerPop3Wish;

/** Strings of @options are borrowed for the session's life. The greeting is pending at once. */
PeerPop3Session *peer_pop3_session_new(
	const PeerPop3Options *options, PeerPop3OpenDrop open_drop, void *user_data);
void peer_pop3_session_free(PeerPop3Session *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerPop3Session, peer_pop3_session_free)

/** Longest line that may come next, without its end: commands are short (RFC 2449 section 4), a
 * SASL response is not. */
size_t peer_pop3_session_max_line(const PeerPop3Session *session);
/** One line without its end. What is pending must have been taken before. */
PeerPop3Wish peer_pop3_session_push(PeerPop3Session *session, SieveBytes line);
/** A line that was too long and dropped: counts as an error. */
PeerPop3Wish peer_pop3_session_push_too_long(PeerPop3Session *session);
/**
 * The next piece to send, (transfer full); NULL when nothing is pending. A message comes in many
 * pieces. Fails when a stored message could not be read to its end: the client must then be cut
 * off.
 */
bool peer_pop3_session_take_output(
	PeerPop3Session *session, GBytes **ret_piece, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** TLS is up: forgets everything the client said before (RFC 2595 section 4). */
void peer_pop3_session_tls_on(PeerPop3Session *session);
