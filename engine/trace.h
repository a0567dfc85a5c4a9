/* SPDX-License-Identifier: MIT */
/* trace.h - what --explain prints: each test with the values it met, each command that ran */
#pragma once

#include "engine/args.h"

SieveTrace *sieve_trace_new(void);
void sieve_trace_free(SieveTrace *trace);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(SieveTrace, sieve_trace_free)
/** The text so far, printable, one event per line; (transfer none), until the next event. */
const char *sieve_trace_text(const SieveTrace *trace);

/* What a run tells; each accepts a NULL trace. */

/** A command is about to run. */
void sieve_trace_command(SieveTrace *trace, const char *script, const SieveArgs *args);
/** A value was offered to the test being run; @key (ptr NULL: none) is the first key it matched. */
void sieve_trace_value(SieveTrace *trace, SieveBytes value, bool matched, SieveBytes key);
/** The test has its outcome; its values come before it. */
void sieve_trace_test(SieveTrace *trace, const char *script, const SieveArgs *args, bool outcome);
/** A variable was set. */
void sieve_trace_variable(SieveTrace *trace, const char *name, SieveBytes value);
