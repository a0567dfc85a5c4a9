/* SPDX-License-Identifier: MIT */
/* settings.h - the values of all settings: what sieve.h and sieve-ext.h do not need of them */
#pragma once

#include "engine/core-settings.h"

/** (nullable) the definition that @name, its alias, or an indexed form of either stands for. */
const SieveSettingDef *sieve_settings_find_def(const SieveSettings *settings, const char *name);
/** All values are those of @base again, which must outlive @settings and have the same extensions. */
void sieve_settings_reset(SieveSettings *settings, const SieveSettings *base);
/** Sets every key of @group (which need not be there). Fails at the first that is wrong. */
bool sieve_settings_load(SieveSettings *settings, GKeyFile *file, const char *group,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** The value of a core setting that is a number, without a search for it. */
uint64_t sieve_settings_core_number(const SieveSettings *settings, SieveCoreSetting setting);
/** (transfer full) every definition as a key file: its help and legal range as a comment, then its
 * value. */
char *sieve_settings_print(const SieveSettings *settings);
