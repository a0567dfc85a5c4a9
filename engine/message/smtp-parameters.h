/* SPDX-License-Identifier: MIT */
/* smtp-parameters.h - what DSN (RFC 3461) and Deliver-By (RFC 2852) add to MAIL and RCPT, as text */
#pragma once

#include "engine/arena.h"
#include "engine/sieve.h"

/** Undoes xtext (RFC 3461 section 4): +XX is a byte. False for what is none. */
bool sieve_xtext_decode(SieveBytes text, SieveArena *arena, SieveBytes *ret_decoded);
/** True for the value of NOTIFY: NEVER, or some of SUCCESS, FAILURE and DELAY, commas between. */
bool sieve_notify_is_valid(SieveBytes value);
/** True if @value, which is valid, has @condition among it. */
bool sieve_notify_has(SieveBytes value, const char *condition);
/** True for the value of RET: FULL or HDRS. */
bool sieve_ret_is_valid(SieveBytes value);
/** Reads the value of BY, as "120;RT" (RFC 2852 section 4). @now_unix: what its seconds count from. */
bool sieve_deliver_by_parse(SieveBytes value, int64_t now_unix, SieveDeliverBy *ret_by);
/** (transfer full) the value of BY at @now_unix. */
char *sieve_deliver_by_print(const SieveDeliverBy *by, int64_t now_unix);
