/* SPDX-License-Identifier: MIT */
/* location.h - the location server's client: find, log in, publish, withdraw; the only user of LDAP
 *
 * A session connects on demand and reconnects once inside when the server has gone. It is used from
 * one thread at a time; LocationPool shares sessions between threads. Every value put in a search
 * filter is escaped (RFC 4515); no DN is built from mail data. No call waits longer than twice the
 * session's timeout_ms.
 */
#pragma once

#include "schema/location-record.h"

/** All strings are borrowed for the time of the call that is given them. */
typedef struct LocationSettings {
	const char *uri;         /* ldap://, ldaps:// or ldapi:// */
	const char *base;        /* where records are searched, subtree */
	const char *bind_dn;     /* (nullable): anonymous */
	const char *password;    /* (nullable) */
	unsigned timeout_ms;     /* for connecting and for each answer; 0: 2000 */
	bool start_tls;          /* with a certificate that verifies; failing it is an error */
	const char *ca_file;     /* (nullable): the system's */
	/* (nullable) name pairs "canonical", "name in this directory", ..., NULL; the name "" says that
	 * this directory has no such attribute: it is neither asked for nor written */
	const char *const *attribute_names;
} LocationSettings;

typedef struct LocationSession LocationSession;

/** Does not connect yet. Fails with LOCATION_ERROR_CONFIG. */
LocationSession *location_session_new(const LocationSettings *settings, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
void location_session_free(LocationSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LocationSession, location_session_free)

/** Settings that own their strings. */
typedef struct LocationConfig LocationConfig;
/** (transfer full) a copy of @settings. */
LocationConfig *location_config_new(const LocationSettings *settings);
/** Reads [directory] of a key file; its keys stand in schema/README.md. Fails with
 * LOCATION_ERROR_CONFIG for a key that is missing or makes no sense; leaves other groups alone. */
LocationConfig *location_config_load(GKeyFile *file, GError **error) G_GNUC_WARN_UNUSED_RESULT;
const LocationSettings *location_config_settings(const LocationConfig *config);
void location_config_free(LocationConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LocationConfig, location_config_free)

/**
 * location_find_by_email, location_find_by_user:
 * @ret_record: (out) (transfer full) (nullable): NULL when no record, or more than one, matches
 *
 * Returns: true if the directory answered.
 */
bool location_find_by_email(LocationSession *session, SieveBytes email,
	LocationRecord **ret_record, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool location_find_by_user(LocationSession *session, SieveBytes user_name,
	LocationRecord **ret_record, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** As above. The record whose host and port are these, for a TLS policy look-up by next hop. */
bool location_find_by_host(LocationSession *session, const char *host, uint16_t smtp_port,
	LocationRecord **ret_record, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Appends the values, as char *, of what an LDAP URL finds (RFC 4516):
 * "ldap:///BASE?ATTRIBUTE?SCOPE?FILTER". It names no host: the session's directory is asked, with the
 * identity that the session has. Fails with LOCATION_ERROR_CONFIG for any other URL, and for more values
 * than LOCATION_VALUES_MAX. */
bool location_search(LocationSession *session, const char *url, GPtrArray *values, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
#define LOCATION_VALUES_MAX 100000u
/** Appends the names of the users whose records have a mailfilter, in no order; otherwise as
 * location_search(). */
bool location_list_filtered(LocationSession *session, GPtrArray *user_names, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;

/**
 * location_login:
 *
 * Finds @user_name with the session's own identity (or anonymously), then binds as that record with
 * @password: from now on the session acts as the user. An empty password is refused here, since LDAP
 * would take it for an anonymous bind (RFC 4513 section 5.1.2).
 * Fails with LOCATION_ERROR_CREDENTIALS for an unknown user and a wrong password alike.
 */
bool location_login(LocationSession *session, SieveBytes user_name, SieveBytes password,
	LocationRecord **ret_record, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** Ends a login: the session has its own identity again. Does nothing when there was none. */
void location_session_logout(LocationSession *session);

/** What a login or a renewal writes; one modify operation, so all of it or nothing. */
typedef struct LocationPresence {
	LocationStatus status;
	const char *host;        /* IP literal */
	uint16_t smtp_port;
	int64_t lease_end_unix;  /* 0: no lease */
	const char *tls_key;     /* (nullable) */
	const unsigned char *ticket_secret; /* (nullable) LOCATION_SECRET_BYTES */
} LocationPresence;

/** Writes presence into the record @dn, which the session must be allowed to write. */
bool location_publish(LocationSession *session, const char *dn, const LocationPresence *presence,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Sets offline and takes host, port, lease, key and secret out. */
bool location_withdraw(LocationSession *session, const char *dn, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;

/** Sessions shared between threads. */
typedef struct LocationPool LocationPool;
LocationPool *location_pool_new(const LocationSettings *settings, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
void location_pool_free(LocationPool *pool);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LocationPool, location_pool_free)
/** (transfer full) a session no other thread has, with the pool's own identity; give it back with
 * location_pool_put(), which ends a login that was made on it. */
LocationSession *location_pool_take(LocationPool *pool, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void location_pool_put(LocationPool *pool, LocationSession *session);
