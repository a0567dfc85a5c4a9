/* SPDX-License-Identifier: MIT */
/* fetch-memory.h - which mails that wait at the domain are stored here already */
#pragma once

#include "engine/sieve.h"

/**
 * A mail is noted as begun before it is stored, and as done once it is on stable storage here and
 * before it is deleted there, so that no crash makes a second copy of it. Its key is the SHA-256 of
 * its text, in hex: a unique-id (UIDL) is the server's promise, and where that is broken a mail
 * would be deleted unread.
 */
typedef struct PeerFetchMemory PeerFetchMemory;

/** @path: a file; absent means that nothing is remembered yet. Fails with a GFileError. */
PeerFetchMemory *peer_fetch_memory_open(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void peer_fetch_memory_free(PeerFetchMemory *memory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerFetchMemory, peer_fetch_memory_free)

/** (transfer full) */
char *peer_fetch_memory_key(SieveBytes bytes);
typedef enum {
	PEER_FETCH_NEW,
	PEER_FETCH_BEGUN, /* whoever wrote this was cut off: the mail may be stored, or not */
	PEER_FETCH_DONE,
} PeerFetchProgress;

PeerFetchProgress peer_fetch_memory_get(const PeerFetchMemory *memory, const char *key);
/** @progress: begun or done. Durable when it returns true. */
bool peer_fetch_memory_set(PeerFetchMemory *memory, const char *key, PeerFetchProgress progress,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Forgets all but what is done and in @seen (a set of keys): the rest is gone from the server. */
bool peer_fetch_memory_keep(
	PeerFetchMemory *memory, GHashTable *seen, GError **error) G_GNUC_WARN_UNUSED_RESULT;
