/* SPDX-License-Identifier: MIT */
/* test-location-record.c - attribute values and LDIF to a record */

#include "schema/location-record.h"

#include <string.h>

#include "engine/bytes.h"
#include "schema/ldif.h"

static void
test_values(void)
{
	static const struct {
		const char *attribute;
		const char *value;
		bool good;
	} rows[] = {
		{"online", "0", true}, {"online", "2", true}, {"online", "3", false},
		{"online", "", false}, {"online", "1 ", false}, {"online", "-1", false},
		{"Ipaddress", "172.16.30.25", true}, {"ipADDRESS", "2001:db8::1", true},
		{"Ipaddress", "10.0.0.1 25", false}, {"Ipaddress", "host;rm", false},
		{"Ipaddress", "[::1]", false}, {"Ipaddress", "fe80::1%eth0", false},
		{"doorstepSmtpPort", "1", true}, {"doorstepSmtpPort", "65535", true},
		{"doorstepSmtpPort", "0", false}, {"doorstepSmtpPort", "65536", false},
		{"doorstepSmtpPort", "99999999999999999999", false},
		{"doorstepLeaseEnd", "20261124024015Z", true},
		{"doorstepLeaseEnd", "20261124024015.5Z", true},
		{"doorstepLeaseEnd", "20261324024015Z", false},
		{"doorstepLeaseEnd", "20261124024015", false},
		{"doorstepLeaseEnd", "20261124024015+0100", false},
		{"doorstepTlsKey",
			"sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", true},
		{"doorstepTlsKey",
			"sha256:0123456789ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef", false},
		{"doorstepTlsKey", "sha256:01", false},
		{"doorstepTicketSecret", "too short", false},
		{"username", "", false}, {"username", "\xff", false},
		{"unheardOf", "anything", true},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(LocationRecord) record = location_record_new();
		g_autoptr(GError) error = NULL;
		bool good = location_record_set(record, rows[i].attribute,
			sieve_bytes_from_string(rows[i].value), &error);

		g_test_message("%s: %s", rows[i].attribute, rows[i].value);
		g_assert_cmpint(good, ==, rows[i].good);
		if (!good)
			g_assert_error(error, LOCATION_ERROR, LOCATION_ERROR_SCHEMA);
	}
}

static void
test_secret_is_not_told(void)
{
	g_autoptr(LocationRecord) record = location_record_new();
	g_autoptr(GError) error = NULL;

	g_assert_false(location_record_set(
		record, "doorstepTicketSecret", SIEVE_BYTES("hush"), &error));
	g_assert_null(strstr(error->message, "hush"));
}

static void
test_status(void)
{
	g_autoptr(LocationRecord) record = location_record_new();

	record->status = LOCATION_READY;
	g_assert_cmpint(location_record_status_at(record, 1000), ==, LOCATION_OFFLINE);
	g_assert_true(location_record_set(record, "Ipaddress", SIEVE_BYTES("10.0.0.1"), NULL));
	g_assert_cmpint(location_record_status_at(record, INT64_MAX), ==, LOCATION_READY);
	record->lease_end_unix = 1000;
	g_assert_cmpint(location_record_status_at(record, 1000 - LOCATION_LEASE_MARGIN_S - 1), ==,
		LOCATION_READY);
	g_assert_cmpint(location_record_status_at(record, 1000 - LOCATION_LEASE_MARGIN_S), ==,
		LOCATION_OFFLINE);
}

static void
test_ldif(void)
{
	static const char text[] =
		"# comment\r\n of two lines\r\nversion: 1\r\n\r\n"
		"dn: cn=james,o=oanet\r\nobjectclass: UserLocationRecord\r\n"
		"username:: amFtZXM=\r\nuserpassword: 1234\r\n"
		"email: james@oanet.\r\n ntu.edu.tw\r\nemail;x-alias: j@oanet.ntu.edu.tw\r\n"
		"online: 1\r\nIpaddress: 172.16.30.25\r\n"
		"doorstepLeaseEnd: 19700101000140Z\r\n"
		"mailfilter: 13140.112.4.*\r\nmailfilter: 22140.112.4.11\r\n"
		"\r\ndn: cn=other,o=oanet\r\nonline: 2\r\n";
	g_autoptr(GError) error = NULL;
	g_autoptr(LocationRecord) record =
		location_record_parse_ldif(sieve_bytes_from_string(text), &error);

	g_assert_no_error(error);
	g_assert_cmpstr(record->dn, ==, "cn=james,o=oanet");
	g_assert_cmpstr(record->user_name, ==, "james");
	g_assert_cmpstr(record->host, ==, "172.16.30.25");
	g_assert_cmpint(record->status, ==, LOCATION_READY);
	g_assert_cmpint(record->lease_end_unix, ==, 100);
	g_assert_cmpuint(record->smtp_port, ==, 25);
	g_assert_cmpuint(g_strv_length(record->mailfilters), ==, 2);
	g_assert_true(location_record_has_email(record, SIEVE_BYTES("James@OANET.ntu.edu.tw")));
	g_assert_true(location_record_has_email(record, SIEVE_BYTES("j@oanet.ntu.edu.tw")));
	g_assert_false(location_record_has_email(record, SIEVE_BYTES("james@oanet.ntu.edu.t")));
}

