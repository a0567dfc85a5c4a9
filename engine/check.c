/* SPDX-License-Identifier: MIT */
/* check.c - what the stages of a check share: telling mistakes, finding names, ready-made checks */

#include "engine/check.h"

#include <string.h>

#include "engine/deliver/mailbox-name.h"
#include "engine/diag.h"
#include "engine/interp.h"

/* --- Telling ---------------------------------------------------------------------------------- */

static void G_GNUC_PRINTF(5, 0)
tell_valist(SieveCheck *check, SieveDiagRule rule, SieveSpan span, const char *hint,
	const char *format, va_list arguments)
{
	g_autofree char *message = g_strdup_vprintf(format, arguments);

	if (check->run == NULL)
		sieve_diag_add(check->unit->diags, rule, span, hint, "%s", message);
	else if (sieve_diag_rules[rule].level == SIEVE_DIAG_ERROR)
		sieve_run_fail(
			check->run, g_error_new(SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "%s", message));
}

void
sieve_check_tell(SieveCheck *check, SieveDiagRule rule, SieveSpan span, const char *hint,
	const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell_valist(check, rule, span, hint, format, arguments);
	va_end(arguments);
}

static SieveSpan
span_of(const SieveCheck *check, const SieveArg *arg)
{
	if (check->run != NULL)
		return (SieveSpan){NULL, 0, 0};
	if (arg == NULL)
		return check->node->span;
	return (SieveSpan){&check->script->source, arg->offset, arg->length};
}

void
sieve_check_error(SieveCheck *check, const SieveArg *arg, const char *hint, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell_valist(check, SIEVE_RULE_VALUE, span_of(check, arg), hint, format, arguments);
	va_end(arguments);
}

void
sieve_check_warn(SieveCheck *check, const SieveArg *arg, const char *hint, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	tell_valist(check, SIEVE_RULE_DOUBTFUL, span_of(check, arg), hint, format, arguments);
	va_end(arguments);
}

const SieveSettings *
sieve_check_settings(const SieveCheck *check)
{
	return check->run != NULL ? sieve_run_settings(check->run) : check->unit->settings;
}

