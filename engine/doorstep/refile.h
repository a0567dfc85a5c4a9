/* SPDX-License-Identifier: MIT */
/* refile.h - moves the mails of a Maildir as results say, with a journal by which all can be undone
 *
 * The journal is `doorstep-filter.journal` in the Maildir's root, a line for each step: `move` or
 * `copy`, then folder, place and name before and after, percent-encoded, blanks between; `end` says
 * that the run was finished. A line is on stable storage before its step is taken: a step that a
 * crash prevented is one that undoing finds nothing to do for. Whoever writes holds
 * `doorstep-filter.lock` (flock).
 */
#pragma once

#include "engine/actions.h"

/** What discarded mails are moved to. */
#define REFILE_TRASH "Trash"

typedef struct RefileCounts {
	size_t moved;
	size_t copied;
	size_t discarded; /* moved to the trash */
	size_t flagged;
	size_t left; /* actions that are not for mails that have arrived: redirect, vacation, reject */
} RefileCounts;

typedef struct Refile Refile;

/** Goes on with the journal of a run that was cut off, else begins a new one. */
Refile *refile_open(const char *maildir, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void refile_free(Refile *refile);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Refile, refile_free)
/**
 * refile_mail:
 * @path: of the mail, relative to the Maildir
 *
 * Carries out what stores and discards; a mail that is kept stays where it is. From any thread. False with
 * @error: that mail is where it was; one that somebody has moved meanwhile too.
 */
bool refile_mail(Refile *refile, const char *path, const SieveResult *result, GError **error);
/** Marks the run as finished. */
bool refile_finish(Refile *refile, RefileCounts *ret_counts, GError **error);

/** Puts everything back that the last run moved, the last first; what is no longer where it was put is left
 * alone and counted. */
bool refile_undo(const char *maildir, size_t *ret_undone, size_t *ret_gone, GError **error);
