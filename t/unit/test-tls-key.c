/* SPDX-License-Identifier: MIT */
/* test-tls-key.c - the TLS key is made once, stays private, and has the pin that others compute */

#include <glib/gstdio.h>
#include <sys/stat.h>

#include "peer/line-io.h"
#include "peer/tls-key.h"

/* Made by OpenSSL; the pin was computed from it by openssl pkey and sha256sum. */
static const char known_pem[] =
	"-----BEGIN CERTIFICATE-----\n"
	"MIIBfDCCASOgAwIBAgIUfNVb8gteUf3QQnlXq6uQYpxAULswCgYIKoZIzj0EAwIw\n"
	"EzERMA8GA1UEAwwIcGluLnRlc3QwIBcNMjYxMTI0MDI0NzE2WhgPMjEyNjEwMzEw\n"
	"MjQ3MTZaMBMxETAPBgNVBAMMCHBpbi50ZXN0MFkwEwYHKoZIzj0CAQYIKoZIzj0D\n"
	"AQcDQgAEaHGfompKUoJdxfxhCXtgxdwhD3jiiiXWkLmfdwNQBQh+VQHVbIB5lCJL\n"
	"/H3Y4sgRble4khdhS/TnraRnFeeo96NTMFEwHQYDVR0OBBYEFPNDzesd1TY9tSDu\n"
	"GW9y83L+7tZqMB8GA1UdIwQYMBaAFPNDzesd1TY9tSDuGW9y83L+7tZqMA8GA1Ud\n"
	"EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgIHOWRDFRie2QxQ3ZjjR3MpxW\n"
	"sDNegyz4JFsMTfJVGoYCIDBUV2oskOyBwxAhnDlLD4qur21DRsLcCqStoYFrWR0a\n"
	"-----END CERTIFICATE-----\n";
static const char known_pin[] =
	"sha256:556ebbd97842e2498b0b7b6cfac7d6bff16a8363ef3bd26e49e2e4e7d2e11c87";

static void
test_known_pin(void)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(GTlsCertificate) certificate =
		g_tls_certificate_new_from_pem(known_pem, -1, &problem);

	g_assert_no_error(problem);
	g_autofree char *pin = peer_tls_key_pin(certificate);
	g_assert_cmpstr(pin, ==, known_pin);
}

static void
test_made_once(void)
{
	g_autofree char *folder = g_dir_make_tmp("doorstep-XXXXXX", NULL);
	g_autofree char *inner = g_build_filename(folder, "data", NULL);
	g_autofree char *path = g_build_filename(inner, "tls.pem", NULL);
	g_autoptr(GError) problem = NULL;
	struct stat about;

	g_autoptr(GTlsCertificate) made = peer_tls_key_load(path, &problem);
	g_assert_no_error(problem);
	g_autoptr(GTlsCertificate) loaded = peer_tls_key_load(path, &problem);
	g_assert_no_error(problem);
	g_autofree char *pin = peer_tls_key_pin(made);
	g_autofree char *again = peer_tls_key_pin(loaded);
	g_assert_cmpstr(pin, ==, again);
	g_assert_cmpint(stat(path, &about), ==, 0);
	g_assert_cmpint(about.st_mode & 0777, ==, 0600);

	g_assert_cmpint(g_unlink(path), ==, 0);
	g_autoptr(GTlsCertificate) other = peer_tls_key_load(path, &problem);
	g_autofree char *other_pin = peer_tls_key_pin(other);
	g_assert_cmpstr(pin, !=, other_pin);
	g_assert_cmpint(g_unlink(path), ==, 0);
	g_assert_cmpint(g_rmdir(inner), ==, 0);
	g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void
test_refused(void)
{
	g_autofree char *folder = g_dir_make_tmp("doorstep-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "tls.pem", NULL);
	g_autoptr(GError) problem = NULL;

	g_assert_true(g_file_set_contents_full(
		path, known_pem, -1, G_FILE_SET_CONTENTS_NONE, 0644, NULL));
	g_assert_cmpint(g_chmod(path, 0644), ==, 0);
	g_assert_null(peer_tls_key_load(path, &problem));
	g_assert_error(problem, PEER_ERROR, PEER_ERROR_CONFIG);
	g_clear_error(&problem);

	/* Damaged: an error, and no new key in its place, since others have published the old one. */
	g_assert_true(g_file_set_contents(path, "no key\n", -1, NULL));
	g_assert_cmpint(g_chmod(path, 0600), ==, 0);
	g_assert_null(peer_tls_key_load(path, &problem));
	g_assert_nonnull(problem);
	g_autofree char *left = NULL;
	g_assert_true(g_file_get_contents(path, &left, NULL, NULL));
	g_assert_cmpstr(left, ==, "no key\n");
	g_assert_cmpint(g_unlink(path), ==, 0);
	g_assert_cmpint(g_rmdir(folder), ==, 0);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/tls-key/known-pin", test_known_pin);
	g_test_add_func("/tls-key/made-once", test_made_once);
	g_test_add_func("/tls-key/refused", test_refused);
	return g_test_run();
}
