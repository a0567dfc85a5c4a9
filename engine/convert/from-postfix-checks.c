/* SPDX-License-Identifier: MIT */
/* from-postfix-checks.c - Postfix's header_checks(5) and body_checks: /PATTERN/FLAGS ACTION
 *
 * The first pattern that a field matches takes it, and later ones do not see it: where nothing comes of
 * that, as with DUNNO and WARN, later tests ask for what it has not taken.
 */

#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/field-checks.h"
#include "engine/convert/formats.h"
#include "engine/convert/postfix.h"

/* --- Lines ------------------------------------------------------------------------------------------ */

/* A line of such a table, taken apart. */
typedef struct Parts {
	SieveBytes pattern;
	SieveBytes action;
	bool negated;
	bool case_sensitive;
	bool strange_flags;
} Parts;

static bool
read_parts(SieveBytes text, Parts *parts)
{
	size_t at = 0;

	*parts = (Parts){.negated = false};
	while (at < text.len && text.ptr[at] == '!') {
		parts->negated = !parts->negated;
		at++;
	}
	if (at >= text.len || g_ascii_isalnum(text.ptr[at]) || g_ascii_isspace(text.ptr[at]))
		return false;
	const char delimiter = text.ptr[at++];
	size_t start = at;
	while (at < text.len && text.ptr[at] != delimiter)
		at += text.ptr[at] == '\\' ? 2 : 1;
	if (at >= text.len)
		return false;
	parts->pattern = sieve_bytes_slice(text, start, at - start);
	for (at++; at < text.len && g_ascii_isalpha(text.ptr[at]); at++) {
		/* Each turns it round: patterns look at no case unless told. */
		if (text.ptr[at] == 'i')
			parts->case_sensitive = !parts->case_sensitive;
		else
			parts->strange_flags = true;
	}
	parts->action = sieve_bytes_trim(sieve_bytes_slice(text, at, SIZE_MAX));
	return true;
}

/* Takes the word off @text when it begins so. */
static bool
take_word(SieveBytes *text, const char *word)
{
	SieveBytes rest = *text;
	SieveBytes first = {NULL, 0};

	if (!convert_next_word(&rest, &first) || !convert_is_word(first, word))
		return false;
	*text = rest;
	return true;
}

static ConvertRegex
regex_of(const Parts *parts)
{
	return (ConvertRegex){
		.pattern = parts->pattern,
		.case_sensitive = parts->case_sensitive,
		/* mime_header_checks is the same table unless somebody says otherwise. */
		.parts = true,
	};
}

/* --- Actions ---------------------------------------------------------------------------------------- */

static void
leave_out(FieldCheck *check, FieldCheckRole role, const char *note)
{
	check->role = role;
	check->class = SIEVE_CONVERT_NOT_EXPRESSIBLE;
	check->note = note;
}

static void
read_verdict(FieldCheck *check, SieveBytes action)
{
	const char *note = NULL;

	check->class = convert_postfix_action(action, &check->verdict, &note);
	check->note = note;
	/* Whatever it was, the field is taken. */
	if (check->class == SIEVE_CONVERT_NOT_EXPRESSIBLE || check->verdict.kind == CONVERT_ACCEPT)
		check->role = FIELD_CHECK_TAKE;
	else if (check->verdict.kind == CONVERT_REJECT || check->verdict.kind == CONVERT_DISCARD)
		check->role = FIELD_CHECK_REFUSE;
	else
		check->role = FIELD_CHECK_CHANGE;
}

static void
read_action(FieldCheck *check, SieveBytes action)
{
	if (take_word(&action, "IGNORE") || take_word(&action, "STRIP")) {
		check->role = FIELD_CHECK_DELETE;
		check->class = SIEVE_CONVERT_EXACT;
	} else if (take_word(&action, "REPLACE")) {
		check->role = FIELD_CHECK_REPLACE;
		check->class = SIEVE_CONVERT_EXACT;
		check->verdict = (ConvertVerdict){CONVERT_PREPEND, action};
		if (!convert_is_field(action) || !convert_is_text(action))
			leave_out(check, FIELD_CHECK_TAKE, "what replaces it is no field");
	} else {
		read_verdict(check, action);
	}
}

static void
read_check(FieldCheck *check, SieveBytes text)
{
	Parts parts;

	if (!read_parts(text, &parts))
		return leave_out(check, FIELD_CHECK_NOTHING, "it is no pattern and action");
	check->regex = regex_of(&parts);
	read_action(check, parts.action);
	if (parts.strange_flags)
		leave_out(check, FIELD_CHECK_BLIND, "Sieve has nothing like its flags");
	else if (parts.negated)
		/* It would be true of any mail with another field. */
		leave_out(check, FIELD_CHECK_BLIND, "it takes all but a pattern, line by line");
}

/* --- The table -------------------------------------------------------------------------------------- */

/* A table whose patterns name no fields is of bodies. */
static bool
is_of_bodies(SieveConversion *conversion)
{
	g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(SieveBytes));
	ConvertLogical logical;
	Parts parts;

	for (size_t at = 0; convert_next_logical(conversion, &at, &logical);) {
		take_word(&logical.text, "if");
		if (read_parts(logical.text, &parts) &&
			convert_regex_fields(conversion, parts.pattern, names))
			return false;
	}
	return true;
}

static void
read_condition(FieldChecks *checks, const ConvertLogical *logical, SieveBytes text)
{
	Parts parts;
	const bool good = read_parts(text, &parts) && !parts.strange_flags && parts.action.len == 0;
	const ConvertRegex regex = good ? regex_of(&parts) : (ConvertRegex){.parts = true};

	field_checks_begin_if(checks, good ? &regex : NULL, good && parts.negated, logical);
}

static void
read_checks(SieveConversion *conversion)
{
	g_autoptr(FieldChecks) checks = field_checks_new(conversion, is_of_bodies(conversion));
	ConvertLogical logical;

	for (size_t at = 0; convert_next_logical(conversion, &at, &logical);) {
		SieveBytes text = logical.text;
		if (take_word(&text, "if"))
			read_condition(checks, &logical, text);
		else if (take_word(&text, "endif"))
			field_checks_end_if(checks, &logical);
		else
			read_check(field_checks_add(checks, &logical), logical.text);
	}
	field_checks_write(checks);
}

static unsigned
recognise(SieveBytes text)
{
	SieveBytes line;

	for (size_t at = 0; convert_take_line(text, &at, &line);) {
		Parts parts;
		if (line.len == 0 || line.ptr[0] == '#' || take_word(&line, "if"))
			continue;
		return (line.ptr[0] == '/' || line.ptr[0] == '!') && read_parts(line, &parts) ? 85 : 0;
	}
	return 0;
}

const SieveConvertFormat sieve_convert_postfix_checks = {
	.name = "postfix-checks",
	.title = "Postfix header or body checks",
	.recognise = recognise,
	.read = read_checks,
};
