/* SPDX-License-Identifier: MIT */
/* advice.c - warns of commands that are never reached; walks scripts for the other advice */

#include "engine/advice.h"

#include <string.h>

#include "engine/args.h"
#include "engine/arguments.h"
#include "engine/ast.h"

/* More comparisons than a script written by people needs. */
#define PATIENCE 100000u

/* --- What the parts share --------------------------------------------------------------------- */

void
sieve_advice_tell(SieveAdvice *advice, SieveDiagRule rule, SieveSpan span, const char *hint,
	const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	g_autofree char *message = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	sieve_diag_add(advice->unit->diags, rule, span, hint, "%s", message);
}

bool
sieve_advice_is_test(const SieveChecked *test, const char *name)
{
	return strcmp(test->test->name, name) == 0;
}

bool
sieve_advice_is_variable(const SieveArg *arg, size_t index)
{
	return arg->templates != NULL && arg->templates[index].data != NULL;
}

const SieveArg *
sieve_advice_names(const SieveChecked *test)
{
	const SieveArgs *args = test->args;

	if (!sieve_advice_is_test(test, "header") && !sieve_advice_is_test(test, "exists") &&
		args->address_part == NULL)
		return NULL;
	for (unsigned i = 0; i < args->count; i++) {
		const SieveArgDef *def = &args->defs[i];
		if (def->type == SIEVE_ARG_STRING_LIST && !(def->flags & SIEVE_ARG_KEYS))
			return args->items[i].templates == NULL ? &args->items[i] : NULL;
	}
	return NULL;
}

const char *
sieve_advice_match(const SieveChecked *test)
{
	static const char *const known[] = {"is", "contains", "matches"};
	const SieveArgs *args = test->args;

	/* A comparator that cannot look for a part of a text reads keys its own way, as numbers. */
	if (args->match == NULL || args->keys == NULL ||
		!(args->comparator->ops & SIEVE_COMPARATOR_SUBSTRING))
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (strcmp(args->match->tag, known[i]) == 0)
			return known[i];
	return NULL;
}

/* --- Tests whose outcome is known ------------------------------------------------------------- */

typedef enum {
	OUTCOME_OPEN,
	OUTCOME_FALSE,
	OUTCOME_TRUE,
} Outcome;

static Outcome outcome(const SieveChecked *test);

/* Of allof (@settles is FALSE) and anyof (TRUE): one such test settles it, else all must be known. */
static Outcome
outcome_of_list(const SieveChecked *tests, Outcome settles)
{
	Outcome all = settles == OUTCOME_FALSE ? OUTCOME_TRUE : OUTCOME_FALSE;

	for (; tests != NULL; tests = tests->next) {
		Outcome one = outcome(tests);
		if (one == settles)
			return settles;
		if (one == OUTCOME_OPEN)
			all = OUTCOME_OPEN;
	}
	return all;
}

static Outcome
outcome(const SieveChecked *test)
{
	Outcome inner;

	switch (test->test->form) {
	case SIEVE_FORM_ALLOF:
		return outcome_of_list(test->tests, OUTCOME_FALSE);
	case SIEVE_FORM_ANYOF:
		return outcome_of_list(test->tests, OUTCOME_TRUE);
	case SIEVE_FORM_NOT:
		inner = outcome(test->tests);
		if (inner == OUTCOME_OPEN)
			return OUTCOME_OPEN;
		return inner == OUTCOME_TRUE ? OUTCOME_FALSE : OUTCOME_TRUE;
	default:
		if (sieve_advice_is_test(test, "true"))
			return OUTCOME_TRUE;
		return sieve_advice_is_test(test, "false") ? OUTCOME_FALSE : OUTCOME_OPEN;
	}
}

static bool
is_list(const SieveChecked *test)
{
	return test->test->form == SIEVE_FORM_ALLOF || test->test->form == SIEVE_FORM_ANYOF;
}

/* The test inside that decides the outcome of an allof or anyof for good. */
static void
advise_settled(SieveAdvice *advice, const SieveChecked *list)
{
	bool allof = list->test->form == SIEVE_FORM_ALLOF;

	for (const SieveChecked *test = list->tests; test != NULL; test = test->next) {
		if (is_list(test) || outcome(test) != (allof ? OUTCOME_FALSE : OUTCOME_TRUE))
			continue;
		if (allof)
			sieve_advice_tell(advice, SIEVE_RULE_NEVER, test->node->span, NULL,
				"this is false, so the allof around it never holds");
		else
			sieve_advice_tell(advice, SIEVE_RULE_ALWAYS, test->node->span, NULL,
				"this is true, so the anyof around it always holds");
		return;
	}
}

static void
advise_test(SieveAdvice *advice, const SieveChecked *test)
{
	if (is_list(test))
		advise_settled(advice, test);
	if (test->test->form == SIEVE_FORM_ALLOF)
		sieve_advise_allof(advice, test);
	if (test->args->keys != NULL)
		sieve_advise_keys(advice, test);
	for (const SieveChecked *inner = test->tests; inner != NULL; inner = inner->next)
		advise_test(advice, inner);
}

/* --- Commands ---------------------------------------------------------------------------------- */

