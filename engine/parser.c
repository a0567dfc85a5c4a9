/* SPDX-License-Identifier: MIT */
/* parser.c - tokens to AST, one function per rule (RFC 5228 section 8.2) */

#include "engine/parser.h"

#include "engine/bytes.h"
#include "engine/comment.h"
#include "engine/diag.h"
#include "engine/lexer.h"
#include "engine/limits.h"

#include <string.h>

typedef struct Parser {
	SieveLexer lexer;
	SieveToken token; /* the one being looked at */
	SieveSpan past;   /* just after the token before it */
	SieveAst *ast;
	SieveDiagList *diags;
	GString *comment; /* lines met since the last command began, not given to a command yet */
	bool told_depth;
} Parser;

static void
next_token(Parser *parser)
{
	parser->past = parser->token.span;
	parser->past.offset += parser->past.length;
	parser->past.length = 0;
	sieve_lexer_next(&parser->lexer, &parser->token);
}

static void
keep_comment(Parser *parser, SieveBytes comment)
{
	if (comment.len == 0)
		return;
	if (parser->comment->len > 0)
		g_string_append_c(parser->comment, '\n');
	g_string_append_len(parser->comment, comment.ptr, (gssize)comment.len);
}

/* Takes the next token; its comments join those that wait for a command. */
static void
advance(Parser *parser)
{
	next_token(parser);
	keep_comment(parser, parser->token.same_line_comment);
	keep_comment(parser, parser->token.comment);
}

/* As advance() after a command's end: a comment on that line stays with @command. */
static void
advance_past_end(Parser *parser, SieveAstNode *command)
{
	next_token(parser);
	SieveBytes same_line = parser->token.same_line_comment;
	bool one_line = sieve_bytes_find(same_line, SIEVE_BYTES("\n"), 0) == SIZE_MAX;
	if (command != NULL && one_line && command->trailing.len == 0)
		command->trailing = same_line;
	else
		keep_comment(parser, same_line);
	keep_comment(parser, parser->token.comment);
}

static SieveBytes
take_comment(Parser *parser)
{
	return sieve_comment_take(parser->comment, sieve_ast_arena(parser->ast));
}

static bool
looking_at(const Parser *parser, SieveTokenKind kind)
{
	return parser->token.kind == kind;
}

static bool
at_block_end(const Parser *parser)
{
	return looking_at(parser, SIEVE_TOKEN_END) || looking_at(parser, SIEVE_TOKEN_RIGHT_BRACE);
}

/* Tells what was found instead of @wanted, unless the lexer has told it already. */
static void
tell_unexpected(Parser *parser, const char *wanted, const char *hint)
{
	const SieveToken *token = &parser->token;

	if (token->kind == SIEVE_TOKEN_BAD ||
		(token->kind == SIEVE_TOKEN_END && parser->lexer.cut))
		return;
	/* What is missing at the end of a block or script is missing where the last word ended. */
	sieve_diag_add(parser->diags, SIEVE_RULE_SYNTAX,
		at_block_end(parser) ? parser->past : token->span, hint,
		"expected %s, found %s", wanted, sieve_token_kind_name(token->kind));
}

/* Skips to where a command can have ended: past a `;`, or to `{`, `}` or the end. */
static void
skip_command(Parser *parser)
{
	while (!looking_at(parser, SIEVE_TOKEN_END) && !looking_at(parser, SIEVE_TOKEN_SEMICOLON) &&
		!looking_at(parser, SIEVE_TOKEN_LEFT_BRACE) &&
		!looking_at(parser, SIEVE_TOKEN_RIGHT_BRACE))
		advance(parser);
	if (looking_at(parser, SIEVE_TOKEN_SEMICOLON))
		advance(parser);
}

#define TOKEN_BIT(kind) (1u << (kind))
#define CLOSING_TOKENS                                                                             \
	(TOKEN_BIT(SIEVE_TOKEN_RIGHT_BRACE) | TOKEN_BIT(SIEVE_TOKEN_RIGHT_PAREN))
#define OPENING_TOKENS (TOKEN_BIT(SIEVE_TOKEN_LEFT_BRACE) | TOKEN_BIT(SIEVE_TOKEN_LEFT_PAREN))
/* What ends a test that stands in no parentheses of its own. */
#define TEST_END_TOKENS                                                                            \
	(TOKEN_BIT(SIEVE_TOKEN_SEMICOLON) | TOKEN_BIT(SIEVE_TOKEN_COMMA) |                         \
		TOKEN_BIT(SIEVE_TOKEN_LEFT_BRACE))

