/* SPDX-License-Identifier: MIT */
/* smtp-path.h - the arguments of MAIL and RCPT: a path in angle brackets, then parameters */
#pragma once

#include "engine/bytes.h"

typedef enum {
	PEER_SMTP_PATH_NULL = 1 << 0,       /* <> is allowed (reverse-path) */
	PEER_SMTP_PATH_POSTMASTER = 1 << 1, /* <Postmaster> is allowed (RFC 5321 section 4.5.1) */
	PEER_SMTP_PATH_UTF8 = 1 << 2,       /* non-ASCII is allowed (RFC 6531) */
} PeerSmtpPathFlags;

/**
 * peer_smtp_path_parse:
 * @argument: what follows "FROM:" or "TO:"; blanks before the bracket are tolerated
 * @ret_address: without brackets and without a source route (RFC 5321 appendix C: to be ignored)
 * @ret_parameters: what follows the bracket
 *
 * False when it is no path by RFC 5321 section 4.1.2, or longer than section 4.5.3.1 allows.
 */
bool peer_smtp_path_parse(SieveBytes argument, unsigned flags, SieveBytes *ret_address,
	SieveBytes *ret_parameters);
/**
 * Takes the first `name` or `name=value` off *@parameters. False at the end, and when what stands
 * there is no parameter; *@parameters then is not empty.
 */
bool peer_smtp_parameter_next(SieveBytes *parameters, SieveBytes *ret_name, SieveBytes *ret_value);
