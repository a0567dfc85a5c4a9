/* SPDX-License-Identifier: MIT */
/* mail-age.h - how long a mail has waited, from the Received field that our own MTA wrote */
#pragma once

#include "engine/sieve.h"

/**
 * hook_mail_age:
 * @message: as the MTA beside us handed it over: its own Received field stands first (RFC 5321
 *   section 4.4); fields below it were written by others and are not looked at
 * @ret_age_s: (out): negative when the clocks differ that way
 *
 * Returns: false when the first field is no Received field with a date.
 */
bool hook_mail_age(SieveBytes message, int64_t now_unix, int64_t *ret_age_s);
