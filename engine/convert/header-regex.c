/* SPDX-License-Identifier: MIT */
/* header-regex.c - regular expressions over whole lines of a header, "^Subject:.*offer", as tests */

#include "engine/convert/header-regex.h"

#include <string.h>

#include "engine/bytes.h"

enum { MAX_NAMES = 32 };

/* Without encoded words (RFC 2047) in what programs write. */
static const SieveBytes plain_fields[] = {SIEVE_BYTES("List-Id"), SIEVE_BYTES("List-Post"),
	SIEVE_BYTES("Message-Id"), SIEVE_BYTES("Received"), SIEVE_BYTES("Return-Path"),
	SIEVE_BYTES("Delivered-To"), SIEVE_BYTES("Precedence"), SIEVE_BYTES("Content-Type"),
	SIEVE_BYTES("Mailing-List"), SIEVE_BYTES("X-Mailing-List"), SIEVE_BYTES("X-BeenThere"),
	SIEVE_BYTES("X-Loop"), SIEVE_BYTES("X-Spam-Flag"), SIEVE_BYTES("X-Spam-Status"),
	SIEVE_BYTES("X-Spam-Level"), SIEVE_BYTES("Auto-Submitted"), SIEVE_BYTES("Date")};

void
convert_note_decoded(ConvertRule *rule, ConvertList fields)
{
	for (size_t i = 0; i < fields.count; i++) {
		bool plain = false;
		for (size_t k = 0; k < G_N_ELEMENTS(plain_fields) && !plain; k++)
			plain = sieve_bytes_equal_nocase(fields.items[i], plain_fields[k]);
		if (!plain)
			convert_note(rule, SIEVE_CONVERT_APPROXIMATED,
				"encoded words are decoded before they are compared");
	}
}

/* --- The names -------------------------------------------------------------------------------------- */

typedef struct Names {
	SieveBytes items[MAX_NAMES];
	size_t count;
} Names;

static bool
is_name(SieveBytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!g_ascii_isalnum(text.ptr[i]) && text.ptr[i] != '-' && text.ptr[i] != '_')
			return false;
	return text.len > 0;
}

/* "Content-(Type|Disposition)": each of the alternatives, with what stands around them. */
static bool
add_names(SieveConversion *conversion, SieveBytes text, Names *names)
{
	size_t open = MIN(sieve_bytes_find(text, SIEVE_BYTES("("), 0), text.len);
	size_t close = MIN(sieve_bytes_find(text, SIEVE_BYTES(")"), open), text.len);
	SieveBytes before = sieve_bytes_slice(text, 0, open);
	SieveBytes list = sieve_bytes_slice(text, open + 1, close - MIN(open + 1, close));
	SieveBytes after = sieve_bytes_slice(text, close + 1, SIZE_MAX);

	if (open == text.len) {
		names->items[names->count++] = text;
		return is_name(text);
	}
	for (size_t at = 0; at <= list.len && names->count < MAX_NAMES;) {
		size_t end = MIN(sieve_bytes_find(list, SIEVE_BYTES("|"), at), list.len);
		SieveBytes name = sieve_bytes_from_string(sieve_arena_printf(
			convert_arena(conversion), "%.*s%.*s%.*s", (int)before.len, before.ptr,
			(int)(end - at), list.ptr + at, (int)after.len, after.ptr));
		if (!is_name(name))
			return false;
		names->items[names->count++] = name;
		at = end + 1;
	}
	return names->count < MAX_NAMES;
}

/* "^Subject:", "^(From|To):", "^X\-Mailer:"; false when it begins otherwise. What follows the colon goes to
 * @ret_rest. */
