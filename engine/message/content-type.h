/* SPDX-License-Identifier: MIT */
/* content-type.h - the values of Content-Type and Content-Disposition (RFC 2045, RFC 2183, RFC 2231) */
#pragma once

#include "engine/arena.h"

/** One value taken apart. Views of it: as written, so to be compared without case. */
typedef struct SieveContentType {
	SieveBytes type;	/* "text", or the disposition; empty: there is none */
	SieveBytes subtype;	/* "plain"; empty where none is written */
	SieveBytes parameters; /* what follows, from the first semicolon on */
} SieveContentType;

/** @value: unfolded. What is wrong ends what can be read of it. */
SieveContentType sieve_content_type_parse(SieveBytes value);

/** True when the value is of this type, ASCII case aside; an empty @subtype is any. */
bool sieve_content_type_is(const SieveContentType *type, SieveBytes name, SieveBytes subtype);

/** The first parameter called @name as UTF-8 text, put together where it is written in pieces (RFC 2231
 * section 3); false when there is none. Takes time linear in the length of the value. */
bool sieve_content_type_parameter(const SieveContentType *type, SieveBytes name, SieveArena *arena,
	SieveBytes *ret_value);
