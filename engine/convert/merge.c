/* SPDX-License-Identifier: MIT */
/* merge.c - rules that differ in their keys alone become one with a list of keys
 *
 * "if T [a] { ...; stop; } if T [b] { ...; stop; }" is "if T [a, b] { ...; stop; }": without the stop, a
 * mail that matches both would be treated twice. The same goes for the last test of allof, if the others
 * are the same.
 */

#include "engine/convert/merge.h"

#include <string.h>

#include "engine/bytes.h"

/* A rule whose keys were taken off it, so that it can be compared with others. */
typedef struct Keyed {
	SieveAstNode *command;
	SieveAstArg **link; /* where the keys belong */
	SieveAstArg *keys;
} Keyed;

static bool
is_named(const SieveAstNode *node, SieveBytes name)
{
	return sieve_bytes_equal_nocase(node->name, name);
}

/* True when the rule takes the mail, and no other branch hangs on it. */
static bool
is_final(const SieveAstNode *command)
{
	const SieveAstNode *last = command->block;
	const SieveAstNode *next = command->next;

	while (last != NULL && last->next != NULL)
		last = last->next;
	return is_named(command, SIEVE_BYTES("if")) && last != NULL &&
	       is_named(last, SIEVE_BYTES("stop")) &&
	       (next == NULL || (!is_named(next, SIEVE_BYTES("elsif")) &&
					!is_named(next, SIEVE_BYTES("else"))));
}

/* Any of the keys, the last argument, will do for these. */
static bool
compares_keys(const SieveAstNode *test)
{
	static const SieveBytes names[] = {SIEVE_BYTES("header"), SIEVE_BYTES("address"),
		SIEVE_BYTES("envelope"), SIEVE_BYTES("environment"), SIEVE_BYTES("body")};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (is_named(test, names[i]))
			return true;
	return false;
}

static bool
take_keys(SieveAstNode *command, Keyed *ret_keyed)
{
	SieveAstNode *test = command->tests;

	if (test != NULL && is_named(test, SIEVE_BYTES("allof")))
		test = test->tests;
	while (test != NULL && test->next != NULL)
		test = test->next;
	if (!is_final(command) || test == NULL || !compares_keys(test) || test->args == NULL)
		return false;
	SieveAstArg **link = &test->args;
	while ((*link)->next != NULL)
		link = &(*link)->next;
	if ((*link)->kind != SIEVE_AST_ARG_STRING_LIST)
		return false;
	*ret_keyed = (Keyed){command, link, *link};
	*link = NULL;
	return true;
}

static void
give_keys(const Keyed *keyed)
{
	*keyed->link = keyed->keys;
}

/* The last line says "# lines ..."; nothing else does, if there is to be @only that. */
static bool
tells_lines(const SieveAstNode *command, bool only)
{
	SieveBytes comment = command->comment;
	const char *lf = comment.len == 0 ? NULL : memrchr(comment.ptr, '\n', comment.len);
	size_t start = lf == NULL ? 0 : (size_t)(lf + 1 - comment.ptr);

	return (lf == NULL || !only) &&
	       sieve_bytes_starts_with(sieve_bytes_slice(comment, start, SIZE_MAX), SIEVE_BYTES("# line"));
}

static void
add_strings(GArray *strings, const SieveAstArg *keys)
{
	g_array_append_vals(strings, keys->strings, (guint)keys->n_strings);
}

/* Takes in what follows and is the same but for its keys. */
static void
merge_next(SieveAst *ast, Keyed *first, GHashTable *merged)
{
	g_autoptr(GArray) strings = g_array_new(FALSE, FALSE, sizeof(SieveAstString));
	Keyed other;

	add_strings(strings, first->keys);
	while (first->command->next != NULL && tells_lines(first->command->next, true) &&
		take_keys(first->command->next, &other)) {
		bool same = sieve_ast_node_equal(first->command, other.command);
		if (same)
			add_strings(strings, other.keys);
		give_keys(&other);
		if (!same)
			break;
		g_hash_table_insert(merged, other.command, first->command);
		sieve_ast_remove_next(ast, first->command);
	}
	if (strings->len == first->keys->n_strings)
		return;
	SieveAstString *all = sieve_arena_new_array(sieve_ast_arena(ast), SieveAstString, strings->len);
	memcpy(all, strings->data, sizeof(SieveAstString) * strings->len);
	first->keys->strings = all;
	first->keys->n_strings = strings->len;
	first->keys->brackets = true;
}

GHashTable *
convert_merge(SieveAst *ast)
{
	GHashTable *merged = g_hash_table_new(NULL, NULL);
	SieveAstNode *command = (SieveAstNode *)(uintptr_t)sieve_ast_commands(ast);
	Keyed keyed;

	for (; command != NULL; command = command->next) {
		if (!tells_lines(command, false) || !take_keys(command, &keyed))
			continue;
		merge_next(ast, &keyed, merged);
		give_keys(&keyed);
	}
	return merged;
}
