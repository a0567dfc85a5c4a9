/* SPDX-License-Identifier: MIT */
/* libsieve.h - the second engine: base-language scripts run on libsieve; the only user of sieve2.h
 *
 * Linked into the programs, not into libdoorstep. libsieve has global state in its parser: calls
 * are serialised inside. A script is lowered first (lower.h); one that includes others or asks for
 * the environment has to be lowered by the caller, who knows both, and is then given here.
 */
#pragma once

#include "engine/actions.h"

/** True when libsieve can be given @text: it compiles there and asks for nothing that libsieve
 * lacks. Otherwise @ret_reason (transfer full) says why, with the line when libsieve tells it. */
bool sieve_libsieve_check(SieveBytes text, char **ret_reason);

/** Runs @text on libsieve; @ret_result as sieve_run() gives it. The limits of @settings (nullable: the
 * defaults; must outlive the result) hold for the actions. Fails with SIEVE_ERROR_SCRIPT. */
bool sieve_libsieve_run(SieveBytes text, const SieveSettings *settings, const SieveRunInput *input,
	SieveResult **ret_result, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Fails as sieve_libsieve_run() does: the mail is kept. For a script that could not be lowered:
 * @reason is what sieve_lower() said. Returns: false. */
bool sieve_libsieve_refuse(const char *reason, SieveResult **ret_result, GError **error);
