/* SPDX-License-Identifier: MIT */
/* from-exim.c - Exim's own filter files ("Exim's interfaces to mail filtering", chapter 3) */

#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/folders.h"
#include "engine/convert/formats.h"
#include "engine/convert/header-regex.h"
#include "engine/message/address.h"

enum { MAX_DEPTH = 10 };

typedef struct Exim {
	SieveConversion *conversion;
	SieveBytes text;
	size_t at;
	size_t token_end; /* of the last token taken */
	ConvertRule *rule;
} Exim;

static const SieveBytes nothing = {NULL, 0};

static void
lose(Exim *exim, const char *why)
{
	convert_note(exim->rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "%s", why);
}

/* --- Tokens ----------------------------------------------------------------------------------------- */

static void
skip_blanks(Exim *exim)
{
	bool comment = false;

	for (; exim->at < exim->text.len; exim->at++) {
		char c = exim->text.ptr[exim->at];
		if (c == '\n')
			comment = false;
		else if (c == '#')
			comment = true;
		else if (!comment && c != ' ' && c != '\t' && c != '\r')
			return;
	}
}

/* "..." with backslashes: ptr NULL when it does not end. */
static SieveBytes
take_quoted(Exim *exim)
{
	g_autoptr(GString) out = g_string_new(NULL);

	for (exim->at++; exim->at < exim->text.len && exim->text.ptr[exim->at] != '"'; exim->at++) {
		char c = exim->text.ptr[exim->at];
		if (c == '\\' && exim->at + 1 < exim->text.len) {
			c = exim->text.ptr[++exim->at];
			c = c == 'n' ? '\n' : c == 't' ? '\t' : c;
		}
		g_string_append_c(out, c);
	}
	if (exim->at >= exim->text.len)
		return nothing;
	exim->at++;
	return sieve_arena_copy(convert_arena(exim->conversion), (SieveBytes){out->str, out->len});
}

/* A parenthesis, a quoted string, or what stands up to a blank or parenthesis. ptr NULL at the end. */
static SieveBytes
take_token(Exim *exim, bool *ret_quoted)
{
	skip_blanks(exim);
	*ret_quoted = false;
	if (exim->at >= exim->text.len)
		return nothing;
	char first = exim->text.ptr[exim->at];
	SieveBytes token;
	if (first == '"') {
		*ret_quoted = true;
		token = take_quoted(exim);
	} else if (first == '(' || first == ')') {
		token = sieve_bytes_slice(exim->text, exim->at++, 1);
	} else {
		size_t start = exim->at;
		while (exim->at < exim->text.len && strchr(" \t\r\n()", exim->text.ptr[exim->at]) == NULL)
			exim->at++;
		/* A NUL is none of these, and part of no word either. */
		exim->at += exim->at == start;
		token = sieve_bytes_slice(exim->text, start, exim->at - start);
	}
	exim->token_end = exim->at;
	return token;
}

/* True, and it is taken, when the next token is that word. */
static bool
take_word(Exim *exim, const char *word)
{
	const Exim before = *exim;
	bool quoted;

	if (convert_is_word(take_token(exim, &quoted), word) && !quoted)
		return true;
	*exim = before;
	return false;
}

/* --- Conditions ------------------------------------------------------------------------------------- */

/* What is compared: the left side. */
typedef struct Value {
	const char *test; /* NULL: it is none that Sieve can ask for */
	const char *part;
	const char *transform;
	SieveBytes field;
	bool size;
} Value;

static bool
take_prefix(SieveBytes *text, const char *prefix)
{
	size_t len = strlen(prefix);

	if (!sieve_bytes_equal_nocase(sieve_bytes_slice(*text, 0, len), sieve_bytes_from_string(prefix)))
		return false;
	*text = sieve_bytes_slice(*text, len, SIZE_MAX);
	return true;
}

