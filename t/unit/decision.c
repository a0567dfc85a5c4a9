/* SPDX-License-Identifier: MIT */
/* decision.c - for property tests: random choices, and decisions as sorted lines */

#include "t/unit/decision.h"

#include <string.h>

#include "t/unit/script.h"

const char *
test_pick(const char *const *words)
{
	return words[g_test_rand_int_range(0, (gint32)g_strv_length((char **)(uintptr_t)words))];
}

bool
test_one_in(int n)
{
	return g_test_rand_int_range(0, n) == 0;
}

static int
compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *
test_join(GPtrArray *lines, bool once)
{
	GString *text = g_string_new(NULL);

	g_ptr_array_sort(lines, compare_texts);
	for (guint i = 0; i < lines->len; i++) {
		const char *line = lines->pdata[i];
		bool repeated = i > 0 && strcmp(line, lines->pdata[i - 1]) == 0;
		if (*line != '\0' && !(once && repeated))
			g_string_append_printf(text, "%s\n", line);
	}
	return g_string_free(text, FALSE);
}

char *
test_decide(const SieveProgram *program, const char *mail, bool once)
{
	g_autofree char *printed = test_run(program, mail);
	g_auto(GStrv) lines = g_strsplit(printed, "\n", -1);
	g_autoptr(GPtrArray) decision = g_ptr_array_new();

	for (size_t i = 0; lines[i] != NULL; i++)
		g_ptr_array_add(decision, lines[i]);
	return test_join(decision, once);
}
