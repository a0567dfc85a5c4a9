/* SPDX-License-Identifier: MIT */
/* script.c - who is logged in here and their compiled delivery script; follows the files as they change */

#include "peer/script.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/bytes.h"
#include "peer/script-report.h"
#include "schema/delivery-script.h"

#define SCRIPT_SUFFIX ".sieve"

struct PeerScriptSource {
	const PeerConfig *config;
	SieveRegistry *registry;
	GMutex lock; /* of all below */
	LocationRecord *elsewhere; /* (nullable) */
	unsigned elsewhere_version;
	char *fingerprint;   /* (nullable) of the files that @current was made from */
	PeerScript *current; /* (nullable) */
};

PeerScript *
peer_script_ref(PeerScript *script)
{
	g_atomic_ref_count_inc(&script->refs);
	return script;
}

void
peer_script_unref(PeerScript *script)
{
	if (script == NULL || !g_atomic_ref_count_dec(&script->refs))
		return;
	peer_state_free(script->state);
	g_free(script->where.host);
	sieve_program_unref(script->program);
	peer_second_script_free(script->second);
	g_free(script->problem);
	g_free(script);
}

PeerScriptSource *
peer_script_source_new(const PeerConfig *config)
{
	PeerScriptSource *source = g_new0(PeerScriptSource, 1);

	source->config = config;
	source->registry = sieve_registry_new(sieve_extensions());
	g_mutex_init(&source->lock);
	return source;
}

void
peer_script_source_free(PeerScriptSource *source)
{
	if (source == NULL)
		return;
	peer_script_unref(source->current);
	location_record_free(source->elsewhere);
	sieve_registry_free(source->registry);
	g_mutex_clear(&source->lock);
	g_free(source->fingerprint);
	g_free(source);
}

/* --- Has anything changed? --------------------------------------------------------------------- */

static void
fingerprint_file(GString *text, const char *folder, const char *name)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	struct stat about;

	if (stat(path, &about) != 0)
		return;
	g_string_append_printf(text, "%s %lld.%09ld %lld %llu\n", name,
		(long long)about.st_mtim.tv_sec, about.st_mtim.tv_nsec, (long long)about.st_size,
		(unsigned long long)about.st_ino);
}

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Any script may include any other, so all of the folder counts. It is looked at for each recipient:
 * a few stat() calls, against a ticket's MAC and an fsync(); and a change holds from the next mail on. */
static char *
take_fingerprint(const PeerScriptSource *source)
{
	GString *text = g_string_new(NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	GDir *folder = g_dir_open(source->config->script_folder, 0, NULL);

	g_string_append_printf(text, "%u\n", source->elsewhere_version);
	fingerprint_file(text, source->config->state_folder, "session");
	for (const char *name; folder != NULL && (name = g_dir_read_name(folder)) != NULL;)
		if (g_str_has_suffix(name, SCRIPT_SUFFIX))
			g_ptr_array_add(names, g_strdup(name));
	g_clear_pointer(&folder, g_dir_close);
	g_ptr_array_sort(names, compare_names);
	for (guint i = 0; i < names->len; i++)
		fingerprint_file(text, source->config->script_folder, names->pdata[i]);
	return g_string_free(text, FALSE);
}

/* --- Compiling --------------------------------------------------------------------------------- */

/* False only when the file is there and cannot be read. */
static bool
read_script(const PeerConfig *config, const char *name, GBytes **ret_text, GError **error)
{
	g_autofree char *file = g_strconcat(name, SCRIPT_SUFFIX, NULL);
	g_autofree char *path = g_build_filename(config->script_folder, file, NULL);
	g_autoptr(GError) problem = NULL;
	char *text = NULL;
	size_t len = 0;

	*ret_text = NULL;
	if (name[0] == '.' || strchr(name, '/') != NULL)
		return true;
	if (g_file_get_contents(path, &text, &len, &problem)) {
		*ret_text = g_bytes_new_take(text, len);
		return true;
	}
	if (g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))
		return true;
	g_propagate_error(error, g_steal_pointer(&problem));
	return false;
}

static bool
load_script(SieveLocation location, const char *name, GBytes **ret_text, void *user_data,
	GError **error)
{
	const PeerScriptSource *source = user_data;

	*ret_text = NULL;
	return location != SIEVE_LOCATION_PERSONAL ||
	       read_script(source->config, name, ret_text, error);
}

/* The delivery script of @record with @personal (nullable) included; NULL with @ret_problem set. */
static SieveProgram *
compile(PeerScriptSource *source, const LocationRecord *record, const char *personal,
	char **ret_problem)
{
	const LocationScriptOptions script = {personal, source->elsewhere};
	const SieveCompileOptions options = {
		.name = "delivery",
		.load = load_script,
		.load_data = source,
		.settings = source->config->sieve,
	};
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_auto(GStrv) bad_entries = NULL;
	g_autofree char *text = location_delivery_script(record, &script, &bad_entries);

	SieveProgram *program = sieve_compile(
		source->registry, sieve_bytes_from_string(text), &options, diags);
	if (program == NULL)
		*ret_problem = sieve_diag_list_print(diags, false);
	return program;
}

