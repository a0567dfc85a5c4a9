/* SPDX-License-Identifier: MIT */
/* small-file.h - small files beside the mails: read as a whole, replaced as a whole */
#pragma once

#include "engine/sieve.h"

/** False, with @error telling errno: "WHAT NAME: reason"; SIEVE_ERROR_FULL for a full disk, else _IO. */
bool sieve_io_fail(GError **error, const char *what, const char *name);
/** Appends what file @name of the folder holds to @text; one that is not there holds nothing. */
bool sieve_small_file_read(int folder_fd, const char *name, GString *text, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
/** Writes all of @bytes and syncs; false with errno. */
bool sieve_small_file_write(int fd, SieveBytes bytes) G_GNUC_WARN_UNUSED_RESULT;
/** Puts @bytes in the place of file @name, on stable storage; on failure it is as it was. @new_name is what
 * the file is called meanwhile. */
bool sieve_small_file_replace(int folder_fd, const char *name, const char *new_name, SieveBytes bytes,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
