/* SPDX-License-Identifier: MIT */
/* mime.c - foreverypart and break, :mime, extracttext (RFC 5703) */

#include "engine/sieve-ext.h"

#include <string.h>

/* --- foreverypart and break (section 3) --------------------------------------------------------- */

enum { LOOP_NAME, LOOP_BLOCK };

/* Usage: foreverypart [":name" <string>] <block> */
static const SieveArgDef foreverypart_args[] = {
	[LOOP_NAME] = {.type = SIEVE_ARG_TAG,
		.name = "name",
		.value = SIEVE_ARG_STRING,
		.flags = SIEVE_ARG_CONSTANT},
	[LOOP_BLOCK] = {.type = SIEVE_ARG_BLOCK, .name = "block"},
	{.type = SIEVE_ARG_END},
};

enum { BREAK_NAME };

/* Usage: break [":name" <string>] */
static const SieveArgDef break_args[] = {
	[BREAK_NAME] = {.type = SIEVE_ARG_TAG,
		.name = "name",
		.value = SIEVE_ARG_STRING,
		.flags = SIEVE_ARG_CONSTANT},
	{.type = SIEVE_ARG_END},
};

static bool foreverypart_run(SieveRun *run, const SieveArgs *args, GError **error);
static bool foreverypart_end(
	SieveRun *run, const SieveArgs *args, bool *ret_again, GError **error);
static void break_check(SieveCheck *check, SieveArgs *args);
static bool break_run(SieveRun *run, const SieveArgs *args, GError **error);

enum { FOREVERYPART, BREAK };

static const SieveCommandDef foreverypart_commands[] = {
	[FOREVERYPART] = {.name = "foreverypart",
		.args = foreverypart_args,
		.form = SIEVE_FORM_BLOCK,
		.needs = SIEVE_NEEDS_BODY,
		.run = foreverypart_run,
		.end = foreverypart_end},
	[BREAK] = {.name = "break", .args = break_args, .check = break_check, .run = break_run},
	{.name = NULL},
};

static bool
foreverypart_run(SieveRun *run, const SieveArgs *args G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
	const SieveCommandDef *def = &foreverypart_commands[FOREVERYPART];

	if (!sieve_run_begin_parts(run, def))
		(void)sieve_run_leave_block_if(run, def, NULL, NULL);
	return true;
}

static bool
foreverypart_end(SieveRun *run, const SieveArgs *args G_GNUC_UNUSED, bool *ret_again,
	GError **error G_GNUC_UNUSED)
{
	*ret_again = sieve_run_next_part(run, &foreverypart_commands[FOREVERYPART]);
	return true;
}

static void
break_check(SieveCheck *check, SieveArgs *args G_GNUC_UNUSED)
{
	if (!sieve_check_in_block(check, "foreverypart"))
		sieve_check_error(check, NULL, NULL, "break leaves a loop, and there is none");
}

static bool
is_called(const SieveArgs *args, const void *data)
{
	const SieveBytes *name = data;

	return sieve_args_has(args, LOOP_NAME) &&
	       sieve_bytes_equal(sieve_args_constant(args, LOOP_NAME), *name);
}

static bool
break_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	bool named = sieve_args_has(args, BREAK_NAME);
	SieveBytes name = named ? sieve_args_constant(args, BREAK_NAME) : SIEVE_BYTES("");

	if (sieve_run_leave_block_if(run, &foreverypart_commands[FOREVERYPART],
		    named ? is_called : NULL, &name))
		return true;
	g_autofree char *shown = sieve_bytes_escape(name, 80);
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "there is no loop \"%s\" here", shown);
	return false;
}

const SieveExtension sieve_ext_foreverypart = {
	.capability = "foreverypart",
	.source = "RFC 5703 section 3",
	.commands = foreverypart_commands,
};

/* --- :mime (section 4) ---------------------------------------------------------------------------- */

static void
choose_part(SieveRun *run G_GNUC_UNUSED, const SieveArg *arg G_GNUC_UNUSED, SieveFieldChoice *choice)
{
	choice->of_part = true;
}