/* "header_subject:", "h_subject:", in braces too. */
static bool
is_header(SieveBytes name, SieveBytes *ret_field)
{
	static const char *const prefixes[] = {"header_", "h_", "bheader_", "bh_", "rheader_", "rh_"};
	bool prefixed = false;

	for (size_t i = 0; i < G_N_ELEMENTS(prefixes) && !prefixed; i++)
		prefixed = take_prefix(&name, prefixes[i]);
	if (name.len > 0 && name.ptr[name.len - 1] == ':')
		name = sieve_bytes_slice(name, 0, name.len - 1);
	for (size_t i = 0; i < name.len; i++)
		if (name.ptr[i] <= ' ' || name.ptr[i] > '~' || strchr(":${}\"\\", name.ptr[i]) != NULL)
			return false;
	*ret_field = name;
	return prefixed && name.len > 0;
}

static Value
find_value(SieveBytes text)
{
	static const struct {
		const char *name;
		Value value;
	} values[] = {
		{"sender_address", {"envelope", NULL, NULL, SIEVE_BYTES("from"), false}},
		{"return_path", {"envelope", NULL, NULL, SIEVE_BYTES("from"), false}},
		{"sender_address_domain", {"envelope", "domain", NULL, SIEVE_BYTES("from"), false}},
		{"sender_address_local_part", {"envelope", "localpart", NULL, SIEVE_BYTES("from"), false}},
		{"local_part", {"envelope", "localpart", NULL, SIEVE_BYTES("to"), false}},
		{"domain", {"envelope", "domain", NULL, SIEVE_BYTES("to"), false}},
		{"message_body", {"body", NULL, "text", {NULL, 0}, false}},
		{"message_size", {"size", NULL, NULL, {NULL, 0}, true}},
	};
	Value value = {.test = NULL};

	if (!take_prefix(&text, "$"))
		return value;
	if (take_prefix(&text, "{") && text.len > 0 && text.ptr[text.len - 1] == '}')
		text = sieve_bytes_slice(text, 0, text.len - 1);
	for (size_t i = 0; i < G_N_ELEMENTS(values); i++)
		if (convert_is_word(text, values[i].name))
			return values[i].value;
	if (is_header(text, &value.field))
		value.test = "header";
	return value;
}

typedef struct Operator {
	bool negated;
	bool with_case;
	const char *match;
	const char *before; /* as :matches is written */
	const char *after;
} Operator;

static const struct {
	const char *words[2];
	const char *match;
	const char *before;
	const char *after;
} verbs[] = {
	{{"contains", "contain"}, "contains", "", ""},
	{{"begins", "begin"}, "matches", "", "*"},
	{{"ends", "end"}, "matches", "*", ""},
	{{"matches", "match"}, "regex", "", ""},
	{{"above", "above"}, "over", "", ""},
	{{"below", "below"}, "under", "", ""},
};

/* Of words in capitals. */
static bool
is_next_upper(Exim *exim)
{
	skip_blanks(exim);
	return exim->at < exim->text.len && g_ascii_isupper(exim->text.ptr[exim->at]);
}

/* "is", "contains", "does not contain", "is not above"; a verb in capitals looks at letter case. */
static bool
take_operator(Exim *exim, Operator *ret_operator)
{
	const bool upper = is_next_upper(exim);
	const bool is = take_word(exim, "is");
	const bool negated = (is || take_word(exim, "does")) && take_word(exim, "not");

	for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
		const bool verb_upper = is_next_upper(exim);
		if (!take_word(exim, verbs[i].words[0]) && !take_word(exim, verbs[i].words[1]))
			continue;
		*ret_operator = (Operator){
			negated, verb_upper, verbs[i].match, verbs[i].before, verbs[i].after};
		return true;
	}
	*ret_operator = (Operator){negated, upper, "is", "", ""};
	return is;
}

