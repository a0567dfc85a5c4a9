/* SPDX-License-Identifier: MIT */
/* auth.h - the reader's password, checked against a hashed file or the directory
 *
 * Nobody but the reader logs in here. Whoever guesses is slowed down by address: after two failures
 * each further try must wait 2, 4, 8, then 15 seconds; what comes earlier is refused without a look
 * at the password. Safe between threads.
 */
#pragma once

#include "engine/env.h"
#include "schema/location.h"

typedef struct PeerAuth PeerAuth;

typedef enum {
	PEER_AUTH_OK,
	PEER_AUTH_WRONG,  /* unknown user or wrong password: the same work was done for both */
	PEER_AUTH_LATER,  /* too many failures from this client */
	PEER_AUTH_FAILED, /* the password source is away */
} PeerAuthVerdict;

/** Strings are borrowed for the time of peer_auth_new() only. */
typedef struct PeerAuthSettings {
	const char *user_name;
	const char *password_file;         /* (nullable): by binding to the directory */
	const LocationSettings *directory; /* (nullable) when there is a password file */
	const SieveEnv *env;               /* (nullable): sieve_env_system() */
} PeerAuthSettings;

/** Fails as location_pool_new() does. The password file may be made later. */
PeerAuth *peer_auth_new(const PeerAuthSettings *settings, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void peer_auth_free(PeerAuth *auth);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerAuth, peer_auth_free)

/**
 * peer_auth_check:
 * @client: remote address, for the limit; an IPv6 client counts with its /48
 * @ret_problem: (out) (transfer full) (nullable): for PEER_AUTH_FAILED, why; holds no password
 */
PeerAuthVerdict peer_auth_check(PeerAuth *auth, const char *client, SieveBytes user,
	SieveBytes password, char **ret_problem);

/** Hashes @password with crypt(5)'s preferred method and writes it to @path, mode 0600, durably and
 * at once or not at all. Fails with SIEVE_ERROR_INVALID for an empty one, or one with NUL, CR or
 * LF, and with a GFileError. */
bool peer_auth_store_password(
	const char *path, SieveBytes password, GError **error) G_GNUC_WARN_UNUSED_RESULT;
