/* SPDX-License-Identifier: MIT */
/* wake.c - moves snoozed mails on when their time has come */

#include "engine/deliver/wake.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "engine/bytes.h"
#include "engine/deliver/mailbox-name.h"
#include "engine/deliver/maildir-flags.h"
#include "engine/deliver/maildir.h"
#include "engine/message/message.h"
#include "engine/snooze.h"

typedef struct Waking {
	SieveMaildir *maildir;
	int folder_fd;
	const char *folder; /* its path */
	int64_t now_unix;
	SieveWoken woken;
} Waking;

static bool
has_word(SieveBytes words, SieveBytes wanted)
{
	SieveBytes word;

	while (sieve_bytes_next_word(&words, &word))
		if (sieve_bytes_equal_nocase(word, wanted))
			return true;
	return false;
}

static void
append_words(GString *out, SieveBytes words, SieveBytes without)
{
	SieveBytes word;

	while (sieve_bytes_next_word(&words, &word))
		if (!has_word(without, word))
			g_string_append_printf(out, "%s%.*s", out->len == 0 ? "" : " ", (int)word.len,
				word.ptr);
}

/* The flags that the mail has now, then those that it gets, then without those that it loses. */
static GString *
make_flags(const Waking *waking, const char *name, const SieveSnooze *snooze)
{
	g_autofree char *now = sieve_maildir_read_flags(waking->folder_fd, name);
	GString *flags = g_string_new(NULL);

	append_words(flags, sieve_bytes_from_string(now), snooze->remove);
	append_words(flags, snooze->add, snooze->remove);
	return flags;
}

/* The field is the line from its name to its end: it is not folded. */
static SieveBytes
line_of(SieveBytes text, const SieveHeaderField *field)
{
	size_t start = (size_t)(field->name.ptr - text.ptr);
	size_t end = (size_t)(field->raw.ptr - text.ptr) + field->raw.len;

	while (end < text.len && text.ptr[end] != '\n')
		end++;
	return sieve_bytes_slice(text, start, end + 1 - start);
}

static bool
move(Waking *waking, const char *name, SieveBytes text, SieveBytes line, const SieveSnooze *snooze,
	GError **error)
{
	size_t start = (size_t)(line.ptr - text.ptr);
	const SieveBytes parts[] = {
		sieve_bytes_slice(text, 0, start),
		sieve_bytes_slice(text, start + line.len, SIZE_MAX),
	};
	g_autoptr(GString) flags = make_flags(waking, name, snooze);
	const SieveMail mail = {parts, G_N_ELEMENTS(parts), {flags->str, flags->len}};

	return sieve_maildir_store(waking->maildir, snooze->mailbox, &mail, NULL, error);
}

/* A mail that is gone was moved by somebody, who is welcome to. */
static bool
look_at(Waking *waking, const char *path, const char *name, GError **error)
{
	g_autofree char *file = g_build_filename(path, name, NULL);
	g_autofree char *text = NULL;
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveSnooze snooze;
	size_t index = 0;
	gsize len;

	if (!g_file_get_contents(file, &text, &len, NULL))
		return true;
	const SieveMessage *message = sieve_message_new_in((SieveBytes){text, len}, arena);
	const SieveHeaderField *field =
		sieve_message_find_field(message, SIEVE_BYTES(SIEVE_SNOOZE_FIELD), &index);
	if (field == NULL || !sieve_snooze_parse(field->raw, arena, &snooze) ||
		snooze.wake_unix > waking->now_unix)
		return true;
	SieveBytes whole = {text, len};
	if (!move(waking, name, whole, line_of(whole, field), &snooze, error))
		return false;
	(void)unlink(file);
	waking->woken.count++;
	return true;
}

static void
look_at_all(Waking *waking, const char *place, GError **error)
{
	g_autofree char *path = g_build_filename(waking->folder, place, NULL);
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autoptr(GError) failure = NULL;
		if (name[0] == '.' || look_at(waking, path, name, &failure))
			continue;
		waking->woken.failures++;
		g_clear_error(error);
		g_propagate_error(error, g_steal_pointer(&failure));
	}
}

bool
sieve_snoozed_wake(const char *maildir, SieveBytes mailbox, const SieveEnv *env,
	SieveWoken *ret_woken, GError **error)
{
	Waking waking = {.now_unix = env->now_usec(env) / G_USEC_PER_SEC};
	g_autoptr(GError) failure = NULL;

	*ret_woken = (SieveWoken){0};
	if (sieve_mailbox_name_check(mailbox) != NULL)
		return true;
	g_autofree char *name = sieve_mailbox_name_to_folder(mailbox);
	g_autofree char *folder = g_build_filename(maildir, name, NULL);
	waking.folder = folder;
	waking.folder_fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (waking.folder_fd < 0)
		return true;
	g_autoptr(SieveMaildir) opened = sieve_maildir_open(maildir, env, error);
	waking.maildir = opened;
	if (opened != NULL) {
		look_at_all(&waking, "new", &failure);
		look_at_all(&waking, "cur", &failure);
	}
	close(waking.folder_fd);
	*ret_woken = waking.woken;
	if (failure != NULL)
		g_propagate_error(error, g_steal_pointer(&failure));
	return opened != NULL && waking.woken.failures == 0;
}
