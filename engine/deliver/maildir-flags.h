/* SPDX-License-Identifier: MIT */
/* maildir-flags.h - IMAP flags and keywords as the name of a file in cur/ tells them
 *
 * The five system flags have letters of their own. A keyword has a letter from a to z by its place in the
 * folder's file `dovecot-keywords`, a line each: number, blank, keyword. Dovecot and others keep it so;
 * who changes it holds `dovecot-uidlist.lock` and replaces it as a whole.
 */
#pragma once

#include "engine/bytes.h"

/** (transfer full) the letters, in the order of the alphabet; new keywords get theirs. What cannot be kept
 * is left out (RFC 5232 section 5): a flag that is not known, a 27th keyword, one that comes while
 * another program holds the lock for longer than a second. @folder_fd: the folder. */
char *sieve_maildir_flags(int folder_fd, SieveBytes flags);
/** (transfer full) the other way: what the letters of a file's name mean, blanks between. */
char *sieve_maildir_read_flags(int folder_fd, const char *file_name);
