/* SPDX-License-Identifier: MIT */
/* pop3-drop.c - a Maildir as POP3 sees it: numbers, sizes, UIDL, deferred deletes (RFC 1939) */
#include "peer/pop3-drop.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOCK_NAME "doorstep-pop3.lock"
/* RFC 1939 section 7. */
#define UIDL_MAX_CHARS 70u

/* The order matters: a message that moves to cur/ between the two looks is then seen twice, and
 * never missed. */
enum { FOLDER_NEW, FOLDER_CUR, N_FOLDERS };
static const char *const folder_names[N_FOLDERS] = {"new", "cur"};

typedef struct {
	char *name;   /* file name now */
	char *unique; /* file name up to the flags */
	char *uidl;
	unsigned folder;
	int64_t second; /* of arrival */
	int64_t microsecond;
	uint64_t octets;
	bool deleted;
	bool gone; /* another program removed it */
} Entry;

struct PeerPop3Drop {
	int lock_fd;
	int folder_fds[N_FOLDERS]; /* -1: absent */
	GPtrArray *entries;
	GHashTable *by_unique; /* of Entry, owned by @entries */
};

static void
entry_free(void *data)
{
	Entry *entry = data;

	g_free(entry->name);
	g_free(entry->unique);
	g_free(entry->uidl);
	g_free(entry);
}

static void
set_errno(GError **error, const char *what, int code)
{
	g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(code), "%s: %s", what,
		g_strerror(code));
}

static char *
make_uidl(const char *unique)
{
	bool legal = *unique != '\0' && strlen(unique) <= UIDL_MAX_CHARS;

	for (const char *at = unique; *at != '\0'; at++)
		legal = legal && *at >= 0x21 && *at <= 0x7e;
	if (legal)
		return g_strdup(unique);
	return g_compute_checksum_for_string(G_CHECKSUM_SHA256, unique, -1);
}

/* The number after the letter @mark in the part of the name between the first two dots. */
static int64_t
name_number(const char *name, char mark)
{
	const char *dot = strchr(name, '.');

	for (const char *at = dot; at != NULL && *at != '\0' && (at == dot || *at != '.'); at++) {
		if (*at == mark && g_ascii_isdigit(at[1]))
			return g_ascii_strtoll(at + 1, NULL, 10);
	}
	return 0;
}

/* The size with CRLF that some programs put in the name, as in ",W=1234" (Maildir++). */
static bool
name_octets(const char *unique, uint64_t *ret_octets)
{
	const char *field = strstr(unique, ",W=");
	char *end = NULL;

	if (field == NULL || !g_ascii_isdigit(field[3]))
		return false;

	uint64_t octets = g_ascii_strtoull(field + 3, &end, 10);

	if (*end != '\0' && *end != ',')
		return false;
	*ret_octets = octets;
	return true;
}

/* A Maildir name begins with the second of its delivery; a foreign one is dated by its file. */
static void
date_entry(Entry *entry, int folder_fd)
{
	struct stat info;

	entry->second = g_ascii_strtoll(entry->name, NULL, 10);
	entry->microsecond = name_number(entry->unique, 'M');
	if (entry->second > 0 || fstatat(folder_fd, entry->name, &info, AT_SYMLINK_NOFOLLOW) != 0)
		return;
	entry->second = info.st_mtim.tv_sec;
	entry->microsecond = info.st_mtim.tv_nsec / 1000;
}

static void
note_file(PeerPop3Drop *drop, unsigned folder, const char *name, bool grow)
{
	g_autofree char *unique = g_strndup(name, strcspn(name, ":"));
	Entry *entry = g_hash_table_lookup(drop->by_unique, unique);

	if (entry == NULL && !grow)
		return;
	if (entry == NULL) {
		entry = g_new0(Entry, 1);
		entry->uidl = make_uidl(unique);
		entry->unique = g_steal_pointer(&unique);
		g_ptr_array_add(drop->entries, entry);
		g_hash_table_insert(drop->by_unique, entry->unique, entry);
	}
	g_free(entry->name);
	entry->name = g_strdup(name);
	entry->folder = folder;
	entry->gone = false;
}

