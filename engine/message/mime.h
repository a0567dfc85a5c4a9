/* SPDX-License-Identifier: MIT */
/* mime.h - the MIME parts of one message: a tree of views (RFC 2045, RFC 2046)
 *
 * Any bytes are a tree. A multipart without a boundary, and one whose boundary never comes, has no parts;
 * one that is not closed ends with the part around it. What is nested deeper than
 * SIEVE_LIMIT_MIME_DEPTH, or comes after SIEVE_LIMIT_MIME_PARTS parts, stays in the part that holds it.
 */
#pragma once

#include "engine/message/content-type.h"
#include "engine/message/message.h"

typedef struct SieveMimePart {
	const SieveMessage *entity; /* its fields, and its body as it was sent */
	SieveContentType type;	    /* text/plain where nothing else is said (RFC 2045 section 5.2) */
	SieveBytes prologue;	    /* of a multipart with parts: what stands before the first */
	SieveBytes epilogue;	    /* and after the last */
	unsigned depth;		    /* 0: the message */
	size_t end;		    /* index of the first part that is no part of this one */
} SieveMimePart;

typedef struct SieveMime {
	const SieveMimePart *parts; /* (array length=n_parts) from first to last, a part before its own */
	size_t n_parts;		    /* one at least: the message */
} SieveMime;

/** (transfer none) lives in @arena; its views are as good as the message's. Takes time linear in the length
 * of the message, times the depth for lines that begin like a boundary. */
const SieveMime *sieve_mime_parse(const SieveMessage *message, SieveArena *arena);

/** True for multipart/anything, and for message/rfc822 and message/global, whose only part is a message. */
bool sieve_mime_is_multipart(const SieveMimePart *part);
bool sieve_mime_is_message(const SieveMimePart *part);
/** The body without its transfer encoding. */
SieveBytes sieve_mime_decode(const SieveMimePart *part, SieveArena *arena);
/** The same of a text as UTF-8, as far as its charset is known and right, with CRLF line ends. */
SieveBytes sieve_mime_text(const SieveMimePart *part, SieveArena *arena);
