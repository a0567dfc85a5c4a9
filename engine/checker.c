/* SPDX-License-Identifier: MIT */
/* checker.c - AST against registry: require, types, nesting, placement (RFC 5228 section 2.10.5) */

#include "engine/checker.h"

#include "engine/advice.h"
#include "engine/arguments.h"
#include "engine/check.h"
#include "engine/diag.h"
#include "engine/parser.h"

/* --- Shape: tests and block ------------------------------------------------------------------- */

static bool
is_tag_name(const SieveRegistry *registry, const SieveArgDef *defs, SieveBytes name)
{
	static const SieveKind kinds[] = {
		SIEVE_KIND_TAG, SIEVE_KIND_MATCH, SIEVE_KIND_ADDRESS_PART, SIEVE_KIND_MODIFIER};

	for (; defs != NULL && defs->type != SIEVE_ARG_END; defs++)
		if (defs->type == SIEVE_ARG_TAG &&
			sieve_bytes_equal_nocase(name, sieve_bytes_from_string(defs->name)))
			return true;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (sieve_registry_find(registry, kinds[i], name) != NULL)
			return true;
	return sieve_bytes_equal_nocase(name, SIEVE_BYTES("comparator"));
}

/* True when what stands as a test after a command is the next command: a `;` was forgotten. */
static bool
lacks_semicolon(const SieveCheck *check, const SieveAstNode *node, const SieveArgDef *defs)
{
	const SieveRegistry *registry = check->unit->registry;

	return !node->test_list && node->kind == SIEVE_AST_COMMAND &&
	       !is_tag_name(registry, defs, node->tests->name) &&
	       sieve_registry_find(registry, SIEVE_KIND_COMMAND, node->tests->name) != NULL;
}

static bool
is_word(SieveBytes name, const char *word)
{
	return sieve_bytes_equal_nocase(name, sieve_bytes_from_string(word));
}

/* The command that stands as the last of the tests of @node: its brace was forgotten. */
static bool
lacks_brace(const SieveCheck *check, const SieveAstNode *node)
{
	const SieveRegistry *registry = check->unit->registry;
	const SieveAstNode *test = node->tests;

	if (node->has_block || test == NULL)
		return false;
	while (!test->test_list && test->tests != NULL &&
		sieve_registry_find(registry, SIEVE_KIND_COMMAND, test->name) == NULL)
		test = test->tests;
	return sieve_registry_find(registry, SIEVE_KIND_COMMAND, test->name) != NULL &&
	       sieve_registry_find(registry, SIEVE_KIND_TEST, test->name) == NULL;
}

/* What to do about a test after one that takes none. */
static char *
hint_for_surplus_test(const SieveCheck *check, const SieveAstNode *node)
{
	SieveBytes name = node->tests->name;

	if (node->test_list)
		return NULL;
	if (is_word(name, "and"))
		return g_strdup("join tests with allof (..., ...)");
	if (is_word(name, "or"))
		return g_strdup("join tests with anyof (..., ...)");
	if (sieve_registry_find(check->unit->registry, SIEVE_KIND_TEST, name) != NULL)
		return NULL;
	return g_strdup_printf(
		"put texts in double quotes: \"%.*s\"", (int)name.len, name.ptr);
}

/* A test where none belongs is nearly always forgotten punctuation. */
static void
tell_surplus_test(
	SieveCheck *check, const SieveAstNode *node, const char *name, const SieveArgDef *defs)
{
	const SieveRegistry *registry = check->unit->registry;
	const SieveAstNode *test = node->tests;
	bool wants_block = sieve_arg_defs_find(defs, SIEVE_ARG_BLOCK) != NULL;
	g_autofree char *hint = hint_for_surplus_test(check, node);
	int len = (int)test->name.len;

	if (!node->test_list && is_tag_name(registry, defs, test->name))
		sieve_check_tell(check, SIEVE_RULE_PUNCTUATION, test->span,
			"tags begin with a colon", "missing \":\" before \"%.*s\"", len,
			test->name.ptr);
	else if (is_word(node->name, "else") && node->has_block && is_word(test->name, "if"))
		sieve_check_tell(check, SIEVE_RULE_PUNCTUATION, node->span,
			"write elsif", "\"else if\" is one word in Sieve");
	else if ((node->kind == SIEVE_AST_TEST || wants_block) && lacks_brace(check, node))
		sieve_check_tell(check, SIEVE_RULE_PUNCTUATION, test->span,
			"commands of a branch stand in braces: { keep; }",
			"missing \"{\" before \"%.*s\"", len, test->name.ptr);
	else if (lacks_semicolon(check, node, defs))
		sieve_check_tell(check, SIEVE_RULE_PUNCTUATION, test->span,
			"each command ends with a semicolon", "missing \";\" before \"%.*s\"", len,
			test->name.ptr);
	else
		sieve_check_tell(
			check, SIEVE_RULE_SHAPE, test->span, hint, "%s takes no test", name);
}

