/* SPDX-License-Identifier: MIT */
/* variables.c - variables: names to places while a script is checked, values in a run (RFC 5229) */

#include "engine/variables.h"

#include <string.h>

#include "engine/check.h"
#include "engine/core-settings.h"
#include "engine/run.h"

/* --- Names -------------------------------------------------------------------------------------- */

/* What is known of a name in one script. */
typedef struct SieveNameUse {
	SieveVariable variable;
	const SieveVariable *stands_for; /* itself, or the shared one */
	bool was_set;
} SieveNameUse;

bool
sieve_variable_is_name(SieveBytes name)
{
	if (name.len == 0 || name.len > SIEVE_LIMIT_IDENTIFIER_BYTES || g_ascii_isdigit(name.ptr[0]))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!g_ascii_isalnum(name.ptr[i]) && name.ptr[i] != '_')
			return false;
	return true;
}

static void
tell_no_name(SieveCheck *check, const SieveArg *arg, SieveBytes name)
{
	g_autofree char *shown = sieve_bytes_escape(name, SIEVE_LIMIT_IDENTIFIER_BYTES);
	bool number = name.len > 0 && strspn(name.ptr, "0123456789") >= name.len;

	if (number)
		sieve_check_error(check, arg, NULL,
			"\"%s\" is set by matches alone", shown);
	else if (name.len > SIEVE_LIMIT_IDENTIFIER_BYTES)
		sieve_check_error(check, arg, NULL, "variable name \"%s\" is longer than %u bytes",
			shown, SIEVE_LIMIT_IDENTIFIER_BYTES);
	else
		sieve_check_error(check, arg, "a name has letters, digits and _, and no digit first",
			"\"%s\" is no variable name", shown);
}

static char *
lower_name(SieveArena *arena, SieveBytes name)
{
	char *lower = (char *)(uintptr_t)sieve_arena_copy(arena, name).ptr;

	for (size_t i = 0; i < name.len; i++)
		lower[i] = g_ascii_tolower(lower[i]);
	return lower;
}

/* (nullable) what @name stands for in @names; it gets a place when it is new. */
static SieveNameUse *
use_name(SieveCheck *check, const SieveArg *arg, SieveNames *names, SieveBytes name)
{
	SieveArena *arena = check->unit->arena;
	bool shared = names == &check->unit->shared;

	if (names->table == NULL)
		names->table = g_hash_table_new(g_str_hash, g_str_equal);
	char *lower = lower_name(arena, name);
	SieveNameUse *use = g_hash_table_lookup(names->table, lower);
	if (use != NULL)
		return use;
	if (names->count >= SIEVE_LIMIT_VARIABLES) {
		sieve_check_error(check, arg, NULL, "more than %u variables", SIEVE_LIMIT_VARIABLES);
		return NULL;
	}
	use = sieve_arena_new_array(arena, SieveNameUse, 1);
	use->variable = (SieveVariable){.name = lower, .shared = shared, .index = names->count++};
	use->stands_for = &use->variable;
	g_hash_table_insert(names->table, lower, use);
	return use;
}

static const SieveVariable *
find_in_namespace(SieveCheck *check, const SieveArg *arg, SieveBytes name, size_t dot, unsigned flags)
{
	SieveSpan span = {&check->script->source, arg->offset, arg->length};
	SieveBytes first = sieve_bytes_slice(name, 0, dot);
	const SieveEntry *entry =
		sieve_check_find(check, SIEVE_KIND_NAMESPACE, "namespace", first, span);
	g_autofree char *shown = sieve_bytes_escape(name, 80);

	if (entry == NULL)
		return NULL;
	const SieveNamespaceDef *def = entry->def;
	if ((flags & SIEVE_VARIABLE_SET) && def->set == NULL) {
		sieve_check_error(check, arg, NULL, "\"%s\" cannot be set", shown);
		return NULL;
	}
	const void *data = def->find(check, arg, sieve_bytes_slice(name, dot + 1, SIZE_MAX));
	if (data == NULL) {
		sieve_check_error(check, arg, NULL, "there is no variable \"%s\"", shown);
		return NULL;
	}
	SieveVariable *variable = sieve_arena_new_array(check->unit->arena, SieveVariable, 1);
	variable->name = lower_name(check->unit->arena, name);
	variable->namespace = def;
	variable->data = data;
	return variable;
}

