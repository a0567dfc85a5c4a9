/* SPDX-License-Identifier: MIT */
/* mailboxes.c - what tests may ask about the mail store: mailboxes and their annotations */

#include "engine/bytes.h"
#include "engine/deliver/mailbox-metadata.h"
#include "engine/deliver/mailbox-name.h"
#include "engine/deliver/maildir.h"
#include "engine/run.h"

bool
sieve_run_has_mailbox(const SieveRun *run, SieveBytes mailbox)
{
	if (sieve_mailbox_name_check(mailbox) != NULL)
		return false;
	if (sieve_mailbox_name_is_same(mailbox, SIEVE_BYTES("INBOX")))
		return true;
	/* To ask makes nothing. */
	if (run->maildir == NULL || !g_file_test(run->maildir, G_FILE_TEST_IS_DIR))
		return false;
	g_autoptr(SieveMaildir) maildir = sieve_maildir_open(run->maildir, run->env, NULL);
	return maildir != NULL && sieve_maildir_has(maildir, mailbox);
}

bool
sieve_run_annotation(SieveRun *run, SieveBytes mailbox, SieveBytes name, SieveBytes *ret_value,
	GError **error)
{
	g_autoptr(GBytes) value = NULL;
	size_t size;

	*ret_value = (SieveBytes){NULL, 0};
	if (run->maildir == NULL || sieve_metadata_check_name(name) != NULL ||
		(mailbox.ptr != NULL && sieve_mailbox_name_check(mailbox) != NULL))
		return true;
	if (!sieve_metadata_get(run->maildir, mailbox, name, &value, error))
		return false;
	if (value == NULL)
		return true;
	const char *bytes = g_bytes_get_data(value, &size);
	*ret_value = sieve_arena_copy(
		sieve_run_arena(run), (SieveBytes){bytes == NULL ? "" : bytes, size});
	return true;
}
