/* SPDX-License-Identifier: MIT */
/* fold.c - bytes mapped by a comparator's table, so that equal ones become the same */

#include "engine/fold.h"

SieveBytes
sieve_fold_into(char *buffer, const unsigned char *fold, SieveBytes bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		buffer[i] = (char)fold[(unsigned char)bytes.ptr[i]];
	return (SieveBytes){buffer, bytes.len};
}

SieveStrings
sieve_fold_all(SieveArena *arena, const unsigned char *fold, SieveStrings strings)
{
	size_t total = 0;

	if (fold == NULL)
		return strings;
	for (size_t i = 0; i < strings.count; i++)
		total += strings.items[i].len;
	SieveBytes *folded = sieve_arena_new_array(arena, SieveBytes, strings.count);
	char *buffer = sieve_arena_alloc(arena, total);
	for (size_t i = 0; i < strings.count; i++) {
		folded[i] = sieve_fold_into(buffer, fold, strings.items[i]);
		buffer += folded[i].len;
	}
	return (SieveStrings){folded, strings.count};
}
