/* SPDX-License-Identifier: MIT */
/* suite.c - regression suites of sample mails: each X.eml has X.expect, the text of `doorstep run` */

#include "engine/doorstep/suite.h"

#include <string.h>

#include "engine/bytes.h"
#include "engine/doorstep/diff.h"
#include "engine/doorstep/files.h"

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

/* (nullable) (transfer full) what differs. */
static char *
compare(const char *expect, const char *got)
{
	g_autoptr(GError) error = NULL;
	g_autofree char *wanted = NULL;

	if (!g_file_get_contents(expect, &wanted, NULL, &error))
		return g_strdup_printf("%s; --bless writes it", error->message);
	if (strcmp(wanted, got) == 0)
		return NULL;
	g_autofree char *diff = doorstep_diff(wanted, got);
	return g_strdup_printf("--- %s\n+++ what the script does\n%s", expect, diff);
}

/* (nullable) (transfer full) why not. */
static char *
bless_mail(const char *expect, const char *got)
{
	g_autoptr(GError) error = NULL;

	return doorstep_file_write(expect, sieve_bytes_from_string(got), &error)
		       ? NULL
		       : g_strdup(error->message);
}

bool
suite_run(const SieveProgram *program, const char *folder, DoorstepRunOptions *options,
	bool bless, TestReport *report, GError **error)
{
	g_autoptr(GPtrArray) mails = list_mails(folder, error);

	if (mails == NULL)
		return false;
	test_report_begin_suite(report, folder, false);
	for (size_t i = 0; i < mails->len; i++) {
		const char *name = g_ptr_array_index(mails, i);
		g_autofree char *path = g_build_filename(folder, name, NULL);
		g_autofree char *mail = g_strconcat(path, ".eml", NULL);
		g_autofree char *expect = g_strconcat(path, ".expect", NULL);
		bool failed;
		g_autofree char *got = doorstep_run_mail(program, mail, options, &failed, error);
		if (got == NULL)
			return false;
		g_autofree char *failure =
			bless ? bless_mail(expect, got) : compare(expect, got);
		test_report_end_test(report, name, failure);
	}
	return true;
}
