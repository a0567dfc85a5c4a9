/* SPDX-License-Identifier: MIT */
/* match-oracle.h - what each match type means, for tests that judge the engine's key lists by it */
#pragma once

#include "engine/sieve-ext.h"

/** RFC 5228 section 2.7.1 as it is written, for one key: slow and simple. The comparator is i;octet or
 * i;ascii-casemap. `?` is one UTF-8 character, or one byte of what is none (doc/DEVIATIONS.md); hence a
 * key must hold no incomplete character that the value could complete. */
typedef bool (*MatchOracle)(const SieveComparatorDef *comparator, SieveBytes key, SieveBytes value);
bool match_oracle_is(const SieveComparatorDef *comparator, SieveBytes key, SieveBytes value);
bool match_oracle_contains(const SieveComparatorDef *comparator, SieveBytes key, SieveBytes value);
bool match_oracle_matches(const SieveComparatorDef *comparator, SieveBytes key, SieveBytes value);