const SieveVariable *
sieve_check_variable(SieveCheck *check, const SieveArg *arg, SieveBytes name, unsigned flags)
{
	size_t dot = sieve_bytes_find(name, SIEVE_BYTES("."), 0);

	if (dot != SIZE_MAX && sieve_variable_is_name(sieve_bytes_slice(name, 0, dot)))
		return find_in_namespace(check, arg, name, dot, flags);
	if (!sieve_variable_is_name(name)) {
		tell_no_name(check, arg, name);
		return NULL;
	}
	SieveNameUse *use = use_name(check, arg, &check->script->variables, name);
	if (use == NULL)
		return NULL;
	use->was_set = use->was_set || (flags & SIEVE_VARIABLE_SET);
	return use->stands_for;
}

const SieveVariable *
sieve_check_shared_variable(SieveCheck *check, const SieveArg *arg, SieveBytes name)
{
	if (!sieve_variable_is_name(name))
		return NULL;
	const SieveNameUse *use = use_name(check, arg, &check->unit->shared, name);
	return use == NULL ? NULL : use->stands_for;
}

void
sieve_check_share_variable(SieveCheck *check, const SieveArg *arg, SieveBytes name)
{
	const SieveVariable *shared = sieve_check_shared_variable(check, arg, name);

	if (shared == NULL) {
		tell_no_name(check, arg, name);
		return;
	}
	SieveNameUse *use = use_name(check, arg, &check->script->variables, name);
	if (use == NULL)
		return;
	/* RFC 6609 section 3.4.1 */
	if (use->was_set && use->stands_for != shared)
		sieve_check_error(check, arg, "declare it before it is set",
			"variable \"%s\" was set before, and not for all scripts", shared->name);
	use->stands_for = shared;
}

/* --- Values ------------------------------------------------------------------------------------- */

/* The arrays: that of all scripts, then one for each script. */
static uint32_t
array_of(const SieveRun *run, const SieveVariable *variable)
{
	return variable->shared ? 0 : run->script + 1;
}

static SieveBytes *
place_of(SieveRun *run, const SieveVariable *variable)
{
	const SieveProgram *program = run->program;
	SieveArena *arena = sieve_run_arena(run);
	uint32_t array = array_of(run, variable);

	if (run->variables == NULL)
		run->variables = sieve_arena_new_array(arena, SieveBytes *, program->n_scripts + 1);
	if (run->variables[array] == NULL) {
		uint32_t count = array == 0 ? program->n_shared_variables
					    : program->scripts[array - 1].n_variables;
		run->variables[array] = sieve_arena_new_array(arena, SieveBytes, count);
	}
	return &run->variables[array][variable->index];
}

SieveBytes
sieve_run_variable(SieveRun *run, const SieveVariable *variable)
{
	uint32_t array = array_of(run, variable);

	if (variable->namespace != NULL)
		return variable->namespace->get(run, variable->data);
	if (run->variables == NULL || run->variables[array] == NULL)
		return SIEVE_BYTES("");
	return run->variables[array][variable->index];
}

uint64_t
sieve_settings_max_variable(const SieveSettings *settings)
{
	return sieve_core_number(settings, SIEVE_CORE_MAX_VARIABLE_BYTES);
}

void
sieve_run_set_variable(SieveRun *run, const SieveVariable *variable, SieveBytes value)
{
	uint64_t max = sieve_settings_max_variable(sieve_run_settings(run));
	SieveBytes kept = sieve_bytes_cut_utf8(value, max);

	if (variable->namespace != NULL)
		variable->namespace->set(run, variable->data, kept);
	else
		*place_of(run, variable) = kept;
	sieve_run_note_variable(run, variable->name, kept);
}

void
sieve_run_forget_variables(SieveRun *run, uint32_t script)
{
	SieveBytes *values = run->variables == NULL ? NULL : run->variables[script + 1];

	if (values != NULL)
		memset(values, 0, run->program->scripts[script].n_variables * sizeof(*values));
}
