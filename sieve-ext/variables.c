/* SPDX-License-Identifier: MIT */
/* variables.c - ${name} in strings, set, and the string test (RFC 5229) */

#include <inttypes.h>
#include <string.h>

#include "engine/sieve-ext.h"

/* --- References in strings (section 3) ---------------------------------------------------------- */

/* A piece of a string: text, or a reference. */
typedef struct Part {
	SieveBytes text; /* of a piece without reference */
	const SieveVariable *variable;
	bool is_match; /* ${index} */
	size_t index;
} Part;

typedef struct Template {
	const Part *parts;
	size_t count;
} Template;

/* variable-name = num-variable / identifier; the length of what stands at @at, or 0. */
static size_t
name_len(SieveBytes text, size_t at)
{
	size_t end = at;
	bool number = at < text.len && g_ascii_isdigit(text.ptr[at]);

	while (end < text.len && (number ? g_ascii_isdigit(text.ptr[end])
					 : g_ascii_isalnum(text.ptr[end]) || text.ptr[end] == '_'))
		end++;
	return end - at;
}

/* variable-ref = "${" [namespace] variable-name "}"
 * namespace = identifier "." *(variable-name ".")
 * @ret_name is what stands between the braces. */
static bool
parse_reference(SieveBytes text, size_t at, SieveBytes *ret_name)
{
	size_t start = at + 2;
	bool number = start < text.len && g_ascii_isdigit(text.ptr[start]);
	size_t end = start;

	if (!sieve_bytes_starts_with(sieve_bytes_slice(text, at, 2), SIEVE_BYTES("${")))
		return false;
	for (;; end++) {
		size_t len = name_len(text, end);
		end += len;
		if (len == 0 || end == text.len)
			return false;
		if (text.ptr[end] != '.' || number)
			break;
	}
	*ret_name = sieve_bytes_slice(text, start, end - start);
	return text.ptr[end] == '}';
}

/* Leading zeroes are ignored (section 3.2). */
static bool
take_index(SieveCheck *check, const SieveArg *arg, SieveBytes name, Part *part)
{
	size_t index = 0;

	if (!g_ascii_isdigit(name.ptr[0]))
		return false;
	for (size_t i = 0; i < name.len && index <= SIEVE_CAPTURES; i++)
		index = index * 10 + (size_t)(name.ptr[i] - '0');
	/* Section 6 */
	if (index > SIEVE_CAPTURES)
		sieve_check_error(check, arg, NULL, "match variables end at ${%u}", SIEVE_CAPTURES);
	part->is_match = true;
	part->index = index;
	return true;
}

static void
add_text(GArray *parts, SieveBytes text)
{
	Part part = {.text = text};

	if (text.len > 0)
		g_array_append_val(parts, part);
}

static const void *
compile_string(SieveCheck *check, const SieveArg *arg, SieveBytes value, SieveArena *arena)
{
	g_autoptr(GArray) parts = NULL;
	size_t done = 0;
	SieveBytes name;

	for (size_t at = 0; (at = sieve_bytes_find(value, SIEVE_BYTES("${"), at)) != SIZE_MAX;) {
		if (!parse_reference(value, at, &name)) {
			at++;
			continue;
		}
		if (parts == NULL)
			parts = g_array_new(FALSE, FALSE, sizeof(Part));
		Part part = {.index = 0};
		add_text(parts, sieve_bytes_slice(value, done, at - done));
		if (!take_index(check, arg, name, &part))
			part.variable = sieve_check_variable(check, arg, name, 0);
		g_array_append_val(parts, part);
		at = done = (size_t)(name.ptr - value.ptr) + name.len + 1;
	}
	if (parts == NULL)
		return NULL;
	add_text(parts, sieve_bytes_slice(value, done, SIZE_MAX));
	Template *template = sieve_arena_new_array(arena, Template, 1);
	Part *copy = sieve_arena_new_array(arena, Part, parts->len);
	memcpy(copy, parts->data, parts->len * sizeof(Part));
	*template = (Template){copy, parts->len};
	return template;
}

static SieveBytes
expand_part(SieveRun *run, const Part *part)
{
	if (part->is_match)
		return sieve_run_capture(run, part->index);
	return part->variable == NULL ? part->text : sieve_run_variable(run, part->variable);
}

static SieveBytes
expand_string(SieveRun *run, const void *data)
{
	const Template *template = data;
	size_t len = 0;

	/* The commonest string with a variable is nothing but a variable. */
	if (template->count == 1)
		return expand_part(run, &template->parts[0]);
	for (size_t i = 0; i < template->count; i++)
		len += expand_part(run, &template->parts[i]).len;
	/* A run that has no steps left fails after this command. */
	if (!sieve_run_spend(run, len, NULL))
		return SIEVE_BYTES("");
	char *text = sieve_arena_alloc(sieve_run_arena(run), len + 1);
	char *end = text;
	for (size_t i = 0; i < template->count; i++) {
		SieveBytes value = expand_part(run, &template->parts[i]);
		if (value.len > 0)
			memcpy(end, value.ptr, value.len);
		end += value.len;
	}
	return (SieveBytes){text, len};
}

/* --- Modifiers (section 4.1) -------------------------------------------------------------------- */

static char *
copy_value(SieveRun *run, SieveBytes value)
{
	return (char *)(uintptr_t)sieve_arena_copy(sieve_run_arena(run), value).ptr;
}

