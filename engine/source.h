/* SPDX-License-Identifier: MIT */
/* source.h - script text, and byte offset to line and column */
#pragma once

#include "engine/arena.h"

/** One script's text and name. Offsets into it are what tokens, nodes and instructions carry. */
typedef struct SieveSource {
	SieveBytes text;
	const char *name;
} SieveSource;

/** A stretch of the script: byte offset and length. */
typedef struct SieveSpan {
	const SieveSource *source; /* (nullable): made by no script, as a converter's nodes are */
	uint32_t offset;
	uint32_t length;
} SieveSpan;

/** Line and column (bytes) of @offset, both from 1. Linear in @offset: for messages only. */
void sieve_source_locate(const SieveSource *source, size_t offset, unsigned *ret_line,
	unsigned *ret_column);
/** The line that holds @offset, without its line end. */
SieveBytes sieve_source_line(const SieveSource *source, size_t offset);
