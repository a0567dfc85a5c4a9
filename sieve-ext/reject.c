/* SPDX-License-Identifier: MIT */
/* reject.c - reject and ereject: refuse the mail, with a reason (RFC 5429) */

#include "engine/sieve-ext.h"

/* Section 2.4: a mail is either delivered or sent back, and only once. discard may stand beside. */
#define EXCLUDED                                                                                   \
	(SIEVE_ACTION_STORES | SIEVE_ACTION_SENDS | SIEVE_ACTION_REFUSES | SIEVE_ACTION_ANSWERS |  \
		SIEVE_ACTION_PIPES)

static bool
perform_reject(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	return sieve_delivery_refuse(delivery, action->target, true, error);
}

static bool
perform_ereject(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	return sieve_delivery_refuse(delivery, action->target, false, error);
}

static const SieveActionDef action_reject = {
	.name = "reject",
	.class = SIEVE_ACTION_REFUSES,
	.conflicts = EXCLUDED,
	.cancels_implicit_keep = true,
	.perform = perform_reject,
};

static const SieveActionDef action_ereject = {
	.name = "ereject",
	.class = SIEVE_ACTION_REFUSES,
	.conflicts = EXCLUDED,
	.cancels_implicit_keep = true,
	.perform = perform_ereject,
};

static void
check_reason(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	if (!g_utf8_validate(value.ptr, (gssize)value.len, NULL))
		sieve_check_error(check, arg, NULL, "the reason is no UTF-8 text");
}

enum { REJECT_REASON };

/* Usage: reject <reason: string>, ereject <reason: string> */
static const SieveArgDef reject_args[] = {
	[REJECT_REASON] = {.type = SIEVE_ARG_STRING, .name = "reason", .check = check_reason},
	{.type = SIEVE_ARG_END},
};

static bool
add_refusal(SieveRun *run, const SieveArgs *args, const SieveActionDef *def, GError **error)
{
	SieveAction action = {.def = def, .target = sieve_args_string(run, args, REJECT_REASON)};

	return sieve_run_add_action(run, args, &action, error);
}

static bool
reject_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	return add_refusal(run, args, &action_reject, error);
}

static bool
ereject_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	return add_refusal(run, args, &action_ereject, error);
}

static const SieveCommandDef reject_commands[] = {
	{.name = "reject", .args = reject_args, .run = reject_run},
	{.name = NULL},
};

static const SieveCommandDef ereject_commands[] = {
	{.name = "ereject", .args = reject_args, .run = ereject_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_reject = {
	.capability = "reject",
	.source = "RFC 5429 section 2.2",
	.commands = reject_commands,
};

const SieveExtension sieve_ext_ereject = {
	.capability = "ereject",
	.source = "RFC 5429 section 2.1",
	.commands = ereject_commands,
};
