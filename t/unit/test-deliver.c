/* SPDX-License-Identifier: MIT */
/* test-deliver.c - action lists carried out: stored, sent, refused, and what if that fails */

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#include "engine/bytes.h"
#include "engine/deliver/submit.h"
#include "engine/message/message.h"
#include "engine/sieve.h"

#define MAIL "From: a@b.c\r\nTo: b@b.c\r\nMessage-ID: <1@b.c>\r\nSubject: x\r\n\r\nbody\r\n.\r\n"

/* What was handed over, one line per mail, and the last text. */
typedef struct Outbox {
	GString *log;
	GString *last;
	bool broken;
} Outbox;

typedef struct DeliverCase {
	const char *script;
	SieveRefuseMode refuse;
	const char *mail;   /* (nullable) NULL: MAIL */
	const char *stored; /* folders with their number of mails */
	const char *sent;   /* sender>recipient, a blank after each */
	SieveReceiptKind kind;
	const char *reason; /* (nullable) not looked at */
	bool problem;
	bool broken_outbox;
	bool null_sender;
} DeliverCase;

#define VACATION "require [\"vacation\", \"fileinto\"]; vacation :addresses \"b@b.c\" \"Away.\";"
#define LOOP "X-Doorstep-Redirected: me@home.org\r\n" MAIL

static const DeliverCase cases[] = {
	{.script = "", .stored = "INBOX=1 "},
	{.script = "keep; keep;", .stored = "INBOX=1 "},
	{.script = "discard;", .stored = "", .kind = SIEVE_RECEIPT_DISCARDED},
	{.script = "require \"fileinto\"; fileinto \"A\"; fileinto \"A/B\"; keep;",
		.stored = ".A=1 .A.B=1 INBOX=1 "},
	{.script = "require \"fileinto\"; fileinto \"INBOX\"; keep;", .stored = "INBOX=1 "},
	{.script = "require \"fileinto\"; fileinto \"A.B\"; fileinto \"A/B\";",
		.stored = ".A.B=1 "},
	{.script = "redirect \"x@y.z\";",
		.stored = "",
		.sent = "s@x.y>x@y.z ",
		.kind = SIEVE_RECEIPT_SENT},
	{.script = "redirect \"x@y.z\"; keep;", .stored = "INBOX=1 ", .sent = "s@x.y>x@y.z "},
	{.script = "redirect \"x@y.z\";",
		.stored = "INBOX=1 ",
		.problem = true,
		.broken_outbox = true},
	{.script = "redirect \"x@y.z\";", .mail = LOOP, .stored = "INBOX=1 ", .problem = true},
	{.script = "require \"reject\"; reject \"no\";",
		.stored = "",
		.kind = SIEVE_RECEIPT_REFUSED},
	{.script = "require \"reject\"; reject \"no\";",
		.refuse = SIEVE_REFUSE_BY_MAIL,
		.stored = "",
		.sent = ">s@x.y ",
		.kind = SIEVE_RECEIPT_SENT},
	{.script = "require \"reject\"; reject \"n\303\266\";",
		.stored = "",
		.sent = ">s@x.y ",
		.kind = SIEVE_RECEIPT_SENT},
	/* RFC 5429 section 2.1.1: a reply is ASCII. */
	{.script = "require \"ereject\"; ereject \"n\303\266\";",
		.stored = "",
		.kind = SIEVE_RECEIPT_REFUSED,
		.reason = "The recipient's mail filter refuses this message"},
	{.script = "require \"ereject\"; ereject text:\nSpam,\nwe think.\n.\n;",
		.stored = "",
		.kind = SIEVE_RECEIPT_REFUSED,
		.reason = "Spam,\r\nwe think."},
	{.script = "require \"reject\"; reject \"no\";",
		.refuse = SIEVE_REFUSE_BY_KEEP,
		.stored = "INBOX=1 "},
	{.script = "require \"ereject\"; ereject \"no\";",
		.refuse = SIEVE_REFUSE_BY_MAIL,
		.stored = "INBOX=1 "},
	{.script = "require \"reject\"; reject \"no\";",
		.refuse = SIEVE_REFUSE_BY_MAIL,
		.stored = "INBOX=1 ",
		.problem = true,
		.broken_outbox = true},
	/* RFC 5429 section 2.2.1: nothing is sent to the null reverse-path. */
	{.script = "require \"reject\"; reject \"no\";",
		.refuse = SIEVE_REFUSE_BY_MAIL,
		.null_sender = true,
		.stored = "INBOX=1 ",
		.problem = true},
	{.script = "require \"reject\"; reject \"n\303\266\";",
		.null_sender = true,
		.stored = "",
		.kind = SIEVE_RECEIPT_REFUSED},
	/* An answer leaves the mail alone, whether it can be sent or not. */
	{.script = VACATION, .stored = "INBOX=1 ", .sent = ">s@x.y "},
	{.script = VACATION " discard;",
		.stored = "",
		.sent = ">s@x.y ",
		.kind = SIEVE_RECEIPT_DISCARDED},
	{.script = VACATION " discard;",
		.stored = "",
		.kind = SIEVE_RECEIPT_DISCARDED,
		.problem = true,
		.broken_outbox = true},
	{.script = VACATION " fileinto \"A\";",
		.stored = ".A=1 ",
		.problem = true,
		.broken_outbox = true},
	{.script = VACATION, .null_sender = true, .stored = "INBOX=1 "},
	/* RFC 5228 section 4.4: discard is silent. */
	{.script = "discard;",
		.refuse = SIEVE_REFUSE_BY_MAIL,
		.stored = "",
		.kind = SIEVE_RECEIPT_DISCARDED},
};

