/* SPDX-License-Identifier: MIT */
/* line-io.h - CRLF lines over a stream, with limits and deadlines, and TLS put under them
 *
 * Blocking; one connection is used by one thread. A deadline covers a whole line, not each byte, so
 * that a slow trickle ends too.
 */
#pragma once

#include <gio/gio.h>

#include "engine/bytes.h"

#define PEER_ERROR (peer_error_quark())
GQuark peer_error_quark(void);

typedef enum {
	PEER_ERROR_CLOSED,    /* temporary: the other side is gone */
	PEER_ERROR_TIMEOUT,   /* temporary: deadline passed */
	PEER_ERROR_UNREACHABLE, /* temporary: no connection could be made */
	PEER_ERROR_TLS,       /* temporary: TLS failed, or the key is not the one expected */
	PEER_ERROR_PROTOCOL,  /* temporary: the other side said what makes no sense */
	PEER_ERROR_TOO_LONG,  /* the line is longer than allowed; it was read to its end and dropped */
	PEER_ERROR_CONFIG,    /* permanent: this program's settings are wrong */
} PeerError;

/** What is read or written at once: the largest TLS record. */
#define PEER_LINE_IO_BLOCK_BYTES 16384u

typedef struct PeerLineIo PeerLineIo;

/** Takes a reference on @connection. */
PeerLineIo *peer_line_io_new(GSocketConnection *connection);
/** Closes the connection. */
void peer_line_io_free(PeerLineIo *io);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerLineIo, peer_line_io_free)

/**
 * peer_line_io_read:
 * @max_bytes: without line end
 * @timeout_ms: for the whole line
 * @ret_line: (out): without its line end; valid until the next read
 * @ret_bare_lf: (out) (optional): the line ended in LF alone; also told with PEER_ERROR_TOO_LONG. A
 *   lone CR stays in the line.
 */
bool peer_line_io_read(PeerLineIo *io, size_t max_bytes, unsigned timeout_ms, SieveBytes *ret_line,
	bool *ret_bare_lf, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Buffers; line ends are the caller's. */
void peer_line_io_write(PeerLineIo *io, SieveBytes bytes);
void peer_line_io_printf(PeerLineIo *io, const char *format, ...) G_GNUC_PRINTF(2, 3);
/**
 * peer_line_io_flush:
 * @timeout_ms: for each block of PEER_LINE_IO_BLOCK_BYTES (RFC 5321 section 4.5.3.2.5): who takes
 *   none is given up in this time, however much there is to send
 */
bool peer_line_io_flush(PeerLineIo *io, unsigned timeout_ms, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
/** True when a further whole line was already received: a client that pipelines. */
bool peer_line_io_has_input(const PeerLineIo *io);
/** Writes @text dot-stuffed, every line CRLF-ended, then the final dot (RFC 5321 section 4.5.2,
 * RFC 1939 section 3). A lone CR or LF ends a line too, so that none goes out. */
void peer_line_io_write_dotted(PeerLineIo *io, SieveBytes text);

/** The peer's address as text, no port, "unix" for a unix socket, "unknown" for one that has gone
 * already; IPv4 in its own form even when it came to an IPv6 socket. Lives until the io is freed. */
const char *peer_line_io_remote_ip(const PeerLineIo *io);
uint16_t peer_line_io_remote_port(const PeerLineIo *io);
const char *peer_line_io_local_ip(const PeerLineIo *io);
bool peer_line_io_is_tls(const PeerLineIo *io);

/** Server side of STARTTLS. Clear bytes that were pipelined after the command are thrown away
 * (RFC 3207 section 6). */
bool peer_line_io_start_tls_server(PeerLineIo *io, GTlsCertificate *certificate,
	unsigned timeout_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/**
 * Client side.
 * @pin: (nullable) "sha256:" and hex of the SPKI; the certificate's key must be it and nothing else
 *   is asked of the certificate. NULL: opportunistic, any certificate.
 */
bool peer_line_io_start_tls_client(PeerLineIo *io, const char *pin, unsigned timeout_ms,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
