/* SPDX-License-Identifier: MIT */
/* folders.h - paths of mail folders, as delivery programs have them, as mailboxes */
#pragma once

#include "engine/convert/build.h"

/** The mailbox of @path, which is within @root or relative to it; of Maildir++ ".Lists.sieve/" it
 * is Lists/sieve. ptr NULL when it is none of the reader's. */
SieveBytes convert_mailbox(SieveConversion *conversion, SieveBytes path, const char *root);
