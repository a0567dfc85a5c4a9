/* SPDX-License-Identifier: MIT */
/* folders.c - paths of mail folders, as delivery programs have them, as mailboxes */

#include "engine/convert/folders.h"

#include <string.h>

#include "engine/bytes.h"
#include "engine/deliver/mailbox-name.h"

static bool
ends(SieveBytes text, const char *suffix)
{
	size_t len = strlen(suffix);

	return text.len > len && memcmp(text.ptr + text.len - len, suffix, len) == 0;
}

SieveBytes
convert_mailbox(SieveConversion *conversion, SieveBytes path, const char *root)
{
	g_autofree char *prefix = g_strconcat(root == NULL ? "" : root, "/", NULL);

	if (root != NULL && sieve_bytes_starts_with(path, sieve_bytes_from_string(prefix)))
		path = sieve_bytes_slice(path, strlen(prefix), SIZE_MAX);
	while (sieve_bytes_starts_with(path, SIEVE_BYTES("./")))
		path = sieve_bytes_slice(path, 2, SIZE_MAX);
	if (ends(path, "/."))
		path = sieve_bytes_slice(path, 0, path.len - 2);
	while (path.len > 0 && path.ptr[path.len - 1] == '/')
		path = sieve_bytes_slice(path, 0, path.len - 1);
	if (path.len == 0 || path.ptr[0] == '/' || path.ptr[0] == '~' || !convert_is_text(path))
		return (SieveBytes){NULL, 0};
	bool dots = path.ptr[0] == '.';
	g_autofree char *text = sieve_bytes_dup(sieve_bytes_slice(path, dots, SIZE_MAX));
	if (dots)
		g_strdelimit(text, ".", '/');
	if (sieve_mailbox_name_check(sieve_bytes_from_string(text)) != NULL)
		return (SieveBytes){NULL, 0};
	return sieve_bytes_from_string(sieve_arena_strdup(convert_arena(conversion), text));
}
