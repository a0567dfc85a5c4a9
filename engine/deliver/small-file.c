/* SPDX-License-Identifier: MIT */
/* small-file.c - small files beside the mails: read as a whole, replaced as a whole */

#include "engine/deliver/small-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

bool
sieve_io_fail(GError **error, const char *what, const char *name)
{
	int saved = errno;
	bool full = saved == ENOSPC || saved == EDQUOT;

	g_set_error(error, SIEVE_ERROR, full ? SIEVE_ERROR_FULL : SIEVE_ERROR_IO, "%s %s: %s", what,
		name, g_strerror(saved));
	return false;
}

bool
sieve_small_file_read(int folder_fd, const char *name, GString *text, GError **error)
{
	int fd = openat(folder_fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	char buffer[16 << 10];
	ssize_t got;

	if (fd < 0)
		return errno == ENOENT || sieve_io_fail(error, "cannot open", name);
	while ((got = read(fd, buffer, sizeof(buffer))) > 0)
		g_string_append_len(text, buffer, got);
	bool ok = got == 0 || sieve_io_fail(error, "cannot read", name);
	close(fd);
	return ok;
}

bool
sieve_small_file_write(int fd, SieveBytes bytes)
{
	while (bytes.len > 0) {
		ssize_t written = write(fd, bytes.ptr, bytes.len);
		if (written < 0 && errno != EINTR)
			return false;
		if (written > 0) {
			bytes.ptr += written;
			bytes.len -= (size_t)written;
		}
	}
	return fsync(fd) == 0;
}

bool
sieve_small_file_replace(
	int folder_fd, const char *name, const char *new_name, SieveBytes bytes, GError **error)
{
	int fd = openat(folder_fd, new_name,
		O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd < 0)
		return sieve_io_fail(error, "cannot make", new_name);
	bool written = sieve_small_file_write(fd, bytes);
	if (close(fd) != 0 || !written || renameat(folder_fd, new_name, folder_fd, name) != 0) {
		sieve_io_fail(error, "cannot write", name);
		unlinkat(folder_fd, new_name, 0);
		return false;
	}
	return fsync(folder_fd) == 0 || sieve_io_fail(error, "cannot sync the directory of", name);
}
