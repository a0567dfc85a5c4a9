/* SPDX-License-Identifier: MIT */
/* trace.c - what --explain prints: each test with the values it met, each command that ran */

#include "engine/trace.h"

#include "engine/dump.h"

#define SHOWN_VALUE_BYTES 200u

struct SieveTrace {
	GString *text;
	GString *values; /* of the test being run */
};

SieveTrace *
sieve_trace_new(void)
{
	SieveTrace *trace = g_new0(SieveTrace, 1);

	trace->text = g_string_new(NULL);
	trace->values = g_string_new(NULL);
	return trace;
}

void
sieve_trace_free(SieveTrace *trace)
{
	if (trace == NULL)
		return;
	g_string_free(trace->text, TRUE);
	g_string_free(trace->values, TRUE);
	g_free(trace);
}

const char *
sieve_trace_text(const SieveTrace *trace)
{
	return trace->text->str;
}

static void
put_place(SieveTrace *trace, const char *script, const SieveArgs *args)
{
	g_autofree char *name = sieve_bytes_escape(sieve_bytes_from_string(script), SIZE_MAX);

	g_string_append_printf(trace->text, "%s:%u: ", name, args->line);
	sieve_dump_args(args, trace->text);
}

void
sieve_trace_command(SieveTrace *trace, const char *script, const SieveArgs *args)
{
	if (trace == NULL)
		return;
	put_place(trace, script, args);
	g_string_append_c(trace->text, '\n');
}

void
sieve_trace_value(SieveTrace *trace, SieveBytes value, bool matched, SieveBytes key)
{
	if (trace == NULL)
		return;
	g_autofree char *shown = sieve_bytes_escape(value, SHOWN_VALUE_BYTES);
	g_string_append_printf(
		trace->values, "    \"%s\" %s", shown, matched ? "matches" : "does not match");
	if (key.ptr != NULL) {
		g_autofree char *shown_key = sieve_bytes_escape(key, SHOWN_VALUE_BYTES);
		g_string_append_printf(trace->values, " \"%s\"", shown_key);
	}
	g_string_append_c(trace->values, '\n');
}

void
sieve_trace_test(SieveTrace *trace, const char *script, const SieveArgs *args, bool outcome)
{
	if (trace == NULL)
		return;
	put_place(trace, script, args);
	g_string_append_printf(
		trace->text, " -> %s\n%s", outcome ? "true" : "false", trace->values->str);
	g_string_truncate(trace->values, 0);
}

void
sieve_trace_variable(SieveTrace *trace, const char *name, SieveBytes value)
{
	if (trace == NULL)
		return;
	g_autofree char *shown_name = sieve_bytes_escape(sieve_bytes_from_string(name), SIZE_MAX);
	g_autofree char *shown = sieve_bytes_escape(value, SHOWN_VALUE_BYTES);
	g_string_append_printf(trace->text, "    %s = \"%s\"\n", shown_name, shown);
}
