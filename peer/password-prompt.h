/* SPDX-License-Identifier: MIT */
/* password-prompt.h - takes a password from the terminal, a file or standard input */
#pragma once

#include "engine/sieve.h"

/**
 * peer_password_read:
 * @file: (nullable): its first line; "-" is standard input
 * @prompt: shown on the terminal, where nothing that is typed is echoed
 *
 * Without @file it asks on the terminal, and reads standard input where there is none. (transfer
 * full) wipe it with peer_password_wipe(). Fails with a GFileError or SIEVE_ERROR_INVALID (empty).
 */
char *peer_password_read(
	const char *file, const char *prompt, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Overwrites and frees; NULL is accepted. */
void peer_password_wipe(char *password);
