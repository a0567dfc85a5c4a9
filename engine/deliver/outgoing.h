/* SPDX-License-Identifier: MIT */
/* outgoing.h - the text of mails that a delivery sends: redirected ones and rejections */
#pragma once

#include "engine/sieve-ext.h"

/** Appends @bytes with CRLF line ends: a lone CR or LF becomes one, so that nothing in it can end
 * the mail early on the wire. */
void sieve_outgoing_append(GString *out, SieveBytes bytes);

/** Appends Content-Type, Content-Transfer-Encoding where @text (UTF-8) is not plain ASCII, an empty line
 * and the text. */
void sieve_outgoing_append_text(GString *out, SieveBytes text);

/** True when @message has been here before: @owner's mark is in it, or more Received fields than
 * SIEVE_LIMIT_HOPS (RFC 5321 section 6.3). */
bool sieve_outgoing_is_loop(const SieveMessage *message, SieveBytes owner);
/** (transfer full) @message as it is redirected: @owner's mark and @trace_header (nullable) put
 * before it, and a Received field unless @trace_header has one. @owner is the address whose script
 * redirects. */
GString *sieve_outgoing_redirect(const SieveMessage *message, SieveBytes owner,
	const char *trace_header, const SieveEnv *env);

/** (transfer full) @report on @original, with CRLF line ends (RFC 6522). @from: a mailbox. */
GString *sieve_outgoing_report(const SieveReport *report, const SieveMessage *original, SieveBytes from,
	const SieveEnv *env);

typedef struct SieveRejection {
	const SieveMessage *message;
	SieveBytes from;   /* who refuses: the envelope recipient */
	SieveBytes to;	   /* whose mail it was: the envelope sender, not null */
	SieveBytes reason; /* UTF-8 */
	const SieveEnv *env;
} SieveRejection;

/** (transfer full) the notification that says @rejection (RFC 5429 section 2.2.1, RFC 8098). */
GString *sieve_outgoing_rejection(const SieveRejection *rejection);
