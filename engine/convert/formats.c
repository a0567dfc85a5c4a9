/* SPDX-License-Identifier: MIT */
/* formats.c - the array of formats, made of formats.def */

#include "engine/convert/formats.h"

#define SIEVE_CONVERT_FORMAT(name) &sieve_convert_##name,
const SieveConvertFormat *const sieve_convert_formats[] = {
#include "engine/convert/formats.def"
	NULL,
};
#undef SIEVE_CONVERT_FORMAT
