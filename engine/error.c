/* SPDX-License-Identifier: MIT */
/* error.c - run-time error codes and their class: temporary or permanent */

#include "engine/sieve.h"

G_DEFINE_QUARK(sieve-error-quark, sieve_error)

/* Unsure means temporary: mail is never lost by guessing. */
static const bool permanent[] = {
	[SIEVE_ERROR_SCRIPT] = true,
	[SIEVE_ERROR_LIMIT] = true,
	[SIEVE_ERROR_CONFLICT] = true,
	[SIEVE_ERROR_IO] = false,
	[SIEVE_ERROR_FULL] = false,
	[SIEVE_ERROR_SUBMIT] = false,
	[SIEVE_ERROR_INVALID] = true,
	[SIEVE_ERROR_UNDECIDED] = false,
};

bool
sieve_error_is_temporary(const GError *error)
{
	if (error->domain != SIEVE_ERROR || error->code < 0 ||
		(size_t)error->code >= G_N_ELEMENTS(permanent))
		return true;
	return !permanent[error->code];
}
