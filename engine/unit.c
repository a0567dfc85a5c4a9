/* SPDX-License-Identifier: MIT */
/* unit.c - the scripts of one compile: the main one and what it includes (RFC 6609) */

#include "engine/unit.h"

#include "engine/core-settings.h"
#include "engine/diag.h"

static void
free_script(gpointer data)
{
	SieveScript *script = data;

	sieve_ast_free(script->ast);
	g_clear_pointer(&script->text, g_bytes_unref);
	g_array_unref(script->includes);
	g_clear_pointer(&script->variables.table, g_hash_table_unref);
	g_free(script);
}

SieveUnit *
sieve_unit_new(const SieveRegistry *registry, const SieveCompileOptions *options,
	SieveDiagList *diags, SieveArena *arena)
{
	SieveUnit *unit = g_new0(SieveUnit, 1);

	unit->registry = registry;
	unit->options = options;
	unit->settings = options->settings != NULL ? options->settings
						   : sieve_registry_settings(registry);
	unit->diags = diags;
	unit->arena = arena;
	unit->scripts = g_ptr_array_new_with_free_func(free_script);
	return unit;
}

void
sieve_unit_free(SieveUnit *unit)
{
	if (unit == NULL)
		return;
	g_ptr_array_unref(unit->scripts);
	g_clear_pointer(&unit->shared.table, g_hash_table_unref);
	g_free(unit);
}

SieveScript *
sieve_unit_get(const SieveUnit *unit, unsigned index)
{
	return g_ptr_array_index(unit->scripts, index);
}

static SieveScript *
add_script(SieveUnit *unit, const char *name, SieveBytes text)
{
	SieveScript *script = g_new0(SieveScript, 1);

	script->name = name;
	script->source = (SieveSource){.text = text, .name = name};
	script->includes = g_array_new(FALSE, FALSE, sizeof(SieveInclude));
	g_ptr_array_add(unit->scripts, script);
	return script;
}

void
sieve_unit_add_main(SieveUnit *unit, SieveBytes text)
{
	const char *name = unit->options->name == NULL ? "script" : unit->options->name;

	add_script(unit, sieve_arena_strdup(unit->arena, name), text);
}

static const char *
name_problem(SieveBytes name)
{
	if (name.len == 0 || name.len > SIEVE_LIMIT_MAILBOX_BYTES)
		return "a script name has 1 to 200 bytes";
	if (!g_utf8_validate(name.ptr, (gssize)name.len, NULL))
		return "a script name is UTF-8 text";
	if (sieve_bytes_equal(name, SIEVE_BYTES(".")) || sieve_bytes_equal(name, SIEVE_BYTES("..")))
		return "a script name is no path";
	for (const char *at = name.ptr; at < name.ptr + name.len; at += g_utf8_skip[(guchar)*at]) {
		gunichar c = g_utf8_get_char(at);
		if (c == '/')
			return "a script name is no path";
		/* RFC 5804 section 1.6 */
		if (g_unichar_iscntrl(c) || c == 0x2028 || c == 0x2029)
			return "a script name has no control characters";
	}
	return NULL;
}

static int
find_script(const SieveUnit *unit, SieveLocation location, const char *name)
{
	/* The main script is not found by name: it may be a draft that has no place yet. */
	for (unsigned i = 1; i < unit->scripts->len; i++) {
		const SieveScript *script = sieve_unit_get(unit, i);
		if (script->location == location && g_str_equal(script->name, name))
			return (int)i;
	}
	return -1;
}

static bool
fetch_script(const SieveUnit *unit, SieveLocation location, const char *name, GBytes **ret_text,
	char **ret_problem)
{
	g_autoptr(GError) error = NULL;

	*ret_text = NULL;
	if (unit->options->load == NULL ||
		unit->options->load(location, name, ret_text, unit->options->load_data, &error))
		return true;
	*ret_problem = g_strdup_printf("cannot load script \"%s\": %s", name, error->message);
	return false;
}

bool
sieve_unit_load(SieveUnit *unit, SieveLocation location, SieveBytes name, int *ret_index,
	char **ret_problem)
{
	g_autoptr(GBytes) text = NULL;
	const char *problem = name_problem(name);
	g_autofree char *key = sieve_bytes_dup(name);
	uint64_t max = sieve_core_number(unit->settings, SIEVE_CORE_MAX_INCLUDES);
	size_t size;

	if (problem == NULL && (*ret_index = find_script(unit, location, key)) >= 0)
		return true;
	if (problem == NULL && unit->scripts->len > max)
		problem = "too many scripts are included";
	if (problem != NULL) {
		*ret_problem = g_strdup(problem);
		return false;
	}
	if (!fetch_script(unit, location, key, &text, ret_problem))
		return false;
	if (text == NULL)
		return true;
	const char *start = g_bytes_get_data(text, &size);
	SieveScript *script = add_script(unit, sieve_arena_strdup(unit->arena, key),
		(SieveBytes){start == NULL ? "" : start, size});
	script->location = location;
	script->text = g_steal_pointer(&text);
	*ret_index = (int)unit->scripts->len - 1;
	return true;
}

/* Marks in @reached all that running @index would in the end run. */
static void
mark_reached(const SieveUnit *unit, unsigned index, bool *reached)
{
	const SieveScript *script = sieve_unit_get(unit, index);

	/* The depth is bounded by the number of scripts, SIEVE_LIMIT_INCLUDES_MAX. */
	if (reached[index])
		return;
	reached[index] = true;
	for (unsigned i = 0; i < script->includes->len; i++)
		mark_reached(
			unit, g_array_index(script->includes, SieveInclude, i).script, reached);
}

static void
tell_recursion(const SieveUnit *unit, const SieveInclude *include)
{
	sieve_diag_add(unit->diags, SIEVE_RULE_RECURSION, include->span,
		"use :once, or take one of the includes away",
		"this script includes itself by way of \"%s\", and fails when it gets here",
		sieve_unit_get(unit, include->script)->name);
}

void
sieve_unit_warn_recursion(const SieveUnit *unit)
{
	unsigned n = unit->scripts->len;
	g_autofree bool *reached = g_new0(bool, (size_t)n *n);

	for (unsigned i = 0; i < n; i++)
		mark_reached(unit, i, &reached[(size_t)i * n]);
	for (unsigned from = 0; from < n; from++) {
		const GArray *includes = sieve_unit_get(unit, from)->includes;
		for (unsigned i = 0; i < includes->len; i++) {
			const SieveInclude *include = &g_array_index(includes, SieveInclude, i);
			if (reached[(size_t)include->script * n + from])
				tell_recursion(unit, include);
		}
	}
}
