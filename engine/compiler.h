/* SPDX-License-Identifier: MIT */
/* compiler.h - checked scripts to program; sieve_compile() itself is declared in sieve.h */
#pragma once

#include "engine/program.h"
#include "engine/unit.h"

/** (transfer full) the program of @unit, which must be without mistakes; takes the unit's arena. */
SieveProgram *sieve_compile_unit(SieveUnit *unit);
