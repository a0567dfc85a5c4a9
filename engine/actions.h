/* SPDX-License-Identifier: MIT */
/* actions.h - the action list: implicit keep, conflicts, duplicates (RFC 5228 section 2.10) */
#pragma once

#include "engine/deliver/memory.h"
#include "engine/sieve-ext.h"

/** In its own arena. Every field may be read; deliver walks it, the test runner looks into it. */
/** A change of the header, as `doorstep run` tells it. */
typedef struct SieveEdit SieveEdit;
struct SieveEdit {
	SieveEdit *next; /* (nullable) */
	const char *text;
};

struct SieveResult {
	SieveArena *arena;
	SieveAction *actions; /* in the order they were taken */
	size_t n_actions;
	bool implicit_keep;
	SieveBytes mail_flags; /* of the implicit keep's copy */
	const SieveMessage *message; /* (nullable) that it stores; NULL: as it came */
	SieveEdit *edits;      /* (nullable) of the header */
	GArray *memories;      /* (nullable) of SieveMemory, to be added once it is carried out */
	size_t n_done; /* so many actions are carried out already: what fails later leaves them there */
	bool kept;     /* the implicit keep is carried out already */
	const SieveSettings *settings; /* (nullable) of the program; NULL: the core's defaults */
	bool failed;          /* the script ended in an error: the implicit keep stands */
	const SieveNeed *need; /* (nullable) the run ended undecided: the implicit keep stands */
};

/** keep, and the implicit keep's doing; discard; redirect: the core's own kinds. */
extern const SieveActionDef sieve_action_keep;
extern const SieveActionDef sieve_action_discard;
extern const SieveActionDef sieve_action_redirect;

/** One line as `doorstep run` shows it, without line end. */
void sieve_action_print(const SieveAction *action, GString *text);
/** (transfer full) without actions: the implicit keep stands. @settings: (nullable) must outlive it. */
SieveResult *sieve_result_new(const SieveSettings *settings);
/** What a script had in mind before it needed more than is known is not done yet. */
void sieve_result_forget(SieveResult *result);
/** RFC 5228 section 2.10.6: an error means the implicit keep. Whatever the script had in mind before it
 * came is not done either, since it may be wrong. */
void sieve_result_fail(SieveResult *result);
/** Appends @action by the rules of sieve_run_add_action(); what it points to must live as long as
 * @result. */
bool sieve_result_add(SieveResult *result, const SieveAction *action, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
