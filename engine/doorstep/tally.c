/* SPDX-License-Identifier: MIT */
/* tally.c - how often each action was decided on */

#include "engine/doorstep/tally.h"

#include <stdint.h>
#include <string.h>

struct DoorstepTally {
	GHashTable *counts; /* the text of an action, to a uint64_t */
};

DoorstepTally *
doorstep_tally_new(void)
{
	DoorstepTally *tally = g_new0(DoorstepTally, 1);

	tally->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return tally;
}

void
doorstep_tally_free(DoorstepTally *tally)
{
	if (tally == NULL)
		return;
	g_hash_table_unref(tally->counts);
	g_free(tally);
}

static void
count(DoorstepTally *tally, const char *action, uint64_t times)
{
	uint64_t *counted = g_hash_table_lookup(tally->counts, action);

	if (counted == NULL) {
		counted = g_new0(uint64_t, 1);
		g_hash_table_insert(tally->counts, g_strdup(action), counted);
	}
	*counted += times;
}

void
doorstep_tally_add(DoorstepTally *tally, const char *actions)
{
	g_autofree char *lines = g_strdup(actions);
	char *rest = NULL;

	for (char *line = strtok_r(lines, "\n", &rest); line != NULL;
		line = strtok_r(NULL, "\n", &rest))
		count(tally, line, 1);
}

void
doorstep_tally_merge(DoorstepTally *tally, const DoorstepTally *other)
{
	GHashTableIter iter;
	gpointer action, counted;

	g_hash_table_iter_init(&iter, other->counts);
	while (g_hash_table_iter_next(&iter, &action, &counted))
		count(tally, action, *(const uint64_t *)counted);
}

static int
compare_actions(const void *a, const void *b)
{
	return strcmp(a, b);
}

char *
doorstep_tally_print(const DoorstepTally *tally)
{
	g_autoptr(GList) actions =
		g_list_sort(g_hash_table_get_keys(tally->counts), compare_actions);
	GString *text = g_string_new(NULL);

	for (const GList *at = actions; at != NULL; at = at->next) {
		const uint64_t *counted = g_hash_table_lookup(tally->counts, at->data);
		g_string_append_printf(
			text, "%s\t%" G_GUINT64_FORMAT "\n", (const char *)at->data, *counted);
	}
	return g_string_free(text, FALSE);
}
