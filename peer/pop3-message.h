/* SPDX-License-Identifier: MIT */
/* pop3-message.h - a stored message as POP3 sends it: CRLF, dots stuffed, final dot (RFC 1939) */
#pragma once

#include "engine/sieve.h"

/** Every line of the body, for RETR. */
#define PEER_POP3_ALL_LINES SIZE_MAX

typedef struct PeerPop3Message PeerPop3Message;

/**
 * peer_pop3_message_open:
 * @dir_fd: open folder, borrowed
 * @body_lines: how many lines of the body to send (TOP), or PEER_POP3_ALL_LINES
 *
 * Links and anything that is no regular file are refused. A file that grows while it is sent is cut
 * at the size it had here. Fails with a GIOError; G_IO_ERROR_NOT_FOUND when the file is gone.
 */
PeerPop3Message *peer_pop3_message_open(
	int dir_fd, const char *name, size_t body_lines, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void peer_pop3_message_close(PeerPop3Message *message);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerPop3Message, peer_pop3_message_close)

/** Appends the next piece to @out, of bounded size; nothing once the final dot was given. After a
 * failure the client must be cut off: it would take what it has for the whole message. */
bool peer_pop3_message_next(
	PeerPop3Message *message, GString *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Octets of the whole message with CRLF line ends, no dots counted (RFC 1939 section 11). */
bool peer_pop3_message_measure(int dir_fd, const char *name, uint64_t *ret_octets,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
