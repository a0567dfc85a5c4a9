/* SPDX-License-Identifier: MIT */
/* match.h - the core match types and comparators, as tables for core.c */
#pragma once

#include "engine/sieve-ext.h"

/** :is, :contains, :matches (RFC 5228 section 2.7.1); ends with a NULL tag. */
extern const SieveMatchDef sieve_core_matches[];
/** i;octet, i;ascii-casemap (RFC 4790); NULL-terminated. */
extern const SieveComparatorDef *const sieve_core_comparators[];
/** :all, :localpart, :domain (RFC 5228 section 2.7.4); ends with a NULL tag. */
extern const SieveAddressPartDef sieve_core_address_parts[];