/* Each of these is true when the run never goes on after the command or commands. */
static bool advise_block(
	SieveAdvice *advice, const SieveChecked *first, const SieveAdviceBranch *branch);

/* A chain from its if to the last elsif or else. */
typedef struct Chain {
	SieveAdvice *advice;
	const SieveAdviceBranch *outer;
	GHashTable *tests;	     /* of SieveAstNode, to the SieveChecked of each test so far */
	const SieveChecked *settled; /* (nullable) the branch that is always taken when reached */
	bool told;		     /* that the branches after it are not reached */
	bool goes_on;		     /* after one of the branches the run goes on */
} Chain;

static bool
continues(const SieveChecked *command)
{
	return command != NULL && (command->command->form == SIEVE_FORM_ELSIF ||
					  command->command->form == SIEVE_FORM_ELSE);
}

static unsigned
hash_node(gconstpointer node)
{
	return sieve_ast_node_hash(node);
}

static gboolean
equal_nodes(gconstpointer a, gconstpointer b)
{
	return sieve_ast_node_equal(a, b);
}

/* What is not true the first time is not true the second time either. */
static void
advise_same_test(Chain *chain, const SieveChecked *test)
{
	const SieveChecked *before = g_hash_table_lookup(chain->tests, test->node);

	if (before == NULL)
		g_hash_table_insert(chain->tests, (void *)(uintptr_t)test->node,
			(void *)(uintptr_t)test);
	else
		sieve_advice_tell(chain->advice, SIEVE_RULE_SAME_TEST, test->node->span, NULL,
			"this is the test of line %u again, so it never holds here",
			before->args->line);
}

static void
advise_branch(Chain *chain, const SieveChecked *command)
{
	const SieveChecked *test = command->tests;
	SieveAdviceBranch branch = {test, chain->outer};
	Outcome known = test == NULL ? OUTCOME_TRUE : outcome(test);

	if (chain->settled != NULL && !chain->told)
		sieve_advice_tell(chain->advice, SIEVE_RULE_UNREACHABLE, command->node->span, NULL,
			"this %s is never reached: the test of line %u always holds",
			command->command->name, chain->settled->args->line);
	chain->told = chain->settled != NULL;
	if (test != NULL)
		advise_test(chain->advice, test);
	if (test != NULL && (continues(command) || continues(command->next)))
		advise_same_test(chain, test);
	/* What is wrong inside of an allof or anyof has been told there. */
	if (known == OUTCOME_FALSE && !is_list(test))
		sieve_advice_tell(chain->advice, SIEVE_RULE_UNREACHABLE, test->node->span, NULL,
			"this never holds, so the commands of this %s are never reached",
			command->command->name);
	bool ends = advise_block(chain->advice, command->block,
		test == NULL ? chain->outer : &branch);
	if (chain->settled == NULL && known != OUTCOME_FALSE)
		chain->goes_on = chain->goes_on || !ends;
	if (chain->settled == NULL && known == OUTCOME_TRUE)
		chain->settled = command;
}

static bool
advise_chain(
	SieveAdvice *advice, const SieveChecked **command, const SieveAdviceBranch *branch)
{
	g_autoptr(GHashTable) tests = g_hash_table_new(hash_node, equal_nodes);
	Chain chain = {.advice = advice, .outer = branch, .tests = tests};

	do {
		advise_branch(&chain, *command);
		*command = (*command)->next;
	} while (continues(*command));
	return chain.settled != NULL && !chain.goes_on;
}

static bool
advise_command(
	SieveAdvice *advice, const SieveChecked *command, const SieveAdviceBranch *branch)
{
	const SieveCommandDef *def = command->command;

	for (const SieveChecked *test = command->tests; test != NULL; test = test->next)
		advise_test(advice, test);
	if (strcmp(def->name, "redirect") == 0)
		sieve_advise_redirect(advice, command, branch);
	/* A block that is no branch may run not at all, or be left early. */
	advise_block(advice, command->block, branch);
	return def->form == SIEVE_FORM_STOP || def->form == SIEVE_FORM_RETURN;
}

static bool
advise_block(SieveAdvice *advice, const SieveChecked *command, const SieveAdviceBranch *branch)
{
	const SieveChecked *last = NULL; /* the command that the run ends with */
	bool told = false;

	while (command != NULL) {
		const SieveChecked *here = command;
		if (last != NULL && !told)
			sieve_advice_tell(advice, SIEVE_RULE_UNREACHABLE, here->node->span, NULL,
				"this is never reached: the run ends with the %s of line %u",
				last->command->name, last->args->line);
		told = last != NULL;
		bool ends;
		if (command->command->form == SIEVE_FORM_IF) {
			ends = advise_chain(advice, &command, branch);
		} else {
			ends = advise_command(advice, command, branch);
			command = command->next;
		}
		if (ends && last == NULL)
			last = here;
	}
	return last != NULL;
}

void
sieve_advise_unit(SieveUnit *unit)
{
	for (unsigned i = 0; i < unit->scripts->len; i++) {
		const SieveScript *script = sieve_unit_get(unit, i);
		SieveAdvice advice = {.unit = unit, .script = script, .patience = PATIENCE};
		advise_block(&advice, script->commands, NULL);
	}
}
