/* SPDX-License-Identifier: MIT */
/* received.h - who handed a mail to the reader's domain, as its server wrote (RFC 5321 section 4.4)
 */
#pragma once

#include "engine/sieve.h"

/**
 * peer_received_remote_ip:
 * @by_hosts: NULL-terminated names under which the domain's own servers write Received fields
 *
 * Looks at the topmost Received field that one of @by_hosts wrote, and at no other: every field
 * below it may be the sender's invention. Returns: (transfer full) (nullable): an IP address; NULL
 * when there is no such field or it holds no address.
 */
char *peer_received_remote_ip(const SieveMessage *message, const char *const *by_hosts);

/** The same for one field's value. @ret_by: (out) (transfer full) (nullable): who wrote it. */
char *peer_received_parse(SieveBytes value, char **ret_by);
