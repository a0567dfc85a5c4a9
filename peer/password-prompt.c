/* SPDX-License-Identifier: MIT */
/* password-prompt.c - takes a password from the terminal, a file or standard input */
#include "peer/password-prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define MAX_BYTES 1024u

/* Byte by byte, so that what follows the line stays for whoever reads next. */
static bool
read_line(int fd, char *line, size_t size, GError **error)
{
	size_t len = 0;
	ssize_t got;

	while (len + 1 < size) {
		got = read(fd, line + len, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0) {
			g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno),
				"cannot read the password: %s", g_strerror(errno));
			return false;
		}
		if (got == 0 || line[len] == '\n')
			break;
		len++;
	}
	if (len > 0 && line[len - 1] == '\r')
		len--;
	line[len] = '\0';
	if (len > 0)
		return true;
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_INVALID, "no password was given");
	return false;
}

static void
say(int fd, const char *text)
{
	/* A terminal that takes no prompt may still give an answer. */
	ssize_t ignored G_GNUC_UNUSED = write(fd, text, strlen(text));
}

static bool
ask(int tty, const char *prompt, char *line, size_t size, GError **error)
{
	struct termios before;
	bool hidden = tcgetattr(tty, &before) == 0;

	if (hidden) {
		struct termios silent = before;

		silent.c_lflag &= ~(tcflag_t)(ECHO | ECHOE | ECHOK | ECHONL);
		hidden = tcsetattr(tty, TCSAFLUSH, &silent) == 0;
	}
	say(tty, prompt);

	bool ok = read_line(tty, line, size, error);

	if (hidden)
		(void)tcsetattr(tty, TCSAFLUSH, &before);
	say(tty, "\n");
	return ok;
}

char *
peer_password_read(const char *file, const char *prompt, GError **error)
{
	char line[MAX_BYTES];
	bool standard_input = g_strcmp0(file, "-") == 0;
	const char *path = file != NULL ? file : "/dev/tty";
	int flags = (file != NULL ? O_RDONLY : O_RDWR) | O_CLOEXEC | O_NOCTTY;
	int fd = standard_input ? STDIN_FILENO : open(path, flags);
	bool ok = false;

	if (fd < 0 && file == NULL)
		fd = STDIN_FILENO;
	if (fd < 0)
		g_set_error(error, G_FILE_ERROR, (int)g_file_error_from_errno(errno), "%s: %s",
			path, g_strerror(errno));
	else if (file == NULL && fd != STDIN_FILENO)
		ok = ask(fd, prompt, line, sizeof(line), error);
	else
		ok = read_line(fd, line, sizeof(line), error);
	if (fd > STDERR_FILENO)
		(void)close(fd);

	char *password = ok ? g_strdup(line) : NULL;

	explicit_bzero(line, sizeof(line));
	return password;
}

void
peer_password_wipe(char *password)
{
	if (password == NULL)
		return;
	explicit_bzero(password, strlen(password));
	g_free(password);
}
