/* SPDX-License-Identifier: MIT */
/* comparator-unicode-casemap.c - i;unicode-casemap: letters of any script whatever their case (RFC 5051) */

#include "engine/sieve-ext.h"

#include <string.h>

enum { MAX_DECOMPOSED = G_UNICHAR_MAX_DECOMPOSITION_LENGTH };

/* Section 2: the title case of the character, decomposed as far as can be. Returns the length. */
static size_t
map(gunichar character, gunichar decomposed[MAX_DECOMPOSED])
{
	return g_unichar_fully_decompose(
		g_unichar_totitle(character), TRUE, decomposed, MAX_DECOMPOSED);
}

static bool
is_wildcard(gunichar character)
{
	return character == '*' || character == '?' || character == '\\';
}

static void
append_mapped(GString *out, gunichar character, bool pattern)
{
	gunichar decomposed[MAX_DECOMPOSED];
	size_t count = map(character, decomposed);

	for (size_t i = 0; i < count; i++) {
		/* The fullwidth asterisk becomes one, but was none. */
		if (pattern && character >= 0x80 && is_wildcard(decomposed[i]))
			g_string_append_c(out, '\\');
		g_string_append_unichar(out, decomposed[i]);
	}
}

/* The character at @at and its length; what is no UTF-8 counts as one byte of its own. */
static bool
read_character(SieveBytes text, size_t at, gunichar *ret_character, size_t *ret_len)
{
	const char *here = text.ptr + at;
	gunichar character = g_utf8_get_char_validated(here, (gssize)(text.len - at));
	bool valid = *here != '\0' && character != (gunichar)-1 && character != (gunichar)-2;

	*ret_character = valid ? character : (unsigned char)*here;
	*ret_len = valid ? (size_t)g_utf8_skip[(unsigned char)*here] : 1;
	return valid;
}

static SieveBytes
normalise(SieveBytes text, bool pattern, SieveArena *arena)
{
	g_autoptr(GString) out = g_string_sized_new(text.len);

	for (size_t at = 0, len; at < text.len; at += len) {
		gunichar character;
		if (read_character(text, at, &character, &len))
			append_mapped(out, character, pattern);
		else
			g_string_append_c(out, text.ptr[at]);
	}
	return sieve_arena_copy(arena, (SieveBytes){out->str, out->len});
}

static size_t
mapped_len(gunichar character)
{
	gunichar decomposed[MAX_DECOMPOSED];
	size_t count = map(character, decomposed);
	size_t len = 0;

	for (size_t i = 0; i < count; i++)
		len += (size_t)g_unichar_to_utf8(decomposed[i], NULL);
	return len;
}

static size_t
locate(SieveBytes text, size_t offset)
{
	size_t made = 0;
	size_t at = 0;

	while (at < text.len && made < offset) {
		gunichar character;
		size_t len;
		made += read_character(text, at, &character, &len) ? mapped_len(character) : 1;
		at += len;
	}
	return at;
}

static const SieveComparatorDef unicode_casemap = {
	.name = "i;unicode-casemap",
	.ops = SIEVE_COMPARATOR_EQUALITY | SIEVE_COMPARATOR_SUBSTRING | SIEVE_COMPARATOR_ORDERING,
	.equal = sieve_bytes_equal,
	.compare = sieve_bytes_compare,
	.normalise = normalise,
	.locate = locate,
};

static const SieveComparatorDef *const comparators[] = {&unicode_casemap, NULL};

const SieveExtension sieve_ext_comparator_unicode_casemap = {
	.capability = "comparator-i;unicode-casemap",
	.source = "RFC 5051",
	.comparators = comparators,
};
