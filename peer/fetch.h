/* SPDX-License-Identifier: MIT */
/* fetch.h - takes over the mail that waits at the reader's domain (POP3 client, RFC 1939)
 *
 * The server is not trusted: what it says is bounded, and nothing is deleted there that is not on
 * stable storage here.
 */
#pragma once

#include "engine/bytes.h"

/** Strings are borrowed for the time of a call. */
typedef struct PeerFetchSettings {
	const char *url; /* pop3s://host[:port], or pop3:// with STLS */
	const char *user_name;
	const char *password;
	const char *ca_file; /* (nullable): the system's */
	bool allow_clear; /* pop3:// without TLS; refused unless the host is a loopback address */
	const char *memory_file;    /* what is stored here and not yet deleted there */
	uint64_t max_message_bytes; /* larger ones stay at the server */
	unsigned timeout_ms;        /* for connecting, and for any silence */
} PeerFetchSettings;

typedef struct PeerFetchMail {
	SieveBytes text; /* whole, CRLF line ends */
	const char *key; /* 64 hex digits that name this mail, the same at each attempt */
	bool begun; /* an earlier fetch was cut off while it stored this mail: it may be here */
} PeerFetchMail;

/** Puts one mail on stable storage. False: it stays at the server and the fetch ends there, so that
 * the order of arrival is kept. */
typedef bool (*PeerFetchStore)(const PeerFetchMail *mail, void *user_data, GError **error);

typedef struct PeerFetchReport {
	size_t waiting;     /* mails at the server when the fetch began */
	size_t stored;      /* of these, taken over now */
	size_t known;       /* stored by an earlier fetch that could not delete them */
	size_t passed_over; /* too large, or the server would not give them: they stay there */
} PeerFetchReport;

/**
 * peer_fetch_run:
 * @ret_report: (out): written even on failure
 *
 * Fetches in the order in which the server lists its mail. Fails with PEER_ERROR_CONFIG for a bad
 * @settings->url or a refused login, PEER_ERROR_UNREACHABLE, _TIMEOUT, _TLS, _CLOSED or _PROTOCOL
 * for trouble with the server, or as @store failed.
 */
bool peer_fetch_run(const PeerFetchSettings *settings, PeerFetchStore store, void *user_data,
	PeerFetchReport *ret_report, GError **error) G_GNUC_WARN_UNUSED_RESULT;
