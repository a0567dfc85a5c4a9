/* SPDX-License-Identifier: MIT */
/* fetch-memory.c - which mails that wait at the domain are stored here already */
#include "peer/fetch-memory.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define KEY_CHARS 64u

/* Each line is a mark and a key; the last line of a key counts. */
static const char marks[] = {[PEER_FETCH_BEGUN] = '?', [PEER_FETCH_DONE] = '='};

struct PeerFetchMemory {
	char *path;
	GHashTable *keys; /* to PeerFetchProgress */
};

static void
set_errno(GError **error, const char *path, int code)
{
	g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(code), "%s: %s", path,
		g_strerror(code));
}

static void
note(PeerFetchMemory *memory, const char *key, PeerFetchProgress progress)
{
	(void)g_hash_table_insert(memory->keys, g_strdup(key), GINT_TO_POINTER((int)progress));
}

/* A line that a crash cut short names nothing. */
static void
read_line(PeerFetchMemory *memory, const char *line)
{
	if (strlen(line) != 1 + KEY_CHARS)
		return;
	for (int progress = PEER_FETCH_BEGUN; progress <= PEER_FETCH_DONE; progress++) {
		if (line[0] == marks[progress])
			note(memory, line + 1, (PeerFetchProgress)progress);
	}
}

PeerFetchMemory *
peer_fetch_memory_open(const char *path, GError **error)
{
	g_autoptr(PeerFetchMemory) memory = g_new0(PeerFetchMemory, 1);
	g_autoptr(GError) problem = NULL;
	g_autofree char *text = NULL;

	memory->path = g_strdup(path);
	memory->keys = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	if (!g_file_get_contents(path, &text, NULL, &problem)) {
		if (g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
			return g_steal_pointer(&memory);
		g_propagate_error(error, g_steal_pointer(&problem));
		return NULL;
	}

	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line != NULL; line++)
		read_line(memory, *line);
	return g_steal_pointer(&memory);
}

void
peer_fetch_memory_free(PeerFetchMemory *memory)
{
	if (memory == NULL)
		return;
	g_hash_table_unref(memory->keys);
	g_free(memory->path);
	g_free(memory);
}

char *
peer_fetch_memory_key(SieveBytes bytes)
{
	return g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)bytes.ptr, bytes.len);
}

PeerFetchProgress
peer_fetch_memory_get(const PeerFetchMemory *memory, const char *key)
{
	return (PeerFetchProgress)GPOINTER_TO_INT(g_hash_table_lookup(memory->keys, key));
}

static bool
sync_folder(const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool ok = fd >= 0 && fsync(fd) == 0;

	if (!ok)
		set_errno(error, folder, errno);
	if (fd >= 0)
		(void)close(fd);
	return ok;
}

static bool
write_all(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t wrote = write(fd, text, len);

		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote < 0)
			return false;
		text += wrote;
		len -= (size_t)wrote;
	}
	return true;
}

bool
peer_fetch_memory_set(
	PeerFetchMemory *memory, const char *key, PeerFetchProgress progress, GError **error)
{
	bool first = !g_file_test(memory->path, G_FILE_TEST_EXISTS);
	int fd = open(memory->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	/* The line end comes first too: it closes a line that a crash may have cut short. */
	g_autofree char *line = g_strdup_printf("\n%c%s\n", marks[progress], key);
	bool ok = fd >= 0 && write_all(fd, line, strlen(line)) && fsync(fd) == 0;

	if (!ok)
		set_errno(error, memory->path, errno);
	if (fd >= 0 && close(fd) != 0 && ok) {
		set_errno(error, memory->path, errno);
		ok = false;
	}
	if (!ok || (first && !sync_folder(memory->path, error)))
		return false;
	note(memory, key, progress);
	return true;
}

bool
peer_fetch_memory_keep(PeerFetchMemory *memory, GHashTable *seen, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	GHashTableIter iter;
	bool changed = false;
	void *key;
	void *progress;

	g_hash_table_iter_init(&iter, memory->keys);
	while (g_hash_table_iter_next(&iter, &key, &progress)) {
		if (GPOINTER_TO_INT(progress) == PEER_FETCH_DONE &&
			g_hash_table_contains(seen, key)) {
			g_string_append_printf(
				text, "%c%s\n", marks[PEER_FETCH_DONE], (const char *)key);
			continue;
		}
		g_hash_table_iter_remove(&iter);
		changed = true;
	}
	if (!changed)
		return true;
	return g_file_set_contents_full(memory->path, text->str, (gssize)text->len,
		G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}
