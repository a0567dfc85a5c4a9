/* SPDX-License-Identifier: MIT */
/* lease.h - keeps the reader's presence in the directory alive, and takes it out at the end
 *
 * A thread of its own publishes what the session file says: at once when the session begins or
 * changes, then every third of the lease's life. When the directory names another host, the reader
 * has moved on: nothing is overwritten, and mail that still comes here is sent after them.
 */
#pragma once

#include "peer/script.h"

typedef struct PeerLease PeerLease;

/**
 * @config, @scripts, @self: borrowed
 *
 * Returns: (transfer full) (nullable): NULL when no directory is configured: there is nothing to do
 */
PeerLease *peer_lease_new(const PeerConfig *config, PeerScriptSource *scripts,
	const PeerDaemon *self);
/** The session has changed: looks now. Safe from any thread. */
void peer_lease_wake(PeerLease *lease);
/** Withdraws the presence, waiting for the directory no longer than its own timeout, and ends. */
void peer_lease_free(PeerLease *lease);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerLease, peer_lease_free)
