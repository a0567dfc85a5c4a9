/* SPDX-License-Identifier: MIT */
/* compile.c - `doorstep compile`: makes the delivery script of a location record */

#include "engine/bytes.h"
#include "engine/doorstep/files.h"
#include "engine/doorstep/records.h"
#include "engine/doorstep/verb.h"
#include "schema/delivery-script.h"

#include <stdio.h>

static const DoorstepHelp help = {
	.operands = "[RECORD.ldif]",
	.summary = "Makes the reader's delivery script: access list, then the reader's own script.",
	.examples = "  doorstep compile james.ldif\n"
		    "  doorstep compile --user james --include main    from the directory\n",
};

typedef struct CompileOptions {
	char *user;
	char *config;
	char *include;
} CompileOptions;

/* NULL with @error, or without when there is no such user. */
static LocationRecord *
record_from_directory(const CompileOptions *options, GError **error)
{
	g_autoptr(LocationSession) session = doorstep_directory_open(options->config, error);
	LocationRecord *record = NULL;

	if (session == NULL || !location_find_by_user(session, sieve_bytes_from_string(options->user),
				       &record, error))
		return NULL;
	return record;
}

static LocationRecord *
record_from_file(const char *path, GError **error)
{
	g_autoptr(GBytes) ldif = doorstep_file_read(path, error);

	return ldif == NULL ? NULL : location_record_parse_ldif(doorstep_file_bytes(ldif), error);
}

static int
print_script(const LocationRecord *record, const CompileOptions *options)
{
	LocationScriptOptions script_options = {.personal_script = options->include};
	g_auto(GStrv) problems = NULL;
	g_autofree char *script = location_delivery_script(record, &script_options, &problems);

	fputs(script, stdout);
	for (size_t i = 0; problems != NULL && problems[i] != NULL; i++)
		g_printerr("%s: %s\n", g_get_prgname(), problems[i]);
	return problems != NULL && problems[0] != NULL ? DOORSTEP_EXIT_PROBLEM : DOORSTEP_EXIT_OK;
}

static int
compile_record(const CompileOptions *options, const char *path)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(LocationRecord) record = path != NULL ? record_from_file(path, &error)
							: record_from_directory(options, &error);

	if (record != NULL)
		return print_script(record, options);
	if (error == NULL) {
		g_printerr("%s: no record of %s\n", g_get_prgname(), options->user);
		return DOORSTEP_EXIT_PROBLEM;
	}
	return doorstep_directory_failed(error);
}

int
doorstep_compile(int argc, char **argv)
{
	CompileOptions options = {0};
	const GOptionEntry entries[] = {
		{"user", 'u', 0, G_OPTION_ARG_STRING, &options.user,
			"take this user's record from the directory", "NAME"},
		{"config", 'c', 0, G_OPTION_ARG_FILENAME, &options.config,
			"configuration with the directory (default: as doorstepd)", "FILE"},
		{"include", 0, 0, G_OPTION_ARG_STRING, &options.include,
			"end with this script of the reader's own", "NAME"},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int code;

	if (!doorstep_options(&help, entries, &argc, &argv))
		return DOORSTEP_EXIT_USAGE;
	if ((argc == 2) == (options.user != NULL) || argc > 2)
		code = doorstep_usage_error("name a file or --user, not both; see --help");
	else
		code = compile_record(&options, argc == 2 ? argv[1] : NULL);
	g_free(options.user);
	g_free(options.config);
	g_free(options.include);
	return code;
}
