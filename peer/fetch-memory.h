/* SPDX-License-Identifier: MIT */
/* fetch-memory.h - which mails that wait at the domain are stored here already */
#pragma once

#include "engine/sieve.h"

/**
 * A mail is remembered once it is on stable storage here and before it is deleted there, so that a
 * crash between the two makes no second copy. Its key is the SHA-256 of its text, in hex: a unique-id
 * (UIDL) is the server's promise, and where that is broken a mail would be deleted unread.
 */
typedef struct PeerFetchMemory PeerFetchMemory;

/** @path: a file; absent means that nothing is remembered yet. Fails with a GFileError. */
PeerFetchMemory *peer_fetch_memory_open(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void peer_fetch_memory_free(PeerFetchMemory *memory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerFetchMemory, peer_fetch_memory_free)

/** (transfer full) */
char *peer_fetch_memory_key(SieveBytes bytes);
bool peer_fetch_memory_has(const PeerFetchMemory *memory, const char *key);
/** Durable when it returns true. */
bool peer_fetch_memory_add(PeerFetchMemory *memory, const char *key, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
/** Forgets all but what @seen (a set of keys) holds: the rest is gone from the server. */
bool peer_fetch_memory_keep(PeerFetchMemory *memory, GHashTable *seen, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