static SieveBytes
view(GBytes *bytes)
{
	size_t len = 0;
	const char *ptr = g_bytes_get_data(bytes, &len);

	return (SieveBytes){ptr, len};
}

/* The same script for libsieve; NULL with @ret_problem set. */
static PeerSecondScript *
compile_second(PeerScriptSource *source, const LocationRecord *record, const char *personal,
	char **ret_problem)
{
	const LocationScriptOptions script = {personal, source->elsewhere};
	g_auto(GStrv) bad_entries = NULL;
	g_autofree char *text = location_delivery_script(record, &script, &bad_entries);

	return peer_second_script_new(sieve_bytes_from_string(text), source->config->sieve,
		load_script, source, ret_problem);
}

/* Decides which engine runs the script, and whether the personal script is part of it. One that
 * libsieve cannot run is left out like one that does not compile: our own engine then runs the rest. */
static void
compile_personal(PeerScriptSource *source, PeerScript *script, const LocationRecord *record,
	GBytes *personal)
{
	const PeerConfig *config = source->config;
	const char *name = personal == NULL ? NULL : config->personal_script;

	if (personal != NULL)
		script->program = compile(source, record, name, &script->problem);
	if (config->engine == PEER_ENGINE_LIBSIEVE && script->problem == NULL) {
		script->second = compile_second(source, record, name, &script->problem);
		if (script->second == NULL)
			g_clear_pointer(&script->program, sieve_program_unref);
	}
	if (script->program == NULL) {
		g_autofree char *unexpected = NULL;
		script->program = compile(source, record, NULL, &unexpected);
		if (script->program == NULL && script->problem == NULL)
			script->problem = g_steal_pointer(&unexpected);
	}
}

static void
tell_reader(const PeerScriptSource *source, PeerScript *script, GBytes *personal)
{
	g_autoptr(GError) problem = NULL;

	if (script->problem == NULL)
		return;
	if (!peer_script_report(source->config, script->state, script->problem,
		    personal == NULL ? (SieveBytes){NULL, 0} : view(personal), &problem)) {
		char *both = g_strdup_printf(
			"%s(not told to the reader: %s)\n", script->problem, problem->message);
		g_free(script->problem);
		script->problem = both;
	}
}

static PeerWhere
find_where(const PeerScriptSource *source, const PeerState *state)
{
	const LocationRecord *elsewhere = source->elsewhere;

	if (elsewhere == NULL)
		return (PeerWhere){state->status, g_strdup(state->host), 0, state->lease_s, true};
	return (PeerWhere){elsewhere->status, g_strdup(elsewhere->host), elsewhere->lease_end_unix, 0,
		false};
}

static bool
make_script(PeerScriptSource *source, PeerScript **ret_script, GError **error)
{
	g_autoptr(PeerScript) script = g_new0(PeerScript, 1);
	g_autoptr(GBytes) personal = NULL;
	g_autoptr(GError) unreadable = NULL;

	g_atomic_ref_count_init(&script->refs);
	if (!peer_state_load(source->config->state_folder, &script->state, error))
		return false;
	*ret_script = NULL;
	if (script->state == NULL)
		return true;
	g_autoptr(LocationRecord) record = peer_state_to_record(script->state);
	script->where = find_where(source, script->state);
	if (!read_script(source->config, source->config->personal_script, &personal, &unreadable))
		script->problem = g_strdup_printf("%s\n", unreadable->message);
	compile_personal(source, script, record, personal);
	tell_reader(source, script, personal);
	if (script->program == NULL) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_IO, "the delivery script: %s",
			script->problem);
		return false;
	}
	*ret_script = g_steal_pointer(&script);
	return true;
}

bool
peer_script_source_get(PeerScriptSource *source, PeerScript **ret_script, GError **error)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&source->lock);
	/* Taken before the files are read: a change in between is seen at the next call. */
	g_autofree char *fingerprint = take_fingerprint(source);

	if (g_strcmp0(fingerprint, source->fingerprint) != 0) {
		PeerScript *fresh = NULL;
		if (!make_script(source, &fresh, error))
			return false;
		peer_script_unref(source->current);
		source->current = fresh;
		g_free(source->fingerprint);
		source->fingerprint = g_steal_pointer(&fingerprint);
	}
	*ret_script = source->current == NULL ? NULL : peer_script_ref(source->current);
	return true;
}

void
peer_script_source_set_elsewhere(PeerScriptSource *source, LocationRecord *elsewhere)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&source->lock);

	if (source->elsewhere == NULL && elsewhere == NULL)
		return;
	location_record_free(source->elsewhere);
	source->elsewhere = elsewhere;
	source->elsewhere_version++;
}
