/* SPDX-License-Identifier: MIT */
/* ast.h - the tree of a script, its builders and its walker; for parser, converters and checker
 *
 * The tree follows the generic grammar of RFC 5228 section 8.2: a command or test is an identifier,
 * positional and tagged arguments in the order written, tests, and for a command perhaps a block.
 * What they mean is the checker's affair. All nodes live in the tree's arena and are freed as one.
 * Nesting is bounded here, where the tree is built, so that whoever walks a tree may recurse.
 */
#pragma once

#include "engine/source.h"

typedef struct SieveAst SieveAst;
typedef struct SieveAstNode SieveAstNode;
typedef struct SieveAstArg SieveAstArg;

typedef enum {
	SIEVE_AST_ARG_STRING_LIST, /* one string too; `brackets` tells "a" from ["a"] */
	SIEVE_AST_ARG_NUMBER,
	SIEVE_AST_ARG_TAG,
} SieveAstArgKind;

typedef struct SieveAstString {
	SieveBytes value; /* after quoting and dot-stuffing are undone; before any expansion */
	SieveSpan span;
	bool multiline;   /* written as text: */
} SieveAstString;

struct SieveAstArg {
	SieveAstArgKind kind;
	SieveSpan span;
	SieveBytes tag;           /* TAG: the name without the colon, as written */
	uint64_t number;          /* NUMBER: quantifier multiplied in */
	SieveAstString *strings;  /* STRING_LIST */
	size_t n_strings;
	bool brackets;
	SieveAstArg *next;
};

typedef enum {
	SIEVE_AST_COMMAND,
	SIEVE_AST_TEST,
} SieveAstNodeKind;

struct SieveAstNode {
	SieveAstNodeKind kind;
	SieveBytes name;         /* identifier as written */
	SieveSpan span;          /* of the identifier */
	SieveBytes comment;      /* command: the comment lines before it, as comment.h says */
	SieveBytes trailing;     /* command: a `#` comment on the same line as its end */
	SieveAstArg *args;
	SieveAstNode *tests;     /* argument tests, linked by next */
	bool test_list;          /* tests were written in parentheses */
	bool has_block;
	SieveAstNode *block;     /* commands of the block, linked by next */
	SieveBytes block_end_comment; /* comments between the last command and the closing brace */
	bool broken;             /* command: mistakes in it, its block aside, were told already */
	bool blank_before;       /* command: an empty line stood before it (the printer keeps one) */
	unsigned depth;          /* 0 for the commands of the script */
	SieveAstNode *parent;    /* (nullable) */
	SieveAstNode *next;
};

/** A tree without commands. @source is borrowed and may be NULL for a tree that is built by hand. */
SieveAst *sieve_ast_new(const SieveSource *source);
void sieve_ast_free(SieveAst *ast);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveAst, sieve_ast_free)
SieveArena *sieve_ast_arena(SieveAst *ast);
const SieveSource *sieve_ast_source(const SieveAst *ast);
/** (nullable) the first command. */
const SieveAstNode *sieve_ast_commands(const SieveAst *ast);
/** Comments after the last command. */
SieveBytes sieve_ast_end_comment(const SieveAst *ast);
void sieve_ast_set_end_comment(SieveAst *ast, SieveBytes comment);

/* Builders. Bytes given to them are copied into the arena; in strings a LF becomes CRLF, since that
 * is what a line end in a string means (RFC 5228 section 2.4.2) and LF alone cannot be written. A
 * node deeper than SIEVE_LIMIT_NESTING is refused: NULL is returned, and the builders below accept
 * NULL nodes and do nothing, so that a maker needs one check at the end only: sieve_ast_too_deep().
 * After a refusal no command is added to the script itself. */

/** Appends a command to @parent's block, or to the script when @parent is NULL. */
SieveAstNode *sieve_ast_add_command(SieveAst *ast, SieveAstNode *parent, SieveBytes name);
/** Appends a test to @parent's tests. */
SieveAstNode *sieve_ast_add_test(SieveAst *ast, SieveAstNode *parent, SieveBytes name);
SieveAstArg *sieve_ast_add_tag(SieveAst *ast, SieveAstNode *node, SieveBytes tag);
SieveAstArg *sieve_ast_add_number(SieveAst *ast, SieveAstNode *node, uint64_t number);
/** A string argument; a lone string without brackets. */
SieveAstArg *sieve_ast_add_string(SieveAst *ast, SieveAstNode *node, SieveBytes value);
/** A list argument in brackets. */
SieveAstArg *sieve_ast_add_strings(SieveAst *ast, SieveAstNode *node, const SieveBytes *values,
	size_t n_values);
/** A list argument of strings that live in the tree's arena already; for the parser. */
SieveAstArg *sieve_ast_take_strings(SieveAst *ast, SieveAstNode *node, SieveAstString *strings,
	size_t n_strings, bool brackets);
/** Puts a require of @values before all other commands. */
void sieve_ast_add_require(SieveAst *ast, const SieveBytes *values, size_t n_values);
/** (nullable) the last command of the script. */
SieveAstNode *sieve_ast_last_command(const SieveAst *ast);
/** Takes back the script's commands after @last (nullable: all of them): for makers that find out late
 * that there is nothing to be made. */
void sieve_ast_take_back(SieveAst *ast, SieveAstNode *last);
/** Takes the command after @command, both of the script itself, out of it. */
void sieve_ast_remove_next(SieveAst *ast, SieveAstNode *command);
/** Gives a command a block, which may stay empty. */
void sieve_ast_set_block(SieveAst *ast, SieveAstNode *command);
/** Lines of @comment that do not begin with `#` get one. */
void sieve_ast_set_comment(SieveAst *ast, SieveAstNode *command, SieveBytes comment);
bool sieve_ast_too_deep(const SieveAst *ast);
/** One node, with all in it but not with what is linked after it, as sieve_ast_equal() says. */
bool sieve_ast_node_equal(const SieveAstNode *a, const SieveAstNode *b);
/** The same for equal nodes. */
unsigned sieve_ast_node_hash(const SieveAstNode *node);
/** Equal in meaning to the parser: comments, layout and letter case of identifiers do not count. */
bool sieve_ast_equal(const SieveAst *a, const SieveAst *b);
