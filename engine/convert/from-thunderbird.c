/* SPDX-License-Identifier: MIT */
/* from-thunderbird.c - Thunderbird's msgFilterRules.dat: lines KEY="VALUE", a filter from each name on */

#include <stdlib.h>
#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/formats.h"
#include "engine/convert/header-regex.h"
#include "engine/convert/mail-actions.h"

/* Bits of type: when a filter runs. */
enum { AT_INBOX = 1, AFTER_JUNK = 32 };

typedef struct Filter {
	SieveConversion *conversion;
	ConvertRule rule;
	ConvertActions *actions;
	SieveBytes name;
	SieveBytes action; /* the one that a value may follow */
	size_t action_line;
	size_t last;
	SieveBytes condition;
	bool off;
	bool any_lost; /* an action that is not to be had */
} Filter;

/* --- Lines ------------------------------------------------------------------------------------------ */

/* KEY="VALUE", with \" and \\ in the value. */
static bool
read_line(SieveConversion *conversion, size_t line, SieveBytes *ret_key, SieveBytes *ret_value)
{
	SieveBytes text = sieve_bytes_trim(convert_line(conversion, line));
	size_t equals = sieve_bytes_find(text, SIEVE_BYTES("=\""), 0);
	g_autoptr(GString) value = g_string_new(NULL);

	if (equals == SIZE_MAX || text.ptr[text.len - 1] != '"' || equals + 2 >= text.len)
		return false;
	for (size_t i = equals + 2; i + 1 < text.len; i++) {
		if (text.ptr[i] == '\\' && i + 2 < text.len)
			i++;
		g_string_append_c(value, text.ptr[i]);
	}
	*ret_key = sieve_bytes_slice(text, 0, equals);
	*ret_value = sieve_arena_copy(convert_arena(conversion), (SieveBytes){value->str, value->len});
	return true;
}

/* --- Conditions ------------------------------------------------------------------------------------- */

typedef struct Term {
	SieveBytes attribute;
	SieveBytes operator;
	SieveBytes value;
	bool custom; /* the attribute is the name of a field */
} Term;

/* Up to @end, which is not taken; quotes are. */
static bool
take_until(SieveBytes text, size_t *at, char end, SieveBytes *ret_part)
{
	bool quoted = *at < text.len && text.ptr[*at] == '"';
	size_t start = *at + quoted;

	if (quoted) {
		size_t close = start;
		while (close + 1 < text.len && !(text.ptr[close] == '"' && text.ptr[close + 1] == end))
			close++;
		if (close + 1 >= text.len)
			return false;
		*ret_part = sieve_bytes_slice(text, start, close - start);
		*at = close + 1;
		return true;
	}
	while (*at < text.len && text.ptr[*at] != end)
		++*at;
	*ret_part = sieve_bytes_slice(text, start, *at - start);
	return *at < text.len;
}

/* "(subject,contains,word)" */
static bool
take_term(SieveBytes text, size_t *at, Term *term)
{
	if (*at >= text.len || text.ptr[*at] != '(')
		return false;
	++*at;
	term->custom = *at < text.len && text.ptr[*at] == '"';
	if (!take_until(text, at, ',', &term->attribute))
		return false;
	++*at;
	if (!take_until(text, at, ',', &term->operator))
		return false;
	++*at;
	if (!take_until(text, at, ')', &term->value))
		return false;
	++*at;
	return true;
}

typedef struct Attribute {
	const char *name;
	bool addresses;
	SieveBytes fields[4];
	size_t n_fields;
} Attribute;

static const Attribute attributes[] = {
	{"subject", false, {SIEVE_BYTES("Subject")}, 1},
	{"from", true, {SIEVE_BYTES("From")}, 1},
	{"to", true, {SIEVE_BYTES("To")}, 1},
	{"cc", true, {SIEVE_BYTES("Cc")}, 1},
	{"to or cc", true, {SIEVE_BYTES("To"), SIEVE_BYTES("Cc")}, 2},
	{"all addresses", true,
		{SIEVE_BYTES("From"), SIEVE_BYTES("To"), SIEVE_BYTES("Cc"), SIEVE_BYTES("Bcc")}, 4},
};

