/* SPDX-License-Identifier: MIT */
/* letter.h - the text of a mail that an action writes itself (RFC 5322, RFC 2045, RFC 2047) */
#pragma once

#include "engine/sieve-ext.h"

/**
 * sieve_letter_write:
 * @owner: the mailbox that stands in From when the letter names none
 *
 * (transfer full) the whole message with CRLF line ends, Date, Message-ID and MIME-Version among its
 * fields. Fields are encoded (RFC 2047) and folded, bodies encoded as 7-bit text of short lines. NULL with
 * SIEVE_ERROR_INVALID when the letter is no MIME entity though it says so.
 */
GString *sieve_letter_write(const SieveLetter *letter, SieveBytes owner, const SieveEnv *env,
	GError **error);
