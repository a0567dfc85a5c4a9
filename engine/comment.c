/* SPDX-License-Identifier: MIT */
/* comment.c - comments as lines that begin with `#`, which is how the tree keeps them */

#include "engine/comment.h"

#include "engine/bytes.h"

#include <string.h>

static SieveBytes
trim_end(SieveBytes line)
{
	while (line.len > 0 && g_ascii_isspace(line.ptr[line.len - 1]))
		line.len--;
	return line;
}

static void
add_line(GString *lines, const char *prefix, SieveBytes line)
{
	if (lines->len > 0)
		g_string_append_c(lines, '\n');
	g_string_append(lines, prefix);
	g_string_append_len(lines, line.ptr, (gssize)line.len);
}

void
sieve_comment_add_hash(GString *lines, SieveBytes comment)
{
	add_line(lines, "", trim_end(comment));
}

void
sieve_comment_add_bracket(GString *lines, SieveBytes comment)
{
	size_t at = 0;
	bool first = true;

	comment = trim_end(comment);
	while (at < comment.len) {
		size_t end = MIN(sieve_bytes_find(comment, SIEVE_BYTES("\n"), at), comment.len);
		SieveBytes line = sieve_bytes_trim(sieve_bytes_slice(comment, at, end - at));
		while (!first && line.len > 0 && line.ptr[0] == '*')
			line = sieve_bytes_trim(sieve_bytes_slice(line, 1, line.len));
		line = trim_end(line);
		if (line.len > 0)
			add_line(lines, "# ", line);
		else if (!first)
			add_line(lines, "#", line);
		first = false;
		at = end + 1;
	}
}

SieveBytes
sieve_comment_take(GString *lines, SieveArena *arena)
{
	if (lines->len == 0)
		return (SieveBytes){0};
	SieveBytes copy = sieve_arena_copy(arena, (SieveBytes){lines->str, lines->len});
	g_string_truncate(lines, 0);
	return copy;
}

SieveBytes
sieve_comment_join(SieveArena *arena, SieveBytes first, SieveBytes second)
{
	if (first.len == 0 || second.len == 0)
		return first.len == 0 ? second : first;
	char *text = sieve_arena_alloc(arena, first.len + second.len + 1);
	memcpy(text, first.ptr, first.len);
	text[first.len] = '\n';
	memcpy(text + first.len + 1, second.ptr, second.len);
	return (SieveBytes){text, first.len + second.len + 1};
}
