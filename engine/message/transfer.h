/* SPDX-License-Identifier: MIT */
/* transfer.h - content transfer encodings (RFC 2045 section 6) */
#pragma once

#include "engine/arena.h"

/** @body as its sender had it: @body itself for 7bit, 8bit, binary and what is not known, else a copy in
 * @arena. What is wrong in it is passed over or taken as it stands; nothing fails. */
SieveBytes sieve_transfer_decode(SieveBytes encoding, SieveBytes body, SieveArena *arena);
/** Appends @bytes as base64, lines of 76 characters that end in CRLF. */
void sieve_transfer_append_base64(GString *out, SieveBytes bytes);
/** @text as it is on the wire: with CRLF for each LF alone. Itself when it has none. */
SieveBytes sieve_transfer_crlf(SieveBytes text, SieveArena *arena);
