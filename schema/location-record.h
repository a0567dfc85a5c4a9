/* SPDX-License-Identifier: MIT */
/* location-record.h - the user location record as a C value; no LDAP */
#pragma once

#include "engine/sieve.h"

#define LOCATION_ERROR (location_error_quark())
GQuark location_error_quark(void);

typedef enum {
	LOCATION_ERROR_UNREACHABLE, /* temporary: the directory is away or said "busy" */
	LOCATION_ERROR_TIMEOUT,     /* temporary: no answer within timeout_ms */
	LOCATION_ERROR_CREDENTIALS, /* permanent: the bind was refused */
	LOCATION_ERROR_DENIED,      /* permanent: the directory's access rules refuse it */
	LOCATION_ERROR_SCHEMA,      /* permanent: what the directory holds is no usable record */
	LOCATION_ERROR_CONFIG,      /* permanent: this program's settings are wrong */
} LocationError;

/** True when the same call may succeed later. Unknown domains and codes count as temporary. */
bool location_error_is_temporary(const GError *error);

typedef enum {
	LOCATION_OFFLINE = 0,
	LOCATION_READY = 1,
	LOCATION_BUSY = 2,
} LocationStatus;

#define LOCATION_SECRET_BYTES 32u
/** A lease within this many seconds of its end is treated as ended. */
#define LOCATION_LEASE_MARGIN_S 30

/** Every field may be read. Strings are NUL-terminated UTF-8, owned by the record. */
typedef struct LocationRecord {
	char *dn;
	char *user_name;         /* never NULL in a record that was found */
	char **emails;           /* NULL-terminated, may be empty, never NULL */
	LocationStatus status;   /* as written; see location_record_status_at() */
	char *host;              /* (nullable) IPv4 or IPv6 literal, no brackets */
	uint16_t smtp_port;      /* 25 when the record has none */
	int64_t lease_end_unix;  /* 0: no lease, as in the paper: the record does not expire */
	char *tls_key;           /* (nullable) "sha256:" and 64 lower-case hex digits: SPKI pin */
	unsigned char ticket_secret[LOCATION_SECRET_BYTES];
	bool has_ticket_secret;
	char **capabilities;     /* NULL-terminated, never NULL */
	char **mailfilters;      /* NULL-terminated, in no order, never NULL */
} LocationRecord;

LocationRecord *location_record_new(void);
void location_record_free(LocationRecord *record);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(LocationRecord, location_record_free)

/** The status that counts at @now_unix: offline when the lease has ended (margin included), or when
 * there is no host to reach. */
LocationStatus location_record_status_at(const LocationRecord *record, int64_t now_unix);
/** True when @address is one of the record's; domain and local part compare without ASCII case. */
bool location_record_has_email(const LocationRecord *record, SieveBytes address);
/**
 * Takes one attribute value into the record; the one place that knows what each attribute may hold.
 * @attribute: canonical name, as location-attributes.def lists it. Unknown ones are ignored.
 * Fails with LOCATION_ERROR_SCHEMA and a text that quotes the value (never a secret).
 */
bool location_record_set(LocationRecord *record, const char *attribute, SieveBytes value,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Reads the first entry of an LDIF text (RFC 2849), for `doorstep compile` and tests. */
LocationRecord *location_record_parse_ldif(SieveBytes ldif, GError **error) G_GNUC_WARN_UNUSED_RESULT;
