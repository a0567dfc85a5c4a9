/* SPDX-License-Identifier: MIT */
/* submit.c - hands outgoing mail to a submission program, as sendmail(8) */

#include "engine/deliver/submit.h"

#include <gio/gio.h>

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

static GBytes *
with_lf(SieveBytes message)
{
	GByteArray *out = g_byte_array_sized_new((guint)MIN(message.len, G_MAXINT32));

	for (size_t i = 0; i < message.len; i++) {
		const guint8 *byte = (const guint8 *)message.ptr + i;
		if (*byte != '\r' || i + 1 >= message.len || byte[1] != '\n')
			g_byte_array_append(out, byte, 1);
	}
	return g_byte_array_free_to_bytes(out);
}

static GSubprocess *
start(const SieveSubmitProgram *program, SieveBytes from, SieveBytes to, GError **error)
{
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
	return g_subprocess_newv((const char *const *)argv->pdata,
		G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
			G_SUBPROCESS_FLAGS_STDERR_PIPE,
		error);
}

static void
wait_for(Submission *submission, GBytes *mail, unsigned timeout_ms)
{
	GMainContext *context = g_main_context_new();
	GSource *timer = g_timeout_source_new(timeout_ms);

	g_main_context_push_thread_default(context);
	g_source_set_callback(timer, note_timeout, submission, NULL);
	g_source_attach(timer, context);
	g_subprocess_communicate_async(submission->process, mail, NULL, note_end, submission);
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
	g_autoptr(GSubprocess) process = start(program, from, to, &failure);
	if (process == NULL) {
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_SUBMIT, failure->message);
		return false;
	}
	g_autoptr(GBytes) mail = with_lf(message);
	Submission submission = {.process = process};
	wait_for(&submission, mail,
		program->timeout_ms == 0 ? DEFAULT_TIMEOUT_MS : program->timeout_ms);
	bool taken = judge(&submission, program->argv[0], error);
	g_clear_pointer(&submission.stderr_bytes, g_bytes_unref);
	g_clear_error(&submission.error);
	return taken;
}
