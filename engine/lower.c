/* SPDX-License-Identifier: MIT */
/* lower.c - rewrites a script for an engine that knows less: the way to libsieve */

#include "engine/lower.h"

#include <string.h>

#include "engine/bytes.h"
#include "engine/core-settings.h"
#include "engine/parser.h"
#include "engine/printer.h"

/* A script being copied into the tree that is made; the main script has no outer one. */
typedef struct Script Script;
struct Script {
	const Script *outer;
	const char *name;   /* "personal/x" of an included one */
	bool unconditional; /* every run comes here */
};

/* One lowering. @capabilities are those that the other engine is to know. */
typedef struct Lowering {
	const SieveLowerOptions *options;
	SieveAst *made;
	GPtrArray *capabilities; /* of char * */
	GHashTable *seen;	 /* name of an included script to "it runs always" */
	unsigned depth;
	unsigned count;
	char *reason; /* (nullable) why it cannot be done */
} Lowering;

/* What the lowering itself settles, and what every Sieve has (RFC 5228 section 2.7.3). */
static const char *const dropped[] = {
	"comparator-i;ascii-casemap",
	"comparator-i;octet",
	"environment",
	"include",
	NULL,
};

static void G_GNUC_PRINTF(2, 3) refuse(Lowering *lowering, const char *format, ...)
{
	va_list args;

	if (lowering->reason != NULL)
		return;
	va_start(args, format);
	lowering->reason = g_strdup_vprintf(format, args);
	va_end(args);
}

static bool
is_called(const SieveAstNode *node, const char *name)
{
	return sieve_bytes_equal_nocase(node->name, sieve_bytes_from_string(name));
}

static bool
has_tag(const SieveAstNode *node, const char *name)
{
	for (const SieveAstArg *arg = node->args; arg != NULL; arg = arg->next)
		if (arg->kind == SIEVE_AST_ARG_TAG &&
			sieve_bytes_equal_nocase(arg->tag, sieve_bytes_from_string(name)))
			return true;
	return false;
}

/* --- Copying ------------------------------------------------------------------------------------
 */

static void
copy_strings(Lowering *lowering, SieveAstNode *to, const SieveAstArg *arg, const char *prefix)
{
	SieveArena *arena = sieve_ast_arena(lowering->made);
	SieveBytes *values = sieve_arena_new_array(arena, SieveBytes, arg->n_strings);

	for (size_t i = 0; i < arg->n_strings; i++) {
		SieveBytes value = arg->strings[i].value;
		if (memchr(value.ptr, '\0', value.len) != NULL)
			refuse(lowering, "a string holds a NUL");
		values[i] = value;
		/* What is lowered a second time has it already. */
		if (prefix[0] != '\0' &&
			!sieve_bytes_starts_with(value, sieve_bytes_from_string(prefix))) {
			const char *named = sieve_arena_printf(
				arena, "%s%.*s", prefix, (int)value.len, value.ptr);
			values[i] = sieve_bytes_from_string(named);
		}
	}
	if (arg->brackets)
		sieve_ast_add_strings(lowering->made, to, values, arg->n_strings);
	else
		sieve_ast_add_string(lowering->made, to, values[0]);
}

/* True for the arguments that are values of a tag: @before is the argument before them. */
static bool
is_tag_value(const SieveAstArg *before)
{
	static const char *const with_value[] = {"comparator", "count", "value", NULL};

	for (size_t i = 0; before != NULL && with_value[i] != NULL; i++)
		if (before->kind == SIEVE_AST_ARG_TAG &&
			sieve_bytes_equal_nocase(
				before->tag, sieve_bytes_from_string(with_value[i])))
			return true;
	return false;
}

/* The first list of an address test that belongs to no tag names its header fields. */
static void
copy_args(Lowering *lowering, SieveAstNode *to, const SieveAstNode *from)
{
	bool fields_next = from->kind == SIEVE_AST_TEST && is_called(from, "address");
	const SieveAstArg *before = NULL;

	for (const SieveAstArg *arg = from->args; arg != NULL; before = arg, arg = arg->next) {
		if (arg->kind == SIEVE_AST_ARG_TAG) {
			sieve_ast_add_tag(lowering->made, to, arg->tag);
		} else if (arg->kind == SIEVE_AST_ARG_NUMBER) {
			sieve_ast_add_number(lowering->made, to, arg->number);
		} else {
			bool fields = fields_next && !is_tag_value(before);
			copy_strings(lowering, to, arg, fields ? SIEVE_LOWER_ADDRESS : "");
			fields_next = fields_next && !fields;
		}
	}
}

