/* SPDX-License-Identifier: MIT */
/* second-script.c - a whole delivery script that libsieve runs, with all that it includes */

#include "peer/second-script.h"

#include "engine/bytes.h"
#include "engine/libsieve.h"
#include "engine/lower.h"

struct PeerSecondScript {
	GBytes *text;
	SieveRegistry *registry;
	const SieveSettings *settings; /* (nullable) */
	GHashTable *included; /* "location/name" to GBytes */
};

/* The files as they are now, put aside under the names that the script has for them. */
typedef struct Gathering {
	PeerSecondScript *second;
	SieveLoadScript load;
	void *load_data;
} Gathering;

static SieveBytes
view(GBytes *bytes)
{
	size_t len = 0;
	const char *ptr = g_bytes_get_data(bytes, &len);

	return (SieveBytes){ptr, len};
}

static char *
make_key(SieveLocation location, const char *name)
{
	return g_strdup_printf("%u/%s", (unsigned)location, name);
}

static bool
gather(SieveLocation location, const char *name, GBytes **ret_text, void *user_data, GError **error)
{
	const Gathering *gathering = user_data;

	if (!gathering->load(location, name, ret_text, gathering->load_data, error))
		return false;
	if (*ret_text != NULL)
		g_hash_table_insert(gathering->second->included, make_key(location, name),
			g_bytes_ref(*ret_text));
	return true;
}

static bool
recall(SieveLocation location, const char *name, GBytes **ret_text, void *user_data,
	GError **error G_GNUC_UNUSED)
{
	const PeerSecondScript *second = user_data;
	g_autofree char *key = make_key(location, name);
	GBytes *text = g_hash_table_lookup(second->included, key);

	*ret_text = text == NULL ? NULL : g_bytes_ref(text);
	return true;
}

/* Every branch stays in the lowered text, so any environment will do to find out what is in it. */
static const char *
no_environment(const char *item G_GNUC_UNUSED, void *user_data G_GNUC_UNUSED)
{
	return NULL;
}

static bool
check(PeerSecondScript *second, SieveLoadScript load, void *load_data, char **ret_problem)
{
	Gathering gathering = {second, load, load_data};
	const SieveCompileOptions compile = {
		.name = "delivery",
		.load = gather,
		.load_data = &gathering,
		.settings = second->settings,
	};
	const SieveLowerOptions options = {second->registry, &compile, no_environment, NULL};
	g_autofree char *lowered = NULL;

	return sieve_lower(view(second->text), &options, &lowered, ret_problem) &&
	       sieve_libsieve_check(sieve_bytes_from_string(lowered), ret_problem);
}

PeerSecondScript *
peer_second_script_new(SieveBytes text, const SieveSettings *settings, SieveLoadScript load,
	void *load_data, char **ret_problem)
{
	g_autoptr(PeerSecondScript) second = g_new0(PeerSecondScript, 1);

	second->text = g_bytes_new(text.ptr, text.len);
	second->settings = settings;
	second->registry = sieve_registry_new(sieve_extensions());
	second->included = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
	return check(second, load, load_data, ret_problem) ? g_steal_pointer(&second) : NULL;
}

void
peer_second_script_free(PeerSecondScript *second)
{
	if (second == NULL)
		return;
	g_bytes_unref(second->text);
	sieve_registry_free(second->registry);
	g_hash_table_unref(second->included);
	g_free(second);
}

bool
peer_second_script_run(const PeerSecondScript *second, const SieveRunInput *input,
	SieveResult **ret_result, GError **error)
{
	const SieveCompileOptions compile = {
		.name = "delivery",
		.load = recall,
		.load_data = (void *)(uintptr_t)second,
		.settings = second->settings,
	};
	const SieveLowerOptions options = {
		second->registry, &compile, input->environment, input->environment_data};
	g_autofree char *lowered = NULL;
	g_autofree char *problem = NULL;

	if (sieve_lower(view(second->text), &options, &lowered, &problem))
		return sieve_libsieve_run(sieve_bytes_from_string(lowered), second->settings, input,
			ret_result, error);
	return sieve_libsieve_refuse(problem, ret_result, error);
}
