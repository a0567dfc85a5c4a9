/* SPDX-License-Identifier: MIT */
/* checked-sarif.c - what was found of scripts as SARIF 2.1.0 (doc/diagnostics.md) */

#include "config.h"

#include "engine/diag.h"
#include "engine/doorstep/checked.h"
#include "engine/doorstep/json.h"

#include <string.h>

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static void
write_text(DoorstepJson *json, const char *name, const char *text)
{
	doorstep_json_begin_object(json, name);
	doorstep_json_string(json, "text", text);
	doorstep_json_end(json);
}

static void
write_rules(DoorstepJson *json)
{
	doorstep_json_begin_array(json, "rules");
	for (size_t i = 0; i < SIEVE_N_RULES; i++) {
		const SieveDiagRuleInfo *rule = &sieve_diag_rules[i];
		doorstep_json_begin_object(json, NULL);
		doorstep_json_string(json, "id", rule->name);
		write_text(json, "shortDescription", rule->about);
		doorstep_json_begin_object(json, "defaultConfiguration");
		doorstep_json_string(json, "level", doorstep_level_name(rule->level));
		doorstep_json_end(json);
		doorstep_json_end(json);
	}
	doorstep_json_end(json);
}

static void
write_tool(DoorstepJson *json)
{
	doorstep_json_begin_object(json, "tool");
	doorstep_json_begin_object(json, "driver");
	doorstep_json_string(json, "name", "doorstep");
	doorstep_json_string(json, "version", PACKAGE_VERSION);
	write_rules(json);
	doorstep_json_end(json);
	doorstep_json_end(json);
}

/* A relative path stays relative: to where the command was run. */
static char *
uri_of(const char *path)
{
	if (strcmp(path, "-") == 0)
		return g_strdup("stdin");
	if (g_path_is_absolute(path))
		return g_filename_to_uri(path, NULL, NULL);
	return g_uri_escape_string(path, "/", FALSE);
}

static void
write_location(DoorstepJson *json, const SieveDiag *diag)
{
	g_autofree char *uri = uri_of(diag->script);

	doorstep_json_begin_array(json, "locations");
	doorstep_json_begin_object(json, NULL);
	doorstep_json_begin_object(json, "physicalLocation");
	doorstep_json_begin_object(json, "artifactLocation");
	doorstep_json_string(json, "uri", uri);
	doorstep_json_end(json);
	if (diag->line > 0) {
		doorstep_json_begin_object(json, "region");
		doorstep_json_integer(json, "startLine", diag->line);
		doorstep_json_integer(json, "startColumn", diag->character);
		doorstep_json_integer(json, "endLine", diag->end_line);
		doorstep_json_integer(json, "endColumn", diag->end_character);
		doorstep_json_end(json);
	}
	doorstep_json_end(json);
	doorstep_json_end(json);
	doorstep_json_end(json);
}

/* The number of the rule in the list of rules. */
static int64_t
rule_index(const char *name)
{
	int64_t index = 0;

	while (strcmp(sieve_diag_rules[index].name, name) != 0)
		index++;
	return index;
}

/* SARIF knows fixes as edits alone; a hint in words stands after the message, where it is shown. */
static void
write_result(DoorstepJson *json, const SieveDiag *diag)
{
	g_autofree char *text = diag->hint == NULL
		? g_strdup(diag->message)
		: g_strdup_printf("%s; hint: %s", diag->message, diag->hint);

	doorstep_json_begin_object(json, NULL);
	doorstep_json_string(json, "ruleId", diag->rule);
	doorstep_json_integer(json, "ruleIndex", rule_index(diag->rule));
	doorstep_json_string(json, "level", doorstep_level_name(diag->level));
	write_text(json, "message", text);
	write_location(json, diag);
	doorstep_json_end(json);
}

char *
doorstep_checked_sarif(const GPtrArray *scripts)
{
	g_autoptr(DoorstepJson) json = doorstep_json_new(DOORSTEP_JSON_LINES);

	doorstep_json_begin_object(json, NULL);
	doorstep_json_string(json, "$schema", SCHEMA);
	doorstep_json_string(json, "version", "2.1.0");
	doorstep_json_begin_array(json, "runs");
	doorstep_json_begin_object(json, NULL);
	write_tool(json);
	doorstep_json_string(json, "columnKind", "unicodeCodePoints");
	doorstep_json_begin_array(json, "results");
	for (unsigned i = 0; i < scripts->len; i++) {
		const DoorstepChecked *checked = g_ptr_array_index(scripts, i);
		for (size_t j = 0; j < sieve_diag_list_count(checked->diags); j++)
			write_result(json, sieve_diag_list_get(checked->diags, j));
	}
	doorstep_json_end(json);
	doorstep_json_end(json);
	doorstep_json_end(json);
	doorstep_json_end(json);
	return g_strdup(doorstep_json_text(json));
}