static bool
take_names(SieveConversion *conversion, SieveBytes pattern, Names *names, SieveBytes *ret_rest)
{
	size_t colon = sieve_bytes_find(pattern, SIEVE_BYTES(":"), 0);
	g_autoptr(GString) plain = g_string_new(NULL);

	names->count = 0;
	if (colon == SIZE_MAX || colon < 2 || pattern.ptr[0] != '^' || !convert_is_text(pattern))
		return false;
	*ret_rest = sieve_bytes_slice(pattern, colon + 1, SIZE_MAX);
	for (size_t i = 1; i < colon; i++)
		if (pattern.ptr[i] != '\\' || pattern.ptr[i + 1] != '-')
			g_string_append_c(plain, pattern.ptr[i]);
	return add_names(conversion,
		sieve_arena_copy(convert_arena(conversion), (SieveBytes){plain->str, plain->len}), names);
}

/* --- The value -------------------------------------------------------------------------------------- */

/* What stands for blanks behind the colon, which the header test does not see. True: there was some. */
static bool
skip_blanks(SieveBytes *pattern)
{
	static const char *const blanks[] = {"[ \t]*", "[\t ]*", "[ \\t]*", "[[:space:]]*", "[[:blank:]]*",
		"[ \t]+", "[\t ]+", "[ \\t]+", "[[:space:]]+", "[[:blank:]]+", "\\s*", "\\s+", " *", " +",
		" ?", " "};

	for (size_t i = 0; i < G_N_ELEMENTS(blanks); i++)
		if (convert_starts(*pattern, blanks[i])) {
			*pattern = sieve_bytes_slice(*pattern, strlen(blanks[i]), SIZE_MAX);
			return true;
		}
	return false;
}

/* A pattern in three: whether it is bound at each end, and what stands between. */
typedef struct Bound {
	bool start;
	bool end;
	SieveBytes middle;
	SieveBytes literal; /* of the middle; ptr NULL: it has what is no literal */
} Bound;

/* (nullable ptr) the bytes that @pattern stands for, if it has no operators. */
static SieveBytes
find_literal(SieveConversion *conversion, SieveBytes pattern)
{
	g_autoptr(GString) literal = g_string_sized_new(pattern.len);

	for (size_t i = 0; i < pattern.len; i++) {
		char c = pattern.ptr[i];
		if (c == '\\' && i + 1 < pattern.len && g_ascii_ispunct(pattern.ptr[i + 1]) &&
			pattern.ptr[i + 1] != '<' && pattern.ptr[i + 1] != '>' && pattern.ptr[i + 1] != '`')
			c = pattern.ptr[++i];
		else if (strchr("^$.[]|()*+?{}\\", c) != NULL)
			return (SieveBytes){NULL, 0};
		g_string_append_c(literal, c);
	}
	return sieve_arena_copy(convert_arena(conversion), (SieveBytes){literal->str, literal->len});
}

static bool
ends_in_dollar(SieveBytes text)
{
	return text.len > 0 && text.ptr[text.len - 1] == '$' &&
	       (text.len == 1 || text.ptr[text.len - 2] != '\\');
}

static bool
ends_in_any(SieveBytes text)
{
	return text.len >= 2 && convert_starts(sieve_bytes_slice(text, text.len - 2, 2), ".*") &&
	       (text.len == 2 || text.ptr[text.len - 3] != '\\');
}

static Bound
find_bounds(SieveConversion *conversion, SieveBytes pattern, bool at_start)
{
	Bound bound = {.start = at_start, .middle = pattern};

	while (convert_starts(bound.middle, ".*")) {
		bound.start = false;
		bound.middle = sieve_bytes_slice(bound.middle, 2, SIZE_MAX);
		/* A quantifier of it would be of nothing now. */
		if (bound.middle.len > 0 && strchr("*+?{", bound.middle.ptr[0]) != NULL) {
			bound.middle = pattern;
			break;
		}
	}
	if (ends_in_dollar(bound.middle)) {
		bound.end = true;
		bound.middle = sieve_bytes_slice(bound.middle, 0, bound.middle.len - 1);
	}
	while (ends_in_any(bound.middle)) {
		bound.end = false;
		bound.middle = sieve_bytes_slice(bound.middle, 0, bound.middle.len - 2);
	}
	bound.literal = find_literal(conversion, bound.middle);
	return bound;
}