static bool
check_tests_shape(
	SieveCheck *check, const SieveAstNode *node, const char *name, const SieveArgDef *defs)
{
	bool one = sieve_arg_defs_find(defs, SIEVE_ARG_TEST) != NULL;
	bool list = sieve_arg_defs_find(defs, SIEVE_ARG_TEST_LIST) != NULL;
	const char *problem = NULL;

	if (!one && !list && node->tests != NULL) {
		tell_surplus_test(check, node, name, defs);
		return false;
	}
	if ((one || list) && node->tests == NULL)
		problem = one ? "a test" : "tests in parentheses";
	else if (one && node->test_list)
		problem = "one test without parentheses";
	else if (list && !node->test_list)
		problem = "its tests in parentheses";
	if (problem == NULL)
		return true;
	const char *hint = one && node->test_list ? "join several tests with allof or anyof" : NULL;
	sieve_check_tell(check, SIEVE_RULE_SHAPE, node->span, hint, "%s needs %s", name, problem);
	return true;
}

static void
check_block_shape(
	SieveCheck *check, const SieveAstNode *node, const char *name, const SieveArgDef *defs)
{
	bool wanted = sieve_arg_defs_find(defs, SIEVE_ARG_BLOCK) != NULL;

	if (wanted && !node->has_block && !lacks_brace(check, node))
		sieve_check_tell(check, SIEVE_RULE_SHAPE, node->span, NULL,
			"%s needs a block of commands in braces", name);
	if (!wanted && node->has_block)
		sieve_check_tell(
			check, SIEVE_RULE_SHAPE, node->span, NULL, "%s takes no block", name);
}

/* --- The parts of a command or test ------------------------------------------------------------ */

static SieveChecked *check_test(SieveCheck *check, const SieveAstNode *node);
static SieveChecked *check_block(SieveCheck *check, const SieveAstNode *first);
static SieveChecked *check_command(
	SieveCheck *check, const SieveAstNode *node, const SieveCommandDef **before);

static SieveChecked *
check_tests(SieveCheck *check, const SieveAstNode *node)
{
	SieveChecked *first = NULL;
	SieveChecked **link = &first;

	for (; node != NULL; node = node->next) {
		*link = check_test(check, node);
		if (*link != NULL)
			link = &(*link)->next;
	}
	return first;
}

/* What stands as a test after @node is the command that follows it, and has the block. */
static void
check_as_command(SieveCheck *check, const SieveAstNode *node, const SieveCommandDef **before)
{
	SieveAstNode command = *node->tests;

	command.kind = SIEVE_AST_COMMAND;
	command.depth = node->depth;
	command.has_block = node->has_block;
	command.block = node->block;
	check_command(check, &command, before);
}

/* After a surplus test: looks at what can be understood all the same. */
static void
check_rest(SieveCheck *check, const SieveAstNode *node, const char *name, const SieveArgDef *defs,
	const SieveCommandDef **before)
{
	if (!lacks_semicolon(check, node, defs)) {
		check_block(check, node->block);
		return;
	}
	/* A require without its semicolon requires, or there would be a mistake for each name. */
	sieve_args_fit(check, node, name, defs);
	check_as_command(check, node, before);
}

/* Arguments, tests and block of a command or test whose table is @defs (nullable). @before: see
 * check_place(); NULL for a test. */
static SieveChecked *
check_parts(SieveCheck *check, const SieveAstNode *node, const char *name, const SieveArgDef *defs,
	const SieveCommandDef **before)
{
	SieveChecked *checked =
		sieve_arena_new_array(sieve_ast_arena(check->script->ast), SieveChecked, 1);

	check->node = node;
	size_t errors = sieve_diag_list_count_errors(check->unit->diags);
	checked->node = node;
	if (!check_tests_shape(check, node, name, defs)) {
		check_rest(check, node, name, defs, before);
		return NULL;
	}
	check_block_shape(check, node, name, defs);
	checked->args = sieve_args_fit(check, node, name, defs);
	checked->fits = sieve_diag_list_count_errors(check->unit->diags) == errors;
	checked->tests = check_tests(check, node->tests);
	checked->block = check_block(check, node->block);
	check->node = node;
	return checked;
}

