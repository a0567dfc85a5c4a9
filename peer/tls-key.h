/* SPDX-License-Identifier: MIT */
/* tls-key.h - the reader's own TLS key: made at first use, and its SPKI pin */
#pragma once

#include <gio/gio.h>

#include "engine/sieve.h"

/** Loads key and self-signed certificate from @path (PEM), making them (mode 0600) when absent. */
GTlsCertificate *peer_tls_key_load(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** (transfer full) "sha256:" and 64 hex digits: SHA-256 of the DER SubjectPublicKeyInfo (RFC 7469
 * section 2.4; DANE 3 1 1). NULL when the certificate is not X.509. */
char *peer_tls_key_pin(GTlsCertificate *certificate);
