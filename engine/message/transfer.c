/* SPDX-License-Identifier: MIT */
/* transfer.c - content transfer encodings undone: quoted-printable, base64 (RFC 2045 section 6) */

#include "engine/message/transfer.h"

#include <string.h>

#include "engine/bytes.h"

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t' || byte == '\r';
}

/* Where the line that @at is in ends without the blanks that transport has added (rule 3). */
static size_t
text_end(SieveBytes line)
{
	size_t end = line.len;

	while (end > 0 && is_blank(line.ptr[end - 1]))
		end--;
	return end;
}

static size_t
decode_quoted_line(SieveBytes line, char *out)
{
	size_t len = 0;

	for (size_t i = 0; i < line.len; i++) {
		int high = line.ptr[i] == '=' && i + 2 < line.len
			? g_ascii_xdigit_value(line.ptr[i + 1])
			: -1;
		int low = high < 0 ? -1 : g_ascii_xdigit_value(line.ptr[i + 2]);
		if (low >= 0)
			i += 2;
		out[len++] = low >= 0 ? (char)(high * 16 + low) : line.ptr[i];
	}
	return len;
}

/* Section 6.7. An equals sign at the end of a line takes the line end with it. */
static SieveBytes
decode_quoted_printable(SieveBytes body, SieveArena *arena)
{
	/* A line that ends with LF alone gets its CR. */
	char *out = sieve_arena_alloc(arena, body.len * 2);
	size_t len = 0;

	for (size_t at = 0; at < body.len;) {
		size_t lf = sieve_bytes_find(body, SIEVE_BYTES("\n"), at);
		SieveBytes line = sieve_bytes_slice(body, at, MIN(lf, body.len) - at);
		at += line.len + 1;
		line.len = text_end(line);
		bool soft = line.len > 0 && line.ptr[line.len - 1] == '=';
		line.len -= soft;
		len += decode_quoted_line(line, out + len);
		if (soft || lf == SIZE_MAX)
			continue;
		out[len++] = '\r';
		out[len++] = '\n';
	}
	return (SieveBytes){out, len};
}

static int
base64_value(char byte)
{
	if (g_ascii_isupper(byte))
		return byte - 'A';
	if (g_ascii_islower(byte))
		return byte - 'a' + 26;
	if (g_ascii_isdigit(byte))
		return byte - '0' + 52;
	return byte == '+' ? 62 : byte == '/' ? 63 : -1;
}

/* Section 6.8: what is not of the alphabet is passed over. Padding ends four characters; more may follow,
 * where texts that were encoded apart have been put together. */
static SieveBytes
decode_base64(SieveBytes body, SieveArena *arena)
{
	char *out = sieve_arena_alloc(arena, body.len / 4 * 3 + 3);
	size_t len = 0;
	unsigned bits = 0;
	unsigned n_bits = 0;

	for (size_t i = 0; i < body.len; i++) {
		int value = base64_value(body.ptr[i]);
		if (body.ptr[i] == '=')
			n_bits = 0;
		if (value < 0)
			continue;
		bits = (bits << 6 | (unsigned)value) & 0xffffu;
		n_bits += 6;
		if (n_bits < 8)
			continue;
		n_bits -= 8;
		out[len++] = (char)(bits >> n_bits & 0xffu);
	}
	return (SieveBytes){out, len};
}

SieveBytes
sieve_transfer_decode(SieveBytes encoding, SieveBytes body, SieveArena *arena)
{
	if (sieve_bytes_equal_nocase(encoding, SIEVE_BYTES("base64")))
		return decode_base64(body, arena);
	if (sieve_bytes_equal_nocase(encoding, SIEVE_BYTES("quoted-printable")))
		return decode_quoted_printable(body, arena);
	return body;
}

static size_t
count_lone_lf(SieveBytes text)
{
	size_t count = 0;

	for (size_t at = sieve_bytes_find(text, SIEVE_BYTES("\n"), 0); at < text.len;
		at = sieve_bytes_find(text, SIEVE_BYTES("\n"), at + 1))
		count += at == 0 || text.ptr[at - 1] != '\r';
	return count;
}

SieveBytes
sieve_transfer_crlf(SieveBytes text, SieveArena *arena)
{
	size_t lone = count_lone_lf(text);

	if (lone == 0)
		return text;
	char *out = sieve_arena_alloc(arena, text.len + lone);
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n' && (i == 0 || text.ptr[i - 1] != '\r'))
			out[len++] = '\r';
		out[len++] = text.ptr[i];
	}
	return (SieveBytes){out, len};
}

void
sieve_transfer_append_base64(GString *out, SieveBytes bytes)
{
	g_autofree char *encoded = g_base64_encode((const guchar *)bytes.ptr, bytes.len);
	size_t len = strlen(encoded);

	for (size_t at = 0; at < len; at += 76)
		g_string_append_printf(out, "%.76s\r\n", encoded + at);
}
