/* SPDX-License-Identifier: MIT */
/* progress.h - how far a long run is, on standard error: a bar for people, or lines of JSON */
#pragma once

#include <glib.h>
#include <stdbool.h>

typedef enum {
	PROGRESS_NONE,
	PROGRESS_BAR,
	PROGRESS_JSON, /* {"done":N,"total":N} */
} ProgressKind;

typedef struct Progress {
	ProgressKind kind;
	size_t total;
	gint64 last_usec; /* when it was told last */
} Progress;

/** @option: (nullable) "bar", "json", "none"; without it a bar on a terminal. False: it is none of them. */
bool progress_begin(Progress *progress, const char *option, size_t total);
/** Tells it, ten times a second at most, and when all is done. */
void progress_tell(Progress *progress, size_t done);
