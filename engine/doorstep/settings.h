/* SPDX-License-Identifier: MIT */
/* settings.h - the options --setting and --config of several verbs */
#pragma once

#include "engine/sieve.h"

/** What the command line says, and what comes of it; all (nullable) at first. */
typedef struct DoorstepSettings {
	char *config;
	char **given; /* NAME=VALUE each */
	SieveSettings *values;
} DoorstepSettings;

/** Two rows for a table of options. */
#define DOORSTEP_SETTING_OPTIONS(settings)                                                         \
	{"setting", 0, 0, G_OPTION_ARG_STRING_ARRAY, &(settings).given,                            \
		"give a setting of `check --settings` this value; may be repeated", "NAME=VALUE"}, \
	{                                                                                          \
		"config", 'c', 0, G_OPTION_ARG_FILENAME, &(settings).config,                       \
			"take settings from the group [sieve] of this file", "FILE"                \
	}

/** Makes @settings->values of the file, then of the options. False, with a message on standard error,
 * when something in them is wrong. */
bool doorstep_settings_load(DoorstepSettings *settings, const SieveExtension *const *extensions);
void doorstep_settings_clear(DoorstepSettings *settings);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DoorstepSettings, doorstep_settings_clear)
