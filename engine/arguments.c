/* SPDX-License-Identifier: MIT */
/* arguments.c - fits positional and tagged arguments to a definition's table */

#include "engine/arguments.h"

#include <string.h>

#include "engine/check.h"

/* What is known while the arguments of one command or test are fitted. */
typedef struct Fit {
	SieveCheck *check;
	const SieveAstNode *node;
	SieveArena *arena;
	SieveArgs *args;
	const SieveAstArg *next; /* the argument that comes next */
	unsigned row;		 /* the positional row to be filled next */
	bool positional_seen;
	bool look_into; /* strings are rewritten or compiled */
	bool misspelt; /* a tag that was likely meant to be another was told */
} Fit;

static const char *const type_words[] = {
	[SIEVE_ARG_STRING] = "a string",
	[SIEVE_ARG_STRING_LIST] = "a string or a list of strings",
	[SIEVE_ARG_NUMBER] = "a number",
};

const SieveArgDef *
sieve_arg_defs_find(const SieveArgDef *defs, SieveArgType type)
{
	for (; defs != NULL && defs->type != SIEVE_ARG_END; defs++)
		if (defs->type == type)
			return defs;
	return NULL;
}

/* --- Strings ---------------------------------------------------------------------------------- */

static bool
is_enabled(const SieveCheck *check, unsigned index)
{
	return check->requirements[index].enabled;
}

/* Whether any extension that is required looks into strings: asked once for each list of them. */
static bool
strings_are_looked_into(const SieveCheck *check)
{
	const SieveRegistry *registry = check->unit->registry;

	for (unsigned i = 0; i < sieve_registry_count(registry); i++) {
		const SieveExtension *extension = sieve_registry_get(registry, i);
		if (is_enabled(check, i) && (extension->rewrite_string != NULL ||
						    extension->compile_string != NULL))
			return true;
	}
	return false;
}

static SieveBytes
rewrite_string(SieveCheck *check, const SieveArg *arg, SieveBytes value, SieveArena *arena)
{
	const SieveRegistry *registry = check->unit->registry;

	for (unsigned i = 0; i < sieve_registry_count(registry); i++) {
		const SieveExtension *extension = sieve_registry_get(registry, i);
		if (extension->rewrite_string == NULL || !is_enabled(check, i))
			continue;
		SieveBytes rewritten = extension->rewrite_string(check, arg, value, arena);
		if (rewritten.ptr != value.ptr)
			sieve_require_use(check, i);
		value = rewritten;
	}
	return value;
}

static SieveTemplate
compile_string(SieveCheck *check, const SieveArg *arg, SieveBytes value, SieveArena *arena)
{
	const SieveRegistry *registry = check->unit->registry;

	for (unsigned i = 0; i < sieve_registry_count(registry); i++) {
		const SieveExtension *extension = sieve_registry_get(registry, i);
		if (extension->compile_string == NULL || !is_enabled(check, i))
			continue;
		const void *data = extension->compile_string(check, arg, value, arena);
		if (data == NULL)
			continue;
		sieve_require_use(check, i);
		return (SieveTemplate){extension, data};
	}
	return (SieveTemplate){NULL, NULL};
}

/* Rewritten, copied out of the tree, and compiled or checked. */
static SieveBytes
take_string(
	Fit *fit, SieveArg *arg, unsigned flags, SieveBytes written, SieveTemplate *ret_template)
{
	if (fit->look_into)
		written = rewrite_string(fit->check, arg, written, fit->arena);
	SieveBytes value = sieve_arena_copy(fit->arena, written);

	if (fit->look_into)
		*ret_template = compile_string(fit->check, arg, value, fit->arena);
	if (ret_template->data == NULL && arg->check != NULL)
		arg->check(fit->check, arg, value);
	else if (ret_template->data != NULL && (flags & SIEVE_ARG_CONSTANT))
		sieve_check_error(
			fit->check, arg, NULL, "no variable can stand in the %s", arg->name);
	return value;
}

/* --- Values ----------------------------------------------------------------------------------- */

