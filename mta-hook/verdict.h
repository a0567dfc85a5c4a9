/* SPDX-License-Identifier: MIT */
/* verdict.h - a decision about one recipient to the reply that the MTA's client sees */
#pragma once

#include "engine/env.h"
#include "mta-hook/decide.h"

/** @code NULL: no reply of ours, the MTA goes on and answers itself. */
typedef struct HookVerdict {
	HookDecision decision;
	const char *code;     /* (nullable) static, "551" */
	const char *enhanced; /* (nullable) static, "5.1.6" */
	char **lines;	      /* (transfer full) (nullable) NULL-terminated */
} HookVerdict;
void hook_verdict_clear(HookVerdict *verdict);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HookVerdict, hook_verdict_clear)

/**
 * hook_verdict_make:
 * @decision: of hook_decide() on @record
 * @recipient, @sender: without brackets, as the client gave them: the ticket is made for the two
 *
 * A redirect that cannot be put into words becomes HOOK_STORE.
 */
HookVerdict hook_verdict_make(HookDecision decision, const LocationRecord *record,
	SieveBytes recipient, SieveBytes sender, const SieveEnv *env);
/** (transfer full) a ticket for one mail to this reader, from now on. */
char *hook_verdict_ticket(
	const LocationRecord *record, SieveBytes recipient, SieveBytes sender, const SieveEnv *env);
