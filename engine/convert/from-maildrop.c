/* SPDX-License-Identifier: MIT */
/* from-maildrop.c - maildropfilter(7): if with patterns, to and cc, variables that stay the same */

#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/folders.h"
#include "engine/convert/formats.h"
#include "engine/convert/header-regex.h"
#include "engine/message/address.h"

enum { MAX_DEPTH = 10 };

typedef struct Maildrop {
	SieveConversion *conversion;
	SieveBytes text;
	size_t at;
	size_t end; /* of what was taken last */
	GHashTable *variables;
	ConvertRule *rule;
} Maildrop;

static const SieveBytes nothing = {NULL, 0};

static void
lose(Maildrop *maildrop, const char *why)
{
	convert_note(maildrop->rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "%s", why);
}

/* --- Tokens ----------------------------------------------------------------------------------------- */

static char
peek(const Maildrop *maildrop)
{
	return maildrop->at < maildrop->text.len ? maildrop->text.ptr[maildrop->at] : '\0';
}

static bool
at_end(const Maildrop *maildrop)
{
	return maildrop->at >= maildrop->text.len;
}

/* Blanks, comments, and backslashes at the ends of lines; with @lines ends of lines too. */
static void
skip_blanks(Maildrop *maildrop, bool lines)
{
	for (; !at_end(maildrop); maildrop->at++) {
		char c = peek(maildrop);
		if (c == '#') {
			while (!at_end(maildrop) && peek(maildrop) != '\n')
				maildrop->at++;
			maildrop->at -= !lines || at_end(maildrop);
			if (!lines)
				return;
		} else if (c == '\\' && maildrop->at + 1 < maildrop->text.len &&
			   strchr("\r\n", maildrop->text.ptr[maildrop->at + 1]) != NULL) {
			maildrop->at++;
		} else if (c != ' ' && c != '\t' && c != '\r' && (c != '\n' || !lines)) {
			return;
		}
	}
}

/* True, and it is taken, when that comes next. */
static bool
take(Maildrop *maildrop, const char *what)
{
	size_t len = strlen(what);

	skip_blanks(maildrop, true);
	SieveBytes next = sieve_bytes_slice(maildrop->text, maildrop->at, len);
	if (!sieve_bytes_equal(next, sieve_bytes_from_string(what)))
		return false;
	/* A word ends where no letter follows. */
	if (g_ascii_isalpha(what[len - 1]) && maildrop->at + len < maildrop->text.len &&
		(g_ascii_isalnum(maildrop->text.ptr[maildrop->at + len]) ||
			strchr("_=", maildrop->text.ptr[maildrop->at + len]) != NULL))
		return false;
	maildrop->at += len;
	maildrop->end = maildrop->at;
	return true;
}

static void
skip_line(Maildrop *maildrop)
{
	while (!at_end(maildrop) && peek(maildrop) != '\n')
		maildrop->at++;
	maildrop->end = maildrop->at;
}

static SieveBytes
take_name(Maildrop *maildrop)
{
	size_t start = maildrop->at;

	while (g_ascii_isalnum(peek(maildrop)) || peek(maildrop) == '_')
		maildrop->at++;
	return sieve_bytes_slice(maildrop->text, start, maildrop->at - start);
}

/* $NAME or ${NAME}. False, with a note: it is not known. */
static bool
append_variable(Maildrop *maildrop, GString *out)
{
	maildrop->at++;
	bool brace = peek(maildrop) == '{';
	maildrop->at += brace;
	g_autofree char *name = sieve_bytes_dup(take_name(maildrop));
	const char *value = g_hash_table_lookup(maildrop->variables, name);
	bool closed = !brace || peek(maildrop) == '}';
	maildrop->at += brace && closed && !at_end(maildrop);
	if (value == NULL || !closed) {
		convert_note(maildrop->rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"what the variable %s is shows only when it runs", name);
		return false;
	}
	g_string_append(out, value);
	return true;
}

