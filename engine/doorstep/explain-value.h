/* SPDX-License-Identifier: MIT */
/* explain-value.h - words for a value that met the keys of a test */
#pragma once

#include "engine/trace.h"

/** Appends as `"Hello" contains neither "viagra" nor "pills"`; @args are those of the test. */
void doorstep_explain_value(const SieveArgs *args, const SieveTraceValue *value, GString *text);
/** Appends @bytes in quotes, printable, cut to what a reader wants to see. */
void doorstep_explain_quote(SieveBytes bytes, GString *text);
