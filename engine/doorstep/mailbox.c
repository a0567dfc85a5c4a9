/* SPDX-License-Identifier: MIT */
/* mailbox.c - the mails of a Maildir: listed once, then read one by one while others may move them */

#include "engine/doorstep/mailbox.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Nearly all mails fit: then one read is all, and the size need not be asked for. */
#define FIRST_READ_BYTES (64u << 10)
/* Room is given back after a mail that is larger than this. */
#define KEPT_ROOM_BYTES (1u << 20)
/* How often a mail is looked for before it counts as gone: each time somebody moved it meanwhile. */
#define MAX_MOVES 4u

enum { IN_NEW, IN_CUR, N_PLACES };
static const char *const places[N_PLACES] = {[IN_NEW] = "new", [IN_CUR] = "cur"};

/* A folder, and where its mails are now; that is read once a mail is not where it was listed. */
typedef struct Folder {
	char *prefix; /* before "cur/": empty, or ".Name/" */
	GMutex lock;
	GHashTable *now; /* (nullable) the part of a name that stays, to the path */
	struct timespec changed[N_PLACES]; /* when the places were last changed before that reading */
} Folder;

typedef struct Mail {
	const char *path; /* relative to the Maildir */
	const char *name; /* its last part */
	size_t stem_len;  /* of the part of @name that stays */
	Folder *folder;
	/* It was moved while the mails were listed: the neighbour is the same mail. */
	bool same_as_before;
	bool same_as_next;
} Mail;

struct Mailbox {
	int fd;
	GStringChunk *paths;
	GMutex lock; /* of @paths, once there are threads */
	GPtrArray *folders;
	GArray *mails;
};

/* --- Listing ------------------------------------------------------------------------------------ */

static void
folder_free(gpointer data)
{
	Folder *folder = data;

	g_free(folder->prefix);
	g_mutex_clear(&folder->lock);
	g_clear_pointer(&folder->now, g_hash_table_unref);
	g_free(folder);
}

/* The length of the part of a name that stays when flags change. */
static size_t
stem_len(const char *name)
{
	return strcspn(name, ":");
}

/* Only Maildir's own folders (".Name") and mails are of interest, and no file that begins with a
 * dot is a mail. */
static DIR *
open_dir(const Mailbox *mailbox, const char *path)
{
	int fd = openat(mailbox->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);

	if (dir == NULL && fd >= 0)
		close(fd);
	return dir;
}

typedef void (*TakeName)(Mailbox *mailbox, Folder *folder, const char *path, size_t prefix_len);

/* Hands the path of each mail in one place of @folder to @take. False: there is no such place. */
static bool
list_place(Mailbox *mailbox, Folder *folder, const char *place, TakeName take)
{
	g_autoptr(GString) path = g_string_new(folder->prefix);
	const struct dirent *entry;

	g_string_append(path, place);
	DIR *dir = open_dir(mailbox, path->str);
	if (dir == NULL)
		return false;
	g_string_append_c(path, '/');
	size_t prefix_len = path->len;
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		g_string_truncate(path, prefix_len);
		g_string_append(path, entry->d_name);
		take(mailbox, folder, path->str, prefix_len);
	}
	closedir(dir);
	return true;
}

static void
take_mail(Mailbox *mailbox, Folder *folder, const char *path, size_t prefix_len)
{
	Mail mail = {.path = g_string_chunk_insert(mailbox->paths, path), .folder = folder};

	mail.name = mail.path + prefix_len;
	mail.stem_len = stem_len(mail.name);
	g_array_append_val(mailbox->mails, mail);
}

static int
compare_stems(const Mail *a, const Mail *b)
{
	int order = memcmp(a->name, b->name, MIN(a->stem_len, b->stem_len));

	if (order != 0)
		return order;
	return a->stem_len < b->stem_len ? -1 : a->stem_len > b->stem_len;
}

static int
compare_mails(const void *a, const void *b)
{
	const Mail *mails[] = {a, b};
	int order = compare_stems(mails[0], mails[1]);

	return order != 0 ? order : strcmp(mails[0]->path, mails[1]->path);
}

