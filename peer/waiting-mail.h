/* SPDX-License-Identifier: MIT */
/* waiting-mail.h - mail that waits at the domain: fetched, filtered by the script, stored */
#pragma once

#include "peer/config.h"
#include "peer/fetch.h"
#include "peer/state.h"

/**
 * peer_waiting_mail_take:
 * @config: with a fetch_url
 * @state: who is logged in; saved already, since the delivery script is made from what is saved
 *
 * The script sees as `remote-ip` who handed the mail to the domain, as the domain's own server
 * wrote it. A script that refuses a mail gets it kept: nobody is there to take the refusal (RFC
 * 5429 section 2.1). Fails as peer_fetch_run() and peer_delivery_run() do.
 */
bool peer_waiting_mail_take(const PeerConfig *config, const PeerState *state,
	PeerFetchReport *ret_report, GError **error) G_GNUC_WARN_UNUSED_RESULT;
