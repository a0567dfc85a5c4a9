/* SPDX-License-Identifier: MIT */
/* decide.c - pure function: location record, policy, clock, client to what happens with a mail */

#include "mta-hook/decide.h"

#include "mta-hook/redirect-reply.h"
#include "mta-hook/target.h"

/* What is known about the reader and about the ways to their host. */
typedef enum {
	FACT_UNKNOWN = 1 << 0, /* no record, or the directory is away */
	FACT_OFFLINE = 1 << 1, /* or the lease has ended */
	FACT_READY = 1 << 2,
	FACT_BUSY = 1 << 3,
	FACT_HOST = 1 << 4,    /* the record names a host that mail may be sent to */
	FACT_FOLLOWS = 1 << 5, /* this client may be sent a 551, and one can be made */
	FACT_RELAYS = 1 << 6,  /* the MTA can deliver there itself */
} Fact;

typedef struct DecideRule {
	unsigned facts; /* all of them must hold */
	HookDecision decision;
} DecideRule;

/* The first rule whose facts all hold decides. */
static const DecideRule rules[] = {
	{FACT_UNKNOWN, {HOOK_STORE, "unknown"}},
	{FACT_OFFLINE, {HOOK_STORE, "offline"}},
	{FACT_READY | FACT_HOST | FACT_FOLLOWS, {HOOK_REDIRECT, "ready"}},
	{FACT_READY | FACT_HOST | FACT_RELAYS, {HOOK_RELAY, "ready"}},
	{FACT_READY | FACT_HOST, {HOOK_STORE, "no-way-there"}},
	{FACT_BUSY | FACT_HOST, {HOOK_NOTIFY, "busy"}},
	{0, {HOOK_STORE, "host-refused"}},
};

static unsigned
status_fact(const LocationRecord *record, int64_t now_unix)
{
	if (!record)
		return FACT_UNKNOWN;
	switch (location_record_status_at(record, now_unix)) {
	case LOCATION_READY:
		return FACT_READY;
	case LOCATION_BUSY:
		return FACT_BUSY;
	case LOCATION_OFFLINE:
		return FACT_OFFLINE;
	}
	return FACT_UNKNOWN;
}

static bool
policy_permits(const HookPolicy *policy, const HookClient *client)
{
	switch (policy->redirect) {
	case HOOK_REDIRECT_NEVER:
		return false;
	case HOOK_REDIRECT_LISTED:
		return client->authenticated ||
		       (client->ip && hook_networks_match(policy->redirect_clients, client->ip));
	case HOOK_REDIRECT_ALL:
		return true;
	}
	return false;
}

/* Without key and ticket a 551 could not be followed (doc/redirect.md section 2). */
static bool
can_follow(const LocationRecord *record, const HookPolicy *policy, const HookClient *client)
{
	return client && client->announced && policy_permits(policy, client) &&
	       hook_redirect_is_key(record->tls_key) && record->has_ticket_secret;
}

static bool
can_relay(const LocationRecord *record, const HookPolicy *policy)
{
	return policy->relay && (policy->relay_in_clear || hook_redirect_is_key(record->tls_key));
}

static unsigned
collect_facts(const LocationRecord *record, const HookPolicy *policy, const HookClient *client,
	int64_t now_unix)
{
	unsigned facts = status_fact(record, now_unix);
	if (!(facts & (FACT_READY | FACT_BUSY)))
		return facts;
	g_autoptr(GError) refused = NULL;
	if (hook_target_check(record->host, record->smtp_port, policy->allow_networks, &refused))
		facts |= FACT_HOST;
	if (can_follow(record, policy, client))
		facts |= FACT_FOLLOWS;
	if (can_relay(record, policy))
		facts |= FACT_RELAYS;
	return facts;
}

HookDecision
hook_decide(const LocationRecord *record, const HookPolicy *policy, const HookClient *client,
	int64_t now_unix)
{
	unsigned facts = collect_facts(record, policy, client, now_unix);
	size_t i = 0;
	while ((facts & rules[i].facts) != rules[i].facts)
		i++;
	return rules[i].decision;
}

const char *
hook_action_name(HookAction action)
{
	static const char *const names[] = {
		[HOOK_STORE] = "store",
		[HOOK_REDIRECT] = "redirect",
		[HOOK_RELAY] = "relay",
		[HOOK_NOTIFY] = "notify",
	};
	return names[action];
}
