/* SPDX-License-Identifier: MIT */
/* verb.c - option parsing and usage errors of the verbs */

#include "engine/doorstep/verb.h"

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

char *
doorstep_directory_program(void)
{
	g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
	g_autofree char *folder = self != NULL ? g_path_get_dirname(self) : g_strdup(".");
	g_autofree char *beside = g_build_filename(folder, "doorstep-directory", NULL);

	if (g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
		return g_steal_pointer(&beside);
	return g_strdup("doorstep-directory");
}
