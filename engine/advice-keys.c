/* SPDX-License-Identifier: MIT */
/* advice-keys.c - advice on keys that never match, or were meant otherwise */

#include "engine/advice.h"

#include <string.h>

#include "engine/args.h"
#include "engine/sieve-ext.h"

#define SHOWN_KEY_BYTES 60u

/* Bits of what a check of keys is for: what the values are, */
typedef enum {
	OF_FIELD = 1 << 0, /* the text of header fields */
	OF_ALL = 1 << 1,   /* addresses: as a whole, */
	OF_LOCALPART = 1 << 2,
	OF_DOMAIN = 1 << 3,
	OF_PART = 1 << 4, /* a part that an extension knows */
	OF_ADDRESS = OF_ALL | OF_LOCALPART | OF_DOMAIN | OF_PART,
	/* and how keys are compared with them */
	BY_IS = 1 << 8,
	BY_CONTAINS = 1 << 9,
	BY_MATCHES = 1 << 10,
	BY_ANY = BY_IS | BY_CONTAINS | BY_MATCHES,
} Use;

/* One test with keys. */
typedef struct Keys {
	SieveAdvice *advice;
	const SieveChecked *test;
	unsigned use;      /* of Use */
	bool names_people; /* every field holds addresses with the names of people */
} Keys;

/* --- Letters of keys -------------------------------------------------------------------------- */

static bool
has(SieveBytes key, char byte)
{
	return key.len > 0 && memchr(key.ptr, byte, key.len) != NULL;
}

static char
first_of(SieveBytes key)
{
	return key.len == 0 ? '\0' : key.ptr[0];
}

static char
last_of(SieveBytes key)
{
	return key.len == 0 ? '\0' : key.ptr[key.len - 1];
}

static bool
is_blank(char byte)
{
	return byte == ' ' || byte == '\t';
}

/* A backslash in it says that its author knows of wildcards. */
static bool
has_wildcard(SieveBytes key)
{
	return has(key, '*') || has(key, '?') || has(key, '\\');
}

/* --- Checks of one key ------------------------------------------------------------------------ */

static bool
has_line_end(const Keys *keys G_GNUC_UNUSED, SieveBytes key)
{
	return has(key, '\r') || has(key, '\n');
}

static bool
has_outer_blank(const Keys *keys G_GNUC_UNUSED, SieveBytes key)
{
	return is_blank(first_of(key)) || is_blank(last_of(key));
}

static bool
has_at(const Keys *keys G_GNUC_UNUSED, SieveBytes key)
{
	/* In quotes it may belong to a local part. */
	return has(key, '@') && !has(key, '"');
}

static bool
has_angle(const Keys *keys G_GNUC_UNUSED, SieveBytes key)
{
	return (has(key, '<') || has(key, '>')) && has(key, '@');
}

/* A domain where a whole address is wanted. Other fields than those may hold what is no address. */
static bool
is_domain(const Keys *keys, SieveBytes key)
{
	if (!keys->names_people || !has(key, '.') || first_of(key) == '.' || last_of(key) == '.')
		return false;
	for (size_t i = 0; i < key.len; i++)
		if (!g_ascii_isalnum(key.ptr[i]) && key.ptr[i] != '-' && key.ptr[i] != '.')
			return false;
	return true;
}

static bool
is_pattern_of_address(const Keys *keys G_GNUC_UNUSED, SieveBytes key)
{
	return has(key, '*');
}

/* `*@example.com`, `*.example.com`, `[list]*`: one star at one end or at both, and letters. A row of
 * stars, as in `*** spam ***`, is what it is. */
static bool
is_pattern_of_text(const Keys *keys G_GNUC_UNUSED, SieveBytes key)
{
	bool letters = false;

	for (size_t i = 0; i < key.len; i++) {
		if (i > 0 && key.ptr[i] == '*' && i + 1 < key.len)
			return false;
		letters = letters || g_ascii_isalnum(key.ptr[i]);
	}
	return letters && (first_of(key) == '*' || last_of(key) == '*');
}

static bool
is_address(const Keys *keys, SieveBytes key)
{
	return keys->names_people && sieve_address_is_mailbox(key) && first_of(key) != '"';
}

/* An address or the end of one, without what may stand around it in a field. */
static bool
is_bare_pattern(const Keys *keys, SieveBytes key)
{
	bool open = first_of(key) == '*' && last_of(key) == '*';

	return keys->names_people && has(key, '@') && !open && !has(key, '<') && !has(key, '>') &&
	       !has(key, '"') && !has(key, ' ') && !has(key, '\\');
}