/* Skips what is nested too deep: to the end of the parentheses or braces around it, or to one of
 * @ends that is not inside of others. */
static void
skip_deep(Parser *parser, unsigned ends)
{
	size_t open = 0;

	if (!parser->told_depth)
		sieve_diag_add(parser->diags, SIEVE_RULE_LIMIT, parser->token.span, NULL,
			"blocks and tests are nested more than %u deep", SIEVE_LIMIT_NESTING);
	parser->told_depth = true;
	for (; !looking_at(parser, SIEVE_TOKEN_END); advance(parser)) {
		unsigned bit = TOKEN_BIT(parser->token.kind);
		if (open == 0 && (bit & (ends | CLOSING_TOKENS)) != 0)
			return;
		open += (bit & OPENING_TOKENS) != 0;
		open -= (bit & CLOSING_TOKENS) != 0;
	}
}

static bool parse_test(Parser *parser, SieveAstNode *parent);
static void parse_commands(Parser *parser, SieveAstNode *parent);

static void
take_string(Parser *parser, GArray *strings)
{
	SieveAstString string = {
		.value = parser->token.value,
		.span = parser->token.span,
		.multiline = parser->token.multiline,
	};

	g_array_append_val(strings, string);
	advance(parser);
}

/* What can stand in no list: where the skipping of a bad item ends. */
#define LIST_END_TOKENS                                                                            \
	(TOKEN_BIT(SIEVE_TOKEN_END) | TOKEN_BIT(SIEVE_TOKEN_SEMICOLON) |                           \
		TOKEN_BIT(SIEVE_TOKEN_COMMA) | TOKEN_BIT(SIEVE_TOKEN_RIGHT_BRACKET) |              \
		OPENING_TOKENS | CLOSING_TOKENS)

/* One string of a list. After a mistake the list goes on at the next `,`. */
static void
parse_list_item(Parser *parser, GArray *strings)
{
	if (looking_at(parser, SIEVE_TOKEN_STRING)) {
		take_string(parser, strings);
		if (looking_at(parser, SIEVE_TOKEN_COMMA) ||
			looking_at(parser, SIEVE_TOKEN_RIGHT_BRACKET))
			return;
		tell_unexpected(parser, "`,` or `]`", "strings in a list are parted by commas");
	} else {
		bool end = looking_at(parser, SIEVE_TOKEN_RIGHT_BRACKET);
		const char *hint = strings->len == 0 ? "a list holds one string at least"
						     : "take the comma before it away";
		tell_unexpected(parser, "a string", end ? hint : NULL);
	}
	while ((TOKEN_BIT(parser->token.kind) & LIST_END_TOKENS) == 0)
		advance(parser);
}

/* "[" string *("," string) "]"; false when the list does not end */
static bool
parse_bracketed(Parser *parser, GArray *strings)
{
	do {
		advance(parser);
		parse_list_item(parser, strings);
	} while (looking_at(parser, SIEVE_TOKEN_COMMA));
	if (!looking_at(parser, SIEVE_TOKEN_RIGHT_BRACKET))
		return false;
	advance(parser);
	return true;
}

/* string-list = "[" string *("," string) "]" / string; false when the command must be skipped */
static bool
parse_string_list(Parser *parser, SieveAstNode *node)
{
	g_autoptr(GArray) strings = g_array_new(FALSE, FALSE, sizeof(SieveAstString));
	SieveSpan span = parser->token.span;
	bool brackets = looking_at(parser, SIEVE_TOKEN_LEFT_BRACKET);
	bool ended = true;

	if (brackets)
		ended = parse_bracketed(parser, strings);
	else
		take_string(parser, strings);
	if (strings->len == 0)
		return ended;
	SieveAstString *kept =
		sieve_arena_new_array(sieve_ast_arena(parser->ast), SieveAstString, strings->len);
	memcpy(kept, strings->data, sizeof *kept * strings->len);
	SieveAstArg *arg =
		sieve_ast_take_strings(parser->ast, node, kept, strings->len, brackets);
	SieveSpan last = kept[strings->len - 1].span;
	span.length = last.offset + last.length + brackets - span.offset;
	arg->span = span;
	return ended;
}

static bool
begins_argument(const Parser *parser)
{
	return looking_at(parser, SIEVE_TOKEN_STRING) ||
	       looking_at(parser, SIEVE_TOKEN_LEFT_BRACKET) ||
	       looking_at(parser, SIEVE_TOKEN_NUMBER) || looking_at(parser, SIEVE_TOKEN_TAG);
}

