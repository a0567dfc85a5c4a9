/* SPDX-License-Identifier: MIT */
/* mailboxes.c - what scripts know of the mail store: mailboxes, annotations, what was remembered */

#include <stdlib.h>
#include <string.h>

#include "engine/bytes.h"
#include "engine/deliver/mailbox-id.h"
#include "engine/deliver/mailbox-metadata.h"
#include "engine/deliver/mailbox-name.h"
#include "engine/deliver/maildir.h"
#include "engine/deliver/memory.h"
#include "engine/run.h"

const char *
sieve_run_maildir(const SieveRun *run)
{
	return run->maildir;
}

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
sieve_run_is_same_mailbox(SieveBytes a, SieveBytes b)
{
	return sieve_mailbox_name_is_same(a, b);
}

static int
compare_names(const void *a, const void *b)
{
	return sieve_bytes_compare(*(const SieveBytes *)a, *(const SieveBytes *)b);
}

bool
sieve_run_mailboxes(SieveRun *run, SieveStrings *ret_names, GError **error)
{
	SieveArena *arena = sieve_run_arena(run);
	g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(SieveBytes));
	SieveBytes inbox = SIEVE_BYTES("INBOX");
	g_autoptr(GDir) dir = NULL;
	const char *folder;

	g_array_append_val(names, inbox);
	if (run->maildir != NULL && g_file_test(run->maildir, G_FILE_TEST_IS_DIR)) {
		dir = g_dir_open(run->maildir, 0, error);
		if (dir == NULL)
			return false;
	}
	while (dir != NULL && (folder = g_dir_read_name(dir)) != NULL) {
		g_autofree char *name =
			*folder == '.' ? sieve_mailbox_name_from_folder(folder) : NULL;
		SieveBytes kept = {NULL, 0};
		if (name != NULL && sieve_run_has_mailbox(run, sieve_bytes_from_string(name)))
			kept = sieve_arena_copy(arena, sieve_bytes_from_string(name));
		if (kept.ptr != NULL)
			g_array_append_val(names, kept);
	}
	SieveBytes *items = sieve_arena_new_array(arena, SieveBytes, names->len);
	memcpy(items, names->data, names->len * sizeof(SieveBytes));
	qsort(items + 1, names->len - 1, sizeof(SieveBytes), compare_names);
	*ret_names = (SieveStrings){items, names->len};
	return true;
}

bool
sieve_run_find_mailbox(SieveRun *run, SieveBytes first,
	bool (*is)(SieveRun *run, SieveBytes mailbox, SieveBytes wanted, bool *ret_is, GError **error),
	SieveBytes wanted, SieveBytes *ret_mailbox, GError **error)
{
	SieveStrings names;
	bool holds = false;

	*ret_mailbox = (SieveBytes){NULL, 0};
	if (first.len > 0 && sieve_run_has_mailbox(run, first) &&
		!is(run, first, wanted, &holds, error))
		return false;
	if (holds) {
		*ret_mailbox = first;
		return true;
	}
	if (!sieve_run_mailboxes(run, &names, error))
		return false;
	for (size_t i = 0; i < names.count && !holds; i++) {
		if (!is(run, names.items[i], wanted, &holds, error))
			return false;
		if (holds)
			*ret_mailbox = names.items[i];
	}
	return true;
}

/* What stands in @value (nullable), for as long as the run's result. */
static SieveBytes
keep_value(SieveRun *run, GBytes *value)
{
	size_t size;

	if (value == NULL)
		return (SieveBytes){NULL, 0};
	const char *bytes = g_bytes_get_data(value, &size);
	return sieve_arena_copy(
		sieve_run_arena(run), (SieveBytes){bytes == NULL ? "" : bytes, size});
}

bool
sieve_run_mailbox_id(SieveRun *run, SieveBytes mailbox, SieveBytes *ret_id, GError **error)
{
	g_autoptr(GBytes) id = NULL;

	*ret_id = (SieveBytes){NULL, 0};
	if (run->maildir == NULL || sieve_mailbox_name_check(mailbox) != NULL)
		return true;
	if (!sieve_mailbox_id_get(run->maildir, mailbox, &id, error))
		return false;
	*ret_id = keep_value(run, id);
	return true;
}

bool
sieve_run_annotation(SieveRun *run, SieveBytes mailbox, SieveBytes name, SieveBytes *ret_value,
	GError **error)
{
	g_autoptr(GBytes) value = NULL;

	*ret_value = (SieveBytes){NULL, 0};
	if (run->maildir == NULL || sieve_metadata_check_name(name) != NULL ||
		(mailbox.ptr != NULL && sieve_mailbox_name_check(mailbox) != NULL))
		return true;
	if (!sieve_metadata_get(run->maildir, mailbox, name, &value, error))
		return false;
	*ret_value = keep_value(run, value);
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
