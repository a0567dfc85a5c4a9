/* SPDX-License-Identifier: MIT */
/* convert.c - `doorstep convert`: makes a Sieve script of a legacy filter list */

#include "engine/convert/convert.h"

#include <stdio.h>
#include <string.h>

#include "engine/bytes.h"
#include "engine/doorstep/convert-mailfilter.h"
#include "engine/doorstep/convert-report.h"
#include "engine/doorstep/files.h"
#include "engine/doorstep/verb.h"
#include "sieve-ext/extensions.h"

/* What a format is recognised by stands at the beginning. */
#define RECOGNISED_BYTES (64u << 10)

static const DoorstepHelp help = {
	.operands = "FILE",
	.summary = "Makes a Sieve script of a filter list of another program, and accounts for "
		   "every line.\n"
		   "FORMAT: mailfilter, postfix-access, postfix-cidr, postfix-checks, "
		   "sendmail-access,\n"
		   "procmail, thunderbird, gmail, exim, maildrop; recognised by the file if not "
		   "given.",
	.examples = "  doorstep convert --from sendmail-access /etc/mail/access\n"
		    "  doorstep convert --output my.sieve --report report.html ~/.procmailrc\n"
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
} ConvertOptions;

static void
convert_options_clear(ConvertOptions *options)
{
	g_free(options->from);
	g_free(options->output);
	g_free(options->report);
	g_free(options->side);
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
	const SieveConvertFormat *best = NULL;
	unsigned surest = 0;

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

static bool
write_file(const char *path, SieveBytes text)
{
	g_autoptr(GError) error = NULL;

	if (g_file_set_contents_full(path, text.ptr, (gssize)text.len,
		    G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0644, &error))
		return true;
	doorstep_usage_error("%s", error->message);
	return false;
}

/* As the file's name ends. */
static bool
write_report(const DoorstepConverted *converted, const char *path)
{
	g_autofree char *text = NULL;

	if (g_str_has_suffix(path, ".json"))
		text = doorstep_convert_report_json(converted);
	else if (g_str_has_suffix(path, ".html"))
		text = doorstep_convert_report_html(converted);
	else
		text = doorstep_convert_report_text(converted);
	return write_file(path, sieve_bytes_from_string(text));
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

	if (options->output == NULL)
		fwrite(script.ptr, 1, script.len, stdout);
	else if (!write_file(options->output, script))
		return DOORSTEP_EXIT_USAGE;
	if (options->report != NULL && !write_report(converted, options->report))
		return DOORSTEP_EXIT_USAGE;
	g_autofree char *summary = doorstep_convert_summary(converted);
	if (!options->quiet)
		fputs(summary, stderr);
	if (options->strict && !is_exact(converted->conversion)) {
		g_printerr("%s: not all of it is exact, which --strict asks for\n", converted->name);
		return DOORSTEP_EXIT_PROBLEM;
	}
	return DOORSTEP_EXIT_OK;
}

static int
convert_file(const ConvertOptions *options, SieveSide side, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GBytes) bytes = doorstep_file_read(path, &error);

	if (bytes == NULL)
		return doorstep_usage_error("%s", error->message);
	SieveBytes text = doorstep_file_bytes(bytes);
	const SieveConvertFormat *format = options->from != NULL ? find_format(options->from)
								  : recognise_format(text, path);
	if (format == NULL)
		return DOORSTEP_EXIT_USAGE;
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveConversion) conversion = sieve_convert(format, text, side, registry, &error);
	if (conversion == NULL) {
		g_printerr("%s: %s: %s\n", g_get_prgname(), path, error->message);
		return DOORSTEP_EXIT_PROBLEM;
	}
	const DoorstepConverted converted = {conversion, format, path};
	return put_all(&converted, options);
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
	if (argc != 2)
		return doorstep_usage_error("one file is converted at a time; see --help");
	if (!find_side(options.side, &side))
		return doorstep_usage_error("--side is sender, recipient or client");
	return convert_file(&options, side, argv[1]);
}
