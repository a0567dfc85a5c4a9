/* SPDX-License-Identifier: MIT */
/* checked.h - what was found of one script, and its forms for programs (doc/diagnostics.md) */
#pragma once

#include "engine/sieve.h"

typedef struct DoorstepChecked {
	char *path; /* as given */
	SieveDiagList *diags;
	bool valid;   /* it compiles: there is no error among @diags */
	char *reason; /* (nullable) of a valid script: why libsieve cannot run it */
} DoorstepChecked;

/** "error", "warning" or "note": the word of both forms. */
const char *doorstep_level_name(SieveDiagLevel level);

/** (transfer full) the JSON object for editors. @scripts is of DoorstepChecked. */
char *doorstep_checked_json(const GPtrArray *scripts);
/** (transfer full) a SARIF 2.1.0 log for code review. */
char *doorstep_checked_sarif(const GPtrArray *scripts);
