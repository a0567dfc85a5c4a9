/* SPDX-License-Identifier: MIT */
/* fetch-list.h - what a POP3 server lists: numbers and sizes; hostile input (RFC 1939 section 5) */
#pragma once

#include "engine/bytes.h"

typedef struct PeerFetchItem {
	unsigned number; /* from 1 */
	uint64_t octets; /* as the server says; 0 unknown */
} PeerFetchItem;

/** (transfer full) of PeerFetchItem; their numbers rise. Lines that make no sense are left out. */
GArray *peer_fetch_list_parse(SieveBytes text);
