/* SPDX-License-Identifier: MIT */
/* maildir.c - durable delivery into a Maildir++ tree (doc/DELIVERY.md) */

#include "engine/deliver/maildir.h"

#include "engine/bytes.h"
#include "engine/deliver/maildir-flags.h"
#include "engine/deliver/mailbox-name.h"
#include "engine/deliver/small-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	BUFFER_BYTES = 64 << 10,
	NAME_TRIES = 10, /* a name that exists already means a clock and random that stand still */
};

struct SieveMaildir {
	char *root;
	int root_fd;
	const SieveEnv *env;
	unsigned counter; /* of the names made by this handle */
};

/* One mailbox, opened for one delivery. */
typedef struct Folder {
	char *name; /* below the root, "" for the inbox */
	int fd;
	int tmp_fd;
	int new_fd;
	int cur_fd; /* opened where it is needed */
} Folder;

#define FOLDER_CLOSED {.fd = -1, .tmp_fd = -1, .new_fd = -1, .cur_fd = -1}

/* Bytes on their way into the temporary file. */
typedef struct Writer {
	int fd;
	char *buffer;
	size_t fill;
	bool held_cr;	    /* a CR whose next byte is not yet known */
	uint64_t size;	    /* octets on disk */
	uint64_t line_ends; /* LFs among them */
} Writer;

static void
close_directory(int fd)
{
	/* Nothing was written through it: no error can be hidden here. */
	if (fd >= 0)
		close(fd);
}

