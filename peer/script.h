/* SPDX-License-Identifier: MIT */
/* script.h - who is logged in here and their compiled delivery script; follows the files as they change
 *
 * The script is the access list and redirect logic of the reader's record, then `include :personal`.
 * A personal script that does not compile is left out: its mail is kept, the access list still holds,
 * and the reader is told by one mail for each version of the script (RFC 5228 section 2.10.6).
 */
#pragma once

#include "peer/config.h"
#include "peer/second-script.h"
#include "peer/state.h"

/** Where the reader is, as the directory says. */
typedef struct PeerWhere {
	LocationStatus status;
	char *host;		/* (nullable) */
	int64_t lease_end_unix; /* 0: none */
	unsigned lease_s;	/* here: for how long this host renews it */
	bool here;
} PeerWhere;

/** One version. Immutable, reference-counted, shareable between threads; every field may be read. */
typedef struct PeerScript {
	gatomicrefcount refs;
	PeerState *state;
	PeerWhere where;
	SieveProgram *program;
	PeerSecondScript *second; /* (nullable) runs in place of @program, for engine = libsieve */
	char *problem;     /* (nullable) why the personal script is left out: diagnostics, UTF-8 */
} PeerScript;

PeerScript *peer_script_ref(PeerScript *script);
void peer_script_unref(PeerScript *script);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerScript, peer_script_unref)

typedef struct PeerScriptSource PeerScriptSource;

/** @config: borrowed. */
PeerScriptSource *peer_script_source_new(const PeerConfig *config);
void peer_script_source_free(PeerScriptSource *source);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerScriptSource, peer_script_source_free)
/**
 * peer_script_source_get:
 * @ret_script: (out) (transfer full) (nullable): NULL when nobody is logged in
 *
 * Compiles again when the session, a script or @elsewhere has changed since. Safe between threads.
 * Fails as peer_state_load() does; the failure is temporary.
 */
bool peer_script_source_get(PeerScriptSource *source, PeerScript **ret_script, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
/** Where the reader is now, when that is not here. @elsewhere: (nullable) (transfer full) */
void peer_script_source_set_elsewhere(PeerScriptSource *source, LocationRecord *elsewhere);
