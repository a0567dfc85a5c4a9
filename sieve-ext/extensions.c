/* SPDX-License-Identifier: MIT */
/* extensions.c - the array made from extensions.def */

#include "sieve-ext/extensions.h"

static const SieveExtension *const extensions[] = {
#define SIEVE_EXTENSION(name) &sieve_ext_##name,
#include "sieve-ext/extensions.def"
#undef SIEVE_EXTENSION
	NULL,
};

const SieveExtension *const *
sieve_extensions(void)
{
	return extensions;
}
