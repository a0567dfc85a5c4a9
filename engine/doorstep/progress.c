/* SPDX-License-Identifier: MIT */
/* progress.c - how far a long run is, on standard error: a bar for people, or lines of JSON */

#include "engine/doorstep/progress.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define BAR_COLUMNS 40u
#define INTERVAL_USEC (G_USEC_PER_SEC / 10)

bool
progress_begin(Progress *progress, const char *option, size_t total)
{
	static const char *const names[] = {
		[PROGRESS_NONE] = "none", [PROGRESS_BAR] = "bar", [PROGRESS_JSON] = "json"};

	*progress = (Progress){.total = total};
	if (option == NULL)
		progress->kind = isatty(STDERR_FILENO) ? PROGRESS_BAR : PROGRESS_NONE;
	for (unsigned i = 0; option != NULL && i < G_N_ELEMENTS(names); i++)
		if (strcmp(option, names[i]) == 0) {
			progress->kind = (ProgressKind)i;
			return true;
		}
	return option == NULL;
}

void
progress_tell(Progress *progress, size_t done)
{
	gint64 now = g_get_monotonic_time();

	if (progress->kind == PROGRESS_NONE ||
		(done < progress->total && now - progress->last_usec < INTERVAL_USEC))
		return;
	progress->last_usec = now;
	if (progress->kind == PROGRESS_JSON) {
		fprintf(stderr, "{\"done\":%zu,\"total\":%zu}\n", done, progress->total);
		return;
	}
	unsigned columns = (unsigned)(progress->total == 0 ? BAR_COLUMNS
							   : BAR_COLUMNS * done / progress->total);
	fprintf(stderr, "\r[%.*s%*s] %zu of %zu%s", (int)columns,
		"########################################", (int)(BAR_COLUMNS - columns), "", done,
		progress->total, done == progress->total ? "\n" : "");
	fflush(stderr);
}