/* Letters of US-ASCII alone (section 4.1.3). */
static SieveBytes
to_lower(SieveRun *run, SieveBytes value)
{
	char *text = copy_value(run, value);

	for (size_t i = 0; i < value.len; i++)
		text[i] = g_ascii_tolower(text[i]);
	return (SieveBytes){text, value.len};
}

static SieveBytes
to_upper(SieveRun *run, SieveBytes value)
{
	char *text = copy_value(run, value);

	for (size_t i = 0; i < value.len; i++)
		text[i] = g_ascii_toupper(text[i]);
	return (SieveBytes){text, value.len};
}

static SieveBytes
to_lowerfirst(SieveRun *run, SieveBytes value)
{
	char *text = copy_value(run, value);

	text[0] = g_ascii_tolower(text[0]);
	return (SieveBytes){text, value.len};
}

static SieveBytes
to_upperfirst(SieveRun *run, SieveBytes value)
{
	char *text = copy_value(run, value);

	text[0] = g_ascii_toupper(text[0]);
	return (SieveBytes){text, value.len};
}

static SieveBytes
quote_wildcards(SieveRun *run, SieveBytes value)
{
	char *text = sieve_arena_alloc(sieve_run_arena(run), 2 * value.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '*' || value.ptr[i] == '?' || value.ptr[i] == '\\')
			text[len++] = '\\';
		text[len++] = value.ptr[i];
	}
	return (SieveBytes){text, len};
}

static SieveBytes
to_length(SieveRun *run, SieveBytes value)
{
	return sieve_bytes_from_string(sieve_arena_printf(
		sieve_run_arena(run), "%zu", sieve_bytes_characters(value)));
}

static const SieveModifierDef variables_modifiers[] = {
	{"lower", 40, to_lower},
	{"upper", 40, to_upper},
	{"lowerfirst", 30, to_lowerfirst},
	{"upperfirst", 30, to_upperfirst},
	{"quotewildcard", 20, quote_wildcards},
	{"length", 10, to_length},
	{.tag = NULL},
};

/* --- set (section 4) ---------------------------------------------------------------------------- */

enum { SET_MODIFIERS, SET_NAME, SET_VALUE };

/* Usage: set [MODIFIER] <name: string> <value: string> */
static const SieveArgDef set_args[] = {
	[SET_MODIFIERS] = {.type = SIEVE_ARG_MODIFIERS, .name = "modifiers"},
	[SET_NAME] = {.type = SIEVE_ARG_STRING,
		.name = "variable name",
		.flags = SIEVE_ARG_CONSTANT},
	[SET_VALUE] = {.type = SIEVE_ARG_STRING, .name = "value"},
	{.type = SIEVE_ARG_END},
};

static void
set_check(SieveCheck *check, SieveArgs *args)
{
	const SieveArg *name = sieve_args_get(args, SET_NAME);
	uint64_t max = sieve_settings_max_variable(sieve_check_settings(check));

	sieve_args_set_data(args, sieve_check_variable(check, name,
					  sieve_args_constant(args, SET_NAME), SIEVE_VARIABLE_SET));
	if (sieve_args_is_constant(args, SET_VALUE) &&
		sieve_args_constant(args, SET_VALUE).len > max)
		sieve_check_error(check, sieve_args_get(args, SET_VALUE), NULL,
			"a variable holds at most %" PRIu64 " bytes", max);
}

static bool
set_run(SieveRun *run, const SieveArgs *args, GError **error G_GNUC_UNUSED)
{
	SieveBytes value = sieve_args_string(run, args, SET_VALUE);

	sieve_run_set_variable(run, sieve_args_data(args), sieve_args_modify(run, args, value));
	return true;
}

static const SieveCommandDef variables_commands[] = {
	{.name = "set", .args = set_args, .check = set_check, .run = set_run},
	{.name = NULL},
};

/* --- string (section 5) ------------------------------------------------------------------------- */

enum { STRING_MATCH, STRING_SOURCES, STRING_KEYS };

/* Usage: string [MATCH-TYPE] [COMPARATOR] <source: string-list> <key-list: string-list> */
static const SieveArgDef string_args[] = {
	[STRING_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[STRING_SOURCES] = {.type = SIEVE_ARG_STRING_LIST, .name = "sources"},
	[STRING_KEYS] = {.type = SIEVE_ARG_STRING_LIST, .name = "keys", .flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

static bool
string_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	SieveStrings sources = sieve_args_strings(run, args, STRING_SOURCES);
	SieveMatching matching;

	sieve_matching_begin(&matching, run, args);
	for (size_t i = 0; i < sources.count; i++) {
		/* The count of an empty string is 0. */
		if (sources.items[i].len == 0 && sieve_matching_counts(&matching))
			continue;
		if (sieve_matching_offer(&matching, sources.items[i]))
			break;
	}
	*ret_outcome = sieve_matching_end(&matching);
	return true;
}

static const SieveTestDef variables_tests[] = {
	{.name = "string", .args = string_args, .run = string_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_variables = {
	.capability = "variables",
	.source = "RFC 5229",
	.commands = variables_commands,
	.tests = variables_tests,
	.modifiers = variables_modifiers,
	.compile_string = compile_string,
	.expand_string = expand_string,
};
