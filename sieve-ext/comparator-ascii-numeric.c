/* SPDX-License-Identifier: MIT */
/* comparator-ascii-numeric.c - i;ascii-numeric: the number at the start (RFC 4790 section 9.1) */

#include "engine/sieve-ext.h"

/* The leading digits without leading zeros. ptr NULL: positive infinity, as a string is that does
 * not begin with a digit. The number of digits is not limited. */
static SieveBytes
digits_of(SieveBytes value)
{
	size_t start = 0;
	size_t end;

	if (value.len == 0 || !g_ascii_isdigit(value.ptr[0]))
		return (SieveBytes){NULL, 0};
	while (start < value.len && value.ptr[start] == '0')
		start++;
	for (end = start; end < value.len && g_ascii_isdigit(value.ptr[end]);)
		end++;
	return (SieveBytes){value.ptr + start, end - start};
}

static int
compare_numeric(SieveBytes a, SieveBytes b)
{
	SieveBytes x = digits_of(a);
	SieveBytes y = digits_of(b);

	if (x.ptr == NULL || y.ptr == NULL)
		return (x.ptr == NULL) - (y.ptr == NULL);
	if (x.len != y.len)
		return x.len < y.len ? -1 : 1;
	return sieve_bytes_compare(x, y);
}

static bool
equal_numeric(SieveBytes a, SieveBytes b)
{
	return compare_numeric(a, b) == 0;
}

static const SieveComparatorDef ascii_numeric = {
	.name = "i;ascii-numeric",
	.ops = SIEVE_COMPARATOR_EQUALITY | SIEVE_COMPARATOR_ORDERING,
	.equal = equal_numeric,
	.compare = compare_numeric,
};

static const SieveComparatorDef *const comparators[] = {&ascii_numeric, NULL};

const SieveExtension sieve_ext_comparator_ascii_numeric = {
	.capability = "comparator-i;ascii-numeric",
	.source = "RFC 4790 section 9.1",
	.comparators = comparators,
};
