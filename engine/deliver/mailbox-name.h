/* SPDX-License-Identifier: MIT */
/* mailbox-name.h - legal mailbox names and their folder under the Maildir */
#pragma once

#include "engine/sieve.h"

/** NULL when @name is legal; else what is wrong with it, in words (static). Illegal: empty, bad
 * UTF-8, control characters, `..`, empty levels, too long (SIEVE_LIMIT_MAILBOX_BYTES). */
const char *sieve_mailbox_name_check(SieveBytes name);
/** (transfer full) Maildir++ folder name below the root, "" for INBOX, ".Lists.Sieve" for
 * "Lists/Sieve"; non-ASCII in modified UTF-7 as IMAP servers expect. @name must be legal. */
char *sieve_mailbox_name_to_folder(SieveBytes name);
/** (transfer full) (nullable) the name of a folder below the root, with `/` between levels; NULL when it is
 * none that sieve_mailbox_name_to_folder() gives. "" is INBOX. */
char *sieve_mailbox_name_from_folder(const char *folder);
/** True when both names lead to the same mailbox, as "Lists/Sieve" and "Lists.Sieve". Names that are
 * not legal are the same when their bytes are. */
bool sieve_mailbox_name_is_same(SieveBytes a, SieveBytes b);
