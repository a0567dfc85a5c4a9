/* SPDX-License-Identifier: MIT */
/* test.c - `doorstep test`: runs script tests, or a suite of sample mails; prints TAP */

#include "engine/doorstep/colour.h"
#include "engine/doorstep/coverage.h"
#include "engine/doorstep/suite.h"
#include "engine/doorstep/svtest.h"
#include "engine/doorstep/verb.h"

#include <string.h>
#include <unistd.h>

static const DoorstepHelp help = {
	.operands = "FILE.svtest|DIR... | --script SCRIPT MAILS/...",
	.summary = "Runs script tests, or a script on sample mails, and prints TAP.",
	.examples = "  doorstep test t/                               every .svtest below t/\n"
		    "  doorstep test --script my.sieve samples/       X.eml must give X.expect\n"
		    "  doorstep test --script my.sieve --bless samples/\n"
		    "  doorstep test --script my.sieve --coverage samples/\n"
		    "                                                 and which rules no mail reached\n",
};

typedef struct TestOptions {
	DoorstepRunOptions run;
	char *script;
	gboolean bless;
	gboolean want_coverage;
	char *junit;
	SvtestSetup setup;
} TestOptions;

static int
compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Every .svtest below @folder, in the order of their names. */
static bool
test_folder(TestOptions *options, const char *folder, GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
	g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	if (dir == NULL)
		return false;
	while ((name = g_dir_read_name(dir)) != NULL)
		g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
	g_ptr_array_sort(paths, compare_names);
	for (size_t i = 0; i < paths->len; i++) {
		const char *path = g_ptr_array_index(paths, i);
		if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
			if (!test_folder(options, path, error))
				return false;
		} else if (g_str_has_suffix(path, ".svtest")) {
			svtest_run_file(&options->setup, path);
		}
	}
	return true;
}

static bool
test_operand(TestOptions *options, const SieveProgram *program, const char *path, GError **error)
{
	if (program != NULL)
		return suite_run(
			program, path, &options->run, options->bless, options->setup.report, error);
	if (g_file_test(path, G_FILE_TEST_IS_DIR))
		return test_folder(options, path, error);
	svtest_run_file(&options->setup, path);
	return true;
}

/* (transfer container) all known extensions and the test language itself. */
static const SieveExtension **
make_extensions(void)
{
	const SieveExtension *const *known = sieve_extensions();
	size_t count = 0;

	while (known[count] != NULL)
		count++;
	const SieveExtension **extensions = g_new0(const SieveExtension *, count + 2);
	memcpy(extensions, known, count * sizeof(*extensions));
	extensions[count] = &sieve_ext_testsuite;
	return extensions;
}

/* What was never reached, as TAP comments. */
static void
print_coverage(const DoorstepCoverage *coverage)
{
	g_autofree char *text = doorstep_coverage_print(coverage);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; *lines[i] != '\0'; i++)
		g_print("# %s\n", lines[i]);
}

static void
start_coverage(TestOptions *options)
{
	options->setup.coverage = doorstep_coverage_new();
	options->run.trace = doorstep_coverage_trace(options->setup.coverage);
	options->run.texts = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
}

static int
test_operands(TestOptions *options, int argc, char **argv)
{
	g_autoptr(SieveProgram) program = NULL;
	g_autoptr(GError) error = NULL;
	int code = DOORSTEP_EXIT_OK;

	if (options->script != NULL) {
		program = doorstep_run_compile(
			options->setup.registry, options->script, &options->run, &code);
		if (program == NULL)
			return code;
		if (options->setup.coverage != NULL)
			doorstep_coverage_add(options->setup.coverage, program, options->run.texts);
	}
	for (int i = 1; i < argc; i++)
		if (!test_operand(options, program, argv[i], &error))
			return doorstep_usage_error("%s", error->message);
	test_report_print_plan(options->setup.report);
	if (options->setup.coverage != NULL)
		print_coverage(options->setup.coverage);
	if (options->junit != NULL &&
		!test_report_write_junit(options->setup.report, options->junit, &error))
		return doorstep_usage_error("%s", error->message);
	return test_report_count_failed(options->setup.report) > 0 ? DOORSTEP_EXIT_PROBLEM
							      : DOORSTEP_EXIT_OK;
}

static int
test_all(TestOptions *options, int argc, char **argv)
{
	g_autofree const SieveExtension **extensions = make_extensions();
	bool colour;

	if (argc < 2)
		return doorstep_usage_error("nothing to test; see --help");
	if (options->bless && options->script == NULL)
		return doorstep_usage_error("--bless goes with --script");
	if (!doorstep_colour_choose(options->run.color, STDOUT_FILENO, &colour) ||
		!doorstep_settings_load(&options->run.settings, sieve_extensions()))
		return DOORSTEP_EXIT_USAGE;
	g_autoptr(SieveRegistry) registry = sieve_registry_new(extensions);
	g_autoptr(TestReport) report = test_report_new(colour);
	options->setup = (SvtestSetup){
		.registry = registry,
		.settings = options->run.settings.values,
		.report = report,
	};
	if (options->want_coverage)
		start_coverage(options);
	return test_operands(options, argc, argv);
}

int
doorstep_test(int argc, char **argv)
{
	TestOptions options = {0};
	const GOptionEntry entries[] = {
		{"script", 's', 0, G_OPTION_ARG_FILENAME, &options.script,
			"run this script on sample mails", "SCRIPT"},
		{"bless", 0, 0, G_OPTION_ARG_NONE, &options.bless,
			"write what the script does as what is expected", NULL},
		{"coverage", 0, 0, G_OPTION_ARG_NONE, &options.want_coverage,
			"say which rules no test reached", NULL},
		{"junit", 0, 0, G_OPTION_ARG_FILENAME, &options.junit,
			"write the results to this file too, as JUnit XML", "FILE"},
		{"envelope-from", 'f', 0, G_OPTION_ARG_STRING, &options.run.envelope_from,
			"with --script: sender", "ADDRESS"},
		{"envelope-to", 't', 0, G_OPTION_ARG_STRING, &options.run.envelope_to,
			"with --script: recipient", "ADDRESS"},
		{"remote-ip", 0, 0, G_OPTION_ARG_STRING, &options.run.remote_ip,
			"with --script: address of the client", "IP"},
		{"include-dir", 'I', 0, G_OPTION_ARG_FILENAME, &options.run.include_dir,
			"with --script: where include :personal looks", "DIR"},
		{"global-dir", 'G', 0, G_OPTION_ARG_FILENAME, &options.run.global_dir,
			"with --script: where include :global looks", "DIR"},
		{"color", 0, 0, G_OPTION_ARG_STRING, &options.run.color, DOORSTEP_COLOUR_HELP,
			"WHEN"},
		DOORSTEP_SETTING_OPTIONS(options.run.settings),
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int code = DOORSTEP_EXIT_USAGE;

	if (doorstep_options(&help, entries, &argc, &argv))
		code = test_all(&options, argc, argv);
	doorstep_run_options_clear(&options.run);
	doorstep_coverage_free(options.setup.coverage);
	g_free(options.script);
	g_free(options.junit);
	return code;
}
