/* SPDX-License-Identifier: MIT */
/* date.h - RFC 5322 dates */
#pragma once

#include <glib.h>
#include <stdint.h>

/** (transfer full) "Tue, 24 Nov 2026 02:06:00 +0000" (RFC 5322 section 3.3). */
char *sieve_date_print(int64_t time_unix);