typedef struct Operator {
	const char *name;
	bool negated;
	const char *match; /* as :matches is written if there are wildcards */
	const char *before;
	const char *after;
} Operator;

static const Operator operators[] = {
	{"contains", false, "contains", "", ""},
	{"doesn't contain", true, "contains", "", ""},
	{"is", false, "is", "", ""},
	{"isn't", true, "is", "", ""},
	{"begins with", false, "matches", "", "*"},
	{"ends with", false, "matches", "*", ""},
};

static void
lose(Filter *filter, const char *why)
{
	convert_note(&filter->rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "%s", why);
}

static void
add_size(Filter *filter, SieveAstNode *parent, const Term *term)
{
	g_autofree char *digits = sieve_bytes_dup(term->value);
	char *end;
	guint64 kilobytes = g_ascii_strtoull(digits, &end, 10);
	bool over = convert_is_word(term->operator, "is greater than");

	if (*digits == '\0' || *end != '\0' || kilobytes > UINT32_MAX ||
		(!over && !convert_is_word(term->operator, "is less than")))
		return lose(filter, "its size is compared in a way that Sieve has not");
	SieveAstNode *test = convert_add_test(filter->conversion, parent, "size");
	sieve_ast_add_tag(
		convert_ast(filter->conversion), test, over ? SIEVE_BYTES("over") : SIEVE_BYTES("under"));
	sieve_ast_add_number(convert_ast(filter->conversion), test, kilobytes * 1024);
}

static void
add_match(Filter *filter, SieveAstNode *parent, const Term *term, ConvertMatch match)
{
	SieveConversion *conversion = filter->conversion;
	const Operator *operator = NULL;
	SieveBytes key = term->value;

	for (size_t i = 0; i < G_N_ELEMENTS(operators); i++)
		if (convert_is_word(term->operator, operators[i].name))
			operator = &operators[i];
	if (operator == NULL)
		return lose(filter, "it compares in a way that Sieve has not");
	if (!convert_is_text(key))
		return lose(filter, "its value is no text");
	if (strcmp(operator->match, "matches") == 0) {
		key = convert_quote_glob(conversion, key);
		key = sieve_bytes_from_string(sieve_arena_printf(convert_arena(conversion),
			"%s%.*s%s", operator->before, (int)key.len, key.ptr, operator->after));
	}
	if (operator->negated)
		parent = convert_add_test(conversion, parent, "not");
	match.match = operator->match;
	match.keys = (ConvertList){&key, 1};
	convert_add_match(conversion, parent, &match);
}

static bool
has_any(SieveBytes text, const char *characters)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] != '\0' && strchr(characters, text.ptr[i]) != NULL)
			return true;
	return false;
}

static void
add_term(Filter *filter, SieveAstNode *parent, const Term *term)
{
	const Attribute *attribute = NULL;

	if (convert_is_word(term->attribute, "size"))
		return add_size(filter, parent, term);
	if (convert_is_word(term->attribute, "body")) {
		convert_note(&filter->rule, SIEVE_CONVERT_APPROXIMATED,
			"Sieve looks at the text of all parts, Thunderbird line by line");
		return add_match(filter, parent, term, (ConvertMatch){.test = "body", .transform = "text"});
	}
	if (term->custom) {
		for (size_t i = 0; i < term->attribute.len; i++)
			if (term->attribute.ptr[i] <= ' ' || term->attribute.ptr[i] > '~' ||
				term->attribute.ptr[i] == ':')
				return lose(filter, "it names no field of a header");
		return add_match(filter, parent, term,
			(ConvertMatch){.test = "header", .fields = CONVERT_ONE(term->attribute)});
	}
	for (size_t i = 0; i < G_N_ELEMENTS(attributes); i++)
		if (convert_is_word(term->attribute, attributes[i].name))
			attribute = &attributes[i];
	if (attribute == NULL)
		return lose(filter, "it asks for what is not in the mail");
	const bool contains = convert_is_word(term->operator, "contains") ||
			      convert_is_word(term->operator, "doesn't contain");
	if (attribute->addresses && (!contains || has_any(term->value, "<>\",()")))
		convert_note(&filter->rule, SIEVE_CONVERT_APPROXIMATED,
			"the test compares whole fields, Thunderbird names and addresses each");
	add_match(filter, parent, term,
		(ConvertMatch){.test = "header", .fields = {attribute->fields, attribute->n_fields}});
}

