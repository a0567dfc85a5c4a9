/* SPDX-License-Identifier: MIT */
/* strings.h - string values at run time: constants, and templates that an extension expands */
#pragma once

#include "engine/sieve-ext.h"

/** What compile_string made of one string; @data NULL: the string is constant. */
typedef struct SieveTemplate {
	const SieveExtension *extension;
	const void *data;
} SieveTemplate;

/** The value of string @index of @arg in this run. A mistake that the argument's check finds in an
 * expanded string fails the run once the running command or test has returned. */
SieveBytes sieve_string_value(SieveRun *run, const SieveArg *arg, size_t index);
/** The words of all of them, blanks between; they point into @strings. */
SieveStrings sieve_strings_words(SieveStrings strings, SieveArena *arena);
/** All of them, or the words of all; without templates nothing is copied. */
SieveStrings sieve_string_values(SieveRun *run, const SieveArg *arg);
