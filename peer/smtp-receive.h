/* SPDX-License-Identifier: MIT */
/* smtp-receive.h - doorstepd's SMTP service: who may hand in mail for the reader, and what becomes of it
 *
 * Mail is taken for the reader alone, with a valid ticket after STARTTLS (doc/redirect.md section 3) or
 * from the networks of `accept_from`. Nothing is relayed, and nobody is sent a 551.
 */
#pragma once

#include "peer/line-io.h"
#include "peer/script.h"
#include "schema/ticket.h"

/** What all connections share; borrowed for as long as connections may come. */
typedef struct PeerSmtpService {
	const PeerConfig *config;
	PeerScriptSource *scripts;
	GTlsCertificate *certificate;
	LocationTicketMemory *tickets;
	const SieveEnv *env; /* (nullable): sieve_env_system() */
} PeerSmtpService;

/** A PeerServe: @service is a PeerSmtpService. */
void peer_smtp_receive(PeerLineIo *io, void *service);
