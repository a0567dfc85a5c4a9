/* SPDX-License-Identifier: MIT */
/* dump.h - program to readable listing */
#pragma once

#include "engine/program.h"

/** (transfer full) one line per instruction: address, opcode, operand, source line. */
char *sieve_program_dump(const SieveProgram *program);
/** Appends the arguments as they would be written in a script, defaults left out. */
void sieve_dump_args(const SieveArgs *args, GString *text);
