/* SPDX-License-Identifier: MIT */
/* subprocess.c - runs a program on some input: no shell, a time limit, a limit of output */

#include "engine/subprocess.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <gio/gunixinputstream.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/sieve.h"

enum { TOLD_BYTES = 300 }; /* of what the program says when it fails */

/* One program at work, waited for in a main context of its own. */
typedef struct Work {
	GSubprocess *process;
	const SieveSubprocess *wanted;
	SieveSubprocessEnd *end;
	int output_fd; /* -1: none */
	bool ended;
	bool output_ended;
} Work;

/* --- Files without a name ------------------------------------------------------------------------- */

/* Not pipes: a program that ends without reading it all must not end us with SIGPIPE, and one that
 * complains at length must not wait for us. */
static int
open_memory(void)
{
	return memfd_create("doorstep", MFD_CLOEXEC);
}

static bool
write_all(int fd, SieveBytes bytes)
{
	while (bytes.len > 0) {
		ssize_t wrote = write(fd, bytes.ptr, bytes.len);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		bytes = sieve_bytes_slice(bytes, (size_t)wrote, SIZE_MAX);
	}
	return lseek(fd, 0, SEEK_SET) == 0;
}

static char *
read_complaint(int fd)
{
	char told[TOLD_BYTES];
	ssize_t len = pread(fd, told, sizeof(told), 0);

	return sieve_bytes_escape(
		sieve_bytes_trim((SieveBytes){told, len < 0 ? 0 : (size_t)len}), TOLD_BYTES);
}

/* --- Waiting -------------------------------------------------------------------------------------- */

/* What it started is in its group. */
static void
kill_all(Work *work, const char *what)
{
	const char *id = g_subprocess_get_identifier(work->process);

	if (work->end->what == NULL)
		work->end->what = what;
	if (id != NULL)
		(void)kill(-(pid_t)strtol(id, NULL, 10), SIGKILL);
	work->output_ended = true;
}

static void
note_end(GObject *source, GAsyncResult *result, gpointer user_data)
{
	Work *work = user_data;

	(void)g_subprocess_wait_finish(G_SUBPROCESS(source), result, NULL);
	work->ended = true;
}

static gboolean
note_timeout(gpointer user_data)
{
	kill_all(user_data, "did not end in time");
	return G_SOURCE_REMOVE;
}

static gboolean
take_output(gint fd, GIOCondition condition G_GNUC_UNUSED, gpointer user_data)
{
	Work *work = user_data;
	char buffer[16 << 10];
	ssize_t len = read(fd, buffer, sizeof(buffer));

	if (len < 0 && (errno == EINTR || errno == EAGAIN))
		return G_SOURCE_CONTINUE;
	if (len > 0)
		g_string_append_len(work->end->output, buffer, len);
	if (work->end->output->len > work->wanted->max_output)
		kill_all(work, "prints too much");
	else if (len <= 0)
		work->output_ended = true;
	return work->output_ended ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
}

static GSource *
attach(GSource *source, GSourceFunc function, Work *work, GMainContext *context)
{
	g_source_set_callback(source, function, work, NULL);
	g_source_attach(source, context);
	return source;
}

static void
wait_for(Work *work)
{
	GMainContext *context = g_main_context_new();
	GSource *output = NULL;
	GSource *timer = attach(
		g_timeout_source_new(work->wanted->timeout_ms), note_timeout, work, context);

	g_main_context_push_thread_default(context);
	if (work->output_fd >= 0)
		output = attach(g_unix_fd_source_new(work->output_fd, G_IO_IN | G_IO_HUP | G_IO_ERR),
			G_SOURCE_FUNC(take_output), work, context);
	g_subprocess_wait_async(work->process, NULL, note_end, work);
	while (!work->ended || !work->output_ended)
		g_main_context_iteration(context, TRUE);
	for (size_t i = 0; i < 2; i++) {
		GSource *source = i == 0 ? timer : output;
		if (source != NULL) {
			g_source_destroy(source);
			g_source_unref(source);
		}
	}
	g_main_context_pop_thread_default(context);
	g_main_context_unref(context);
}

/* --- Starting ------------------------------------------------------------------------------------- */

static void
make_group(gpointer user_data G_GNUC_UNUSED)
{
	(void)setpgid(0, 0);
}

/* Takes @input and @complaint, whether it succeeds or not. */
static GSubprocess *
start(const SieveSubprocess *wanted, int input, int complaint, GError **error)
{
	GSubprocessFlags flags = wanted->max_output > 0 ? G_SUBPROCESS_FLAGS_STDOUT_PIPE
							: G_SUBPROCESS_FLAGS_STDOUT_SILENCE;
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(flags);

	g_subprocess_launcher_take_stdin_fd(launcher, input);
	g_subprocess_launcher_take_stderr_fd(launcher, complaint);
	g_subprocess_launcher_set_child_setup(launcher, make_group, NULL, NULL);
	if (wanted->envp != NULL)
		g_subprocess_launcher_set_environ(launcher, (char **)(uintptr_t)wanted->envp);
	return g_subprocess_launcher_spawnv(launcher, wanted->argv, error);
}

static bool
fail(GError **error, const char *what)
{
	g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_IO, what);
	return false;
}

static void
run(Work *work, int complaint)
{
	work->end->status = -1;
	work->end->output = g_string_new(NULL);
	work->output_ended = work->output_fd < 0;
	wait_for(work);
	if (work->end->what == NULL && g_subprocess_get_if_exited(work->process))
		work->end->status = g_subprocess_get_exit_status(work->process);
	work->end->complaint = read_complaint(complaint);
}

bool
sieve_subprocess_run(const SieveSubprocess *process, SieveSubprocessEnd *ret_end, GError **error)
{
	int input = open_memory();
	int complaint = open_memory();
	int for_child = complaint < 0 ? -1 : fcntl(complaint, F_DUPFD_CLOEXEC, 0);
	g_autoptr(GError) failure = NULL;
	Work work = {.wanted = process, .end = ret_end, .output_fd = -1};

	*ret_end = (SieveSubprocessEnd){.status = -1};
	if (input < 0 || for_child < 0 || !write_all(input, process->input)) {
		fail(&failure, g_strerror(errno));
		if (input >= 0)
			close(input);
		if (for_child >= 0)
			close(for_child);
	} else {
		work.process = start(process, input, for_child, &failure);
	}
	if (work.process != NULL) {
		GInputStream *output = g_subprocess_get_stdout_pipe(work.process);
		if (output != NULL)
			work.output_fd = g_unix_input_stream_get_fd(G_UNIX_INPUT_STREAM(output));
		run(&work, complaint);
		g_object_unref(work.process);
	}
	if (complaint >= 0)
		close(complaint);
	return work.process != NULL || fail(error, failure->message);
}

void
sieve_subprocess_end_clear(SieveSubprocessEnd *end)
{
	if (end->output != NULL)
		g_string_free(end->output, TRUE);
	g_free(end->complaint);
	*end = (SieveSubprocessEnd){.status = -1};
}