typedef struct KeyCheck {
	unsigned of;
	unsigned by;
	bool (*applies)(const Keys *keys, SieveBytes key);
	SieveDiagRule rule;
	const char *message; /* stands after the key */
	const char *hint;    /* (nullable) */
} KeyCheck;

/* For each key the first that applies is told, and each at most once for a list. */
static const KeyCheck key_checks[] = {
	/* RFC 5228 section 5.7: fields are compared unfolded and trimmed. */
	{OF_FIELD | OF_ADDRESS, BY_ANY, has_line_end, SIEVE_RULE_NEVER,
		"holds a line end, and no value does, so it never matches",
		"write the key in quotes on one line; text: always ends with a line end"},
	{OF_FIELD | OF_ADDRESS, BY_IS | BY_MATCHES, has_outer_blank, SIEVE_RULE_NEVER,
		"begins or ends with a blank; blanks are cut off the values, so it hardly matches",
		"take the blank away"},
	/* RFC 5228 section 2.7.4 */
	{OF_DOMAIN, BY_ANY, has_at, SIEVE_RULE_NEVER,
		"holds an @, and no domain does, so it never matches",
		"write what stands after the @, or take :domain away"},
	{OF_LOCALPART, BY_ANY, has_at, SIEVE_RULE_NEVER,
		"holds an @, and hardly any local part does, so it hardly matches",
		"write what stands before the @, or take :localpart away"},
	{OF_ADDRESS, BY_ANY, has_angle, SIEVE_RULE_NEVER,
		"holds a bracket; addresses are compared without name and brackets, so it hardly "
		"matches",
		"write it as user@example.com"},
	{OF_ALL, BY_IS, is_domain, SIEVE_RULE_NEVER,
		"is no whole address, so it hardly matches", "add :domain"},
	{OF_ADDRESS, BY_IS | BY_CONTAINS, is_pattern_of_address, SIEVE_RULE_WILDCARD,
		"holds a *, which is an ordinary character here",
		"use :matches, or take the * away"},
	{OF_FIELD, BY_IS | BY_CONTAINS, is_pattern_of_text, SIEVE_RULE_WILDCARD,
		"holds a *, which is an ordinary character here",
		"use :matches, or take the * away"},
	{OF_FIELD, BY_IS, is_address, SIEVE_RULE_HEADER_ADDRESS,
		"is a bare address, and the field may hold a name beside it, so it hardly matches",
		"write address instead of header"},
	{OF_FIELD, BY_MATCHES, is_bare_pattern, SIEVE_RULE_HEADER_ADDRESS,
		"asks for a bare address, and the field may hold a name beside it, so it hardly "
		"matches",
		"write address instead of header"},
};

/* --- The list --------------------------------------------------------------------------------- */

static SieveSpan
key_span(const Keys *keys, size_t index)
{
	const SieveArg *arg = keys->test->args->keys;

	for (const SieveAstArg *at = keys->test->node->args; at != NULL; at = at->next)
		if (at->kind == SIEVE_AST_ARG_STRING_LIST && at->span.offset == arg->offset)
			return at->strings[index].span;
	return keys->test->node->span;
}

static void
tell_key(const Keys *keys, size_t index, const KeyCheck *check)
{
	g_autofree char *shown =
		sieve_bytes_escape(keys->test->args->keys->strings.items[index], SHOWN_KEY_BYTES);

	sieve_advice_tell(keys->advice, check->rule, key_span(keys, index), check->hint, "\"%s\" %s",
		shown, check->message);
}

/* Returns the bit of the check that was told, or 0. */
static unsigned
advise_key(const Keys *keys, size_t index, unsigned told)
{
	SieveBytes key = keys->test->args->keys->strings.items[index];

	for (size_t i = 0; i < G_N_ELEMENTS(key_checks); i++) {
		const KeyCheck *check = &key_checks[i];
		if (!(check->of & keys->use) || !(check->by & keys->use) ||
			!check->applies(keys, key))
			continue;
		if (!(told & (1u << i)))
			tell_key(keys, index, check);
		return 1u << i;
	}
	return 0;
}

static unsigned
hash_key(gconstpointer data)
{
	const SieveBytes *key = data;
	unsigned hash = 5381;

	for (size_t i = 0; i < key->len; i++)
		hash = hash * 33 + (unsigned char)key->ptr[i];
	return hash;
}

