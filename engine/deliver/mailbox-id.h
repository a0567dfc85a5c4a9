/* SPDX-License-Identifier: MIT */
/* mailbox-id.h - what a mailbox is known by whatever its name becomes (RFC 8474), as RFC 9042 asks for it
 *
 * It is the mailbox's annotation SIEVE_MAILBOX_ID, which stands in its folder and so goes with it; one
 * without that Dovecot looks after has the GUID that Dovecot gave it.
 */
#pragma once

#include "engine/env.h"

#define SIEVE_MAILBOX_ID "/private/mailboxid"

/** @ret_id: (out) (transfer full) (nullable): NULL when it has none. Fails as sieve_metadata_get(). */
bool sieve_mailbox_id_get(const char *root, SieveBytes mailbox, GBytes **ret_id, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
/** Gives a mailbox that has just been made an id that no other has. */
bool sieve_mailbox_id_make(const char *root, SieveBytes mailbox, const SieveEnv *env, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
