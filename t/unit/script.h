/* SPDX-License-Identifier: MIT */
/* script.h - what tests of the engine need: compile a script, run it on a mail, see the text of
 * both */
#pragma once

#include "engine/interp.h"
#include "engine/program.h"
#include "engine/trace.h"

/** (transfer full) the program; the test fails with the diagnostics if there are errors. */
SieveProgram *test_compile(const SieveRegistry *registry, const char *text);
/** (transfer full) the diagnostics of a script, one `line:column: level: message [hint]` each. */
char *test_diagnose(
	const SieveRegistry *registry, const char *text, const SieveCompileOptions *options);
/** (transfer full) what the script decides about @message (LF or CRLF), as sieve_result_print()
 * says it; or "error: " and the message, then that. */
char *test_run(const SieveProgram *program, const char *message);
/** (transfer full) both in one: compiles with every extension of the library. */
char *test_script(const char *text, const char *message);
/** A mail for scripts that do not care which one it is. */
extern const char test_mail[];
