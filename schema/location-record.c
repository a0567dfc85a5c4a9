/* SPDX-License-Identifier: MIT */
/* location-record.c - the user location record as a C value; no LDAP */

#include "schema/location-record.h"

#include <string.h>

#include "engine/bytes.h"
#include "schema/ldif.h"
#include "schema/remote-ip.h"

#define SMTP_PORT 25
#define SHOWN_BYTES 80u /* of a bad value in a message */

G_DEFINE_QUARK(location-error-quark, location_error)

static const bool temporary[] = {
	[LOCATION_ERROR_UNREACHABLE] = true,
	[LOCATION_ERROR_TIMEOUT] = true,
	[LOCATION_ERROR_CREDENTIALS] = false,
	[LOCATION_ERROR_DENIED] = false,
	[LOCATION_ERROR_SCHEMA] = false,
	[LOCATION_ERROR_CONFIG] = false,
};

bool
location_error_is_temporary(const GError *error)
{
	if (error->domain != LOCATION_ERROR || error->code < 0 ||
		(size_t)error->code >= G_N_ELEMENTS(temporary))
		return true;
	return temporary[error->code];
}

LocationRecord *
location_record_new(void)
{
	LocationRecord *record = g_new0(LocationRecord, 1);

	record->emails = g_new0(char *, 1);
	record->capabilities = g_new0(char *, 1);
	record->mailfilters = g_new0(char *, 1);
	record->smtp_port = SMTP_PORT;
	return record;
}

void
location_record_free(LocationRecord *record)
{
	if (record == NULL)
		return;
	g_free(record->dn);
	g_free(record->user_name);
	g_strfreev(record->emails);
	g_free(record->host);
	g_free(record->tls_key);
	g_strfreev(record->capabilities);
	g_strfreev(record->mailfilters);
	explicit_bzero(record->ticket_secret, sizeof(record->ticket_secret));
	g_free(record);
}

LocationStatus
location_record_status_at(const LocationRecord *record, int64_t now_unix)
{
	bool ended = record->lease_end_unix != 0 &&
		     now_unix >= record->lease_end_unix - LOCATION_LEASE_MARGIN_S;

	return ended || record->host == NULL ? LOCATION_OFFLINE : record->status;
}

bool
location_record_has_email(const LocationRecord *record, SieveBytes address)
{
	for (char **email = record->emails; *email != NULL; email++)
		if (sieve_bytes_equal_nocase(sieve_bytes_from_string(*email), address))
			return true;
	return false;
}

static bool
fail(const char *what, SieveBytes value, GError **error)
{
	g_autofree char *shown = sieve_bytes_escape(value, SHOWN_BYTES);

	g_set_error(error, LOCATION_ERROR, LOCATION_ERROR_SCHEMA, "\"%s\" is no %s", shown, what);
	return false;
}

static bool
is_text(SieveBytes value)
{
	return value.len > 0 && g_utf8_validate(value.ptr, (gssize)value.len, NULL) &&
	       memchr(value.ptr, '\0', value.len) == NULL;
}

static void
replace(char **text, SieveBytes value)
{
	g_free(*text);
	*text = sieve_bytes_dup(value);
}

static void
append(char ***list, SieveBytes value)
{
	unsigned count = g_strv_length(*list);

	*list = g_renew(char *, *list, count + 2);
	(*list)[count] = sieve_bytes_dup(value);
	(*list)[count + 1] = NULL;
}

/* Decimal digits alone, at most @max. */
static bool
parse_number(SieveBytes value, uint64_t max, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (value.len == 0 || value.len > 18)
		return false;
	for (size_t i = 0; i < value.len; i++) {
		if (!g_ascii_isdigit(value.ptr[i]))
			return false;
		number = number * 10 + (uint64_t)(value.ptr[i] - '0');
	}
	if (number > max)
		return false;
	*ret_number = number;
	return true;
}

static bool
set_user_name(LocationRecord *record, SieveBytes value, GError **error)
{
	if (!is_text(value))
		return fail("user name", value, error);
	/* One is enough to log in with, and which of several comes first is chance. */
	if (record->user_name == NULL)
		replace(&record->user_name, value);
	return true;
}

static bool
set_email(LocationRecord *record, SieveBytes value, GError **error)
{
	if (!is_text(value))
		return fail("mail address", value, error);
	append(&record->emails, value);
	return true;
}

static bool
set_status(LocationRecord *record, SieveBytes value, GError **error)
{
	uint64_t number = 0;

	if (!parse_number(value, LOCATION_BUSY, &number))
		return fail("status (0 offline, 1 ready, 2 busy)", value, error);
	record->status = (LocationStatus)number;
	return true;
}

static bool
set_host(LocationRecord *record, SieveBytes value, GError **error)
{
	LocationIp ip;

	if (!location_ip_parse(value, &ip))
		return fail("IPv4 or IPv6 address", value, error);
	g_free(record->host);
	record->host = location_ip_print(&ip);
	return true;
}

