/* SPDX-License-Identifier: MIT */
/* svtest.c - runs one script test file: its message, its scripts, its store, its report */

#include "engine/doorstep/svtest.h"

#include "engine/bytes.h"
#include "engine/deliver/maildir.h"
#include "engine/diag.h"
#include "engine/doorstep/files.h"
#include "engine/settings.h"

#include <glib/gstdio.h>
#include <string.h>

static const char default_message[] =
	"From: sender@example.com\r\n"
	"To: recipient@example.org\r\n"
	"Subject: Frop!\r\n"
	"\r\n"
	"Friep!\r\n";

static void
free_sent(gpointer data)
{
	SvtestSent *sent = data;

	g_free(sent->from);
	g_free(sent->to);
	g_bytes_unref(sent->message);
	g_free(sent->notify);
	g_free(sent->ret);
	g_free(sent);
}

/* Removes a folder and what is in it; symbolic links are not followed. */
static void
remove_tree(const char *path)
{
	g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
		g_autofree char *child = g_build_filename(path, name, NULL);
		if (g_file_test(child, G_FILE_TEST_IS_DIR) &&
			!g_file_test(child, G_FILE_TEST_IS_SYMLINK))
			remove_tree(child);
		else
			g_unlink(child);
	}
	g_rmdir(path);
}

static void
clear(Svtest *svtest)
{
	if (svtest->maildir != NULL)
		remove_tree(svtest->maildir);
	g_free(svtest->maildir);
	g_free(svtest->folder);
	g_free(svtest->name);
	g_free(svtest->failure);
	g_hash_table_unref(svtest->overrides);
	g_hash_table_unref(svtest->binaries);
	g_ptr_array_unref(svtest->messages);
	g_ptr_array_unref(svtest->programs);
	g_ptr_array_unref(svtest->errors);
	g_ptr_array_unref(svtest->sent);
	sieve_settings_free(svtest->settings);
	sieve_arena_free(svtest->arena);
}

/* --- Messages --------------------------------------------------------------------------------- */

static SieveMessage *
add_message(Svtest *svtest, SieveBytes raw)
{
	SieveMessage *message = sieve_message_new(raw);

	g_ptr_array_add(svtest->messages, message);
	return message;
}

void
svtest_set_message(Svtest *svtest, SieveRun *run, SieveBytes raw)
{
	const SieveMessage *message = add_message(svtest, raw);
	SieveEnvelope envelope = doorstep_envelope_from_header(message, sieve_run_arena(run));

	envelope.auth = sieve_bytes_from_string(g_get_user_name());
	sieve_run_set_message(run, message);
	sieve_run_set_envelope(run, &envelope);
}

void
svtest_set_default_message(Svtest *svtest, SieveRun *run)
{
	svtest_set_message(svtest, run, sieve_bytes_from_string(default_message));
}

/* --- Scripts ---------------------------------------------------------------------------------- */

static void
init_scripts(const Svtest *svtest, DoorstepScripts *scripts)
{
	scripts->personal = g_build_filename(svtest->folder, "included", NULL);
	scripts->global = g_build_filename(svtest->folder, "included-global", NULL);
	scripts->settings = svtest->settings;
}

void
svtest_clear_errors(Svtest *svtest)
{
	g_ptr_array_set_size(svtest->errors, 0);
}

void
svtest_add_error(Svtest *svtest, const char *message)
{
	g_ptr_array_add(svtest->errors, g_strdup(message));
}

static bool
is_of_parser(const SieveDiag *diag)
{
	return strcmp(diag->rule, sieve_diag_rules[SIEVE_RULE_SYNTAX].name) == 0 ||
	       strcmp(diag->rule, sieve_diag_rules[SIEVE_RULE_LIMIT].name) == 0;
}

/* The errors as the test language counts them: each one found, and a last one that says so. Those of
 * the checker count only in a script that parses. */
static void
collect_errors(Svtest *svtest, const SieveDiagList *diags)
{
	bool parsed = true;

	for (size_t i = 0; i < sieve_diag_list_count(diags); i++)
		parsed = parsed && !is_of_parser(sieve_diag_list_get(diags, i));
	for (size_t i = 0; i < sieve_diag_list_count(diags); i++) {
		const SieveDiag *diag = sieve_diag_list_get(diags, i);
		if (diag->level == SIEVE_DIAG_ERROR && (parsed || is_of_parser(diag)))
			svtest_add_error(svtest, diag->message);
	}
	if (sieve_diag_list_count_errors(diags) > 0)
		svtest_add_error(svtest, "parsing or validation of the script failed");
}

SieveProgram *
svtest_compile(Svtest *svtest, SieveBytes path)
{
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autofree char *name = sieve_bytes_dup(path);
	g_autofree char *file = g_canonicalize_filename(name, svtest->folder);
	g_autoptr(GError) error = NULL;
	g_auto(DoorstepScripts) scripts = {0};

	init_scripts(svtest, &scripts);
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	scripts.texts = texts;
	SieveProgram *program =
		doorstep_compile_file(svtest->setup->registry, file, &scripts, diags, &error);
	collect_errors(svtest, diags);
	if (error != NULL)
		svtest_add_error(svtest, error->message);
	if (program == NULL)
		return NULL;
	g_ptr_array_add(svtest->programs, program);
	if (svtest->setup->coverage != NULL)
		doorstep_coverage_add(svtest->setup->coverage, program, texts);
	return program;
}

/* --- The store -------------------------------------------------------------------------------- */

