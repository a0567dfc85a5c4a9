/* SPDX-License-Identifier: MIT */
/* libsieve-alone.h - libsieve's execute by itself, without what engine/libsieve.c does around it */
#pragma once

#include "engine/sieve.h"

/** Executes @script on @mail so many times. Only the calls of sieve2_execute() count; looking up header
 * fields in its callbacks is what any host must do, and is done beforehand as far as can be. */
bool libsieve_alone(const char *script, SieveBytes mail, int64_t times, double *ret_seconds);
