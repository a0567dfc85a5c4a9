/* SPDX-License-Identifier: MIT */
/* run.h - runs a script on a mail in a file and shows what it would do */
#pragma once

#include "engine/arena.h"
#include "engine/doorstep/settings.h"
#include "peer/second-script.h"

/** All strings are (nullable). */
typedef struct DoorstepRunOptions {
	char *envelope_from; /* NULL: from the header */
	char *envelope_to;
	char *remote_ip;
	char *include_dir;
	char *global_dir;
	char *color;     /* the value of --color */
	char *engine;    /* "doorstep" (NULL too) or "libsieve" */
	PeerSecondScript *second; /* the script when libsieve runs it */
	DoorstepSettings settings;
	gboolean explain;
	char *stage_name;      /* NULL: "message" */
	SieveStage stage;      /* that @stage_name means */
	char *maildir;         /* whose mailboxes tests ask about */
	char *html;            /* file for a page that explains */
	GPtrArray *texts;      /* (nullable) of GBytes: the scripts, as DoorstepScripts has them */
	SieveTrace *trace;     /* (nullable) (transfer none) is told what runs do, where nothing explains */
} DoorstepRunOptions;

void doorstep_run_options_clear(DoorstepRunOptions *options);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(DoorstepRunOptions, doorstep_run_options_clear)

/** Compiles @path; tells the mistakes on standard error. NULL: @ret_code is what to exit with. */
SieveProgram *doorstep_run_compile(const SieveRegistry *registry, const char *path,
	const DoorstepRunOptions *options, int *ret_code) G_GNUC_WARN_UNUSED_RESULT;

/** (transfer full) what the script would do with @message; it is made whatever happens, and @failure is
 * set when the run failed. @arena (the envelope's addresses) and @options must outlive the result. */
SieveResult *doorstep_run_message(const SieveProgram *program, const SieveMessage *message,
	const DoorstepRunOptions *options, SieveArena *arena, SieveTrace *trace, GError **failure);

/** (transfer full) the text of `doorstep run` for one mail: one line per action and an error of the
 * run; or, with --explain, what led there. Writes the page too. NULL with @error: a file cannot be read
 * or written. */
char *doorstep_run_mail(const SieveProgram *program, const char *path,
	DoorstepRunOptions *options, bool *ret_failed, GError **error) G_GNUC_WARN_UNUSED_RESULT;
