/* SPDX-License-Identifier: MIT */
/* core-settings.c - the settings of the core language, by which the engine's own limits are set */

#include "engine/core-settings.h"

const SieveSettingDef sieve_core_settings[SIEVE_N_CORE_SETTINGS + 1] = {
	[SIEVE_CORE_MAX_ACTIONS] = {.name = "max_actions",
		.alias = "sieve_max_actions",
		.type = SIEVE_SETTING_NUMBER,
		.number = SIEVE_LIMIT_ACTIONS,
		.min = 1,
		.max = SIEVE_LIMIT_ACTIONS_MAX,
		.help = "how many actions one run may take"},
	[SIEVE_CORE_MAX_REDIRECTS] = {.name = "max_redirects",
		.alias = "sieve_max_redirects",
		.type = SIEVE_SETTING_NUMBER,
		.number = SIEVE_LIMIT_REDIRECTS,
		.min = 0,
		.max = SIEVE_LIMIT_ACTIONS_MAX,
		.help = "to how many addresses one run may redirect; 0 forbids redirect"},
	[SIEVE_CORE_MAX_INCLUDE_DEPTH] = {.name = "max_include_depth",
		.alias = "sieve_include_max_nesting_depth",
		.type = SIEVE_SETTING_NUMBER,
		.number = SIEVE_LIMIT_INCLUDE_DEPTH,
		.min = 0,
		.max = SIEVE_LIMIT_INCLUDES_MAX,
		.help = "how deeply scripts may include each other; 0 forbids include"},
	[SIEVE_CORE_MAX_INCLUDES] = {.name = "max_includes",
		.alias = "sieve_include_max_includes",
		.type = SIEVE_SETTING_NUMBER,
		.number = SIEVE_LIMIT_INCLUDES,
		.min = 0,
		.max = SIEVE_LIMIT_INCLUDES_MAX,
		.help = "how many scripts one script may include, those included in turn among them"},
	[SIEVE_CORE_MAX_STEPS] = {.name = "max_steps",
		.type = SIEVE_SETTING_NUMBER,
		.number = SIEVE_LIMIT_RUN_STEPS,
		.min = 1000,
		.max = SIEVE_LIMIT_RUN_STEPS,
		.help = "how much work one run may do: bytes looked at and instructions"},
	[SIEVE_N_CORE_SETTINGS] = {.name = NULL},
};

uint64_t
sieve_core_number(const SieveSettings *settings, SieveCoreSetting setting)
{
	const SieveSettingDef *def = &sieve_core_settings[setting];

	return settings == NULL ? def->number : sieve_settings_number(settings, def);
}
