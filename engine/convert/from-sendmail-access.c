/* SPDX-License-Identifier: MIT */
/* from-sendmail-access.c - Sendmail's access map: KEY, blanks, VALUE (cf/README, "access database") */

#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/access.h"
#include "engine/convert/formats.h"

/* --- Values ----------------------------------------------------------------------------------------- */

static bool
has_code(SieveBytes text, char first)
{
	return text.len >= 3 && text.ptr[0] == first && g_ascii_isdigit(text.ptr[1]) &&
	       g_ascii_isdigit(text.ptr[2]) && (text.len == 3 || text.ptr[3] == ' ');
}

/* False, with why, when there is nothing of it in Sieve. */
static bool
read_value(SieveBytes value, ConvertVerdict *verdict, const char **ret_note)
{
	static const struct {
		SieveBytes word;
		ConvertVerdictKind kind;
	} words[] = {
		{SIEVE_BYTES("OK"), CONVERT_ACCEPT},
		{SIEVE_BYTES("RELAY"), CONVERT_ACCEPT},
		{SIEVE_BYTES("SKIP"), CONVERT_ACCEPT},
		{SIEVE_BYTES("REJECT"), CONVERT_REJECT},
		{SIEVE_BYTES("DISCARD"), CONVERT_DISCARD},
	};

	*ret_note = NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (sieve_bytes_equal_nocase(value, words[i].word)) {
			*verdict = (ConvertVerdict){words[i].kind, {NULL, 0}};
			if (words[i].kind == CONVERT_REJECT)
				verdict->text = SIEVE_BYTES("Access denied");
			return true;
		}
	*verdict = (ConvertVerdict){CONVERT_REJECT, value};
	if (sieve_bytes_equal_nocase(sieve_bytes_slice(value, 0, 6), SIEVE_BYTES("ERROR:")))
		value = sieve_bytes_slice(value, 6, SIZE_MAX);
	else if (!has_code(value, '5') && !has_code(value, '4')) {
		*ret_note = "Sieve has nothing like this value";
		return false;
	}
	if (value.len > 0 && value.ptr[0] == '"')
		value = sieve_bytes_slice(value, 1, value.len - 1 - (value.ptr[value.len - 1] == '"'));
	bool temporary = value.len > 0 && value.ptr[0] == '4';
	verdict->text = convert_reply_text(value);
	/* "5.7.1:550 text": what comes behind the status may have a code of its own. */
	if (has_code(verdict->text, '4'))
		temporary = true;
	if (has_code(verdict->text, '4') || has_code(verdict->text, '5'))
		verdict->text = convert_reply_text(verdict->text);
	if (temporary)
		*ret_note = "the refusal was temporary, and is for good";
	return convert_is_text(verdict->text);
}

/* --- Keys ------------------------------------------------------------------------------------------- */

static const struct {
	SieveBytes tag;
	SieveSide side;
} tags[] = {
	{SIEVE_BYTES("From:"), SIEVE_SIDE_SENDER},
	{SIEVE_BYTES("To:"), SIEVE_SIDE_RECIPIENT},
	{SIEVE_BYTES("Connect:"), SIEVE_SIDE_CLIENT},
};

/* "192.168" and "IPv6:2001:db8"; NULL: it is no network. */
static const char *
read_network(SieveConversion *conversion, SieveBytes key)
{
	const bool v6 = sieve_bytes_equal_nocase(sieve_bytes_slice(key, 0, 5), SIEVE_BYTES("IPv6:"));

	if (v6)
		key = sieve_bytes_slice(key, 5, SIZE_MAX);
	if (v6 != (sieve_bytes_find(key, SIEVE_BYTES(":"), 0) != SIZE_MAX))
		return NULL;
	return convert_network_of(conversion, key);
}

static bool
add_key(ConvertAccess *access, SieveConversion *conversion, SieveSide side, SieveBytes key,
	const ConvertVerdict *verdict, size_t line)
{
	const char *network = side == SIEVE_SIDE_CLIENT ? read_network(conversion, key) : NULL;

	if (network != NULL)
		return convert_access_add(access, side, CONVERT_KEY_NETWORK,
			sieve_bytes_from_string(network), verdict, line);
	if (sieve_bytes_equal(key, SIEVE_BYTES("<>")))
		return side == SIEVE_SIDE_SENDER && convert_access_add(access, side, CONVERT_KEY_ADDRESS,
								SIEVE_BYTES(""), verdict, line);
	return convert_access_add_name(access, side, key, verdict, line);
}