static void
copy_test_as_is(Lowering *lowering, SieveAstNode *parent, const SieveAstNode *test)
{
	SieveAstNode *copy = sieve_ast_add_test(lowering->made, parent, test->name);

	if (copy == NULL)
		return;
	copy->test_list = test->test_list;
	copy_args(lowering, copy, test);
	for (const SieveAstNode *inner = test->tests; inner != NULL; inner = inner->next)
		copy_test_as_is(lowering, copy, inner);
}

/* --- Environment tests --------------------------------------------------------------------------
 */

/* The test, asked of our own engine in a script of its own: `if TEST { discard; }`. */
static char *
print_question(const Lowering *lowering, const SieveAstNode *test)
{
	g_autoptr(SieveAst) ast = sieve_ast_new(NULL);
	Lowering asking = {.options = lowering->options, .made = ast};
	size_t n = lowering->capabilities->len;
	g_autofree SieveBytes *required = g_new(SieveBytes, n + 1);

	required[0] = SIEVE_BYTES("environment");
	for (size_t i = 0; i < n; i++)
		required[i + 1] = sieve_bytes_from_string(lowering->capabilities->pdata[i]);
	SieveAstNode *require = sieve_ast_add_command(ast, NULL, SIEVE_BYTES("require"));
	sieve_ast_add_strings(ast, require, required, n + 1);
	SieveAstNode *question = sieve_ast_add_command(ast, NULL, SIEVE_BYTES("if"));
	copy_test_as_is(&asking, question, test);
	sieve_ast_set_block(ast, question);
	sieve_ast_add_command(ast, question, SIEVE_BYTES("discard"));
	g_free(asking.reason);
	size_t len;
	return sieve_print(ast, &len);
}

static bool
settle_environment(Lowering *lowering, const SieveAstNode *test)
{
	const SieveLowerOptions *options = lowering->options;
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(SieveMessage) empty = sieve_message_new(SIEVE_BYTES(""));
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) error = NULL;
	SieveRunInput input = {
		.message = empty,
		.environment = options->environment,
		.environment_data = options->environment_data,
	};

	if (options->registry == NULL || options->environment == NULL) {
		refuse(lowering,
			"an environment test cannot be settled before the connection is known");
		return false;
	}
	g_autofree char *text = print_question(lowering, test);
	g_autoptr(SieveProgram) program =
		sieve_compile(options->registry, sieve_bytes_from_string(text), NULL, diags);
	if (program == NULL || !sieve_run(program, &input, &result, &error)) {
		refuse(lowering, "an environment test cannot be settled: %s",
			error == NULL ? "it does not stand alone" : error->message);
		return false;
	}
	return !sieve_result_implicit_keep(result);
}

static void
lower_test(Lowering *lowering, SieveAstNode *parent, const SieveAstNode *test)
{
	if (is_called(test, "environment")) {
		bool outcome = settle_environment(lowering, test);
		sieve_ast_add_test(lowering->made, parent,
			outcome ? SIEVE_BYTES("true") : SIEVE_BYTES("false"));
		return;
	}
	SieveAstNode *copy = sieve_ast_add_test(lowering->made, parent, test->name);
	if (copy == NULL)
		return;
	copy->test_list = test->test_list;
	copy_args(lowering, copy, test);
	for (const SieveAstNode *inner = test->tests; inner != NULL; inner = inner->next)
		lower_test(lowering, copy, inner);
}

/* --- Commands -----------------------------------------------------------------------------------
 */

static void
add_capability(Lowering *lowering, SieveBytes name)
{
	g_autofree char *text = sieve_bytes_dup(name);

	if (g_strv_contains(dropped, text) ||
		g_ptr_array_find_with_equal_func(lowering->capabilities, text, g_str_equal, NULL))
		return;
	g_ptr_array_add(lowering->capabilities, g_steal_pointer(&text));
}

