/* SPDX-License-Identifier: MIT */
/* state.h - what `doorstep login` and doorstepd tell each other: two small files of the reader alone
 *
 * Both stand in one folder, $XDG_RUNTIME_DIR/doorstep unless told otherwise, mode 0700, and vanish
 * with the reader's last login on this host. `session` is written by the verbs of the command, and
 * watched by doorstepd. `daemon` is written by doorstepd, once it listens.
 */
#pragma once

#include "schema/location-record.h"

/** Who is logged in here. Strings are NUL-terminated UTF-8, owned by the state, free to be replaced. */
typedef struct PeerState {
	char *user_name;       /* never NULL in a state that was loaded */
	char *dn;              /* of the location record */
	char *password;        /* (nullable) for renewing the lease and withdrawing; never logged */
	char *host;            /* (nullable) the address that was published */
	LocationStatus status; /* what the record says now */
	unsigned lease_s;      /* life of the lease; 0: none */
	char **emails;         /* NULL-terminated, never NULL in a state that was loaded */
	char **mailfilters;    /* NULL-terminated, never NULL in a state that was loaded */
	unsigned char ticket_secret[LOCATION_SECRET_BYTES];
	bool has_ticket_secret;
} PeerState;

/** (transfer full) the folder of both files. @folder: (nullable): the one asked for. */
char *peer_state_folder(const char *folder);

PeerState *peer_state_new(void);
/** Wipes the secrets. */
void peer_state_free(PeerState *state);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerState, peer_state_free)
/** Copies what a login found: names, addresses, filters, status, secret. */
PeerState *peer_state_from_record(const LocationRecord *record);
/** (transfer full) what the state knows of the record. */
LocationRecord *peer_state_to_record(const PeerState *state);

/**
 * @ret_state: (out) (transfer full) (nullable): NULL when nobody is logged in
 * Fails with PEER_ERROR_CONFIG when the file makes no sense or others could have read it.
 */
bool peer_state_load(const char *folder, PeerState **ret_state, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
/** Makes the folder; replaces the file as a whole. */
bool peer_state_save(const PeerState *state, const char *folder, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
/** Nobody is logged in any more. Absence is success. */
bool peer_state_remove(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * Whoever reads the session and writes to the directory what it says holds this lock from the one to the
 * other, so that nobody publishes what was true before. A file descriptor, -1: none. Released by the
 * cleanup.
 */
typedef int PeerStateLock;
/** Waits for the lock. Returns: -1, with @error set, when the lock file cannot be used. */
PeerStateLock peer_state_lock(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void peer_state_unlock(PeerStateLock lock);
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(PeerStateLock, peer_state_unlock, -1)

/** What a running doorstepd says of itself. */
typedef struct PeerDaemon {
	int64_t pid;
	uint16_t smtp_port;
	uint16_t pop3_port;    /* 0: not served */
	char *smtp_ip;
	char *pop3_ip;         /* (nullable) */
	char *tls_key;         /* "sha256:...": the pin of its key */
	int lock;              /* the writer's; -1 in one that was loaded */
} PeerDaemon;

void peer_daemon_free(PeerDaemon *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerDaemon, peer_daemon_free)
/** @ret_daemon: (out) (transfer full) (nullable): NULL when none runs, whatever files are left */
bool peer_daemon_find(const char *folder, PeerDaemon **ret_daemon, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
/**
 * Becomes the one daemon of @folder; the lock lasts until peer_daemon_free() or the process ends.
 * Fails with PEER_ERROR_CONFIG when another one runs.
 */
PeerDaemon *peer_daemon_claim(const char *folder, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Says what stands in @self to those who look for it. */
bool peer_daemon_announce(const PeerDaemon *self, const char *folder, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