static bool
take(const SieveSubmission *submission, void *data, GError **error)
{
	Outbox *outbox = data;
	SieveBytes from = submission->from;
	SieveBytes to = submission->to;
	SieveBytes message = submission->message;

	if (outbox->broken) {
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_SUBMIT, "nobody there");
		return false;
	}
	g_string_append_printf(
		outbox->log, "%.*s>%.*s ", (int)from.len, from.ptr, (int)to.len, to.ptr);
	g_string_truncate(outbox->last, 0);
	g_string_append_len(outbox->last, message.ptr, (gssize)message.len);
	return true;
}

/* Outlives the programs of all tests. */
static SieveRegistry *registry;

static SieveResult *
run(const char *script, const SieveMessage *message, const SieveEnvelope *envelope,
	SieveProgram **ret_program)
{
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(SieveProgram) program =
		sieve_compile(registry, sieve_bytes_from_string(script), NULL, diags);
	const SieveRunInput input = {.message = message, .envelope = *envelope};
	g_autoptr(GError) error = NULL;
	SieveResult *result = NULL;

	g_assert_nonnull(program);
	g_assert_true(sieve_run(program, &input, &result, &error));
	g_assert_no_error(error);
	/* The result points into the program, which is therefore handed on. */
	*ret_program = g_steal_pointer(&program);
	return result;
}

static unsigned
empty_directory(const char *path)
{
	GDir *dir = g_dir_open(path, 0, NULL);
	const char *name;
	unsigned count = 0;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *file = g_build_filename(path, name, NULL);
		count += g_unlink(file) == 0;
	}
	if (dir != NULL)
		g_dir_close(dir);
	g_rmdir(path);
	return count;
}

