/* SPDX-License-Identifier: MIT */
/* convert.c - `doorstep convert`: makes a Sieve script of a legacy filter list */

#include "engine/convert/convert.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#include "engine/bytes.h"
#include "engine/convert/decode.h"
#include "engine/doorstep/convert-all.h"
#include "engine/doorstep/convert-mailfilter.h"
#include "engine/doorstep/convert-report.h"
#include "engine/doorstep/files.h"
#include "engine/doorstep/verb.h"
#include "sieve-ext/extensions.h"

/* What a format is recognised by stands at the beginning. */
#define RECOGNISED_BYTES (64u << 10)

static const DoorstepHelp help = {
	.operands = "[FILE]",
	.summary = "Makes a Sieve script of a filter list of another program, and accounts for "
		   "every line.\n"
		   "FORMAT: mailfilter, postfix-access, postfix-cidr, postfix-checks, "
		   "sendmail-access,\n"
		   "procmail, thunderbird, gmail, exim, maildrop; recognised by the file if not "
		   "given.",
	.examples = "  doorstep convert --from sendmail-access /etc/mail/access\n"
		    "  doorstep convert --output my.sieve --report report.html ~/.procmailrc\n"
		    "  doorstep convert --user james           the mailfilter of a location record\n"
		    "  doorstep convert --strict access         exit 1 unless all of it is exact\n",
};

typedef struct ConvertOptions {
	char *from;
	char *output;
	char *report;
	char *side;
	gboolean strict;
	gboolean quiet;
	gboolean formats;
	char *user;
	gboolean all;
	char *config;
	char *home;
} ConvertOptions;

static void
convert_options_clear(ConvertOptions *options)
{
	g_free(options->from);
	g_free(options->output);
	g_free(options->report);
	g_free(options->side);
	g_free(options->user);
	g_free(options->config);
	g_free(options->home);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ConvertOptions, convert_options_clear)

/* --- The format ------------------------------------------------------------------------------------- */

/* (nullable) the @index-th of all formats. */
static const SieveConvertFormat *
get_format(size_t index)
{
	return index == 0 ? &doorstep_convert_mailfilter : sieve_convert_formats[index - 1];
}

static const SieveConvertFormat *
find_format(const char *name)
{
	for (size_t i = 0; get_format(i) != NULL; i++)
		if (strcmp(get_format(i)->name, name) == 0)
			return get_format(i);
	g_autoptr(GString) names = g_string_new(NULL);
	for (size_t i = 0; get_format(i) != NULL; i++)
		g_string_append_printf(names, "%s%s", i == 0 ? "" : ", ", get_format(i)->name);
	doorstep_usage_error("there is no format %s; there are %s", name, names->str);
	return NULL;
}

static const SieveConvertFormat *
recognise_format(SieveBytes text, const char *path)
{
	SieveBytes start = sieve_bytes_slice(text, 0, RECOGNISED_BYTES);
	g_autoptr(GBytes) decoded = sieve_convert_decode(start, NULL);
	const SieveConvertFormat *best = NULL;
	unsigned surest = 0;

	if (decoded != NULL)
		start = doorstep_file_bytes(decoded);
	for (size_t i = 0; get_format(i) != NULL; i++) {
		unsigned sure = get_format(i)->recognise(start);
		if (sure > surest) {
			surest = sure;
			best = get_format(i);
		}
	}
	if (best == NULL)
		doorstep_usage_error("%s is of no format that is recognised; name it with --from", path);
	return best;
}

static bool
find_side(const char *name, SieveSide *ret_side)
{
	static const char *const names[SIEVE_N_SIDES] = {
		[SIEVE_SIDE_SENDER] = "sender",
		[SIEVE_SIDE_RECIPIENT] = "recipient",
		[SIEVE_SIDE_CLIENT] = "client",
	};

	*ret_side = SIEVE_SIDE_SENDER;
	for (unsigned i = 0; name != NULL && i < SIEVE_N_SIDES; i++)
		if (strcmp(name, names[i]) == 0) {
			*ret_side = (SieveSide)i;
			return true;
		}
	return name == NULL;
}

/* --- What comes out ----------------------------------------------------------------------------------- */

