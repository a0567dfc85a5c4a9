/* SPDX-License-Identifier: MIT */
/* coverage.c - which commands and outcomes of tests the sample mails reached */

#include "engine/doorstep/coverage.h"

#include <string.h>

#include "engine/doorstep/files.h"

#define SHOWN_LINE_BYTES 120u

/* What became of a rule. */
typedef enum {
	RAN = 1 << 0,
	WAS_TRUE = 1 << 1,
	WAS_FALSE = 1 << 2,
} Mark;

/* A command or test of a script. */
typedef struct Rule {
	const char *name; /* of the language, so it outlives the program */
	unsigned line;
	unsigned outcomes; /* the marks that a test can get; 0: it is a command */
	unsigned marks;
} Rule;

typedef struct Script {
	char *name;
	GBytes *text;
	GArray *rules; /* of Rule, in the order of the code */
} Script;

struct DoorstepCoverage {
	SieveTrace trace;
	GPtrArray *scripts;  /* of Script */
	GPtrArray *programs; /* of SieveProgram: kept, since the keys below are addresses in them */
	GHashTable *rules;   /* const SieveArgs * to Rule * */
};

/* How many there are, and how many of them were reached. */
typedef struct Counts {
	unsigned commands;
	unsigned commands_reached;
	unsigned outcomes;
	unsigned outcomes_reached;
} Counts;

/* --- What was reached ----------------------------------------------------------------------------
 */

static void
mark(SieveTrace *trace, const SieveTraceEvent *event)
{
	DoorstepCoverage *coverage = (DoorstepCoverage *)trace;
	Rule *rule = event->args == NULL ? NULL : g_hash_table_lookup(coverage->rules, event->args);

	if (rule == NULL)
		return;
	if (event->kind == SIEVE_TRACE_COMMAND)
		rule->marks |= RAN;
	else if (event->kind == SIEVE_TRACE_TEST)
		rule->marks |= RAN | (event->outcome ? WAS_TRUE : WAS_FALSE);
}

/* The outcomes that a test can have: `true` and `false` have one (RFC 5228 sections 5.6, 5.10). */
static unsigned
outcomes_of(const SieveTestDef *test)
{
	if (strcmp(test->name, "true") == 0)
		return WAS_TRUE;
	return strcmp(test->name, "false") == 0 ? WAS_FALSE : WAS_TRUE | WAS_FALSE;
}

/* (nullable) the command or test that the instruction at @at runs. */
static const SieveInvocation *
invocation_at(const SieveProgram *program, uint32_t at)
{
	const SieveInstruction *instruction = &program->code[at];
	SieveOperand operand = sieve_opcodes[instruction->op].operand;

	if ((operand != SIEVE_OPERAND_COMMAND && operand != SIEVE_OPERAND_TEST) ||
		instruction->op == SIEVE_OP_END_BLOCK)
		return NULL;
	return &program->invocations[instruction->operand];
}

static Rule
make_rule(const SieveInvocation *invocation)
{
	bool is_test = invocation->test != NULL;

	return (Rule){
		.name = is_test ? invocation->test->name : invocation->command->name,
		.line = invocation->args->line,
		.outcomes = is_test ? outcomes_of(invocation->test) : 0,
	};
}

/* (nullable) the script of that name and text, which an earlier program had. */
static Script *
find_script(const DoorstepCoverage *coverage, const char *name, GBytes *text)
{
	for (size_t i = 0; i < coverage->scripts->len; i++) {
		Script *script = g_ptr_array_index(coverage->scripts, i);
		if (strcmp(script->name, name) == 0 && g_bytes_equal(script->text, text))
			return script;
	}
	return NULL;
}

static Script *
new_script(DoorstepCoverage *coverage, const SieveProgram *program, const SieveEntryPoint *entry,
	GBytes *text)
{
	Script *script = g_new0(Script, 1);

	script->name = g_strdup(entry->name);
	script->text = g_bytes_ref(text);
	script->rules = g_array_new(FALSE, FALSE, sizeof(Rule));
	for (uint32_t at = entry->start; at < entry->end; at++) {
		const SieveInvocation *invocation = invocation_at(program, at);
		if (invocation == NULL)
			continue;
		Rule rule = make_rule(invocation);
		g_array_append_val(script->rules, rule);
	}
	g_ptr_array_add(coverage->scripts, script);
	return script;
}

void
doorstep_coverage_add(
	DoorstepCoverage *coverage, SieveProgram *program, const GPtrArray *texts)
{
	g_ptr_array_add(coverage->programs, sieve_program_ref(program));
	for (uint32_t i = 0; i < program->n_scripts; i++) {
		const SieveEntryPoint *entry = &program->scripts[i];
		GBytes *text = g_ptr_array_index(texts, i);
		Script *script = find_script(coverage, entry->name, text);
		guint n_rules = 0;

		if (script == NULL)
			script = new_script(coverage, program, entry, text);
		/* One text compiles to one code. */
		for (uint32_t at = entry->start; at < entry->end && n_rules < script->rules->len; at++) {
			const SieveInvocation *invocation = invocation_at(program, at);
			if (invocation != NULL)
				g_hash_table_insert(coverage->rules,
					(gpointer)(uintptr_t)invocation->args,
					&g_array_index(script->rules, Rule, n_rules++));
		}
	}
}