/* Lists a folder, new before cur: a mail that is moved meanwhile is met twice rather than never. */
static bool
list_folder(Mailbox *mailbox, const char *prefix)
{
	Folder *folder = g_new0(Folder, 1);
	unsigned start = mailbox->mails->len;
	bool found = false;

	folder->prefix = g_strdup(prefix);
	g_mutex_init(&folder->lock);
	g_ptr_array_add(mailbox->folders, folder);
	for (size_t place = 0; place < N_PLACES; place++)
		found = list_place(mailbox, folder, places[place], take_mail) || found;
	Mail *mails = (Mail *)(void *)mailbox->mails->data + start;
	size_t count = mailbox->mails->len - start;
	if (count > 1)
		qsort(mails, count, sizeof(*mails), compare_mails);
	for (size_t i = 1; i < count; i++)
		if (compare_stems(&mails[i - 1], &mails[i]) == 0)
			mails[i - 1].same_as_next = mails[i].same_as_before = true;
	return found;
}

static int
compare_strings(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Maildir++: subfolders lie side by side, each a folder that begins with a dot. */
static void
list_subfolders(Mailbox *mailbox)
{
	g_autoptr(GPtrArray) prefixes = g_ptr_array_new_with_free_func(g_free);
	const struct dirent *entry;
	DIR *dir = open_dir(mailbox, ".");

	while (dir != NULL && (entry = readdir(dir)) != NULL) {
		const char *name = entry->d_name;
		if (name[0] == '.' && name[1] != '\0' && strcmp(name, "..") != 0)
			g_ptr_array_add(prefixes, g_strconcat(name, "/", NULL));
	}
	if (dir != NULL)
		closedir(dir);
	g_ptr_array_sort(prefixes, compare_strings);
	for (unsigned i = 0; i < prefixes->len; i++)
		list_folder(mailbox, prefixes->pdata[i]);
}

Mailbox *
mailbox_open(const char *path, bool recursive, GError **error)
{
	g_autoptr(Mailbox) mailbox = g_new0(Mailbox, 1);

	mailbox->paths = g_string_chunk_new(1 << 16);
	mailbox->folders = g_ptr_array_new_with_free_func(folder_free);
	mailbox->mails = g_array_new(FALSE, FALSE, sizeof(Mail));
	g_mutex_init(&mailbox->lock);
	mailbox->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (mailbox->fd < 0) {
		int code = errno;
		g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(code), "%s: %s", path,
			g_strerror(code));
		return NULL;
	}
	if (!list_folder(mailbox, "")) {
		g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_NOENT,
			"%s is no Maildir: neither cur nor new can be read in it", path);
		return NULL;
	}
	if (recursive)
		list_subfolders(mailbox);
	return g_steal_pointer(&mailbox);
}

void
mailbox_free(Mailbox *mailbox)
{
	if (mailbox == NULL)
		return;
	if (mailbox->fd >= 0)
		close(mailbox->fd);
	g_string_chunk_free(mailbox->paths);
	g_mutex_clear(&mailbox->lock);
	g_ptr_array_unref(mailbox->folders);
	g_array_unref(mailbox->mails);
	g_free(mailbox);
}

size_t
mailbox_count(const Mailbox *mailbox)
{
	return mailbox->mails->len;
}

/* --- Finding again ------------------------------------------------------------------------------ */

static void
note_path(Mailbox *mailbox, Folder *folder, const char *path, size_t prefix_len)
{
	const char *name = path + prefix_len;

	g_mutex_lock(&mailbox->lock);
	const char *kept = g_string_chunk_insert(mailbox->paths, path);
	g_mutex_unlock(&mailbox->lock);
	g_hash_table_insert(
		folder->now, g_strndup(name, stem_len(name)), (gpointer)(uintptr_t)kept);
}

/* When the places of a folder were last changed: by which a reading of them is known to be stale. */
static void
look_at_changes(const Mailbox *mailbox, const Folder *folder, struct timespec *changed)
{
	for (size_t place = 0; place < N_PLACES; place++) {
		g_autofree char *path = g_strconcat(folder->prefix, places[place], NULL);
		struct stat status = {.st_size = 0};
		if (fstatat(mailbox->fd, path, &status, 0) == 0)
			changed[place] = status.st_mtim;
	}
}

static const char *
look_up(const Folder *folder, const Mail *mail)
{
	g_autofree char *stem = g_strndup(mail->name, mail->stem_len);

	return folder->now == NULL ? NULL : g_hash_table_lookup(folder->now, stem);
}

/* The path that the mail has now. Each reading of a folder serves all mails that were moved before
 * it, so a mail program that marks a thousand mails as read costs one. */