/* What an entry means, and whether it means anything, is mailfilter.c's affair: one bad entry must
 * not make the reader unreachable. */
static bool
set_mailfilter(LocationRecord *record, SieveBytes value, GError **error)
{
	if (!is_text(value))
		return fail("text", value, error);
	append(&record->mailfilters, value);
	return true;
}

static bool
set_smtp_port(LocationRecord *record, SieveBytes value, GError **error)
{
	uint64_t number = 0;

	if (!parse_number(value, UINT16_MAX, &number) || number == 0)
		return fail("port (1 to 65535)", value, error);
	record->smtp_port = (uint16_t)number;
	return true;
}

/* The form of generalizedTime that is written here: YYYYMMDDHHMMSSZ, perhaps with a fraction, which
 * is dropped (RFC 4517 section 3.3.13). */
static bool
set_lease_end(LocationRecord *record, SieveBytes value, GError **error)
{
	static const size_t widths[] = {4, 2, 2, 2, 2, 2};
	uint64_t fields[G_N_ELEMENTS(widths)] = {0};
	size_t at = 0;
	bool good = true;

	for (size_t i = 0; i < G_N_ELEMENTS(widths); i++) {
		SieveBytes digits = sieve_bytes_slice(value, at, widths[i]);

		good = good && digits.len == widths[i] && parse_number(digits, 9999, &fields[i]);
		at += widths[i];
	}
	if (good && at < value.len && (value.ptr[at] == '.' || value.ptr[at] == ','))
		for (at++; at < value.len && g_ascii_isdigit(value.ptr[at]); at++)
			;
	good = good && at + 1 == value.len && value.ptr[at] == 'Z';
	if (!good)
		return fail("time (YYYYMMDDHHMMSSZ)", value, error);
	g_autoptr(GDateTime) time = g_date_time_new_utc((int)fields[0], (int)fields[1],
		(int)fields[2], (int)fields[3], (int)fields[4], (double)fields[5]);
	if (time == NULL)
		return fail("time (YYYYMMDDHHMMSSZ)", value, error);
	record->lease_end_unix = g_date_time_to_unix(time);
	return true;
}

static bool
set_capability(LocationRecord *record, SieveBytes value, GError **error)
{
	if (!is_text(value))
		return fail("capability", value, error);
	append(&record->capabilities, value);
	return true;
}

static bool
set_tls_key(LocationRecord *record, SieveBytes value, GError **error)
{
	const SieveBytes kind = SIEVE_BYTES("sha256:");
	bool good = value.len == kind.len + 64 && sieve_bytes_starts_with(value, kind);

	for (size_t i = kind.len; good && i < value.len; i++)
		good = g_ascii_isdigit(value.ptr[i]) || (value.ptr[i] >= 'a' && value.ptr[i] <= 'f');
	if (!good)
		return fail("key pin (sha256: and 64 hexadecimal digits)", value, error);
	replace(&record->tls_key, value);
	return true;
}

static bool
set_ticket_secret(LocationRecord *record, SieveBytes value, GError **error)
{
	if (value.len != LOCATION_SECRET_BYTES) {
		g_set_error(error, LOCATION_ERROR, LOCATION_ERROR_SCHEMA,
			"the ticket secret has %zu octets, not %u", value.len, LOCATION_SECRET_BYTES);
		return false;
	}
	memcpy(record->ticket_secret, value.ptr, value.len);
	record->has_ticket_secret = true;
	return true;
}

static const struct {
	const char *name;
	bool (*set)(LocationRecord *record, SieveBytes value, GError **error);
} attributes[] = {
#define LOCATION_ATTRIBUTE(id, name, setter, values) {name, setter},
#include "schema/location-attributes.def"
#undef LOCATION_ATTRIBUTE
};

bool
location_record_set(LocationRecord *record, const char *attribute, SieveBytes value, GError **error)
{
	for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++) {
		if (g_ascii_strcasecmp(attributes[i].name, attribute) != 0)
			continue;
		if (attributes[i].set(record, value, error))
			return true;
		g_prefix_error(error, "%s: ", attributes[i].name);
		return false;
	}
	return true;
}

static bool
take_ldif_value(const char *attribute, SieveBytes value, void *user_data, GError **error)
{
	LocationRecord *record = user_data;

	if (g_ascii_strcasecmp(attribute, "dn") != 0)
		return location_record_set(record, attribute, value, error);
	if (record->dn != NULL || !is_text(value))
		return fail("distinguished name", value, error);
	replace(&record->dn, value);
	return true;
}

LocationRecord *
location_record_parse_ldif(SieveBytes ldif, GError **error)
{
	g_autoptr(LocationRecord) record = location_record_new();

	if (!location_ldif_parse(ldif, take_ldif_value, record, error))
		return NULL;
	if (record->user_name == NULL) {
		g_set_error_literal(error, LOCATION_ERROR, LOCATION_ERROR_SCHEMA,
			"the record has no username");
		return NULL;
	}
	return g_steal_pointer(&record);
}
