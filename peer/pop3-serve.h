/* SPDX-License-Identifier: MIT */
/* pop3-serve.h - one POP3 connection: moves lines between the network and the session */
#pragma once

#include "peer/auth.h"
#include "peer/line-io.h"

/** What all POP3 connections share; borrowed for as long as connections may come. */
typedef struct PeerPop3Service {
	const char *host_name;
	const char *maildir;
	PeerAuth *auth;
	GTlsCertificate *certificate; /* (nullable): no STLS */
	unsigned idle_timeout_ms; /* at least ten minutes, says RFC 1939 section 3; 0: just that */
} PeerPop3Service;

/** A PeerServe: @service is a PeerPop3Service. Passwords are taken in the clear from loopback
 * alone. */
void peer_pop3_serve(PeerLineIo *io, void *service);
