/* SPDX-License-Identifier: MIT */
/* convert.c - from text to a script */

#include "engine/convert/convert.h"

#include "engine/bytes.h"
#include "engine/convert/conversion.h"
#include "engine/convert/merge.h"
#include "engine/parser.h"
#include "engine/printer.h"

/* --- What the script must require --------------------------------------------------------------------- */

/* Names of commands, tests and tags, and of comparators; sorted by what they need. */
static const struct {
	const char *name;
	const char *capability;
} needs[] = {
	{"body", "body"},
	{"copy", "copy"},
	{"currentdate", "date"},
	{"date", "date"},
	{"duplicate", "duplicate"},
	{"addheader", "editheader"},
	{"deleteheader", "editheader"},
	{"envelope", "envelope"},
	{"environment", "environment"},
	{"fileinto", "fileinto"},
	{"addflag", "imap4flags"},
	{"create", "mailbox"},
	{"mime", "mime"},
	{"regex", "regex"},
	{"reject", "reject"},
	{"count", "relational"},
	{"value", "relational"},
	{"spamtest", "spamtest"},
	{"vacation", "vacation"},
	{"cidr", "vnd.doorstep.cidr"},
};

static void
note_name(SieveBytes name, bool *used)
{
	for (size_t i = 0; i < G_N_ELEMENTS(needs); i++)
		if (sieve_bytes_equal(name, sieve_bytes_from_string(needs[i].name)))
			used[i] = true;
}

/* Nesting is bounded where the tree is built. */
static void
note_node(const SieveAstNode *node, bool *used, bool *numeric)
{
	for (; node != NULL; node = node->next) {
		note_name(node->name, used);
		for (const SieveAstArg *arg = node->args; arg != NULL; arg = arg->next) {
			if (arg->kind == SIEVE_AST_ARG_TAG)
				note_name(arg->tag, used);
			if (arg->kind == SIEVE_AST_ARG_STRING_LIST && arg->n_strings == 1 &&
				sieve_bytes_equal(arg->strings[0].value, SIEVE_BYTES("i;ascii-numeric")))
				*numeric = true;
		}
		note_node(node->tests, used, numeric);
		note_node(node->block, used, numeric);
	}
}

static void
add_require(SieveConversion *conversion)
{
	bool used[G_N_ELEMENTS(needs)] = {false};
	SieveBytes names[G_N_ELEMENTS(needs) + 1];
	size_t count = 0;
	bool numeric = false;

	note_node(sieve_ast_commands(conversion->ast), used, &numeric);
	for (size_t i = 0; i < G_N_ELEMENTS(needs); i++) {
		SieveBytes name = sieve_bytes_from_string(needs[i].capability);
		if (used[i] && (count == 0 || !sieve_bytes_equal(names[count - 1], name)))
			names[count++] = name;
	}
	if (numeric)
		names[count++] = SIEVE_BYTES("comparator-i;ascii-numeric");
	SieveAstNode *first = (SieveAstNode *)(uintptr_t)sieve_ast_commands(conversion->ast);
	if (first != NULL)
		first->blank_before = count > 0;
	if (count > 0)
		sieve_ast_add_require(conversion->ast, names, count);
}

/* --- The script ------------------------------------------------------------------------------------- */

static bool
is_needless(const SieveAstNode *test)
{
	return (sieve_bytes_equal(test->name, SIEVE_BYTES("allof")) ||
		       sieve_bytes_equal(test->name, SIEVE_BYTES("anyof"))) &&
	       test->tests != NULL && test->tests->next == NULL;
}

/* Readers do not know how many tests there will be: any of one, and all of one, is that one. */
static void
collapse_tests(SieveAstNode *owner)
{
	for (SieveAstNode **at = &owner->tests; *at != NULL; at = &(*at)->next) {
		collapse_tests(*at);
		while (is_needless(*at)) {
			SieveAstNode *only = (*at)->tests;
			only->next = (*at)->next;
			only->parent = owner;
			*at = only;
		}
	}
}

