/* SPDX-License-Identifier: MIT */
/* from-postfix-access.c - Postfix's access tables, access(5): KEY, blanks, ACTION */

#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/formats.h"
#include "engine/convert/postfix.h"

static bool
add_key(ConvertAccess *access, SieveConversion *conversion, SieveBytes key, const ConvertVerdict *verdict,
	size_t line)
{
	SieveSide side = convert_side(conversion);
	const char *network = convert_network_of(conversion, key);

	if (network != NULL)
		return convert_access_add(access, SIEVE_SIDE_CLIENT, CONVERT_KEY_NETWORK,
			sieve_bytes_from_string(network), verdict, line);
	if (sieve_bytes_equal(key, SIEVE_BYTES("<>")))
		return side != SIEVE_SIDE_CLIENT && convert_access_add(access, side, CONVERT_KEY_ADDRESS,
							   SIEVE_BYTES(""), verdict, line);
	return convert_access_add_name(access, side, key, verdict, line);
}

static void
read_entry(ConvertAccess *access, SieveConversion *conversion, const ConvertLogical *logical)
{
	SieveBytes rest = logical->text;
	ConvertVerdict verdict;
	const char *note = NULL;
	SieveBytes key;

	convert_next_word(&rest, &key);
	SieveConvertClass class = convert_postfix_action(rest, &verdict, &note);
	if (class == SIEVE_CONVERT_NOT_EXPRESSIBLE)
		return convert_set_logical(conversion, logical, class, note);
	if (key.ptr[0] == '.') {
		convert_find(conversion, SIEVE_FINDING_NEVER, logical->first, SIZE_MAX);
		return convert_set_logical(conversion, logical, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"Postfix looks up no key with a dot in front, unless "
			"parent_domain_matches_subdomains says so: write it without");
	}
	if (!add_key(access, conversion, key, &verdict, logical->first)) {
		convert_find(conversion, SIEVE_FINDING_NEVER, logical->first, SIZE_MAX);
		return convert_set_logical(conversion, logical, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"its key is no address, domain or network");
	}
	convert_set_logical(conversion, logical, class, note);
}

static void
read_access(SieveConversion *conversion)
{
	g_autoptr(ConvertAccess) access = convert_access_new(conversion);
	ConvertLogical logical;

	for (size_t at = 0; convert_next_logical(conversion, &at, &logical);)
		read_entry(access, conversion, &logical);
	convert_access_write(access);
}

static unsigned
recognise(SieveBytes text)
{
	static const char *const signs[] = {
		"DUNNO", "PERMIT", " REJECT", "\tREJECT", " DISCARD", "\tDISCARD", " OK\n", "\tOK\n"};
	unsigned found = 0;

	if (text.len > 0 && text.ptr[0] == '/')
		return 0;
	for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
		found += sieve_bytes_find(text, sieve_bytes_from_string(signs[i]), 0) != SIZE_MAX;
	return found == 0 ? 0 : MIN(30 + 5 * found, 50);
}

const SieveConvertFormat sieve_convert_postfix_access = {
	.name = "postfix-access",
	.title = "Postfix access table",
	.recognise = recognise,
	.read = read_access,
};
