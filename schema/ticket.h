/* SPDX-License-Identifier: MIT */
/* ticket.h - redirect tickets: a short-lived MAC over recipient, sender and expiry
 *
 * The secret stands in the reader's record, written by the reader's host at each login: the hook
 * makes tickets with it, the reader's host checks them. Text form, printable ASCII without blanks,
 * fit for an SMTP parameter: 1.<expiry unix, decimal>.<nonce, 16 hex>.<HMAC-SHA256, 64 hex>.
 * What the MAC covers stands in doc/redirect.md section 4.
 */
#pragma once

#include "schema/location-record.h"

#define LOCATION_TICKET_LIFE_S 120
/** Clocks may differ by this much. */
#define LOCATION_TICKET_SKEW_S 30

typedef enum {
	LOCATION_TICKET_VALID,
	LOCATION_TICKET_MALFORMED,
	LOCATION_TICKET_EXPIRED,
	LOCATION_TICKET_FORGED,   /* MAC differs: other secret, recipient or sender */
	LOCATION_TICKET_REPLAYED, /* this nonce was used before */
} LocationTicketVerdict;

/** (transfer full) a ticket. @nonce: 8 random bytes. */
char *location_ticket_make(const unsigned char *secret, SieveBytes recipient, SieveBytes sender,
	int64_t expires_unix, const unsigned char *nonce);

/** Nonces seen, forgotten once their ticket has expired. Safe between threads. */
typedef struct LocationTicketMemory LocationTicketMemory;
LocationTicketMemory *location_ticket_memory_new(void);
void location_ticket_memory_free(LocationTicketMemory *memory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LocationTicketMemory, location_ticket_memory_free)

/** Checks in constant time with respect to the secret. Uses the ticket up only when it is valid. */
LocationTicketVerdict location_ticket_check(LocationTicketMemory *memory,
	const unsigned char *secret, SieveBytes ticket, SieveBytes recipient, SieveBytes sender,
	int64_t now_unix);
/** "valid", "malformed", ... static. */
const char *location_ticket_verdict_name(LocationTicketVerdict verdict);
