/* SPDX-License-Identifier: MIT */
/* mailbox.h - the mails of a Maildir: listed once, then read one by one while others may move them
 *
 * A mail program may be at work on the same Maildir: it moves mails from new to cur, changes their
 * flags (which are part of the file name, after a colon), deletes them. A mail that is not where it
 * was listed is therefore looked for by the part of its name that stays.
 */
#pragma once

#include "engine/sieve.h"

typedef struct Mailbox Mailbox;

/**
 * mailbox_open:
 * @path: a folder with `cur`, `new` or both
 * @recursive: its subfolders (Maildir++: `.Name`) too, in the order of their names
 *
 * Lists the mails; in each folder in the order of their file names, which is that of their arrival.
 */
Mailbox *mailbox_open(const char *path, bool recursive, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void mailbox_free(Mailbox *mailbox);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Mailbox, mailbox_free)

size_t mailbox_count(const Mailbox *mailbox);

typedef enum {
	MAILBOX_READ,
	MAILBOX_GONE,       /* it was deleted since, or moved to another folder */
	MAILBOX_MET_TWICE,  /* it was moved while the mails were listed: another number stands for it */
	MAILBOX_UNREADABLE, /* the error says why */
} MailboxOutcome;

/** Room for the bytes of a mail; one for each thread. All zero is empty. */
typedef struct MailboxRoom {
	char *data;
	size_t size;
} MailboxRoom;
void mailbox_room_clear(MailboxRoom *room);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MailboxRoom, mailbox_room_clear)

/**
 * mailbox_read:
 * @index: the number of a mail, from 0
 * @ret_path: (out) (transfer none): where it is now, or was listed; relative to the Maildir; lives as
 *   long as @mailbox; always set
 * @ret_raw: (out): its bytes; they live in @room until it is used again; set for MAILBOX_READ
 * @error: set for MAILBOX_UNREADABLE alone
 *
 * May be called from many threads.
 */
MailboxOutcome mailbox_read(Mailbox *mailbox, size_t index, MailboxRoom *room,
	const char **ret_path, SieveBytes *ret_raw, GError **error);