/* A string, in quotes or not. ptr NULL, with a note, when it cannot be known. */
static SieveBytes
take_string(Maildrop *maildrop)
{
	g_autoptr(GString) out = g_string_new(NULL);
	char quote = '\0';
	bool good = true;

	skip_blanks(maildrop, false);
	while (!at_end(maildrop)) {
		char c = peek(maildrop);
		if (quote == '\0' && strchr(" \t\r\n(){};,&|=!~<>", c) != NULL &&
			(c != '!' || out->len > 0))
			break;
		if (c == '`') {
			lose(maildrop, "it runs a program");
			good = false;
		}
		if (c == quote) {
			quote = '\0';
			maildrop->at++;
		} else if (quote == '\0' && (c == '"' || c == '\'')) {
			quote = c;
			maildrop->at++;
		} else if (c == '$' && quote != '\'') {
			good = append_variable(maildrop, out) && good;
		} else {
			if (c == '\\' && maildrop->at + 1 < maildrop->text.len)
				c = maildrop->text.ptr[++maildrop->at];
			g_string_append_c(out, c);
			maildrop->at++;
		}
	}
	maildrop->end = maildrop->at;
	if (!good || quote != '\0')
		return nothing;
	return sieve_arena_copy(
		convert_arena(maildrop->conversion), (SieveBytes){out->str, out->len});
}

/* --- Conditions ------------------------------------------------------------------------------------- */

/* "/pattern/:flags" */
static void
add_pattern(Maildrop *maildrop, SieveAstNode *parent)
{
	g_autoptr(GString) pattern = g_string_new(NULL);
	bool header = true, body = false, strange = false, with_case = false, explicit = false;

	for (maildrop->at++; !at_end(maildrop) && peek(maildrop) != '/' && peek(maildrop) != '\n';
		maildrop->at++) {
		if (peek(maildrop) == '\\' && maildrop->at + 1 < maildrop->text.len) {
			/* A slash is none of the pattern's operators. */
			if (maildrop->text.ptr[maildrop->at + 1] != '/')
				g_string_append_c(pattern, '\\');
			maildrop->at++;
		}
		g_string_append_c(pattern, peek(maildrop));
	}
	if (peek(maildrop) != '/')
		return lose(maildrop, "a pattern does not end");
	maildrop->at++;
	if (peek(maildrop) == ':')
		for (maildrop->at++; g_ascii_isalpha(peek(maildrop)); maildrop->at++) {
			char flag = peek(maildrop);
			if (flag == 'h' || flag == 'b') {
				header = (explicit && header) || flag == 'h';
				body = body || flag == 'b';
				explicit = true;
			} else if (flag == 'D')
				with_case = true;
			else
				strange = true;
		}
	maildrop->end = maildrop->at;
	if (strange || peek(maildrop) == ',')
		return lose(maildrop, "its pattern has weights or flags that Sieve has not");
	ConvertRegex regex = {
		.pattern = sieve_arena_copy(convert_arena(maildrop->conversion),
			(SieveBytes){pattern->str, pattern->len}),
		.case_sensitive = with_case,
	};
	if (header && body)
		parent = convert_add_test(maildrop->conversion, parent, "anyof");
	if (header)
		convert_add_regex(maildrop->rule, parent, &regex);
	regex.place = CONVERT_REGEX_BODY;
	if (body)
		convert_add_regex(maildrop->rule, parent, &regex);
}

/* "$SIZE > 1000" */
static void
add_size(Maildrop *maildrop, SieveAstNode *parent)
{
	bool over = take(maildrop, ">");
	bool under = !over && take(maildrop, "<");
	bool equal = take(maildrop, "=");
	guint64 size = 0;

	skip_blanks(maildrop, true);
	size_t start = maildrop->at;
	while (g_ascii_isdigit(peek(maildrop)) && size < UINT32_MAX)
		size = size * 10 + (guint64)(maildrop->text.ptr[maildrop->at++] - '0');
	maildrop->end = maildrop->at;
	if ((!over && !under) || maildrop->at == start || g_ascii_isdigit(peek(maildrop)))
		return lose(maildrop, "the size is compared in a way that Sieve has not");
	/* At least so much is over one less. */
	size += equal && under;
	size -= equal && over && size > 0;
	convert_add_stored_size(maildrop->rule, parent, over, size);
}

static void add_condition(Maildrop *maildrop, SieveAstNode *parent, unsigned depth);

