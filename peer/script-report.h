/* SPDX-License-Identifier: MIT */
/* script-report.h - tells the reader, by a mail in the inbox, that their script does not compile */
#pragma once

#include "peer/config.h"
#include "peer/state.h"

/**
 * peer_script_report:
 * @problem: diagnostics, UTF-8
 * @script: the text they are about
 *
 * At most once for each version of script and problem, across restarts: the script folder holds a
 * note of the last one told. Fails with SIEVE_ERROR_IO or a GFileError; the mail is then not stored.
 */
bool peer_script_report(const PeerConfig *config, const PeerState *state, const char *problem,
	SieveBytes script, GError **error) G_GNUC_WARN_UNUSED_RESULT;
