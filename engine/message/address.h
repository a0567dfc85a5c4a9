/* SPDX-License-Identifier: MIT */
/* address.h - RFC 5322 address lists, as tests and envelopes need them */
#pragma once

#include "engine/arena.h"

/** One mailbox. Quoted local parts are unquoted, comments and folding are gone. */
typedef struct SieveAddress {
	SieveBytes all; /* localpart@domain, or the raw text when it is not valid */
	SieveBytes localpart;
	SieveBytes domain;
	bool valid; /* false: only @all may be looked at (RFC 5228 section 2.7.4) */
} SieveAddress;

/** Walks an address list: `for (iter = start(raw); next(&iter, arena, &address); )`. Groups are
 * walked into; empty elements are skipped; what does not parse comes out with @valid false. */
typedef struct SieveAddressIter {
	SieveBytes rest;
	bool in_group;
	bool null_path; /* `<>` is an address, as in Return-Path alone (RFC 5322 section 3.6.7) */
} SieveAddressIter;

SieveAddressIter sieve_address_iter(SieveBytes unfolded);
bool sieve_address_next(SieveAddressIter *iter, SieveArena *arena, SieveAddress *ret_address);

/** One address as a script writes it (RFC 5228 section 2.4.2.3, sieve-address): perhaps with a display
 * name, but neither list nor group nor source route. False when @text is none. */
bool sieve_address_parse(SieveBytes text, SieveArena *arena, SieveAddress *ret_address);

/** An envelope address (no display name, no comment); the null path is valid with all parts empty.
 */
SieveAddress sieve_address_from_path(SieveBytes path, SieveArena *arena);
/** True for one RFC 5321 mailbox fit to be sent to: local-part@domain, no control characters,
 * lengths within section 4.5.3.1. */
bool sieve_address_is_mailbox(SieveBytes address);
