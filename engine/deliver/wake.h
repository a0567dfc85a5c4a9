/* SPDX-License-Identifier: MIT */
/* wake.h - moves snoozed mails on when their time has come (snooze.h) */
#pragma once

#include "engine/env.h"

typedef struct SieveWoken {
	unsigned count;	   /* mails that were moved */
	unsigned failures; /* mails that could not be, and stay for the next time */
} SieveWoken;

/**
 * sieve_snoozed_wake:
 * @maildir: root of the Maildir++ tree; one that is not there has no mails
 * @mailbox: where snoozed mails are
 *
 * A mail is stored into its mailbox, without its snooze field, before it goes out of this one: a crash in
 * between leaves two copies. What has no such field stays. Fails with SIEVE_ERROR_IO when the mailbox
 * cannot be read, and with the last failure when mails could not be moved.
 */
bool sieve_snoozed_wake(const char *maildir, SieveBytes mailbox, const SieveEnv *env,
	SieveWoken *ret_woken, GError **error) G_GNUC_WARN_UNUSED_RESULT;