static gboolean
equal_keys(gconstpointer a, gconstpointer b)
{
	return sieve_bytes_equal(*(const SieveBytes *)a, *(const SieveBytes *)b);
}

/* A key that another spelling of it makes superfluous is left alone: it does no harm, and the list
 * may come from elsewhere. */
static void
advise_duplicates(const Keys *keys)
{
	const SieveArg *arg = keys->test->args->keys;
	g_autoptr(GHashTable) seen = g_hash_table_new(hash_key, equal_keys);
	size_t first = SIZE_MAX;
	size_t n_duplicates = 0;

	for (size_t i = 0; i < arg->strings.count; i++) {
		if (sieve_advice_is_variable(arg, i) ||
			g_hash_table_add(seen, (void *)(uintptr_t)&arg->strings.items[i]))
			continue;
		first = MIN(first, i);
		n_duplicates++;
	}
	if (n_duplicates == 0)
		return;
	g_autofree char *shown = sieve_bytes_escape(arg->strings.items[first], SHOWN_KEY_BYTES);
	g_autofree char *more =
		n_duplicates == 1 ? NULL : g_strdup_printf(", and so do %zu more", n_duplicates - 1);
	sieve_advice_tell(keys->advice, SIEVE_RULE_DUPLICATE_KEY, key_span(keys, first), NULL,
		"\"%s\" stands in this list already%s", shown, more == NULL ? "" : more);
}

/* People who write `:matches "invoice"` mostly think of a part of the value. */
static void
advise_no_wildcard(const Keys *keys)
{
	const SieveArg *arg = keys->test->args->keys;

	if (!(keys->use & BY_MATCHES) || !(keys->use & OF_FIELD) || arg->strings.count == 0)
		return;
	for (size_t i = 0; i < arg->strings.count; i++)
		if (sieve_advice_is_variable(arg, i) || has_wildcard(arg->strings.items[i]))
			return;
	sieve_advice_tell(keys->advice, SIEVE_RULE_NO_WILDCARD, key_span(keys, 0),
		"use :contains to look for a part of it",
		":matches without * or ? compares the whole value, as :is does");
}

/* Sender and the fields that mail servers write mostly hold a bare address: they are not here. */
static bool
names_people(const SieveArg *names)
{
	static const char *const fields[] = {"from", "to", "cc", "bcc", "reply-to", "resent-from",
		"resent-to", "resent-cc", "resent-bcc"};

	for (size_t i = 0; i < names->strings.count; i++) {
		size_t at = 0;
		while (at < G_N_ELEMENTS(fields) &&
			!sieve_bytes_equal_nocase(names->strings.items[i],
				sieve_bytes_from_string(fields[at])))
			at++;
		if (at == G_N_ELEMENTS(fields))
			return false;
	}
	return names->strings.count > 0;
}

static unsigned
use_of(const SieveChecked *test, const char *match)
{
	static const struct {
		const char *word;
		unsigned use;
	} words[] = {{"is", BY_IS}, {"contains", BY_CONTAINS}, {"matches", BY_MATCHES},
		{"all", OF_ALL}, {"localpart", OF_LOCALPART}, {"domain", OF_DOMAIN}};
	const SieveAddressPartDef *part = test->args->address_part;
	const char *value = part != NULL ? part->tag : "";
	unsigned use = sieve_advice_is_test(test, "header") ? OF_FIELD : 0;

	for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
		if (strcmp(words[i].word, match) == 0 || strcmp(words[i].word, value) == 0)
			use |= words[i].use;
	return part != NULL && !(use & OF_ADDRESS) ? use | OF_PART : use;
}

void
sieve_advise_keys(SieveAdvice *advice, const SieveChecked *test)
{
	const char *match = sieve_advice_match(test);
	const SieveArg *names = sieve_advice_names(test);
	unsigned told = 0;

	if (match == NULL)
		return;
	Keys keys = {
		.advice = advice,
		.test = test,
		.use = use_of(test, match),
		.names_people = names != NULL && names_people(names),
	};
	for (size_t i = 0; i < test->args->keys->strings.count; i++)
		if (!sieve_advice_is_variable(test->args->keys, i))
			told |= advise_key(&keys, i, told);
	advise_duplicates(&keys);
	if (told == 0)
		advise_no_wildcard(&keys);
}