unsigned
sieve_check_line(SieveCheck *check, size_t offset)
{
	const char *text = check->script->source.text.ptr;

	if (offset < check->line_offset) {
		check->line_offset = 0;
		check->line = 1;
	}
	for (const char *at = text + check->line_offset, *end = text + offset;
		at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
		check->line++;
	check->line_offset = offset;
	return check->line;
}

/* --- Names ------------------------------------------------------------------------------------ */

static char *
hint_for_other_kind(const SieveRegistry *registry, SieveKind kind, SieveBytes name)
{
	const SieveEntry *entry;

	if (kind == SIEVE_KIND_COMMAND &&
		(entry = sieve_registry_find(registry, SIEVE_KIND_TEST, name)) != NULL)
		return g_strdup_printf("%s is a test: it belongs after if", entry->name);
	if (kind == SIEVE_KIND_TEST &&
		(entry = sieve_registry_find(registry, SIEVE_KIND_COMMAND, name)) != NULL)
		return g_strdup_printf("%s is a command, not a test", entry->name);
	return NULL;
}

static char *
hint_for_unknown(const SieveRegistry *registry, SieveKind kind, SieveBytes name)
{
	char *hint = hint_for_other_kind(registry, kind, name);

	if (hint != NULL)
		return hint;
	const char *near = sieve_registry_suggest(registry, kind, name);
	return near == NULL ? NULL : g_strdup_printf("did you mean \"%s\"?", near);
}

static void
tell_unknown(SieveCheck *check, SieveKind kind, const char *what, SieveBytes name, SieveSpan span)
{
	const SieveRegistry *registry = check->unit->registry;
	const SieveEntry *entry = sieve_registry_find(registry, kind, name);
	g_autofree char *shown = sieve_bytes_escape(name, SIEVE_LIMIT_IDENTIFIER_BYTES);

	if ((entry != NULL && check->require_unknown) ||
		!g_hash_table_add(check->told, g_strdup_printf("%s %s", what, shown)))
		return;
	g_autofree char *hint = entry != NULL ? sieve_require_missing(check, entry)
					      : hint_for_unknown(registry, kind, name);
	sieve_check_tell(check, entry != NULL ? SIEVE_RULE_REQUIRE : SIEVE_RULE_UNKNOWN, span, hint,
		"unknown %s \"%s\"", what, shown);
}

const SieveEntry *
sieve_check_find(
	SieveCheck *check, SieveKind kind, const char *what, SieveBytes name, SieveSpan span)
{
	const SieveEntry *first = sieve_registry_find(check->unit->registry, kind, name);

	for (const SieveEntry *entry = first; entry != NULL; entry = entry->next) {
		if (!check->requirements[entry->extension_index].enabled)
			continue;
		sieve_require_use(check, entry->extension_index);
		return entry;
	}
	for (const SieveEntry *entry = first; entry != NULL; entry = entry->next) {
		if (!check->requirements[entry->extension_index].tested)
			continue;
		sieve_require_need_test(check, entry->extension_index);
		return entry;
	}
	tell_unknown(check, kind, what, name, span);
	return NULL;
}

bool
sieve_check_has(const SieveCheck *check, const char *capability)
{
	const SieveEntry *entry = sieve_registry_find(check->unit->registry, SIEVE_KIND_CAPABILITY,
		sieve_bytes_from_string(capability));

	return entry != NULL && (check->requirements[entry->extension_index].enabled ||
					check->requirements[entry->extension_index].tested);
}

bool
sieve_check_use(SieveCheck *check, const char *capability)
{
	if (!sieve_check_has(check, capability))
		return false;
	const SieveEntry *entry = sieve_registry_find(check->unit->registry, SIEVE_KIND_CAPABILITY,
		sieve_bytes_from_string(capability));
	if (!check->requirements[entry->extension_index].enabled)
		sieve_require_need_test(check, entry->extension_index);
	return true;
}

SieveArena *
sieve_check_arena(const SieveCheck *check)
{
	return check->unit->arena;
}

/* --- Ready-made checks ------------------------------------------------------------------------ */

void
sieve_check_header_name(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	if (sieve_message_is_field_name(value))
		return;
	bool colon = value.len > 1 && value.ptr[value.len - 1] == ':';
	g_autofree char *shown = sieve_bytes_escape(value, 80);
	/* RFC 5228 section 2.4.2.2: it matches no field, and MUST NOT cause an error. */
	sieve_check_warn(check, arg, colon ? "leave the colon out" : NULL,
		"\"%s\" is no header field name, so no field matches it", shown);
}

/* A header field may be folded, a sieve-address may not. */
static bool
has_control(SieveBytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (g_ascii_iscntrl(text.ptr[i]))
			return true;
	return false;
}

/* The address as it stands on the wire: a local part that is no dot-atom in quotes again. */
static SieveBytes
to_mailbox(const SieveAddress *address, SieveArena *arena)
{
	SieveBytes local = address->localpart;
	g_autoptr(GString) text = g_string_new("\"");

	if (local.len > 0 && local.ptr[0] != '"' && sieve_address_is_mailbox(address->all))
		return address->all;
	for (size_t i = 0; i < local.len; i++) {
		if (local.ptr[i] == '"' || local.ptr[i] == '\\')
			g_string_append_c(text, '\\');
		g_string_append_c(text, local.ptr[i]);
	}
	g_string_append(text, "\"@");
	g_string_append_len(text, address->domain.ptr, (gssize)address->domain.len);
	return sieve_arena_copy(arena, (SieveBytes){text->str, text->len});
}

bool
sieve_parse_address(SieveBytes text, SieveArena *arena, SieveBytes *ret_mailbox)
{
	SieveAddress address;

	if (has_control(text) || !sieve_address_parse(text, arena, &address))
		return false;
	SieveBytes mailbox = to_mailbox(&address, arena);
	if (!sieve_address_is_mailbox(mailbox))
		return false;
	*ret_mailbox = mailbox;
	return true;
}

void
sieve_check_address(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	g_autofree char *shown = sieve_bytes_escape(value, 80);
	SieveBytes mailbox;
	g_autoptr(SieveArena) arena = sieve_arena_new();

	if (!sieve_parse_address(value, arena, &mailbox))
		sieve_check_error(check, arg, "write it as user@example.com",
			"\"%s\" is no mail address", shown);
}

void
sieve_check_mailbox(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	g_autofree char *shown = sieve_bytes_escape(value, 80);
	const char *problem = sieve_mailbox_name_check(value);

	if (problem != NULL)
		sieve_check_error(
			check, arg, NULL, "\"%s\" is no mailbox name: %s", shown, problem);
}

void
sieve_check_zone(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	g_autofree char *shown = sieve_bytes_escape(value, 80);
	int minutes;

	if (!sieve_date_parse_zone(value, &minutes))
		sieve_check_error(check, arg, "write it as \"+0100\"",
			"\"%s\" is no time zone", shown);
}

static void
note_include(SieveCheck *check, unsigned script)
{
	GArray *includes = check->script->includes;
	SieveInclude include = {script, check->node->span};

	for (unsigned i = 0; i < includes->len; i++)
		if (g_array_index(includes, SieveInclude, i).script == script)
			return;
	g_array_append_val(includes, include);
}

void
sieve_check_include(
	SieveCheck *check, SieveArgs *args, SieveLocation location, SieveBytes name, unsigned flags)
{
	g_autofree char *problem = NULL;

	args->script_name = sieve_arena_copy(check->unit->arena, name).ptr;
	args->include_flags = flags;
	if (!sieve_unit_load(check->unit, location, name, &args->script, &problem)) {
		sieve_check_error(check, NULL, NULL, "%s", problem);
		return;
	}
	if (args->script >= 0 && !(flags & SIEVE_INCLUDE_ONCE))
		note_include(check, (unsigned)args->script);
	if (args->script < 0 && !(flags & SIEVE_INCLUDE_OPTIONAL))
		sieve_check_warn(check, NULL, "add :optional if it may be missing",
			"there is no script \"%s\", and the run fails when it gets here",
			args->script_name);
}

bool
sieve_check_in_block(const SieveCheck *check, const char *command)
{
	const SieveAstNode *node = check->node == NULL ? NULL : check->node->parent;

	for (; node != NULL; node = node->parent)
		if (sieve_bytes_equal_nocase(node->name, sieve_bytes_from_string(command)))
			return true;
	return false;
}