static void
set_place(SieveArg *arg, SieveSpan span)
{
	arg->offset = span.offset;
	arg->length = span.length;
}

static bool
has_type(const SieveAstArg *value, SieveArgType type)
{
	switch (type) {
	case SIEVE_ARG_STRING:
		return value->kind == SIEVE_AST_ARG_STRING_LIST && !value->brackets &&
		       value->n_strings == 1;
	case SIEVE_ARG_STRING_LIST:
		return value->kind == SIEVE_AST_ARG_STRING_LIST;
	case SIEVE_ARG_NUMBER:
		return value->kind == SIEVE_AST_ARG_NUMBER;
	default:
		return false;
	}
}

static void
take_value(Fit *fit, SieveArg *arg, unsigned flags, const SieveAstArg *value)
{
	set_place(arg, value->span);
	arg->given = true;
	arg->number = value->number;
	if (value->kind != SIEVE_AST_ARG_STRING_LIST)
		return;
	SieveBytes *items = sieve_arena_new_array(fit->arena, SieveBytes, value->n_strings);
	SieveTemplate *templates = NULL;
	fit->look_into = strings_are_looked_into(fit->check);
	for (size_t i = 0; i < value->n_strings; i++) {
		SieveTemplate template = {NULL, NULL};
		set_place(arg, value->strings[i].span);
		items[i] = take_string(fit, arg, flags, value->strings[i].value, &template);
		if (template.data != NULL && templates == NULL)
			templates =
				sieve_arena_new_array(fit->arena, SieveTemplate, value->n_strings);
		if (template.data != NULL)
			templates[i] = template;
	}
	set_place(arg, value->span);
	arg->strings = (SieveStrings){items, value->n_strings};
	arg->templates = templates;
	arg->words = (flags & SIEVE_ARG_WORDS) != 0;
	if (arg->words && templates == NULL)
		arg->strings = sieve_strings_words(arg->strings, fit->arena);
}

/* The value of a tag: the argument after it. */
static void
take_tag_value(Fit *fit, SieveArg *arg, unsigned flags, SieveArgType type, const SieveAstArg *tag)
{
	set_place(arg, tag->span);
	arg->given = true;
	if (type == SIEVE_ARG_END)
		return;
	if (fit->next == NULL || !has_type(fit->next, type)) {
		sieve_check_tell(fit->check, SIEVE_RULE_ARGUMENT, tag->span, NULL,
			"tag :%s is followed by %s", arg->name, type_words[type]);
		return;
	}
	const SieveAstArg *value = fit->next;
	fit->next = value->next;
	take_value(fit, arg, flags, value);
}

/* --- Tags ------------------------------------------------------------------------------------- */

static bool
tell_twice(Fit *fit, const SieveArg *arg, const SieveAstArg *tag)
{
	if (!arg->given)
		return false;
	if (sieve_bytes_equal_nocase(tag->tag, sieve_bytes_from_string(arg->name)))
		sieve_check_tell(fit->check, SIEVE_RULE_ARGUMENT, tag->span, NULL,
			"tag :%s is given twice", arg->name);
	else
		sieve_check_tell(fit->check, SIEVE_RULE_ARGUMENT, tag->span, "take one of them away",
			"tag :%.*s cannot stand beside :%s", (int)tag->tag.len, tag->tag.ptr,
			arg->name);
	return true;
}

static bool
fit_own_tag(Fit *fit, const SieveAstArg *tag)
{
	const SieveArgDef *defs = fit->args->defs;

	for (unsigned i = 0; i < fit->args->count; i++) {
		if (defs[i].type != SIEVE_ARG_TAG ||
			!sieve_bytes_equal_nocase(tag->tag, sieve_bytes_from_string(defs[i].name)))
			continue;
		bool twice = tell_twice(fit, &fit->args->items[i], tag);
		for (unsigned j = 0; defs[i].group != NULL && !twice && j < fit->args->count; j++)
			twice = j != i && g_strcmp0(defs[i].group, defs[j].group) == 0 &&
				tell_twice(fit, &fit->args->items[j], tag);
		take_tag_value(fit, &fit->args->items[i], defs[i].flags, defs[i].value, tag);
		return true;
	}
	return false;
}

