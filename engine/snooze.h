/* SPDX-License-Identifier: MIT */
/* snooze.h - what a snoozed mail says of its waking: a field before its others */
#pragma once

#include "engine/arena.h"
#include "engine/sieve.h"

#define SIEVE_SNOOZE_FIELD "X-Doorstep-Snooze"

typedef struct SieveSnooze {
	int64_t wake_unix;
	SieveBytes mailbox; /* where it goes then; legal */
	SieveBytes add;	    /* flags that it gets then, blanks between */
	SieveBytes remove;  /* flags that it loses then */
} SieveSnooze;

/** (transfer full) the field, CRLF-ended. */
char *sieve_snooze_print(const SieveSnooze *snooze);
/** @value: of the field, unfolded. False for what is none. */
bool sieve_snooze_parse(SieveBytes value, SieveArena *arena, SieveSnooze *ret_snooze);
