/* SPDX-License-Identifier: MIT */
/* comparator.c - i;octet and i;ascii-casemap (RFC 4790 sections 9.2 and 9.3) */

#include "engine/comparator.h"

#include "engine/match.h"

/* ASCII letters become upper case, as RFC 4790 section 9.2.1 says: ordering depends on the side
 * that is chosen, since `_` and its like lie between the two. */
#define FOLD(n) (unsigned char)((n) >= 'a' && (n) <= 'z' ? (n) - 'a' + 'A' : (n))
#define FOLD_4(n) FOLD(n), FOLD((n) + 1), FOLD((n) + 2), FOLD((n) + 3)
#define FOLD_16(n) FOLD_4(n), FOLD_4((n) + 4), FOLD_4((n) + 8), FOLD_4((n) + 12)
#define FOLD_64(n) FOLD_16(n), FOLD_16((n) + 16), FOLD_16((n) + 32), FOLD_16((n) + 48)

static const unsigned char ascii_casemap[256] = {
	FOLD_64(0),
	FOLD_64(64),
	FOLD_64(128),
	FOLD_64(192),
};

static int
compare_casemap(SieveBytes a, SieveBytes b)
{
	size_t shorter = MIN(a.len, b.len);

	for (size_t i = 0; i < shorter; i++) {
		int order = ascii_casemap[(unsigned char)a.ptr[i]] -
			    ascii_casemap[(unsigned char)b.ptr[i]];
		if (order != 0)
			return order;
	}
	return a.len < b.len ? -1 : a.len > b.len;
}

const SieveComparatorDef sieve_comparator_octet = {
	.name = "i;octet",
	.ops = SIEVE_COMPARATOR_EQUALITY | SIEVE_COMPARATOR_SUBSTRING | SIEVE_COMPARATOR_ORDERING,
	.equal = sieve_bytes_equal,
	.compare = sieve_bytes_compare,
};

const SieveComparatorDef sieve_comparator_ascii_casemap = {
	.name = "i;ascii-casemap",
	.ops = SIEVE_COMPARATOR_EQUALITY | SIEVE_COMPARATOR_SUBSTRING | SIEVE_COMPARATOR_ORDERING,
	.fold = ascii_casemap,
	.equal = sieve_bytes_equal_nocase,
	.compare = compare_casemap,
};

const SieveComparatorDef *const sieve_core_comparators[] = {
	&sieve_comparator_octet,
	&sieve_comparator_ascii_casemap,
	NULL,
};
