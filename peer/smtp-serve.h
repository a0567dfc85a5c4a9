/* SPDX-License-Identifier: MIT */
/* smtp-serve.h - moves lines between a connection and an SMTP session, until either ends */
#pragma once

#include "peer/line-io.h"
#include "peer/smtp-session.h"

typedef struct PeerSmtpServeOptions {
	GTlsCertificate *certificate; /* (nullable): needed when the session offers STARTTLS */
	unsigned command_timeout_ms;  /* for a whole command line; RFC 5321 section 4.5.3.2.7: 5 min */
	unsigned data_timeout_ms;     /* for a whole text line */
	unsigned message_timeout_ms;  /* from DATA to the final dot */
} PeerSmtpServeOptions;

/** Serves @session on @io. True when the session came to its end, by QUIT or by its own refusal. */
bool peer_smtp_serve(PeerLineIo *io, PeerSmtpSession *session, const PeerSmtpServeOptions *options,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
