/* SPDX-License-Identifier: MIT */
/* fold.h - bytes mapped by a comparator's table, so that equal ones become the same */
#pragma once

#include "engine/sieve-ext.h"

/** @buffer: room for @bytes.len, which the result points into. */
SieveBytes sieve_fold_into(char *buffer, const unsigned char *fold, SieveBytes bytes);
/** @fold: (nullable) NULL: @strings itself. The copies share one block of @arena. */
SieveStrings sieve_fold_all(SieveArena *arena, const unsigned char *fold, SieveStrings strings);
