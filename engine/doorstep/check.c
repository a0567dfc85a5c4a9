/* SPDX-License-Identifier: MIT */
/* check.c - `doorstep check`: tells the mistakes in scripts */

#include "engine/bytes.h"
#include "engine/doorstep/checked.h"
#include "engine/doorstep/colour.h"
#include "engine/doorstep/files.h"
#include "engine/doorstep/settings.h"
#include "engine/doorstep/verb.h"
#include "engine/dump.h"
#include "engine/libsieve.h"
#include "engine/registry.h"
#include "engine/settings.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const DoorstepHelp help = {
	.operands = "SCRIPT...",
	.summary = "Tells the mistakes in Sieve scripts: line, column, and what to do about them.",
	.examples = "  doorstep check my.sieve\n"
		    "  doorstep check --strict *.sieve             warnings are problems as well\n"
		    "  doorstep check --owner me@example.com my.sieve\n"
		    "  doorstep check --format=json - <my.sieve    for an editor\n"
		    "  doorstep check --dump my.sieve              what it is compiled to\n"
		    "  doorstep check --capabilities               what `require` may name\n"
		    "  doorstep check --settings                   limits and what else can be set\n",
};

/* What is printed once all scripts have been looked at; text goes out script by script. */
typedef struct Format {
	const char *name;
	char *(*print)(const GPtrArray *scripts);
} Format;

static const Format formats[] = {
	{"text", NULL},
	{"json", doorstep_checked_json},
	{"sarif", doorstep_checked_sarif},
};

typedef struct CheckOptions {
	char *format_name;
	char *include_dir;
	char *global_dir;
	char *color;
	char **owner;
	gboolean strict;
	gboolean dump;
	gboolean capabilities;
	gboolean list_settings;
	const Format *format;
	bool colour;
	DoorstepSettings settings;
	SieveRegistry *registry;
	GPtrArray *scripts; /* of DoorstepChecked */
} CheckOptions;

