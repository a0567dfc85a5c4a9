/* SPDX-License-Identifier: MIT */
/* from-postfix-checks.c - Postfix's header_checks(5) and body_checks: /PATTERN/FLAGS ACTION */

#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/formats.h"
#include "engine/convert/header-regex.h"
#include "engine/convert/postfix.h"

/* A line of such a table, taken apart. */
typedef struct Check {
	SieveBytes pattern;
	SieveBytes action;
	bool negated;
	bool case_sensitive;
	bool strange_flags;
} Check;

static bool
read_check(SieveBytes text, Check *check)
{
	size_t at = 0;

	*check = (Check){.negated = false};
	while (at < text.len && text.ptr[at] == '!') {
		check->negated = !check->negated;
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
	check->pattern = sieve_bytes_slice(text, start, at - start);
	for (at++; at < text.len && g_ascii_isalpha(text.ptr[at]); at++) {
		/* Each turns it round: patterns look at no case unless told. */
		if (text.ptr[at] == 'i')
			check->case_sensitive = !check->case_sensitive;
		else
			check->strange_flags = true;
	}
	check->action = sieve_bytes_trim(sieve_bytes_slice(text, at, SIZE_MAX));
	return true;
}

static bool
begins_with(SieveBytes text, const char *word)
{
	SieveBytes first = {NULL, 0};

	return convert_next_word(&text, &first) &&
	       sieve_bytes_equal_nocase(first, sieve_bytes_from_string(word));
}

/* IGNORE and STRIP: the field goes. */
static void
add_ignore(ConvertRule *rule, const Check *check)
{
	SieveConversion *conversion = rule->conversion;
	size_t colon = MIN(sieve_bytes_find(check->pattern, SIEVE_BYTES(":"), 0), check->pattern.len);
	SieveBytes rest = sieve_bytes_trim(sieve_bytes_slice(check->pattern, colon + 1, SIZE_MAX));
	SieveBytes name = sieve_bytes_slice(check->pattern, 1, colon - 1);

	if (!convert_regex_names_field(conversion, check->pattern) ||
		sieve_bytes_find(name, SIEVE_BYTES("("), 0) != SIZE_MAX)
		return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "it takes no single field out");
	if (rest.len > 0 && !sieve_bytes_equal(rest, SIEVE_BYTES(".*")))
		return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"it takes a field out by its value");
	if (sieve_bytes_equal_nocase(sieve_bytes_slice(name, 0, 8), SIEVE_BYTES("Content-")))
		convert_note(rule, SIEVE_CONVERT_APPROXIMATED, "the fields of parts stay");
	convert_add_command(conversion, NULL, "deleteheader", NULL, name);
}

static void
add_check(ConvertRule *rule, const Check *check, bool body)
{
	SieveConversion *conversion = rule->conversion;
	const ConvertRegex regex = {
		.pattern = check->pattern,
		.place = body ? CONVERT_REGEX_BODY : CONVERT_REGEX_HEADER,
		.case_sensitive = check->case_sensitive,
		/* mime_header_checks is the same table unless somebody says otherwise. */
		.parts = true,
	};
	ConvertVerdict verdict;
	const char *note = NULL;
	SieveConvertClass class = convert_postfix_action(check->action, &verdict, &note);

	if (class != SIEVE_CONVERT_EXACT)
		convert_note(rule, class, "%s", note);
	if (class == SIEVE_CONVERT_NOT_EXPRESSIBLE)
		return;
	if (verdict.kind == CONVERT_ACCEPT)
		return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"it ends the search for one field alone");
	SieveAstNode *branch = convert_add_command(conversion, NULL, "if", NULL, (SieveBytes){NULL, 0});
	SieveAstNode *parent = check->negated ? convert_add_test(conversion, branch, "not") : branch;
	convert_add_regex(rule, parent, &regex);
	sieve_ast_set_block(convert_ast(conversion), branch);
	convert_add_verdict(conversion, branch, &verdict);
}

static void
read_entry(SieveConversion *conversion, const ConvertLogical *logical, bool body, unsigned *depth)
{
	ConvertRule rule = convert_begin_rule(conversion, logical->first);
	Check check;

	if (begins_with(logical->text, "if"))
		++*depth;
	if (*depth > 0) {
		*depth -= begins_with(logical->text, "endif");
		convert_note(&rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "it stands between if and endif");
	} else if (!read_check(logical->text, &check)) {
		convert_note(&rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "it is no pattern and action");
	} else if (check.strange_flags) {
		convert_note(&rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "Sieve has nothing like its flags");
	} else if (check.negated) {
		/* It would be true of any mail with another field. */
		convert_note(&rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"it takes all but a pattern, line by line");
	} else if (begins_with(check.action, "IGNORE") || begins_with(check.action, "STRIP")) {
		add_ignore(&rule, &check);
	} else {
		add_check(&rule, &check, body);
	}
	convert_end_rule(&rule, logical->last, (SieveBytes){NULL, 0});
}

/* A table whose patterns name no fields is of bodies. */
static bool
is_of_bodies(SieveConversion *conversion)
{
	ConvertLogical logical;
	Check check;

	for (size_t at = 0; convert_next_logical(conversion, &at, &logical);)
		if (read_check(logical.text, &check) &&
			convert_regex_names_field(conversion, check.pattern))
			return false;
	return true;
}

static void
read_checks(SieveConversion *conversion)
{
	const bool body = is_of_bodies(conversion);
	ConvertLogical logical;
	unsigned depth = 0;

	for (size_t at = 0; convert_next_logical(conversion, &at, &logical);)
		read_entry(conversion, &logical, body, &depth);
}

static unsigned
recognise(SieveBytes text)
{
	SieveBytes line;

	for (size_t at = 0; convert_take_line(text, &at, &line);) {
		Check check;
		if (line.len == 0 || line.ptr[0] == '#' || begins_with(line, "if"))
			continue;
		return (line.ptr[0] == '/' || line.ptr[0] == '!') && read_check(line, &check) ? 85 : 0;
	}
	return 0;
}

const SieveConvertFormat sieve_convert_postfix_checks = {
	.name = "postfix-checks",
	.title = "Postfix header or body checks",
	.recognise = recognise,
	.read = read_checks,
};