static void
collect_require(Lowering *lowering, const SieveAstNode *command)
{
	for (const SieveAstArg *arg = command->args; arg != NULL; arg = arg->next)
		for (size_t i = 0; arg->kind == SIEVE_AST_ARG_STRING_LIST && i < arg->n_strings;
			i++)
			add_capability(lowering, arg->strings[i].value);
}

/* The end of this script: of the whole run for the main one, and the natural end for the last
 * command of another. Anything else has no word in a language without `return`. */
static void
lower_return(
	Lowering *lowering, SieveAstNode *parent, const SieveAstNode *command, const Script *script)
{
	if (script->outer == NULL)
		sieve_ast_add_command(lowering->made, parent, SIEVE_BYTES("stop"));
	else if (command->next != NULL || command->depth > 0)
		refuse(lowering, "the script \"%s\" returns before its end", script->name);
}

static void lower_commands(Lowering *lowering, SieveAstNode *parent, const SieveAstNode *command,
	const Script *script);

static bool
is_running(const Script *script, const char *name)
{
	for (; script != NULL; script = script->outer)
		if (script->name != NULL && strcmp(script->name, name) == 0)
			return true;
	return false;
}

static void
lower_text(Lowering *lowering, SieveAstNode *parent, SieveBytes text, const Script *script)
{
	SieveSource source = {text, script->name == NULL ? "script" : script->name};
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(SieveAst) ast = sieve_parse(&source, diags);

	if (sieve_diag_list_count_errors(diags) > 0)
		refuse(lowering, "%s, line %u: %s", source.name,
			sieve_diag_list_get(diags, 0)->line,
			sieve_diag_list_get(diags, 0)->message);
	else
		lower_commands(lowering, parent, sieve_ast_commands(ast), script);
}

/* (transfer full) (nullable) the included script's text; NULL when it is to be passed over. */
static GBytes *
load(Lowering *lowering, const SieveAstNode *command, SieveLocation location, const char *name)
{
	const SieveCompileOptions *compile = lowering->options->compile;
	g_autoptr(GError) error = NULL;
	GBytes *text = NULL;

	if (compile == NULL || compile->load == NULL)
		refuse(lowering, "nothing can be included here");
	else if (!compile->load(location, name, &text, compile->load_data, &error))
		refuse(lowering, "the script \"%s\" cannot be read: %s", name, error->message);
	else if (text == NULL && !has_tag(command, "optional"))
		refuse(lowering, "there is no script \"%s\"", name);
	return text;
}

/* Whether an `include :once` is to be passed over: for certain, or else it is refused. */
static bool
ran_before(Lowering *lowering, const SieveAstNode *command, const char *key)
{
	gpointer always;

	if (!has_tag(command, "once") ||
		!g_hash_table_lookup_extended(lowering->seen, key, NULL, &always))
		return false;
	if (!GPOINTER_TO_INT(always))
		refuse(lowering, "whether \"%s\" was included before depends on the mail", key);
	return true;
}

static const SieveAstArg *
find_name(const SieveAstNode *command)
{
	const SieveAstArg *arg = command->args;

	while (arg != NULL && arg->kind != SIEVE_AST_ARG_STRING_LIST)
		arg = arg->next;
	return arg;
}

static bool
is_too_much(const Lowering *lowering)
{
	const SieveCompileOptions *compile = lowering->options->compile;
	const SieveSettings *settings = compile == NULL ? NULL : compile->settings;

	return lowering->depth >= sieve_core_number(settings, SIEVE_CORE_MAX_INCLUDE_DEPTH) ||
	       lowering->count >= sieve_core_number(settings, SIEVE_CORE_MAX_INCLUDES);
}

