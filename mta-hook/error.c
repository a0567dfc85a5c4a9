/* SPDX-License-Identifier: MIT */
/* error.c - what can fail beside the MTA, and its class: temporary or permanent */

#include "mta-hook/error.h"

G_DEFINE_QUARK(hook - error - quark, hook_error)

/* Unsure means temporary: mail is never lost by guessing. */
static const bool permanent[] = {
	[HOOK_ERROR_CONFIG] = true,
	[HOOK_ERROR_REPLY] = true,
	[HOOK_ERROR_TARGET] = true,
	[HOOK_ERROR_NO_DOMAIN] = true,
	[HOOK_ERROR_NULL_MX] = true,
	[HOOK_ERROR_DNS] = false,
};

bool
hook_error_is_temporary(const GError *error)
{
	if (error->domain != HOOK_ERROR || error->code < 0 ||
		(size_t)error->code >= G_N_ELEMENTS(permanent))
		return true;
	return !permanent[error->code];
}