static void
check_comparator(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	SieveSpan span = {&check->script->source, arg->offset, arg->length};

	sieve_check_find(check, SIEVE_KIND_COMPARATOR, "comparator", value, span);
}

static bool
fit_comparator(Fit *fit, const SieveAstArg *tag)
{
	SieveArgs *args = fit->args;

	if (sieve_arg_defs_find(args->defs, SIEVE_ARG_MATCH) == NULL ||
		!sieve_bytes_equal_nocase(tag->tag, SIEVE_BYTES("comparator")))
		return false;
	tell_twice(fit, &args->comparator_arg, tag);
	args->comparator_arg.name = "comparator";
	args->comparator_arg.check = check_comparator;
	take_tag_value(fit, &args->comparator_arg, SIEVE_ARG_CONSTANT, SIEVE_ARG_STRING, tag);
	if (args->comparator_arg.strings.count == 0)
		return true;
	const SieveEntry *entry = sieve_registry_find(fit->check->unit->registry,
		SIEVE_KIND_COMPARATOR, args->comparator_arg.strings.items[0]);
	if (entry != NULL)
		args->comparator = entry->def;
	return true;
}

static bool
fit_match(Fit *fit, const SieveAstArg *tag)
{
	SieveArgs *args = fit->args;

	if (sieve_arg_defs_find(args->defs, SIEVE_ARG_MATCH) == NULL ||
		sieve_registry_find(fit->check->unit->registry, SIEVE_KIND_MATCH, tag->tag) == NULL)
		return false;
	const SieveEntry *entry =
		sieve_check_find(fit->check, SIEVE_KIND_MATCH, "match type", tag->tag, tag->span);
	tell_twice(fit, &args->match_arg, tag);
	const SieveMatchDef *match =
		sieve_registry_find(fit->check->unit->registry, SIEVE_KIND_MATCH, tag->tag)->def;
	args->match_arg.name = match->tag;
	args->match_arg.check = entry == NULL ? NULL : match->check;
	take_tag_value(fit, &args->match_arg, SIEVE_ARG_CONSTANT, match->value, tag);
	args->match = match;
	return true;
}

static bool
fit_address_part(Fit *fit, const SieveAstArg *tag)
{
	SieveArgs *args = fit->args;
	const SieveRegistry *registry = fit->check->unit->registry;

	if (sieve_arg_defs_find(args->defs, SIEVE_ARG_ADDRESS_PART) == NULL ||
		sieve_registry_find(registry, SIEVE_KIND_ADDRESS_PART, tag->tag) == NULL)
		return false;
	const SieveEntry *entry = sieve_check_find(
		fit->check, SIEVE_KIND_ADDRESS_PART, "address part", tag->tag, tag->span);
	tell_twice(fit, &args->address_part_arg, tag);
	if (entry != NULL) {
		args->address_part = entry->def;
		args->address_part_arg.name = args->address_part->tag;
		take_tag_value(fit, &args->address_part_arg, 0, SIEVE_ARG_END, tag);
	}
	return true;
}

/* In the order of their precedence (RFC 5229 section 4.1). */
static void
add_modifier(Fit *fit, const SieveModifierDef *def, const SieveAstArg *tag)
{
	SieveArgs *args = fit->args;
	SieveModifierUse *uses =
		sieve_arena_new_array(fit->arena, SieveModifierUse, args->n_modifiers + 1);
	SieveModifierUse use = {.def = def, .arg = {.name = def->tag}};
	unsigned at = 0;

	for (unsigned i = 0; i < args->n_modifiers; i++) {
		const SieveModifierUse *old = &args->modifiers[i];
		if (old->def->precedence == def->precedence)
			tell_twice(fit, &old->arg, tag);
		if (old->def->precedence >= def->precedence)
			uses[at++] = *old;
	}
	take_tag_value(fit, &use.arg, 0, SIEVE_ARG_END, tag);
	uses[at++] = use;
	for (unsigned i = at - 1; i < args->n_modifiers; i++)
		uses[at++] = args->modifiers[i];
	args->modifiers = uses;
	args->n_modifiers++;
}

