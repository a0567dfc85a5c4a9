/* SPDX-License-Identifier: MIT */
/* header.h - header field values: unfolding and RFC 2047 decoding */
#pragma once

#include "engine/arena.h"

/** The value without line ends (RFC 5322 section 2.2.3) and without white space at both ends
 * (RFC 5228 section 5.7). Points into @raw when nothing had to change. */
SieveBytes sieve_header_unfold(SieveBytes raw, SieveArena *arena);
/** Unfolded and with encoded words turned into UTF-8 (RFC 2047; RFC 5228 section 2.7.2). A word
 * that cannot be decoded stays as written. Raw 8-bit text stays as it is. */
SieveBytes sieve_header_decode(SieveBytes raw, SieveArena *arena);
/** True for a value of Auto-Submitted that says a program has sent the mail: any word but `no`, before
 * parameters and comments (RFC 3834 section 5). */
bool sieve_header_says_automatic(SieveBytes auto_submitted);
