/* SPDX-License-Identifier: MIT */
/* comparator.h - the two collations that every Sieve has (RFC 4790 sections 9.2 and 9.3) */
#pragma once

#include "engine/sieve-ext.h"

extern const SieveComparatorDef sieve_comparator_octet;
extern const SieveComparatorDef sieve_comparator_ascii_casemap;
