/* SPDX-License-Identifier: MIT */
/* core-settings.h - the settings of the core language, by which the engine's own limits are set */
#pragma once

#include "engine/sieve-ext.h"

typedef enum {
	SIEVE_CORE_MAX_ACTIONS,
	SIEVE_CORE_MAX_REDIRECTS,
	SIEVE_CORE_MAX_INCLUDE_DEPTH,
	SIEVE_CORE_MAX_INCLUDES,
	SIEVE_CORE_MAX_VARIABLE_BYTES,
	SIEVE_CORE_MAX_STEPS,
	SIEVE_CORE_USER_EMAIL,
	SIEVE_CORE_USER_ADDRESSES,
	SIEVE_CORE_REDIRECT_FROM,
	SIEVE_CORE_TIME_ZONE,
	SIEVE_CORE_SNOOZE_MAILBOX,
	SIEVE_N_CORE_SETTINGS,
} SieveCoreSetting;

/** Of each of them, in order; then the end. */
extern const SieveSettingDef sieve_core_settings[SIEVE_N_CORE_SETTINGS + 1];

/** The value of one that is a number. @settings: (nullable) the defaults. */
uint64_t sieve_core_number(const SieveSettings *settings, SieveCoreSetting setting);
/** The same of one that is a text; (nullable) it has none. */
const char *sieve_core_string(const SieveSettings *settings, SieveCoreSetting setting);
/** The same of one that is a list; NULL-terminated. */
const char *const *sieve_core_list(const SieveSettings *settings, SieveCoreSetting setting);
