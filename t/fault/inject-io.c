/* SPDX-License-Identifier: MIT */
/* inject-io.c - preload shim: fail the n-th write, fsync, close, rename or mkdir
 *
 * INJECT_IO_NTH says which call, counted over all kinds; INJECT_IO_HOW what happens to it: ENOSPC
 * or EIO (the call fails), SHORT (a write takes one byte), EXIT (the process ends just before the
 * call, as in a crash). INJECT_IO_MARK names a file that is made when the call was reached.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { CRASH_EXIT = 99 };

/* A preload shim has no context to hand on: this is its whole state. */
static long calls;

static void
make_mark(void)
{
	const char *path = getenv("INJECT_IO_MARK");
	long fd = path == NULL ? -1 : syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT, 0600);

	if (fd >= 0)
		syscall(SYS_close, fd);
}

/* The manner of failure when this is the call to fail, else NULL. */
static const char *
strike(void)
{
	const char *nth = getenv("INJECT_IO_NTH");
	const char *how = getenv("INJECT_IO_HOW");

	if (nth == NULL || how == NULL || ++calls != atol(nth))
		return NULL;
	make_mark();
	if (strcmp(how, "EXIT") == 0)
		_exit(CRASH_EXIT);
	errno = strcmp(how, "EIO") == 0 ? EIO : ENOSPC;
	return how;
}

static int
fails(void)
{
	const char *how = strike();

	return how != NULL && strcmp(how, "SHORT") != 0;
}

ssize_t
write(int fd, const void *buffer, size_t count)
{
	const char *how = strike();

	if (how != NULL && strcmp(how, "SHORT") != 0)
		return -1;
	return syscall(SYS_write, fd, buffer, how != NULL && count > 0 ? (size_t)1 : count);
}

int
fsync(int fd)
{
	return fails() ? -1 : (int)syscall(SYS_fsync, fd);
}

/* The descriptor is gone in any case, as on Linux. */
int
close(int fd)
{
	int failed = fails();
	int saved = errno;
	int closed = (int)syscall(SYS_close, fd);

	if (failed)
		errno = saved;
	return failed ? -1 : closed;
}

int
renameat2(int from_fd, const char *from, int to_fd, const char *to, unsigned flags)
{
	return fails() ? -1 : (int)syscall(SYS_renameat2, from_fd, from, to_fd, to, flags);
}

int
mkdirat(int fd, const char *path, mode_t mode)
{
	return fails() ? -1 : (int)syscall(SYS_mkdirat, fd, path, mode);
}

int
mkdir(const char *path, mode_t mode)
{
	return fails() ? -1 : (int)syscall(SYS_mkdirat, AT_FDCWD, path, mode);
}
