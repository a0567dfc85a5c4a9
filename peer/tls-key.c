/* SPDX-License-Identifier: MIT */
/* tls-key.c - the reader's own TLS key: made at first use, and its SPKI pin */

#include "peer/tls-key.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/x509.h>
#include <sys/stat.h>
#include <unistd.h>

#include "peer/line-io.h"

/* Nobody checks the dates: those who connect know the key. */
#define LIFE_S ((time_t)20 * 365 * 86400)
#define SERIAL_BYTES 16u

G_DEFINE_AUTO_CLEANUP_FREE_FUNC(gnutls_x509_privkey_t, gnutls_x509_privkey_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(gnutls_x509_crt_t, gnutls_x509_crt_deinit, NULL)
G_DEFINE_AUTO_CLEANUP_FREE_FUNC(gnutls_pubkey_t, gnutls_pubkey_deinit, NULL)

static bool
gnutls_ok(int code, GError **error)
{
	if (code >= 0)
		return true;
	g_set_error(error, PEER_ERROR, PEER_ERROR_TLS, "cannot make a TLS key: %s",
		gnutls_strerror(code));
	return false;
}

static bool
fill_certificate(gnutls_x509_crt_t certificate, gnutls_x509_privkey_t key, GError **error)
{
	static const char name[] = "doorstepd";
	unsigned char serial[SERIAL_BYTES];
	time_t now = time(NULL);

	if (!gnutls_ok(gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial)), error))
		return false;
	serial[0] &= 0x7f; /* a serial number is positive (RFC 5280 section 4.1.2.2) */
	return gnutls_ok(gnutls_x509_crt_set_version(certificate, 3), error) &&
	       gnutls_ok(gnutls_x509_crt_set_key(certificate, key), error) &&
	       gnutls_ok(gnutls_x509_crt_set_serial(certificate, serial, sizeof(serial)), error) &&
	       gnutls_ok(gnutls_x509_crt_set_dn_by_oid(certificate, GNUTLS_OID_X520_COMMON_NAME, 0,
				 name, sizeof(name) - 1), error) &&
	       gnutls_ok(gnutls_x509_crt_set_activation_time(certificate, now - 86400), error) &&
	       gnutls_ok(gnutls_x509_crt_set_expiration_time(certificate, now + LIFE_S), error) &&
	       gnutls_ok(gnutls_x509_crt_sign2(certificate, certificate, key, GNUTLS_DIG_SHA256, 0),
		       error);
}

static void
append_pem(GString *pem, gnutls_datum_t *part)
{
	g_string_append_len(pem, (const char *)part->data, (gssize)part->size);
	gnutls_memset(part->data, 0, part->size);
	gnutls_free(part->data);
}

/* (transfer full) a fresh P-256 key and its self-signed certificate, as PEM. */
static GString *
make_pem(GError **error)
{
	g_auto(gnutls_x509_privkey_t) key = NULL;
	g_auto(gnutls_x509_crt_t) certificate = NULL;
	gnutls_datum_t part = {NULL, 0};

	if (!gnutls_ok(gnutls_x509_privkey_init(&key), error) ||
		!gnutls_ok(gnutls_x509_crt_init(&certificate), error) ||
		!gnutls_ok(gnutls_x509_privkey_generate(key, GNUTLS_PK_ECDSA,
				   GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0), error) ||
		!fill_certificate(certificate, key, error))
		return NULL;
	g_autoptr(GString) pem = g_string_new(NULL);
	if (!gnutls_ok(gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL,
			       GNUTLS_PKCS_PLAIN, &part), error))
		return NULL;
	append_pem(pem, &part);
	if (!gnutls_ok(gnutls_x509_crt_export2(certificate, GNUTLS_X509_FMT_PEM, &part), error))
		return NULL;
	append_pem(pem, &part);
	return g_steal_pointer(&pem);
}

static bool
fail_errno(const char *path, GError **error)
{
	int saved = errno;

	g_set_error(error, G_IO_ERROR, g_io_error_from_errno(saved), "%s: %s", path,
		g_strerror(saved));
	return false;
}

static bool
write_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t did = write(fd, data, len);
		if (did < 0 && errno == EINTR)
			continue;
		if (did < 0)
			return false;
		data += did;
		len -= (size_t)did;
	}
	return true;
}

/* Puts @pem at @path unless another process was quicker: link() never replaces a key. */
static bool
store_pem(const GString *pem, const char *path, GError **error)
{
	g_autofree char *temporary = g_strdup_printf("%s.XXXXXX", path);
	int fd = g_mkstemp_full(temporary, O_WRONLY | O_CLOEXEC, 0600);

	if (fd < 0)
		return fail_errno(temporary, error);
	bool written = write_all(fd, pem->str, pem->len) && fsync(fd) == 0;
	written = close(fd) == 0 && written;
	bool stored = written && (link(temporary, path) == 0 || errno == EEXIST);
	if (!stored)
		(void)fail_errno(path, error);
	(void)unlink(temporary);
	return stored;
}

static bool
make_at(const char *path, GError **error)
{
	g_autofree char *folder = g_path_get_dirname(path);
	g_autoptr(GString) pem = make_pem(error);

	if (pem == NULL)
		return false;
	if (g_mkdir_with_parents(folder, 0700) != 0)
		return fail_errno(folder, error);
	bool stored = store_pem(pem, path, error);
	gnutls_memset(pem->str, 0, pem->len);
	return stored;
}

GTlsCertificate *
peer_tls_key_load(const char *path, GError **error)
{
	struct stat about;

	if (stat(path, &about) != 0) {
		if (errno != ENOENT) {
			(void)fail_errno(path, error);
			return NULL;
		}
		if (!make_at(path, error))
			return NULL;
	} else if ((about.st_mode & 077) != 0) {
		g_set_error(error, PEER_ERROR, PEER_ERROR_CONFIG,
			"%s: others can read this key (mode %o): make a new one", path,
			about.st_mode & 07777u);
		return NULL;
	}
	GTlsCertificate *certificate = g_tls_certificate_new_from_file(path, error);
	if (certificate == NULL)
		g_prefix_error(error, "%s: ", path);
	return certificate;
}

char *
peer_tls_key_pin(GTlsCertificate *certificate)
{
	g_autoptr(GByteArray) der = NULL;
	g_auto(gnutls_x509_crt_t) x509 = NULL;
	g_auto(gnutls_pubkey_t) key = NULL;
	gnutls_datum_t spki = {NULL, 0};

	g_object_get(certificate, "certificate", &der, NULL);
	if (der == NULL)
		return NULL;
	gnutls_datum_t input = {der->data, der->len};
	if (gnutls_x509_crt_init(&x509) < 0 ||
		gnutls_x509_crt_import(x509, &input, GNUTLS_X509_FMT_DER) < 0 ||
		gnutls_pubkey_init(&key) < 0 || gnutls_pubkey_import_x509(key, x509, 0) < 0 ||
		gnutls_pubkey_export2(key, GNUTLS_X509_FMT_DER, &spki) < 0)
		return NULL;
	g_autofree char *hex = g_compute_checksum_for_data(G_CHECKSUM_SHA256, spki.data, spki.size);
	gnutls_free(spki.data);
	return g_strconcat("sha256:", hex, NULL);
}
