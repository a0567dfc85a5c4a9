/* SPDX-License-Identifier: MIT */
/* charset.h - the charsets that mail may name, and their text as UTF-8 */
#pragma once

#include "engine/arena.h"

/** The charset that @name (ASCII case aside) means, as iconv calls it; NULL when it is not one of
 * the table's. Static. Names from mail reach iconv through this table alone. */
const char *sieve_charset_find(SieveBytes name);

/** @bytes as UTF-8 in @arena, or @bytes itself when it is UTF-8 already; false when it is not text
 * of that charset. @charset is a result of sieve_charset_find(). */
bool sieve_charset_to_utf8(
	const char *charset, SieveBytes bytes, SieveArena *arena, SieveBytes *ret_text);
/** The other way: @text, which is UTF-8, in the charset called @name, in @arena; false when that is none of
 * the table's, or has not all of the characters. */
bool sieve_charset_from_utf8(
	SieveBytes name, SieveBytes text, SieveArena *arena, SieveBytes *ret_bytes);