static void
collapse_commands(SieveAstNode *command)
{
	for (; command != NULL; command = command->next) {
		collapse_tests(command);
		collapse_commands(command->block);
	}
}

static bool
fail(GError **error, const SieveDiagList *diags, const char *what)
{
	g_autofree char *mistakes = sieve_diag_list_print(diags, false);

	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "the script %s: %s", what, mistakes);
	return false;
}

static bool
write_script(SieveConversion *conversion, GError **error)
{
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();

	convert_tell_left_out(conversion);
	collapse_commands((SieveAstNode *)(uintptr_t)sieve_ast_commands(conversion->ast));
	g_autoptr(GHashTable) merged = convert_merge(conversion->ast);
	convert_merge_lines(conversion, merged);
	add_require(conversion);
	conversion->script = sieve_print(conversion->ast, &conversion->script_len);
	const SieveSource source = {.text = sieve_conversion_script(conversion), .name = "script"};
	g_autoptr(SieveAst) printed = sieve_parse(&source, diags);
	if (sieve_diag_list_count_errors(diags) > 0)
		return fail(error, diags, "does not parse");
	if (!sieve_ast_equal(conversion->ast, printed))
		return fail(error, diags, "does not mean what was meant");
	g_autoptr(SieveProgram) program = sieve_compile(
		conversion->registry, sieve_conversion_script(conversion), NULL, diags);
	if (program == NULL)
		return fail(error, diags, "does not compile");
	convert_locate_lines(conversion, printed);
	return true;
}

SieveConversion *
sieve_convert(const SieveConvertFormat *format, const SieveConvertInput *input,
	const SieveRegistry *registry, GError **error)
{
	g_autoptr(SieveConversion) conversion = g_new0(SieveConversion, 1);

	conversion->input = *input;
	if (input->text.ptr == NULL)
		conversion->input.text = SIEVE_BYTES("");
	conversion->texts = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	conversion->registry = registry;
	conversion->ast = sieve_ast_new(NULL);
	conversion->lines =
		convert_split_lines(conversion, conversion->input.text, NULL, &conversion->input.text);
	conversion->findings = g_array_new(FALSE, FALSE, sizeof(SieveFinding));
	conversion->left_out = g_string_new(NULL);
	conversion->left_out_lines = g_array_new(FALSE, FALSE, sizeof(size_t));
	format->read(conversion);
	convert_class_the_rest(conversion);
	if (!write_script(conversion, error))
		return NULL;
	return g_steal_pointer(&conversion);
}

void
sieve_conversion_free(SieveConversion *conversion)
{
	if (conversion == NULL)
		return;
	sieve_ast_free(conversion->ast);
	g_array_unref(conversion->lines);
	g_ptr_array_unref(conversion->texts);
	g_array_unref(conversion->findings);
	g_string_free(conversion->left_out, TRUE);
	g_free(conversion->left_out_what);
	g_free(conversion->left_out_note);
	g_array_unref(conversion->left_out_lines);
	g_free(conversion->script);
	g_free(conversion);
}

SieveBytes
sieve_conversion_script(const SieveConversion *conversion)
{
	return (SieveBytes){conversion->script, conversion->script_len};
}

size_t
sieve_conversion_count_lines(const SieveConversion *conversion)
{
	return conversion->lines->len;
}

const SieveConvertedLine *
sieve_conversion_line(const SieveConversion *conversion, size_t index)
{
	return &g_array_index(conversion->lines, Line, index).told;
}

size_t
sieve_conversion_count_findings(const SieveConversion *conversion)
{
	return conversion->findings->len;
}

const SieveFinding *
sieve_conversion_finding(const SieveConversion *conversion, size_t index)
{
	return &g_array_index(conversion->findings, SieveFinding, index);
}