static bool
fit_modifier(Fit *fit, const SieveAstArg *tag)
{
	const SieveRegistry *registry = fit->check->unit->registry;

	if (sieve_arg_defs_find(fit->args->defs, SIEVE_ARG_MODIFIERS) == NULL ||
		sieve_registry_find(registry, SIEVE_KIND_MODIFIER, tag->tag) == NULL)
		return false;
	const SieveEntry *entry = sieve_check_find(
		fit->check, SIEVE_KIND_MODIFIER, "modifier", tag->tag, tag->span);
	if (entry != NULL)
		add_modifier(fit, entry->def, tag);
	return true;
}

static const SieveEntry *
find_added_tag(Fit *fit, const SieveAstArg *tag)
{
	const SieveEntry *entry =
		sieve_registry_find(fit->check->unit->registry, SIEVE_KIND_TAG, tag->tag);
	const SieveEntry *other = NULL;

	for (; entry != NULL; entry = entry->next) {
		const SieveTagDef *def = entry->def;
		if (!sieve_registry_names_word(def->commands, fit->args->name))
			continue;
		if (is_enabled(fit->check, entry->extension_index))
			return entry;
		if (other == NULL || fit->check->requirements[entry->extension_index].tested)
			other = entry;
	}
	return other;
}

static void
tell_missing_tag(Fit *fit, const SieveAstArg *tag, const SieveEntry *entry)
{
	g_autofree char *hint = sieve_require_missing(fit->check, entry);

	sieve_check_tell(fit->check, SIEVE_RULE_REQUIRE, tag->span, hint, "unknown tag :%.*s",
		(int)tag->tag.len, tag->tag.ptr);
}

static bool
fit_added_tag(Fit *fit, const SieveAstArg *tag)
{
	SieveArgs *args = fit->args;
	const SieveEntry *entry = find_added_tag(fit, tag);

	if (entry == NULL)
		return false;
	if (is_enabled(fit->check, entry->extension_index))
		sieve_require_use(fit->check, entry->extension_index);
	else if (fit->check->requirements[entry->extension_index].tested)
		sieve_require_need_test(fit->check, entry->extension_index);
	else if (!fit->check->require_unknown)
		tell_missing_tag(fit, tag, entry);
	const SieveTagDef *def = entry->def;
	SieveTagUse *uses = sieve_arena_new_array(fit->arena, SieveTagUse, args->n_tags + 1);
	for (unsigned i = 0; i < args->n_tags; i++) {
		uses[i] = args->tags[i];
		if (uses[i].def == def)
			tell_twice(fit, &uses[i].arg, tag);
	}
	SieveArg *arg = &uses[args->n_tags].arg;
	uses[args->n_tags] = (SieveTagUse){.def = def, .arg = {.name = def->name, .check = def->check}};
	take_tag_value(fit, arg, def->flags, def->value, tag);
	if (def->check_number != NULL)
		def->check_number(fit->check, arg, arg->number);
	args->tags = uses;
	args->n_tags++;
	for (unsigned i = 0; def->instead != NULL && i < args->count; i++)
		if (args->defs[i].type != SIEVE_ARG_TAG)
			args->items[i].check = def->check_operand;
	return true;
}

