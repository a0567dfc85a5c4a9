/* SPDX-License-Identifier: MIT */
/* pop3-drop.h - a Maildir as POP3 sees it: numbers, sizes, UIDL, deferred deletes (RFC 1939)
 *
 * Messages are those of new/ and cur/ of the Maildir's root, numbered from 1 in order of arrival.
 * What arrives later is not seen; what another program moves or flags meanwhile is found again by
 * its unique name. Used from one thread.
 */
#pragma once

#include "peer/pop3-message.h"

typedef struct PeerPop3Drop PeerPop3Drop;

/** Takes the exclusive lock of RFC 1939 section 4 and the snapshot. Fails with a GIOError;
 * G_IO_ERROR_BUSY when another session holds the lock. */
PeerPop3Drop *peer_pop3_drop_open(const char *maildir, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Gives the lock back. Deletes nothing: that is peer_pop3_drop_commit()'s alone. */
void peer_pop3_drop_close(PeerPop3Drop *drop);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerPop3Drop, peer_pop3_drop_close)

/** Messages in the snapshot, those marked deleted included: the highest number. */
size_t peer_pop3_drop_count(const PeerPop3Drop *drop);

/* @number is from 1 to the count. */
bool peer_pop3_drop_is_deleted(const PeerPop3Drop *drop, size_t number);
uint64_t peer_pop3_drop_octets(const PeerPop3Drop *drop, size_t number);
/** 1 to 70 characters of 0x21 to 0x7E (RFC 1939 section 7), until the drop is closed. The Maildir
 * unique name without flags; its SHA-256 where that name is no legal unique-id. */
const char *peer_pop3_drop_uidl(const PeerPop3Drop *drop, size_t number);
/** Marks a message; the file stays until the commit. */
void peer_pop3_drop_delete(PeerPop3Drop *drop, size_t number);
/** Unmarks all. */
void peer_pop3_drop_reset(PeerPop3Drop *drop);
/** As peer_pop3_message_open(); G_IO_ERROR_NOT_FOUND when another program removed the message. */
PeerPop3Message *peer_pop3_drop_read(PeerPop3Drop *drop, size_t number, size_t body_lines,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Removes what is marked, durably. Goes on after a failure and then fails with the first. */
bool peer_pop3_drop_commit(PeerPop3Drop *drop, GError **error) G_GNUC_WARN_UNUSED_RESULT;
