/* SPDX-License-Identifier: MIT */
/* daemon-control.c - starts doorstepd for the reader and ends it */
#include "peer/daemon-control.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "peer/line-io.h"

#define START_TIMEOUT_MS 15000

/* doorstepd stands in the same folder as this program, in a build tree too. */
static char *
find_program(void)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : g_strdup(".");
	g_autofree char *beside = g_build_filename(folder, "doorstepd", NULL);

	return g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE) ? g_steal_pointer(&beside)
							      : g_strdup("doorstepd");
}

/* Runs in the child: whoever waits for signals by sigwait() has blocked them, and that is
 * inherited. */
static void
take_signals(void *user_data G_GNUC_UNUSED)
{
	sigset_t none;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Runs in the child: a daemon outlives the terminal it was started from. */
static void
leave_terminal(void *user_data)
{
	const int *log_fd = user_data;

	(void)setsid();
	take_signals(NULL);
	if (*log_fd >= 0)
		(void)dup2(*log_fd, STDERR_FILENO);
}

static int
open_log(char **ret_path)
{
	g_autofree char *folder = g_build_filename(g_get_user_state_dir(), "doorstep", NULL);

	*ret_path = g_build_filename(folder, "doorstepd.log", NULL);
	if (g_mkdir_with_parents(folder, 0700) != 0)
		return -1;
	return open(*ret_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
}

/* The daemon writes one line once it listens. */
static bool
await_ready(int fd, const char *log_path, GError **error)
{
	char line[256];
	struct pollfd wanted = {.fd = fd, .events = POLLIN};
	int ready;

	do
		ready = poll(&wanted, 1, START_TIMEOUT_MS);
	while (ready < 0 && errno == EINTR);
	if (ready > 0 && read(fd, line, sizeof(line)) > 0)
		return true;
	g_set_error(error, PEER_ERROR, ready == 0 ? PEER_ERROR_TIMEOUT : PEER_ERROR_CLOSED,
		"doorstepd does not come up%s%s", log_path != NULL ? "; see " : "",
		log_path != NULL ? log_path : "");
	return false;
}

static bool
spawn(const PeerDaemonStart *options, GPid *ret_pid, GError **error)
{
	g_autofree char *found = options->program == NULL ? find_program() : NULL;
	g_autofree char *log_path = NULL;
	const char *argv[] = {
		options->program != NULL ? options->program : found, NULL, NULL, NULL};
	int log_fd = options->foreground ? -1 : open_log(&log_path);
	int out = -1;

	if (options->config_path != NULL) {
		argv[1] = "--config";
		argv[2] = options->config_path;
	}

	bool ok = g_spawn_async_with_pipes(NULL, (char **)(void *)argv, NULL,
		G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD,
		options->foreground ? take_signals : leave_terminal, &log_fd, ret_pid, NULL, &out,
		NULL, error);

	if (log_fd >= 0)
		(void)close(log_fd);
	if (!ok)
		return false;
	ok = await_ready(out, log_path, error);
	(void)close(out);
	return ok;
}

bool
peer_daemon_start(
	const PeerDaemonStart *options, PeerDaemon **ret_daemon, GPid *ret_started, GError **error)
{
	g_autoptr(PeerDaemon) found = NULL;
	GPid pid = 0;

	if (!peer_daemon_find(options->state_folder, &found, error))
		return false;
	if (found == NULL) {
		if (!spawn(options, &pid, error) ||
			!peer_daemon_find(options->state_folder, &found, error))
			return false;
	}
	if (found == NULL) {
		g_set_error(error, PEER_ERROR, PEER_ERROR_CLOSED, "doorstepd ended again at once");
		return false;
	}
	*ret_started = pid;
	*ret_daemon = g_steal_pointer(&found);
	return true;
}

bool
peer_daemon_stop(const char *state_folder, unsigned timeout_ms, GError **error)
{
	g_autoptr(PeerDaemon) found = NULL;

	if (!peer_daemon_find(state_folder, &found, error))
		return false;
	if (found == NULL)
		return true;

	/* A descriptor stays with the process, even if its number is given to another. */
	int fd = (int)syscall(SYS_pidfd_open, (pid_t)found->pid, 0);

	if (fd < 0)
		return errno == ESRCH;

	struct pollfd wanted = {.fd = fd, .events = POLLIN};
	int ended = 0;

	if (syscall(SYS_pidfd_send_signal, fd, SIGTERM, NULL, 0) == 0)
		ended = poll(&wanted, 1, (int)timeout_ms);
	else if (errno == ESRCH)
		ended = 1;
	(void)close(fd);
	if (ended > 0)
		return true;
	g_set_error(error, PEER_ERROR, PEER_ERROR_TIMEOUT,
		"doorstepd (process %" G_GINT64_FORMAT ") does not end", found->pid);
	return false;
}
