/* SPDX-License-Identifier: MIT */
/* convert-all.c - the access lists of many readers, a script for each */

#include "engine/doorstep/convert-all.h"

#include <errno.h>
#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/build.h"
#include "engine/doorstep/convert-mailfilter.h"
#include "engine/doorstep/convert-report.h"
#include "engine/doorstep/files.h"
#include "engine/doorstep/verb.h"
#include "schema/ldif.h"

/* Of what becomes the name of a file. */
#define NAME_MAX_BYTES 200u

typedef struct Run {
	const DoorstepConvertAll *all;
	const SieveRegistry *registry;
	GHashTable *names; /* that have a script */
	GString *report;
	unsigned n_scripts;
	unsigned n_wrong; /* records of which there is none */
	size_t counts[SIEVE_N_CONVERT_CLASSES];
} Run;

/* --- Records ---------------------------------------------------------------------------------------- */

/* Takes the next entry from @rest, comments before it left out. */
static bool
take_record(SieveBytes *rest, SieveBytes *ret_record)
{
	const SieveBytes dn = SIEVE_BYTES("\ndn:");
	size_t start = convert_starts(*rest, "dn:") ? 0 : sieve_bytes_find(*rest, dn, 0);

	if (start == SIZE_MAX)
		return false;
	start += rest->ptr[start] == '\n';
	size_t end = MIN(sieve_bytes_find(*rest, dn, start), rest->len);
	*ret_record = sieve_bytes_slice(*rest, start, end - start);
	*rest = sieve_bytes_slice(*rest, end, SIZE_MAX);
	return true;
}

/* What is asked of a record before it is converted. */
typedef struct Head {
	char *dn;
	char *user_name; /* (nullable) the first, if there are several */
	bool filtered;
} Head;

static void
head_clear(Head *head)
{
	g_free(head->dn);
	g_free(head->user_name);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Head, head_clear)

static bool
take_attribute(const char *attribute, SieveBytes value, void *user_data, GError **error G_GNUC_UNUSED)
{
	Head *head = user_data;

	if (strcmp(attribute, "dn") == 0 && head->dn == NULL)
		head->dn = sieve_bytes_dup(value);
	else if (g_ascii_strcasecmp(attribute, "username") == 0 && head->user_name == NULL)
		head->user_name = sieve_bytes_dup(value);
	else if (g_ascii_strcasecmp(attribute, "mailfilter") == 0)
		head->filtered = true;
	return true;
}

/* (transfer full) the user's name, or what the entry is called. */
static char *
name_of(const Head *head)
{
	const char *equals = strchr(head->dn, '=');

	if (head->user_name != NULL)
		return g_strdup(head->user_name);
	return equals == NULL ? g_strdup("") : g_strndup(equals + 1, strcspn(equals + 1, ","));
}

/* NULL when it can be the name of a file, else why not. */
static const char *
check_name(const Run *run, const char *name)
{
	SieveBytes bytes = sieve_bytes_from_string(name);

	if (bytes.len == 0 || bytes.len > NAME_MAX_BYTES || name[0] == '.' || strchr(name, '/') != NULL ||
		!convert_is_text(bytes))
		return "its name cannot be that of a file";
	return g_hash_table_contains(run->names, name) ? "another record has the same name" : NULL;
}

/* --- Scripts ---------------------------------------------------------------------------------------- */

static void
add_report(Run *run, const DoorstepConverted *converted)
{
	g_autofree char *text = NULL;

	if (run->all->report == NULL)
		return;
	text = g_str_has_suffix(run->all->report, ".json")
		       ? doorstep_convert_report_json(converted, DOORSTEP_JSON_LINE)
		       : doorstep_convert_report_text(converted);
	g_string_append(run->report, text);
}

static void
add_counts(Run *run, const DoorstepConverted *converted)
{
	size_t counts[SIEVE_N_CONVERT_CLASSES];

	doorstep_convert_count(converted->conversion, counts);
	for (unsigned i = 0; i < SIEVE_N_CONVERT_CLASSES; i++)
		run->counts[i] += counts[i];
	if (counts[SIEVE_CONVERT_NOT_EXPRESSIBLE] == 0 || run->all->quiet)
		return;
	g_autofree char *summary = doorstep_convert_summary(converted);
	g_printerr("%s", summary);
}

/* What is wrong with one record is told, and the others are converted. */
static void
tell_wrong(Run *run, const char *name, const char *wrong)
{
	g_autofree char *shown = sieve_bytes_print(sieve_bytes_from_string(name), NAME_MAX_BYTES);

	g_printerr("%s: %s: %s; it has got no script\n", g_get_prgname(), shown, wrong);
	run->n_wrong++;
}

static bool
write_script(Run *run, const char *name, SieveBytes record, GError **error)
{
	const SieveConvertInput input = {.text = record};
	g_autoptr(SieveConversion) conversion =
		sieve_convert(&doorstep_convert_mailfilter, &input, run->registry, error);

	if (conversion == NULL)
		return false;
	const DoorstepConverted converted = {conversion, &doorstep_convert_mailfilter, name};
	g_autofree char *file = g_strconcat(name, ".sieve", NULL);
	g_autofree char *path = g_build_filename(run->all->folder, file, NULL);
	if (!doorstep_file_write(path, sieve_conversion_script(conversion), error))
		return false;
	run->n_scripts++;
	add_report(run, &converted);
	add_counts(run, &converted);
	return true;
}

static bool
convert_record(Run *run, SieveBytes record, GError **error)
{
	g_auto(Head) head = {NULL};
	g_autoptr(GError) wrong = NULL;

	if (!location_ldif_parse(record, take_attribute, &head, &wrong)) {
		tell_wrong(run, head.dn != NULL ? head.dn : "a record", wrong->message);
		return true;
	}
	if (!head.filtered)
		return true;
	g_autofree char *name = name_of(&head);
	const char *unfit = check_name(run, name);
	if (unfit != NULL) {
		tell_wrong(run, name, unfit);
		return true;
	}
	if (!write_script(run, name, record, error))
		return false;
	g_hash_table_add(run->names, g_steal_pointer(&name));
	return true;
}

static bool
convert_records(Run *run, SieveBytes ldif, GError **error)
{
	SieveBytes record;

	if (g_mkdir_with_parents(run->all->folder, 0755) != 0) {
		g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(errno), "%s: %s", run->all->folder,
			g_strerror(errno));
		return false;
	}
	while (take_record(&ldif, &record))
		if (!convert_record(run, record, error))
			return false;
	return run->all->report == NULL ||
	       doorstep_file_write(
		       run->all->report, (SieveBytes){run->report->str, run->report->len}, error);
}

int
doorstep_convert_all(const DoorstepConvertAll *all, SieveBytes ldif, const SieveRegistry *registry)
{
	g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GString) report = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	Run run = {.all = all, .registry = registry, .names = names, .report = report};

	if (!convert_records(&run, ldif, &error))
		return doorstep_usage_error("%s", error->message);
	if (!all->quiet)
		g_printerr("%s: scripts of %u readers, %zu entries: %zu not expressible\n", all->folder,
			run.n_scripts,
			run.counts[SIEVE_CONVERT_EXACT] + run.counts[SIEVE_CONVERT_NOT_EXPRESSIBLE],
			run.counts[SIEVE_CONVERT_NOT_EXPRESSIBLE]);
	bool all_exact = run.counts[SIEVE_CONVERT_NOT_EXPRESSIBLE] == 0;
	return run.n_wrong > 0 || (all->strict && !all_exact) ? DOORSTEP_EXIT_PROBLEM : DOORSTEP_EXIT_OK;
}
