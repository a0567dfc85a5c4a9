/* SPDX-License-Identifier: MIT */
/* svtest-result.c - test_result_* and test_error: what a run decided, what went wrong */

#include "engine/arguments.h"
#include "engine/comparator.h"
#include "engine/deliver/memory.h"
#include "engine/doorstep/svtest-commands.h"

SVTEST_COMMAND(svtest_result_reset_run)
{
	Svtest *svtest = sieve_run_host(run);

	(void)args;
	sieve_run_reset_result(run);
	g_ptr_array_set_size(svtest->sent, 0);
	return svtest->maildir == NULL || sieve_memory_clear(svtest->maildir, error);
}

SVTEST_TEST(svtest_result_execute_run)
{
	Svtest *svtest = sieve_run_host(run);

	(void)args;
	(void)error;
	svtest_clear_errors(svtest);
	*ret_outcome = svtest_deliver(svtest, run, sieve_run_result(run));
	sieve_run_mark_done(run);
	return true;
}

SVTEST_COMMAND(svtest_result_print_run)
{
	g_autofree char *text = sieve_result_print(sieve_run_result(run));

	(void)args;
	(void)error;
	test_report_comment(text);
	return true;
}

/* --- test_error, test_result_action ----------------------------------------------------------- */

enum { LIST_MATCH, LIST_INDEX, LIST_KEYS };

/* Usage: test_error [MATCH-TYPE] [COMPARATOR] [:index <n: number>] <keys: string-list>;
 * test_result_action likewise */
const SieveArgDef svtest_list_args[] = {
	[LIST_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[LIST_INDEX] = {.type = SIEVE_ARG_TAG, .name = "index", .value = SIEVE_ARG_NUMBER},
	[LIST_KEYS] = {.type = SIEVE_ARG_STRING_LIST, .name = "keys", .flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

/* Both compare octets unless told otherwise. */
void
svtest_list_check(SieveCheck *check G_GNUC_UNUSED, SieveArgs *args)
{
	if (!args->comparator_arg.given)
		args->comparator = &sieve_comparator_octet;
}

typedef SieveBytes (*ListItem)(SieveRun *run, size_t index);

static bool
match_list(SieveRun *run, const SieveArgs *args, size_t count, ListItem item)
{
	SieveMatching matching;
	bool indexed = sieve_args_has(args, LIST_INDEX);
	uint64_t only = indexed ? sieve_args_number(args, LIST_INDEX) : 0;

	sieve_matching_begin(&matching, run, args);
	for (size_t i = 0; i < count; i++) {
		if (indexed && i + 1 != only)
			continue;
		if (sieve_matching_offer(&matching, item(run, i)))
			break;
	}
	return sieve_matching_end(&matching);
}

static SieveBytes
error_item(SieveRun *run, size_t index)
{
	const Svtest *svtest = sieve_run_host(run);
	const char *message = g_ptr_array_index(svtest->errors, index);

	/* Captures may be asked for after the errors are gone. */
	return sieve_arena_copy(sieve_run_arena(run), sieve_bytes_from_string(message));
}

SVTEST_TEST(svtest_error_run)
{
	const Svtest *svtest = sieve_run_host(run);

	(void)error;
	*ret_outcome = match_list(run, args, svtest->errors->len, error_item);
	return true;
}

static SieveBytes
action_item(SieveRun *run, size_t index)
{
	return sieve_bytes_from_string(sieve_result_action_name(sieve_run_result(run), index));
}

SVTEST_TEST(svtest_result_action_run)
{
	(void)error;
	*ret_outcome =
		match_list(run, args, sieve_result_count(sieve_run_result(run)), action_item);
	return true;
}
