/* SPDX-License-Identifier: MIT */
/* advice-redirect.c - advice on redirects to where the mail came to: it would go in circles */

#include "engine/advice.h"

#include <string.h>

#include "engine/args.h"
#include "engine/sieve-ext.h"

/* True when the test asks whether the mail came to @address. */
static bool
asks_for_recipient(SieveAdvice *advice, const SieveChecked *test, SieveBytes address)
{
	const SieveArg *names = sieve_advice_names(test);
	const SieveArgs *args = test->args;
	const char *match = sieve_advice_match(test);
	bool to = false;

	if (names == NULL || args->address_part == NULL || match == NULL ||
		strcmp(match, "is") != 0 || strcmp(args->address_part->tag, "all") != 0)
		return false;
	for (size_t i = 0; i < names->strings.count && !to; i++)
		to = sieve_bytes_equal_nocase(names->strings.items[i], SIEVE_BYTES("to"));
	for (size_t i = 0; to && i < args->keys->strings.count && advice->patience > 0; i++) {
		advice->patience--;
		if (!sieve_advice_is_variable(args->keys, i) &&
			sieve_bytes_equal_nocase(args->keys->strings.items[i], address))
			return true;
	}
	return false;
}

/* The test in or below @test that asks for @address; NULL when there is none, or behind a not. */
static const SieveChecked *
find_recipient_test(SieveAdvice *advice, const SieveChecked *test, SieveBytes address)
{
	const SieveChecked *found = NULL;

	if (advice->patience == 0)
		return NULL;
	advice->patience--;
	if (test->test->form == SIEVE_FORM_RUN)
		return asks_for_recipient(advice, test, address) ? test : NULL;
	if (test->test->form == SIEVE_FORM_NOT)
		return NULL;
	for (test = test->tests; test != NULL && found == NULL; test = test->next)
		found = find_recipient_test(advice, test, address);
	return found;
}

static bool
is_owner(const SieveAdvice *advice, SieveBytes address)
{
	const char *const *owner = advice->unit->options->owner;

	for (; owner != NULL && *owner != NULL; owner++)
		if (sieve_bytes_equal_nocase(address, sieve_bytes_from_string(*owner)))
			return true;
	return false;
}

void
sieve_advise_redirect(
	SieveAdvice *advice, const SieveChecked *redirect, const SieveAdviceBranch *branch)
{
	const SieveArg *arg = &redirect->args->items[0];
	SieveSpan span = {&advice->script->source, arg->offset, arg->length};
	g_autoptr(SieveArena) arena = sieve_arena_new();
	const SieveChecked *test = NULL;
	SieveBytes address;

	if (sieve_advice_is_variable(arg, 0) ||
		!sieve_parse_address(arg->strings.items[0], arena, &address))
		return;
	if (is_owner(advice, address)) {
		sieve_advice_tell(advice, SIEVE_RULE_REDIRECT_SELF, span,
			"write keep to have the mail here",
			"this redirect goes to the reader's own address, and so in circles");
		return;
	}
	for (; branch != NULL && test == NULL; branch = branch->outer)
		test = find_recipient_test(advice, branch->test, address);
	if (test != NULL)
		sieve_advice_tell(advice, SIEVE_RULE_REDIRECT_SELF, span,
			"write keep to have the mail here",
			"the mail came to this address (line %u), so this redirect may go in "
			"circles",
			test->args->line);
}
