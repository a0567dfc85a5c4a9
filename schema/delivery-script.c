/* SPDX-License-Identifier: MIT */
/* delivery-script.c - a record to the reader's delivery script: access list, redirect logic, include */

#include "schema/delivery-script.h"

#include "engine/bytes.h"
#include "engine/printer.h"
#include "schema/mailfilter.h"

#define SHOWN_BYTES 100u
/* Received fields after which a mail is going round in circles. More than a mail that came straight
 * has, and less than the 50 at which servers refuse it (RFC 5321 section 6.3). */
#define HOPS_MAX "15"

static void
add_head(GString *comment, const LocationRecord *record, char **problems)
{
	g_autofree char *name = sieve_bytes_escape(
		sieve_bytes_from_string(record->user_name), SHOWN_BYTES);

	g_string_append_printf(comment,
		"# Delivery script of %s, made from the location record. It is made anew when the\n"
		"# record changes: personal rules belong in the script that it includes.",
		name);
	for (char **problem = problems; *problem != NULL; problem++)
		g_string_append_printf(comment, "\n# Not understood, and left out: %s", *problem);
}

static bool
redirects(const LocationRecord *record, const LocationScriptOptions *options)
{
	return options->elsewhere != NULL && record->emails[0] != NULL;
}

static void
add_require(SieveAst *ast, const LocationMailfilter *list, const LocationRecord *record,
	const LocationScriptOptions *options)
{
	g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(SieveBytes));
	const char *const *needed = location_mailfilter_capabilities(list);
	SieveBytes name;

	for (; *needed != NULL; needed++) {
		name = sieve_bytes_from_string(*needed);
		g_array_append_val(names, name);
	}
	if (redirects(record, options)) {
		name = SIEVE_BYTES("comparator-i;ascii-numeric");
		g_array_append_val(names, name);
		name = SIEVE_BYTES("relational");
		g_array_append_val(names, name);
	}
	if (options->personal_script != NULL) {
		name = SIEVE_BYTES("include");
		g_array_append_val(names, name);
	}
	if (names->len > 0)
		sieve_ast_add_strings(ast,
			sieve_ast_add_command(ast, NULL, SIEVE_BYTES("require")),
			(const SieveBytes *)(const void *)names->data, names->len);
}

static void
start_section(SieveAst *ast, SieveAstNode *command, const char *comment)
{
	sieve_ast_set_comment(ast, command, sieve_bytes_from_string(comment));
	command->blank_before = command != sieve_ast_commands(ast);
}

/* The reader's own address, not one at the host: their domain knows where they are when the mail
 * gets there, and has the ticket without which that host takes none. */
static void
add_redirect(SieveAst *ast, const LocationRecord *record, const LocationRecord *elsewhere)
{
	g_autofree char *comment = g_strdup_printf(
		"# Redirect: the reader has left this host, and is at %s port %u now. A mail that\n"
		"# has passed many servers is going round in circles, and stays here.",
		elsewhere->host != NULL ? elsewhere->host : "another one", elsewhere->smtp_port);
	SieveAstNode *branch = sieve_ast_add_command(ast, NULL, SIEVE_BYTES("if"));
	SieveAstNode *not = sieve_ast_add_test(ast, branch, SIEVE_BYTES("not"));
	SieveAstNode *header = sieve_ast_add_test(ast, not, SIEVE_BYTES("header"));

	start_section(ast, branch, comment);
	sieve_ast_add_tag(ast, header, SIEVE_BYTES("count"));
	sieve_ast_add_string(ast, header, SIEVE_BYTES("ge"));
	sieve_ast_add_tag(ast, header, SIEVE_BYTES("comparator"));
	sieve_ast_add_string(ast, header, SIEVE_BYTES("i;ascii-numeric"));
	sieve_ast_add_string(ast, header, SIEVE_BYTES("Received"));
	sieve_ast_add_string(ast, header, SIEVE_BYTES(HOPS_MAX));
	sieve_ast_set_block(ast, branch);
	sieve_ast_add_string(ast, sieve_ast_add_command(ast, branch, SIEVE_BYTES("redirect")),
		sieve_bytes_from_string(record->emails[0]));
	sieve_ast_add_command(ast, branch, SIEVE_BYTES("stop"));
}

static void
add_include(SieveAst *ast, const char *personal_script)
{
	SieveAstNode *include = sieve_ast_add_command(ast, NULL, SIEVE_BYTES("include"));

	start_section(ast, include, "# The reader's own rules.");
	sieve_ast_add_tag(ast, include, SIEVE_BYTES("personal"));
	sieve_ast_add_string(ast, include, sieve_bytes_from_string(personal_script));
}

char *
location_delivery_script(const LocationRecord *record, const LocationScriptOptions *options,
	char ***ret_problems)
{
	g_auto(GStrv) problems = NULL;
	g_autoptr(LocationMailfilter) list =
		location_mailfilter_parse((const char *const *)record->mailfilters,
			g_strv_length(record->mailfilters), &problems);
	g_autoptr(SieveAst) ast = sieve_ast_new(NULL);
	g_autoptr(GString) text = g_string_new(NULL);
	size_t len = 0;

	add_require(ast, list, record, options);
	location_mailfilter_to_ast(list, ast, NULL);
	if (redirects(record, options))
		add_redirect(ast, record, options->elsewhere);
	if (options->personal_script != NULL)
		add_include(ast, options->personal_script);
	g_autofree char *commands = sieve_print(ast, &len);

	add_head(text, record, problems);
	g_string_append_printf(text, "\n%s", commands);
	*ret_problems = g_steal_pointer(&problems);
	return g_string_free(g_steal_pointer(&text), FALSE);
}