/* argument = string-list / number / tag; false when the command must be skipped */
static bool
parse_argument(Parser *parser, SieveAstNode *node)
{
	SieveAstArg *arg;

	if (looking_at(parser, SIEVE_TOKEN_NUMBER))
		arg = sieve_ast_add_number(parser->ast, node, parser->token.number);
	else if (looking_at(parser, SIEVE_TOKEN_TAG))
		arg = sieve_ast_add_tag(parser->ast, node, parser->token.value);
	else
		return parse_string_list(parser, node);
	arg->span = parser->token.span;
	advance(parser);
	return true;
}

/* test-list = "(" test *("," test) ")"; false when the command must be skipped */
static bool
parse_test_list(Parser *parser, SieveAstNode *node)
{
	node->test_list = true;
	do {
		advance(parser);
		if (!parse_test(parser, node))
			/* The next test of the list may be sound. */
			while (!looking_at(parser, SIEVE_TOKEN_COMMA) &&
				!looking_at(parser, SIEVE_TOKEN_RIGHT_PAREN)) {
				if (looking_at(parser, SIEVE_TOKEN_END) ||
					looking_at(parser, SIEVE_TOKEN_SEMICOLON) ||
					looking_at(parser, SIEVE_TOKEN_LEFT_BRACE) ||
					looking_at(parser, SIEVE_TOKEN_RIGHT_BRACE))
					return false;
				advance(parser);
			}
	} while (looking_at(parser, SIEVE_TOKEN_COMMA));
	if (!looking_at(parser, SIEVE_TOKEN_RIGHT_PAREN)) {
		tell_unexpected(parser, "`,` or `)`", "tests in a list are parted by commas");
		return false;
	}
	advance(parser);
	return true;
}

/* arguments = *argument [ test / test-list ] */
static bool
parse_arguments(Parser *parser, SieveAstNode *node)
{
	unsigned n_arguments = 0;

	for (; begins_argument(parser); n_arguments++) {
		if (n_arguments == SIEVE_LIMIT_ARGUMENTS)
			sieve_diag_add(parser->diags, SIEVE_RULE_LIMIT, parser->token.span, NULL,
				"more than %u arguments", SIEVE_LIMIT_ARGUMENTS);
		if (!parse_argument(parser, node))
			return false;
	}
	if (looking_at(parser, SIEVE_TOKEN_LEFT_PAREN))
		return parse_test_list(parser, node);
	if (looking_at(parser, SIEVE_TOKEN_IDENTIFIER))
		return parse_test(parser, node);
	return !looking_at(parser, SIEVE_TOKEN_BAD);
}

static const char *
hint_for_no_test(const Parser *parser, const SieveAstNode *parent)
{
	if (parent->tests != NULL)
		return looking_at(parser, SIEVE_TOKEN_RIGHT_PAREN) ? "take the comma before it away"
								   : NULL;
	if (begins_argument(parser))
		return "arguments stand without parentheses";
	if (looking_at(parser, SIEVE_TOKEN_RIGHT_PAREN))
		return "parentheses hold one test at least, and arguments stand without them";
	return NULL;
}

/* test = identifier arguments */
static bool
parse_test(Parser *parser, SieveAstNode *parent)
{
	if (!looking_at(parser, SIEVE_TOKEN_IDENTIFIER)) {
		tell_unexpected(parser, "a test", hint_for_no_test(parser, parent));
		return false;
	}
	SieveAstNode *test = sieve_ast_add_test(parser->ast, parent, parser->token.value);
	if (test == NULL) {
		skip_deep(parser, TEST_END_TOKENS);
		return true;
	}
	test->span = parser->token.span;
	advance(parser);
	return parse_arguments(parser, test);
}

/* block = "{" commands "}" */
static void
parse_block(Parser *parser, SieveAstNode *command)
{
	SieveSpan brace = parser->token.span;

	sieve_ast_set_block(parser->ast, command);
	command->comment = sieve_comment_join(sieve_ast_arena(parser->ast), command->comment,
		take_comment(parser));
	advance(parser);
	if (command->depth == SIEVE_LIMIT_NESTING && !looking_at(parser, SIEVE_TOKEN_RIGHT_BRACE))
		skip_deep(parser, 0);
	else
		parse_commands(parser, command);
	command->block_end_comment = take_comment(parser);
	if (looking_at(parser, SIEVE_TOKEN_RIGHT_BRACE))
		advance_past_end(parser, command);
	else if (!parser->lexer.cut && !parser->told_depth)
		sieve_diag_add(parser->diags, SIEVE_RULE_SYNTAX, brace, "close it with `}`",
			"this block is not closed");
}

