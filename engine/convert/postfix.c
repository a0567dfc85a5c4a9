/* SPDX-License-Identifier: MIT */
/* postfix.c - what the tables of Postfix share: the actions of access(5) and header_checks(5) */

#include "engine/convert/postfix.h"

#include <string.h>

#include "engine/bytes.h"
#include "engine/message/address.h"

typedef struct Action {
	const char *name;
	SieveConvertClass class;
	ConvertVerdictKind kind;
	const char *note; /* (nullable) */
} Action;

static const Action actions[] = {
	{"OK", SIEVE_CONVERT_EXACT, CONVERT_ACCEPT, NULL},
	{"PERMIT", SIEVE_CONVERT_EXACT, CONVERT_ACCEPT, NULL},
	{"DUNNO", SIEVE_CONVERT_EXACT, CONVERT_ACCEPT, NULL},
	{"REJECT", SIEVE_CONVERT_EXACT, CONVERT_REJECT, NULL},
	{"DISCARD", SIEVE_CONVERT_EXACT, CONVERT_DISCARD, NULL},
	{"REDIRECT", SIEVE_CONVERT_EXACT, CONVERT_REDIRECT, NULL},
	{"BCC", SIEVE_CONVERT_EXACT, CONVERT_COPY, NULL},
	{"PREPEND", SIEVE_CONVERT_EXACT, CONVERT_PREPEND, NULL},
	{"DEFER", SIEVE_CONVERT_NOT_EXPRESSIBLE, CONVERT_ACCEPT, "Sieve has no refusal for now"},
	{"DEFER_IF_PERMIT", SIEVE_CONVERT_NOT_EXPRESSIBLE, CONVERT_ACCEPT,
		"Sieve has no refusal for now"},
	{"DEFER_IF_REJECT", SIEVE_CONVERT_NOT_EXPRESSIBLE, CONVERT_ACCEPT,
		"Sieve has no refusal for now"},
	{"FILTER", SIEVE_CONVERT_NOT_EXPRESSIBLE, CONVERT_ACCEPT,
		"Sieve hands no mail to other transports"},
	{"HOLD", SIEVE_CONVERT_NOT_EXPRESSIBLE, CONVERT_ACCEPT, "Sieve knows no queue"},
	{"INFO", SIEVE_CONVERT_NOT_EXPRESSIBLE, CONVERT_ACCEPT, "it only writes to a log"},
	{"WARN", SIEVE_CONVERT_NOT_EXPRESSIBLE, CONVERT_ACCEPT, "it only writes to a log"},
};

bool
convert_is_field(SieveBytes text)
{
	size_t colon = sieve_bytes_find(text, SIEVE_BYTES(":"), 0);

	if (colon == SIZE_MAX || colon == 0)
		return false;
	for (size_t i = 0; i < colon; i++)
		if (text.ptr[i] <= ' ' || text.ptr[i] > '~')
			return false;
	return sieve_bytes_trim(sieve_bytes_slice(text, colon + 1, SIZE_MAX)).len > 0;
}

/* What the rest of the line is to the action. */
static SieveConvertClass
take_text(ConvertVerdict *verdict, SieveBytes text, const char **ret_note)
{
	*ret_note = "what follows the action is none that Sieve could take";
	if (!convert_is_text(text))
		return SIEVE_CONVERT_NOT_EXPRESSIBLE;
	verdict->text = text;
	if (verdict->kind == CONVERT_REJECT)
		verdict->text = convert_reply_text(text);
	if (verdict->kind == CONVERT_ACCEPT || verdict->kind == CONVERT_DISCARD)
		verdict->text = (SieveBytes){NULL, 0};
	if ((verdict->kind == CONVERT_REDIRECT || verdict->kind == CONVERT_COPY) &&
		!sieve_address_is_mailbox(text))
		return SIEVE_CONVERT_NOT_EXPRESSIBLE;
	if (verdict->kind == CONVERT_PREPEND && !convert_is_field(text))
		return SIEVE_CONVERT_NOT_EXPRESSIBLE;
	*ret_note = NULL;
	return SIEVE_CONVERT_EXACT;
}

static bool
is_digits(SieveBytes word)
{
	for (size_t i = 0; i < word.len; i++)
		if (!g_ascii_isdigit(word.ptr[i]))
			return false;
	return word.len > 0;
}

SieveConvertClass
convert_postfix_action(SieveBytes action, ConvertVerdict *ret_verdict, const char **ret_note)
{
	SieveBytes rest = action;
	SieveBytes word = {NULL, 0};

	convert_next_word(&rest, &word);
	for (size_t i = 0; i < G_N_ELEMENTS(actions); i++) {
		const Action *known = &actions[i];
		if (!sieve_bytes_equal_nocase(word, sieve_bytes_from_string(known->name)))
			continue;
		*ret_verdict = (ConvertVerdict){known->kind, {NULL, 0}};
		*ret_note = known->note;
		if (known->class == SIEVE_CONVERT_NOT_EXPRESSIBLE)
			return known->class;
		return take_text(ret_verdict, rest, ret_note);
	}
	if (is_digits(word) && word.len == 3 && (word.ptr[0] == '4' || word.ptr[0] == '5')) {
		*ret_verdict = (ConvertVerdict){CONVERT_REJECT, {NULL, 0}};
		SieveConvertClass class = take_text(ret_verdict, action, ret_note);
		if (class == SIEVE_CONVERT_NOT_EXPRESSIBLE || word.ptr[0] == '5')
			return class;
		*ret_note = "the refusal was temporary, and is for good";
		return SIEVE_CONVERT_APPROXIMATED;
	}
	if (is_digits(word)) {
		*ret_verdict = (ConvertVerdict){CONVERT_ACCEPT, {NULL, 0}};
		return SIEVE_CONVERT_EXACT;
	}
	*ret_note = "Sieve has nothing like this action";
	return SIEVE_CONVERT_NOT_EXPRESSIBLE;
}

void
convert_set_logical(SieveConversion *conversion, const ConvertLogical *logical, SieveConvertClass class,
	const char *note)
{
	for (size_t i = logical->first; i <= logical->last; i++) {
		SieveBytes line = sieve_bytes_trim(convert_line(conversion, i));
		bool empty = line.len == 0 || line.ptr[0] == '#';
		convert_set_class(
			conversion, i, empty ? SIEVE_CONVERT_COMMENT : class, empty ? NULL : note);
	}
}
