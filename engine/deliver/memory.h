/* SPDX-License-Identifier: MIT */
/* memory.h - what scripts remember from one mail to the next: duplicates seen, answers given
 *
 * All of it is in one file of the Maildir's root, `doorstep-memory`: a line for each thing, the time when
 * it is forgotten (seconds since 1970), a blank, and the SHA-256 of what it is, in hexadecimal. Lines
 * are only added; of two about one thing the later counts. Whoever adds holds `doorstep-memory.lock`
 * (flock) and syncs the file; now and then it replaces the file by one without what is forgotten. A
 * line that a crash cut short is none.
 */
#pragma once

#include "engine/sieve.h"

#define SIEVE_MEMORY_KEY_CHARS 64
#define SIEVE_MEMORY_MAX_BYTES (1u << 20) /* of the file: 13,000 lines; the oldest go first */

typedef struct SieveMemory {
	char key[SIEVE_MEMORY_KEY_CHARS + 1];
	int64_t forget_at; /* since 1970 */
} SieveMemory;

/** The key of @id; what has another @space or @handle is another thing. */
void sieve_memory_make_key(SieveBytes space, SieveBytes handle, SieveBytes id,
	char key[SIEVE_MEMORY_KEY_CHARS + 1]);
/** Whether the Maildir @root remembers @key at @now. One that is not there remembers nothing. Fails with
 * SIEVE_ERROR_IO. */
bool sieve_memory_has(const char *root, const char *key, int64_t now, bool *ret_has, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
/** Adds them; on success they are on stable storage. @root must be there. */
bool sieve_memory_add(const char *root, const SieveMemory *memories, size_t n_memories, int64_t now,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Forgets everything. */
bool sieve_memory_clear(const char *root, GError **error) G_GNUC_WARN_UNUSED_RESULT;
