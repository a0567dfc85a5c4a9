/* SPDX-License-Identifier: MIT */
/* printer.c - AST to canonical Sieve text; print(parse(x)) is a fixed point */

#include "engine/printer.h"

#include "engine/bytes.h"

#include <inttypes.h>

#define INDENT_COLUMNS 4u
/* Leaves room for what ends a line: ` {`, `) {` or `;`. */
#define LINE_COLUMNS 78u

typedef struct Printer {
	GString *text;
	size_t line_start; /* offset in text */
	unsigned indent;
	bool flat;         /* trying to print on one line */
	bool overflow;     /* it does not fit */
} Printer;

static void
put(Printer *printer, SieveBytes bytes)
{
	size_t column = printer->text->len - printer->line_start;

	if (printer->flat && column + bytes.len > LINE_COLUMNS)
		printer->overflow = true;
	if (!printer->overflow)
		g_string_append_len(printer->text, bytes.ptr, (gssize)bytes.len);
}

static void
put_text(Printer *printer, const char *text)
{
	put(printer, sieve_bytes_from_string(text));
}

/* A line end in what may be tried on one line: it is then too much. */
static void
put_newline(Printer *printer)
{
	if (printer->flat)
		printer->overflow = true;
	if (printer->overflow)
		return;
	g_string_append_c(printer->text, '\n');
	printer->line_start = printer->text->len;
}

static void
put_indented_line(Printer *printer)
{
	put_newline(printer);
	for (unsigned i = 0; i < printer->indent * INDENT_COLUMNS; i++)
		put_text(printer, " ");
}

/* Identifiers and tags are the same in any letter case (RFC 5228 section 2.1). */
static void
put_lower(Printer *printer, SieveBytes word)
{
	g_autofree char *lower = g_ascii_strdown(word.ptr, (gssize)word.len);

	put(printer, (SieveBytes){lower, word.len});
}

/* One line of a string's value. CRLF is written as LF, unless a CR before it would then be taken for
 * a part of the line end. */
static void
put_string_line(Printer *printer, SieveBytes value, size_t start, size_t end)
{
	size_t cut = end;

	if (cut > start && value.ptr[cut - 1] == '\r' &&
		!(cut > start + 1 && value.ptr[cut - 2] == '\r'))
		cut--;
	put(printer, sieve_bytes_slice(value, start, cut - start));
	put_newline(printer);
}

static void
put_escaped(Printer *printer, SieveBytes value, size_t *at)
{
	size_t start = *at;

	while (*at < value.len && value.ptr[*at] != '"' && value.ptr[*at] != '\\' &&
		value.ptr[*at] != '\n')
		++*at;
	if (*at < value.len && value.ptr[*at] == '\n') {
		put_string_line(printer, value, start, *at);
		++*at;
		return;
	}
	put(printer, sieve_bytes_slice(value, start, *at - start));
	if (*at == value.len)
		return;
	put_text(printer, "\\");
	put(printer, sieve_bytes_slice(value, *at, 1));
	++*at;
}

/* quoted-string (RFC 5228 section 8.1) */
static void
put_quoted(Printer *printer, SieveBytes value)
{
	put_text(printer, "\"");
	for (size_t at = 0; at < value.len && !printer->overflow;)
		put_escaped(printer, value, &at);
	put_text(printer, "\"");
}

/* A text: string is made of whole lines, and cannot hold a CR at the end of one. */
static bool
fits_multiline(const SieveAstString *string)
{
	SieveBytes value = string->value;
	size_t first = sieve_bytes_find(value, SIEVE_BYTES("\r\n"), 0);

	if (value.len < 2 || value.ptr[value.len - 2] != '\r' || value.ptr[value.len - 1] != '\n' ||
		sieve_bytes_find(value, SIEVE_BYTES("\r\r\n"), 0) != SIZE_MAX)
		return false;
	return string->multiline || first < value.len - 2;
}

/* multi-line (RFC 5228 section 8.1), with dots stuffed */
static void
put_multiline(Printer *printer, SieveBytes value)
{
	put_text(printer, "text:");
	put_newline(printer);
	for (size_t at = 0; at < value.len && !printer->overflow;) {
		size_t end = sieve_bytes_find(value, SIEVE_BYTES("\n"), at);
		if (value.ptr[at] == '.')
			put_text(printer, ".");
		put_string_line(printer, value, at, end);
		at = end + 1;
	}
	put_text(printer, ".");
	put_newline(printer);
}

static void
put_string(Printer *printer, const SieveAstString *string)
{
	if (fits_multiline(string))
		put_multiline(printer, string->value);
	else
		put_quoted(printer, string->value);
}

static void
put_list(Printer *printer, const SieveAstArg *arg)
{
	put_text(printer, "[");
	printer->indent++;
	for (size_t i = 0; i < arg->n_strings && !printer->overflow; i++) {
		if (i > 0)
			put_text(printer, printer->flat ? ", " : ",");
		if (!printer->flat)
			put_indented_line(printer);
		put_string(printer, &arg->strings[i]);
	}
	printer->indent--;
	if (!printer->flat)
		put_indented_line(printer);
	put_text(printer, "]");
}

/* As written when it was written; else with the largest quantifier that divides it. */
static void
put_number(Printer *printer, const SieveAstArg *arg)
{
	const SieveSpan *span = &arg->span;
	g_autofree char *text = NULL;

	if (span->source != NULL && span->length > 0)
		text = g_ascii_strup(span->source->text.ptr + span->offset, (gssize)span->length);
	else if (arg->number > 0 && arg->number % (1u << 30) == 0)
		text = g_strdup_printf("%" PRIu64 "G", arg->number >> 30);
	else if (arg->number > 0 && arg->number % (1u << 20) == 0)
		text = g_strdup_printf("%" PRIu64 "M", arg->number >> 20);
	else if (arg->number > 0 && arg->number % (1u << 10) == 0)
		text = g_strdup_printf("%" PRIu64 "K", arg->number >> 10);
	else
		text = g_strdup_printf("%" PRIu64, arg->number);
	put_text(printer, text);
}

