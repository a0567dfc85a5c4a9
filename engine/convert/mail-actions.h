/* SPDX-License-Identifier: MIT */
/* mail-actions.h - what rules of mail programs do, collected first and then written in Sieve's order */
#pragma once

#include "engine/convert/build.h"

typedef struct ConvertActions {
	SieveConversion *conversion;
	GArray *flags;	  /* of SieveBytes */
	GArray *copies;	  /* of SieveBytes: mailboxes */
	GArray *forwards; /* of SieveBytes: addresses */
	SieveBytes mailbox; /* where it goes; ptr NULL: it stays */
	bool stop;
} ConvertActions;

ConvertActions *convert_actions_new(SieveConversion *conversion);
void convert_actions_free(ConvertActions *actions);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConvertActions, convert_actions_free)
/** False: it can be no IMAP keyword. */
bool convert_actions_add_flag(ConvertActions *actions, SieveBytes flag);
/** False: it can be no mailbox. */
bool convert_actions_add_copy(ConvertActions *actions, SieveBytes mailbox);
bool convert_actions_set_mailbox(ConvertActions *actions, SieveBytes mailbox);
bool convert_actions_add_forward(ConvertActions *actions, SieveBytes address);
bool convert_actions_are_none(const ConvertActions *actions);
/** Flags first: what is stored after them has them. */
void convert_actions_write(const ConvertActions *actions, SieveAstNode *block);