static bool
make_inbox(const char *root, GError **error)
{
	g_autoptr(SieveMaildir) maildir = sieve_maildir_open(root, NULL, error);

	return maildir != NULL && sieve_maildir_create(maildir, SIEVE_BYTES("INBOX"), error);
}

const char *
svtest_maildir(Svtest *svtest, GError **error)
{
	if (svtest->maildir == NULL) {
		svtest->maildir = g_dir_make_tmp("doorstep-test.XXXXXX", error);
		if (svtest->maildir == NULL || !make_inbox(svtest->maildir, error))
			return NULL;
	}
	return svtest->maildir;
}

static bool
catch_sent(const SieveSubmission *submission, void *user_data, GError **error G_GNUC_UNUSED)
{
	Svtest *svtest = user_data;
	SvtestSent *sent = g_new0(SvtestSent, 1);
	const SieveSmtpParameters *parameters = &submission->parameters;

	sent->from = sieve_bytes_dup(submission->from);
	sent->to = sieve_bytes_dup(submission->to);
	sent->message = g_bytes_new(submission->message.ptr, submission->message.len);
	if (parameters->notify.ptr != NULL)
		sent->notify = sieve_bytes_dup(parameters->notify);
	if (parameters->ret.ptr != NULL)
		sent->ret = sieve_bytes_dup(parameters->ret);
	sent->has_by = parameters->by != NULL;
	if (sent->has_by)
		sent->by = *parameters->by;
	g_ptr_array_add(svtest->sent, sent);
	return true;
}

bool
svtest_deliver(Svtest *svtest, SieveRun *run, const SieveResult *result)
{
	g_autoptr(GError) error = NULL;
	g_auto(SieveReceipt) receipt = {0};
	SieveDeliverOptions options = {
		.maildir = svtest_maildir(svtest, &error),
		.submit = catch_sent,
		.submit_data = svtest,
		.refuse = SIEVE_REFUSE_BY_MAIL,
	};
	const char *problem = NULL;

	if (options.maildir != NULL && sieve_deliver(result, sieve_run_message(run),
					       sieve_run_envelope(run), &options, &receipt, &error))
		problem = receipt.problem;
	else
		problem = error->message;
	if (problem != NULL)
		svtest_add_error(svtest, problem);
	return problem == NULL;
}

/* --- The report ------------------------------------------------------------------------------- */

void
svtest_report(Svtest *svtest)
{
	test_report_end_test(svtest->setup->report, svtest->name, svtest->failure);
	g_clear_pointer(&svtest->name, g_free);
	g_clear_pointer(&svtest->failure, g_free);
}

/* Something that ended the whole file counts as one test that failed: the one that was being run. */
static void
report_broken(Svtest *svtest, const char *what, const char *text)
{
	if (svtest->name == NULL)
		svtest->name = g_strdup(what);
	g_free(svtest->failure);
	svtest->failure = g_strchomp(g_strdup(text));
	svtest_report(svtest);
}

static const char *
environment_item(const char *item, void *user_data G_GNUC_UNUSED)
{
	static const char *const items[][2] = {
		{"name", "Pigeonhole Sieve"},
		{"location", "MS"},
		{"phase", "post"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(items); i++)
		if (strcmp(items[i][0], item) == 0)
			return items[i][1];
	return NULL;
}

static void
run_program(Svtest *svtest, const SieveProgram *program)
{
	const SieveMessage *message =
		add_message(svtest, sieve_bytes_from_string(default_message));
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) error = NULL;
	SieveRunInput input = {
		.message = message,
		.envelope = doorstep_envelope_from_header(message, svtest->arena),
		.environment = environment_item,
		.maildir = svtest_maildir(svtest, &error),
	};
	DoorstepCoverage *coverage = svtest->setup->coverage;

	if (coverage != NULL)
		input.trace = doorstep_coverage_trace(coverage);
	input.envelope.auth = sieve_bytes_from_string(g_get_user_name());
	if (input.maildir == NULL || !sieve_run_hosted(program, &input, svtest, &result, &error))
		report_broken(svtest, "the file runs", error->message);
}

static void
run_file(Svtest *svtest, const char *path)
{
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(GError) error = NULL;
	g_auto(DoorstepScripts) scripts = {0};

	init_scripts(svtest, &scripts);
	g_autoptr(SieveProgram) program =
		doorstep_compile_file(svtest->setup->registry, path, &scripts, diags, &error);
	g_autofree char *mistakes = sieve_diag_list_print(diags, false);
	if (program != NULL)
		run_program(svtest, program);
	else
		report_broken(svtest, "the file compiles", error == NULL ? mistakes : error->message);
}

void
svtest_run_file(const SvtestSetup *setup, const char *path)
{
	g_autofree char *absolute = g_canonicalize_filename(path, NULL);
	Svtest svtest = {
		.setup = setup,
		.settings = sieve_settings_new(sieve_extensions()),
		.overrides = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
		.folder = g_path_get_dirname(absolute),
		.arena = sieve_arena_new(),
		.messages = g_ptr_array_new_with_free_func((GDestroyNotify)sieve_message_free),
		.programs = g_ptr_array_new_with_free_func((GDestroyNotify)sieve_program_unref),
		.binaries = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.errors = g_ptr_array_new_with_free_func(g_free),
		.sent = g_ptr_array_new_with_free_func(free_sent),
	};

	sieve_settings_reset(svtest.settings, setup->settings);
	test_report_begin_suite(setup->report, path, true);
	run_file(&svtest, path);
	clear(&svtest);
}
