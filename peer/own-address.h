/* SPDX-License-Identifier: MIT */
/* own-address.h - under which address this host is reached from the directory's side */
#pragma once

#include "engine/sieve.h"

/**
 * (transfer full) the source address of the route to the server of @ldap_uri. No packet is sent.
 * Fails with PEER_ERROR_CONFIG when it tells nothing: the directory is on this host, or is reached
 * by a unix socket; with PEER_ERROR_UNREACHABLE when there is no route.
 */
char *peer_own_address(const char *ldap_uri, GError **error) G_GNUC_WARN_UNUSED_RESULT;