/* --- Tests ------------------------------------------------------------------------------------------ */

static SieveBytes
glob_of(SieveConversion *conversion, const Bound *bound)
{
	SieveBytes quoted = convert_quote_glob(conversion, bound->literal);

	return sieve_bytes_from_string(sieve_arena_printf(convert_arena(conversion), "%s%.*s%s",
		bound->start ? "" : "*", (int)quoted.len, quoted.ptr, bound->end ? "" : "*"));
}

/* How the values of fields are compared. False, with a note: Sieve cannot. */
static bool
find_match(ConvertRule *rule, const ConvertRegex *regex, const Bound *bound, ConvertMatch *match,
	SieveBytes *ret_key)
{
	SieveConversion *conversion = rule->conversion;
	SieveBytes key = bound->literal;
	const char *wrong = NULL;

	if (regex->case_sensitive)
		match->comparator = "i;octet";
	match->match = "regex";
	if (key.ptr == NULL) {
		key = sieve_bytes_from_string(
			sieve_arena_printf(convert_arena(conversion), "%s%.*s%s", bound->start ? "^" : "",
				(int)bound->middle.len, bound->middle.ptr, bound->end ? "$" : ""));
		wrong = convert_check_regex(conversion, key);
		if (wrong != NULL)
			convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "its pattern: %s", wrong);
	} else if (!convert_is_text(key)) {
		wrong = "its pattern is no text";
		convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "%s", wrong);
	} else if (bound->start && bound->end) {
		match->match = "is";
	} else if (bound->start || bound->end) {
		match->match = "matches";
		key = glob_of(conversion, bound);
	} else {
		match->match = "contains";
	}
	*ret_key = key;
	return wrong == NULL;
}

static void
add_bound(ConvertRule *rule, SieveAstNode *parent, const ConvertRegex *regex, const Bound *bound,
	ConvertMatch match)
{
	SieveBytes key;

	if (!find_match(rule, regex, bound, &match, &key))
		return;
	match.keys = (ConvertList){&key, 1};
	convert_add_match(rule->conversion, parent, &match);
}

/* Fields that parts of a mail have (RFC 2045). */
static bool
are_of_parts(ConvertList fields)
{
	for (size_t i = 0; i < fields.count; i++)
		if (sieve_bytes_equal_nocase(
			    sieve_bytes_slice(fields.items[i], 0, 8), SIEVE_BYTES("Content-")))
			return true;
	return false;
}

static void
add_exists(SieveConversion *conversion, SieveAstNode *parent, const ConvertRegex *regex, SieveBytes name)
{
	SieveAstNode *test = convert_add_test(conversion, parent, "exists");

	if (regex->parts && are_of_parts(CONVERT_ONE(name))) {
		sieve_ast_add_tag(convert_ast(conversion), test, SIEVE_BYTES("mime"));
		sieve_ast_add_tag(convert_ast(conversion), test, SIEVE_BYTES("anychild"));
	}
	convert_add_list(conversion, test, CONVERT_ONE(name));
}

/* A pattern that names no field is of whole lines, and the test sees values alone. */
static void
note_whole_line(ConvertRule *rule, const ConvertRegex *regex, ConvertList fields)
{
	SieveBytes literal = find_literal(rule->conversion, regex->pattern);
	bool plain = literal.len > 0 && literal.ptr[0] != ' ' &&
		     sieve_bytes_find(literal, SIEVE_BYTES(":"), 0) == SIZE_MAX;

	for (size_t i = 0; plain && i < fields.count; i++) {
		SieveBytes name = sieve_arena_lower(convert_arena(rule->conversion), fields.items[i]);
		SieveBytes lower = sieve_arena_lower(convert_arena(rule->conversion), literal);
		plain = sieve_bytes_find(name, lower, 0) == SIZE_MAX;
	}
	if (!plain)
		convert_note(rule, SIEVE_CONVERT_APPROXIMATED,
			"it sees what follows the name of the field");
}

