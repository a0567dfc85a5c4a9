/* SPDX-License-Identifier: MIT */
/* svtest-mailbox.c - test_message, test_mailbox_*, test_imap_metadata_set: the store and what was sent */

#include <inttypes.h>
#include <string.h>

#include "engine/deliver/mailbox-metadata.h"
#include "engine/deliver/mailbox-name.h"
#include "engine/deliver/maildir.h"
#include "engine/doorstep/files.h"
#include "engine/doorstep/svtest-commands.h"

static void
check_folder(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	if (!g_utf8_validate(value.ptr, (gssize)value.len, NULL))
		sieve_check_error(check, arg, NULL, "the folder's name is no UTF-8 text");
}

/* --- test_message ----------------------------------------------------------------------------- */

enum { MESSAGE_SMTP, MESSAGE_FOLDER, MESSAGE_INDEX };

/* Usage: test_message (:smtp / :folder <name: string>) <index: number> */
const SieveArgDef svtest_message_args[] = {
	[MESSAGE_SMTP] = {.type = SIEVE_ARG_TAG,
		.name = "smtp",
		.group = "source",
		.flags = SIEVE_ARG_REQUIRED},
	[MESSAGE_FOLDER] = {.type = SIEVE_ARG_TAG,
		.name = "folder",
		.value = SIEVE_ARG_STRING,
		.group = "source",
		.flags = SIEVE_ARG_REQUIRED,
		.check = check_folder},
	[MESSAGE_INDEX] = {.type = SIEVE_ARG_NUMBER, .name = "index"},
	{.type = SIEVE_ARG_END},
};

static SieveBytes
keep_bytes(SieveRun *run, GBytes *bytes)
{
	return sieve_arena_copy(sieve_run_arena(run), doorstep_file_bytes(bytes));
}

static const SieveDeliverBy *
keep_by(SieveRun *run, const SieveDeliverBy *by)
{
	SieveDeliverBy *kept = sieve_arena_new_array(sieve_run_arena(run), SieveDeliverBy, 1);

	*kept = *by;
	return kept;
}

/* @text: (nullable) */
static SieveBytes
keep_text(SieveArena *arena, const char *text)
{
	if (text == NULL)
		return (SieveBytes){NULL, 0};
	return sieve_arena_copy(arena, sieve_bytes_from_string(text));
}

static bool
use_sent(SieveRun *run, uint64_t index)
{
	Svtest *svtest = sieve_run_host(run);

	if (index >= svtest->sent->len)
		return false;
	const SvtestSent *sent = g_ptr_array_index(svtest->sent, index);
	svtest_set_message(svtest, run, keep_bytes(run, sent->message));
	SieveArena *arena = sieve_run_arena(run);
	SieveEnvelope envelope = *sieve_run_envelope(run);
	envelope.from = sieve_bytes_from_string(sieve_arena_strdup(arena, sent->from));
	envelope.to = sieve_bytes_from_string(sieve_arena_strdup(arena, sent->to));
	envelope.orig_to = envelope.to;
	envelope.notify = keep_text(arena, sent->notify);
	envelope.ret = keep_text(arena, sent->ret);
	envelope.by = sent->has_by ? keep_by(run, &sent->by) : NULL;
	sieve_run_set_envelope(run, &envelope);
	return true;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
	/* The names that delivery gives begin with numbers that grow: seconds, microseconds. */
	return strverscmp(strrchr(*(char *const *)a, '/'), strrchr(*(char *const *)b, '/'));
}

/* The files of a folder in the order of their arrival. Those with flags are in cur/. */
static GPtrArray *
sorted_files(const char *folder)
{
	static const char *const parts[] = {"new", "cur"};
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		g_autofree char *part = g_build_filename(folder, parts[i], NULL);
		g_autoptr(GDir) dir = g_dir_open(part, 0, NULL);
		while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
			g_ptr_array_add(names, g_build_filename(part, name, NULL));
	}
	g_ptr_array_sort(names, compare_names);
	return names;
}

/* (nullable) the folder of a mailbox in the store, when it is there. */
static char *
find_folder(Svtest *svtest, SieveBytes mailbox)
{
	const char *root = svtest_maildir(svtest, NULL);
	g_autoptr(SieveMaildir) maildir =
		root == NULL ? NULL : sieve_maildir_open(root, NULL, NULL);

	if (maildir == NULL || !sieve_maildir_has(maildir, mailbox))
		return NULL;
	g_autofree char *name = sieve_mailbox_name_to_folder(mailbox);
	return g_build_filename(root, name, NULL);
}

static bool
use_stored(SieveRun *run, SieveBytes mailbox, uint64_t index)
{
	Svtest *svtest = sieve_run_host(run);
	g_autofree char *folder = find_folder(svtest, mailbox);

	if (folder == NULL) {
		svtest_set_default_message(svtest, run);
		return false;
	}
	g_autoptr(GPtrArray) files = sorted_files(folder);
	if (index >= files->len)
		return false;
	g_autoptr(GBytes) stored = doorstep_file_read(g_ptr_array_index(files, index), NULL);
	if (stored != NULL)
		svtest_set_message(svtest, run, keep_bytes(run, stored));
	return stored != NULL;
}

