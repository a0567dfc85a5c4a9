/* SPDX-License-Identifier: MIT */
/* message.h - read-only view of one message: header index, body offset, size
 *
 * Nothing is copied: every SieveBytes points into the message's own bytes. Any bytes are a message;
 * what looks wrong is tolerated and never dangerous: a line without a colon ends the header (the
 * body then begins with that line), CRLF and bare LF both end lines, NUL and 8-bit bytes stay.
 */
#pragma once

#include "engine/arena.h"

/** One header field. @raw is everything after the colon up to the field's last line end, folded. */
typedef struct SieveHeaderField {
	SieveBytes name;
	SieveBytes raw;
} SieveHeaderField;

/** (transfer none) as sieve_message_new(), but it lives in @arena and is not freed. */
const SieveMessage *sieve_message_new_in(SieveBytes raw, SieveArena *arena);
/** (transfer none) a message put together of a header, which is all that stands before the body, as
 * sieve_message_header(), and a body. Both must outlive it; it lives in @arena. */
const SieveMessage *sieve_message_compose_in(SieveBytes header, SieveBytes body, SieveArena *arena);
/** All that stands before the body, the empty line too. */
SieveBytes sieve_message_header(const SieveMessage *message);
/** The same as it is on the wire: without the "From " line that the message brings from an mbox file. */
SieveBytes sieve_message_wire_header(const SieveMessage *message);
/** Size in octets as RFC 5228 section 5.9 counts it: with CRLF line ends. */
uint64_t sieve_message_size(const SieveMessage *message);
/** Everything after the empty line that ends the header; empty when there is none. */
SieveBytes sieve_message_body(const SieveMessage *message);

size_t sieve_message_count_fields(const SieveMessage *message);
const SieveHeaderField *sieve_message_get_field(const SieveMessage *message, size_t index);
/** True when a field can have this name (RFC 5322 section 3.6.8). */
bool sieve_message_is_field_name(SieveBytes name);
/** The next field called @name (ASCII case aside) at or after *@index; NULL when there is none,
 * and for what can be no field name. Moves *@index past it. Start with *@index = 0. */
const SieveHeaderField *sieve_message_find_field(
	const SieveMessage *message, SieveBytes name, size_t *index);