/* As the file's name ends. */
static bool
write_report(const DoorstepConverted *converted, const char *path, GError **error)
{
	g_autofree char *text = NULL;

	if (g_str_has_suffix(path, ".json"))
		text = doorstep_convert_report_json(converted, DOORSTEP_JSON_LINES);
	else if (g_str_has_suffix(path, ".html"))
		text = doorstep_convert_report_html(converted);
	else
		text = doorstep_convert_report_text(converted);
	return doorstep_file_write(path, sieve_bytes_from_string(text), error);
}

static bool
is_exact(const SieveConversion *conversion)
{
	size_t counts[SIEVE_N_CONVERT_CLASSES];

	doorstep_convert_count(conversion, counts);
	return counts[SIEVE_CONVERT_APPROXIMATED] + counts[SIEVE_CONVERT_NOT_EXPRESSIBLE] == 0;
}

static int
put_all(const DoorstepConverted *converted, const ConvertOptions *options)
{
	SieveBytes script = sieve_conversion_script(converted->conversion);
	g_autoptr(GError) error = NULL;

	if (options->output == NULL)
		fwrite(script.ptr, 1, script.len, stdout);
	else if (!doorstep_file_write(options->output, script, &error))
		return doorstep_usage_error("%s", error->message);
	if (options->report != NULL && !write_report(converted, options->report, &error))
		return doorstep_usage_error("%s", error->message);
	g_autofree char *summary = doorstep_convert_summary(converted);
	if (!options->quiet)
		fputs(summary, stderr);
	if (options->strict && !is_exact(converted->conversion)) {
		g_printerr("%s: not all of it is exact, which --strict asks for\n", converted->name);
		return DOORSTEP_EXIT_PROBLEM;
	}
	return DOORSTEP_EXIT_OK;
}

/* A file that the list names: a plain one, of a size that such files have. */
static GBytes *
read_include(const char *path, void *data)
{
	enum { MAX_BYTES = 16 << 20 };
	const ConvertOptions *options = data;
	const char *home = options->home != NULL ? options->home : g_get_home_dir();
	bool at_home = path[0] == '~' && (path[1] == '/' || path[1] == '\0');
	g_autofree char *whole = at_home ? g_build_filename(home, path + 1, NULL) : g_strdup(path);
	GStatBuf status;

	if (g_stat(whole, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size > MAX_BYTES)
		return NULL;
	return doorstep_file_read(whole, NULL);
}

static int
convert_one(const ConvertOptions *options, SieveSide side, SieveBytes text, const char *name,
	const SieveRegistry *registry)
{
	g_autoptr(GError) error = NULL;
	const SieveConvertFormat *format = options->user != NULL   ? &doorstep_convert_mailfilter
					   : options->from != NULL ? find_format(options->from)
								   : recognise_format(text, name);
	if (format == NULL)
		return DOORSTEP_EXIT_USAGE;
	const SieveConvertInput input = {text, side, read_include, (void *)(uintptr_t)options};
	g_autoptr(SieveConversion) conversion = sieve_convert(format, &input, registry, &error);
	if (conversion == NULL) {
		g_printerr("%s: %s: %s\n", g_get_prgname(), name, error->message);
		return DOORSTEP_EXIT_PROBLEM;
	}
	const DoorstepConverted converted = {conversion, format, name};
	return put_all(&converted, options);
}

/* --- What goes in ------------------------------------------------------------------------------------- */

/* Records as LDIF, from the program that speaks with the directory. A DoorstepExit. */
static int
read_directory(const ConvertOptions *options, GBytes **ret_bytes)
{
	g_autofree char *program = doorstep_directory_program();
	g_autoptr(GPtrArray) argv = g_ptr_array_new();
	g_autoptr(GError) error = NULL;
	char *ldif = NULL;
	int status;

	g_ptr_array_add(argv, program);
	g_ptr_array_add(argv, (char *)(uintptr_t)"mailfilters");
	if (options->user != NULL) {
		g_ptr_array_add(argv, (char *)(uintptr_t)"--user");
		g_ptr_array_add(argv, options->user);
	}
	if (options->config != NULL) {
		g_ptr_array_add(argv, (char *)(uintptr_t)"--config");
		g_ptr_array_add(argv, options->config);
	}
	g_ptr_array_add(argv, NULL);
	if (!g_spawn_sync(NULL, (char **)argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &ldif, NULL,
		    &status, &error))
		return doorstep_usage_error("%s", error->message);
	/* LDIF has no NUL. */
	*ret_bytes = g_bytes_new_take(ldif, strlen(ldif));
	if (g_spawn_check_wait_status(status, &error))
		return DOORSTEP_EXIT_OK;
	return error->domain == G_SPAWN_EXIT_ERROR ? error->code
						   : doorstep_usage_error("%s", error->message);
}

static int
convert_input(const ConvertOptions *options, SieveSide side, const char *path)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(GBytes) bytes = NULL;
	g_autoptr(GError) error = NULL;
	int code = DOORSTEP_EXIT_OK;

	if (path == NULL)
		code = read_directory(options, &bytes);
	else if ((bytes = doorstep_file_read(path, &error)) == NULL)
		code = doorstep_usage_error("%s", error->message);
	/* What is wrong with some records is told; the others are here. */
	if (code != DOORSTEP_EXIT_OK && !(options->all && code == DOORSTEP_EXIT_PROBLEM))
		return code;
	SieveBytes text = doorstep_file_bytes(bytes);
	if (!options->all)
		return convert_one(options, side, text, path != NULL ? path : options->user, registry);
	const DoorstepConvertAll all = {options->output, options->report, options->strict, options->quiet};
	return MAX(code, doorstep_convert_all(&all, text, registry));
}