static const char *
suggest_tag(const Fit *fit, SieveBytes typed)
{
	const SieveRegistry *registry = fit->check->unit->registry;
	const SieveArgDef *defs = fit->args->defs;
	SieveSuggestion suggestion = {.typed = typed};

	for (unsigned i = 0; i < fit->args->count; i++)
		if (defs[i].type == SIEVE_ARG_TAG)
			sieve_suggestion_offer(&suggestion, defs[i].name);
	if (sieve_arg_defs_find(defs, SIEVE_ARG_ADDRESS_PART) != NULL)
		sieve_registry_offer(registry, SIEVE_KIND_ADDRESS_PART, &suggestion);
	if (sieve_arg_defs_find(defs, SIEVE_ARG_MODIFIERS) != NULL)
		sieve_registry_offer(registry, SIEVE_KIND_MODIFIER, &suggestion);
	if (sieve_arg_defs_find(defs, SIEVE_ARG_MATCH) != NULL) {
		sieve_registry_offer(registry, SIEVE_KIND_MATCH, &suggestion);
		sieve_suggestion_offer(&suggestion, "comparator");
	}
	return suggestion.best;
}

static void
tell_unknown_tag(Fit *fit, const SieveAstArg *tag)
{
	SieveCheck *check = fit->check;
	int len = (int)tag->tag.len;
	g_autofree char *key = g_strdup_printf(":%.*s %s", len, tag->tag.ptr, fit->args->name);
	const char *near = suggest_tag(fit, tag->tag);
	g_autofree char *hint = near == NULL ? NULL : g_strdup_printf("did you mean :%s?", near);

	fit->misspelt = fit->misspelt || near != NULL;
	if (g_hash_table_add(check->told, g_steal_pointer(&key)))
		sieve_check_tell(check, SIEVE_RULE_UNKNOWN, tag->span, hint,
			"unknown tag :%.*s for %s", len, tag->tag.ptr, fit->args->name);
}

static void
fit_tag(Fit *fit, const SieveAstArg *tag)
{
	fit->next = tag->next;
	/* RFC 5228 section 2.6.2: positional arguments come last. */
	if (fit->positional_seen)
		sieve_check_tell(fit->check, SIEVE_RULE_ARGUMENT, tag->span, NULL,
			"tag :%.*s must stand before the arguments that have no tag",
			(int)tag->tag.len, tag->tag.ptr);
	if (!fit_own_tag(fit, tag) && !fit_comparator(fit, tag) && !fit_match(fit, tag) &&
		!fit_address_part(fit, tag) && !fit_modifier(fit, tag) && !fit_added_tag(fit, tag))
		tell_unknown_tag(fit, tag);
}

/* --- Positional arguments --------------------------------------------------------------------- */

static bool
is_positional(const SieveArgDef *def)
{
	return def->type == SIEVE_ARG_STRING || def->type == SIEVE_ARG_STRING_LIST ||
	       def->type == SIEVE_ARG_NUMBER;
}

/* An optional first row stays empty when there are not enough arguments for all rows. */
static void
skip_optional_row(Fit *fit, const SieveAstArg *value)
{
	const SieveArgDef *defs = fit->args->defs;
	unsigned rows = 0;
	unsigned first = fit->args->count;

	for (unsigned i = fit->args->count; i > 0; i--)
		if (is_positional(&defs[i - 1])) {
			rows++;
			first = i - 1;
		}
	for (; value != NULL; value = value->next)
		rows -= rows > 0 && value->kind != SIEVE_AST_ARG_TAG;
	if (rows > 0 && first < fit->args->count && (defs[first].flags & SIEVE_ARG_OPTIONAL))
		fit->row = first + 1;
}

static void
fit_positional(Fit *fit, const SieveAstArg *value)
{
	const SieveArgDef *defs = fit->args->defs;

	fit->next = value->next;
	if (!fit->positional_seen)
		skip_optional_row(fit, value);
	fit->positional_seen = true;
	while (fit->row < fit->args->count && !is_positional(&defs[fit->row]))
		fit->row++;
	if (fit->row == fit->args->count) {
		sieve_check_tell(fit->check, SIEVE_RULE_ARGUMENT, value->span, NULL,
			"%s takes no further argument", fit->args->name);
		return;
	}
	const SieveArgDef *def = &defs[fit->row];
	SieveArg *arg = &fit->args->items[fit->row++];
	if (has_type(value, def->type)) {
		take_value(fit, arg, def->flags, value);
		return;
	}
	arg->given = true;
	sieve_check_tell(fit->check, SIEVE_RULE_ARGUMENT, value->span, NULL, "%s of %s is %s",
		arg->name, fit->args->name, type_words[def->type]);
}