/* --- What is not known, after an ihave test (RFC 5463) ----------------------------------------- */

static bool
fail_command(SieveRun *run G_GNUC_UNUSED, const SieveArgs *args, GError **error)
{
	g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, sieve_args_data(args));
	return false;
}

static bool
fail_test(SieveRun *run, const SieveArgs *args, bool *ret_outcome G_GNUC_UNUSED, GError **error)
{
	return fail_command(run, args, error);
}

static const SieveCommandDef failing_command = {.name = "(not known)", .run = fail_command};
static const SieveTestDef failing_test = {.name = "(not known)", .run = fail_test};

/* What stands in the place of @node, whose mistakes are told from number @first on. */
static SieveChecked *
defer(SieveCheck *check, const SieveAstNode *node, size_t first, size_t errors)
{
	SieveDiagList *diags = check->unit->diags;
	SieveArena *arena = check->unit->arena;
	SieveChecked *checked =
		sieve_arena_new_array(sieve_ast_arena(check->script->ast), SieveChecked, 1);
	const char *problem = "what stands here is not known";

	for (size_t i = first; i < sieve_diag_list_count(diags); i++)
		if (sieve_diag_list_get(diags, i)->level == SIEVE_DIAG_ERROR) {
			problem = sieve_diag_list_get(diags, i)->message;
			break;
		}
	checked->args = sieve_arena_new_array(arena, SieveArgs, 1);
	checked->args->name = failing_command.name;
	checked->args->line = sieve_check_line(check, node->span.offset);
	checked->args->script = -1;
	checked->args->data = sieve_arena_strdup(arena, problem);
	checked->node = node;
	checked->command = node->kind == SIEVE_AST_COMMAND ? &failing_command : NULL;
	checked->test = node->kind == SIEVE_AST_TEST ? &failing_test : NULL;
	sieve_diag_defer(diags, first, errors);
	return checked;
}

typedef SieveChecked *(*CheckNode)(
	SieveCheck *check, const SieveAstNode *node, const SieveCommandDef **before);

/* Checks one command or test, with @check_node, apart from those around it. */
static SieveChecked *
check_apart(SieveCheck *check, const SieveAstNode *node, const SieveCommandDef **before,
	CheckNode check_node)
{
	const SieveCapabilities *outer = check->needs_tested;
	size_t first = sieve_diag_list_count(check->unit->diags);
	size_t errors = sieve_diag_list_count_errors(check->unit->diags);
	bool deferring = check->deferring && !node->broken;

	check->needs_tested = NULL;
	SieveChecked *checked = check_node(check, node, before);
	bool failed = checked == NULL || sieve_diag_list_count_errors(check->unit->diags) > errors;
	if (deferring && failed)
		checked = defer(check, node, first, errors);
	else if (checked != NULL)
		checked->needs_tested = check->needs_tested;
	check->needs_tested = outer;
	return checked;
}

/* --- Commands and tests ------------------------------------------------------------------------ */

static SieveChecked *
check_known_test(SieveCheck *check, const SieveAstNode *node,
	const SieveCommandDef **before G_GNUC_UNUSED)
{
	const SieveEntry *entry =
		sieve_check_find(check, SIEVE_KIND_TEST, "test", node->name, node->span);

	if (entry == NULL)
		return NULL;
	const SieveTestDef *def = entry->def;
	SieveChecked *checked = check_parts(check, node, def->name, def->args, NULL);
	if (checked == NULL)
		return NULL;
	checked->test = def;
	if (def->check != NULL && checked->fits)
		def->check(check, checked->args);
	return checked;
}

static SieveChecked *
check_test(SieveCheck *check, const SieveAstNode *node)
{
	return check_apart(check, node, NULL, check_known_test);
}