/* --- The command line --------------------------------------------------------------------------------- */

/* NULL when the options go together, else what is wrong. @n_files: that are named. */
static const char *
check_options(const ConvertOptions *options, int n_files)
{
	if (options->user != NULL && (n_files > 0 || options->all))
		return "--user takes the place of the file, and of --all; see --help";
	if (n_files > 1 || (n_files == 0 && options->user == NULL && !options->all))
		return "one file is converted at a time; see --help";
	if (options->from != NULL && (options->user != NULL || options->all))
		return "what --user and --all convert is a mailfilter: leave --from out";
	if (!options->all)
		return NULL;
	if (options->output == NULL)
		return "--all makes a script for each reader: name their folder with --output";
	if (options->report != NULL && g_str_has_suffix(options->report, ".html"))
		return "the report of --all is text or JSON";
	return NULL;
}

int
doorstep_convert(int argc, char **argv)
{
	g_auto(ConvertOptions) options = {NULL};
	const GOptionEntry entries[] = {
		{"from", 'f', 0, G_OPTION_ARG_STRING, &options.from, "what the file is", "FORMAT"},
		{"output", 'o', 0, G_OPTION_ARG_FILENAME, &options.output,
			"where the script goes (default: standard output)", "SCRIPT"},
		{"report", 'r', 0, G_OPTION_ARG_FILENAME, &options.report,
			"what became of each line: a page if it ends in .html, or .json, else text",
			"FILE"},
		{"strict", 0, 0, G_OPTION_ARG_NONE, &options.strict,
			"fail unless every line is exact", NULL},
		{"side", 0, 0, G_OPTION_ARG_STRING, &options.side,
			"what addresses of a Postfix table are: sender (default), recipient, "
			"client",
			"SIDE"},
		{"quiet", 'q', 0, G_OPTION_ARG_NONE, &options.quiet, "no summary", NULL},
		{"user", 'u', 0, G_OPTION_ARG_STRING, &options.user,
			"the mailfilter of this user, from the directory", "NAME"},
		{"all", 'a', 0, G_OPTION_ARG_NONE, &options.all,
			"the mailfilters of all users, from the directory or an LDIF file: a script "
			"each, in the folder that --output names",
			NULL},
		{"config", 'c', 0, G_OPTION_ARG_FILENAME, &options.config,
			"configuration with the directory (default: as doorstepd)", "FILE"},
		{"home", 0, 0, G_OPTION_ARG_FILENAME, &options.home,
			"whose files a list names with ~ or $HOME (default: yours)", "FOLDER"},
		{"formats", 0, 0, G_OPTION_ARG_NONE, &options.formats, "list the formats", NULL},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	SieveSide side;

	if (!doorstep_options(&help, entries, &argc, &argv))
		return DOORSTEP_EXIT_USAGE;
	for (size_t i = 0; options.formats && get_format(i) != NULL; i++)
		printf("%s\n", get_format(i)->name);
	if (options.formats)
		return DOORSTEP_EXIT_OK;
	const char *wrong = check_options(&options, argc - 1);
	if (wrong != NULL)
		return doorstep_usage_error("%s", wrong);
	if (!find_side(options.side, &side))
		return doorstep_usage_error("--side is sender, recipient or client");
	return convert_input(&options, side, argc > 1 ? argv[1] : NULL);
}
