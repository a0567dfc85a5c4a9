/* SPDX-License-Identifier: MIT */
/* decide.h - pure function: location record, policy, clock, client to what happens with a mail */
#pragma once

#include "mta-hook/networks.h"
#include "schema/location-record.h"

typedef enum {
	HOOK_STORE,    /* the MTA goes on as if there were no hook */
	HOOK_REDIRECT, /* 551: the client delivers straight to the reader's host */
	HOOK_RELAY,    /* 250: the MTA itself delivers there, as the socketmap tells it */
	HOOK_NOTIFY,   /* stored, and the reader is told */
} HookAction;

/** Who may be sent a 551, and so learn where a reader is. */
typedef enum {
	HOOK_REDIRECT_NEVER,
	HOOK_REDIRECT_LISTED, /* clients in the listed networks, and clients that authenticated */
	HOOK_REDIRECT_ALL,    /* every client that announced itself */
} HookRedirectPolicy;

typedef struct HookPolicy {
	HookRedirectPolicy redirect;
	HookNetworks *redirect_clients; /* (nullable) */
	HookNetworks *allow_networks; /* (nullable) reader's hosts that are not public addresses */
	bool relay;		      /* the MTA asks our socketmap where to deliver */
	bool relay_in_clear;	      /* ... even to a host that published no key to prove itself */
} HookPolicy;

/** The SMTP client at the MTA. */
typedef struct HookClient {
	const char *ip;	    /* (nullable): unknown, or a unix socket */
	bool authenticated; /* SMTP AUTH */
	bool announced;	    /* sent XREDIR1 in this session (doc/redirect.md section 1) */
} HookClient;

typedef struct HookDecision {
	HookAction action;
	const char *reason; /* static, one word for the log */
} HookDecision;

/**
 * hook_decide:
 * @record: (nullable): the directory has none, or is away
 * @client: (nullable): no client stands by; the MTA asks how to deliver what it holds
 *
 * Everything doubtful stores.
 */
HookDecision hook_decide(const LocationRecord *record, const HookPolicy *policy,
	const HookClient *client, int64_t now_unix);
/** "store", "redirect", ... static. */
const char *hook_action_name(HookAction action);
