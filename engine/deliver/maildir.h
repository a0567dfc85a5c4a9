/* SPDX-License-Identifier: MIT */
/* maildir.h - durable delivery into a Maildir++ tree: tmp, write, fsync, link into new, fsync */
#pragma once

#include "engine/env.h"

typedef struct SieveMaildir SieveMaildir;

/** Opens @root and makes it (mode 0700) when absent. The handle holds no mail and no lock; one per
 * thread. Fails with SIEVE_ERROR_IO. */
SieveMaildir *sieve_maildir_open(const char *root, const SieveEnv *env, GError **error);
void sieve_maildir_close(SieveMaildir *maildir);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveMaildir, sieve_maildir_close)

/** Makes the mailbox when absent. */
bool sieve_maildir_create(SieveMaildir *maildir, SieveBytes mailbox, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
/** True when the mailbox is there. */
bool sieve_maildir_has(const SieveMaildir *maildir, SieveBytes mailbox);

/** A mail to be stored. */
typedef struct SieveMail {
	const SieveBytes *parts; /* (array length=n_parts) one after the other; CRLF line ends become LF */
	size_t n_parts;
	SieveBytes flags; /* IMAP flags and keywords, blanks between; what cannot be kept is left out */
} SieveMail;

/**
 * sieve_maildir_store:
 * @mailbox: UTF-8 name with `/` or `.` between levels; "INBOX" (any case) is the root
 * @ret_path: (out) (optional) (transfer full): the file in new/, or in cur/ when it has flags
 *
 * Creates the mailbox when absent. On success the message's file and its directory entry are on
 * stable storage; on failure nothing is visible in new/ or cur/ and the temporary file is gone.
 */
bool sieve_maildir_store(SieveMaildir *maildir, SieveBytes mailbox, const SieveMail *mail,
	char **ret_path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