/* --- What is missing -------------------------------------------------------------------------- */

static bool
has_group(const SieveArgs *args, const char *group)
{
	for (unsigned i = 0; i < args->count; i++)
		if (g_strcmp0(args->defs[i].group, group) == 0 && args->items[i].given)
			return true;
	return false;
}

static void
tell_missing_group(Fit *fit, const SieveArgDef *def)
{
	g_autoptr(GString) names = g_string_new(NULL);

	for (const SieveArgDef *at = fit->args->defs; at->type != SIEVE_ARG_END; at++)
		if (at == def || (def->group != NULL && g_strcmp0(at->group, def->group) == 0))
			g_string_append_printf(
				names, "%s:%s", names->len > 0 ? " or " : "", at->name);
	sieve_check_tell(fit->check, SIEVE_RULE_ARGUMENT, fit->node->span, NULL, "%s needs %s",
		fit->args->name, names->str);
}

static void
check_missing(Fit *fit)
{
	const SieveArgs *args = fit->args;
	const char *told_group = NULL;

	for (unsigned i = 0; i < args->count; i++) {
		const SieveArgDef *def = &args->defs[i];
		bool given = args->items[i].given;
		if (is_positional(def) && !given && !(def->flags & SIEVE_ARG_OPTIONAL)) {
			sieve_check_tell(fit->check, SIEVE_RULE_ARGUMENT, fit->node->span, NULL,
				"%s needs %s: %s", args->name, def->name, type_words[def->type]);
			return;
		}
		if (def->type != SIEVE_ARG_TAG || !(def->flags & SIEVE_ARG_REQUIRED) || given ||
			fit->misspelt)
			continue;
		if (def->group != NULL &&
			(has_group(args, def->group) || g_strcmp0(def->group, told_group) == 0))
			continue;
		told_group = def->group;
		tell_missing_group(fit, def);
	}
}

static bool
has_added_tag(const SieveArgs *args, const char *name)
{
	for (unsigned i = 0; i < args->n_tags; i++)
		if (g_str_equal(args->tags[i].def->name, name))
			return true;
	return false;
}

/* @names: blanks between. */
static bool
has_one_of(const SieveArgs *args, const char *names)
{
	g_auto(GStrv) words = g_strsplit(names, " ", -1);

	for (size_t i = 0; words[i] != NULL; i++)
		if (has_added_tag(args, words[i]))
			return true;
	return false;
}

static void
check_needed_tags(Fit *fit)
{
	const SieveArgs *args = fit->args;

	for (unsigned i = 0; i < args->n_tags; i++) {
		const SieveTagDef *def = args->tags[i].def;
		if (def->needs != NULL && !has_one_of(args, def->needs))
			sieve_check_error(fit->check, &args->tags[i].arg, NULL,
				"tag :%s stands beside :%s alone", def->name, def->needs);
		for (unsigned before = 0; def->group != NULL && before < i; before++)
			if (g_strcmp0(args->tags[before].def->group, def->group) == 0)
				sieve_check_error(fit->check, &args->tags[i].arg, NULL,
					"tags :%s and :%s exclude each other",
					args->tags[before].def->name, def->name);
	}
}

/* --- Matching --------------------------------------------------------------------------------- */

static const void *
default_def(const SieveCheck *check, SieveKind kind, SieveBytes name)
{
	return sieve_registry_find(check->unit->registry, kind, name)->def;
}

static void
check_keys(Fit *fit)
{
	const SieveArgs *args = fit->args;
	const SieveArg *keys = args->keys;

	for (size_t i = 0; keys != NULL && i < keys->strings.count; i++)
		if (keys->templates == NULL || keys->templates[i].data == NULL)
			args->match->check_key(fit->check, keys, keys->strings.items[i]);
}

