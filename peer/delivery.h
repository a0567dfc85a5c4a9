/* SPDX-License-Identifier: MIT */
/* delivery.h - one mail through the reader's delivery script into the Maildir
 *
 * Mail comes by SMTP or is fetched from the reader's domain; both end here.
 */
#pragma once

#include "peer/script.h"

/** All is borrowed for the time of peer_delivery_run(). */
typedef struct PeerMail {
	SieveBytes message;        /* CRLF line ends, with the Received fields of its whole way */
	SieveBytes sender;         /* envelope; length 0: null reverse-path; ptr NULL: not known */
	SieveBytes recipient;      /* envelope */
	/* Parameters of MAIL and RCPT, as SieveEnvelope has them. */
	SieveBytes notify;
	SieveBytes orcpt;
	SieveBytes ret;
	SieveBytes envid;
	const SieveDeliverBy *by;  /* (nullable) */
	const char *remote_ip;     /* (nullable) who handed it to the reader's domain, or to us */
	const char *trace_header;  /* (nullable) lines put before the stored message, CRLF-ended */
	SieveRefuseMode refuse;
} PeerMail;

typedef struct PeerDelivery {
	SieveReceipt receipt;
	char *actions;  /* what the script decided: one line per action */
	char *problem;  /* (nullable) the script failed and the mail was kept: why */
} PeerDelivery;
void peer_delivery_clear(PeerDelivery *delivery);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PeerDelivery, peer_delivery_clear)

/** What the script makes of a mail before it has come. */
typedef enum {
	PEER_EARLY_PROCEED,   /* let it come: it is wanted, or more must be known */
	PEER_EARLY_REFUSED,   /* the script refuses it, with a reason */
	PEER_EARLY_DENIED,    /* the access list of the record throws it away */
	PEER_EARLY_DISCARDED, /* the reader's own script does */
} PeerEarly;

/**
 * peer_delivery_foresee:
 * @mail: its message is not looked at; refusal is by a reply to RCPT
 * @ret_reason: (out) (transfer full): written with PEER_EARLY_REFUSED alone: ASCII, lines parted by CRLF
 *
 * Nothing is carried out. libsieve runs on whole messages alone, so with it everything may proceed.
 */
PeerEarly peer_delivery_foresee(const PeerConfig *config, const PeerScript *script,
	const PeerMail *mail, char **ret_reason);

/**
 * Success means that the mail is on stable storage, was taken over by somebody else, or is meant to
 * be gone. On failure it was not delivered and must not be accepted: SIEVE_ERROR_IO or _FULL, temporary.
 */
bool peer_delivery_run(const PeerConfig *config, const PeerScript *script, const PeerMail *mail,
	PeerDelivery *ret_delivery, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Tells the sender, who is not null, that @mail has arrived, as NOTIFY=SUCCESS asks (RFC 3461 section
 * 5.2.3, RFC 3464). Needs a submission server: SIEVE_ERROR_SUBMIT. */
bool peer_delivery_confirm(const PeerConfig *config, const PeerMail *mail, const PeerDelivery *delivery,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