typedef void (*PutItem)(Printer *printer, const void *item);

/* Prints @item on the line if it fits, else over several lines. */
static void
put_fitting(Printer *printer, PutItem put_item, const void *item)
{
	if (printer->flat) {
		put_item(printer, item);
		return;
	}
	size_t start = printer->text->len;
	unsigned indent = printer->indent;
	printer->flat = true;
	put_item(printer, item);
	printer->flat = false;
	if (!printer->overflow)
		return;
	printer->overflow = false;
	printer->indent = indent;
	g_string_truncate(printer->text, start);
	put_item(printer, item);
}

static void
put_arg(Printer *printer, const void *item)
{
	const SieveAstArg *arg = item;

	switch (arg->kind) {
	case SIEVE_AST_ARG_TAG:
		put_text(printer, ":");
		put_lower(printer, arg->tag);
		break;
	case SIEVE_AST_ARG_NUMBER:
		put_number(printer, arg);
		break;
	case SIEVE_AST_ARG_STRING_LIST:
		if (arg->brackets)
			put_list(printer, arg);
		else
			put_string(printer, &arg->strings[0]);
		break;
	}
}

static void put_node(Printer *printer, const void *item);

static void
put_test_list(Printer *printer, const SieveAstNode *node)
{
	put_text(printer, " (");
	printer->indent++;
	for (const SieveAstNode *test = node->tests; test != NULL && !printer->overflow;
		test = test->next) {
		if (test != node->tests)
			put_text(printer, printer->flat ? ", " : ",");
		if (!printer->flat)
			put_indented_line(printer);
		put_fitting(printer, put_node, test);
	}
	printer->indent--;
	if (!printer->flat)
		put_indented_line(printer);
	put_text(printer, ")");
}

/* Identifier and arguments: a test whole, a command without its end. */
static void
put_node(Printer *printer, const void *item)
{
	const SieveAstNode *node = item;

	put_lower(printer, node->name);
	for (const SieveAstArg *arg = node->args; arg != NULL && !printer->overflow;
		arg = arg->next) {
		if (printer->text->len > printer->line_start)
			put_text(printer, " ");
		put_fitting(printer, put_arg, arg);
	}
	if (node->test_list) {
		put_test_list(printer, node);
	} else if (node->tests != NULL && !printer->overflow) {
		put_text(printer, " ");
		put_node(printer, node->tests);
	}
}

/* Comment lines, each on a line of its own; an empty line stays one. */
static void
put_comment(Printer *printer, SieveBytes comment)
{
	for (size_t at = 0; at < comment.len;) {
		size_t end = MIN(sieve_bytes_find(comment, SIEVE_BYTES("\n"), at), comment.len);
		if (end > at) {
			put_indented_line(printer);
			put(printer, sieve_bytes_slice(comment, at, end - at));
		} else {
			put_newline(printer);
		}
		at = end + 1;
	}
	if (comment.len > 0 && comment.ptr[comment.len - 1] == '\n')
		put_newline(printer);
}

/* Without the empty line that would stand before a closing brace or the script's end. */
static SieveBytes
trim_comment(SieveBytes comment)
{
	while (comment.len > 0 && comment.ptr[comment.len - 1] == '\n')
		comment.len--;
	return comment;
}

static bool
continues_if(const SieveAstNode *command, const SieveAstNode *before)
{
	return before != NULL && before->has_block && before->trailing.len == 0 &&
	       command->comment.len == 0 &&
	       (sieve_bytes_equal_nocase(command->name, SIEVE_BYTES("elsif")) ||
		       sieve_bytes_equal_nocase(command->name, SIEVE_BYTES("else")));
}

static void put_commands(Printer *printer, const SieveAstNode *command);

static void
put_command(Printer *printer, const SieveAstNode *command, const SieveAstNode *before)
{
	if (continues_if(command, before)) {
		put_text(printer, " ");
	} else {
		if (command->blank_before && before != NULL)
			put_newline(printer);
		put_comment(printer, command->comment);
		put_indented_line(printer);
	}
	put_fitting(printer, put_node, command);
	if (command->has_block) {
		put_text(printer, " {");
		printer->indent++;
		put_commands(printer, command->block);
		put_comment(printer, trim_comment(command->block_end_comment));
		printer->indent--;
		put_indented_line(printer);
		put_text(printer, "}");
	} else {
		put_text(printer, ";");
	}
	if (command->trailing.len > 0) {
		put_text(printer, " ");
		put(printer, command->trailing);
	}
}

static void
put_commands(Printer *printer, const SieveAstNode *command)
{
	const SieveAstNode *before = NULL;

	for (; command != NULL; before = command, command = command->next)
		put_command(printer, command, before);
}

char *
sieve_print(const SieveAst *ast, size_t *ret_len)
{
	Printer printer = {.text = g_string_new(NULL)};
	const SieveAstNode *first = sieve_ast_commands(ast);
	SieveBytes end_comment = trim_comment(sieve_ast_end_comment(ast));

	put_commands(&printer, first);
	if (first != NULL && end_comment.len > 0)
		put_newline(&printer);
	put_comment(&printer, end_comment);
	/* Every line was begun by its line end; the first needs none, the last has none yet. */
	if (printer.text->len > 0) {
		g_string_erase(printer.text, 0, 1);
		g_string_append_c(printer.text, '\n');
	}
	*ret_len = printer.text->len;
	return g_string_free(printer.text, FALSE);
}