/* --- The report ----------------------------------------------------------------------------------
 */

/* NULL when all of it was reached. */
static const char *
what_is_missing(const Rule *rule)
{
	if (rule->marks == 0)
		return "never reached";
	if ((rule->outcomes & ~rule->marks) == 0)
		return NULL;
	return rule->marks & WAS_TRUE ? "always true" : "always false";
}

static unsigned
count_outcomes(unsigned marks)
{
	return (marks & WAS_TRUE ? 1u : 0u) + (marks & WAS_FALSE ? 1u : 0u);
}

static void
count(Counts *counts, const Script *script)
{
	for (guint i = 0; i < script->rules->len; i++) {
		const Rule *rule = &g_array_index(script->rules, Rule, i);
		counts->commands += rule->outcomes == 0;
		counts->commands_reached += rule->outcomes == 0 && rule->marks != 0;
		counts->outcomes += count_outcomes(rule->outcomes);
		counts->outcomes_reached += count_outcomes(rule->marks & rule->outcomes);
	}
}

/* Line @line; the search goes on from *@at, which is where line *@now begins. */
static SieveBytes
source_line(SieveBytes text, unsigned line, unsigned *now, size_t *at)
{
	while (*now < line && *at < text.len) {
		*at = MIN(sieve_bytes_find(text, SIEVE_BYTES("\n"), *at), text.len - 1) + 1;
		++*now;
	}
	size_t end = MIN(sieve_bytes_find(text, SIEVE_BYTES("\n"), *at), text.len);
	return sieve_bytes_trim(sieve_bytes_slice(text, *at, end - *at));
}

static void
print_script(const Script *script, GString *text)
{
	g_autofree char *name = sieve_bytes_print(sieve_bytes_from_string(script->name), SIZE_MAX);
	SieveBytes source = doorstep_file_bytes(script->text);
	unsigned now = 1;
	size_t at = 0;

	for (guint i = 0; i < script->rules->len; i++) {
		const Rule *rule = &g_array_index(script->rules, Rule, i);
		const char *missing = what_is_missing(rule);
		if (missing == NULL)
			continue;
		g_autofree char *line = sieve_bytes_print(
			source_line(source, rule->line, &now, &at), SHOWN_LINE_BYTES);
		g_string_append_printf(text, "%s:%u: %s: %s\n    %s\n", name, rule->line, rule->name,
			missing, line);
	}
}

static unsigned
percent(const Counts *counts)
{
	uint64_t all = (uint64_t)counts->commands + counts->outcomes;
	uint64_t reached = (uint64_t)counts->commands_reached + counts->outcomes_reached;

	return all == 0 ? 100 : (unsigned)(reached * 100 / all);
}

char *
doorstep_coverage_print(const DoorstepCoverage *coverage)
{
	GString *text = g_string_new(NULL);
	Counts counts = {0};

	for (size_t i = 0; i < coverage->scripts->len; i++) {
		const Script *script = g_ptr_array_index(coverage->scripts, i);
		count(&counts, script);
		print_script(script, text);
	}
	g_string_append_printf(text,
		"coverage: %u of %u commands, %u of %u outcomes of tests: %u %%\n",
		counts.commands_reached, counts.commands, counts.outcomes_reached,
		counts.outcomes, percent(&counts));
	return g_string_free(text, FALSE);
}

/* --- The object ----------------------------------------------------------------------------------
 */

static void
free_script(gpointer data)
{
	Script *script = data;

	g_free(script->name);
	g_bytes_unref(script->text);
	g_array_unref(script->rules);
	g_free(script);
}

DoorstepCoverage *
doorstep_coverage_new(void)
{
	DoorstepCoverage *coverage = g_new0(DoorstepCoverage, 1);

	coverage->trace.tell = mark;
	coverage->scripts = g_ptr_array_new_with_free_func(free_script);
	coverage->programs = g_ptr_array_new_with_free_func((GDestroyNotify)sieve_program_unref);
	coverage->rules = g_hash_table_new(NULL, NULL);
	return coverage;
}

void
doorstep_coverage_free(DoorstepCoverage *coverage)
{
	if (coverage == NULL)
		return;
	g_ptr_array_unref(coverage->scripts);
	g_hash_table_unref(coverage->rules);
	g_ptr_array_unref(coverage->programs);
	g_free(coverage);
}

SieveTrace *
doorstep_coverage_trace(DoorstepCoverage *coverage)
{
	return &coverage->trace;
}
