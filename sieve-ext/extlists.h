/* SPDX-License-Identifier: MIT */
/* extlists.h - lists that are kept outside of scripts, for extensions that take the name of one */
#pragma once

#include "engine/sieve-ext.h"

/** For SieveArgDef.check of a list's name: warns when there is none of that name here. */
void sieve_extlists_check(SieveCheck *check, const SieveArg *arg, SieveBytes value);
/** Whether the list has @value as a key. False too when it cannot be read: the run fails once the test or
 * command has returned. */
bool sieve_extlists_has(SieveRun *run, SieveBytes name, SieveBytes value);
