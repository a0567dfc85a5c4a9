/* SPDX-License-Identifier: MIT */
/* pop3-message.c - a stored message as POP3 sends it: CRLF, dots stuffed, final dot (RFC 1939) */
#include "peer/pop3-message.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE_BYTES 65536u

struct PeerPop3Message {
	int fd;
	uint64_t remaining; /* of the size the file had when it was opened */
	size_t lines_left;  /* of the body */
	size_t line_bytes;  /* of the current line so far */
	bool last_cr;
	bool in_body;
	bool finished;
	char buffer[PIECE_BYTES];
};

static void
set_errno(GError **error, const char *name, int code)
{
	g_set_error(error, G_IO_ERROR, (int)g_io_error_from_errno(code), "%s: %s", name,
		g_strerror(code));
}

static int
open_regular(int dir_fd, const char *name, struct stat *ret_info, GError **error)
{
	/* O_NONBLOCK: a FIFO put there by somebody must not hold the session. */
	int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd < 0 || fstat(fd, ret_info) != 0) {
		set_errno(error, name, errno);
		if (fd >= 0)
			(void)close(fd);
		return -1;
	}
	if (!S_ISREG(ret_info->st_mode)) {
		g_set_error(error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE, "%s is no regular file",
			name);
		(void)close(fd);
		return -1;
	}
	return fd;
}

static ssize_t
read_some(int fd, char *buffer, size_t size)
{
	ssize_t got;

	do
		got = read(fd, buffer, size);
	while (got < 0 && errno == EINTR);
	return got;
}

PeerPop3Message *
peer_pop3_message_open(int dir_fd, const char *name, size_t body_lines, GError **error)
{
	struct stat info;
	int fd = open_regular(dir_fd, name, &info, error);

	if (fd < 0)
		return NULL;

	PeerPop3Message *message = g_new0(PeerPop3Message, 1);

	message->fd = fd;
	message->remaining = (uint64_t)info.st_size;
	message->lines_left = body_lines;
	return message;
}

void
peer_pop3_message_close(PeerPop3Message *message)
{
	if (message == NULL)
		return;
	(void)close(message->fd);
	g_free(message);
}

static void
finish(PeerPop3Message *message, GString *out)
{
	g_string_append(out, message->line_bytes > 0 ? "\r\n.\r\n" : ".\r\n");
	message->finished = true;
}

/* Notes the end of a line: the first empty one starts the body. */
static void
end_line(PeerPop3Message *message, GString *out)
{
	bool empty = message->line_bytes == (message->last_cr ? 1 : 0);

	g_string_append(out, message->last_cr ? "\n" : "\r\n");
	if (message->in_body && message->lines_left != PEER_POP3_ALL_LINES)
		message->lines_left--;
	else if (empty)
		message->in_body = true;
	message->line_bytes = 0;
	message->last_cr = false;
}

/* Appends the part of a line that stands in [@start, @end), which holds no LF. */
static void
append_part(PeerPop3Message *message, GString *out, const char *start, const char *end)
{
	if (start == end)
		return;
	if (message->line_bytes == 0 && *start == '.')
		g_string_append_c(out, '.');
	g_string_append_len(out, start, end - start);
	message->line_bytes += (size_t)(end - start);
	message->last_cr = end[-1] == '\r';
}

static void
encode(PeerPop3Message *message, GString *out, size_t len)
{
	const char *at = message->buffer;
	const char *end = at + len;

	while (at < end) {
		if (message->line_bytes == 0 && message->in_body && message->lines_left == 0) {
			finish(message, out);
			return;
		}

		const char *lf = memchr(at, '\n', (size_t)(end - at));

		append_part(message, out, at, lf != NULL ? lf : end);
		if (lf == NULL)
			return;
		end_line(message, out);
		at = lf + 1;
	}
}

bool
peer_pop3_message_next(PeerPop3Message *message, GString *out, GError **error)
{
	if (message->finished)
		return true;

	size_t want = (size_t)MIN((uint64_t)PIECE_BYTES, message->remaining);
	ssize_t got = read_some(message->fd, message->buffer, want);

	if (got < 0) {
		set_errno(error, "message", errno);
		return false;
	}
	message->remaining -= (uint64_t)got;
	encode(message, out, (size_t)got);
	if (!message->finished && (got == 0 || message->remaining == 0))
		finish(message, out);
	return true;
}

/* Adds what @buffer's line ends need to become CRLF. */
static uint64_t
count_bare_lf(const char *buffer, size_t len, char previous)
{
	uint64_t count = 0;
	const char *end = buffer + len;

	for (const char *at = buffer; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
		count += (at > buffer ? at[-1] : previous) != '\r';
	return count;
}

bool
peer_pop3_message_measure(int dir_fd, const char *name, uint64_t *ret_octets, GError **error)
{
	struct stat info;
	int fd = open_regular(dir_fd, name, &info, error);

	if (fd < 0)
		return false;

	g_autofree char *buffer = g_malloc(PIECE_BYTES);
	uint64_t octets = 0;
	char previous = '\n';
	ssize_t got;

	while ((got = read_some(fd, buffer, PIECE_BYTES)) > 0) {
		octets += (uint64_t)got + count_bare_lf(buffer, (size_t)got, previous);
		previous = buffer[got - 1];
	}

	int code = errno;

	(void)close(fd);
	if (got < 0) {
		set_errno(error, name, code);
		return false;
	}
	*ret_octets = octets + (previous == '\n' ? 0 : 2);
	return true;
}