/* The fields that it is held against, and what is asked of their values; both for as long as @names. False,
 * with a note: there are none. */
static bool
find_fields(ConvertRule *rule, const ConvertRegex *regex, Names *names, Bound *ret_bound, bool *ret_blanks)
{
	SieveBytes rest = {NULL, 0};
	size_t count = 0;

	*ret_blanks = false;
	if (!take_names(rule->conversion, regex->pattern, names, &rest)) {
		if (regex->fields.count == 0 || regex->fields.count > MAX_NAMES ||
			convert_starts(regex->pattern, "^")) {
			convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
				"its pattern does not begin with the name of a field");
			return false;
		}
		for (; count < regex->fields.count; count++)
			names->items[count] = regex->fields.items[count];
		names->count = count;
		note_whole_line(rule, regex, regex->fields);
		*ret_bound = find_bounds(rule->conversion, regex->pattern, false);
		return true;
	}
	for (size_t i = 0; i < names->count; i++)
		if (regex->fields.count == 0 || convert_list_has(regex->fields, names->items[i]))
			names->items[count++] = names->items[i];
	names->count = count;
	*ret_blanks = skip_blanks(&rest);
	*ret_bound = find_bounds(rule->conversion, rest, true);
	return true;
}

/* Any value will do. */
static bool
is_any(const Bound *bound)
{
	return bound->middle.len == 0 && !bound->end;
}

static void
add_named(ConvertRule *rule, SieveAstNode *parent, const ConvertRegex *regex)
{
	SieveConversion *conversion = rule->conversion;
	Names names;
	Bound bound;
	bool blanks;

	if (!find_fields(rule, regex, &names, &bound, &blanks))
		return;
	const ConvertList fields = {names.items, names.count};
	if (is_any(&bound)) {
		SieveAstNode *any =
			names.count > 1 ? convert_add_test(conversion, parent, "anyof") : parent;
		for (size_t i = 0; i < names.count; i++)
			add_exists(conversion, any, regex, names.items[i]);
		return;
	}
	if (bound.start && !blanks)
		convert_note(rule, SIEVE_CONVERT_APPROXIMATED, "blanks behind the colon do not count");
	convert_note_decoded(rule, fields);
	add_bound(rule, parent, regex, &bound,
		(ConvertMatch){.test = "header",
			.of_parts = regex->parts && are_of_parts(fields),
			.fields = fields});
}

static void
add_body(ConvertRule *rule, SieveAstNode *parent, const ConvertRegex *regex)
{
	SieveBytes pattern = regex->pattern;
	Bound bound = find_bounds(rule->conversion, pattern, false);

	if (bound.end || convert_starts(pattern, "^") ||
		(bound.literal.ptr == NULL && sieve_bytes_find(pattern, SIEVE_BYTES("$"), 0) != SIZE_MAX))
		return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"Sieve looks at a body as a whole, not line by line");
	if (bound.middle.len == 0) {
		convert_add_test(rule->conversion, parent, "true");
		return;
	}
	add_bound(rule, parent, regex, &bound, (ConvertMatch){.test = "body", .transform = "raw"});
}

/* --- What procmail has of its own ------------------------------------------------------------------- */

