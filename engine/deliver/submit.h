/* SPDX-License-Identifier: MIT */
/* submit.h - hands outgoing mail to a submission program, as sendmail(8) */
#pragma once

#include "engine/sieve.h"

/** The program and its first arguments, as {"/usr/sbin/sendmail", "-i", NULL}. `-f sender --
 * recipient` is added, and `-N` and `-R` where DSN parameters are asked for; no shell comes near. */
typedef struct SieveSubmitProgram {
	const char *const *argv; /* (array zero-terminated=1) at least the program */
	unsigned timeout_ms;	 /* 0: one minute */
} SieveSubmitProgram;

/** A SieveSubmit; @user_data is a SieveSubmitProgram. The mail is given on standard input with LF
 * line ends, as such programs expect. Success is exit code 0; fails with SIEVE_ERROR_SUBMIT. */
bool sieve_submit_program(const SieveSubmission *submission, void *user_data, GError **error)
	 G_GNUC_WARN_UNUSED_RESULT;