static const char *
hint_for_no_end(const Parser *parser)
{
	SieveBytes text = parser->lexer.source->text;
	size_t at = parser->lexer.at; /* just after the token */

	if (!looking_at(parser, SIEVE_TOKEN_COMMA))
		return "end the command with `;`";
	while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t'))
		at++;
	return at < text.len && text.ptr[at] == '"'
		? "part arguments by blanks, or make a list of them: [..., ...]"
		: "join tests with allof (..., ...) or anyof (..., ...)";
}

/* command = identifier arguments (";" / block) */
static void
parse_command(Parser *parser, SieveAstNode *parent)
{
	SieveAstNode *command = sieve_ast_add_command(parser->ast, parent, parser->token.value);
	bool cut_short = parser->token.cut_short;
	size_t errors = sieve_diag_list_count_errors(parser->diags);

	command->span = parser->token.span;
	command->blank_before = parser->token.blank_before;
	command->comment = take_comment(parser);
	advance(parser);
	bool parsed = parse_arguments(parser, command);
	command->broken = cut_short || sieve_diag_list_count_errors(parser->diags) > errors;
	if (!parsed) {
		skip_command(parser);
		/* The commands of its block are looked at all the same. */
		if (looking_at(parser, SIEVE_TOKEN_LEFT_BRACE))
			parse_block(parser, command);
	} else if (looking_at(parser, SIEVE_TOKEN_LEFT_BRACE)) {
		parse_block(parser, command);
	} else if (looking_at(parser, SIEVE_TOKEN_SEMICOLON)) {
		command->comment = sieve_comment_join(sieve_ast_arena(parser->ast),
			command->comment, take_comment(parser));
		advance_past_end(parser, command);
	} else {
		tell_unexpected(parser, "`;` or a block", hint_for_no_end(parser));
		/* A command that lacks but its last `;` can be checked. */
		command->broken = command->broken || !at_block_end(parser);
		skip_command(parser);
		if (looking_at(parser, SIEVE_TOKEN_LEFT_BRACE))
			parse_block(parser, command);
	}
}

/* commands = *command; ends before the `}` of the block around them, or at the end */
static void
parse_commands(Parser *parser, SieveAstNode *parent)
{
	while (!looking_at(parser, SIEVE_TOKEN_END)) {
		/* A tree that is too deep takes no more commands, and the script must change anyway. */
		if (parent == NULL && sieve_ast_too_deep(parser->ast))
			return;
		if (looking_at(parser, SIEVE_TOKEN_IDENTIFIER)) {
			parse_command(parser, parent);
			continue;
		}
		if (looking_at(parser, SIEVE_TOKEN_RIGHT_BRACE) && parent != NULL)
			return;
		bool brace = looking_at(parser, SIEVE_TOKEN_RIGHT_BRACE) ||
			looking_at(parser, SIEVE_TOKEN_LEFT_BRACE);
		if (brace) {
			sieve_diag_add(parser->diags, SIEVE_RULE_SYNTAX, parser->token.span, NULL,
				"%s belongs to no command",
				sieve_token_kind_name(parser->token.kind));
			advance(parser);
			continue;
		}
		tell_unexpected(parser, "a command",
			looking_at(parser, SIEVE_TOKEN_SEMICOLON) ? "take this `;` away" : NULL);
		skip_command(parser);
	}
}

SieveAst *
sieve_parse(const SieveSource *source, SieveDiagList *diags)
{
	SieveAst *ast = sieve_ast_new(source);
	g_autoptr(GString) comment = g_string_new(NULL);
	Parser parser = {.ast = ast, .diags = diags, .comment = comment};

	sieve_diag_begin_source(diags);
	if (source->text.len > SIEVE_LIMIT_SCRIPT_BYTES) {
		sieve_diag_add(diags, SIEVE_RULE_LIMIT, (SieveSpan){source, 0, 0}, NULL,
			"the script is longer than %u bytes", SIEVE_LIMIT_SCRIPT_BYTES);
		return ast;
	}
	sieve_lexer_init(&parser.lexer, source, sieve_ast_arena(ast), diags);
	advance(&parser);
	parse_commands(&parser, NULL);
	sieve_ast_set_end_comment(ast, take_comment(&parser));
	return ast;
}
