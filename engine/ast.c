/* SPDX-License-Identifier: MIT */
/* ast.c - the tree of a script, its builders (nesting limit here) and its walker */

#include "engine/ast.h"

#include "engine/bytes.h"
#include "engine/comment.h"
#include "engine/limits.h"

#include <string.h>

struct SieveAst {
	SieveArena *arena;
	const SieveSource *source;
	SieveAstNode *commands;
	SieveAstNode *last_command;
	SieveBytes end_comment;
	bool too_deep;
};

/* A node with the ends of its lists, so that appending does not walk them. */
typedef struct Node {
	SieveAstNode node; /* first: a SieveAstNode made here is a Node */
	SieveAstArg *last_arg;
	SieveAstNode *last_test;
	SieveAstNode *last_command;
} Node;

SieveAst *
sieve_ast_new(const SieveSource *source)
{
	SieveArena *arena = sieve_arena_new();
	SieveAst *ast = sieve_arena_alloc(arena, sizeof *ast);

	ast->arena = arena;
	ast->source = source;
	return ast;
}

void
sieve_ast_free(SieveAst *ast)
{
	/* The tree itself lies in its arena. */
	if (ast != NULL)
		sieve_arena_free(ast->arena);
}

SieveArena *
sieve_ast_arena(SieveAst *ast)
{
	return ast->arena;
}

const SieveSource *
sieve_ast_source(const SieveAst *ast)
{
	return ast->source;
}

const SieveAstNode *
sieve_ast_commands(const SieveAst *ast)
{
	return ast->commands;
}

SieveBytes
sieve_ast_end_comment(const SieveAst *ast)
{
	return ast->end_comment;
}

bool
sieve_ast_too_deep(const SieveAst *ast)
{
	return ast->too_deep;
}

/* Gives each line a `#` unless it has one or is empty. */
static SieveBytes
hash_lines(SieveAst *ast, SieveBytes comment)
{
	g_autoptr(GString) lines = g_string_new(NULL);

	for (size_t at = 0; at < comment.len;) {
		size_t end = MIN(sieve_bytes_find(comment, SIEVE_BYTES("\n"), at), comment.len);
		SieveBytes line = sieve_bytes_trim(sieve_bytes_slice(comment, at, end - at));
		if (at > 0)
			g_string_append_c(lines, '\n');
		if (line.len > 0 && line.ptr[0] != '#')
			g_string_append(lines, "# ");
		g_string_append_len(lines, line.ptr, (gssize)line.len);
		at = end + 1;
	}
	return sieve_comment_take(lines, ast->arena);
}

void
sieve_ast_set_end_comment(SieveAst *ast, SieveBytes comment)
{
	ast->end_comment = hash_lines(ast, comment);
}

void
sieve_ast_set_comment(SieveAst *ast, SieveAstNode *command, SieveBytes comment)
{
	if (command != NULL)
		command->comment = hash_lines(ast, comment);
}

/* NULL when the node would be too deep, or when its parent was. */
static SieveAstNode *
make_node(SieveAst *ast, SieveAstNodeKind kind, SieveAstNode *parent, SieveBytes name)
{
	unsigned depth = parent == NULL ? 0 : parent->depth + 1;

	if (depth > SIEVE_LIMIT_NESTING) {
		ast->too_deep = true;
		return NULL;
	}
	Node *made = sieve_arena_alloc(ast->arena, sizeof *made);
	made->node.kind = kind;
	made->node.name = sieve_arena_copy(ast->arena, name);
	made->node.depth = depth;
	made->node.parent = parent;
	return &made->node;
}

static void
append_node(SieveAstNode **first, SieveAstNode **last, SieveAstNode *node)
{
	if (*last == NULL)
		*first = node;
	else
		(*last)->next = node;
	*last = node;
}

SieveAstNode *
sieve_ast_add_command(SieveAst *ast, SieveAstNode *parent, SieveBytes name)
{
	/* Once something was too deep, a NULL parent may stand for a node that was refused. */
	if (parent == NULL && ast->too_deep)
		return NULL;
	SieveAstNode *node = make_node(ast, SIEVE_AST_COMMAND, parent, name);
	if (node == NULL)
		return NULL;
	if (parent == NULL) {
		append_node(&ast->commands, &ast->last_command, node);
	} else {
		parent->has_block = true;
		append_node(&parent->block, &((Node *)parent)->last_command, node);
	}
	return node;
}

SieveAstNode *
sieve_ast_add_test(SieveAst *ast, SieveAstNode *parent, SieveBytes name)
{
	if (parent == NULL)
		return NULL;
	SieveAstNode *node = make_node(ast, SIEVE_AST_TEST, parent, name);
	if (node != NULL)
		append_node(&parent->tests, &((Node *)parent)->last_test, node);
	/* A second test can stand in parentheses alone. */
	parent->test_list = parent->test_list || parent->tests != ((Node *)parent)->last_test;
	return node;
}

static SieveAstArg *
add_arg(SieveAst *ast, SieveAstNode *node, SieveAstArgKind kind)
{
	if (node == NULL)
		return NULL;
	SieveAstArg *arg = sieve_arena_alloc(ast->arena, sizeof *arg);
	Node *owner = (Node *)node;
	arg->kind = kind;
	if (owner->last_arg == NULL)
		node->args = arg;
	else
		owner->last_arg->next = arg;
	owner->last_arg = arg;
	return arg;
}

SieveAstArg *
sieve_ast_add_tag(SieveAst *ast, SieveAstNode *node, SieveBytes tag)
{
	SieveAstArg *arg = add_arg(ast, node, SIEVE_AST_ARG_TAG);

	if (arg != NULL)
		arg->tag = sieve_arena_copy(ast->arena, tag);
	return arg;
}

