/* SPDX-License-Identifier: MIT */
/* milter.h - the hook as a milter: the MTA's events to a session, verdicts back to the MTA */
#pragma once

#include "mta-hook/session.h"

/**
 * hook_milter_run:
 * @address: "unix:/path", "address:port", "[address]:port"
 * @socket_mode: of a unix socket
 * @hook: must outlive the call
 *
 * Serves until the process is told to end (SIGTERM, SIGINT, which libmilter takes for itself).
 */
bool hook_milter_run(const char *address, unsigned socket_mode, const Hook *hook,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
