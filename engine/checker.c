/* SPDX-License-Identifier: MIT */
/* checker.c - AST against registry: require, types, nesting, placement (RFC 5228 section 2.10.5) */

#include "engine/checker.h"

#include <string.h>

#include "engine/arguments.h"
#include "engine/deliver/mailbox-name.h"
#include "engine/diag.h"
#include "engine/interp.h"

/* --- Telling ---------------------------------------------------------------------------------- */

static void
tell_valist(SieveCheck *check, SieveDiagLevel level, SieveSpan span, const char *hint,
	const char *format, va_list arguments)
{
	g_autofree char *message = g_strdup_vprintf(format, arguments);

	if (check->run == NULL)
		sieve_diag_add(check->unit->diags, level, span, hint, "%s", message);
	else if (level == SIEVE_DIAG_ERROR)
		sieve_run_fail(
			check->run, g_error_new(SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "%s", message));
}

void
sieve_check_tell(SieveCheck *check, SieveDiagLevel level, SieveSpan span, const char *hint,
	const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell_valist(check, level, span, hint, format, arguments);
	va_end(arguments);
}

static SieveSpan
span_of(const SieveCheck *check, const SieveArg *arg)
{
	if (check->run != NULL)
		return (SieveSpan){NULL, 0, 0};
	if (arg == NULL)
		return check->node->span;
	return (SieveSpan){&check->script->source, arg->offset, arg->length};
}

void
sieve_check_error(SieveCheck *check, const SieveArg *arg, const char *hint, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell_valist(check, SIEVE_DIAG_ERROR, span_of(check, arg), hint, format, arguments);
	va_end(arguments);
}

void
sieve_check_warn(SieveCheck *check, const SieveArg *arg, const char *hint, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell_valist(check, SIEVE_DIAG_WARNING, span_of(check, arg), hint, format, arguments);
	va_end(arguments);
}