SieveAstArg *
sieve_ast_add_number(SieveAst *ast, SieveAstNode *node, uint64_t number)
{
	SieveAstArg *arg = add_arg(ast, node, SIEVE_AST_ARG_NUMBER);

	if (arg != NULL)
		arg->number = number;
	return arg;
}

SieveAstArg *
sieve_ast_take_strings(SieveAst *ast, SieveAstNode *node, SieveAstString *strings, size_t n_strings,
	bool brackets)
{
	SieveAstArg *arg = add_arg(ast, node, SIEVE_AST_ARG_STRING_LIST);

	if (arg == NULL)
		return NULL;
	arg->strings = strings;
	arg->n_strings = n_strings;
	arg->brackets = brackets;
	return arg;
}

/* A copy in which each line end is CRLF. */
static SieveBytes
copy_string(SieveAst *ast, SieveBytes value)
{
	if (sieve_bytes_find(value, SIEVE_BYTES("\n"), 0) == SIZE_MAX)
		return sieve_arena_copy(ast->arena, value);
	g_autoptr(GString) text = g_string_sized_new(value.len + 16);
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '\n' && (i == 0 || value.ptr[i - 1] != '\r'))
			g_string_append_c(text, '\r');
		g_string_append_c(text, value.ptr[i]);
	}
	return sieve_arena_copy(ast->arena, (SieveBytes){text->str, text->len});
}

static SieveAstArg *
add_strings(SieveAst *ast, SieveAstNode *node, const SieveBytes *values, size_t n_values,
	bool brackets)
{
	if (node == NULL)
		return NULL;
	SieveAstString *strings = sieve_arena_new_array(ast->arena, SieveAstString, n_values);
	for (size_t i = 0; i < n_values; i++)
		strings[i].value = copy_string(ast, values[i]);
	return sieve_ast_take_strings(ast, node, strings, n_values, brackets);
}

SieveAstArg *
sieve_ast_add_string(SieveAst *ast, SieveAstNode *node, SieveBytes value)
{
	return add_strings(ast, node, &value, 1, false);
}

SieveAstArg *
sieve_ast_add_strings(SieveAst *ast, SieveAstNode *node, const SieveBytes *values, size_t n_values)
{
	return add_strings(ast, node, values, n_values, true);
}

void
sieve_ast_add_require(SieveAst *ast, const SieveBytes *values, size_t n_values)
{
	SieveAstNode *node = make_node(ast, SIEVE_AST_COMMAND, NULL, SIEVE_BYTES("require"));

	sieve_ast_add_strings(ast, node, values, n_values);
	node->next = ast->commands;
	ast->commands = node;
	if (ast->last_command == NULL)
		ast->last_command = node;
}

SieveAstNode *
sieve_ast_last_command(const SieveAst *ast)
{
	return ast->last_command;
}

void
sieve_ast_remove_next(SieveAst *ast, SieveAstNode *command)
{
	if (ast->last_command == command->next)
		ast->last_command = command;
	command->next = command->next->next;
}

void
sieve_ast_take_back(SieveAst *ast, SieveAstNode *last)
{
	if (last == NULL)
		ast->commands = NULL;
	else
		last->next = NULL;
	ast->last_command = last;
	ast->too_deep = false;
}

void
sieve_ast_set_block(SieveAst *ast, SieveAstNode *command)
{
	(void)ast;
	if (command != NULL)
		command->has_block = true;
}

static bool nodes_equal(const SieveAstNode *a, const SieveAstNode *b);

static bool
args_equal(const SieveAstArg *a, const SieveAstArg *b)
{
	for (; a != NULL && b != NULL; a = a->next, b = b->next) {
		if (a->kind != b->kind || a->number != b->number || a->brackets != b->brackets ||
			a->n_strings != b->n_strings || !sieve_bytes_equal_nocase(a->tag, b->tag))
			return false;
		for (size_t i = 0; i < a->n_strings; i++)
			if (!sieve_bytes_equal(a->strings[i].value, b->strings[i].value))
				return false;
	}
	return a == b;
}

static bool
nodes_equal(const SieveAstNode *a, const SieveAstNode *b)
{
	for (; a != NULL && b != NULL; a = a->next, b = b->next)
		if (!sieve_ast_node_equal(a, b))
			return false;
	return a == b;
}

bool
sieve_ast_node_equal(const SieveAstNode *a, const SieveAstNode *b)
{
	return sieve_bytes_equal_nocase(a->name, b->name) && a->has_block == b->has_block &&
	       a->test_list == b->test_list && args_equal(a->args, b->args) &&
	       nodes_equal(a->tests, b->tests) && nodes_equal(a->block, b->block);
}

static unsigned
hash_bytes(unsigned hash, SieveBytes bytes, bool nocase)
{
	for (size_t i = 0; i < bytes.len; i++)
		hash = hash * 33 + (unsigned char)(nocase ? g_ascii_tolower(bytes.ptr[i])
							  : bytes.ptr[i]);
	return hash * 33 + (unsigned)bytes.len;
}

unsigned
sieve_ast_node_hash(const SieveAstNode *node)
{
	unsigned hash = hash_bytes(5381, node->name, true);

	for (const SieveAstArg *arg = node->args; arg != NULL; arg = arg->next) {
		hash = hash_bytes(hash * 33 + (unsigned)arg->number, arg->tag, true);
		for (size_t i = 0; i < arg->n_strings; i++)
			hash = hash_bytes(hash, arg->strings[i].value, false);
	}
	for (const SieveAstNode *test = node->tests; test != NULL; test = test->next)
		hash = hash * 33 + sieve_ast_node_hash(test);
	return hash;
}

bool
sieve_ast_equal(const SieveAst *a, const SieveAst *b)
{
	return nodes_equal(a->commands, b->commands);
}
