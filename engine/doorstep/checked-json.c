/* SPDX-License-Identifier: MIT */
/* checked-json.c - what was found of scripts as JSON for editors (doc/diagnostics.md) */

#include "engine/doorstep/checked.h"
#include "engine/doorstep/json.h"

/* It grows when a program that knows the older form would misread the newer one. */
#define FORM_VERSION 1

const char *
doorstep_level_name(SieveDiagLevel level)
{
	static const char *const names[] = {
		[SIEVE_DIAG_ERROR] = "error",
		[SIEVE_DIAG_WARNING] = "warning",
		[SIEVE_DIAG_NOTE] = "note",
	};

	return names[level];
}

static void
write_diag(DoorstepJson *json, const SieveDiag *diag)
{
	doorstep_json_begin_object(json, NULL);
	doorstep_json_string(json, "script", diag->script);
	doorstep_json_integer(json, "line", diag->line);
	doorstep_json_integer(json, "column", diag->column);
	doorstep_json_integer(json, "length", (int64_t)diag->length);
	doorstep_json_integer(json, "character", diag->character);
	doorstep_json_integer(json, "endLine", diag->end_line);
	doorstep_json_integer(json, "endCharacter", diag->end_character);
	doorstep_json_string(json, "level", doorstep_level_name(diag->level));
	doorstep_json_string(json, "rule", diag->rule);
	doorstep_json_string(json, "message", diag->message);
	if (diag->hint != NULL)
		doorstep_json_string(json, "hint", diag->hint);
	doorstep_json_end(json);
}

static void
write_script(DoorstepJson *json, const DoorstepChecked *checked)
{
	doorstep_json_begin_object(json, NULL);
	doorstep_json_string(json, "script", checked->path);
	doorstep_json_bool(json, "portable", checked->reason == NULL);
	if (checked->reason != NULL)
		doorstep_json_string(json, "reason", checked->reason);
	doorstep_json_end(json);
}

char *
doorstep_checked_json(const GPtrArray *scripts)
{
	g_autoptr(DoorstepJson) json = doorstep_json_new(DOORSTEP_JSON_LINES);

	doorstep_json_begin_object(json, NULL);
	doorstep_json_integer(json, "version", FORM_VERSION);
	doorstep_json_begin_array(json, "diagnostics");
	for (unsigned i = 0; i < scripts->len; i++) {
		const DoorstepChecked *checked = g_ptr_array_index(scripts, i);
		for (size_t j = 0; j < sieve_diag_list_count(checked->diags); j++)
			write_diag(json, sieve_diag_list_get(checked->diags, j));
	}
	doorstep_json_end(json);
	doorstep_json_begin_array(json, "scripts");
	for (unsigned i = 0; i < scripts->len; i++) {
		const DoorstepChecked *checked = g_ptr_array_index(scripts, i);
		if (checked->valid)
			write_script(json, checked);
	}
	doorstep_json_end(json);
	doorstep_json_end(json);
	return g_strdup(doorstep_json_text(json));
}