static void
add_to(ConvertRule *rule, SieveAstNode *parent, const ConvertRegex *regex, SieveBytes rest)
{
	static const SieveBytes fields[] = {SIEVE_BYTES("To"), SIEVE_BYTES("Cc"), SIEVE_BYTES("Bcc"),
		SIEVE_BYTES("Resent-To"), SIEVE_BYTES("Resent-Cc"), SIEVE_BYTES("Apparently-To"),
		SIEVE_BYTES("X-Envelope-To")};
	Bound bound = find_bounds(rule->conversion, rest, false);

	convert_note(rule, SIEVE_CONVERT_APPROXIMATED,
		"^TO_ finds the beginnings of addresses, the test any part of these fields");
	if (bound.middle.len == 0)
		return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "nothing follows ^TO_");
	add_bound(rule, parent, regex, &bound,
		(ConvertMatch){.test = "header", .fields = {fields, G_N_ELEMENTS(fields)}});
}

static void
add_daemon(ConvertRule *rule, SieveAstNode *parent)
{
	static const SieveBytes precedence[] = {SIEVE_BYTES("Precedence")};
	static const SieveBytes masses[] = {SIEVE_BYTES("junk"), SIEVE_BYTES("bulk"), SIEVE_BYTES("list")};
	static const SieveBytes from[] = {SIEVE_BYTES("From"), SIEVE_BYTES("Sender"),
		SIEVE_BYTES("Resent-From")};
	static const SieveBytes daemons[] = {SIEVE_BYTES("*postmaster*"), SIEVE_BYTES("*mailer*"),
		SIEVE_BYTES("*daemon*"), SIEVE_BYTES("*root*"), SIEVE_BYTES("*list*"),
		SIEVE_BYTES("*-request*"), SIEVE_BYTES("*bounce*"), SIEVE_BYTES("*owner-*")};
	SieveAstNode *any = convert_add_test(rule->conversion, parent, "anyof");

	convert_note(rule, SIEVE_CONVERT_APPROXIMATED, "^FROM_DAEMON is a longer pattern in procmail");
	convert_add_match(rule->conversion, any,
		&(ConvertMatch){.test = "header", .match = "contains", .fields = {precedence, 1},
			.keys = {masses, G_N_ELEMENTS(masses)}});
	convert_add_match(rule->conversion, any,
		&(ConvertMatch){.test = "address", .part = "localpart", .match = "matches",
			.fields = {from, G_N_ELEMENTS(from)}, .keys = {daemons, G_N_ELEMENTS(daemons)}});
}

static bool
add_procmail(ConvertRule *rule, SieveAstNode *parent, const ConvertRegex *regex)
{
	SieveBytes pattern = regex->pattern;

	if (convert_starts(pattern, "^TO_"))
		add_to(rule, parent, regex, sieve_bytes_slice(pattern, 4, SIZE_MAX));
	else if (convert_starts(pattern, "^TO"))
		add_to(rule, parent, regex, sieve_bytes_slice(pattern, 3, SIZE_MAX));
	else if (convert_starts(pattern, "^FROM_DAEMON") || convert_starts(pattern, "^FROM_MAILER"))
		add_daemon(rule, parent);
	else if (convert_starts(pattern, "^^") ||
		 sieve_bytes_find(pattern, SIEVE_BYTES("\\<"), 0) != SIZE_MAX ||
		 sieve_bytes_find(pattern, SIEVE_BYTES("\\>"), 0) != SIZE_MAX ||
		 sieve_bytes_find(pattern, SIEVE_BYTES("\\/"), 0) != SIZE_MAX)
		convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"its pattern has what procmail alone knows: ^^, \\<, \\> or \\/");
	else
		return false;
	return true;
}

/* --- Alternatives ----------------------------------------------------------------------------------- */

/* Where the alternative that begins at @at ends: at a bar in no parentheses or brackets. */
static size_t
find_alternative(SieveBytes pattern, size_t at)
{
	unsigned depth = 0;
	bool brackets = false;

	for (; at < pattern.len; at++) {
		char c = pattern.ptr[at];
		if (c == '\\')
			at++;
		else if (brackets)
			brackets = c != ']';
		else if (c == '[')
			brackets = true;
		else if (c == '(')
			depth++;
		else if (c == ')')
			depth -= depth > 0;
		else if (c == '|' && depth == 0)
			return at;
	}
	return pattern.len;
}