static bool
scan_folder(PeerPop3Drop *drop, unsigned folder, bool grow, GError **error)
{
	/* A descriptor of its own: closedir() closes it, and it starts at the first name. */
	int fd = openat(drop->folder_fds[folder], ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (dir == NULL) {
		set_errno(error, folder_names[folder], errno);
		if (fd >= 0)
			(void)close(fd);
		return false;
	}
	errno = 0;
	for (struct dirent *item; (item = readdir(dir)) != NULL; errno = 0) {
		if (item->d_name[0] != '.' &&
			(item->d_type == DT_REG || item->d_type == DT_UNKNOWN))
			note_file(drop, folder, item->d_name, grow);
	}

	int code = errno;

	(void)closedir(dir);
	if (code != 0)
		set_errno(error, folder_names[folder], code);
	return code == 0;
}

static bool
scan(PeerPop3Drop *drop, bool grow, GError **error)
{
	for (guint i = 0; i < drop->entries->len; i++)
		((Entry *)g_ptr_array_index(drop->entries, i))->gone = true;
	for (unsigned folder = 0; folder < N_FOLDERS; folder++) {
		if (drop->folder_fds[folder] >= 0 && !scan_folder(drop, folder, grow, error))
			return false;
	}
	return true;
}

/* Sizes and dates; what vanished since the scan, or is no message, leaves the snapshot. */
static bool
measure_entries(PeerPop3Drop *drop, GError **error)
{
	for (guint i = drop->entries->len; i-- > 0;) {
		g_autoptr(GError) problem = NULL;
		Entry *entry = g_ptr_array_index(drop->entries, i);
		int fd = drop->folder_fds[entry->folder];

		date_entry(entry, fd);
		if (name_octets(entry->unique, &entry->octets) ||
			peer_pop3_message_measure(fd, entry->name, &entry->octets, &problem))
			continue;
		if (!g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) &&
			!g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE)) {
			g_propagate_error(error, g_steal_pointer(&problem));
			return false;
		}
		g_hash_table_remove(drop->by_unique, entry->unique);
		g_ptr_array_remove_index_fast(drop->entries, i);
	}
	return true;
}

static int
compare_arrival(const void *a, const void *b)
{
	const Entry *left = *(Entry *const *)a;
	const Entry *right = *(Entry *const *)b;

	if (left->second != right->second)
		return left->second < right->second ? -1 : 1;
	if (left->microsecond != right->microsecond)
		return left->microsecond < right->microsecond ? -1 : 1;
	return strcmp(left->unique, right->unique);
}

