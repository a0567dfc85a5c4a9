/* SPDX-License-Identifier: MIT */
/* error.h - what can fail beside the MTA, and its class: temporary or permanent */
#pragma once

#include "engine/sieve.h"

#define HOOK_ERROR (hook_error_quark())
GQuark hook_error_quark(void);

typedef enum {
	HOOK_ERROR_CONFIG,    /* permanent: this program's settings are wrong */
	HOOK_ERROR_REPLY,     /* permanent: a 551 that names no host to follow (doc/redirect.md) */
	HOOK_ERROR_TARGET,    /* permanent: a host that mail must not be sent to */
	HOOK_ERROR_NO_DOMAIN, /* permanent: the domain does not exist */
	HOOK_ERROR_NULL_MX,   /* permanent: the domain takes no mail (RFC 7505) */
	HOOK_ERROR_DNS,	      /* temporary: the name service did not answer */
} HookError;

/** True when the same call may succeed later. Unknown domains and codes count as temporary. */
bool hook_error_is_temporary(const GError *error);
