/* SPDX-License-Identifier: MIT */
/* location-session.h - a session with the directory, for the files that speak LDAP */
#pragma once

#include <ldap.h>

#include "schema/location.h"

enum {
#define LOCATION_ATTRIBUTE(id, name, setter, values) ATTRIBUTE_##id,
#include "schema/location-attributes.def"
#undef LOCATION_ATTRIBUTE
	N_ATTRIBUTES
};

struct LocationSession {
	LocationConfig *config;
	const LocationSettings *settings; /* the config's */
	char *names[N_ATTRIBUTES];        /* in this directory; empty: it has no such attribute */
	char *asked[N_ATTRIBUTES + 1];    /* those that are not empty, NULL-terminated; borrowed */
	LDAP *ldap;                       /* (nullable): not connected */
	int64_t deadline_usec;            /* of the public call in progress, monotonic */
	char *login_dn;                   /* (nullable): nobody has logged in */
	char *login_password;
};

/** One exchange on a connection; an LDAP result code. May be called twice. */
typedef int (*LocationOperation)(LocationSession *session, void *data);

/** From here on the call has its time. */
void location_start_call(LocationSession *session);
/** What is left of it. */
struct timeval location_time_left(const LocationSession *session);
/** Connects where that is needed, and tries again once when a connection that was left open has died.
 * @what: for messages. */
bool location_perform(LocationSession *session, const char *what, LocationOperation operation,
	void *data, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Waits for the answer to @id; LDAP_SUCCESS with @ret_message, which may be a search entry. */
int location_wait_answer(LocationSession *session, int id, LDAPMessage **ret_message);
