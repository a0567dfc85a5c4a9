/* SPDX-License-Identifier: MIT */
/* source.c - script text, and byte offset to line and column */

#include "engine/source.h"

#include "engine/bytes.h"

#include <string.h>

/* The offset of the first byte of the line that holds @offset. */
static size_t
line_start(SieveBytes text, size_t offset)
{
	const char *newline = offset == 0 ? NULL : memrchr(text.ptr, '\n', offset);

	return newline == NULL ? 0 : (size_t)(newline - text.ptr) + 1;
}

void
sieve_source_locate(const SieveSource *source, size_t offset, unsigned *ret_line,
	unsigned *ret_column)
{
	SieveBytes text = source->text;
	unsigned line = 1;

	offset = MIN(offset, text.len);
	size_t start = line_start(text, offset);
	for (size_t at = 0; at < start; line++) {
		const char *newline = memchr(text.ptr + at, '\n', start - at);
		at = (size_t)(newline - text.ptr) + 1;
	}
	*ret_line = line;
	*ret_column = (unsigned)(offset - start) + 1;
}

SieveBytes
sieve_source_line(const SieveSource *source, size_t offset)
{
	SieveBytes text = source->text;

	offset = MIN(offset, text.len);
	size_t start = line_start(text, offset);
	size_t end = sieve_bytes_find(text, SIEVE_BYTES("\n"), start);
	SieveBytes line = sieve_bytes_slice(text, start, MIN(end, text.len) - start);
	if (end != SIZE_MAX && line.len > 0 && line.ptr[line.len - 1] == '\r')
		line.len--;
	return line;
}