/* "AND (...) AND (...)", "OR (...)" or "ALL". */
static void
add_condition(Filter *filter, SieveAstNode *branch)
{
	SieveBytes text = sieve_bytes_trim(filter->condition);
	SieveAstNode *parent = NULL;
	size_t at = 0;

	if (convert_is_word(text, "ALL")) {
		convert_add_test(filter->conversion, branch, "true");
		return;
	}
	if (text.len == 0)
		return lose(filter, "it has no condition");
	const bool all = sieve_bytes_starts_with(text, SIEVE_BYTES("AND "));
	const SieveBytes word = all ? SIEVE_BYTES("AND ") : SIEVE_BYTES("OR ");
	parent = convert_add_test(filter->conversion, branch, all ? "allof" : "anyof");
	while (at < text.len) {
		Term term;
		if (!sieve_bytes_starts_with(sieve_bytes_slice(text, at, SIZE_MAX), word))
			return lose(filter, "its condition is not understood");
		at += word.len;
		if (!take_term(text, &at, &term))
			return lose(filter, "its condition is not understood");
		add_term(filter, parent, &term);
		while (at < text.len && text.ptr[at] == ' ')
			at++;
	}
}

/* --- Actions ---------------------------------------------------------------------------------------- */

/* "imap://user@host/INBOX/Lists/Sieve", "mailbox://nobody@Local%20Folders/Lists" */
static SieveBytes
find_mailbox(SieveConversion *conversion, SieveBytes uri)
{
	size_t host = sieve_bytes_find(uri, SIEVE_BYTES("://"), 0);
	size_t path = host == SIZE_MAX ? SIZE_MAX : sieve_bytes_find(uri, SIEVE_BYTES("/"), host + 3);

	if (path == SIZE_MAX)
		return (SieveBytes){NULL, 0};
	g_autofree char *encoded = sieve_bytes_dup(sieve_bytes_slice(uri, path + 1, SIZE_MAX));
	g_autofree char *decoded = g_uri_unescape_string(encoded, NULL);
	if (decoded == NULL)
		return (SieveBytes){NULL, 0};
	const char *name = g_ascii_strncasecmp(decoded, "INBOX/", 6) == 0 ? decoded + 6 : decoded;
	return sieve_bytes_from_string(sieve_arena_strdup(convert_arena(conversion), name));
}

static void
lose_action(Filter *filter)
{
	filter->any_lost = true;
	convert_set_class(filter->conversion, filter->action_line, SIEVE_CONVERT_NOT_EXPRESSIBLE,
		"Sieve has nothing like this action");
}

static void
take_action(Filter *filter, SieveBytes value)
{
	ConvertActions *actions = filter->actions;
	SieveBytes action = filter->action;
	bool good = true;

	filter->action = (SieveBytes){NULL, 0};
	if (convert_is_word(action, "Move to folder")) {
		good = convert_actions_set_mailbox(actions, find_mailbox(filter->conversion, value));
		actions->stop = actions->stop || good;
	} else if (convert_is_word(action, "Copy to folder")) {
		good = convert_actions_add_copy(actions, find_mailbox(filter->conversion, value));
	} else if (convert_is_word(action, "Delete")) {
		convert_actions_set_mailbox(actions, SIEVE_BYTES("Trash"));
		actions->stop = true;
	} else if (convert_is_word(action, "Mark read")) {
		convert_actions_add_flag(actions, SIEVE_BYTES("\\Seen"));
	} else if (convert_is_word(action, "Mark flagged")) {
		convert_actions_add_flag(actions, SIEVE_BYTES("\\Flagged"));
	} else if (convert_is_word(action, "AddTag") || convert_is_word(action, "Label")) {
		good = convert_actions_add_flag(actions, value);
	} else if (convert_is_word(action, "JunkScore")) {
		convert_actions_add_flag(actions,
			convert_is_word(value, "0") ? SIEVE_BYTES("$NotJunk") : SIEVE_BYTES("$Junk"));
	} else if (convert_is_word(action, "Forward")) {
		good = convert_actions_add_forward(actions, value);
		convert_note(&filter->rule, SIEVE_CONVERT_APPROXIMATED,
			"the mail is redirected as it is, not forwarded in one of the reader's");
	} else if (convert_is_word(action, "Stop execution")) {
		actions->stop = true;
	} else {
		good = false;
	}
	if (!good)
		lose_action(filter);
}

