/* SPDX-License-Identifier: MIT */
/* verdict.c - a decision about one recipient to the reply that the MTA's client sees */

#include "mta-hook/verdict.h"

#include "mta-hook/redirect-reply.h"
#include "schema/ticket.h"

#define NONCE_BYTES 8

void
hook_verdict_clear(HookVerdict *verdict)
{
	g_clear_pointer(&verdict->lines, g_strfreev);
}

char *
hook_verdict_ticket(
	const LocationRecord *record, SieveBytes recipient, SieveBytes sender, const SieveEnv *env)
{
	unsigned char nonce[NONCE_BYTES];
	env->random(env, nonce, sizeof(nonce));
	int64_t expires_unix = env->now_usec(env) / G_USEC_PER_SEC + LOCATION_TICKET_LIFE_S;
	return location_ticket_make(record->ticket_secret, recipient, sender, expires_unix, nonce);
}

HookVerdict
hook_verdict_make(HookDecision decision, const LocationRecord *record, SieveBytes recipient,
	SieveBytes sender, const SieveEnv *env)
{
	HookVerdict verdict = {.decision = decision};
	if (decision.action != HOOK_REDIRECT)
		return verdict;
	g_autofree char *ticket = hook_verdict_ticket(record, recipient, sender, env);
	HookRedirect redirect = {
		.host = record->host,
		.port = record->smtp_port,
		.key = record->tls_key,
		.ticket = ticket,
	};
	verdict.lines = hook_redirect_reply_print(&redirect, recipient);
	if (!verdict.lines) {
		verdict.decision = (HookDecision){HOOK_STORE, "unspeakable-recipient"};
		return verdict;
	}
	verdict.code = G_STRINGIFY(HOOK_REDIRECT_CODE);
	verdict.enhanced = HOOK_REDIRECT_ENHANCED;
	return verdict;
}
