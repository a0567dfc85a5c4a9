/* SPDX-License-Identifier: MIT */
/* filter-run.c - an access list as the script that is made of it, compiled and ready to run */

#include "t/unit/filter-run.h"

#include <string.h>

#include "engine/bytes.h"
#include "schema/delivery-script.h"
#include "schema/remote-ip.h"

FilterRun *
filter_run_new(const char *const *entries, char ***ret_problems)
{
	static const LocationScriptOptions options = {NULL, NULL};
	g_autoptr(LocationRecord) record = location_record_new();
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	FilterRun *run = g_new0(FilterRun, 1);

	record->user_name = g_strdup("james");
	g_strfreev(record->mailfilters);
	record->mailfilters = g_strdupv((char **)(uintptr_t)entries);
	run->text = location_delivery_script(record, &options, ret_problems);
	run->registry = sieve_registry_new(sieve_extensions());
	run->program =
		sieve_compile(run->registry, sieve_bytes_from_string(run->text), NULL, diags);
	g_autofree char *mistakes = sieve_diag_list_print(diags, false);
	g_assert_cmpstr(mistakes, ==, "");
	return run;
}

void
filter_run_free(FilterRun *run)
{
	if (run == NULL)
		return;
	sieve_program_unref(run->program);
	sieve_registry_free(run->registry);
	g_free(run->text);
	g_free(run);
}

typedef struct Items {
	char *remote_ip;
	char *expanded;
} Items;

static const char *
environment(const char *item, void *user_data)
{
	const Items *items = user_data;

	if (strcmp(item, LOCATION_REMOTE_IP) == 0)
		return items->remote_ip;
	return strcmp(item, LOCATION_REMOTE_IP_EXPANDED) == 0 ? items->expanded : NULL;
}

bool
filter_run_denies(const FilterRun *run, const char *ip, const char *from)
{
	Items items = {NULL, NULL};
	g_autoptr(SieveMessage) message = sieve_message_new(SIEVE_BYTES("Subject: x\r\n\r\nx\r\n"));
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) error = NULL;

	if (ip != NULL) {
		items.remote_ip = location_remote_ip(ip);
		items.expanded = location_remote_ip_expanded(ip);
	}
	const SieveRunInput input = {
		.message = message,
		.envelope = {.from = sieve_bytes_from_string(from), .to = SIEVE_BYTES("j@d")},
		.environment = environment,
		.environment_data = &items,
	};
	bool good = sieve_run(run->program, &input, &result, &error);

	g_assert_no_error(error);
	g_assert_true(good);
	g_free(items.remote_ip);
	g_free(items.expanded);
	return !sieve_result_implicit_keep(result);
}