static void
add_factor(Maildrop *maildrop, SieveAstNode *parent, unsigned depth)
{
	if (depth > MAX_DEPTH)
		return lose(maildrop, "it is nested too deeply");
	if (take(maildrop, "!"))
		return add_factor(
			maildrop, convert_add_test(maildrop->conversion, parent, "not"), depth + 1);
	if (take(maildrop, "(")) {
		add_condition(maildrop, parent, depth + 1);
		if (!take(maildrop, ")"))
			lose(maildrop, "a parenthesis is not closed");
		return;
	}
	if (take(maildrop, "$SIZE"))
		return add_size(maildrop, parent);
	skip_blanks(maildrop, true);
	if (peek(maildrop) == '/')
		return add_pattern(maildrop, parent);
	lose(maildrop, "it asks for what Sieve cannot");
}

static void
add_condition(Maildrop *maildrop, SieveAstNode *parent, unsigned depth)
{
	SieveAstNode *any = convert_add_test(maildrop->conversion, parent, "anyof");

	do {
		SieveAstNode *all = convert_add_test(maildrop->conversion, any, "allof");
		do
			add_factor(maildrop, all, depth);
		while (take(maildrop, "&&"));
	} while (take(maildrop, "||"));
}

/* --- Statements ------------------------------------------------------------------------------------- */

static void
add_delivery(Maildrop *maildrop, SieveAstNode *parent, bool copy)
{
	static const char *const roots[] = {"./Maildir", "Maildir", "./mail", "mail", "./Mail", "Mail", ""};
	SieveConversion *conversion = maildrop->conversion;
	SieveBytes target = take_string(maildrop);
	SieveBytes mailbox = nothing;

	if (target.ptr == NULL)
		return lose(maildrop, "where it delivers to cannot be known");
	if (target.len > 0 && target.ptr[0] == '|')
		return lose(maildrop, "it runs a program");
	if (target.len > 0 && target.ptr[0] == '!') {
		SieveBytes address = sieve_bytes_trim(sieve_bytes_slice(target, 1, SIZE_MAX));
		if (!sieve_address_is_mailbox(address) || !convert_is_text(address))
			return lose(maildrop, "it forwards to what is no whole address");
		convert_add_command(conversion, parent, "redirect", copy ? "copy" : NULL, address);
	} else if (sieve_bytes_equal(target, SIEVE_BYTES("/dev/null"))) {
		if (!copy)
			convert_add_command(conversion, parent, "discard", NULL, nothing);
	} else if (sieve_bytes_equal(target, SIEVE_BYTES("./Maildir")) ||
		   sieve_bytes_equal(target, SIEVE_BYTES("./Maildir/"))) {
		/* $DEFAULT */
		convert_add_command(conversion, parent, "keep", NULL, nothing);
	} else {
		for (size_t i = 0; i < G_N_ELEMENTS(roots) && mailbox.ptr == NULL; i++) {
			g_autofree char *prefix = g_strconcat(roots[i], *roots[i] == '\0' ? "" : "/", NULL);
			if (sieve_bytes_starts_with(target, sieve_bytes_from_string(prefix)))
				mailbox = convert_mailbox(
					conversion, target, *roots[i] == '\0' ? NULL : roots[i]);
		}
		if (mailbox.ptr == NULL)
			return lose(maildrop, "its folder is none of the reader's");
		SieveAstNode *command = convert_add_command(
			conversion, parent, "fileinto", copy ? "copy" : NULL, nothing);
		sieve_ast_add_tag(convert_ast(conversion), command, SIEVE_BYTES("create"));
		sieve_ast_add_string(convert_ast(conversion), command, mailbox);
	}
	if (!copy)
		convert_add_command(conversion, parent, "stop", NULL, nothing);
}

/* NAME = "value": true when it is one. In a block the value hangs on whether it is entered. */
static bool
read_assignment(Maildrop *maildrop, bool in_block)
{
	const size_t before = maildrop->at;
	g_autofree char *name = sieve_bytes_dup(take_name(maildrop));

	if (*name == '\0' || !take(maildrop, "=")) {
		maildrop->at = before;
		return false;
	}
	g_hash_table_remove(maildrop->variables, name);
	SieveBytes value = take_string(maildrop);
	if (value.ptr == NULL)
		lose(maildrop, "its value cannot be known");
	else if (in_block)
		lose(maildrop, "the value of a variable hangs on its condition");
	else
		g_hash_table_insert(
			maildrop->variables, g_steal_pointer(&name), sieve_bytes_dup(value));
	return true;
}

