/* SPDX-License-Identifier: MIT */
/* variables.h - variables: names to places while a script is checked, values in a run (RFC 5229)
 *
 * A name gets a place when it is first met; the run then knows places alone. Each script has places
 * of its own, and there are some that all scripts share (RFC 6609 section 3.4).
 */
#pragma once

#include "engine/sieve-ext.h"

struct SieveVariable {
	const char *name; /* in lower case, with its namespace */
	bool shared;
	uint32_t index; /* the place */
	const SieveNamespaceDef *namespace; /* (nullable) it has no place, but this */
	const void *data;		    /* what the namespace knows it by */
};

/** Script @script is entered: its variables have no values. */
void sieve_run_forget_variables(SieveRun *run, uint32_t script);