static void
lower_include(
	Lowering *lowering, SieveAstNode *parent, const SieveAstNode *command, const Script *script)
{
	const SieveAstArg *arg = find_name(command);
	bool global = has_tag(command, "global");

	if (arg == NULL)
		return;
	g_autofree char *name = sieve_bytes_dup(arg->strings[0].value);
	g_autofree char *key = g_strdup_printf("%s/%s", global ? "global" : "personal", name);
	Script inner = {script, key, script->unconditional && command->depth == 0};
	if (is_running(script, key) || is_too_much(lowering))
		refuse(lowering, "\"%s\" includes itself, or too many scripts are included", key);
	if (lowering->reason != NULL || ran_before(lowering, command, key))
		return;
	g_autoptr(GBytes) text = load(
		lowering, command, global ? SIEVE_LOCATION_GLOBAL : SIEVE_LOCATION_PERSONAL, name);
	if (text == NULL)
		return;
	/* A script that ran for certain once did so for certain later on. */
	if (!GPOINTER_TO_INT(g_hash_table_lookup(lowering->seen, key)))
		g_hash_table_insert(
			lowering->seen, g_strdup(key), GINT_TO_POINTER(inner.unconditional));
	SieveBytes bytes = {NULL, 0};
	bytes.ptr = g_bytes_get_data(text, &bytes.len);
	lowering->count++;
	lowering->depth++;
	lower_text(lowering, parent, bytes, &inner);
	lowering->depth--;
}

static void
lower_command(
	Lowering *lowering, SieveAstNode *parent, const SieveAstNode *command, const Script *script)
{
	SieveAstNode *copy = sieve_ast_add_command(lowering->made, parent, command->name);

	if (copy == NULL) {
		refuse(lowering, "blocks and included scripts are nested too deeply");
		return;
	}
	copy->test_list = command->test_list;
	copy_args(lowering, copy, command);
	for (const SieveAstNode *test = command->tests; test != NULL; test = test->next)
		lower_test(lowering, copy, test);
	if (command->has_block) {
		sieve_ast_set_block(lowering->made, copy);
		lower_commands(lowering, copy, command->block, script);
	}
}

static void
lower_commands(
	Lowering *lowering, SieveAstNode *parent, const SieveAstNode *command, const Script *script)
{
	for (; command != NULL && lowering->reason == NULL; command = command->next) {
		if (is_called(command, "require"))
			collect_require(lowering, command);
		else if (is_called(command, "return"))
			lower_return(lowering, parent, command, script);
		else if (is_called(command, "include"))
			lower_include(lowering, parent, command, script);
		else
			lower_command(lowering, parent, command, script);
	}
}

/* The commands come after the `require` that they turned out to need, so both are printed apart. */
static char *
print_lowered(const Lowering *lowering)
{
	g_autoptr(SieveAst) ast = sieve_ast_new(NULL);
	size_t n = lowering->capabilities->len;
	g_autofree SieveBytes *names = g_new(SieveBytes, n);
	size_t len;
	g_autofree char *commands = sieve_print(lowering->made, &len);

	if (n == 0)
		return g_steal_pointer(&commands);
	for (size_t i = 0; i < n; i++)
		names[i] = sieve_bytes_from_string(lowering->capabilities->pdata[i]);
	SieveAstNode *require = sieve_ast_add_command(ast, NULL, SIEVE_BYTES("require"));
	sieve_ast_add_strings(ast, require, names, n);
	g_autofree char *head = sieve_print(ast, &len);
	return g_strconcat(head, commands, NULL);
}

bool
sieve_lower(SieveBytes text, const SieveLowerOptions *options, char **ret_text, char **ret_reason)
{
	static const SieveLowerOptions none = {.registry = NULL};
	const Script script = {.outer = NULL, .name = NULL, .unconditional = true};
	g_autoptr(SieveAst) made = sieve_ast_new(NULL);
	g_autoptr(GPtrArray) capabilities = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Lowering lowering = {
		.options = options == NULL ? &none : options,
		.made = made,
		.capabilities = capabilities,
		.seen = seen,
	};

	lower_text(&lowering, NULL, text, &script);
	if (sieve_ast_too_deep(made))
		refuse(&lowering, "blocks and included scripts are nested too deeply");
	if (lowering.reason != NULL) {
		*ret_reason = lowering.reason;
		return false;
	}
	*ret_text = print_lowered(&lowering);
	return true;
}
