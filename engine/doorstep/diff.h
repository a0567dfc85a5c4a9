/* SPDX-License-Identifier: MIT */
/* diff.h - two short texts, line by line: what must go and what must come */
#pragma once

#include <glib.h>

/** (transfer full) the smallest unified diff that makes @to of @from, without file names, each line
 * with its line end; empty when they are the same. */
char *doorstep_diff(const char *from, const char *to);
