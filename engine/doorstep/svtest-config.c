/* SPDX-License-Identifier: MIT */
/* svtest-config.c - test_config_set, _unset and _reload: settings of the scripts under test
 *
 * What is set has no effect until a reload, and stays for the rest of the file. A name that no
 * extension knows is remembered and has none: test files are written for several engines.
 */

#include "engine/doorstep/svtest-commands.h"
#include "engine/registry.h"
#include "engine/settings.h"

enum { SET_NAME, SET_VALUE };

/* Usage: test_config_set <setting: string> <value: string> */
const SieveArgDef svtest_config_set_args[] = {
	[SET_NAME] = {.type = SIEVE_ARG_STRING, .name = "setting"},
	[SET_VALUE] = {.type = SIEVE_ARG_STRING, .name = "value"},
	{.type = SIEVE_ARG_END},
};

/* Usage: test_config_unset <setting: string> */
const SieveArgDef svtest_config_unset_args[] = {
	[SET_NAME] = {.type = SIEVE_ARG_STRING, .name = "setting"},
	{.type = SIEVE_ARG_END},
};

SVTEST_COMMAND(svtest_config_set_run)
{
	Svtest *svtest = sieve_run_host(run);
	SieveBytes name = sieve_args_string(run, args, SET_NAME);
	SieveBytes value = sieve_args_string(run, args, SET_VALUE);

	if (name.len == 0)
		return svtest_abort(error, "the setting has no name");
	g_hash_table_replace(svtest->overrides, sieve_bytes_dup(name), sieve_bytes_dup(value));
	return true;
}

SVTEST_COMMAND(svtest_config_unset_run)
{
	Svtest *svtest = sieve_run_host(run);
	g_autofree char *name = sieve_bytes_dup(sieve_args_string(run, args, SET_NAME));

	(void)error;
	g_hash_table_remove(svtest->overrides, name);
	return true;
}

enum { RELOAD_EXTENSION };

/* Usage: test_config_reload [:extension <name: string>] */
const SieveArgDef svtest_config_reload_args[] = {
	[RELOAD_EXTENSION] = {.type = SIEVE_ARG_TAG,
		.name = "extension",
		.value = SIEVE_ARG_STRING},
	{.type = SIEVE_ARG_END},
};

/* Settings belong to definitions, not to whoever reads them: one reload takes over all of them. */
static bool
reload(Svtest *svtest, GError **error)
{
	GHashTableIter iter;
	gpointer name;
	gpointer value;

	sieve_settings_reset(svtest->settings, svtest->setup->settings);
	g_hash_table_iter_init(&iter, svtest->overrides);
	while (g_hash_table_iter_next(&iter, &name, &value))
		if (sieve_settings_find_def(svtest->settings, name) != NULL &&
			!sieve_settings_set(svtest->settings, name, value, error))
			return false;
	return true;
}

SVTEST_COMMAND(svtest_config_reload_run)
{
	Svtest *svtest = sieve_run_host(run);

	if (sieve_args_has(args, RELOAD_EXTENSION)) {
		SieveBytes name = sieve_args_string(run, args, RELOAD_EXTENSION);
		if (sieve_registry_find(svtest->setup->registry, SIEVE_KIND_CAPABILITY, name) == NULL) {
			g_autofree char *shown = sieve_bytes_escape(name, 80);
			g_autofree char *text =
				g_strdup_printf("there is no extension \"%s\"", shown);
			return svtest_abort(error, text);
		}
	}
	return reload(svtest, error);
}
