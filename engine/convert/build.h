/* SPDX-License-Identifier: MIT */
/* build.h - what the readers of formats share: lines, rules, and the tests and commands they become
 *
 * Lines are counted from 0 here. Texts that readers hand over live until the conversion is freed if they
 * point into the source or the conversion's arena; names are string literals.
 */
#pragma once

#include "engine/ast.h"
#include "engine/convert/convert.h"

/* --- Lines ------------------------------------------------------------------------------------------ */

SieveArena *convert_arena(SieveConversion *conversion);
SieveAst *convert_ast(SieveConversion *conversion);
const SieveRegistry *convert_registry(const SieveConversion *conversion);
SieveSide convert_side(const SieveConversion *conversion);
SieveBytes convert_text(const SieveConversion *conversion);
SieveBytes convert_line(const SieveConversion *conversion, size_t line);
/** The line that holds the byte at @at of the text; for formats that include nothing. */
size_t convert_line_at(const SieveConversion *conversion, const char *at);
/** (transfer full) (nullable) a file that the list includes. */
GBytes *convert_read_include(SieveConversion *conversion, const char *path);
/** Puts the lines of such a file before line @at: they are read like all others. Their number is
 * returned. */
size_t convert_insert_lines(SieveConversion *conversion, size_t at, const char *path, GBytes *bytes);
/** Says what became of a line; of several things said the worst counts. Lines of which nothing is said are
 * comments if they are empty, else not understood. @note (nullable): lives as long as the conversion. */
void convert_set_class(
	SieveConversion *conversion, size_t line, SieveConvertClass class, const char *note);
/** @other: SIZE_MAX: there is none. */
void convert_find(SieveConversion *conversion, SieveFindingKind kind, size_t line, size_t other);

/** A logical line: those that begin with a blank continue the one before (Postfix, header fields). */
typedef struct ConvertLogical {
	SieveBytes text; /* joined, the line ends taken out; trimmed */
	size_t first;
	size_t last;
} ConvertLogical;

/** Takes the next one at or after line *@at, empty lines and `#` comments passed over and classed. */
bool convert_next_logical(SieveConversion *conversion, size_t *at, ConvertLogical *ret_logical);
/** Takes the next of the words that blanks and tabs part off @rest, and those behind it; false when
 * there is none. */
bool convert_next_word(SieveBytes *rest, SieveBytes *ret_word);
/** Equal but for letter case; ptr NULL is no word. */
bool convert_is_word(SieveBytes text, const char *word);
bool convert_starts(SieveBytes text, const char *prefix);
/** Takes the line at *@at of @text, trimmed; for formats that are recognised by their lines. */
bool convert_take_line(SieveBytes text, size_t *at, SieveBytes *ret_line);
/** True for what can stand in a script's string: UTF-8 without control characters but tabs. */
bool convert_is_text(SieveBytes text);

/* --- Rules ------------------------------------------------------------------------------------------ */

/** Lines that become commands together, or nothing. */
typedef struct ConvertRule {
	SieveConversion *conversion;
	size_t first;
	SieveAstNode *before; /* (nullable) the command that stood last when it began */
	SieveConvertClass class;
	const char *note;
} ConvertRule;

ConvertRule convert_begin_rule(SieveConversion *conversion, size_t first);
/** What one of its parts is; of several the worst counts, and the first of these. */
void convert_note(ConvertRule *rule, SieveConvertClass class, const char *format, ...)
	G_GNUC_PRINTF(3, 4);
/** Classes the lines up to @last. What cannot be expressed leaves no command behind. @name (nullable): what
 * people called the rule, for the comment. */
void convert_end_rule(ConvertRule *rule, size_t last, SieveBytes name);
/** The command of the script itself that these lines, sorted, became; its comment names them. */
void convert_became(SieveConversion *conversion, SieveAstNode *command, const char *what,
	const size_t *lines, size_t n_lines);
/** Of these lines there is nothing in the script: a comment says so before the command that is made
 * next. */
void convert_leave_out(SieveConversion *conversion, const char *what, const size_t *lines, size_t n_lines,
	const char *note);

/* --- Tests and commands ------------------------------------------------------------------------------- */

typedef struct ConvertList {
	const SieveBytes *items;
	size_t count;
} ConvertList;

/** A test of values against keys. */
typedef struct ConvertMatch {
	const char *test;      /* "header", or the name of a command that compares, as "deleteheader" */
	const char *part;      /* (nullable) "domain" */
	const char *transform; /* (nullable) "text", of body */
	bool of_parts;         /* of header: the fields of parts, too */
	const char *match;     /* "is" */
	const char *relation;  /* (nullable) "ge" */
	const char *comparator; /* (nullable) */
	ConvertList fields; /* names of fields, or what else the test looks at; none: it takes none */
	ConvertList keys;
} ConvertMatch;

#define CONVERT_ONE(bytes) ((ConvertList){&(const SieveBytes){(bytes).ptr, (bytes).len}, 1})

/** Letter case does not count. */
bool convert_list_has(ConvertList list, SieveBytes item);
SieveAstNode *convert_add_test(SieveConversion *conversion, SieveAstNode *parent, const char *name);
SieveAstNode *convert_add_match(
	SieveConversion *conversion, SieveAstNode *parent, const ConvertMatch *match);
void convert_add_match_command(
	SieveConversion *conversion, SieveAstNode *parent, const ConvertMatch *match);
/** size :over or :under, of a program that keeps mails with line ends of one byte: that is noted. */
void convert_add_stored_size(ConvertRule *rule, SieveAstNode *parent, bool over, uint64_t bytes);
/** A command with a tag (nullable) and a string (ptr NULL: none). @parent (nullable): the script. */
SieveAstNode *convert_add_command(SieveConversion *conversion, SieveAstNode *parent, const char *name,
	const char *tag, SieveBytes argument);
/** One string, or a list in brackets. */
void convert_add_list(SieveConversion *conversion, SieveAstNode *node, ConvertList list);
/** A pattern for :matches that stands for these very bytes. */
SieveBytes convert_quote_glob(SieveConversion *conversion, SieveBytes text);
/** NULL when :regex takes it, else why not; lives as long as the conversion. */
const char *convert_check_regex(SieveConversion *conversion, SieveBytes pattern);