static const char *
find_again(Mailbox *mailbox, const Mail *mail, const char *last_path)
{
	Folder *folder = mail->folder;
	struct timespec changed[N_PLACES] = {{0}};

	g_mutex_lock(&folder->lock);
	const char *path = look_up(folder, mail);
	if (path == NULL || strcmp(path, last_path) == 0) {
		look_at_changes(mailbox, folder, changed);
		if (folder->now == NULL || memcmp(changed, folder->changed, sizeof(changed)) != 0) {
			memcpy(folder->changed, changed, sizeof(changed));
			g_clear_pointer(&folder->now, g_hash_table_unref);
			folder->now = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
			for (size_t place = 0; place < N_PLACES; place++)
				list_place(mailbox, folder, places[place], note_path);
		}
		path = look_up(folder, mail);
	}
	g_mutex_unlock(&folder->lock);
	return path;
}

/* --- Reading ------------------------------------------------------------------------------------ */

void
mailbox_room_clear(MailboxRoom *room)
{
	g_clear_pointer(&room->data, g_free);
	room->size = 0;
}

static void
make_room(MailboxRoom *room, size_t size)
{
	if (room->size >= size)
		return;
	room->data = g_realloc(room->data, size);
	room->size = size;
}

/* Reads until the end; a short read alone does not say that it was reached. */
static bool
read_rest(int fd, MailboxRoom *room, size_t *len)
{
	for (;;) {
		struct stat status;
		if (*len == room->size) {
			if (fstat(fd, &status) != 0)
				return false;
			make_room(room, MAX((size_t)MAX(status.st_size, 0) + 1, room->size * 2));
		}
		ssize_t count = read(fd, room->data + *len, room->size - *len);
		if (count < 0)
			return false;
		if (count == 0)
			return true;
		*len += (size_t)count;
	}
}

static bool
fail(GError **error, int code)
{
	g_set_error_literal(
		error, G_FILE_ERROR, (int)g_file_error_from_errno(code), g_strerror(code));
	return false;
}

/* Opened without waiting, a pipe reads as empty. */
static bool
check_empty(int fd, GError **error)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return fail(error, errno);
	if (S_ISREG(status.st_mode))
		return true;
	g_set_error(error, G_FILE_ERROR, G_FILE_ERROR_INVAL, "it is no regular file");
	return false;
}

static bool
read_mail(int fd, MailboxRoom *room, size_t *ret_len, GError **error)
{
	if (room->size > KEPT_ROOM_BYTES)
		mailbox_room_clear(room);
	make_room(room, FIRST_READ_BYTES);
	ssize_t count = read(fd, room->data, room->size);
	if (count < 0)
		return fail(error, errno);
	if (count == 0 && !check_empty(fd, error))
		return false;
	*ret_len = (size_t)count;
	/* A regular file is read up to its end or to the end of the room. */
	if (*ret_len == room->size && !read_rest(fd, room, ret_len))
		return fail(error, errno);
	return true;
}

static int
open_mail(const Mailbox *mailbox, const char *path)
{
	return openat(mailbox->fd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

/* Whether a mail before this one, which is the same mail, was listed at @path. */
static bool
was_read_before(const Mail *mail, const char *path)
{
	for (; mail->same_as_before; mail--)
		if (strcmp(mail[-1].path, path) == 0)
			return true;
	return false;
}

MailboxOutcome
mailbox_read(Mailbox *mailbox, size_t index, MailboxRoom *room, const char **ret_path,
	SieveBytes *ret_raw, GError **error)
{
	const Mail *mail = &g_array_index(mailbox->mails, Mail, index);
	const char *path = mail->path;
	int fd = open_mail(mailbox, path);

	*ret_path = path;
	for (unsigned moves = 0; fd < 0 && errno == ENOENT; moves++) {
		if (mail->same_as_next)
			return MAILBOX_MET_TWICE;
		path = moves == MAX_MOVES ? NULL : find_again(mailbox, mail, path);
		if (path == NULL)
			return MAILBOX_GONE;
		if (was_read_before(mail, path))
			return MAILBOX_MET_TWICE;
		*ret_path = path;
		fd = open_mail(mailbox, path);
	}
	if (fd < 0) {
		fail(error, errno);
		return MAILBOX_UNREADABLE;
	}
	size_t len = 0;
	bool done = read_mail(fd, room, &len, error);
	close(fd);
	if (!done)
		return MAILBOX_UNREADABLE;
	*ret_raw = (SieveBytes){room->data, len};
	return MAILBOX_READ;
}