static void
add_size(Exim *exim, SieveAstNode *parent, const Operator *operator, SieveBytes text)
{
	g_autofree char *digits = sieve_bytes_dup(text);
	char *end;
	guint64 size = g_ascii_strtoull(digits, &end, 10);

	if (g_ascii_toupper(*end) == 'K' || g_ascii_toupper(*end) == 'M')
		size <<= g_ascii_toupper(*end++) == 'K' ? 10 : 20;
	if (end == digits || *end != '\0' || size > UINT32_MAX ||
		(strcmp(operator->match, "over") != 0 && strcmp(operator->match, "under") != 0))
		return lose(exim, "its size is compared in a way that Sieve has not");
	convert_add_stored_size(exim->rule, parent, strcmp(operator->match, "over") == 0, size);
}

/* Whether the empty string passes; @key as :matches has it. */
static bool
matches_nothing(const Operator *operator, SieveBytes key)
{
	g_autofree char *text = sieve_bytes_dup(key);

	if (strcmp(operator->match, "regex") == 0)
		return g_regex_match_simple(text, "", 0, 0);
	return key.len == 0 ||
	       (strcmp(operator->match, "matches") == 0 && sieve_bytes_equal(key, SIEVE_BYTES("*")));
}

static void
add_comparison(Exim *exim, SieveAstNode *parent, SieveBytes left)
{
	Value value = find_value(left);
	Operator operator;
	bool quoted;
	const bool good = take_operator(exim, &operator);
	SieveBytes key = take_token(exim, &quoted);

	if (!good || key.ptr == NULL)
		return lose(exim, "its condition is not understood");
	if (value.test == NULL)
		return lose(exim, "it compares what Sieve cannot ask for");
	if (!convert_is_text(key) || (!quoted && (key.ptr[0] == '(' || key.ptr[0] == ')')) ||
		(key.len > 0 && memchr(key.ptr, '$', key.len) != NULL &&
			strcmp(operator.match, "regex") != 0))
		return lose(exim, "what it compares with shows only when it runs");
	if (operator.negated)
		parent = convert_add_test(exim->conversion, parent, "not");
	if (value.size)
		return add_size(exim, parent, &operator, key);
	ConvertMatch match = {.test = value.test,
		.part = value.part,
		.transform = value.transform,
		.match = operator.match,
		.comparator = operator.with_case ? "i;octet" : NULL};
	if (value.field.ptr != NULL)
		match.fields = (ConvertList){&value.field, 1};
	else
		convert_note(exim->rule, SIEVE_CONVERT_APPROXIMATED,
			"Exim looks at the beginning of the body alone");
	if (strcmp(operator.match, "over") == 0 || strcmp(operator.match, "under") == 0)
		return lose(exim, "it compares numbers");
	if (strcmp(operator.match, "regex") == 0) {
		const char *wrong = convert_check_regex(exim->conversion, key);
		if (wrong != NULL)
			return convert_note(
				exim->rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "its pattern: %s", wrong);
	}
	if (strcmp(operator.match, "matches") == 0) {
		key = convert_quote_glob(exim->conversion, key);
		key = sieve_bytes_from_string(sieve_arena_printf(convert_arena(exim->conversion),
			"%s%.*s%s", operator.before, (int)key.len, key.ptr, operator.after));
	}
	match.keys = (ConvertList){&key, 1};
	/* Exim finds nothing in nothing, unless letter case counts. */
	if (strcmp(operator.match, "contains") == 0 && key.len == 0 && !operator.with_case) {
		convert_add_test(exim->conversion, parent, "false");
		return;
	}
	/* A field that is not there is an empty one to Exim. */
	if (strcmp(value.test, "header") == 0 && matches_nothing(&operator, key)) {
		parent = convert_add_test(exim->conversion, parent, "anyof");
		convert_add_list(exim->conversion,
			convert_add_test(exim->conversion,
				convert_add_test(exim->conversion, parent, "not"), "exists"),
			match.fields);
	}
	convert_add_match(exim->conversion, parent, &match);
}

static void add_condition(Exim *exim, SieveAstNode *parent, unsigned depth);