static bool
take_lock(PeerPop3Drop *drop, int root_fd, GError **error)
{
	drop->lock_fd = openat(root_fd, LOCK_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (drop->lock_fd >= 0 && flock(drop->lock_fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	if (drop->lock_fd >= 0 && errno == EWOULDBLOCK)
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_BUSY,
			"another session has the maildrop open");
	else
		set_errno(error, LOCK_NAME, errno);
	return false;
}

static bool
open_folders(PeerPop3Drop *drop, const char *maildir, GError **error)
{
	int root_fd = -1;

	if (g_mkdir_with_parents(maildir, 0700) == 0)
		root_fd = open(maildir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root_fd < 0) {
		set_errno(error, maildir, errno);
		return false;
	}

	bool ok = take_lock(drop, root_fd, error);

	for (unsigned folder = 0; ok && folder < N_FOLDERS; folder++) {
		drop->folder_fds[folder] = openat(root_fd, folder_names[folder],
			O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
		/* No mail has come yet: an empty maildrop. */
		ok = drop->folder_fds[folder] >= 0 || errno == ENOENT;
		if (!ok)
			set_errno(error, folder_names[folder], errno);
	}
	(void)close(root_fd);
	return ok;
}

PeerPop3Drop *
peer_pop3_drop_open(const char *maildir, GError **error)
{
	g_autoptr(PeerPop3Drop) drop = g_new0(PeerPop3Drop, 1);

	drop->lock_fd = -1;
	for (unsigned folder = 0; folder < N_FOLDERS; folder++)
		drop->folder_fds[folder] = -1;
	drop->entries = g_ptr_array_new_with_free_func(entry_free);
	drop->by_unique = g_hash_table_new(g_str_hash, g_str_equal);
	if (!open_folders(drop, maildir, error) || !scan(drop, true, error) ||
		!measure_entries(drop, error))
		return NULL;
	g_ptr_array_sort(drop->entries, compare_arrival);
	return g_steal_pointer(&drop);
}

void
peer_pop3_drop_close(PeerPop3Drop *drop)
{
	if (drop == NULL)
		return;
	g_hash_table_unref(drop->by_unique);
	g_ptr_array_unref(drop->entries);
	for (unsigned folder = 0; folder < N_FOLDERS; folder++) {
		if (drop->folder_fds[folder] >= 0)
			(void)close(drop->folder_fds[folder]);
	}
	if (drop->lock_fd >= 0)
		(void)close(drop->lock_fd);
	g_free(drop);
}

static Entry *
get_entry(const PeerPop3Drop *drop, size_t number)
{
	g_assert(number >= 1 && number <= drop->entries->len);
	return g_ptr_array_index(drop->entries, number - 1);
}

size_t
peer_pop3_drop_count(const PeerPop3Drop *drop)
{
	return drop->entries->len;
}

bool
peer_pop3_drop_is_deleted(const PeerPop3Drop *drop, size_t number)
{
	return get_entry(drop, number)->deleted;
}

uint64_t
peer_pop3_drop_octets(const PeerPop3Drop *drop, size_t number)
{
	return get_entry(drop, number)->octets;
}

const char *
peer_pop3_drop_uidl(const PeerPop3Drop *drop, size_t number)
{
	return get_entry(drop, number)->uidl;
}

void
peer_pop3_drop_delete(PeerPop3Drop *drop, size_t number)
{
	get_entry(drop, number)->deleted = true;
}

void
peer_pop3_drop_reset(PeerPop3Drop *drop)
{
	for (guint i = 0; i < drop->entries->len; i++)
		((Entry *)g_ptr_array_index(drop->entries, i))->deleted = false;
}

PeerPop3Message *
peer_pop3_drop_read(PeerPop3Drop *drop, size_t number, size_t body_lines, GError **error)
{
	g_autoptr(GError) problem = NULL;
	Entry *entry = get_entry(drop, number);
	PeerPop3Message *message = peer_pop3_message_open(
		drop->folder_fds[entry->folder], entry->name, body_lines, &problem);

	if (message != NULL)
		return message;
	if (!g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_NOT_FOUND)) {
		g_propagate_error(error, g_steal_pointer(&problem));
		return NULL;
	}
	if (!scan(drop, false, error))
		return NULL;
	return peer_pop3_message_open(
		drop->folder_fds[entry->folder], entry->name, body_lines, error);
}

/* Removes one file. One that moved is looked for once; one that is gone is as good as removed. */
static bool
remove_entry(PeerPop3Drop *drop, Entry *entry, GError **error)
{
	if (entry->gone || unlinkat(drop->folder_fds[entry->folder], entry->name, 0) == 0)
		return true;
	if (errno == ENOENT) {
		if (!scan(drop, false, error))
			return false;
		if (entry->gone || unlinkat(drop->folder_fds[entry->folder], entry->name, 0) == 0)
			return true;
	}
	if (errno == ENOENT)
		return true;
	set_errno(error, entry->name, errno);
	return false;
}

static bool
sync_folders(PeerPop3Drop *drop, GError **error)
{
	for (unsigned folder = 0; folder < N_FOLDERS; folder++) {
		if (drop->folder_fds[folder] >= 0 && fsync(drop->folder_fds[folder]) != 0) {
			set_errno(error, folder_names[folder], errno);
			return false;
		}
	}
	return true;
}

bool
peer_pop3_drop_commit(PeerPop3Drop *drop, GError **error)
{
	bool any = false;
	g_autoptr(GError) first = NULL;

	for (guint i = 0; i < drop->entries->len; i++) {
		g_autoptr(GError) problem = NULL;
		Entry *entry = g_ptr_array_index(drop->entries, i);

		if (!entry->deleted)
			continue;
		any = true;
		if (!remove_entry(drop, entry, &problem) && first == NULL)
			first = g_steal_pointer(&problem);
	}
	if (any && first == NULL)
		(void)sync_folders(drop, &first);
	if (first == NULL)
		return true;
	g_propagate_error(error, g_steal_pointer(&first));
	return false;
}
