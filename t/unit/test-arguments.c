/* SPDX-License-Identifier: MIT */
/* test-arguments.c - tables that the core does not use: optional, grouped and valued tags,
 * templates */

#include <string.h>

#include "engine/arguments.h"
#include "t/unit/script.h"

enum { SHOW_NUMBER, SHOW_TEXT, SHOW_LIST, SHOW_A, SHOW_B, SHOW_NAME, SHOW_EXTRA };

static void
check_short(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	if (value.len > 8)
		sieve_check_error(check, arg, "eight bytes at most", "\"%.*s\" is too long",
			(int)value.len, value.ptr);
}

/* Usage: show [":number" n] [":text" s] [":list" l] <":a" / ":b"> <name: string> [extra: number] */
static const SieveArgDef show_args[] = {
	[SHOW_NUMBER] = {.type = SIEVE_ARG_TAG, .name = "number", .value = SIEVE_ARG_NUMBER},
	[SHOW_TEXT] = {.type = SIEVE_ARG_TAG,
		.name = "text",
		.value = SIEVE_ARG_STRING,
		.check = check_short},
	[SHOW_LIST] = {.type = SIEVE_ARG_TAG, .name = "list", .value = SIEVE_ARG_STRING_LIST},
	[SHOW_A] = {.type = SIEVE_ARG_TAG, .name = "a", .group = "ab", .flags = SIEVE_ARG_REQUIRED},
	[SHOW_B] = {.type = SIEVE_ARG_TAG, .name = "b", .group = "ab", .flags = SIEVE_ARG_REQUIRED},
	[SHOW_NAME] = {.type = SIEVE_ARG_STRING, .name = "name", .check = check_short},
	[SHOW_EXTRA] = {.type = SIEVE_ARG_NUMBER, .name = "extra", .flags = SIEVE_ARG_OPTIONAL},
	{.type = SIEVE_ARG_END},
};

/* Puts what it was given into the action's target, so that the result shows it. */
static bool
show_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	SieveBytes name = sieve_args_string(run, args, SHOW_NAME);
	SieveBytes text = sieve_args_string(run, args, SHOW_TEXT);
	SieveStrings list = sieve_args_strings(run, args, SHOW_LIST);
	g_autoptr(GString) target = g_string_new(NULL);

	g_string_append_len(target, name.ptr, (gssize)name.len);
	g_string_append(target, sieve_args_has(args, SHOW_A) ? " a" : " b");
	g_string_append_printf(target, " %u %u", (unsigned)sieve_args_number(args, SHOW_NUMBER),
		(unsigned)sieve_args_number(args, SHOW_EXTRA));
	g_string_append_printf(target, " %.*s", (int)text.len, text.ptr);
	for (size_t i = 0; i < list.count; i++)
		g_string_append_printf(target, "/%.*s", (int)list.items[i].len, list.items[i].ptr);
	static const SieveActionDef shown = {.name = "shown"};
	SieveAction action = {.def = &shown,
		.target = sieve_arena_copy(
			sieve_run_arena(run), (SieveBytes){target->str, target->len})};
	return sieve_run_add_action(run, args, &action, error);
}

static const SieveCommandDef show_commands[] = {
	{.name = "show", .args = show_args, .run = show_run},
	{.name = NULL},
};

/* A tag that another extension adds, with a value. */
static bool
loud_run(SieveRun *run, SieveAction *action, const SieveArg *arg, GError **error G_GNUC_UNUSED)
{
	SieveBytes value = sieve_string_value(run, arg, 0);

	action->target = sieve_arena_copy(sieve_run_arena(run), value);
	return true;
}

static const SieveTagDef loud_tags[] = {
	{.name = "loud", .commands = "keep show", .value = SIEVE_ARG_STRING, .run = loud_run},
	{.name = NULL},
};

/* Strings that begin with `$` stand for what the sender of the envelope is. */
static const void *
compile_dollar(SieveCheck *check G_GNUC_UNUSED, const SieveArg *arg G_GNUC_UNUSED, SieveBytes value,
	SieveArena *arena G_GNUC_UNUSED)
{
	return value.len > 0 && value.ptr[0] == '$' ? "sender" : NULL;
}

static SieveBytes
expand_dollar(SieveRun *run, const void *template)
{
	g_assert_cmpstr(template, ==, "sender");
	return sieve_run_envelope(run)->from;
}

