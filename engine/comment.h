/* SPDX-License-Identifier: MIT */
/* comment.h - comments as lines that begin with `#`, which is how the tree keeps them
 *
 * Lines are parted by LF and have no blanks at their end. An empty line parts two comments; one at
 * the end says that an empty line follows.
 */
#pragma once

#include "engine/arena.h"

/** Appends a hash comment, given with its `#`. */
void sieve_comment_add_hash(GString *lines, SieveBytes comment);
/** Appends a bracket comment, given without its brackets; a column of stars is taken away. */
void sieve_comment_add_bracket(GString *lines, SieveBytes comment);
/** Moves @lines into the arena; @lines is empty afterwards. */
SieveBytes sieve_comment_take(GString *lines, SieveArena *arena);
SieveBytes sieve_comment_join(SieveArena *arena, SieveBytes first, SieveBytes second);