SVTEST_TEST(svtest_message_test_run)
{
	uint64_t index = sieve_args_number(args, MESSAGE_INDEX);

	(void)error;
	if (sieve_args_has(args, MESSAGE_SMTP))
		*ret_outcome = use_sent(run, index);
	else
		*ret_outcome =
			use_stored(run, sieve_args_string(run, args, MESSAGE_FOLDER), index);
	return true;
}

SVTEST_COMMAND(svtest_message_command_run)
{
	uint64_t index = sieve_args_number(args, MESSAGE_INDEX);
	g_autofree char *reason = NULL;
	bool found;

	if (!svtest_message_test_run(run, args, &found, error))
		return false;
	if (found)
		return true;
	if (sieve_args_has(args, MESSAGE_SMTP)) {
		reason = g_strdup_printf("no outgoing SMTP message with index %" PRIu64, index);
	} else {
		g_autofree char *folder =
			sieve_bytes_escape(sieve_args_string(run, args, MESSAGE_FOLDER), 200);
		reason = g_strdup_printf(
			"no message in folder '%s' with index %" PRIu64, folder, index);
	}
	return svtest_fail(run, sieve_bytes_from_string(reason), error);
}

SVTEST_COMMAND(svtest_message_print_run)
{
	g_autofree char *header = sieve_bytes_dup(sieve_message_header(sieve_run_message(run)));
	g_autofree char *body = sieve_bytes_dup(sieve_message_body(sieve_run_message(run)));
	g_autofree char *raw = g_strconcat(header, body, NULL);
	g_auto(GStrv) lines = g_strsplit(raw, "\n", -1);

	(void)args;
	(void)error;
	for (size_t i = 0; lines[i] != NULL && (lines[i + 1] != NULL || *lines[i] != '\0'); i++) {
		g_autofree char *shown =
			sieve_bytes_escape(sieve_bytes_from_string(g_strchomp(lines[i])), 500);
		g_autofree char *line = g_strconcat(shown, "\n", NULL);
		test_report_comment(line);
	}
	return true;
}

/* --- test_mailbox_create, test_mailbox_delete ------------------------------------------------- */

enum { MAILBOX_NAME };

/* Usage: test_mailbox_create <name: string>; test_mailbox_delete likewise */
const SieveArgDef svtest_mailbox_args[] = {
	[MAILBOX_NAME] = {.type = SIEVE_ARG_STRING, .name = "name", .check = check_folder},
	{.type = SIEVE_ARG_END},
};

/* One that cannot be made is passed over: the test will see that it is not there. */
SVTEST_COMMAND(svtest_mailbox_create_run)
{
	g_autoptr(GError) problem = NULL;
	const char *root = svtest_maildir(sieve_run_host(run), &problem);
	g_autoptr(SieveMaildir) maildir =
		root == NULL ? NULL : sieve_maildir_open(root, NULL, &problem);

	(void)error;
	if (maildir == NULL || !sieve_maildir_create(maildir,
				       sieve_args_string(run, args, MAILBOX_NAME), &problem))
		test_report_comment(problem->message);
	return true;
}

SVTEST_COMMAND(svtest_mailbox_delete_run)
{
	(void)args;
	return svtest_fail(run, SIEVE_BYTES("mailboxes cannot be deleted"), error);
}

/* --- test_imap_metadata_set ------------------------------------------------------------------- */

enum { METADATA_MAILBOX, METADATA_ANNOTATION, METADATA_VALUE };

/* Usage: test_imap_metadata_set [:mailbox <name: string>] <annotation: string> <value: string> */
const SieveArgDef svtest_metadata_args[] = {
	[METADATA_MAILBOX] = {.type = SIEVE_ARG_TAG,
		.name = "mailbox",
		.value = SIEVE_ARG_STRING,
		.check = check_folder},
	[METADATA_ANNOTATION] = {.type = SIEVE_ARG_STRING, .name = "annotation"},
	[METADATA_VALUE] = {.type = SIEVE_ARG_STRING, .name = "value"},
	{.type = SIEVE_ARG_END},
};

SVTEST_COMMAND(svtest_metadata_run)
{
	const char *root = svtest_maildir(sieve_run_host(run), error);
	SieveBytes mailbox = {NULL, 0};

	if (sieve_args_has(args, METADATA_MAILBOX))
		mailbox = sieve_args_string(run, args, METADATA_MAILBOX);
	return root != NULL && sieve_metadata_set(root, mailbox,
				       sieve_args_string(run, args, METADATA_ANNOTATION),
				       sieve_args_string(run, args, METADATA_VALUE), error);
}
