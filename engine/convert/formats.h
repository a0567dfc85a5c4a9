/* SPDX-License-Identifier: MIT */
/* formats.h - the list of formats: SIEVE_CONVERT_FORMAT(x) is sieve_convert_x, of from-x.c */
#pragma once

#include "engine/convert/convert.h"

#define SIEVE_CONVERT_FORMAT(name) extern const SieveConvertFormat sieve_convert_##name;
#include "engine/convert/formats.def"
#undef SIEVE_CONVERT_FORMAT
