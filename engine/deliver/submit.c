/* SPDX-License-Identifier: MIT */
/* submit.c - hands outgoing mail to a submission program, as sendmail(8) */

#include "engine/deliver/submit.h"

#include <errno.h>
#include <gio/gio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "engine/bytes.h"
#include "engine/message/address.h"

enum {
	DEFAULT_TIMEOUT_MS = 60000,
	TOLD_BYTES = 300, /* of what the program says when it fails */
};

/* One program at work, waited for in a main context of its own. */
typedef struct Submission {
	GSubprocess *process;
	GBytes *stderr_bytes;
	GError *error;
	bool done;
	bool timed_out;
} Submission;

static void
note_end(GObject *source, GAsyncResult *result, gpointer user_data)
{
	Submission *submission = user_data;

	g_subprocess_communicate_finish(
		G_SUBPROCESS(source), result, NULL, &submission->stderr_bytes, &submission->error);
	submission->done = true;
}

static gboolean
note_timeout(gpointer user_data)
{
	Submission *submission = user_data;

	submission->timed_out = true;
	g_subprocess_force_exit(submission->process);
	return G_SOURCE_REMOVE;
}

static GString *
with_lf(SieveBytes message)
{
	GString *out = g_string_sized_new(message.len);

	for (size_t i = 0; i < message.len; i++)
		if (message.ptr[i] != '\r' || i + 1 >= message.len || message.ptr[i + 1] != '\n')
			g_string_append_c(out, message.ptr[i]);
	return out;
}

static bool
write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t wrote = write(fd, bytes, len);
		if (wrote < 0 && errno == EINTR)
			continue;
		if (wrote <= 0)
			return false;
		bytes += wrote;
		len -= (size_t)wrote;
	}
	return true;
}

/* The mail as a file without a name, for the program's standard input. Not a pipe: a program that ends
 * without reading it all must not end us with SIGPIPE. */
static int
open_mail(SieveBytes message, GError **error)
{
	g_autoptr(GString) text = with_lf(message);
	int fd = memfd_create("mail", MFD_CLOEXEC);

	if (fd >= 0 && write_all(fd, text->str, text->len) && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SUBMIT, "cannot hold the mail in memory: %s",
		g_strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Takes @mail_fd, whether it succeeds or not. */
static GSubprocess *
start(const SieveSubmitProgram *program, SieveBytes from, SieveBytes to, int mail_fd,
	GError **error)
{
	g_autoptr(GSubprocessLauncher) launcher = g_subprocess_launcher_new(
		G_SUBPROCESS_FLAGS_STDOUT_SILENCE | G_SUBPROCESS_FLAGS_STDERR_PIPE);
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	/* The null reverse-path has its own spelling: an empty argument means "me" to some
	 * programs. */
	g_autofree char *sender = from.len == 0 ? g_strdup("<>") : sieve_bytes_dup(from);
	g_autofree char *recipient = sieve_bytes_dup(to);
	const char *const added[] = {"-f", sender, "--", recipient, NULL};

	for (size_t i = 0; program->argv[i] != NULL; i++)
		g_ptr_array_add(argv, (gpointer)(uintptr_t)program->argv[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(added); i++)
		g_ptr_array_add(argv, (gpointer)(uintptr_t)added[i]);
	g_subprocess_launcher_take_stdin_fd(launcher, mail_fd);
	return g_subprocess_launcher_spawnv(launcher, (const char *const *)argv->pdata, error);
}

static void
wait_for(Submission *submission, unsigned timeout_ms)
{
	GMainContext *context = g_main_context_new();
	GSource *timer = g_timeout_source_new(timeout_ms);

	g_main_context_push_thread_default(context);
	g_source_set_callback(timer, note_timeout, submission, NULL);
	g_source_attach(timer, context);
	g_subprocess_communicate_async(submission->process, NULL, NULL, note_end, submission);
	while (!submission->done)
		g_main_context_iteration(context, TRUE);
	g_source_destroy(timer);
	g_source_unref(timer);
	g_main_context_pop_thread_default(context);
	g_main_context_unref(context);
}

static bool
judge(const Submission *submission, const char *program, GError **error)
{
	SieveBytes said = {NULL, 0};

	if (submission->error == NULL && g_subprocess_get_if_exited(submission->process) &&
		g_subprocess_get_exit_status(submission->process) == 0)
		return true;
	if (submission->stderr_bytes != NULL)
		said.ptr = g_bytes_get_data(submission->stderr_bytes, &said.len);
	g_autofree char *told = sieve_bytes_escape(sieve_bytes_trim(said), TOLD_BYTES);
	const char *what = submission->timed_out       ? "did not end in time"
			   : submission->error != NULL ? submission->error->message
						       : "did not take the mail";
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SUBMIT, "%s %s%s%s", program, what,
		told[0] == '\0' ? "" : ": ", told);
	return false;
}

bool
sieve_submit_program(
	SieveBytes from, SieveBytes to, SieveBytes message, void *user_data, GError **error)
{
	const SieveSubmitProgram *program = user_data;
	g_autoptr(GError) failure = NULL;

	if (!sieve_address_is_mailbox(to) || (from.len > 0 && !sieve_address_is_mailbox(from))) {
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_SUBMIT,
			"an address of the mail is not fit for the wire");
		return false;
	}
	int mail_fd = open_mail(message, error);
	if (mail_fd < 0)
		return false;
	g_autoptr(GSubprocess) process = start(program, from, to, mail_fd, &failure);
	if (process == NULL) {
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_SUBMIT, failure->message);
		return false;
	}
	Submission submission = {.process = process};
	wait_for(&submission,
		program->timeout_ms == 0 ? DEFAULT_TIMEOUT_MS : program->timeout_ms);
	bool taken = judge(&submission, program->argv[0], error);
	g_clear_pointer(&submission.stderr_bytes, g_bytes_unref);
	g_clear_error(&submission.error);
	return taken;
}
