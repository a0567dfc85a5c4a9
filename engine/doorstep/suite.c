/* SPDX-License-Identifier: MIT */
/* suite.c - regression suites of sample mails: each X.eml has X.expect, the text of `doorstep run` */

#include "engine/doorstep/suite.h"

#include <string.h>

static int
compare_names(gconstpointer a, gconstpointer b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Names of the mails in @folder without their `.eml`, sorted. */
static GPtrArray *
list_mails(const char *folder, GError **error)
{
	g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
	const char *name;

	if (dir == NULL)
		return NULL;
	GPtrArray *mails = g_ptr_array_new_with_free_func(g_free);
	while ((name = g_dir_read_name(dir)) != NULL)
		if (g_str_has_suffix(name, ".eml"))
			g_ptr_array_add(mails, g_strndup(name, strlen(name) - strlen(".eml")));
	g_ptr_array_sort(mails, compare_names);
	return mails;
}

static void
print_lines(const char *prefix, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i] != NULL && *lines[i] != '\0'; i++)
		g_print("# %s%s\n", prefix, lines[i]);
}

/* Compares, or blesses; false with what differs as TAP comments. */
static bool
judge(const char *path, const char *got, bool bless)
{
	g_autofree char *expect = g_strconcat(path, ".expect", NULL);
	g_autoptr(GError) error = NULL;
	g_autofree char *wanted = NULL;

	if (bless ? g_file_set_contents(expect, got, -1, &error)
		  : g_file_get_contents(expect, &wanted, NULL, &error)) {
		if (bless || strcmp(wanted, got) == 0)
			return true;
		print_lines("- ", wanted);
		print_lines("+ ", got);
		return false;
	}
	g_print("# %s; --bless writes it\n", error->message);
	return false;
}

bool
suite_run(const SieveProgram *program, const char *folder, DoorstepRunOptions *options,
	bool bless, unsigned *n_tests, unsigned *n_failed, GError **error)
{
	g_autoptr(GPtrArray) mails = list_mails(folder, error);

	if (mails == NULL)
		return false;
	for (size_t i = 0; i < mails->len; i++) {
		const char *name = g_ptr_array_index(mails, i);
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *mail = g_strconcat(path, ".eml", NULL);
		bool failed;
		g_autofree char *got = doorstep_run_mail(program, mail, options, &failed, error);
		if (got == NULL)
			return false;
		bool well = judge(path, got, bless);
		++*n_tests;
		*n_failed += !well;
		g_print("%sok %u - %s\n", well ? "" : "not ", *n_tests, name);
	}
	return true;
}
