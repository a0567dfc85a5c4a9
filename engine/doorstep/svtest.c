/* SPDX-License-Identifier: MIT */
/* svtest.c - runs one script test file: messages, inner scripts, results, TAP */

#include "engine/doorstep/svtest.h"

#include "engine/bytes.h"
#include "engine/deliver/mailbox-name.h"
#include "engine/diag.h"
#include "engine/doorstep/files.h"

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
	g_ptr_array_unref(svtest->messages);
	g_ptr_array_unref(svtest->programs);
	g_ptr_array_unref(svtest->errors);
	g_ptr_array_unref(svtest->sent);
	sieve_arena_free(svtest->arena);
}

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

static void
init_scripts(const Svtest *svtest, DoorstepScripts *scripts)
{
	scripts->personal = g_build_filename(svtest->folder, "included", NULL);
	scripts->global = g_build_filename(svtest->folder, "included-global", NULL);
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
collect_errors(GPtrArray *errors, const SieveDiagList *diags)
{
	bool parsed = true;

	for (size_t i = 0; i < sieve_diag_list_count(diags); i++)
		parsed = parsed && !is_of_parser(sieve_diag_list_get(diags, i));
	for (size_t i = 0; i < sieve_diag_list_count(diags); i++) {
		const SieveDiag *diag = sieve_diag_list_get(diags, i);
		if (diag->level == SIEVE_DIAG_ERROR && (parsed || is_of_parser(diag)))
			g_ptr_array_add(errors, g_strdup(diag->message));
	}
	if (errors->len > 0)
		g_ptr_array_add(errors, g_strdup("the script is not valid"));
}

bool
svtest_compile(Svtest *svtest, SieveBytes path)
{
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autofree char *name = sieve_bytes_dup(path);
	g_autofree char *file = g_build_filename(svtest->folder, name, NULL);
	g_autoptr(GError) error = NULL;
	g_auto(DoorstepScripts) scripts = {0};

	g_ptr_array_set_size(svtest->errors, 0);
	init_scripts(svtest, &scripts);
	SieveProgram *program =
		doorstep_compile_file(svtest->registry, file, &scripts, diags, &error);
	collect_errors(svtest->errors, diags);
	if (error != NULL)
		g_ptr_array_add(svtest->errors, g_strdup(error->message));
	if (program == NULL)
		return false;
	g_ptr_array_add(svtest->programs, program);
	svtest->compiled = program;
	return true;
}

static bool
catch_sent(SieveBytes from, SieveBytes to, SieveBytes message, void *user_data,
	GError **error G_GNUC_UNUSED)
{
	Svtest *svtest = user_data;
	SvtestSent *sent = g_new(SvtestSent, 1);

	sent->from = sieve_bytes_dup(from);
	sent->to = sieve_bytes_dup(to);
	sent->message = g_bytes_new(message.ptr, message.len);
	g_ptr_array_add(svtest->sent, sent);
	return true;
}

bool
svtest_execute(Svtest *svtest, SieveRun *run)
{
	SieveResult rest = *sieve_run_result(run);
	g_autoptr(GError) error = NULL;
	g_auto(SieveReceipt) receipt = {0};

	g_ptr_array_set_size(svtest->errors, 0);
	if (svtest->maildir == NULL)
		svtest->maildir = g_dir_make_tmp("doorstep-test.XXXXXX", &error);
	if (svtest->maildir == NULL) {
		g_ptr_array_add(svtest->errors, g_strdup(error->message));
		return false;
	}
	SieveDeliverOptions options = {
		.maildir = svtest->maildir,
		.submit = catch_sent,
		.submit_data = svtest,
		.refuse = SIEVE_REFUSE_BY_MAIL,
	};
	rest.actions += svtest->n_executed;
	rest.n_actions -= svtest->n_executed;
	svtest->n_executed = sieve_run_result(run)->n_actions;
	bool delivered = sieve_deliver(&rest, sieve_run_message(run), sieve_run_envelope(run),
		&options, &receipt, &error);
	const char *problem = delivered ? receipt.problem : error->message;
	if (problem != NULL)
		g_ptr_array_add(svtest->errors, g_strdup(problem));
	return problem == NULL;
}

static int
compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The files of a folder, sorted: the names that delivery gives sort in the order of arrival. */
static GPtrArray *
sorted_files(const char *folder)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
	const char *name;

	while (dir != NULL && (name = g_dir_read_name(dir)) != NULL)
		g_ptr_array_add(names, g_build_filename(folder, name, NULL));
	g_ptr_array_sort(names, compare_names);
	return names;
}