/* Without a tag a key is of hosts and of senders. */
static bool
add_untagged(ConvertAccess *access, SieveConversion *conversion, SieveBytes key,
	const ConvertVerdict *verdict, size_t line)
{
	const bool is_network = read_network(conversion, key) != NULL;
	const bool has_at = key.len > 0 && memchr(key.ptr, '@', key.len) != NULL;
	bool added = false;

	if (!has_at)
		added = add_key(access, conversion, SIEVE_SIDE_CLIENT, key, verdict, line);
	if (!is_network)
		added = add_key(access, conversion, SIEVE_SIDE_SENDER, key, verdict, line) || added;
	return added;
}

typedef struct Key {
	SieveBytes text; /* without its tag */
	bool tagged;
	SieveSide side; /* of a tag */
} Key;

/* False: its tag is of something else. */
static bool
read_tag(SieveBytes text, Key *key)
{
	for (size_t i = 0; i < G_N_ELEMENTS(tags); i++)
		if (sieve_bytes_equal_nocase(sieve_bytes_slice(text, 0, tags[i].tag.len), tags[i].tag)) {
			*key = (Key){sieve_bytes_slice(text, tags[i].tag.len, SIZE_MAX), true,
				tags[i].side};
			return true;
		}
	*key = (Key){text, false, SIEVE_SIDE_SENDER};
	return sieve_bytes_find(text, SIEVE_BYTES(":"), 0) == SIZE_MAX ||
	       sieve_bytes_equal_nocase(sieve_bytes_slice(text, 0, 5), SIEVE_BYTES("IPv6:"));
}

static void
class_line(SieveConversion *conversion, size_t line, bool added, const char *note)
{
	if (added)
		return convert_set_class(conversion, line,
			note == NULL ? SIEVE_CONVERT_EXACT : SIEVE_CONVERT_APPROXIMATED, note);
	convert_find(conversion, SIEVE_FINDING_NEVER, line, SIZE_MAX);
	convert_set_class(conversion, line, SIEVE_CONVERT_NOT_EXPRESSIBLE,
		"its key is no address, domain or network");
}

/* What has a tag is looked up first: it is read first, and of two the first counts. */
static void
read_line(ConvertAccess *access, SieveConversion *conversion, size_t line, bool tagged)
{
	SieveBytes rest = sieve_bytes_trim(convert_line(conversion, line));
	ConvertVerdict verdict;
	const char *note;
	SieveBytes word;
	Key key;

	if (rest.len == 0 || rest.ptr[0] == '#')
		return convert_set_class(conversion, line, SIEVE_CONVERT_COMMENT, NULL);
	convert_next_word(&rest, &word);
	if (!read_tag(word, &key))
		return convert_set_class(conversion, line, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"its tag is about connections, not about mails");
	if (key.tagged != tagged)
		return;
	if (!read_value(rest, &verdict, &note))
		return convert_set_class(conversion, line, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			note == NULL ? "it is no text" : note);
	if (sieve_bytes_equal_nocase(rest, SIEVE_BYTES("SKIP")) &&
		memchr(key.text.ptr, '@', key.text.len) != NULL)
		return convert_set_class(conversion, line, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"SKIP is for hosts, domains and networks alone");
	if (tagged)
		class_line(conversion, line,
			add_key(access, conversion, key.side, key.text, &verdict, line), note);
	else
		class_line(conversion, line,
			add_untagged(access, conversion, key.text, &verdict, line), note);
}

static void
read_access(SieveConversion *conversion)
{
	g_autoptr(ConvertAccess) access = convert_access_new(conversion);

	convert_access_look_up_users_first(access);
	for (size_t i = 0; i < sieve_conversion_count_lines(conversion); i++)
		read_line(access, conversion, i, true);
	for (size_t i = 0; i < sieve_conversion_count_lines(conversion); i++)
		read_line(access, conversion, i, false);
	convert_access_write(access);
}

static unsigned
recognise(SieveBytes text)
{
	static const char *const signs[] = {"\nFrom:", "\nTo:", "\nConnect:", "\tRELAY", "ERROR:"};
	unsigned found = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
		found += sieve_bytes_find(text, sieve_bytes_from_string(signs[i]), 0) != SIZE_MAX;
	return found == 0 ? 0 : MIN(40 + 15 * found, 90);
}

const SieveConvertFormat sieve_convert_sendmail_access = {
	.name = "sendmail-access",
	.title = "Sendmail access map",
	.recognise = recognise,
	.read = read_access,
};
