/* SPDX-License-Identifier: MIT */
/* mailbox-metadata.h - annotations of mailboxes and of the server (RFC 5464), as RFC 5490 reads them
 *
 * Each mailbox keeps its entries in a file of its own, `doorstep-metadata` in its folder; those of the
 * server are in `doorstep-server-metadata` in the root. A line is the entry's name in lower case, a
 * tab, and the value, in which \\, \n, \r, \t and \0 are escaped. A file is replaced as a whole, so
 * that a reader sees all of a change or nothing; of two writers at a time one may be overwritten.
 */
#pragma once

#include "engine/sieve.h"

/** NULL when @name may name an entry (RFC 5464 section 4.1); else what is wrong, in words (static). */
const char *sieve_metadata_check_name(SieveBytes name);

/**
 * sieve_metadata_get:
 * @root: of the Maildir
 * @mailbox: a legal name; ptr NULL: the server
 * @ret_value: (out) (transfer full) (nullable): NULL when there is no such entry
 *
 * A mailbox that is not there has no entries. Fails with SIEVE_ERROR_IO or _INVALID.
 */
bool sieve_metadata_get(const char *root, SieveBytes mailbox, SieveBytes name, GBytes **ret_value,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Sets an entry; a @value with ptr NULL takes it away. On success the change is on stable storage. */
bool sieve_metadata_set(const char *root, SieveBytes mailbox, SieveBytes name, SieveBytes value,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** (transfer full) the names of all entries, in lower case, sorted; NULL-terminated. NULL with @error. */
char **sieve_metadata_list(const char *root, SieveBytes mailbox, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
