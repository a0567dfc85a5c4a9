/* SPDX-License-Identifier: MIT */
/* arena.c - block allocator that frees in one go */

#include "engine/arena.h"

#include <string.h>

/* Most runs of most scripts fit into the first block. It is made together with the arena, and of a size
 * that malloc() keeps at hand for each thread. */
#define FIRST_BLOCK_BYTES 896u
#define SECOND_BLOCK_BYTES 4064u
#define MAX_BLOCK_BYTES (1u << 20)
#define ALIGNMENT 16u

typedef struct Block Block;
struct Block {
	Block *next;
	size_t size; /* of data */
	size_t used;
	_Alignas(ALIGNMENT) unsigned char data[];
};

struct SieveArena {
	Block *first;  /* behind this struct */
	Block *blocks; /* the first is the one being filled */
	Block *spare;  /* emptied by reset */
	size_t used;
	size_t next_size;
};

#define FIRST_BLOCK_OFFSET ((sizeof(SieveArena) + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

SieveArena *
sieve_arena_new(void)
{
	SieveArena *arena = g_malloc(FIRST_BLOCK_OFFSET + sizeof(Block) + FIRST_BLOCK_BYTES);
	Block *first = (Block *)(void *)((char *)arena + FIRST_BLOCK_OFFSET);

	*first = (Block){.size = FIRST_BLOCK_BYTES};
	*arena = (SieveArena){.first = first, .blocks = first, .next_size = SECOND_BLOCK_BYTES};
	return arena;
}

static void
free_blocks(const SieveArena *arena, Block *block)
{
	while (block != NULL) {
		Block *next = block->next;
		if (block != arena->first)
			g_free(block);
		block = next;
	}
}

void
sieve_arena_free(SieveArena *arena)
{
	if (arena == NULL)
		return;
	free_blocks(arena, arena->blocks);
	free_blocks(arena, arena->spare);
	g_free(arena);
}

static Block *
take_block(SieveArena *arena, size_t size)
{
	Block **link = &arena->spare;
	Block *block;

	while ((block = *link) != NULL && block->size < size)
		link = &block->next;
	if (block != NULL) {
		*link = block->next;
		return block;
	}
	size_t room = MAX(size, arena->next_size);
	block = g_malloc(sizeof(Block) + room);
	block->size = room;
	block->used = 0;
	arena->next_size = MIN(arena->next_size * 2, MAX_BLOCK_BYTES);
	return block;
}

void *
sieve_arena_alloc(SieveArena *arena, size_t size)
{
	g_assert(size <= SIZE_MAX / 2);
	size_t rounded = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
	Block *block = arena->blocks;

	if (block == NULL || block->size - block->used < rounded) {
		block = take_block(arena, rounded);
		block->next = arena->blocks;
		arena->blocks = block;
	}
	void *memory = block->data + block->used;
	block->used += rounded;
	arena->used += rounded;
	return memset(memory, 0, size);
}

SieveBytes
sieve_arena_copy(SieveArena *arena, SieveBytes bytes)
{
	char *copy = sieve_arena_alloc(arena, bytes.len + 1);

	if (bytes.len > 0)
		memcpy(copy, bytes.ptr, bytes.len);
	return (SieveBytes){copy, bytes.len};
}

SieveBytes
sieve_arena_lower(SieveArena *arena, SieveBytes text)
{
	char *lower = sieve_arena_alloc(arena, text.len);

	for (size_t i = 0; i < text.len; i++)
		lower[i] = g_ascii_tolower(text.ptr[i]);
	return (SieveBytes){lower, text.len};
}

char *
sieve_arena_strdup(SieveArena *arena, const char *text)
{
	size_t size = strlen(text) + 1;

	return memcpy(sieve_arena_alloc(arena, size), text, size);
}

char *
sieve_arena_printf(SieveArena *arena, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_autofree char *text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	return sieve_arena_strdup(arena, text);
}

size_t
sieve_arena_used(const SieveArena *arena)
{
	return arena->used;
}

void
sieve_arena_reset(SieveArena *arena)
{
	Block *block = arena->blocks;

	while (block != NULL) {
		Block *next = block->next;
		block->used = 0;
		block->next = arena->spare;
		arena->spare = block;
		block = next;
	}
	arena->blocks = NULL;
	arena->used = 0;
}
