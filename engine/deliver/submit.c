/* SPDX-License-Identifier: MIT */
/* submit.c - hands outgoing mail to a submission program, as sendmail(8) */

#include "engine/deliver/submit.h"

#include "engine/bytes.h"
#include "engine/message/address.h"
#include "engine/subprocess.h"

#define DEFAULT_TIMEOUT_MS 60000u

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
fail(GError **error, const char *program, const char *what, const char *complaint)
{
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SUBMIT, "%s %s%s%s", program, what,
		complaint[0] == '\0' ? "" : ": ", complaint);
	return false;
}

static void
add(GPtrArray *argv, const char *word)
{
	g_ptr_array_add(argv, (gpointer)(uintptr_t)word);
}

static void
add_option(GPtrArray *argv, const char *option, const char *value)
{
	add(argv, option);
	add(argv, value);
}

bool
sieve_submit_program(const SieveSubmission *submission, void *user_data, GError **error)
{
	const SieveSubmitProgram *program = user_data;
	SieveBytes from = submission->from;
	SieveBytes to = submission->to;
	g_autoptr(GString) text = with_lf(submission->message);
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autoptr(GError) failure = NULL;
	g_auto(SieveSubprocessEnd) end = {.status = -1};

	if (!sieve_address_is_mailbox(to) || (from.len > 0 && !sieve_address_is_mailbox(from))) {
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_SUBMIT,
			"an address of the mail is not fit for the wire");
		return false;
	}
	/* The null reverse-path has its own spelling: an empty argument means "me" to some
	 * programs. */
	g_autofree char *sender = from.len == 0 ? g_strdup("<>") : sieve_bytes_dup(from);
	g_autofree char *recipient = sieve_bytes_dup(to);
	g_autofree char *notify = sieve_bytes_dup(submission->parameters.notify);
	g_autofree char *ret = sieve_bytes_dup(submission->parameters.ret);
	for (size_t i = 0; program->argv[i] != NULL; i++)
		add(argv, program->argv[i]);
	if (*notify != '\0')
		add_option(argv, "-N", notify);
	if (*ret != '\0')
		add_option(argv, "-R", ret);
	add_option(argv, "-f", sender);
	add_option(argv, "--", recipient);
	add(argv, NULL);
	/* Such programs have no option for it. */
	if (submission->parameters.by != NULL && !submission->parameters.by->notify)
		return fail(error, program->argv[0], "cannot take a mail back that is late", "");
	const SieveSubprocess process = {
		.argv = (const char *const *)argv->pdata,
		.input = {text->str, text->len},
		.timeout_ms = program->timeout_ms == 0 ? DEFAULT_TIMEOUT_MS : program->timeout_ms,
	};
	if (!sieve_subprocess_run(&process, &end, &failure))
		return fail(error, program->argv[0], "cannot be started", failure->message);
	if (end.status != 0)
		return fail(error, program->argv[0],
			end.what != NULL ? end.what : "did not take the mail", end.complaint);
	return true;
}
