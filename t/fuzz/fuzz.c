/* SPDX-License-Identifier: MIT */
/* fuzz.c - what targets share: parts of an input, checks of views, the registry */

#include "t/fuzz/fuzz.h"

GBytes *
fuzz_take_part(SieveBytes *input)
{
	const SieveBytes mark = SIEVE_BYTES("\n%%\n");
	size_t end = MIN(sieve_bytes_find(*input, mark, 0), input->len);
	GBytes *part = g_bytes_new(input->ptr, end);

	*input = sieve_bytes_slice(*input, MIN(end + mark.len, input->len), input->len);
	return part;
}

SieveBytes
fuzz_bytes(GBytes *bytes)
{
	size_t len;
	const char *data = g_bytes_get_data(bytes, &len);

	return (SieveBytes){data == NULL ? "" : data, len};
}

void
fuzz_touch(SieveBytes bytes)
{
	volatile char seen;

	for (size_t i = 0; i < bytes.len; i++)
		seen = bytes.ptr[i];
	(void)seen;
}

void
fuzz_check_within(SieveBytes part, SieveBytes whole)
{
	if (part.len == 0)
		return;
	g_assert_true(part.ptr >= whole.ptr && part.len <= whole.len);
	g_assert_cmpuint((size_t)(part.ptr - whole.ptr), <=, whole.len - part.len);
}

const SieveRegistry *
fuzz_registry(void)
{
	static SieveRegistry *registry;

	if (registry == NULL)
		registry = sieve_registry_new(sieve_extensions());
	return registry;
}
