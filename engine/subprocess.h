/* SPDX-License-Identifier: MIT */
/* subprocess.h - runs a program on some input: no shell, a time limit, a limit of output */
#pragma once

#include "engine/bytes.h"

typedef struct SieveSubprocess {
	const char *const *argv; /* (array zero-terminated=1) the program's path, then its arguments */
	const char *const *envp; /* (nullable) (array zero-terminated=1) "NAME=value"; NULL: ours */
	SieveBytes input;	 /* its standard input */
	unsigned timeout_ms;	 /* it is then killed, and so is what it started */
	size_t max_output;	 /* bytes; more kill it too. 0: what it prints is thrown away */
} SieveSubprocess;

/** How it ended. */
typedef struct SieveSubprocessEnd {
	int status;	  /* exit status; -1: it was killed, or ended by a signal */
	const char *what; /* (nullable) (static) why it was killed, "did not end in time" */
	GString *output;  /* (transfer full) what it printed, all of it if status is not -1 */
	char *complaint;  /* (transfer full) the begin of what it said on standard error, escaped */
} SieveSubprocessEnd;

/** False with SIEVE_ERROR_IO when it cannot be started; true else, whatever became of it: *@ret_end is then
 * to be cleared. */
bool sieve_subprocess_run(const SieveSubprocess *process, SieveSubprocessEnd *ret_end, GError **error)
	G_GNUC_WARN_UNUSED_RESULT;
void sieve_subprocess_end_clear(SieveSubprocessEnd *end);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(SieveSubprocessEnd, sieve_subprocess_end_clear)