static bool
append_value(const char *attribute, SieveBytes value, void *user_data, GError **error G_GNUC_UNUSED)
{
	GString *text = user_data;

	g_string_append_printf(text, "[%s ", attribute);
	g_string_append_len(text, value.ptr, (gssize)value.len);
	g_string_append_c(text, ']');
	return true;
}

/* What is written is read as it was, base64 only where there must be. */
static void
test_ldif_written(void)
{
	static const struct {
		SieveBytes value;
		bool plain;
	} rows[] = {
		{SIEVE_BYTES("cn=a"), true},
		{SIEVE_BYTES(""), true},
		{SIEVE_BYTES("a: b < c"), true},
		{SIEVE_BYTES(" a"), false},
		{SIEVE_BYTES("a "), false},
		{SIEVE_BYTES(":a"), false},
		{SIEVE_BYTES("<a"), false},
		{SIEVE_BYTES("a\nmailfilter: 11b@c"), false},
		{SIEVE_BYTES("a\rb"), false},
		{SIEVE_BYTES("a\0b"), false},
		{SIEVE_BYTES("\xc3\xa9"), false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GString) text = g_string_new("dn: cn=a\n");
		g_autoptr(GString) got = g_string_new(NULL);
		g_autoptr(GString) wanted = g_string_new("[dn cn=a][mailfilter ");
		g_autoptr(GError) error = NULL;

		location_ldif_add(text, "mailfilter", rows[i].value);
		g_assert_cmpint(strstr(text->str, "::") == NULL, ==, rows[i].plain);
		g_assert_true(location_ldif_parse(
			(SieveBytes){text->str, text->len}, append_value, got, &error));
		g_assert_no_error(error);
		g_string_append_len(wanted, rows[i].value.ptr, (gssize)rows[i].value.len);
		g_string_append_c(wanted, ']');
		g_assert_true(g_string_equal(got, wanted));
	}
}

static void
test_bad_ldif(void)
{
	static const char *const rows[] = {"", "\n\n", "cn: james\n", "dn: cn=a\nnonsense\n",
		"dn: cn=a\nusername:< file:///etc/passwd\n", "dn: cn=a\nusername:: a*b=\n",
		"dn: cn=a\nusername:: amFtZX\n", "dn: cn=a\n", "dn: cn=a\nusername: a\nonline: 7\n",
		"dn: cn=a\ndn: cn=b\nusername: a\n", "dn:: /w==\nusername: a\n", ": x\n", " x\n"};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error = NULL;
		g_autoptr(LocationRecord) record =
			location_record_parse_ldif(sieve_bytes_from_string(rows[i]), &error);

		g_test_message("%s", rows[i]);
		g_assert_null(record);
		g_assert_error(error, LOCATION_ERROR, LOCATION_ERROR_SCHEMA);
	}
}

static void
test_error_class(void)
{
	static const struct {
		LocationError code;
		bool temporary;
	} rows[] = {
		{LOCATION_ERROR_UNREACHABLE, true}, {LOCATION_ERROR_TIMEOUT, true},
		{LOCATION_ERROR_CREDENTIALS, false}, {LOCATION_ERROR_DENIED, false},
		{LOCATION_ERROR_SCHEMA, false}, {LOCATION_ERROR_CONFIG, false}, {999, true},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GError) error =
			g_error_new_literal(LOCATION_ERROR, (int)rows[i].code, "x");

		g_assert_cmpint(location_error_is_temporary(error), ==, rows[i].temporary);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/location-record/values", test_values);
	g_test_add_func("/location-record/secret-is-not-told", test_secret_is_not_told);
	g_test_add_func("/location-record/status", test_status);
	g_test_add_func("/location-record/ldif", test_ldif);
	g_test_add_func("/location-record/ldif-written", test_ldif_written);
	g_test_add_func("/location-record/bad-ldif", test_bad_ldif);
	g_test_add_func("/location-record/error-class", test_error_class);
	return g_test_run();
}
