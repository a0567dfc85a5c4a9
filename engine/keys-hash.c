/* SPDX-License-Identifier: MIT */
/* keys-hash.c - keys that equal the value, as a hash table (RFC 5228 section 2.7.1, :is) */

#include "engine/keys.h"

/* So few are compared one by one: that takes less time than hashing the value. */
#define FEW_KEYS 4u

/* The high half of the hash tells nearly all other keys apart without looking at their bytes. */
typedef struct Slot {
	uint32_t key; /* index plus one; 0 is empty */
	uint32_t tag;
} Slot;

/* Open addressing, at most half full. The keys stay as they were written; hash and comparison fold
 * both sides. */
struct SieveKeysHash {
	const SieveComparatorDef *comparator;
	SieveStrings keys;
	Slot *slots; /* (nullable) */
	uint64_t mask;
	uint64_t secret[2];
};

/* --- SipHash-1-3: whoever does not know the secret cannot make keys collide --------------------- */

static uint64_t
rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static void
mix(uint64_t v[4])
{
	v[0] += v[1];
	v[1] = rotate(v[1], 13) ^ v[0];
	v[0] = rotate(v[0], 32);
	v[2] += v[3];
	v[3] = rotate(v[3], 16) ^ v[2];
	v[0] += v[3];
	v[3] = rotate(v[3], 21) ^ v[0];
	v[2] += v[1];
	v[1] = rotate(v[1], 17) ^ v[2];
	v[2] = rotate(v[2], 32);
}

static void
take_word(uint64_t v[4], uint64_t word)
{
	v[3] ^= word;
	mix(v);
	v[0] ^= word;
}

static uint64_t
hash_folded(const SieveKeysHash *hash, SieveBytes bytes)
{
	const unsigned char *fold = hash->comparator->fold;
	uint64_t v[4] = {
		hash->secret[0] ^ 0x736f6d6570736575u,
		hash->secret[1] ^ 0x646f72616e646f6du,
		hash->secret[0] ^ 0x6c7967656e657261u,
		hash->secret[1] ^ 0x7465646279746573u,
	};
	uint64_t word = 0;

	for (size_t i = 0; i < bytes.len; i++) {
		unsigned char byte = (unsigned char)bytes.ptr[i];
		word |= (uint64_t)(fold == NULL ? byte : fold[byte]) << i % 8 * 8;
		if (i % 8 != 7)
			continue;
		take_word(v, word);
		word = 0;
	}
	take_word(v, word | (uint64_t)bytes.len << 56);
	v[2] ^= 0xff;
	for (int round = 0; round < 3; round++)
		mix(v);
	return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* --- Table -------------------------------------------------------------------------------------- */

/* The slot of a key that equals @bytes, or the empty one where its search ends. */
static Slot *
find_slot(const SieveKeysHash *hash, SieveBytes bytes, uint32_t *ret_tag)
{
	uint64_t code = hash_folded(hash, bytes);
	uint32_t tag = (uint32_t)(code >> 32);

	*ret_tag = tag;
	for (uint64_t at = code & hash->mask;; at = (at + 1) & hash->mask) {
		Slot *slot = &hash->slots[at];
		if (slot->key == 0)
			return slot;
		if (slot->tag == tag &&
			hash->comparator->equal(hash->keys.items[slot->key - 1], bytes))
			return slot;
	}
}

/* Of keys that are equal the first one stays. */
static void
fill_slots(SieveKeysHash *hash)
{
	for (size_t i = 0; i < hash->keys.count; i++) {
		uint32_t tag;
		Slot *slot = find_slot(hash, hash->keys.items[i], &tag);
		if (slot->key == 0)
			*slot = (Slot){(uint32_t)i + 1, tag};
	}
}

/* Comparators that are neither i;octet nor fold bytes (i;ascii-numeric) get no table: equal keys
 * may then be written in many ways. */
static bool
is_hashable(const SieveKeys *keys)
{
	return keys->comparator->fold != NULL ||
	       (keys->comparator->ops & SIEVE_COMPARATOR_SUBSTRING) != 0;
}

const SieveKeysHash *
sieve_keys_hash_new(const SieveKeys *keys, SieveArena *arena)
{
	SieveKeysHash *hash = sieve_arena_new_array(arena, SieveKeysHash, 1);
	size_t size = 4;

	hash->comparator = keys->comparator;
	hash->keys = keys->keys;
	if (!is_hashable(keys) || keys->keys.count <= FEW_KEYS || keys->keys.count > UINT32_MAX / 4)
		return hash;
	while (size < keys->keys.count * 2)
		size *= 2;
	hash->slots = sieve_arena_new_array(arena, Slot, size);
	hash->mask = size - 1;
	for (int i = 0; i < 2; i++)
		hash->secret[i] = (uint64_t)g_random_int() << 32 | g_random_int();
	fill_slots(hash);
	return hash;
}

/* One by one; the first comparison was paid for when the value was offered. */
static size_t
find_plainly(const SieveKeysHash *hash, const SieveMatching *matching, SieveBytes value)
{
	for (size_t i = 0; i < hash->keys.count; i++) {
		if (i > FEW_KEYS && !sieve_run_spend(matching->run, value.len + 1, NULL))
			return SIEVE_NO_KEY;
		if (hash->comparator->equal(hash->keys.items[i], value))
			return i;
	}
	return SIEVE_NO_KEY;
}

size_t
sieve_keys_hash_find(const SieveKeysHash *hash, const SieveMatching *matching, SieveBytes value)
{
	uint32_t tag;

	if (hash->slots == NULL)
		return find_plainly(hash, matching, value);
	const Slot *slot = find_slot(hash, value, &tag);
	return slot->key == 0 ? SIEVE_NO_KEY : slot->key - 1;
}
