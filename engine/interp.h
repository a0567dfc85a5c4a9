/* SPDX-License-Identifier: MIT */
/* interp.h - runs a program over a message; only ever appends actions
 *
 * sieve_run() of sieve.h is all that most programs need. This is for those that run a script inside
 * a script, or look into a run: the test runner, whose commands (an extension of its own) swap
 * message and envelope and run other scripts while their own script goes on.
 */
#pragma once

#include "engine/actions.h"

/** As sieve_run(); @host (nullable) is what sieve_run_host() gives to the extensions of the run. */
bool sieve_run_hosted(const SieveProgram *program, const SieveRunInput *input, void *host,
	SieveResult **ret_result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void *sieve_run_host(const SieveRun *run);

/**
 * sieve_run_inner:
 * @result: (nullable) what receives the actions; NULL: the result of @run
 * @error: its message does not tell the place
 *
 * Runs @program inside @run: same message, envelope, environment and host, but a step budget,
 * extension slots and `stop` of its own. Actions are appended to what the result holds; reset it first
 * if that is not wanted. On failure the result is as sieve_run() leaves it, but for actions that are
 * marked as done: the implicit keep alone. @program must outlive the result.
 */
bool sieve_run_inner(SieveRun *run, const SieveProgram *program, SieveResult *result,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** The result so far; (transfer none), lives as long as the run. */
const SieveResult *sieve_run_result(const SieveRun *run);
/** Forgets all actions; the implicit keep stands again. */
void sieve_run_reset_result(SieveRun *run);
/** What the result says now has been carried out. New actions are still compared with it. */
void sieve_run_mark_done(SieveRun *run);
/** From now on this is the message or envelope; it must outlive the result. The envelope's struct
 * is copied, its bytes are not. */
void sieve_run_set_message(SieveRun *run, const SieveMessage *message);
void sieve_run_set_envelope(SieveRun *run, const SieveEnvelope *envelope);

/** True while a block of @def is being run, here or in the script that this one runs inside of. */
bool sieve_run_in_block(const SieveRun *run, const SieveCommandDef *def);
/** The script's name and line of the command or test being run, for messages. */
const char *sieve_run_script_name(const SieveRun *run);
unsigned sieve_run_line(const SieveRun *run);
