/* SPDX-License-Identifier: MIT */
/* main.c - the `doorstep` command: finds the verb and runs it */

#include "config.h"

#include "engine/doorstep/verb.h"

#include <errno.h>
#include <locale.h>
#include <string.h>
#include <unistd.h>

static const struct {
	const char *name;
	DoorstepVerb run; /* NULL: doorstep-directory does it */
	const char *summary;
} verbs[] = {
#define DOORSTEP_VERB(name, function, summary) {name, function, summary},
#define DOORSTEP_DIRECTORY_VERB(name, function, summary) {name, NULL, summary},
#include "engine/doorstep/verbs.def"
#undef DOORSTEP_VERB
#undef DOORSTEP_DIRECTORY_VERB
};

static void
print_help(void)
{
	g_print("Usage: doorstep VERB [OPTION...] [OPERAND...]\n\n"
		"Checks, tries and tests mail filters in Sieve (RFC 5228), and tells the domain\n"
		"where its reader is.\n\nVerbs:\n");
	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
		g_print("  %-8s %s\n", verbs[i].name, verbs[i].summary);
	g_print("\nExamples:\n"
		"  doorstep check my.sieve            is it right?\n"
		"  doorstep run my.sieve mail.eml     what would it do with this mail?\n"
		"  doorstep test --script my.sieve samples/\n"
		"                                     does it still do what it did?\n\n"
		"`doorstep VERB --help` tells more. Exit: 0 well, 1 problems found, 2 usage,\n"
		"75 try again later.\n");
}

/* Verbs that speak with the directory are a program of their own: who checks a script does not wait for
 * the libraries of the network to be loaded. */
static int
run_directory_verb(char **argv)
{
	g_autofree char *program = doorstep_directory_program();

	(void)execvp(program, argv);
	g_printerr("doorstep: cannot run %s: %s\n", program, g_strerror(errno));
	return DOORSTEP_EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	setlocale(LC_ALL, "");
	g_set_prgname("doorstep");
	if (argc < 2)
		return doorstep_usage_error("no verb; see `doorstep --help`");
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_help();
		return DOORSTEP_EXIT_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		g_print("doorstep " PACKAGE_VERSION "\n");
		return DOORSTEP_EXIT_OK;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
		if (strcmp(argv[1], verbs[i].name) == 0)
			return verbs[i].run == NULL ? run_directory_verb(argv)
						    : verbs[i].run(argc - 1, argv + 1);
	return doorstep_usage_error("no such verb: %s; see `doorstep --help`", argv[1]);
}
