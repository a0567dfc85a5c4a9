/* SPDX-License-Identifier: MIT */
/* socketmap.h - the same decision as a table look-up, for relaying MTAs: Postfix's socketmap
 *
 * Request and reply are one netstring each. Two tables are served:
 * `transport`: a recipient to "<transport>:[host]:port" while the reader is ready there, else
 * NOTFOUND; `tlspolicy`: a next hop "[host]:port" to the key it must prove; TEMP for a host that no
 * live record names, so that mail under way to it waits rather than goes to a stranger. This file
 * is the protocol and the answers; socketmap-server.h holds the connections.
 */
#pragma once

#include "mta-hook/decide.h"
#include "mta-hook/directory.h"

/** Bytes of a request inside its netstring: a recipient of RFC 5321's length and then some. */
#define HOOK_SOCKETMAP_REQUEST_BYTES 2048u

typedef enum {
	HOOK_NETSTRING_MORE, /* not complete yet */
	HOOK_NETSTRING_READY,
	HOOK_NETSTRING_BAD, /* no netstring, or too long: close the connection */
} HookNetstring;

/**
 * hook_socketmap_split:
 * @buffer: what was received so far
 * @ret_request: (out): points into @buffer
 * @ret_used: (out): bytes of @buffer that the request took, framing included
 */
HookNetstring hook_socketmap_split(SieveBytes buffer, SieveBytes *ret_request, size_t *ret_used);
/** (transfer full) @reply as a netstring. */
GBytes *hook_socketmap_frame(const char *reply);

/** "[host]:port", as Postfix writes a next hop; IPv6 with or without its tag. */
bool hook_socketmap_parse_next_hop(SieveBytes text, char **ret_host, uint16_t *ret_port);
/** (transfer full) the key in Postfix's form, upper case with colons. */
char *hook_socketmap_print_fingerprint(const char *key);

typedef struct HookSocketmap {
	HookDirectory *directory;
	const HookPolicy *policy;
	const char *transport; /* the MTA's name for the way to reader's hosts: "smtp" */
	const SieveEnv *env;
} HookSocketmap;

/** (transfer full) "OK ...", "NOTFOUND ", "TEMP ..." or "PERM ...". */
char *hook_socketmap_answer(const HookSocketmap *map, SieveBytes request);
