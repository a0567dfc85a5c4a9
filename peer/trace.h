/* SPDX-License-Identifier: MIT */
/* trace.h - the header fields a receiving server adds: Received, Return-Path (RFC 5321 section 4.4) */
#pragma once

#include "peer/smtp-session.h"

/** (transfer full) one Received field, CRLF-ended. What the client said is made harmless. */
char *peer_trace_received(const PeerSmtpTransaction *t, const char *remote_ip, const char *host_name,
	const char *recipient, int64_t now_unix);
/** (transfer full) Return-Path and Delivered-To, CRLF-ended: for the stored copy. */
char *peer_trace_delivered(SieveBytes sender, const char *recipient);
/** The number of Received fields: servers that the mail has passed. */
size_t peer_trace_count_hops(SieveBytes message);
