/* SPDX-License-Identifier: MIT */
/* redirect-reply.h - the 551 reply of doc/redirect.md: made by the hook, read by the relay */
#pragma once

#include "mta-hook/error.h"

#define HOOK_REDIRECT_CODE 551
#define HOOK_REDIRECT_ENHANCED "5.1.6"
/** The longest ticket a reply may carry, in octets (doc/redirect.md section 2). */
#define HOOK_REDIRECT_TICKET_BYTES 256u
/** Of one reply line without code and enhanced code: what libmilter takes. */
#define HOOK_REDIRECT_LINE_BYTES 980u

/** Where a 551 sends the mail. */
typedef struct HookRedirect {
	char *host; /* address literal, no brackets, as inet_pton() takes it */
	uint16_t port;
	char *key; /* "sha256:" and 64 lower-case hexadecimal digits */
	char *ticket;
} HookRedirect;

void hook_redirect_free(HookRedirect *redirect);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HookRedirect, hook_redirect_free)

/** True for "sha256:" and 64 lower-case hexadecimal digits. @key: (nullable) */
bool hook_redirect_is_key(const char *key);

/**
 * hook_redirect_reply_print:
 * @recipient: without brackets
 *
 * Returns: (transfer full) (nullable): the reply's lines without code and enhanced code,
 * NULL-terminated; NULL when the recipient or a value cannot stand in a reply.
 */
char **hook_redirect_reply_print(const HookRedirect *redirect, SieveBytes recipient);

/**
 * hook_redirect_reply_parse:
 * @code: of the reply
 * @lines: NULL-terminated, without the code, still with the enhanced code: hostile text
 *
 * Reads the last line alone. Does not say whether the host may be followed; see target.h.
 * Fails with HOOK_ERROR_REPLY.
 */
HookRedirect *hook_redirect_reply_parse(
	int code, const char *const *lines, GError **error) G_GNUC_WARN_UNUSED_RESULT;
