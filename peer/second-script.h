/* SPDX-License-Identifier: MIT */
/* second-script.h - a whole delivery script that libsieve runs, with all that it includes */
#pragma once

#include "engine/sieve.h"

/** Immutable and shareable between threads. */
typedef struct PeerSecondScript PeerSecondScript;

/**
 * peer_second_script_new:
 * @text: compiles on our own engine
 * @settings: (nullable) as for sieve_compile(); must outlive the script and its results
 * @load: (scope call): what it gives is kept, so that later changes of the files have no effect
 * @ret_problem: (out) (transfer full): written when it returns NULL: why libsieve cannot run it
 */
PeerSecondScript *peer_second_script_new(SieveBytes text, const SieveSettings *settings,
	SieveLoadScript load, void *load_data, char **ret_problem);
void peer_second_script_free(PeerSecondScript *second);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerSecondScript, peer_second_script_free)
/** As sieve_libsieve_run(); environment tests are settled by that of @input. */
bool peer_second_script_run(const PeerSecondScript *second, const SieveRunInput *input,
	SieveResult **ret_result, GError **error) G_GNUC_WARN_UNUSED_RESULT;