static void
add_factor(Exim *exim, SieveAstNode *parent, unsigned depth)
{
	bool quoted;

	if (depth > MAX_DEPTH)
		return lose(exim, "it is nested too deeply");
	if (take_word(exim, "not"))
		return add_factor(exim, convert_add_test(exim->conversion, parent, "not"), depth + 1);
	if (take_word(exim, "(")) {
		add_condition(exim, parent, depth + 1);
		if (!take_word(exim, ")"))
			lose(exim, "a parenthesis is not closed");
		return;
	}
	if (take_word(exim, "error_message")) {
		const SieveBytes from = SIEVE_BYTES("from");
		const SieveBytes empty = SIEVE_BYTES("");
		convert_add_match(exim->conversion, parent,
			&(ConvertMatch){.test = "envelope",
				.match = "is",
				.fields = {&from, 1},
				.keys = {&empty, 1}});
		return;
	}
	if (take_word(exim, "first_delivery")) {
		convert_add_test(exim->conversion, parent, "true");
		return;
	}
	SieveBytes left = take_token(exim, &quoted);
	if (left.ptr == NULL)
		return lose(exim, "its condition is not understood");
	add_comparison(exim, parent, left);
}

/* "and" binds more tightly than "or". */
static void
add_condition(Exim *exim, SieveAstNode *parent, unsigned depth)
{
	SieveAstNode *any = convert_add_test(exim->conversion, parent, "anyof");

	do {
		SieveAstNode *all = convert_add_test(exim->conversion, any, "allof");
		do
			add_factor(exim, all, depth);
		while (take_word(exim, "and"));
	} while (take_word(exim, "or"));
}

/* --- Commands --------------------------------------------------------------------------------------- */

static void
add_save(Exim *exim, SieveAstNode *parent, SieveBytes path, bool unseen)
{
	static const char *const roots[] = {
		"$home/mail", "$home/Mail", "$home/Maildir", "mail", "Mail", "Maildir"};
	SieveAst *ast = convert_ast(exim->conversion);
	SieveBytes mailbox = nothing;

	if (sieve_bytes_equal(path, SIEVE_BYTES("/dev/null"))) {
		if (!unseen)
			convert_add_command(exim->conversion, parent, "discard", NULL, nothing);
		return;
	}
	for (size_t i = 0; i < G_N_ELEMENTS(roots) && mailbox.ptr == NULL; i++) {
		g_autofree char *prefix = g_strconcat(roots[i], "/", NULL);
		if (sieve_bytes_starts_with(path, sieve_bytes_from_string(prefix)))
			mailbox = convert_mailbox(exim->conversion, path, roots[i]);
	}
	if (mailbox.ptr == NULL || memchr(mailbox.ptr, '$', mailbox.len) != NULL)
		return lose(exim, "its file is outside of mail, Mail and Maildir in the home folder");
	SieveAstNode *command =
		convert_add_command(exim->conversion, parent, "fileinto", unseen ? "copy" : NULL, nothing);
	sieve_ast_add_tag(ast, command, SIEVE_BYTES("create"));
	sieve_ast_add_string(ast, command, mailbox);
}

static void
add_deliver(Exim *exim, SieveAstNode *parent, SieveBytes address, bool unseen)
{
	if (!sieve_address_is_mailbox(address) || !convert_is_text(address) ||
		memchr(address.ptr, '$', address.len) != NULL)
		return lose(exim, "it delivers to what is no whole address");
	convert_add_command(exim->conversion, parent, "redirect", unseen ? "copy" : NULL, address);
}

static void
add_fail(Exim *exim, SieveAstNode *parent)
{
	SieveBytes text = SIEVE_BYTES("Access denied");
	bool quoted;

	if (take_word(exim, "text"))
		text = take_token(exim, &quoted);
	if (text.ptr == NULL || !convert_is_text(text))
		return lose(exim, "what it says is no text");
	convert_add_command(exim->conversion, parent, "reject", NULL, text);
	convert_add_command(exim->conversion, parent, "stop", NULL, nothing);
}

static void add_if(Exim *exim, SieveAstNode *parent, unsigned depth);

