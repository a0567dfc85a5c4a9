/* SPDX-License-Identifier: MIT */
/* mail-date.h - a time as mail headers write it (RFC 5322 section 3.3) */
#pragma once

#include <stdint.h>

/** (transfer full) "Tue, 24 Nov 2026 02:06:00 +0000", in English whatever the locale. */
char *peer_mail_date(int64_t unix_s);