static void
choose_children(SieveRun *run G_GNUC_UNUSED, const SieveArg *arg G_GNUC_UNUSED, SieveFieldChoice *choice)
{
	choice->of_children = true;
}

static SieveContentType
parse_field(SieveMatching *matching, const SieveHeaderField *field)
{
	return sieve_content_type_parse(
		sieve_header_unfold(field->raw, sieve_run_arena(matching->run)));
}

/* RFC 5703 section 4.1: of fields without a type, blank strings are tested. */
static SieveContentType
find_type(SieveMatching *matching, const SieveHeaderField *field)
{
	if (!sieve_bytes_equal_nocase(field->name, SIEVE_BYTES("Content-Type")) &&
		!sieve_bytes_equal_nocase(field->name, SIEVE_BYTES("Content-Disposition")))
		return (SieveContentType){.type = SIEVE_BYTES(""), .subtype = SIEVE_BYTES("")};
	return parse_field(matching, field);
}

static bool
offer_type(SieveMatching *matching, const SieveHeaderField *field, const SieveArg *arg G_GNUC_UNUSED)
{
	SieveContentType type = find_type(matching, field);

	return sieve_matching_offer(matching, type.type);
}

static bool
offer_subtype(SieveMatching *matching, const SieveHeaderField *field, const SieveArg *arg G_GNUC_UNUSED)
{
	SieveContentType type = find_type(matching, field);

	return sieve_matching_offer(matching, type.subtype);
}

static bool
offer_content_type(
	SieveMatching *matching, const SieveHeaderField *field, const SieveArg *arg G_GNUC_UNUSED)
{
	SieveContentType type = find_type(matching, field);
	const char *text = sieve_arena_printf(sieve_run_arena(matching->run), "%.*s%s%.*s",
		(int)type.type.len, type.type.ptr, type.subtype.len > 0 ? "/" : "",
		(int)type.subtype.len, type.subtype.ptr);

	return sieve_matching_offer(matching, sieve_bytes_from_string(text));
}

static bool
offer_parameters(SieveMatching *matching, const SieveHeaderField *field, const SieveArg *arg)
{
	SieveContentType type = parse_field(matching, field);
	SieveStrings names = sieve_arg_strings(matching->run, arg);
	SieveBytes value;

	for (size_t i = 0; i < names.count; i++)
		if (sieve_run_spend(matching->run, field->raw.len, NULL) &&
			sieve_content_type_parameter(
				&type, names.items[i], sieve_run_arena(matching->run), &value) &&
			sieve_matching_offer(matching, value))
			return true;
	return false;
}

static void
choose_type(SieveRun *run G_GNUC_UNUSED, const SieveArg *arg G_GNUC_UNUSED, SieveFieldChoice *choice)
{
	choice->offer = offer_type;
}

static void
choose_subtype(SieveRun *run G_GNUC_UNUSED, const SieveArg *arg G_GNUC_UNUSED, SieveFieldChoice *choice)
{
	choice->offer = offer_subtype;
}

static void
choose_content_type(
	SieveRun *run G_GNUC_UNUSED, const SieveArg *arg G_GNUC_UNUSED, SieveFieldChoice *choice)
{
	choice->offer = offer_content_type;
}

static void
choose_parameters(SieveRun *run G_GNUC_UNUSED, const SieveArg *arg, SieveFieldChoice *choice)
{
	choice->offer = offer_parameters;
	choice->offer_arg = arg;
}

/* Usage: header [":mime"] [":anychild"] [":type" / ":subtype" / ":contenttype" / ":param" <names>] ...;
 *        address and exists [":mime"] [":anychild"] ... */
