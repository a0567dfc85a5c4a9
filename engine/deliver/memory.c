/* SPDX-License-Identifier: MIT */
/* memory.c - what scripts remember from one mail to the next */

#include "engine/deliver/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "engine/bytes.h"
#include "engine/deliver/small-file.h"

#define MEMORY_FILE "doorstep-memory"
#define MEMORY_NEW_FILE "doorstep-memory.new"
#define LOCK_FILE "doorstep-memory.lock"

/* Each time the file has grown by so much, what is forgotten is taken out. */
#define TIDY_STEP_BYTES (64u << 10)

void
sieve_memory_make_key(SieveBytes space, SieveBytes handle, SieveBytes id,
	char key[SIEVE_MEMORY_KEY_CHARS + 1])
{
	g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
	const SieveBytes parts[] = {space, handle, id};

	/* Lengths part the parts: no two triples read the same. */
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *len = g_strdup_printf("%zu:", parts[i].len);
		g_checksum_update(sum, (const guchar *)len, -1);
		if (parts[i].len > 0)
			g_checksum_update(sum, (const guchar *)parts[i].ptr, (gssize)parts[i].len);
	}
	g_strlcpy(key, g_checksum_get_string(sum), SIEVE_MEMORY_KEY_CHARS + 1);
}

/* --- Reading ------------------------------------------------------------------------------------ */

/* The line that ends before @end; moves @end to its start. False for what is no line of ours. */
static bool
take_last_line(const GString *text, size_t *end, SieveMemory *ret_memory)
{
	size_t line_end = *end;
	size_t start = line_end;

	if (start > 0 && text->str[start - 1] == '\n')
		start--;
	bool whole = start < line_end;
	line_end = start;
	while (start > 0 && text->str[start - 1] != '\n')
		start--;
	*end = start;
	char *after;
	const char *line = text->str + start;
	ret_memory->forget_at = strtoll(line, &after, 10);
	size_t key_start = (size_t)(after - text->str);
	if (!whole || after == line || *after != ' ' ||
		line_end - key_start != SIEVE_MEMORY_KEY_CHARS + 1)
		return false;
	memcpy(ret_memory->key, after + 1, SIEVE_MEMORY_KEY_CHARS);
	ret_memory->key[SIEVE_MEMORY_KEY_CHARS] = '\0';
	return true;
}

bool
sieve_memory_has(const char *root, const char *key, int64_t now, bool *ret_has, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	SieveMemory memory;

	*ret_has = false;
	int root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return errno == ENOENT || sieve_io_fail(error, "cannot open", root);
	bool ok = sieve_small_file_read(root_fd, MEMORY_FILE, text, error);
	close(root_fd);
	for (size_t end = text->len; ok && end > 0;) {
		if (!take_last_line(text, &end, &memory) || strcmp(memory.key, key) != 0)
			continue;
		*ret_has = memory.forget_at > now;
		break;
	}
	return ok;
}

/* --- Writing ------------------------------------------------------------------------------------ */

static void
append_line(GString *text, const SieveMemory *memory)
{
	g_string_append_printf(text, "%" PRId64 " %s\n", memory->forget_at, memory->key);
}

/* What is not forgotten: the latest line of each thing, the oldest first, as far as there is room. */
static GString *
remembered(const GString *text, int64_t now)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GPtrArray) lines = g_ptr_array_new_with_free_func(g_free);
	GString *kept = g_string_new(NULL);
	SieveMemory memory;
	size_t size = 0;

	for (size_t end = text->len; end > 0 && size < SIEVE_MEMORY_MAX_BYTES / 2;) {
		if (!take_last_line(text, &end, &memory) || memory.forget_at <= now ||
			!g_hash_table_add(seen, g_strdup(memory.key)))
			continue;
		g_autoptr(GString) line = g_string_new(NULL);
		append_line(line, &memory);
		size += line->len;
		g_ptr_array_add(lines, g_strdup(line->str));
	}
	for (unsigned i = lines->len; i > 0; i--)
		g_string_append(kept, g_ptr_array_index(lines, i - 1));
	return kept;
}

/* Under the lock: replaces the file by one without what is forgotten. */
static bool
tidy(int root_fd, int64_t now, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);

	if (!sieve_small_file_read(root_fd, MEMORY_FILE, text, error))
		return false;
	g_autoptr(GString) kept = remembered(text, now);
	return sieve_small_file_replace(root_fd, MEMORY_FILE, MEMORY_NEW_FILE,
		(SieveBytes){kept->str, kept->len}, error);
}

/* Under the lock. A line that a crash cut short is ended first. */
static bool
append(int root_fd, const GString *lines, bool *ret_untidy, GError **error)
{
	struct stat info = {.st_size = 0};
	char last = '\n';
	int fd = openat(root_fd, MEMORY_FILE,
		O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return sieve_io_fail(error, "cannot open", MEMORY_FILE);
	bool ok = fstat(fd, &info) == 0 &&
		  (info.st_size == 0 || pread(fd, &last, 1, info.st_size - 1) == 1) &&
		  (last == '\n' || sieve_small_file_write(fd, SIEVE_BYTES("\n"))) &&
		  sieve_small_file_write(fd, (SieveBytes){lines->str, lines->len});
	if (!ok)
		sieve_io_fail(error, "cannot write", MEMORY_FILE);
	close(fd);
	uint64_t size = (uint64_t)info.st_size;
	*ret_untidy = size / TIDY_STEP_BYTES != (size + lines->len) / TIDY_STEP_BYTES;
	/* Who made the file makes its name last. */
	return ok && (info.st_size > 0 || fsync(root_fd) == 0 ||
			     sieve_io_fail(error, "cannot sync directory of", MEMORY_FILE));
}

static int
take_lock(int root_fd, GError **error)
{
	int fd = openat(root_fd, LOCK_FILE, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0) {
		sieve_io_fail(error, "cannot open", LOCK_FILE);
		return -1;
	}
	while (flock(fd, LOCK_EX) != 0)
		if (errno != EINTR) {
			sieve_io_fail(error, "cannot lock", LOCK_FILE);
			close(fd);
			return -1;
		}
	return fd;
}

bool
sieve_memory_add(const char *root, const SieveMemory *memories, size_t n_memories, int64_t now,
	GError **error)
{
	g_autoptr(GString) lines = g_string_new(NULL);
	bool untidy = false;

	for (size_t i = 0; i < n_memories; i++)
		append_line(lines, &memories[i]);
	int root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0)
		return sieve_io_fail(error, "cannot open", root);
	int lock_fd = take_lock(root_fd, error);
	bool ok = lock_fd >= 0 && append(root_fd, lines, &untidy, error) &&
		  (!untidy || tidy(root_fd, now, error));
	if (lock_fd >= 0)
		close(lock_fd);
	close(root_fd);
	return ok;
}

bool
sieve_memory_clear(const char *root, GError **error)
{
	g_autofree char *path = g_build_filename(root, MEMORY_FILE, NULL);

	return unlink(path) == 0 || errno == ENOENT ||
	       sieve_io_fail(error, "cannot remove", MEMORY_FILE);
}
