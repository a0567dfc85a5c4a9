/* SPDX-License-Identifier: MIT */
/* check.c - `doorstep check`: tells the mistakes in scripts */

#include "engine/bytes.h"
#include "engine/doorstep/files.h"
#include "engine/doorstep/verb.h"
#include "engine/dump.h"
#include "engine/libsieve.h"
#include "engine/registry.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const DoorstepHelp help = {
	.operands = "SCRIPT...",
	.summary = "Tells the mistakes in Sieve scripts: line, column, and what to do about them.",
	.examples = "  doorstep check my.sieve\n"
		    "  doorstep check --format=json - <my.sieve    for an editor\n"
		    "  doorstep check --dump my.sieve              what it is compiled to\n"
		    "  doorstep check --capabilities               what `require` may name\n",
};

typedef struct CheckOptions {
	char *format;
	char *include_dir;
	char *global_dir;
	gboolean dump;
	gboolean capabilities;
	gboolean json;
	SieveRegistry *registry;
	GString *json_diags;   /* elements of the two lists of the JSON form, */
	GString *json_scripts; /* each with the comma before it but the first */
} CheckOptions;

/* A JSON string (RFC 8259 section 7). */
static void
append_json(GString *text, const char *name, const char *value)
{
	g_autofree char *valid = g_utf8_make_valid(value, -1);

	g_string_append_printf(text, ", \"%s\": \"", name);
	for (const char *at = valid; *at != '\0'; at++) {
		if (*at == '"' || *at == '\\')
			g_string_append_printf(text, "\\%c", *at);
		else if (g_ascii_iscntrl(*at))
			g_string_append_printf(text, "\\u%04x", (unsigned)*at);
		else
			g_string_append_c(text, *at);
	}
	g_string_append_c(text, '"');
}

static void
add_element(GString *list, const char *element)
{
	g_string_append_printf(list, "%s\n    {%s}", list->len == 0 ? "" : ",", element);
}

/* A script without mistakes: whether hosts with libsieve can run it. */
static void
add_json_script(CheckOptions *options, const char *path, SieveBytes text)
{
	g_autofree char *reason = NULL;
	bool portable = sieve_libsieve_check(text, &reason);
	g_autoptr(GString) json = g_string_new(NULL);

	g_string_append_printf(json, "\"portable\": %s", portable ? "true" : "false");
	append_json(json, "script", path);
	if (!portable)
		append_json(json, "reason", reason);
	add_element(options->json_scripts, json->str);
}

static void
add_json_diags(CheckOptions *options, const SieveDiagList *diags)
{
	static const char *const levels[] = {
		[SIEVE_DIAG_ERROR] = "error",
		[SIEVE_DIAG_WARNING] = "warning",
		[SIEVE_DIAG_NOTE] = "note",
	};

	for (size_t i = 0; i < sieve_diag_list_count(diags); i++) {
		const SieveDiag *diag = sieve_diag_list_get(diags, i);
		g_autoptr(GString) text = g_string_new(NULL);
		g_string_append_printf(text, "\"line\": %u, \"column\": %u, \"length\": %zu",
			diag->line, diag->column, diag->length);
		append_json(text, "script", diag->script);
		append_json(text, "level", levels[diag->level]);
		append_json(text, "message", diag->message);
		if (diag->hint != NULL)
			append_json(text, "hint", diag->hint);
		add_element(options->json_diags, text->str);
	}
}

/* Hosts with libsieve run scripts of the base language; the other engine is asked itself. */
static void
print_portable(const char *path, SieveBytes text)
{
	g_autofree char *reason = NULL;

	if (sieve_libsieve_check(text, &reason))
		printf("%s: no mistakes; portable to libsieve\n", path);
	else
		printf("%s: no mistakes; not portable to libsieve: %s\n", path, reason);
}

static int
check_script(CheckOptions *options, const char *path)
{
	g_auto(DoorstepScripts) scripts = {0};
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = doorstep_file_read(path, &error);

	if (bytes == NULL)
		return doorstep_usage_error("%s", error->message);
	SieveBytes text = doorstep_file_bytes(bytes);
	doorstep_scripts_init(&scripts, path, options->include_dir, options->global_dir);
	g_autoptr(SieveProgram) program =
		doorstep_compile_text(options->registry, path, text, &scripts, diags);
	if (options->json) {
		add_json_diags(options, diags);
	} else {
		g_autofree char *mistakes = sieve_diag_list_print(diags, doorstep_colour(STDOUT_FILENO));
		fputs(mistakes, stdout);
	}
	if (program == NULL)
		return DOORSTEP_EXIT_PROBLEM;
	if (options->json)
		add_json_script(options, path, text);
	else
		print_portable(path, text);
	if (options->dump) {
		g_autofree char *listing = sieve_program_dump(program);
		fputs(listing, stdout);
	}
	return DOORSTEP_EXIT_OK;
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

static int
check_all(CheckOptions *options, int argc, char **argv)
{
	int code = DOORSTEP_EXIT_OK;

	g_autoptr(GString) diags = options->json_diags = g_string_new(NULL);
	g_autoptr(GString) scripts = options->json_scripts = g_string_new(NULL);
	for (int i = 1; i < argc; i++) {
		int worse = check_script(options, argv[i]);
		code = MAX(code, worse);
	}
	if (options->json)
		printf("{\n  \"version\": 1,\n  \"diagnostics\": [%s],\n  \"scripts\": [%s]\n}\n",
			diags->str, scripts->str);
	return code;
}

int
doorstep_check(int argc, char **argv)
{
	CheckOptions options = {0};
	const GOptionEntry entries[] = {
		{"format", 0, 0, G_OPTION_ARG_STRING, &options.format, "text (default) or json", "FORMAT"},
		{"include-dir", 'I', 0, G_OPTION_ARG_FILENAME, &options.include_dir,
			"where include :personal looks (default: beside the script)", "DIR"},
		{"global-dir", 'G', 0, G_OPTION_ARG_FILENAME, &options.global_dir,
			"where include :global looks (default: beside the script)", "DIR"},
		{"dump", 0, 0, G_OPTION_ARG_NONE, &options.dump, "print the compiled program", NULL},
		{"capabilities", 0, 0, G_OPTION_ARG_NONE, &options.capabilities,
			"list what `require` may name", NULL},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};

	if (!doorstep_options(&help, entries, &argc, &argv))
		return DOORSTEP_EXIT_USAGE;
	g_autofree char *format = options.format;
	g_autofree char *include_dir = options.include_dir;
	g_autofree char *global_dir = options.global_dir;
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	options.registry = registry;
	options.json = g_strcmp0(format, "json") == 0;
	if (format != NULL && !options.json && strcmp(format, "text") != 0)
		return doorstep_usage_error("no such format: %s", format);
	if (options.json && options.dump)
		return doorstep_usage_error("--dump has no JSON form");
	if (options.capabilities) {
		print_capabilities(registry);
		return DOORSTEP_EXIT_OK;
	}
	if (argc < 2)
		return doorstep_usage_error("no script named; see --help");
	return check_all(&options, argc, argv);
}