/* Counts the mails of one folder and takes it away. */
static unsigned
empty_folder(const char *folder)
{
	g_autofree char *tmp = g_build_filename(folder, "tmp", NULL);
	g_autofree char *cur = g_build_filename(folder, "cur", NULL);
	g_autofree char *new = g_build_filename(folder, "new", NULL);
	unsigned count = empty_directory(new);

	g_assert_cmpuint(empty_directory(tmp), ==, 0);
	empty_directory(cur);
	empty_directory(folder);
	return count;
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static char *
empty_maildir(const char *root)
{
	GString *text = g_string_new(NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	GDir *dir = g_dir_open(root, 0, NULL);
	const char *name;

	while ((name = g_dir_read_name(dir)) != NULL)
		if (name[0] == '.')
			g_ptr_array_add(names, g_strdup(name));
	g_dir_close(dir);
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++) {
		g_autofree char *folder = g_build_filename(root, names->pdata[i], NULL);
		g_string_append_printf(
			text, "%s=%u ", (char *)names->pdata[i], empty_folder(folder));
	}
	unsigned inbox = empty_folder(root);
	if (inbox > 0)
		g_string_append_printf(text, "INBOX=%u ", inbox);
	return g_string_free(text, FALSE);
}

static void
check_outgoing(const char *mail)
{
	/* No line end but CRLF goes on the wire. */
	for (const char *at = mail; *at != '\0'; at++) {
		g_assert_true(*at != '\n' || (at > mail && at[-1] == '\r'));
		g_assert_true(*at != '\r' || at[1] == '\n');
	}
	g_assert_true(strstr(mail, "X-Doorstep-Redirected: me@home.org\r\n") != NULL ||
		      strstr(mail, "Auto-Submitted: auto-replied\r\n") != NULL ||
		      (strstr(mail, "report-type=disposition-notification") != NULL &&
			      strstr(mail, "Original-Message-ID: <1@b.c>\r\n") != NULL &&
			      strstr(mail, "MDN-sent-automatically; deleted\r\n") != NULL));
}

static void
test_case(const void *data)
{
	const DeliverCase *test = data;
	g_autoptr(SieveMessage) message =
		sieve_message_new(sieve_bytes_from_string(test->mail == NULL ? MAIL : test->mail));
	const SieveEnvelope envelope = {
		.from = test->null_sender ? SIEVE_BYTES("") : SIEVE_BYTES("s@x.y"),
		.to = SIEVE_BYTES("me@home.org")};
	g_autoptr(SieveProgram) program = NULL;
	g_autoptr(SieveResult) result = run(test->script, message, &envelope, &program);
	g_autoptr(GString) log = g_string_new(NULL);
	g_autoptr(GString) last = g_string_new(NULL);
	Outbox outbox = {log, last, test->broken_outbox};
	g_autofree char *root = g_dir_make_tmp("deliver-XXXXXX", NULL);
	const SieveDeliverOptions options = {
		.maildir = root, .submit = take, .submit_data = &outbox, .refuse = test->refuse};
	g_auto(SieveReceipt) receipt = {.kind = SIEVE_RECEIPT_STORED};
	g_autoptr(GError) error = NULL;

	g_assert_true(sieve_deliver(result, message, &envelope, &options, &receipt, &error));
	g_assert_no_error(error);
	g_autofree char *stored = empty_maildir(root);
	g_assert_cmpstr(stored, ==, test->stored);
	g_assert_cmpstr(log->str, ==, test->sent == NULL ? "" : test->sent);
	g_assert_cmpint(receipt.kind, ==, test->kind);
	g_assert_cmpint(receipt.problem != NULL, ==, test->problem);
	g_assert_cmpint(receipt.reason != NULL, ==, test->kind == SIEVE_RECEIPT_REFUSED);
	if (test->reason != NULL)
		g_assert_cmpstr(receipt.reason, ==, test->reason);
	if (last->len > 0)
		check_outgoing(last->str);
}

static const char *const traces[] = {
	NULL,
	"Delivered-To: me@home.org\r\n",
	"Return-Path: <s@x.y>\r\nReceived: from x.y\r\n\tby home.org; today\r\n",
};

/* RFC 5228 section 4.2: one Received field more than came, and those that came are untouched. */
static void
test_redirect_received(const void *data)
{
	const char *trace = data;
	const char *came = "Received: by one;  Mon\r\nreceived : by two\r\n" MAIL;
	g_autoptr(SieveMessage) message = sieve_message_new(sieve_bytes_from_string(came));
	/* The null reverse-path stays null (section 4.2 too). */
	const SieveEnvelope envelope = {.from = SIEVE_BYTES(""), .to = SIEVE_BYTES("me@h.org")};
	g_autoptr(SieveProgram) program = NULL;
	g_autoptr(SieveResult) result = run("redirect \"x@y.z\";", message, &envelope, &program);
	g_autoptr(GString) log = g_string_new(NULL);
	g_autoptr(GString) last = g_string_new(NULL);
	Outbox outbox = {log, last, false};
	const SieveDeliverOptions options = {.maildir = "/nowhere",
		.submit = take,
		.submit_data = &outbox,
		.trace_header = trace};
	g_auto(SieveReceipt) receipt = {.kind = SIEVE_RECEIPT_STORED};
	g_autoptr(GError) error = NULL;
	size_t count = 0;
	size_t index = 0;

	g_assert_true(sieve_deliver(result, message, &envelope, &options, &receipt, &error));
	g_assert_cmpstr(log->str, ==, ">x@y.z ");
	g_assert_true(g_str_has_suffix(last->str, came));
	g_autoptr(SieveMessage) sent = sieve_message_new((SieveBytes){last->str, last->len});
	while (sieve_message_find_field(sent, SIEVE_BYTES("Received"), &index) != NULL)
		count++;
	g_assert_cmpuint(count, ==, 3);
}

/* RFC 5429 section 2.2.1, RFC 8098: the three parts of the notification, in order. */
static const char *const rejection_lines[] = {
	"From: <me@home.org>\r\nTo: <s@x.y>\r\n",
	"Auto-Submitted: auto-replied\r\n",
	"Content-Transfer-Encoding: 8bit\r\n", /* as one of its parts: RFC 2045 section 6.4 */
	"Content-Type: multipart/report; report-type=disposition-notification;\r\n",
	"\r\n\r\n--",
	"Content-Type: text/plain; charset=utf-8\r\n",
	"refused by the recipient's mail filtering program",
	"\r\n\r\nI am not taking mail from you\r\n--",
	"Content-Type: message/disposition-notification\r\n\r\nReporting-UA: ",
	"Final-Recipient: rfc822;me@home.org\r\n",
	"Original-Message-ID: <1@b.c>\r\n",
	"Disposition: automatic-action/MDN-sent-automatically; deleted\r\n",
	"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: 8bit\r\n\r\n",
	"Message-ID: <1@b.c>\r\nSubject: \303\266\r\n\r\nbody\r\n\r\n--",
};

static void
test_rejection(void)
{
	g_autoptr(SieveMessage) message = sieve_message_new(
		SIEVE_BYTES("Message-ID: <1@b.c>\nSubject: \303\266\n\nbody\n"));
	const SieveEnvelope envelope = {
		.from = SIEVE_BYTES("s@x.y"), .to = SIEVE_BYTES("me@home.org")};
	g_autoptr(SieveProgram) program = NULL;
	g_autoptr(SieveResult) result =
		run("require \"reject\"; reject \"I am not taking mail from you\";", message,
			&envelope, &program);
	g_autoptr(GString) log = g_string_new(NULL);
	g_autoptr(GString) last = g_string_new(NULL);
	Outbox outbox = {log, last, false};
	const SieveDeliverOptions options = {.maildir = "/nowhere",
		.submit = take,
		.submit_data = &outbox,
		.refuse = SIEVE_REFUSE_BY_MAIL};
	g_auto(SieveReceipt) receipt = {.kind = SIEVE_RECEIPT_STORED};
	g_autoptr(GError) error = NULL;

	g_assert_true(sieve_deliver(result, message, &envelope, &options, &receipt, &error));
	const char *at = last->str;
	for (size_t i = 0; i < G_N_ELEMENTS(rejection_lines); i++) {
		const char *found = strstr(at, rejection_lines[i]);
		g_test_message("%s", rejection_lines[i]);
		g_assert_nonnull(found);
		at = found + 1;
	}
}

/* Nothing is sent when the mail cannot be stored, and the caller hears of it. */
static void
test_no_store(void)
{
	g_autoptr(SieveMessage) message = sieve_message_new(SIEVE_BYTES(MAIL));
	const SieveEnvelope envelope = {
		.from = SIEVE_BYTES("s@x.y"), .to = SIEVE_BYTES("me@h.org")};
	g_autoptr(SieveProgram) program = NULL;
	g_autoptr(SieveResult) result =
		run("redirect \"x@y.z\"; keep;", message, &envelope, &program);
	g_autoptr(GString) log = g_string_new(NULL);
	g_autoptr(GString) last = g_string_new(NULL);
	Outbox outbox = {log, last, false};
	const SieveDeliverOptions options = {
		.maildir = "/proc/self/status/x", .submit = take, .submit_data = &outbox};
	g_auto(SieveReceipt) receipt = {.kind = SIEVE_RECEIPT_STORED};
	g_autoptr(GError) error = NULL;

	g_assert_false(sieve_deliver(result, message, &envelope, &options, &receipt, &error));
	g_assert_error(error, SIEVE_ERROR, SIEVE_ERROR_IO);
	g_assert_true(sieve_error_is_temporary(error));
	g_assert_cmpuint(log->len, ==, 0);
}

static void
test_submit(void)
{
	g_autofree char *out = NULL;
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	int fd = g_file_open_tmp("submit-XXXXXX", &out, NULL);

	close(fd);
	const char *const argv[] = {
		"/bin/sh", "-c", "echo \"$@\" >\"$0\"; cat >>\"$0\"", out, NULL};
	SieveSubmitProgram program = {argv, 0};
	const SieveSubmission submission = {.from = SIEVE_BYTES(""),
		.to = SIEVE_BYTES("x@y.z"),
		.message = SIEVE_BYTES("A: 1\r\n\r\nb\r\n"),
		.parameters = {.notify = SIEVE_BYTES("NEVER"), .ret = SIEVE_BYTES("HDRS")}};
	g_assert_true(sieve_submit_program(&submission, &program, &error));
	g_assert_no_error(error);
	g_assert_true(g_file_get_contents(out, &text, NULL, NULL));
	g_assert_cmpstr(text, ==, "-N NEVER -R HDRS -f <> -- x@y.z\nA: 1\n\nb\n");
	g_unlink(out);
}

static void
check_submit_fails(const char *command, unsigned timeout_ms, const char *told)
{
	const char *const argv[] = {"/bin/sh", "-c", command, NULL};
	SieveSubmitProgram program = {argv, timeout_ms};
	g_autoptr(GError) error = NULL;

	const SieveDeliverBy by = {.deadline_unix = INT64_MAX};
	SieveSubmission submission = {.from = SIEVE_BYTES("a@b.c"),
		.to = SIEVE_BYTES("x@y.z"),
		.message = SIEVE_BYTES("A: 1\r\n")};
	g_assert_false(sieve_submit_program(&submission, &program, &error));
	g_assert_error(error, SIEVE_ERROR, SIEVE_ERROR_SUBMIT);
	g_assert_nonnull(strstr(error->message, told));
	g_clear_error(&error);
	/* A program cannot be told by when. */
	submission.parameters.by = &by;
	g_assert_false(sieve_submit_program(&submission, &program, &error));
	g_assert_nonnull(strstr(error->message, "late"));
}

static void
test_submit_failures(void)
{
	check_submit_fails("cat >/dev/null; echo queue full >&2; exit 75", 0, "queue full");
	check_submit_fails("kill -9 $$", 0, "");
	check_submit_fails("exec sleep 1000", 50, "in time");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *label = g_strdup_printf("/deliver/case/%zu", i);
		g_test_add_data_func(label, &cases[i], test_case);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(traces); i++) {
		g_autofree char *label = g_strdup_printf("/deliver/redirect-received/%zu", i);
		g_test_add_data_func(label, traces[i], test_redirect_received);
	}
	g_test_add_func("/deliver/rejection", test_rejection);
	g_test_add_func("/deliver/no-store", test_no_store);
	g_test_add_func("/deliver/submit", test_submit);
	g_test_add_func("/deliver/submit-failures", test_submit_failures);
	registry = sieve_registry_new(sieve_extensions());
	int status = g_test_run();
	sieve_registry_free(registry);
	return status;
}