static void
fit_defaults(Fit *fit)
{
	SieveArgs *args = fit->args;

	for (unsigned i = 0; i < args->count; i++)
		if (args->defs[i].flags & SIEVE_ARG_KEYS)
			args->keys = &args->items[i];
	if (sieve_arg_defs_find(args->defs, SIEVE_ARG_ADDRESS_PART) != NULL &&
		args->address_part == NULL)
		args->address_part =
			default_def(fit->check, SIEVE_KIND_ADDRESS_PART, SIEVE_BYTES("all"));
	if (sieve_arg_defs_find(args->defs, SIEVE_ARG_MATCH) == NULL)
		return;
	/* RFC 5228 sections 2.7.1 and 2.7.3 */
	if (args->match == NULL)
		args->match = default_def(fit->check, SIEVE_KIND_MATCH, SIEVE_BYTES("is"));
	if (args->comparator == NULL)
		args->comparator = default_def(
			fit->check, SIEVE_KIND_COMPARATOR, SIEVE_BYTES("i;ascii-casemap"));
	if (args->match->needs & ~args->comparator->ops)
		sieve_check_error(fit->check,
			args->match_arg.given ? &args->match_arg : &args->comparator_arg, NULL,
			"comparator \"%s\" cannot do :%s", args->comparator->name,
			args->match->tag);
	if (args->match->check_key != NULL)
		check_keys(fit);
}

static void
name_rows(Fit *fit)
{
	for (unsigned i = 0; i < fit->args->count; i++) {
		fit->args->items[i].name = fit->args->defs[i].name;
		fit->args->items[i].check = fit->args->defs[i].check;
	}
}

static unsigned
block_depth(const SieveAstNode *node)
{
	while (node->kind == SIEVE_AST_TEST && node->parent != NULL)
		node = node->parent;
	return node->depth;
}

SieveArgs *
sieve_args_fit(
	SieveCheck *check, const SieveAstNode *node, const char *name, const SieveArgDef *defs)
{
	SieveArena *arena = check->unit->arena;
	SieveArgs *args = sieve_arena_new_array(arena, SieveArgs, 1);
	Fit fit = {.check = check, .node = node, .arena = arena, .args = args, .next = node->args};

	args->name = name;
	args->defs = defs;
	args->line = sieve_check_line(check, node->span.offset);
	args->depth = block_depth(node);
	args->script = -1;
	for (const SieveArgDef *def = defs; def != NULL && def->type != SIEVE_ARG_END; def++)
		args->count++;
	args->items = sieve_arena_new_array(arena, SieveArg, args->count);
	name_rows(&fit);
	while (fit.next != NULL) {
		if (fit.next->kind == SIEVE_AST_ARG_TAG)
			fit_tag(&fit, fit.next);
		else
			fit_positional(&fit, fit.next);
	}
	check_missing(&fit);
	check_needed_tags(&fit);
	fit_defaults(&fit);
	return args;
}

static SieveStrings
normalise_all(const SieveArgs *args, SieveStrings strings, SieveArena *arena)
{
	if (args->comparator->normalise == NULL || args->match->raw)
		return strings;
	SieveBytes *items = sieve_arena_new_array(arena, SieveBytes, strings.count);
	for (size_t i = 0; i < strings.count; i++)
		items[i] = args->comparator->normalise(
			strings.items[i], args->match->patterns, arena);
	return (SieveStrings){items, strings.count};
}

const void *
sieve_args_compile_keys(const SieveArgs *args, SieveStrings strings, SieveArena *arena)
{
	SieveKeys *keys = sieve_arena_new_array(arena, SieveKeys, 1);

	keys->comparator = args->comparator;
	keys->keys = normalise_all(args, strings, arena);
	if (args->match_arg.strings.count > 0)
		keys->value = args->match_arg.strings.items[0];
	return args->match->compile == NULL ? keys : args->match->compile(keys, arena);
}

void
sieve_args_compile(SieveArgs *args, SieveArena *arena)
{
	if (args->match == NULL || args->keys == NULL || args->keys->templates != NULL)
		return;
	args->matcher = sieve_args_compile_keys(args, args->keys->strings, arena);
}