static void
clear_options(CheckOptions *options)
{
	g_free(options->format_name);
	g_free(options->include_dir);
	g_free(options->global_dir);
	g_free(options->color);
	g_strfreev(options->owner);
	doorstep_settings_clear(&options->settings);
	g_clear_pointer(&options->registry, sieve_registry_free);
	g_clear_pointer(&options->scripts, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(CheckOptions, clear_options)

static void
free_checked(gpointer data)
{
	DoorstepChecked *checked = data;

	g_free(checked->path);
	g_free(checked->reason);
	sieve_diag_list_free(checked->diags);
	g_free(checked);
}

static size_t
count_level(const SieveDiagList *diags, SieveDiagLevel level)
{
	size_t count = 0;

	for (size_t i = 0; i < sieve_diag_list_count(diags); i++)
		count += sieve_diag_list_get(diags, i)->level == level ? 1 : 0;
	return count;
}

/* Hosts with libsieve run scripts of the base language; the other engine was asked itself. */
static void
print_verdict(const DoorstepChecked *checked)
{
	size_t n_warnings = count_level(checked->diags, SIEVE_DIAG_WARNING);

	if (n_warnings == 0)
		printf("%s: no mistakes; ", checked->path);
	else
		printf("%s: no errors, %zu warning%s; ", checked->path, n_warnings,
			n_warnings == 1 ? "" : "s");
	if (checked->reason == NULL)
		printf("portable to libsieve\n");
	else
		printf("not portable to libsieve: %s\n", checked->reason);
}

static void
print_text(const CheckOptions *options, const DoorstepChecked *checked, const SieveProgram *program)
{
	g_autofree char *mistakes = sieve_diag_list_print(checked->diags, options->colour);

	fputs(mistakes, stdout);
	if (!checked->valid)
		return;
	print_verdict(checked);
	if (options->dump) {
		g_autofree char *listing = sieve_program_dump(program);
		fputs(listing, stdout);
	}
}

static int
check_script(CheckOptions *options, const char *path)
{
	g_auto(DoorstepScripts) scripts = {
		.advise = true, .owner = (const char *const *)options->owner};
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = doorstep_file_read(path, &error);

	if (bytes == NULL)
		return doorstep_usage_error("%s", error->message);
	SieveBytes text = doorstep_file_bytes(bytes);
	DoorstepChecked *checked = g_new0(DoorstepChecked, 1);
	checked->path = g_strdup(path);
	checked->diags = sieve_diag_list_new();
	g_ptr_array_add(options->scripts, checked);
	doorstep_scripts_init(&scripts, path, options->include_dir, options->global_dir);
	scripts.settings = options->settings.values;
	g_autoptr(SieveProgram) program =
		doorstep_compile_text(options->registry, path, text, &scripts, checked->diags);
	checked->valid = program != NULL;
	if (program != NULL)
		(void)sieve_libsieve_check(text, &checked->reason);
	if (options->format->print == NULL)
		print_text(options, checked, program);
	if (options->strict && count_level(checked->diags, SIEVE_DIAG_WARNING) > 0)
		return DOORSTEP_EXIT_PROBLEM;
	return program == NULL ? DOORSTEP_EXIT_PROBLEM : DOORSTEP_EXIT_OK;
}

static void
print_capabilities(const SieveRegistry *registry)
{
	for (unsigned i = 0; i < sieve_registry_count(registry); i++) {
		const SieveExtension *extension = sieve_registry_get(registry, i);
		if (extension->capability != NULL)
			printf("%-28s %s\n", extension->capability, extension->source);
	}
}

static void
print_settings(const SieveSettings *settings)
{
	g_autofree char *text = sieve_settings_print(settings);

	printf("[sieve]\n%s", text);
}

static int
check_all(CheckOptions *options, int argc, char **argv)
{
	int code = DOORSTEP_EXIT_OK;

	options->scripts = g_ptr_array_new_with_free_func(free_checked);
	for (int i = 1; i < argc; i++) {
		int worse = check_script(options, argv[i]);
		code = MAX(code, worse);
	}
	if (options->format->print != NULL) {
		g_autofree char *text = options->format->print(options->scripts);
		fputs(text, stdout);
	}
	return code;
}

/* What the options leave open, and whether they go together; a DoorstepExit. */
static int
settle_options(CheckOptions *options)
{
	const char *name = options->format_name == NULL ? "text" : options->format_name;

	for (size_t i = 0; i < G_N_ELEMENTS(formats) && options->format == NULL; i++)
		if (strcmp(formats[i].name, name) == 0)
			options->format = &formats[i];
	if (options->format == NULL)
		return doorstep_usage_error("no such format: %s", name);
	if (options->format->print != NULL && options->dump)
		return doorstep_usage_error("--dump goes with --format=text alone");
	if (!doorstep_colour_choose(options->color, STDOUT_FILENO, &options->colour) ||
		!doorstep_settings_load(&options->settings, sieve_extensions()))
		return DOORSTEP_EXIT_USAGE;
	options->registry = sieve_registry_new(sieve_extensions());
	return DOORSTEP_EXIT_OK;
}

int
doorstep_check(int argc, char **argv)
{
	g_auto(CheckOptions) options = {0};
	const GOptionEntry entries[] = {
		{"format", 0, 0, G_OPTION_ARG_STRING, &options.format_name,
			"text (default), json or sarif", "FORMAT"},
		{"strict", 0, 0, G_OPTION_ARG_NONE, &options.strict,
			"exit with 1 for warnings too", NULL},
		{"owner", 0, 0, G_OPTION_ARG_STRING_ARRAY, &options.owner,
			"address of the reader: warn of a redirect to it", "ADDRESS"},
		{"include-dir", 'I', 0, G_OPTION_ARG_FILENAME, &options.include_dir,
			"where include :personal looks (default: beside the script)", "DIR"},
		{"global-dir", 'G', 0, G_OPTION_ARG_FILENAME, &options.global_dir,
			"where include :global looks (default: beside the script)", "DIR"},
		{"color", 0, 0, G_OPTION_ARG_STRING, &options.color, DOORSTEP_COLOUR_HELP, "WHEN"},
		{"dump", 0, 0, G_OPTION_ARG_NONE, &options.dump, "print the compiled program", NULL},
		{"capabilities", 0, 0, G_OPTION_ARG_NONE, &options.capabilities,
			"list what `require` may name", NULL},
		{"settings", 0, 0, G_OPTION_ARG_NONE, &options.list_settings,
			"list what --setting may name: meaning, legal range, value", NULL},
		DOORSTEP_SETTING_OPTIONS(options.settings),
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};

	if (!doorstep_options(&help, entries, &argc, &argv))
		return DOORSTEP_EXIT_USAGE;
	int code = settle_options(&options);
	if (code != DOORSTEP_EXIT_OK)
		return code;
	if (options.capabilities)
		print_capabilities(options.registry);
	if (options.list_settings)
		print_settings(options.settings.values);
	if (options.capabilities || options.list_settings)
		return DOORSTEP_EXIT_OK;
	if (argc < 2)
		return doorstep_usage_error("no script named; see --help");
	return check_all(&options, argc, argv);
}
