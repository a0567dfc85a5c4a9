/* SPDX-License-Identifier: MIT */
/* log.h - one line per decision, key=value, to standard error; for daemons, not for libraries */
#pragma once

#include "engine/bytes.h"

/** One `key=value`. Values are escaped, and quoted when they hold more than plain characters. */
typedef struct PeerLogField {
	const char *key;   /* NULL ends the list */
	SieveBytes value;  /* ptr NULL: the field is left out */
} PeerLogField;

/** The one way to log. Common keys: client, from, to, user, verdict (what was decided) and reason
 * (why; an error's text, or words joined by hyphens).
 * @fields: ends with a NULL key. Never give it a password, a secret or a body.
 */
void peer_log(const char *event, const PeerLogField *fields);