static const SieveTagDef mime_tags[] = {
	{.name = "mime", .commands = "header address exists", .choose = choose_part},
	{.name = "anychild",
		.commands = "header address exists",
		.needs = "mime",
		.choose = choose_children},
	{.name = "type",
		.commands = "header",
		.needs = "mime",
		.group = "mimeopts",
		.choose = choose_type},
	{.name = "subtype",
		.commands = "header",
		.needs = "mime",
		.group = "mimeopts",
		.choose = choose_subtype},
	{.name = "contenttype",
		.commands = "header",
		.needs = "mime",
		.group = "mimeopts",
		.choose = choose_content_type},
	{.name = "param",
		.commands = "header",
		.value = SIEVE_ARG_STRING_LIST,
		.needs = "mime",
		.group = "mimeopts",
		.choose = choose_parameters},
	{.name = NULL},
};

const SieveExtension sieve_ext_mime = {
	.capability = "mime",
	.source = "RFC 5703 section 4",
	.tags = mime_tags,
};

/* --- extracttext (section 7) ----------------------------------------------------------------------- */

enum { EXTRACT_MODIFIERS, EXTRACT_FIRST, EXTRACT_NAME };

/* Usage: extracttext [MODIFIER] [":first" <number>] <varname: string> */
static const SieveArgDef extracttext_args[] = {
	[EXTRACT_MODIFIERS] = {.type = SIEVE_ARG_MODIFIERS, .name = "modifiers"},
	[EXTRACT_FIRST] = {.type = SIEVE_ARG_TAG, .name = "first", .value = SIEVE_ARG_NUMBER},
	[EXTRACT_NAME] = {.type = SIEVE_ARG_STRING,
		.name = "variable name",
		.flags = SIEVE_ARG_CONSTANT},
	{.type = SIEVE_ARG_END},
};

static void
extracttext_check(SieveCheck *check, SieveArgs *args)
{
	if (!sieve_check_has(check, "variables"))
		sieve_check_error(check, NULL, "add require \"variables\"",
			"extracttext sets a variable, and variables are not required");
	else
		sieve_args_set_data(args,
			sieve_check_variable(check, sieve_args_get(args, EXTRACT_NAME),
				sieve_args_constant(args, EXTRACT_NAME), SIEVE_VARIABLE_SET));
	if (!sieve_check_in_block(check, "foreverypart"))
		sieve_check_error(check, NULL, "put it into foreverypart",
			"extracttext takes the part that a loop is at, and there is none");
}

/* Offset behind the first @count characters. */
static size_t
skip_characters(SieveBytes text, uint64_t count)
{
	size_t at = 0;

	for (; count > 0 && at < text.len; count--) {
		gunichar character =
			g_utf8_get_char_validated(text.ptr + at, (gssize)(text.len - at));
		bool valid = character != (gunichar)-1 && character != (gunichar)-2;
		at += valid ? (size_t)g_utf8_skip[(unsigned char)text.ptr[at]] : 1;
	}
	return MIN(at, text.len);
}

/* What is no text gives none. */
static bool
extracttext_run(SieveRun *run, const SieveArgs *args, GError **error G_GNUC_UNUSED)
{
	const SieveMime *mime = sieve_run_mime(run);
	size_t index = sieve_run_part(run);
	SieveBytes text = SIEVE_BYTES("");

	if (mime == NULL)
		return true;
	if (sieve_content_type_is(&mime->parts[index].type, SIEVE_BYTES("text"), SIEVE_BYTES("")))
		text = sieve_run_part_text(run, index, false);
	if (sieve_args_has(args, EXTRACT_FIRST))
		text = sieve_bytes_slice(
			text, 0, skip_characters(text, sieve_args_number(args, EXTRACT_FIRST)));
	sieve_run_set_variable(run, sieve_args_data(args), sieve_args_modify(run, args, text));
	return true;
}

static const SieveCommandDef extracttext_commands[] = {
	{.name = "extracttext",
		.args = extracttext_args,
		.needs = SIEVE_NEEDS_BODY,
		.check = extracttext_check,
		.run = extracttext_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_extracttext = {
	.capability = "extracttext",
	.source = "RFC 5703 section 7",
	.commands = extracttext_commands,
};
