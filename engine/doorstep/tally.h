/* SPDX-License-Identifier: MIT */
/* tally.h - how often each action was decided on */
#pragma once

#include <glib.h>

typedef struct DoorstepTally DoorstepTally;

DoorstepTally *doorstep_tally_new(void);
void doorstep_tally_free(DoorstepTally *tally);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(DoorstepTally, doorstep_tally_free)

/** Counts each line of @actions, the text of one result. */
void doorstep_tally_add(DoorstepTally *tally, const char *actions);
/** Adds what @other has counted. */
void doorstep_tally_merge(DoorstepTally *tally, const DoorstepTally *other);
/** (transfer full) a line for each action: its text, a tab, how often. In the order of the texts. */
char *doorstep_tally_print(const DoorstepTally *tally);
