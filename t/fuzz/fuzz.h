/* SPDX-License-Identifier: MIT */
/* fuzz.h - what every target is: one function over any bytes; a broken promise aborts */
#pragma once

#include "engine/bytes.h"

#include <stdint.h>

/** The target: called once for each input, by libFuzzer or by replay.c. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** (transfer full) the next of several parts of an input, in memory of its own, so that reading past
 * its end is seen. A line of `%%` alone parts them; after the last one parts are empty. */
GBytes *fuzz_take_part(SieveBytes *input);
SieveBytes fuzz_bytes(GBytes *bytes);
/** Looks at each byte, so that one which may not be looked at is seen. */
void fuzz_touch(SieveBytes bytes);
/** Aborts unless @part lies within @whole. */
void fuzz_check_within(SieveBytes part, SieveBytes whole);
/** The registry of all extensions; made once. */
const SieveRegistry *fuzz_registry(void);