static void
add_alternative(ConvertRule *rule, SieveAstNode *parent, const ConvertRegex *regex)
{
	if (regex->procmail && add_procmail(rule, parent, regex))
		return;
	if (regex->place == CONVERT_REGEX_BODY)
		add_body(rule, parent, regex);
	else
		add_named(rule, parent, regex);
}

/* True for one that names other fields than those it is held against. */
static bool
is_of_others(SieveConversion *conversion, SieveBytes pattern, ConvertList fields)
{
	Names names;
	SieveBytes rest;

	if (fields.count == 0 || !take_names(conversion, pattern, &names, &rest))
		return false;
	for (size_t i = 0; i < names.count; i++)
		if (convert_list_has(fields, names.items[i]))
			return false;
	return true;
}

void
convert_add_regex(ConvertRule *rule, SieveAstNode *parent, const ConvertRegex *regex)
{
	SieveBytes pattern = regex->pattern;

	if (!convert_is_text(pattern))
		return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "its pattern is no text");
	if (find_alternative(pattern, 0) < pattern.len)
		parent = convert_add_test(rule->conversion, parent, "anyof");
	for (size_t at = 0; at <= pattern.len;) {
		size_t end = find_alternative(pattern, at);
		ConvertRegex alternative = *regex;
		alternative.pattern = sieve_bytes_slice(pattern, at, end - at);
		if (!is_of_others(rule->conversion, alternative.pattern, regex->fields))
			add_alternative(rule, parent, &alternative);
		at = end + 1;
	}
}

/* --- Fields ------------------------------------------------------------------------------------------- */

bool
convert_regex_fields(SieveConversion *conversion, SieveBytes pattern, GArray *names)
{
	Names found;
	SieveBytes rest;

	for (size_t at = 0; at <= pattern.len;) {
		size_t end = find_alternative(pattern, at);
		if (!take_names(conversion, sieve_bytes_slice(pattern, at, end - at), &found, &rest))
			return false;
		g_array_append_vals(names, found.items, (guint)found.count);
		at = end + 1;
	}
	return true;
}

bool
convert_regex_takes_all(SieveConversion *conversion, SieveBytes pattern)
{
	Names names;
	SieveBytes rest;

	if (find_alternative(pattern, 0) < pattern.len ||
		!take_names(conversion, pattern, &names, &rest))
		return false;
	const Bound bound = find_bounds(conversion, rest, true);
	return is_any(&bound);
}

void
convert_add_delete(ConvertRule *rule, SieveAstNode *parent, const ConvertRegex *regex)
{
	SieveConversion *conversion = rule->conversion;
	SieveBytes key = {NULL, 0};
	Names names;
	Bound bound;
	bool blanks;

	if (find_alternative(regex->pattern, 0) < regex->pattern.len)
		return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"it takes fields out by alternatives");
	if (!find_fields(rule, regex, &names, &bound, &blanks))
		return;
	const ConvertList fields = {names.items, names.count};
	ConvertMatch match = {.test = "deleteheader"};
	if (!is_any(&bound)) {
		if (bound.start && !blanks)
			convert_note(rule, SIEVE_CONVERT_APPROXIMATED,
				"blanks behind the colon do not count");
		convert_note_decoded(rule, fields);
		if (!find_match(rule, regex, &bound, &match, &key))
			return;
		match.keys = (ConvertList){&key, 1};
	}
	if (are_of_parts(fields))
		convert_note(rule, SIEVE_CONVERT_APPROXIMATED, "the fields of parts stay");
	for (size_t i = 0; i < names.count; i++) {
		match.fields = (ConvertList){&names.items[i], 1};
		if (is_any(&bound))
			convert_add_command(conversion, parent, "deleteheader", NULL, names.items[i]);
		else
			convert_add_match_command(conversion, parent, &match);
	}
}