unsigned
sieve_check_line(SieveCheck *check, size_t offset)
{
	const char *text = check->script->source.text.ptr;

	if (offset < check->line_offset) {
		check->line_offset = 0;
		check->line = 1;
	}
	for (const char *at = text + check->line_offset, *end = text + offset;
		at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
		check->line++;
	check->line_offset = offset;
	return check->line;
}

/* --- Names ------------------------------------------------------------------------------------ */

static char *
hint_for_other_kind(const SieveRegistry *registry, SieveKind kind, SieveBytes name)
{
	const SieveEntry *entry;

	if (kind == SIEVE_KIND_COMMAND &&
		(entry = sieve_registry_find(registry, SIEVE_KIND_TEST, name)) != NULL)
		return g_strdup_printf("%s is a test: it belongs after if", entry->name);
	if (kind == SIEVE_KIND_TEST &&
		(entry = sieve_registry_find(registry, SIEVE_KIND_COMMAND, name)) != NULL)
		return g_strdup_printf("%s is a command, not a test", entry->name);
	return NULL;
}

static char *
hint_for_unknown(
	const SieveRegistry *registry, SieveKind kind, const SieveEntry *entry, SieveBytes name)
{
	if (entry != NULL && kind == SIEVE_KIND_COMPARATOR)
		return g_strdup_printf("add require \"comparator-%s\"", entry->name);
	if (entry != NULL)
		return g_strdup_printf("add require \"%s\"", entry->extension->capability);
	char *hint = hint_for_other_kind(registry, kind, name);
	if (hint != NULL)
		return hint;
	const char *near = sieve_registry_suggest(registry, kind, name);
	return near == NULL ? NULL : g_strdup_printf("did you mean \"%s\"?", near);
}

static void
tell_unknown(SieveCheck *check, SieveKind kind, const char *what, SieveBytes name, SieveSpan span)
{
	const SieveRegistry *registry = check->unit->registry;
	const SieveEntry *entry = sieve_registry_find(registry, kind, name);
	g_autofree char *shown = sieve_bytes_escape(name, SIEVE_LIMIT_IDENTIFIER_BYTES);
	g_autofree char *hint = hint_for_unknown(registry, kind, entry, name);

	if (g_hash_table_add(check->told, g_strdup_printf("%s %s", what, shown)))
		sieve_check_tell(
			check, SIEVE_DIAG_ERROR, span, hint, "unknown %s \"%s\"", what, shown);
}

const SieveEntry *
sieve_check_find(
	SieveCheck *check, SieveKind kind, const char *what, SieveBytes name, SieveSpan span)
{
	const SieveEntry *entry = sieve_registry_find(check->unit->registry, kind, name);

	for (; entry != NULL; entry = entry->next)
		if (check->enabled[entry->extension_index])
			return entry;
	tell_unknown(check, kind, what, name, span);
	return NULL;
}

static void
enable(SieveCheck *check, unsigned index)
{
	const SieveRegistry *registry = check->unit->registry;
	const char *implies = sieve_registry_get(registry, index)->implies;

	if (check->enabled[index])
		return;
	check->enabled[index] = true;
	for (unsigned i = 1; implies != NULL && i < sieve_registry_count(registry); i++) {
		const char *capability = sieve_registry_get(registry, i)->capability;
		if (capability != NULL && sieve_registry_names_word(implies, capability))
			enable(check, i);
	}
}

void
sieve_check_capability(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	const SieveEntry *entry =
		sieve_registry_find(check->unit->registry, SIEVE_KIND_CAPABILITY, value);

	if (entry != NULL)
		enable(check, entry->extension_index);
	else
		tell_unknown(
			check, SIEVE_KIND_CAPABILITY, "capability", value, span_of(check, arg));
}

/* --- Ready-made checks ------------------------------------------------------------------------ */

void
sieve_check_header_name(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	bool good = value.len > 0;
	g_autofree char *shown = sieve_bytes_escape(value, 80);

	/* RFC 5322 section 3.6.8 */
	for (size_t i = 0; i < value.len; i++)
		good = good && value.ptr[i] > ' ' && value.ptr[i] < 0x7f && value.ptr[i] != ':';
	if (good)
		return;
	bool colon = value.len > 1 && value.ptr[value.len - 1] == ':';
	sieve_check_error(check, arg, colon ? "leave the colon out" : NULL,
		"\"%s\" is no header field name", shown);
}

/* A header field may hold folded lines and groups, a sieve-address may not: no control characters,
 * and no semicolon outside quotes, with which each group ends. */
static bool
is_one_line_without_groups(SieveBytes text)
{
	bool quoted = false;

	for (size_t i = 0; i < text.len; i++) {
		if (g_ascii_iscntrl(text.ptr[i]) || (!quoted && text.ptr[i] == ';'))
			return false;
		if (quoted && text.ptr[i] == '\\')
			i++;
		else if (text.ptr[i] == '"')
			quoted = !quoted;
	}
	return true;
}

bool
sieve_parse_address(SieveBytes text, SieveArena *arena, SieveBytes *ret_mailbox)
{
	SieveAddressIter iter = sieve_address_iter(text);
	SieveAddress address;
	SieveAddress another;

	if (!is_one_line_without_groups(text) || !sieve_address_next(&iter, arena, &address))
		return false;
	if (iter.in_group || !address.valid || !sieve_address_is_mailbox(address.all) ||
		sieve_address_next(&iter, arena, &another))
		return false;
	*ret_mailbox = address.all;
	return true;
}

void
sieve_check_address(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	g_autofree char *shown = sieve_bytes_escape(value, 80);
	SieveBytes mailbox;
	g_autoptr(SieveArena) arena = sieve_arena_new();

	if (!sieve_parse_address(value, arena, &mailbox))
		sieve_check_error(check, arg, "write it as user@example.com",
			"\"%s\" is no mail address", shown);
}

void
sieve_check_mailbox(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	g_autofree char *shown = sieve_bytes_escape(value, 80);
	const char *problem = sieve_mailbox_name_check(value);

	if (problem != NULL)
		sieve_check_error(
			check, arg, NULL, "\"%s\" is no mailbox name: %s", shown, problem);
}

static void
note_include(SieveCheck *check, unsigned script)
{
	GArray *includes = check->script->includes;
	SieveInclude include = {script, check->node->span};

	for (unsigned i = 0; i < includes->len; i++)
		if (g_array_index(includes, SieveInclude, i).script == script)
			return;
	g_array_append_val(includes, include);
}

void
sieve_check_include(
	SieveCheck *check, SieveArgs *args, SieveLocation location, SieveBytes name, unsigned flags)
{
	g_autofree char *problem = NULL;

	args->script_name = sieve_arena_copy(check->unit->arena, name).ptr;
	args->include_flags = flags;
	if (!sieve_unit_load(check->unit, location, name, &args->script, &problem)) {
		sieve_check_error(check, NULL, NULL, "%s", problem);
		return;
	}
	if (args->script >= 0 && !(flags & SIEVE_INCLUDE_ONCE))
		note_include(check, (unsigned)args->script);
	if (args->script < 0 && !(flags & SIEVE_INCLUDE_OPTIONAL))
		sieve_check_warn(check, NULL, "add :optional if it may be missing",
			"there is no script \"%s\", and the run fails when it gets here",
			args->script_name);
}

/* --- Shape: tests and block ------------------------------------------------------------------- */

static bool
is_tag_name(const SieveRegistry *registry, const SieveArgDef *defs, SieveBytes name)
{
	static const SieveKind kinds[] = {
		SIEVE_KIND_TAG, SIEVE_KIND_MATCH, SIEVE_KIND_ADDRESS_PART};

	for (; defs != NULL && defs->type != SIEVE_ARG_END; defs++)
		if (defs->type == SIEVE_ARG_TAG &&
			sieve_bytes_equal_nocase(name, sieve_bytes_from_string(defs->name)))
			return true;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (sieve_registry_find(registry, kinds[i], name) != NULL)
			return true;
	return sieve_bytes_equal_nocase(name, SIEVE_BYTES("comparator"));
}

/* A test where none belongs is nearly always a forgotten `;` or `:`. */
static void
tell_surplus_test(
	SieveCheck *check, const SieveAstNode *node, const char *name, const SieveArgDef *defs)
{
	const SieveRegistry *registry = check->unit->registry;
	const SieveAstNode *test = node->tests;
	int len = (int)test->name.len;

	if (!node->test_list && is_tag_name(registry, defs, test->name))
		sieve_check_tell(check, SIEVE_DIAG_ERROR, test->span, "tags begin with a colon",
			"missing \":\" before \"%.*s\"", len, test->name.ptr);
	else if (!node->test_list && node->kind == SIEVE_AST_COMMAND &&
		 sieve_registry_find(registry, SIEVE_KIND_COMMAND, test->name) != NULL)
		sieve_check_tell(check, SIEVE_DIAG_ERROR, test->span,
			"each command ends with a semicolon", "missing \";\" before \"%.*s\"", len,
			test->name.ptr);
	else
		sieve_check_tell(
			check, SIEVE_DIAG_ERROR, test->span, NULL, "%s takes no test", name);
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
	sieve_check_tell(check, SIEVE_DIAG_ERROR, node->span, hint, "%s needs %s", name, problem);
	return true;
}

static void
check_block_shape(
	SieveCheck *check, const SieveAstNode *node, const char *name, const SieveArgDef *defs)
{
	bool wanted = sieve_arg_defs_find(defs, SIEVE_ARG_BLOCK) != NULL;

	if (wanted && !node->has_block)
		sieve_check_tell(check, SIEVE_DIAG_ERROR, node->span, NULL,
			"%s needs a block of commands in braces", name);
	if (!wanted && node->has_block)
		sieve_check_tell(
			check, SIEVE_DIAG_ERROR, node->span, NULL, "%s takes no block", name);
}

/* --- Commands and tests ----------------------------------------------------------------------- */

static SieveChecked *check_test(SieveCheck *check, const SieveAstNode *node);
static SieveChecked *check_block(SieveCheck *check, const SieveAstNode *first);

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

/* Arguments, tests and block of a command or test whose table is @defs (nullable). */
static SieveChecked *
check_parts(SieveCheck *check, const SieveAstNode *node, const char *name, const SieveArgDef *defs)
{
	SieveChecked *checked =
		sieve_arena_new_array(sieve_ast_arena(check->script->ast), SieveChecked, 1);

	check->node = node;
	check_block_shape(check, node, name, defs);
	if (!check_tests_shape(check, node, name, defs)) {
		check_block(check, node->block);
		return NULL;
	}
	checked->args = sieve_args_fit(check, node, name, defs);
	checked->tests = check_tests(check, node->tests);
	checked->block = check_block(check, node->block);
	check->node = node;
	return checked;
}

static SieveChecked *
check_test(SieveCheck *check, const SieveAstNode *node)
{
	const SieveEntry *entry =
		sieve_check_find(check, SIEVE_KIND_TEST, "test", node->name, node->span);

	if (entry == NULL)
		return NULL;
	const SieveTestDef *def = entry->def;
	SieveChecked *checked = check_parts(check, node, def->name, def->args);
	if (checked == NULL)
		return NULL;
	checked->test = def;
	if (def->check != NULL)
		def->check(check, checked->args);
	return checked;
}

/* Where a command stands among its siblings; @before is what came just before it. */
static void
check_place(SieveCheck *check, const SieveAstNode *node, const SieveCommandDef *def,
	const SieveCommandDef *before)
{
	bool follows_if = before != NULL &&
			  (before->form == SIEVE_FORM_IF || before->form == SIEVE_FORM_ELSIF);

	if ((def->form == SIEVE_FORM_ELSIF || def->form == SIEVE_FORM_ELSE) && !follows_if)
		sieve_check_tell(check, SIEVE_DIAG_ERROR, node->span, NULL,
			"%s must follow if or elsif", def->name);
	/* RFC 5228 section 3.2 */
	bool at_top = node->depth == 0 &&
		      (node == sieve_ast_commands(check->script->ast) ||
			      (before != NULL && (before->flags & SIEVE_COMMAND_AT_TOP)));
	if ((def->flags & SIEVE_COMMAND_AT_TOP) && !at_top)
		sieve_check_tell(check, SIEVE_DIAG_ERROR, node->span,
			"move it to the top of the script",
			"%s must stand before all other commands", def->name);
	if ((def->flags & SIEVE_COMMAND_TOP_LEVEL) && node->depth > 0)
		sieve_check_tell(check, SIEVE_DIAG_ERROR, node->span, NULL,
			"%s cannot stand inside a block", def->name);
}

/* Stands for a command that is not known: it may have been an if, so an else after it is no second
 * mistake. */
static const SieveCommandDef unknown_command = {.form = SIEVE_FORM_IF};

static SieveChecked *
check_command(SieveCheck *check, const SieveAstNode *node, const SieveCommandDef **before)
{
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
	SieveChecked *checked = check_parts(check, node, def->name, def->args);
	if (checked == NULL)
		return NULL;
	checked->command = def;
	if (def->check != NULL)
		def->check(check, checked->args);
	return checked;
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

void
sieve_check_script(SieveUnit *unit, SieveScript *script)
{
	g_autofree bool *enabled = g_new0(bool, sieve_registry_count(unit->registry));
	g_autoptr(GHashTable) told = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	SieveCheck check = {
		.unit = unit, .script = script, .enabled = enabled, .told = told, .line = 1};

	enabled[0] = true;
	script->commands = check_block(&check, sieve_ast_commands(script->ast));
}
