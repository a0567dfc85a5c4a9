/* SPDX-License-Identifier: MIT */
/* arena.h - block allocator that frees in one go */
#pragma once

#include "engine/sieve.h"

typedef struct SieveArena SieveArena;

SieveArena *sieve_arena_new(void);
void sieve_arena_free(SieveArena *arena);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveArena, sieve_arena_free)

/** Zeroed memory, aligned for any type, that lives as long as the arena. Never NULL. */
void *sieve_arena_alloc(SieveArena *arena, size_t size) G_GNUC_MALLOC;
#define sieve_arena_new_array(arena, type, count)                                                  \
	((type *)sieve_arena_alloc((arena), sizeof(type) * (size_t)(count)))
/** A copy that is also NUL-terminated (the NUL is not counted). */
SieveBytes sieve_arena_copy(SieveArena *arena, SieveBytes bytes);
/** A copy with ASCII letters in lower case. */
SieveBytes sieve_arena_lower(SieveArena *arena, SieveBytes text);
char *sieve_arena_strdup(SieveArena *arena, const char *text);
char *sieve_arena_printf(SieveArena *arena, const char *format, ...) G_GNUC_PRINTF(2, 3);
/** Bytes handed out so far. */
size_t sieve_arena_used(const SieveArena *arena);
/** Forgets all that was handed out and keeps the blocks for reuse. */
void sieve_arena_reset(SieveArena *arena);
