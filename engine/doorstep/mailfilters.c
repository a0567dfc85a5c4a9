/* SPDX-License-Identifier: MIT */
/* mailfilters.c - access lists of the directory as LDIF, for `doorstep convert` */

#include "engine/doorstep/mailfilters.h"

#include <stdio.h>
#include <string.h>

#include "engine/bytes.h"
#include "engine/doorstep/records.h"
#include "engine/doorstep/verb.h"
#include "schema/ldif.h"

#define SHOWN_BYTES 100u /* of a name in a message */

static const DoorstepHelp help = {
	.operands = "",
	.summary = "Prints access lists of the directory as LDIF (RFC 2849).",
	.examples = "  doorstep-directory mailfilters --user james\n",
};

typedef struct MailfiltersOptions {
	char *user; /* NULL: of all who have one */
	char *config;
} MailfiltersOptions;

static void
mailfilters_options_clear(MailfiltersOptions *options)
{
	g_free(options->user);
	g_free(options->config);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(MailfiltersOptions, mailfilters_options_clear)

static void
print_record(const LocationRecord *record)
{
	g_autoptr(GString) ldif = g_string_new(NULL);

	location_ldif_add(ldif, "dn", sieve_bytes_from_string(record->dn));
	location_ldif_add(ldif, "username", sieve_bytes_from_string(record->user_name));
	for (char **entry = record->mailfilters; *entry != NULL; entry++)
		location_ldif_add(ldif, "mailfilter", sieve_bytes_from_string(*entry));
	g_string_append_c(ldif, '\n');
	fwrite(ldif->str, 1, ldif->len, stdout);
}

static bool
print_user(LocationSession *session, const char *user, bool *ret_there, GError **error)
{
	g_autoptr(LocationRecord) record = NULL;

	if (!location_find_by_user(session, sieve_bytes_from_string(user), &record, error))
		return false;
	if (record != NULL && record->mailfilters[0] != NULL) {
		print_record(record);
		return true;
	}
	g_autofree char *shown = sieve_bytes_print(sieve_bytes_from_string(user), SHOWN_BYTES);
	g_printerr("%s: %s: no mailfilter that may be read, or several records\n", g_get_prgname(), shown);
	*ret_there = false;
	return true;
}

static int
compare_names(const void *a, const void *b)
{
	return g_strcmp0(*(char *const *)a, *(char *const *)b);
}

static bool
print_all(LocationSession *session, bool *ret_there, GError **error)
{
	g_autoptr(GPtrArray) users = g_ptr_array_new_with_free_func(g_free);

	if (!location_list_filtered(session, users, error))
		return false;
	g_ptr_array_sort(users, compare_names);
	for (guint i = 0; i < users->len; i++) {
		if (i > 0 && strcmp(users->pdata[i - 1], users->pdata[i]) == 0)
			continue;
		if (!print_user(session, users->pdata[i], ret_there, error))
			return false;
	}
	return true;
}

int
doorstep_mailfilters(int argc, char **argv)
{
	g_auto(MailfiltersOptions) options = {NULL};
	const GOptionEntry entries[] = {
		{"user", 'u', 0, G_OPTION_ARG_STRING, &options.user,
			"of this user (default: of all who have one)", "NAME"},
		{"config", 'c', 0, G_OPTION_ARG_FILENAME, &options.config,
			"configuration with the directory (default: as doorstepd)", "FILE"},
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	g_autoptr(GError) error = NULL;
	bool there = true;

	if (!doorstep_options(&help, entries, &argc, &argv))
		return DOORSTEP_EXIT_USAGE;
	/* Who is told of what is wrong has run that. */
	g_set_prgname("doorstep convert");
	g_autoptr(LocationSession) session = doorstep_directory_open(options.config, &error);
	if (session == NULL ||
		!(options.user == NULL ? print_all(session, &there, &error)
				       : print_user(session, options.user, &there, &error)))
		return doorstep_directory_failed(error);
	return there ? DOORSTEP_EXIT_OK : DOORSTEP_EXIT_PROBLEM;
}
