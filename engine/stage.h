/* SPDX-License-Identifier: MIT */
/* stage.h - what is known of a mail at each stage, and what a run says that needs more */
#pragma once

#include "engine/actions.h"

/** What tests may ask for when a script runs at @stage. */
SieveNeeds sieve_stage_knows(SieveStage stage);
/** The earliest stage at which @needs is known. */
SieveStage sieve_stage_for(SieveNeeds needs);
/** static; "connection", "envelope", "header", "message". */
const char *sieve_stage_name(SieveStage stage);
/** False when no stage has this name. */
bool sieve_stage_parse(const char *name, SieveStage *ret_stage);
/** (transfer full) "needs the header (SCRIPT:LINE: header)" */
char *sieve_need_print(const SieveNeed *need);
