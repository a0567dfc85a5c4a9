/* SPDX-License-Identifier: MIT */
/* main.c - the `doorstep` command: finds the verb and runs it */

#include "config.h"

#include "engine/doorstep/verb.h"

#include <locale.h>
#include <string.h>

#include "peer/presence.h"

static const struct {
	const char *name;
	DoorstepVerb run;
	const char *summary;
} verbs[] = {
#define DOORSTEP_VERB(name, function, summary) {name, function, summary},
#include "engine/doorstep/verbs.def"
#undef DOORSTEP_VERB
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

bool
doorstep_options(const DoorstepHelp *help, const GOptionEntry *entries, int *argc, char ***argv)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context = g_option_context_new(help->operands);
	g_autofree char *program = g_strdup_printf("doorstep %s", (*argv)[0]);
	g_autofree char *examples = g_strdup_printf("Examples:\n%s", help->examples);

	g_set_prgname(program);
	g_option_context_set_summary(context, help->summary);
	g_option_context_set_description(context, examples);
	g_option_context_add_main_entries(context, entries, NULL);
	if (g_option_context_parse(context, argc, argv, &error))
		return true;
	g_printerr("%s: %s\n", program, error->message);
	return false;
}

int
doorstep_usage_error(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	g_printerr("%s: %s\n", g_get_prgname(), message);
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
			return verbs[i].run(argc - 1, argv + 1);
	return doorstep_usage_error("no such verb: %s; see `doorstep --help`", argv[1]);
}