static const SieveExtension show_extension = {
	.capability = "vnd.example.show", .source = "this file", .commands = show_commands};
static const SieveExtension loud_extension = {
	.capability = "vnd.example.loud", .source = "this file", .tags = loud_tags};
static const SieveExtension dollar_extension = {.capability = "vnd.example.dollar",
	.implies = "vnd.example.loud vnd.example.show",
	.source = "this file",
	.compile_string = compile_dollar,
	.expand_string = expand_dollar};

static const SieveExtension *const extensions[] = {
	&show_extension, &loud_extension, &dollar_extension, NULL};

typedef struct Case {
	const char *script;
	const char *result; /* of the run; or the diagnostics */
} Case;

#define SHOW "require \"vnd.example.show\";\n"
#define LOUD "require [\"vnd.example.show\", \"vnd.example.loud\"];\n"
#define DOLLAR "require \"vnd.example.dollar\";\n"

static const Case cases[] = {
	{SHOW "show :a \"n\";", "shown \"n a 0 0 \"\nimplicit keep\n"},
	{SHOW "show :text \"t\" :b :list [\"x\", \"y\"] :number 7 \"n\" 9;",
		"shown \"n b 7 9 t/x/y\"\nimplicit keep\n"},
	{SHOW "show :B :LIST \"x\" \"n\";", "shown \"n b 0 0 /x\"\nimplicit keep\n"},
	{SHOW "show \"n\";", "2:1: error: show needs :a or :b\n"},
	{SHOW "show :a :b \"n\";",
		"2:9: error: tag :b cannot stand beside :a [take one of them away]\n"},
	{SHOW "show :a :number \"x\";", "2:9: error: tag :number is followed by a number\n"},
	{SHOW "show :a :text [\"x\"] \"n\";", "2:9: error: tag :text is followed by a string\n"
					      "2:15: error: name of show is a string\n"
					      "2:21: error: extra of show is a number\n"},
	{SHOW "show :a :text;", "2:1: error: show needs name: a string\n"
				"2:9: error: tag :text is followed by a string\n"},
	{SHOW "show :a \"too long a name\";",
		"2:9: error: \"too long a name\" is too long [eight bytes at most]\n"},
	{SHOW "show :a :text \"too long a text\" \"n\";",
		"2:15: error: \"too long a text\" is too long [eight bytes at most]\n"},
	{SHOW "show :loud \"x\" :a \"n\";",
		"2:6: error: unknown tag :loud [add require \"vnd.example.loud\"]\n"},
	{LOUD "show :loud \"x\" :a \"n\";", "shown \"x\"\nimplicit keep\n"},
	{LOUD "show :loud \"x\" :loud \"y\" :a \"n\";", "2:16: error: tag :loud is given twice\n"},
	{LOUD "discard :loud \"x\";",
		"2:9: error: unknown tag :loud for discard\n2:15: error: discard takes no further "
		"argument\n"},
	/* Strings that change from run to run: checked when expanded, and then the run fails. */
	{DOLLAR "show :a :list [\"x\", \"$\"] \"n\";",
		"shown \"n a 0 0 /x/sender@example.com\"\nimplicit keep\n"},
	{DOLLAR "show :a \"$\";",
		"error: script:2: \"sender@example.com\" is too long\nimplicit keep\n"},
	{DOLLAR "keep :loud \"$\";", "keep \"sender@example.com\"\n"},
	{DOLLAR "if header :contains \"from\" [\"zz\", \"$\"] { discard; }", "discard\n"},
	{DOLLAR "redirect \"$\";", "redirect \"sender@example.com\"\n"},
	{DOLLAR "if header :contains \"$\" \"x\" { discard; }", "implicit keep\n"},
};

static void
test_case(gconstpointer data)
{
	const Case *c = data;
	g_autoptr(SieveRegistry) registry = sieve_registry_new(extensions);
	g_autofree char *text = test_diagnose(registry, c->script, NULL);

	if (*text == '\0') {
		g_autoptr(SieveProgram) program = test_compile(registry, c->script);
		g_free(text);
		text = test_run(program, test_mail);
	}
	g_assert_cmpstr(text, ==, c->result);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *name = g_strdup_printf("/arguments/%02zu", i);
		g_test_add_data_func(name, &cases[i], test_case);
	}
	return g_test_run();
}
