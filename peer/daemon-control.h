/* SPDX-License-Identifier: MIT */
/* daemon-control.h - starts doorstepd for the reader and ends it */
#pragma once

#include "peer/state.h"

typedef struct PeerDaemonStart {
	const char *program;      /* (nullable): beside this program, else found by PATH */
	const char *config_path;  /* (nullable): its default */
	const char *state_folder; /* (nullable): as peer_state_folder() */
	bool foreground;          /* stays in this session and writes its log to standard error */
} PeerDaemonStart;

/**
 * Finds the daemon that runs, or starts one and waits until it listens.
 * @ret_daemon: (out) (transfer full)
 * @ret_started: (out): its process id; 0 when it ran already
 * Fails with a GSpawnError, or PEER_ERROR_TIMEOUT or _CLOSED when it does not come up.
 */
bool peer_daemon_start(const PeerDaemonStart *options, PeerDaemon **ret_daemon, GPid *ret_started,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Asks it to end (SIGTERM) and waits for that. Absence is success. */
bool peer_daemon_stop(
	const char *state_folder, unsigned timeout_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;