static void
folder_clear(Folder *folder)
{
	close_directory(folder->fd);
	close_directory(folder->tmp_fd);
	close_directory(folder->new_fd);
	close_directory(folder->cur_fd);
	g_free(folder->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Folder, folder_clear)

static bool
sync_directory(int fd, const char *name, GError **error)
{
	return fsync(fd) == 0 || sieve_io_fail(error, "cannot sync directory", name);
}

/* A planted symbolic link is not followed: the way must not lead out of the Maildir. */
static int
open_directory(int at_fd, const char *name)
{
	return openat(at_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* --- Folders ------------------------------------------------------------------------------------
 */

/* True when it is there afterwards, whoever made it. */
static bool
make_directory(int at_fd, const char *name, GError **error)
{
	return mkdirat(at_fd, name, 0700) == 0 || errno == EEXIST ||
	       sieve_io_fail(error, "cannot make directory", name);
}

/* Maildir++: an empty file of this name tells a folder from a Maildir of its own. */
static bool
make_folder_mark(int folder_fd, GError **error)
{
	int fd = openat(
		folder_fd, "maildirfolder", O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return sieve_io_fail(error, "cannot make", "maildirfolder");
	if (fsync(fd) != 0) {
		close_directory(fd);
		return sieve_io_fail(error, "cannot sync", "maildirfolder");
	}
	return close(fd) == 0 || sieve_io_fail(error, "cannot close", "maildirfolder");
}

/* Two deliveries may make the same folder at once: each step takes what is there already. */
static bool
make_missing_parts(Folder *folder, GError **error)
{
	if (!make_directory(folder->fd, "cur", error) ||
		!make_directory(folder->fd, "new", error) ||
		!make_directory(folder->fd, "tmp", error))
		return false;
	return folder->name[0] == '\0' || make_folder_mark(folder->fd, error);
}

static bool
is_complete(const Folder *folder)
{
	struct stat info;

	return folder->tmp_fd >= 0 && folder->new_fd >= 0 &&
	       fstatat(folder->fd, "cur", &info, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (folder->name[0] == '\0' ||
		       fstatat(folder->fd, "maildirfolder", &info, AT_SYMLINK_NOFOLLOW) == 0);
}

static void
open_parts(Folder *folder)
{
	if (folder->tmp_fd < 0)
		folder->tmp_fd = open_directory(folder->fd, "tmp");
	if (folder->new_fd < 0)
		folder->new_fd = open_directory(folder->fd, "new");
}

static bool
open_folder(SieveMaildir *maildir, SieveBytes mailbox, Folder *folder, GError **error)
{
	folder->name = sieve_mailbox_name_to_folder(mailbox);
	const char *path = folder->name[0] == '\0' ? "." : folder->name;
	folder->fd = open_directory(maildir->root_fd, path);
	if (folder->fd < 0 && errno == ENOENT) {
		if (!make_directory(maildir->root_fd, path, error))
			return false;
		folder->fd = open_directory(maildir->root_fd, path);
	}
	if (folder->fd < 0)
		return sieve_io_fail(error, "cannot open folder", path);
	open_parts(folder);
	if (is_complete(folder))
		return true;
	if (!make_missing_parts(folder, error))
		return false;
	open_parts(folder);
	return (folder->tmp_fd >= 0 && folder->new_fd >= 0) ||
	       sieve_io_fail(error, "cannot open tmp or new of folder", path);
}

/* Makes the way to new/ durable. Done for every delivery, because whoever made a folder may not yet
 * have synced it; a directory without changes costs next to nothing. */
static bool
sync_way(const SieveMaildir *maildir, const Folder *folder, GError **error)
{
	return sync_directory(folder->fd, folder->name, error) &&
	       (folder->name[0] == '\0' || sync_directory(maildir->root_fd, maildir->root, error));
}

/* --- The file -----------------------------------------------------------------------------------
 */

static bool
flush(Writer *writer, GError **error)
{
	size_t done = 0;

	while (done < writer->fill) {
		ssize_t wrote = write(writer->fd, writer->buffer + done, writer->fill - done);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote == 0)
			errno = ENOSPC;
		if (wrote <= 0)
			return sieve_io_fail(error, "cannot write", "message");
		done += (size_t)wrote;
	}
	writer->size += writer->fill;
	writer->fill = 0;
	return true;
}

static bool
put_byte(Writer *writer, char byte, GError **error)
{
	if (writer->fill == BUFFER_BYTES && !flush(writer, error))
		return false;
	writer->buffer[writer->fill++] = byte;
	writer->line_ends += byte == '\n';
	return true;
}

/* A CR stays unless an LF follows, perhaps in the next part. */
static bool
write_part(Writer *writer, SieveBytes part, GError **error)
{
	for (size_t i = 0; i < part.len; i++) {
		char byte = part.ptr[i];
		if (writer->held_cr && byte != '\n' && !put_byte(writer, '\r', error))
			return false;
		writer->held_cr = byte == '\r';
		if (!writer->held_cr && !put_byte(writer, byte, error))
			return false;
	}
	return true;
}

static bool
write_parts(Writer *writer, const SieveBytes *parts, size_t n_parts, GError **error)
{
	for (size_t i = 0; i < n_parts; i++)
		if (!write_part(writer, parts[i], error))
			return false;
	if (writer->held_cr && !put_byte(writer, '\r', error))
		return false;
	return flush(writer, error);
}

/* State 2 of doc/DELIVERY.md. The descriptor is closed in any case; after a failed fsync nothing of
 * the file is believed. */
static bool
finish_file(int fd, bool written, GError **error)
{
	bool synced = written && (fsync(fd) == 0 || sieve_io_fail(error, "cannot sync", "message"));

	/* Linux closes the descriptor before it can be interrupted. */
	if (close(fd) == 0 || errno == EINTR || !synced)
		return synced;
	return sieve_io_fail(error, "cannot close", "message");
}

/* time, microseconds, process, count, random, host: no two deliveries share all of them. */
static char *
make_name(SieveMaildir *maildir)
{
	int64_t now = maildir->env->now_usec(maildir->env);
	uint64_t random = 0;
	g_autofree char *host = g_strdup(maildir->env->host_name(maildir->env));

	maildir->env->random(maildir->env, &random, sizeof(random));
	/* A slash would be a path and a colon starts the flags; a comma starts the sizes. */
	g_strdelimit(host, "/:,", '_');
	return g_strdup_printf("%" G_GINT64_FORMAT ".M%" G_GINT64_FORMAT
			       "P%dQ%uR%016" G_GINT64_MODIFIER "x.%.60s",
		now / G_USEC_PER_SEC, now % G_USEC_PER_SEC, (int)getpid(), maildir->counter++,
		random, host);
}

static int
create_file(SieveMaildir *maildir, const Folder *folder, char **ret_name, GError **error)
{
	for (int tries = 0; tries < NAME_TRIES; tries++) {
		g_autofree char *name = make_name(maildir);
		int fd = openat(folder->tmp_fd, name,
			O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0) {
			*ret_name = g_steal_pointer(&name);
			return fd;
		}
		if (errno != EEXIST)
			break;
	}
	sieve_io_fail(error, "cannot make a file in tmp of folder", folder->name);
	return -1;
}

/* Where a stored file goes: new/, or cur/ if its name tells flags. */
typedef struct Place {
	const char *directory;
	int fd;
	char *name;
} Place;

static void
place_clear(Place *place)
{
	g_free(place->name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Place, place_clear)

/* Maildir++: octets on disk, and octets with CRLF line ends. */
static Place
find_place(Folder *folder, const Writer *writer, const char *name, SieveBytes flags)
{
	g_autofree char *base = g_strdup_printf("%s,S=%" G_GUINT64_FORMAT ",W=%" G_GUINT64_FORMAT,
		name, writer->size, writer->size + writer->line_ends);
	g_autofree char *letters = flags.len == 0 ? NULL : sieve_maildir_flags(folder->fd, flags);

	if (letters != NULL && *letters != '\0')
		folder->cur_fd = open_directory(folder->fd, "cur");
	/* Without cur/ the mail goes without its flags. */
	if (folder->cur_fd < 0)
		return (Place){"new", folder->new_fd, g_steal_pointer(&base)};
	return (Place){"cur", folder->cur_fd, g_strdup_printf("%s:2,%s", base, letters)};
}

/* From state 2 to 3. Never onto another message; a file system that cannot promise that gets a
 * plain rename, since the name is ours alone. */
static int
move_file(const Folder *folder, const char *from, const Place *to)
{
	int moved = renameat2(folder->tmp_fd, from, to->fd, to->name, RENAME_NOREPLACE);

	if (moved != 0 && (errno == EINVAL || errno == ENOSYS))
		moved = renameat(folder->tmp_fd, from, to->fd, to->name);
	return moved;
}

/* From state 2 to 4; back to state 0 when that fails. */
static bool
publish(const SieveMaildir *maildir, const Folder *folder, const char *from, const Place *to,
	GError **error)
{
	if (!sync_way(maildir, folder, error))
		return false;
	if (move_file(folder, from, to) != 0)
		return sieve_io_fail(
			error, "cannot move the message into its place in folder", folder->name);
	if (sync_directory(to->fd, to->directory, error))
		return true;
	/* Should this fail too, the sender's next attempt makes an extra copy: nothing is lost. */
	unlinkat(to->fd, to->name, 0);
	return false;
}

/* --- Public -------------------------------------------------------------------------------------
 */

/* Makes the missing directories of @path and syncs the one that names each. */
static bool
make_path(const char *path, GError **error)
{
	g_autofree char *parent = g_path_get_dirname(path);

	if (mkdir(path, 0700) != 0) {
		if (errno == EEXIST)
			return true;
		if (errno != ENOENT || strcmp(parent, path) == 0)
			return sieve_io_fail(error, "cannot make directory", path);
		if (!make_path(parent, error))
			return false;
		if (mkdir(path, 0700) != 0 && errno != EEXIST)
			return sieve_io_fail(error, "cannot make directory", path);
	}
	int fd = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return sieve_io_fail(error, "cannot open directory", parent);
	bool synced = sync_directory(fd, parent, error);
	close_directory(fd);
	return synced;
}

SieveMaildir *
sieve_maildir_open(const char *root, const SieveEnv *env, GError **error)
{
	if (!make_path(root, error))
		return NULL;
	/* The root itself may be a symbolic link: whoever configured it chose it. */
	int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		sieve_io_fail(error, "cannot open maildir", root);
		return NULL;
	}
	SieveMaildir *maildir = g_new0(SieveMaildir, 1);
	maildir->root = g_strdup(root);
	maildir->root_fd = fd;
	maildir->env = env == NULL ? sieve_env_system() : env;
	return maildir;
}

void
sieve_maildir_close(SieveMaildir *maildir)
{
	if (maildir == NULL)
		return;
	close_directory(maildir->root_fd);
	g_free(maildir->root);
	g_free(maildir);
}

static bool
check_mailbox(SieveBytes mailbox, GError **error)
{
	const char *wrong = sieve_mailbox_name_check(mailbox);

	if (wrong != NULL)
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_INVALID, wrong);
	return wrong == NULL;
}

bool
sieve_maildir_create(SieveMaildir *maildir, SieveBytes mailbox, GError **error)
{
	g_auto(Folder) folder = FOLDER_CLOSED;

	return check_mailbox(mailbox, error) && open_folder(maildir, mailbox, &folder, error) &&
	       sync_way(maildir, &folder, error);
}

bool
sieve_maildir_has(const SieveMaildir *maildir, SieveBytes mailbox)
{
	g_auto(Folder) folder = FOLDER_CLOSED;

	if (!check_mailbox(mailbox, NULL))
		return false;
	folder.name = sieve_mailbox_name_to_folder(mailbox);
	folder.fd = open_directory(maildir->root_fd, folder.name[0] == '\0' ? "." : folder.name);
	if (folder.fd >= 0)
		open_parts(&folder);
	return folder.tmp_fd >= 0 && folder.new_fd >= 0;
}

bool
sieve_maildir_store(SieveMaildir *maildir, SieveBytes mailbox, const SieveMail *mail,
	char **ret_path, GError **error)
{
	g_auto(Folder) folder = FOLDER_CLOSED;
	g_autofree char *buffer = g_malloc(BUFFER_BYTES);
	g_autofree char *name = NULL;

	if (!check_mailbox(mailbox, error) || !open_folder(maildir, mailbox, &folder, error))
		return false;
	Writer writer = {.fd = create_file(maildir, &folder, &name, error), .buffer = buffer};
	if (writer.fd < 0)
		return false;
	bool written = write_parts(&writer, mail->parts, mail->n_parts, error);
	g_auto(Place) place = {.fd = -1};
	bool stored = finish_file(writer.fd, written, error);
	if (stored) {
		place = find_place(&folder, &writer, name, mail->flags);
		stored = publish(maildir, &folder, name, &place, error);
	}
	if (!stored) {
		/* Readers never look there; a file that cannot be removed is rubbish, no mail. */
		unlinkat(folder.tmp_fd, name, 0);
		return false;
	}
	if (ret_path != NULL)
		*ret_path = g_build_filename(
			maildir->root, folder.name, place.directory, place.name, NULL);
	return true;
}
