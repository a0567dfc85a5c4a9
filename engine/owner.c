/* SPDX-License-Identifier: MIT */
/* owner.c - the reader whose script runs: addresses, time zone, where mails wait */

#include "engine/core-settings.h"
#include "engine/run.h"

SieveBytes
sieve_run_user_email(SieveRun *run)
{
	return sieve_bytes_from_string(
		sieve_core_string(sieve_run_settings(run), SIEVE_CORE_USER_EMAIL));
}

/* Those of the envelope come first: mail was sent to them. */
SieveStrings
sieve_run_owner(SieveRun *run)
{
	const SieveSettings *settings = sieve_run_settings(run);
	const char *const *others = sieve_core_list(settings, SIEVE_CORE_USER_ADDRESSES);
	const SieveBytes known[] = {
		run->envelope.to,
		run->envelope.orig_to,
		sieve_run_user_email(run),
	};
	size_t n_others = g_strv_length((char **)(uintptr_t)others);
	SieveBytes *items = sieve_arena_new_array(
		sieve_run_arena(run), SieveBytes, G_N_ELEMENTS(known) + n_others);
	size_t count = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(known); i++)
		if (known[i].len > 0)
			items[count++] = known[i];
	for (size_t i = 0; i < n_others; i++)
		items[count++] = sieve_bytes_from_string(others[i]);
	return (SieveStrings){items, count};
}

GTimeZone *
sieve_run_zone(SieveRun *run)
{
	const char *name = sieve_core_string(sieve_run_settings(run), SIEVE_CORE_TIME_ZONE);
	GTimeZone *zone = name == NULL ? NULL : g_time_zone_new_identifier(name);

	return zone != NULL ? zone : g_time_zone_new_local();
}

int
sieve_run_local_zone(SieveRun *run, int64_t time_unix)
{
	g_autoptr(GTimeZone) zone = sieve_run_zone(run);
	int interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, time_unix);

	return g_time_zone_get_offset(zone, interval) / 60;
}

SieveBytes
sieve_run_snooze_mailbox(SieveRun *run)
{
	return sieve_bytes_from_string(
		sieve_core_string(sieve_run_settings(run), SIEVE_CORE_SNOOZE_MAILBOX));
}
