/* SPDX-License-Identifier: MIT */
/* trace.c - what a run tells while it goes: events, for whoever explains or counts them */

#include "engine/trace.h"

#include "engine/run.h"

void
sieve_trace_tell(SieveRun *run, SieveTraceEvent event)
{
	event.program = run->program;
	event.script = run->script;
	event.calls = run->calls == NULL ? 0 : run->calls->len;
	if (event.args == NULL)
		event.args = run->args;
	run->trace->tell(run->trace, &event);
}

/* --- What run functions tell ------------------------------------------------------------------ */

void
sieve_run_note_variable(SieveRun *run, const char *name, SieveBytes value)
{
	if (run->trace != NULL)
		sieve_trace_tell(run, (SieveTraceEvent){
			.kind = SIEVE_TRACE_VARIABLE, .variable = {name, value}});
}

bool
sieve_run_is_traced(const SieveRun *run)
{
	return run->trace != NULL;
}

void
sieve_run_note(SieveRun *run, const char *format, ...)
{
	va_list arguments;

	if (run->trace == NULL)
		return;
	va_start(arguments, format);
	g_autofree char *note = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	sieve_trace_tell(run, (SieveTraceEvent){.kind = SIEVE_TRACE_NOTE, .note = note});
}
