/* SPDX-License-Identifier: MIT */
/* explain-value.c - words for a value that met the keys of a test */

#include "engine/doorstep/explain-value.h"

#include <string.h>

#define SHOWN_BYTES 200u
#define SHOWN_KEYS 8u

/* How a match type is said: "is", "is not", "is neither ... nor", "is none of". */
typedef struct Verb {
	const char *tag;
	const char *does;
	const char *does_not;
} Verb;

static const Verb verbs[] = {
	{"is", "is", "is not"},
	{"contains", "contains", "does not contain"},
	{"matches", "matches", "does not match"},
	{NULL, "meets", "does not meet"}, /* those of extensions, by their tag */
};

static const Verb *
find_verb(const SieveArgs *args)
{
	const Verb *verb = verbs;

	while (verb->tag != NULL && strcmp(verb->tag, args->match->tag) != 0)
		verb++;
	return verb;
}

void
doorstep_explain_quote(SieveBytes bytes, GString *text)
{
	g_autofree char *shown = sieve_bytes_escape(bytes, SHOWN_BYTES);

	g_string_append_printf(text, "\"%s\"", shown);
}

static void
put_keys(SieveStrings keys, const char *between, GString *text)
{
	for (size_t i = 0; i < keys.count; i++) {
		if (i > 0)
			g_string_append(text, between);
		doorstep_explain_quote(keys.items[i], text);
	}
}

static void
put_none(SieveStrings keys, GString *text)
{
	if (keys.count == 2) {
		g_string_append(text, " neither ");
		put_keys(keys, " nor ", text);
	} else if (keys.count <= SHOWN_KEYS) {
		g_string_append(text, " none of ");
		put_keys(keys, ", ", text);
	} else {
		g_string_append_printf(text, " none of %zu keys", keys.count);
	}
}

static void
put_some(const SieveTraceValue *value, GString *text)
{
	size_t count = value->keys.count;

	if (value->key < count) {
		g_string_append_c(text, ' ');
		doorstep_explain_quote(value->keys.items[value->key], text);
		if (count > 1)
			g_string_append_printf(text, ", key %zu of %zu", value->key + 1, count);
		return;
	}
	g_string_append(text, count > 1 ? " one of " : " ");
	put_keys((SieveStrings){value->keys.items, MIN(count, SHOWN_KEYS)}, ", ", text);
	if (count > SHOWN_KEYS)
		g_string_append_printf(text, ", and %zu more", count - SHOWN_KEYS);
}

/* The verb, and for match types that have none the tag with its own value. */
static void
put_verb(const SieveArgs *args, bool negated, GString *text)
{
	const Verb *verb = find_verb(args);

	g_string_append_printf(text, " %s", negated ? verb->does_not : verb->does);
	if (verb->tag != NULL)
		return;
	g_string_append_printf(text, " :%s", args->match->tag);
	if (args->match_arg.strings.count == 0)
		return;
	g_string_append_c(text, ' ');
	doorstep_explain_quote(args->match_arg.strings.items[0], text);
}

void
doorstep_explain_value(const SieveArgs *args, const SieveTraceValue *value, GString *text)
{
	const SieveStrings *keys = &value->keys;

	if (args->match->match_count != NULL)
		g_string_append_printf(text, "the number of values, %.*s,",
			(int)value->value.len, value->value.ptr);
	else
		doorstep_explain_quote(value->value, text);
	if (keys->count == 0) {
		g_string_append(text, " meets no key: there is none");
		return;
	}
	put_verb(args, !value->matched && keys->count == 1, text);
	if (value->matched)
		put_some(value, text);
	else if (keys->count == 1)
		put_some(&(SieveTraceValue){.keys = *keys, .key = 0}, text);
	else
		put_none(*keys, text);
}
