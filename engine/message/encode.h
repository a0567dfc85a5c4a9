/* SPDX-License-Identifier: MIT */
/* encode.h - header fields as they are sent: encoded words (RFC 2047), folded (RFC 5322 section 2.2.3) */
#pragma once

#include "engine/sieve.h"

/** (transfer full) "NAME: text" with its CRLF: @text, UTF-8, encoded where it is not ASCII. Whatever would
 * end a line, or is no character, is a blank. */
char *sieve_encode_text_field(const char *name, SieveBytes text);
/** (transfer full) (nullable) the same of a list of addresses with names; NULL when it is none. */
char *sieve_encode_address_field(const char *name, SieveBytes addresses);
