/* SPDX-License-Identifier: MIT */
/* header.c - header field values: unfolding (RFC 5322 section 2.2.3), encoded words (RFC 2047) */

#include "engine/message/header.h"

#include "engine/bytes.h"
#include "engine/message/charset.h"

#include <string.h>

/* encoded-word = "=?" charset ["*" language] "?" encoding "?" encoded-text "?=" */
typedef struct EncodedWord {
	const char *charset; /* as iconv calls it */
	bool base64;
	SieveBytes encoded;
	size_t end; /* offset past the word */
} EncodedWord;

/* Words that stand side by side and share a charset. */
typedef struct WordRun {
	const char *charset;
	SieveBytes bytes;
	size_t end;
} WordRun;

SieveBytes
sieve_header_unfold(SieveBytes raw, SieveArena *arena)
{
	if (raw.len == 0 || memchr(raw.ptr, '\n', raw.len) == NULL)
		return sieve_bytes_trim(raw);
	char *text = sieve_arena_alloc(arena, raw.len);
	size_t len = 0;
	for (size_t i = 0; i < raw.len; i++) {
		bool crlf = raw.ptr[i] == '\r' && i + 1 < raw.len && raw.ptr[i + 1] == '\n';
		if (raw.ptr[i] != '\n' && !crlf)
			text[len++] = raw.ptr[i];
	}
	return sieve_bytes_trim((SieveBytes){text, len});
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* The part from @at up to the next question mark: printable ASCII without blanks (RFC 2047 2). */
static bool
parse_part(SieveBytes text, size_t *at, SieveBytes *ret_part)
{
	size_t start = *at;
	size_t end = start;

	while (end < text.len && text.ptr[end] > ' ' && text.ptr[end] < 0x7f &&
		text.ptr[end] != '?')
		end++;
	if (end >= text.len || text.ptr[end] != '?')
		return false;
	*ret_part = sieve_bytes_slice(text, start, end - start);
	*at = end + 1;
	return true;
}

static bool
parse_word(SieveBytes text, size_t at, EncodedWord *ret_word)
{
	SieveBytes charset, encoding, encoded;

	if (!sieve_bytes_starts_with(sieve_bytes_slice(text, at, 2), SIEVE_BYTES("=?")))
		return false;
	at += 2;
	if (!parse_part(text, &at, &charset) || !parse_part(text, &at, &encoding) ||
		!parse_part(text, &at, &encoded) || at >= text.len || text.ptr[at] != '=')
		return false;
	/* RFC 2231 section 5: a language may follow the charset. */
	charset.len = MIN(sieve_bytes_find(charset, SIEVE_BYTES("*"), 0), charset.len);
	ret_word->charset = sieve_charset_find(charset);
	ret_word->base64 = sieve_bytes_equal_nocase(encoding, SIEVE_BYTES("b"));
	ret_word->encoded = encoded;
	ret_word->end = at + 1;
	return ret_word->charset != NULL &&
	       (ret_word->base64 || sieve_bytes_equal_nocase(encoding, SIEVE_BYTES("q")));
}

static bool
append_q(GByteArray *bytes, SieveBytes encoded)
{
	for (size_t i = 0; i < encoded.len; i++) {
		unsigned char byte = (unsigned char)encoded.ptr[i];
		if (byte == '_')
			byte = ' ';
		if (byte == '=') {
			int high =
				i + 2 < encoded.len ? g_ascii_xdigit_value(encoded.ptr[i + 1]) : -1;
			int low =
				i + 2 < encoded.len ? g_ascii_xdigit_value(encoded.ptr[i + 2]) : -1;
			if (high < 0 || low < 0)
				return false;
			byte = (unsigned char)(high * 16 + low);
			i += 2;
		}
		g_byte_array_append(bytes, &byte, 1);
	}
	return true;
}

static bool
append_b(GByteArray *bytes, SieveBytes encoded)
{
	int state = 0;
	unsigned save = 0;
	size_t significant = 0;

	while (encoded.len > 0 && encoded.ptr[encoded.len - 1] == '=')
		encoded.len--;
	for (size_t i = 0; i < encoded.len; i++) {
		if (!g_ascii_isalnum(encoded.ptr[i]) && encoded.ptr[i] != '+' &&
			encoded.ptr[i] != '/')
			return false;
		significant++;
	}
	/* One character alone is six bits: no byte. */
	if (significant % 4 == 1)
		return false;
	g_autofree guchar *out = g_malloc(encoded.len / 4 * 3 + 8);
	size_t len = g_base64_decode_step(encoded.ptr, encoded.len, out, &state, &save);
	/* The padding may be missing: it is supplied. */
	len += g_base64_decode_step("===", (4 - significant % 4) % 4, out + len, &state, &save);
	g_byte_array_append(bytes, out, (guint)len);
	return true;
}

static bool
append_word(GByteArray *bytes, const EncodedWord *word)
{
	return word->base64 ? append_b(bytes, word->encoded) : append_q(bytes, word->encoded);
}

/* White space between words is not part of the text (RFC 2047 section 6.2). */
static size_t
skip_blanks(SieveBytes text, size_t at)
{
	while (at < text.len && is_blank(text.ptr[at]))
		at++;
	return at;
}

/* The word at @at and those after it in the same charset. They are converted together, because
 * senders split characters between words, although RFC 2047 section 5 forbids it. */
static bool
read_run(SieveBytes text, size_t at, bool alone, GByteArray *bytes, WordRun *ret_run)
{
	EncodedWord word;

	g_byte_array_set_size(bytes, 0);
	if (!parse_word(text, at, &word) || !append_word(bytes, &word))
		return false;
	ret_run->charset = word.charset;
	ret_run->end = word.end;
	while (!alone && parse_word(text, skip_blanks(text, ret_run->end), &word)) {
		guint before = bytes->len;
		if (word.charset != ret_run->charset)
			break;
		if (!append_word(bytes, &word)) {
			g_byte_array_set_size(bytes, before);
			break;
		}
		ret_run->end = word.end;
	}
	ret_run->bytes = (SieveBytes){(const char *)bytes->data, bytes->len};
	return true;
}

/* Line ends and NULs inside a word would let a sender write into whatever the value is put in. */
static void
append_text(GString *out, SieveBytes text)
{
	size_t start = out->len;

	g_string_append_len(out, text.ptr, (gssize)text.len);
	for (size_t i = start; i < out->len; i++)
		if (out->str[i] == '\r' || out->str[i] == '\n' || out->str[i] == '\0')
			out->str[i] = ' ';
}

/* One value being decoded. */
typedef struct Decoder {
	SieveBytes text;
	SieveArena *arena;
	GByteArray *bytes; /* of the words at hand, before conversion */
	GString *out;
	size_t plain;	    /* what is not yet in @out starts here */
	size_t alone_until; /* words before this offset have failed together */
} Decoder;

/* The text of the words at @at; false when they cannot be decoded. Words that fail together
 * are tried one by one, and remembered, so that a long row of bad ones costs linear time. */
static bool
decode_run(Decoder *decoder, size_t at, WordRun *run, SieveBytes *ret_decoded)
{
	bool alone = at < decoder->alone_until;

	if (!read_run(decoder->text, at, alone, decoder->bytes, run))
		return false;
	if (sieve_charset_to_utf8(run->charset, run->bytes, decoder->arena, ret_decoded))
		return true;
	decoder->alone_until = MAX(decoder->alone_until, run->end);
	return !alone && read_run(decoder->text, at, true, decoder->bytes, run) &&
	       sieve_charset_to_utf8(run->charset, run->bytes, decoder->arena, ret_decoded);
}

static void
append_plain(Decoder *decoder, size_t end)
{
	g_string_append_len(
		decoder->out, decoder->text.ptr + decoder->plain, (gssize)(end - decoder->plain));
	decoder->plain = end;
}

/* The next place where an encoded word may begin, or SIZE_MAX. */
static size_t
find_word(SieveBytes text, size_t at)
{
	while (at + 1 < text.len) {
		const char *equals = memchr(text.ptr + at, '=', text.len - 1 - at);
		if (equals == NULL)
			return SIZE_MAX;
		at = (size_t)(equals - text.ptr);
		if (text.ptr[at + 1] == '?')
			return at;
		at++;
	}
	return SIZE_MAX;
}

static SieveBytes
decode_words(Decoder *decoder, size_t at)
{
	bool after_word = false;

	while (at != SIZE_MAX) {
		WordRun run;
		SieveBytes decoded;
		if (decode_run(decoder, at, &run, &decoded)) {
			if (!after_word || skip_blanks(decoder->text, decoder->plain) != at)
				append_plain(decoder, at);
			append_text(decoder->out, decoded);
			decoder->plain = run.end;
			after_word = true;
		} else {
			append_plain(decoder, at + 2);
			after_word = false;
		}
		at = find_word(decoder->text, decoder->plain);
	}
	append_plain(decoder, decoder->text.len);
	return sieve_arena_copy(decoder->arena, (SieveBytes){decoder->out->str, decoder->out->len});
}

SieveBytes
sieve_header_decode(SieveBytes raw, SieveArena *arena)
{
	SieveBytes text = sieve_header_unfold(raw, arena);
	size_t first = find_word(text, 0);

	if (first == SIZE_MAX)
		return text;
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	g_autoptr(GString) out = g_string_sized_new(text.len);
	Decoder decoder = {.text = text, .arena = arena, .bytes = bytes, .out = out};
	return decode_words(&decoder, first);
}

bool
sieve_header_says_automatic(SieveBytes auto_submitted)
{
	SieveBytes word = sieve_bytes_trim(auto_submitted);
	size_t len = 0;

	while (len < word.len && strchr(";( \t\r\n", word.ptr[len]) == NULL)
		len++;
	word.len = len;
	return !sieve_bytes_equal_nocase(word, SIEVE_BYTES("no"));
}
