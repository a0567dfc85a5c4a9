/* SPDX-License-Identifier: MIT */
/* listener.h - accepts connections, one thread each, with limits per client and in all */
#pragma once

#include "peer/line-io.h"

typedef struct PeerListener PeerListener;

/** Serves one connection in a thread of its own; returns when it is done with it. */
typedef void (*PeerServe)(PeerLineIo *io, void *user_data);

typedef struct PeerListenerOptions {
	unsigned max_connections;
	unsigned max_per_client;   /* by remote address; unix sockets count as one client */
	const char *busy_reply;    /* sent to those over the limit, CRLF-ended; (nullable) */
} PeerListenerOptions;

/**
 * @address: "127.0.0.1:2525", "[::1]:2525", "unix:/path"; port 0 picks a free one
 * Fails with PEER_ERROR_CONFIG or a GIOError.
 */
PeerListener *peer_listener_new(const char *address, const PeerListenerOptions *options,
	PeerServe serve, void *user_data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Stops accepting, waits for the running sessions at most @timeout_ms, then cuts them. No
 * thread of the listener runs when this returns. */
void peer_listener_stop(PeerListener *listener, unsigned timeout_ms);
void peer_listener_free(PeerListener *listener);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerListener, peer_listener_free)
/** The port that was bound; 0 for unix sockets. */
uint16_t peer_listener_port(const PeerListener *listener);
