/* SPDX-License-Identifier: MIT */
/* notice.h - the short mail that tells a busy reader of a stored one (RFC 5436 section 2.7) */
#pragma once

#include "engine/sieve.h"

/** What is told of a stored mail. Header values as they came, folded and encoded: hostile. */
typedef struct HookNotice {
	SieveBytes reader;  /* recipient of the stored mail and of the notice */
	SieveBytes from;    /* its From value; empty when it had none */
	SieveBytes subject; /* its Subject value */
	unsigned n_more;    /* mails since the last notice that got none of their own */
	const char *sender; /* From address of the notice */
	const char *id;	    /* Message-ID of the notice, without brackets */
	int64_t now_unix;
} HookNotice;

/** (transfer full) header and body, CRLF line ends, ASCII: whatever the stored mail held. */
char *hook_notice_print(const HookNotice *notice);
/** True when no notice may be sent about a mail with this Auto-Submitted value (RFC 5436 section
 * 2.7, RFC 3834 section 2): anything but "no". @value: ptr NULL when the field is absent. */
bool hook_notice_forbidden(SieveBytes auto_submitted);
