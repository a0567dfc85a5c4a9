/* SPDX-License-Identifier: MIT */
/* relay.h - one delivery: MX, follow one redirect, fall back; a state machine over injected steps
 *
 * A mail comes from the MTA beside us, which holds it in its queue until we answer for each
 * recipient. Nothing is kept here: whatever is not delivered at once is answered with 4yz.
 */
#pragma once

#include "mta-hook/mx.h"
#include "mta-hook/networks.h"
#include "peer/smtp-client.h"
#include "peer/smtp-session.h"

/** What the machine does to the world; the real steps are peer/smtp-client.h's own functions. */
typedef struct HookRelaySteps {
	/* (transfer full) of HookHop */
	GPtrArray *(*find_hops)(const char *domain, void *user_data, GError **error);
	/* @flags: of PeerSmtpClientFlags; @pin: (nullable) */
	PeerSmtpClient *(*open)(const HookHop *hop, unsigned flags, const char *pin,
		void *user_data, GError **error);
	bool (*mail)(PeerSmtpClient *client, SieveBytes sender, uint64_t size_bytes,
		PeerSmtpAnswer *ret_answer, GError **error);
	bool (*rcpt)(PeerSmtpClient *client, SieveBytes recipient, const char *ticket,
		PeerSmtpAnswer *ret_answer, GError **error);
	bool (*data)(PeerSmtpClient *client, SieveBytes message, PeerSmtpAnswer *ret_answer,
		GError **error);
	void (*close)(PeerSmtpClient *client);
	void *user_data;
} HookRelaySteps;

typedef struct HookRelayMail {
	SieveBytes sender;
	const char *const *recipients; /* (array length=n_recipients), without brackets */
	size_t n_recipients;
	SieveBytes message;
	bool announce; /* false once the mail is so old that it must not be redirected again */
} HookRelayMail;

/**
 * hook_relay_deliver:
 * @allowed: (nullable): reader's hosts that are not public addresses
 * @replies: (array length=n_recipients): zeroed by the caller, filled in for each recipient: 250
 * when the next host has taken the mail, 5yz as it was refused there, else 451
 */
void hook_relay_deliver(const HookRelaySteps *steps, const HookNetworks *allowed,
	const HookRelayMail *mail, PeerSmtpReply *replies);
