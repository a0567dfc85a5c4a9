/* SPDX-License-Identifier: MIT */
/* mailboxes.c - what scripts know of the mail store: mailboxes, annotations, what was remembered */

#include "engine/bytes.h"
#include "engine/deliver/mailbox-metadata.h"
#include "engine/deliver/mailbox-name.h"
#include "engine/deliver/maildir.h"
#include "engine/deliver/memory.h"
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

static int64_t
now_of(const SieveRun *run)
{
	return run->env->now_usec(run->env) / G_USEC_PER_SEC;
}

bool
sieve_run_recalls(SieveRun *run, const SieveNote *note, bool *ret_recalls, GError **error)
{
	char key[SIEVE_MEMORY_KEY_CHARS + 1];

	*ret_recalls = false;
	if (run->maildir == NULL)
		return true;
	sieve_memory_make_key(note->space, note->handle, note->id, key);
	return sieve_memory_has(run->maildir, key, now_of(run), ret_recalls, error);
}

static SieveMemory
make_memory(const SieveRun *run, const SieveNote *note, uint64_t seconds)
{
	/* No time that anybody means is longer than this, and the sum cannot wrap round. */
	SieveMemory memory = {.forget_at = now_of(run) + (int64_t)MIN(seconds, UINT32_MAX)};

	sieve_memory_make_key(note->space, note->handle, note->id, memory.key);
	return memory;
}

const SieveMemory *
sieve_run_new_memory(SieveRun *run, const SieveNote *note, uint64_t seconds)
{
	SieveMemory *memory = sieve_arena_new_array(sieve_run_arena(run), SieveMemory, 1);

	*memory = make_memory(run, note, seconds);
	return memory;
}

void
sieve_run_remember(SieveRun *run, const SieveNote *note, uint64_t seconds)
{
	SieveMemory memory = make_memory(run, note, seconds);

	if (run->result->memories == NULL)
		run->result->memories = g_array_new(FALSE, FALSE, sizeof(SieveMemory));
	g_array_append_val(run->result->memories, memory);
}
