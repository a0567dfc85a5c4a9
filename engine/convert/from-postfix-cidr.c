/* SPDX-License-Identifier: MIT */
/* from-postfix-cidr.c - Postfix's tables of networks, cidr_table(5): the first that matches counts */

#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/formats.h"
#include "engine/convert/postfix.h"

static void
read_entry(ConvertAccess *access, SieveConversion *conversion, const ConvertLogical *logical,
	unsigned *depth)
{
	static const char of_if[] = "it stands between if and endif";
	SieveBytes rest = logical->text;
	ConvertVerdict verdict;
	const char *note = NULL;
	SieveBytes key;

	convert_next_word(&rest, &key);
	if (convert_is_word(key, "if"))
		++*depth;
	if (*depth > 0) {
		*depth -= convert_is_word(key, "endif");
		return convert_set_logical(conversion, logical, SIEVE_CONVERT_NOT_EXPRESSIBLE, of_if);
	}
	if (key.ptr[0] == '!')
		return convert_set_logical(conversion, logical, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"it takes all but a network");
	SieveConvertClass class = convert_postfix_action(rest, &verdict, &note);
	if (class == SIEVE_CONVERT_NOT_EXPRESSIBLE)
		return convert_set_logical(conversion, logical, class, note);
	if (key.ptr[0] == '[' && key.ptr[key.len - 1] == ']')
		key = sieve_bytes_slice(key, 1, key.len - 2);
	if (!convert_access_add_first(access, key, &verdict, logical->first)) {
		convert_find(conversion, SIEVE_FINDING_NEVER, logical->first, SIZE_MAX);
		return convert_set_logical(conversion, logical, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"its key is no network, or has bits behind the prefix: Postfix skips it too");
	}
	convert_set_logical(conversion, logical, class, note);
}

static void
read_cidr(SieveConversion *conversion)
{
	g_autoptr(ConvertAccess) access = convert_access_new(conversion);
	ConvertLogical logical;
	unsigned depth = 0;

	for (size_t at = 0; convert_next_logical(conversion, &at, &logical);)
		read_entry(access, conversion, &logical, &depth);
	convert_access_write(access);
}

/* Each line begins with a network. */
static unsigned
recognise(SieveBytes text)
{
	unsigned lines = 0;
	unsigned networks = 0;
	SieveBytes line;

	for (size_t at = 0; lines < 50 && convert_take_line(text, &at, &line);) {
		SieveBytes word = {NULL, 0};
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		lines++;
		convert_next_word(&line, &word);
		const char *slash = memchr(word.ptr, '/', word.len);
		networks += slash != NULL && slash > word.ptr && g_ascii_isxdigit(word.ptr[0]) &&
			    slash + 1 < word.ptr + word.len && g_ascii_isdigit(slash[1]);
	}
	return networks == 0 || networks * 3 < lines ? 0 : 80;
}

const SieveConvertFormat sieve_convert_postfix_cidr = {
	.name = "postfix-cidr",
	.title = "Postfix table of networks",
	.recognise = recognise,
	.read = read_cidr,
};