static void add_if(Maildrop *maildrop, SieveAstNode *parent, unsigned depth);

static void
add_statement(Maildrop *maildrop, SieveAstNode *parent, unsigned depth)
{
	if (take(maildrop, "if"))
		return add_if(maildrop, parent, depth + 1);
	if (take(maildrop, "to"))
		return add_delivery(maildrop, parent, false);
	if (take(maildrop, "cc"))
		return add_delivery(maildrop, parent, true);
	/* Leaves without delivering: the mail is gone. */
	if (take(maildrop, "exit"))
		return lose(maildrop, "what becomes of the mail hangs on EXITCODE");
	skip_blanks(maildrop, true);
	if (read_assignment(maildrop, depth > 0))
		return;
	lose(maildrop, "Sieve has nothing like one of its statements");
	skip_line(maildrop);
}

/* One statement, or those in braces. */
static void
add_block(Maildrop *maildrop, SieveAstNode *branch, unsigned depth)
{
	sieve_ast_set_block(convert_ast(maildrop->conversion), branch);
	if (depth > MAX_DEPTH)
		return lose(maildrop, "it is nested too deeply");
	if (!take(maildrop, "{"))
		return add_statement(maildrop, branch, depth);
	while (!take(maildrop, "}")) {
		if (take(maildrop, ";"))
			continue;
		if (at_end(maildrop))
			return lose(maildrop, "a block is not closed");
		add_statement(maildrop, branch, depth);
	}
}

static void
add_if(Maildrop *maildrop, SieveAstNode *parent, unsigned depth)
{
	const char *word = "if";

	do {
		SieveAstNode *branch =
			convert_add_command(maildrop->conversion, parent, word, NULL, nothing);
		if (!take(maildrop, "("))
			lose(maildrop, "its condition is not in parentheses");
		add_condition(maildrop, branch, 0);
		if (!take(maildrop, ")"))
			lose(maildrop, "a parenthesis is not closed");
		add_block(maildrop, branch, depth);
		word = "elsif";
	} while (take(maildrop, "elsif"));
	if (take(maildrop, "else"))
		add_block(maildrop,
			convert_add_command(maildrop->conversion, parent, "else", NULL, nothing), depth);
}

static void
read_filter(SieveConversion *conversion)
{
	Maildrop maildrop = {.conversion = conversion, .text = convert_text(conversion)};

	maildrop.variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_hash_table_insert(maildrop.variables, g_strdup("HOME"), g_strdup("."));
	g_hash_table_insert(maildrop.variables, g_strdup("DEFAULT"), g_strdup("./Maildir"));
	while (true) {
		skip_blanks(&maildrop, true);
		if (at_end(&maildrop))
			break;
		if (take(&maildrop, ";"))
			continue;
		size_t start = maildrop.at;
		ConvertRule rule = convert_begin_rule(
			conversion, convert_line_at(conversion, maildrop.text.ptr + maildrop.at));
		maildrop.rule = &rule;
		add_statement(&maildrop, NULL, 0);
		if (maildrop.at == start)
			skip_line(&maildrop);
		size_t last = MAX(maildrop.end, start + 1) - 1;
		convert_end_rule(&rule,
			MAX(convert_line_at(conversion, maildrop.text.ptr + last), rule.first), nothing);
	}
	g_hash_table_unref(maildrop.variables);
}

/* "if (/^" at the beginning of a line. */
static unsigned
recognise(SieveBytes text)
{
	static const char *const signs[] = {"\nif (/", "\nif ( /", "\nif(/", "\n\tto \"", "\n  to \"",
		"\nto \"$", "xfilter \""};

	for (size_t i = 0; i < G_N_ELEMENTS(signs); i++)
		if (sieve_bytes_find(text, sieve_bytes_from_string(signs[i]), 0) != SIZE_MAX)
			return 88;
	return 0;
}

const SieveConvertFormat sieve_convert_maildrop = {
	.name = "maildrop",
	.title = "maildrop filter",
	.recognise = recognise,
	.read = read_filter,
};