/* Where a command stands among its siblings; @before is what came just before it. */
static void
check_place(SieveCheck *check, const SieveAstNode *node, const SieveCommandDef *def,
	const SieveCommandDef *before)
{
	/* Commands that are missing from the tree may have stood before this one. */
	if (check->after_syntax_errors)
		return;
	bool follows_if = before != NULL &&
			  (before->form == SIEVE_FORM_IF || before->form == SIEVE_FORM_ELSIF);

	if ((def->form == SIEVE_FORM_ELSIF || def->form == SIEVE_FORM_ELSE) && !follows_if)
		sieve_check_tell(check, SIEVE_RULE_PLACE, node->span, NULL,
			"%s must follow if or elsif", def->name);
	/* RFC 5228 section 3.2 */
	bool at_top = node->depth == 0 &&
		      (node == sieve_ast_commands(check->script->ast) ||
			      (before != NULL && (before->flags & SIEVE_COMMAND_AT_TOP)));
	if ((def->flags & SIEVE_COMMAND_AT_TOP) && !at_top)
		sieve_check_tell(check, SIEVE_RULE_PLACE, node->span,
			"move it to the top of the script",
			"%s must stand before all other commands", def->name);
	if ((def->flags & SIEVE_COMMAND_TOP_LEVEL) && node->depth > 0)
		sieve_check_tell(check, SIEVE_RULE_PLACE, node->span, NULL,
			"%s cannot stand inside a block", def->name);
}

/* Stands for a command that is not known: it may have been an if, so an else after it is no second
 * mistake. */
static const SieveCommandDef unknown_command = {.form = SIEVE_FORM_IF};

/* Of a command that did not parse only the block is looked at: the rest has been told. */
static void
check_broken(SieveCheck *check, const SieveAstNode *node)
{
	const SieveEntry *entry =
		sieve_registry_find(check->unit->registry, SIEVE_KIND_COMMAND, node->name);

	if (entry != NULL && (((const SieveCommandDef *)entry->def)->flags & SIEVE_COMMAND_AT_TOP))
		check->require_unknown = true;
	check_block(check, node->block);
}

static SieveChecked *
check_known_command(SieveCheck *check, const SieveAstNode *node, const SieveCommandDef **before)
{
	if (node->broken) {
		check_broken(check, node);
		return NULL;
	}
	const SieveEntry *entry =
		sieve_check_find(check, SIEVE_KIND_COMMAND, "command", node->name, node->span);

	if (entry == NULL) {
		*before = &unknown_command;
		check_block(check, node->block);
		return NULL;
	}
	const SieveCommandDef *def = entry->def;
	check_place(check, node, def, *before);
	*before = def;
	SieveChecked *checked = check_parts(check, node, def->name, def->args, before);
	if (checked == NULL)
		return NULL;
	checked->command = def;
	if (def->check != NULL && checked->fits)
		def->check(check, checked->args);
	return checked;
}

static SieveChecked *
check_command(SieveCheck *check, const SieveAstNode *node, const SieveCommandDef **before)
{
	return check_apart(check, node, before, check_known_command);
}

static SieveChecked *
check_block(SieveCheck *check, const SieveAstNode *node)
{
	SieveChecked *first = NULL;
	SieveChecked **link = &first;
	const SieveCommandDef *before = NULL;

	for (; node != NULL; node = node->next) {
		*link = check_command(check, node, &before);
		if (*link != NULL)
			link = &(*link)->next;
	}
	return first;
}

static void
check_script(SieveUnit *unit, SieveScript *script)
{
	size_t errors = sieve_diag_list_count_errors(unit->diags);

	script->ast = sieve_parse(&script->source, unit->diags);
	g_autofree SieveRequirement *requirements =
		g_new0(SieveRequirement, sieve_registry_count(unit->registry));
	g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	SieveCheck check = {
		.unit = unit,
		.script = script,
		.requirements = requirements,
		.told = told,
		.line = 1,
		.after_syntax_errors = sieve_diag_list_count_errors(unit->diags) > errors,
	};

	requirements[0].enabled = true;
	script->commands = check_block(&check, sieve_ast_commands(script->ast));
	sieve_require_tell_missing(&check);
	if (unit->options->advise && sieve_diag_list_count_errors(unit->diags) == errors)
		sieve_require_tell_unused(&check);
}

void
sieve_check_unit(SieveUnit *unit)
{
	size_t first = sieve_diag_list_count(unit->diags);
	size_t errors = sieve_diag_list_count_errors(unit->diags);

	/* The list grows while it is walked. */
	for (unsigned i = 0; i < unit->scripts->len; i++)
		check_script(unit, sieve_unit_get(unit, i));
	sieve_unit_warn_recursion(unit);
	if (unit->options->advise && sieve_diag_list_count_errors(unit->diags) == errors)
		sieve_advise_unit(unit);
	sieve_diag_sort(unit->diags, first);
}
