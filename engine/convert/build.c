/* SPDX-License-Identifier: MIT */
/* build.c - rules, tests and commands, and logical lines, for the readers of formats */

#include "engine/convert/build.h"

#include <stdarg.h>
#include <string.h>

#include "engine/bytes.h"
#include "engine/printer.h"

/* --- Lines ------------------------------------------------------------------------------------------ */

bool
convert_is_text(SieveBytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < ' ' && text.ptr[i] != '\t')
			return false;
	return text.len == 0 || g_utf8_validate_len(text.ptr, text.len, NULL);
}

static bool
is_blank(char character)
{
	return character == ' ' || character == '\t';
}

bool
convert_next_word(SieveBytes *rest, SieveBytes *ret_word)
{
	SieveBytes text = sieve_bytes_trim(*rest);
	size_t end = 0;

	while (end < text.len && !is_blank(text.ptr[end]))
		end++;
	*ret_word = sieve_bytes_slice(text, 0, end);
	*rest = sieve_bytes_trim(sieve_bytes_slice(text, end, SIZE_MAX));
	return end > 0;
}

bool
convert_is_word(SieveBytes text, const char *word)
{
	return text.ptr != NULL && sieve_bytes_equal_nocase(text, sieve_bytes_from_string(word));
}

bool
convert_starts(SieveBytes text, const char *prefix)
{
	return sieve_bytes_starts_with(text, sieve_bytes_from_string(prefix));
}

bool
convert_take_line(SieveBytes text, size_t *at, SieveBytes *ret_line)
{
	if (*at >= text.len)
		return false;
	size_t end = MIN(sieve_bytes_find(text, SIEVE_BYTES("\n"), *at), text.len);
	*ret_line = sieve_bytes_trim(sieve_bytes_slice(text, *at, end - *at));
	*at = end + 1;
	return true;
}

static SieveBytes
join_lines(SieveConversion *conversion, size_t first, size_t last)
{
	g_autoptr(GString) joined = g_string_new(NULL);

	if (first == last)
		return sieve_bytes_trim(convert_line(conversion, first));
	for (size_t i = first; i <= last; i++) {
		SieveBytes line = sieve_bytes_trim(convert_line(conversion, i));
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (joined->len > 0)
			g_string_append_c(joined, ' ');
		g_string_append_len(joined, line.ptr, (gssize)line.len);
	}
	return sieve_arena_copy(convert_arena(conversion), (SieveBytes){joined->str, joined->len});
}

bool
convert_next_logical(SieveConversion *conversion, size_t *at, ConvertLogical *ret_logical)
{
	size_t count = sieve_conversion_count_lines(conversion);

	for (; *at < count; ++*at) {
		SieveBytes line = sieve_bytes_trim(convert_line(conversion, *at));
		if (line.len > 0 && line.ptr[0] != '#')
			break;
		convert_set_class(conversion, *at, SIEVE_CONVERT_COMMENT, NULL);
	}
	if (*at == count)
		return false;
	ret_logical->first = *at;
	ret_logical->last = (*at)++;
	/* Comments and empty lines may stand between; they belong to it if more of it follows. */
	for (size_t next = *at; next < count; next++) {
		SieveBytes line = convert_line(conversion, next);
		SieveBytes trimmed = sieve_bytes_trim(line);
		if (trimmed.len == 0 || trimmed.ptr[0] == '#')
			continue;
		if (!is_blank(line.ptr[0]))
			break;
		ret_logical->last = next;
		*at = next + 1;
	}
	ret_logical->text = join_lines(conversion, ret_logical->first, ret_logical->last);
	return true;
}

/* --- Rules ------------------------------------------------------------------------------------------ */

ConvertRule
convert_begin_rule(SieveConversion *conversion, size_t first)
{
	return (ConvertRule){
		.conversion = conversion,
		.first = first,
		.before = sieve_ast_last_command(convert_ast(conversion)),
		.class = SIEVE_CONVERT_EXACT,
	};
}

void
convert_note(ConvertRule *rule, SieveConvertClass class, const char *format, ...)
{
	va_list args;

	if (rule->class >= class)
		return;
	va_start(args, format);
	g_autofree char *note = g_strdup_vprintf(format, args);
	va_end(args);
	rule->class = class;
	rule->note = sieve_arena_strdup(convert_arena(rule->conversion), note);
}

static SieveAstNode *
first_command(const ConvertRule *rule)
{
	if (rule->before != NULL)
		return rule->before->next;
	return (SieveAstNode *)(uintptr_t)sieve_ast_commands(convert_ast(rule->conversion));
}

void
convert_end_rule(ConvertRule *rule, size_t last, SieveBytes name)
{
	SieveConversion *conversion = rule->conversion;
	g_autofree size_t *lines = g_new(size_t, last - rule->first + 1);
	g_autofree char *shown = name.len == 0 ? g_strdup("") : sieve_bytes_print(name, 60);
	g_autofree char *what = g_strconcat(shown, name.len == 0 ? "" : ": ", NULL);
	size_t count = 0;

	if (sieve_ast_too_deep(convert_ast(conversion)))
		convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "it is nested too deeply");
	if (rule->class == SIEVE_CONVERT_NOT_EXPRESSIBLE)
		sieve_ast_take_back(convert_ast(conversion), rule->before);
	for (size_t i = rule->first; i <= last; i++) {
		SieveBytes line = sieve_bytes_trim(convert_line(conversion, i));
		bool empty = line.len == 0 || line.ptr[0] == '#';
		convert_set_class(conversion, i, empty ? SIEVE_CONVERT_COMMENT : rule->class,
			empty ? NULL : rule->note);
		if (!empty)
			lines[count++] = i;
	}
	if (rule->class == SIEVE_CONVERT_NOT_EXPRESSIBLE && count > 0)
		convert_leave_out(conversion, what, lines, count, rule->note);
	SieveAstNode *command = first_command(rule);
	if (command == NULL || count == 0)
		return;
	command->blank_before = rule->before != NULL &&
				!sieve_bytes_starts_with(command->name, SIEVE_BYTES("els"));
	convert_became(conversion, command, what, lines, count);
}