/* --- Filters ---------------------------------------------------------------------------------------- */

static void
end_filter(Filter *filter)
{
	if (filter->action.ptr != NULL)
		take_action(filter, SIEVE_BYTES(""));
	if (filter->off) {
		for (size_t i = filter->rule.first; i <= filter->last; i++)
			convert_set_class(filter->conversion, i, SIEVE_CONVERT_COMMENT,
				"the filter is switched off");
		return;
	}
	if (convert_actions_are_none(filter->actions))
		lose(filter, "nothing of what it does is to be had");
	else if (filter->any_lost)
		convert_note(&filter->rule, SIEVE_CONVERT_APPROXIMATED, "it does not all that it did");
	SieveAstNode *branch = convert_add_command(
		filter->conversion, NULL, "if", NULL, (SieveBytes){NULL, 0});
	add_condition(filter, branch);
	sieve_ast_set_block(convert_ast(filter->conversion), branch);
	convert_actions_write(filter->actions, branch);
	convert_end_rule(&filter->rule, filter->last, filter->name);
}

static void
take_line(Filter *filter, size_t line, SieveBytes key, SieveBytes value)
{
	filter->last = line;
	if (convert_is_word(key, "actionValue"))
		return take_action(filter, value);
	if (convert_is_word(key, "customId"))
		return;
	if (filter->action.ptr != NULL && convert_is_word(key, "action"))
		take_action(filter, SIEVE_BYTES(""));
	if (convert_is_word(key, "action")) {
		filter->action = value;
		filter->action_line = line;
	} else if (convert_is_word(key, "enabled")) {
		filter->off = filter->off || !convert_is_word(value, "yes");
	} else if (convert_is_word(key, "type")) {
		g_autofree char *number = sieve_bytes_dup(value);
		filter->off = filter->off ||
			      (g_ascii_strtoull(number, NULL, 10) & (AT_INBOX | AFTER_JUNK)) == 0;
	} else if (convert_is_word(key, "condition")) {
		filter->condition = value;
	}
}

static void
read_filters(SieveConversion *conversion)
{
	Filter filter = {.conversion = NULL};

	for (size_t i = 0; i < sieve_conversion_count_lines(conversion); i++) {
		SieveBytes key, value;
		if (!read_line(conversion, i, &key, &value))
			continue;
		if (convert_is_word(key, "version") || convert_is_word(key, "logging")) {
			convert_set_class(conversion, i, SIEVE_CONVERT_COMMENT, NULL);
			continue;
		}
		if (convert_is_word(key, "name")) {
			if (filter.conversion != NULL)
				end_filter(&filter);
			g_clear_pointer(&filter.actions, convert_actions_free);
			filter = (Filter){.conversion = conversion,
				.rule = convert_begin_rule(conversion, i),
				.actions = convert_actions_new(conversion),
				.name = value,
				.condition = SIEVE_BYTES(""),
				.last = i};
			continue;
		}
		if (filter.conversion != NULL)
			take_line(&filter, i, key, value);
	}
	if (filter.conversion != NULL)
		end_filter(&filter);
	g_clear_pointer(&filter.actions, convert_actions_free);
}

static unsigned
recognise(SieveBytes text)
{
	bool conditions = sieve_bytes_find(text, SIEVE_BYTES("\ncondition=\""), 0) != SIZE_MAX;

	return sieve_bytes_starts_with(text, SIEVE_BYTES("version=\"")) && conditions ? 98
	       : conditions							      ? 60
										      : 0;
}

const SieveConvertFormat sieve_convert_thunderbird = {
	.name = "thunderbird",
	.title = "Thunderbird's message filters",
	.recognise = recognise,
	.read = read_filters,
};
