/* SPDX-License-Identifier: MIT */
/* require.h - what a script requires, what it uses, and what it should require (RFC 5228 section 3.2) */
#pragma once

#include "engine/registry.h"
#include "engine/source.h"

/** One extension, as one script sees it. */
typedef struct SieveRequirement {
	bool enabled; /* required, or brought by what is required, or the core */
	bool tested;  /* an ihave test before names it: the run must have come past one (RFC 5463) */
	bool used;
	bool missing;	/* something of it was used and it is not enabled */
	SieveSpan span; /* of its name after require; length 0 when it is not named */
} SieveRequirement;

/** Extensions, linked by next. */
struct SieveCapabilities {
	unsigned extension_index;
	const SieveCapabilities *next;
};

/** Notes that something of @entry was used where it is enabled. */
void sieve_require_use(SieveCheck *check, unsigned extension_index);
/** Notes that something of @entry was used and is not enabled. Returns: (transfer full) the hint. */
char *sieve_require_missing(SieveCheck *check, const SieveEntry *entry);
/** Notes that the command or test at hand uses an extension that an ihave test must have found. */
void sieve_require_need_test(SieveCheck *check, unsigned extension_index);
/** Check function of the require command: enables capability @value. */
void sieve_require_check(SieveCheck *check, const SieveArg *arg, SieveBytes value);
/** At the end of a script: names the whole line to add when several capabilities are missing. */
void sieve_require_tell_missing(SieveCheck *check);
/** At the end of a script without mistakes: names what is required and not used. */
void sieve_require_tell_unused(SieveCheck *check);