/* False when there is none that is understood; then what follows is not either. */
static bool
add_command(Exim *exim, SieveAstNode *parent, unsigned depth)
{
	bool unseen = take_word(exim, "unseen");
	bool seen = !unseen && take_word(exim, "seen");
	bool quoted;

	if (take_word(exim, "if")) {
		add_if(exim, parent, depth + 1);
	} else if (take_word(exim, "save")) {
		SieveBytes path = take_token(exim, &quoted);
		add_save(exim, parent, path.ptr == NULL ? SIEVE_BYTES("") : path, unseen);
	} else if (take_word(exim, "deliver")) {
		SieveBytes address = take_token(exim, &quoted);
		add_deliver(exim, parent, address.ptr == NULL ? SIEVE_BYTES("") : address, unseen);
	} else if (take_word(exim, "finish")) {
		/* Seen, and nothing done: the mail goes nowhere. */
		if (seen)
			convert_add_command(exim->conversion, parent, "discard", NULL, nothing);
		convert_add_command(exim->conversion, parent, "stop", NULL, nothing);
	} else if (take_word(exim, "fail")) {
		add_fail(exim, parent);
	} else {
		return false;
	}
	return true;
}

/* Up to elif, else or endif. */
static void
add_block(Exim *exim, SieveAstNode *branch, unsigned depth)
{
	static const char *const enders[] = {"elif", "else", "endif"};

	sieve_ast_set_block(convert_ast(exim->conversion), branch);
	while (true) {
		Exim ahead = *exim;
		bool quoted;
		SieveBytes token = take_token(&ahead, &quoted);
		if (token.ptr == NULL)
			return lose(exim, "endif is missing");
		for (size_t i = 0; i < G_N_ELEMENTS(enders); i++)
			if (convert_is_word(token, enders[i]))
				return;
		if (!add_command(exim, branch, depth)) {
			lose(exim, "Sieve has nothing like one of its commands");
			take_token(exim, &quoted);
		}
	}
}

/* Behind "if", up to endif. */
static void
add_if(Exim *exim, SieveAstNode *parent, unsigned depth)
{
	const char *word = "if";

	do {
		SieveAstNode *branch = convert_add_command(exim->conversion, parent, word, NULL, nothing);
		if (depth > MAX_DEPTH)
			lose(exim, "it is nested too deeply");
		add_condition(exim, branch, 0);
		if (!take_word(exim, "then"))
			lose(exim, "then is missing");
		add_block(exim, branch, MIN(depth, MAX_DEPTH));
		word = "elsif";
	} while (take_word(exim, "elif"));
	if (take_word(exim, "else"))
		add_block(exim, convert_add_command(exim->conversion, parent, "else", NULL, nothing),
			MIN(depth, MAX_DEPTH));
	if (!take_word(exim, "endif"))
		lose(exim, "endif is missing");
}

static void
read_filter(SieveConversion *conversion)
{
	Exim exim = {.conversion = conversion, .text = convert_text(conversion)};

	while (true) {
		skip_blanks(&exim);
		if (exim.at >= exim.text.len)
			return;
		ConvertRule rule = convert_begin_rule(
			conversion, convert_line_at(conversion, exim.text.ptr + exim.at));
		bool quoted;
		exim.rule = &rule;
		if (!add_command(&exim, NULL, 0)) {
			lose(&exim, "Sieve has nothing like this command");
			take_token(&exim, &quoted);
			/* Its arguments: what follows on the same line. */
			while (exim.at < exim.text.len && exim.text.ptr[exim.at] != '\n')
				exim.at++;
			exim.token_end = exim.at;
		}
		size_t last = exim.token_end > 0 ? exim.token_end - 1 : 0;
		convert_end_rule(&rule,
			MAX(convert_line_at(conversion, exim.text.ptr + last), rule.first), nothing);
	}
}

static unsigned
recognise(SieveBytes text)
{
	return sieve_bytes_equal_nocase(
		       sieve_bytes_slice(text, 0, 13), SIEVE_BYTES("# Exim filter"))
		       ? 99
		       : 0;
}

const SieveConvertFormat sieve_convert_exim = {
	.name = "exim",
	.title = "Exim filter",
	.recognise = recognise,
	.read = read_filter,
};
