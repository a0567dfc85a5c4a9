/* SPDX-License-Identifier: MIT */
/* extensions.h - the array made from extensions.def; sieve.h declares how programs get at it */
#pragma once

#include "engine/sieve-ext.h"

#define SIEVE_EXTENSION(name) extern const SieveExtension sieve_ext_##name;
#include "sieve-ext/extensions.def"
#undef SIEVE_EXTENSION
