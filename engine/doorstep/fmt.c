/* SPDX-License-Identifier: MIT */
/* fmt.c - `doorstep fmt`: prints scripts in their canonical layout */

#include "engine/bytes.h"
#include "engine/doorstep/colour.h"
#include "engine/doorstep/files.h"
#include "engine/doorstep/verb.h"
#include "engine/parser.h"
#include "engine/printer.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const DoorstepHelp help = {
	.operands = "SCRIPT...",
	.summary = "Prints Sieve scripts in their canonical layout; comments are kept.",
	.examples = "  doorstep fmt my.sieve\n"
		    "  doorstep fmt --in-place *.sieve\n"
		    "  doorstep fmt --check *.sieve    exit 1 and name those not in layout\n",
};

typedef struct FmtOptions {
	gboolean in_place;
	gboolean check;
} FmtOptions;

static int
put_formatted(const FmtOptions *options, const char *path, SieveBytes old, SieveBytes formatted)
{
	g_autoptr(GError) error = NULL;
	bool same = sieve_bytes_equal(old, formatted);

	if (options->check) {
		if (!same)
			printf("%s\n", path);
		return same ? DOORSTEP_EXIT_OK : DOORSTEP_EXIT_PROBLEM;
	}
	if (!options->in_place) {
		fwrite(formatted.ptr, 1, formatted.len, stdout);
		return DOORSTEP_EXIT_OK;
	}
	/* Replaced as a whole or not at all. */
	if (same || doorstep_file_write(path, formatted, &error))
		return DOORSTEP_EXIT_OK;
	return doorstep_usage_error("%s", error->message);
}

/* A script that does not parse stays as it is: what is not understood must not be lost. */
static int
format_script(const FmtOptions *options, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) text = doorstep_file_read(path, &error);

	if (text == NULL)
		return doorstep_usage_error("%s", error->message);
	SieveSource source = {.text = doorstep_file_bytes(text), .name = path};
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(SieveAst) ast = sieve_parse(&source, diags);
	if (sieve_diag_list_count_errors(diags) > 0) {
		bool colour = doorstep_colour_auto(STDERR_FILENO);
		g_autofree char *mistakes = sieve_diag_list_print(diags, colour);
		fputs(mistakes, stderr);
		return DOORSTEP_EXIT_PROBLEM;
	}
	size_t len;
	g_autofree char *formatted = sieve_print(ast, &len);
	return put_formatted(options, path, source.text, (SieveBytes){formatted, len});
}

int
doorstep_fmt(int argc, char **argv)
{
	FmtOptions options = {0};
	const GOptionEntry entries[] = {
		{"in-place", 'i', 0, G_OPTION_ARG_NONE, &options.in_place, "rewrite the files", NULL},
		{"check", 0, 0, G_OPTION_ARG_NONE, &options.check,
			"write nothing; name files that would change", NULL},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int code = DOORSTEP_EXIT_OK;

	if (!doorstep_options(&help, entries, &argc, &argv))
		return DOORSTEP_EXIT_USAGE;
	if (argc < 2)
		return doorstep_usage_error("no script named; see --help");
	for (int i = 1; i < argc; i++) {
		if (options.in_place && strcmp(argv[i], "-") == 0)
			return doorstep_usage_error("standard input has no place to rewrite");
		int worse = format_script(&options, argv[i]);
		code = MAX(code, worse);
	}
	return code;
}
