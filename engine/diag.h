/* SPDX-License-Identifier: MIT */
/* diag.h - the list of script mistakes, as the stages of the compiler fill it */
#pragma once

#include "engine/source.h"

/** Appends a mistake at @span. @hint is (nullable) and copied. After SIEVE_LIMIT_DIAGS mistakes one
 * last entry says so and further ones are only counted. */
void sieve_diag_add(SieveDiagList *diags, SieveDiagLevel level, SieveSpan span, const char *hint,
	const char *format, ...) G_GNUC_PRINTF(5, 6);