/* --- Tests and commands ------------------------------------------------------------------------------- */

bool
convert_list_has(ConvertList list, SieveBytes item)
{
	for (size_t i = 0; i < list.count; i++)
		if (sieve_bytes_equal_nocase(list.items[i], item))
			return true;
	return false;
}

SieveAstNode *
convert_add_test(SieveConversion *conversion, SieveAstNode *parent, const char *name)
{
	return sieve_ast_add_test(convert_ast(conversion), parent, sieve_bytes_from_string(name));
}

static void
add_tag(SieveConversion *conversion, SieveAstNode *node, const char *tag)
{
	if (tag != NULL)
		sieve_ast_add_tag(convert_ast(conversion), node, sieve_bytes_from_string(tag));
}

void
convert_add_list(SieveConversion *conversion, SieveAstNode *node, ConvertList list)
{
	if (list.count == 1)
		sieve_ast_add_string(convert_ast(conversion), node, list.items[0]);
	else
		sieve_ast_add_strings(convert_ast(conversion), node, list.items, list.count);
}

static void
add_match_arguments(SieveConversion *conversion, SieveAstNode *node, const ConvertMatch *match)
{
	SieveAst *ast = convert_ast(conversion);

	if (match->of_parts) {
		add_tag(conversion, node, "mime");
		add_tag(conversion, node, "anychild");
	}
	add_tag(conversion, node, match->part);
	add_tag(conversion, node, match->transform);
	if (strcmp(match->match, "is") != 0)
		add_tag(conversion, node, match->match);
	if (match->relation != NULL)
		sieve_ast_add_string(ast, node, sieve_bytes_from_string(match->relation));
	if (match->comparator != NULL) {
		add_tag(conversion, node, "comparator");
		sieve_ast_add_string(ast, node, sieve_bytes_from_string(match->comparator));
	}
	if (match->fields.count > 0)
		convert_add_list(conversion, node, match->fields);
	convert_add_list(conversion, node, match->keys);
}

SieveAstNode *
convert_add_match(SieveConversion *conversion, SieveAstNode *parent, const ConvertMatch *match)
{
	SieveAstNode *test = convert_add_test(conversion, parent, match->test);

	add_match_arguments(conversion, test, match);
	return test;
}

void
convert_add_match_command(SieveConversion *conversion, SieveAstNode *parent, const ConvertMatch *match)
{
	add_match_arguments(conversion,
		convert_add_command(conversion, parent, match->test, NULL, (SieveBytes){NULL, 0}), match);
}

void
convert_add_stored_size(ConvertRule *rule, SieveAstNode *parent, bool over, uint64_t bytes)
{
	SieveAst *ast = convert_ast(rule->conversion);
	SieveAstNode *test = convert_add_test(rule->conversion, parent, "size");

	convert_note(rule, SIEVE_CONVERT_APPROXIMATED, "each line end counts as two bytes, there as one");
	sieve_ast_add_tag(ast, test, over ? SIEVE_BYTES("over") : SIEVE_BYTES("under"));
	sieve_ast_add_number(ast, test, bytes);
}

SieveAstNode *
convert_add_command(SieveConversion *conversion, SieveAstNode *parent, const char *name, const char *tag,
	SieveBytes argument)
{
	SieveAstNode *command =
		sieve_ast_add_command(convert_ast(conversion), parent, sieve_bytes_from_string(name));

	add_tag(conversion, command, tag);
	if (argument.ptr != NULL)
		sieve_ast_add_string(convert_ast(conversion), command, argument);
	return command;
}

SieveBytes
convert_quote_glob(SieveConversion *conversion, SieveBytes text)
{
	g_autoptr(GString) quoted = g_string_sized_new(text.len);

	for (size_t i = 0; i < text.len; i++) {
		if (strchr("*?\\", text.ptr[i]) != NULL && text.ptr[i] != '\0')
			g_string_append_c(quoted, '\\');
		g_string_append_c(quoted, text.ptr[i]);
	}
	if (quoted->len == text.len)
		return text;
	return sieve_arena_copy(convert_arena(conversion), (SieveBytes){quoted->str, quoted->len});
}

const char *
convert_check_regex(SieveConversion *conversion, SieveBytes pattern)
{
	g_autoptr(SieveAst) ast = sieve_ast_new(NULL);
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	SieveAstNode *require = sieve_ast_add_command(ast, NULL, SIEVE_BYTES("require"));
	SieveAstNode *command = sieve_ast_add_command(ast, NULL, SIEVE_BYTES("if"));
	SieveAstNode *test = sieve_ast_add_test(ast, command, SIEVE_BYTES("header"));
	size_t len;

	if (!convert_is_text(pattern))
		return "it is no text";
	sieve_ast_add_string(ast, require, SIEVE_BYTES("regex"));
	sieve_ast_add_tag(ast, test, SIEVE_BYTES("regex"));
	sieve_ast_add_string(ast, test, SIEVE_BYTES("subject"));
	sieve_ast_add_string(ast, test, pattern);
	sieve_ast_set_block(ast, command);
	g_autofree char *script = sieve_print(ast, &len);
	g_autoptr(SieveProgram) program =
		sieve_compile(convert_registry(conversion), (SieveBytes){script, len}, NULL, diags);
	if (program != NULL)
		return NULL;
	return sieve_arena_strdup(convert_arena(conversion), sieve_diag_list_get(diags, 0)->message);
}
