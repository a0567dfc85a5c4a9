/* SPDX-License-Identifier: MIT */
/* decode.h - filter lists in old encodings to UTF-8 */
#pragma once

#include "engine/sieve.h"

/**
 * sieve_convert_decode:
 * @ret_guessed: (nullable): given the numbers (size_t, from 0) of the lines that were no UTF-8, and were
 *   read as windows-1252
 *
 * A byte order mark is taken off; UTF-16 needs one.
 * Returns: (transfer full) (nullable): NULL: the text is UTF-8 as it stands. Its lines are the same ones.
 */
GBytes *sieve_convert_decode(SieveBytes text, GArray *ret_guessed);