GBytes *
svtest_stored(Svtest *svtest, SieveBytes mailbox, uint64_t index)
{
	if (svtest->maildir == NULL || sieve_mailbox_name_check(mailbox) != NULL)
		return NULL;
	g_autofree char *name = sieve_mailbox_name_to_folder(mailbox);
	g_autofree char *folder = g_build_filename(svtest->maildir, name, "new", NULL);
	g_autoptr(GPtrArray) files = sorted_files(folder);
	if (index >= files->len)
		return NULL;
	return doorstep_file_read(g_ptr_array_index(files, index), NULL);
}

void
svtest_report(Svtest *svtest)
{
	bool failed = svtest->failure != NULL;

	svtest->n_tests++;
	svtest->n_failed += failed;
	/* In a TAP description a `#` begins a directive. */
	g_strdelimit(svtest->name, "#", '.');
	g_print("%sok %u - %s\n", failed ? "not " : "", svtest->n_tests, svtest->name);
	if (failed)
		g_print("# %s\n", svtest->failure);
	g_clear_pointer(&svtest->name, g_free);
	g_clear_pointer(&svtest->failure, g_free);
}

/* Something that ended the whole file counts as one test that failed. */
static void
report_broken(Svtest *svtest, const char *what, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	g_free(svtest->name);
	svtest->name = g_strdup(what);
	svtest->failure = g_strdup(lines[0]);
	svtest_report(svtest);
	for (size_t i = 1; lines[0] != NULL && lines[i] != NULL; i++)
		if (*lines[i] != '\0')
			g_print("# %s\n", lines[i]);
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
	};

	input.envelope.auth = sieve_bytes_from_string(g_get_user_name());
	if (!sieve_run_hosted(program, &input, svtest, &result, &error))
		report_broken(svtest, "the file runs", error->message);
}

void
svtest_run_file(const SieveRegistry *registry, const char *path, unsigned *n_tests,
	unsigned *n_failed)
{
	g_autofree char *absolute = g_canonicalize_filename(path, NULL);
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(GError) error = NULL;
	g_auto(DoorstepScripts) scripts = {0};
	Svtest svtest = {
		.registry = registry,
		.folder = g_path_get_dirname(absolute),
		.arena = sieve_arena_new(),
		.messages = g_ptr_array_new_with_free_func((GDestroyNotify)sieve_message_free),
		.programs = g_ptr_array_new_with_free_func((GDestroyNotify)sieve_program_unref),
		.errors = g_ptr_array_new_with_free_func(g_free),
		.sent = g_ptr_array_new_with_free_func(free_sent),
		.n_tests = *n_tests,
		.n_failed = *n_failed,
	};

	g_print("# %s\n", path);
	init_scripts(&svtest, &scripts);
	g_autoptr(SieveProgram) program =
		doorstep_compile_file(registry, path, &scripts, diags, &error);
	g_autofree char *mistakes = sieve_diag_list_print(diags, false);
	if (program != NULL)
		run_program(&svtest, program);
	else
		report_broken(&svtest, "the file compiles", error == NULL ? mistakes : error->message);
	*n_tests = svtest.n_tests;
	*n_failed = svtest.n_failed;
	clear(&svtest);
}
