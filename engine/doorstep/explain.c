/* SPDX-License-Identifier: MIT */
/* explain.c - writes down what a run tells, in words for people: the matter of --explain and --html */

#include "engine/doorstep/explain.h"

#include "engine/doorstep/explain-value.h"
#include "engine/dump.h"
#include "engine/stage.h"

/* --- Places ----------------------------------------------------------------------------------- */

static void
put_place(const SieveTraceEvent *event, GString *text)
{
	const char *name = event->program->scripts[event->script].name;
	g_autofree char *shown = sieve_bytes_escape(sieve_bytes_from_string(name), SIZE_MAX);

	g_string_append(text, shown);
	if (event->args != NULL)
		g_string_append_printf(text, ":%u", event->args->line);
}

/* (transfer full) "fileinto of my.sieve:3" */
static char *
make_origin(const SieveTraceEvent *event)
{
	g_autoptr(GString) text = g_string_new(NULL);

	g_string_append_printf(text, "%s of ", event->args == NULL ? "?" : event->args->name);
	put_place(event, text);
	return g_string_free(g_steal_pointer(&text), FALSE);
}

/* The depth of what @event tells: that of its command, and of the includes that lead there. */
static unsigned
depth_of(const DoorstepExplain *explain, const SieveTraceEvent *event)
{
	unsigned base = g_array_index(explain->depths, unsigned, explain->depths->len - 1);

	return base + (event->args == NULL ? 0 : event->args->depth);
}

static void
add(DoorstepExplain *explain, GArray *lines, const SieveTraceEvent *event, bool yes, char *text)
{
	DoorstepExplainLine line = {
		.kind = event->kind,
		.args = event->args,
		.script = event->script,
		.line = event->args == NULL ? 0 : event->args->line,
		.depth = depth_of(explain, event),
		.yes = yes,
		.text = text,
	};

	g_array_append_val(lines, line);
}

/* What belongs to a test waits for its outcome; a command was told before what it does. */
static GArray *
lines_for(DoorstepExplain *explain, const SieveTraceEvent *event)
{
	return event->args == explain->command ? explain->lines : explain->pending;
}

/* --- One function for each kind of event ------------------------------------------------------ */

static void
tell_script(DoorstepExplain *explain, const SieveTraceEvent *event)
{
	unsigned depth = 0;

	if (event->calls > 0) {
		/* Scripts that a command left on its way out told nothing of it. */
		g_array_set_size(explain->depths, event->calls);
		depth = depth_of(explain, event) + 1;
	}
	g_array_append_val(explain->depths, depth);
}

static void
tell_back(DoorstepExplain *explain, const SieveTraceEvent *event)
{
	g_array_set_size(explain->depths, event->calls + 1);
}

static char *
words_of_invocation(const SieveArgs *args)
{
	GString *text = g_string_new(NULL);

	sieve_dump_args(args, text);
	if (args->match != NULL) {
		/* What was not written is what the defaults are. */
		g_string_append(text, "  (");
		if (!args->match_arg.given)
			g_string_append_printf(text, ":%s, ", args->match->tag);
		g_string_append_printf(text, "%s)", args->comparator->name);
	}
	return g_string_free(text, FALSE);
}

static void
tell_command(DoorstepExplain *explain, const SieveTraceEvent *event)
{
	explain->command = event->args;
	add(explain, explain->lines, event, true, words_of_invocation(event->args));
}

static void
tell_value(DoorstepExplain *explain, const SieveTraceEvent *event)
{
	GString *text = g_string_new(NULL);

	doorstep_explain_value(event->args, &event->value, text);
	add(explain, explain->pending, event, event->value.matched, g_string_free(text, FALSE));
}

static void
tell_note(DoorstepExplain *explain, const SieveTraceEvent *event)
{
	add(explain, lines_for(explain, event), event, false, g_strdup(event->note));
}

static void
tell_variable(DoorstepExplain *explain, const SieveTraceEvent *event)
{
	GString *text = g_string_new("${");
	g_autofree char *name =
		sieve_bytes_escape(sieve_bytes_from_string(event->variable.name), SIZE_MAX);

	g_string_append_printf(text, "%s} = ", name);
	doorstep_explain_quote(event->variable.value, text);
	add(explain, lines_for(explain, event), event, false, g_string_free(text, FALSE));
}

static void
flush_pending(DoorstepExplain *explain)
{
	g_array_append_vals(explain->lines, explain->pending->data, explain->pending->len);
	/* The texts have changed hands. */
	g_array_set_size(explain->pending, 0);
}

static void
tell_test(DoorstepExplain *explain, const SieveTraceEvent *event)
{
	explain->command = NULL;
	explain->test = event->args;
	add(explain, explain->lines, event, event->outcome, words_of_invocation(event->args));
	if (event->args->match != NULL && explain->pending->len == 0) {
		SieveTraceEvent nothing = *event;
		nothing.kind = SIEVE_TRACE_NOTE;
		add(explain, explain->lines, &nothing, false,
			g_strdup("there is no value to compare"));
	}
	flush_pending(explain);
}

static void
tell_action(DoorstepExplain *explain, const SieveTraceEvent *event)
{
	const SieveTraceAction *told = &event->action;
	GString *text = g_string_new("action: ");

	sieve_action_print(told->action, text);
	if (told->merged && told->index < explain->places->len)
		g_string_append_printf(text, ", one with that of %s",
			(char *)g_ptr_array_index(explain->places, told->index));
	if (told->action->flags & SIEVE_ACTION_COPY)
		g_string_append(text, ", a copy: leaves the implicit keep alone");
	if (!told->merged)
		g_ptr_array_add(explain->places, make_origin(event));
	add(explain, lines_for(explain, event), event, true, g_string_free(text, FALSE));
}

static void
tell_keep_cancelled(DoorstepExplain *explain, const SieveTraceEvent *event)
{
	g_autofree char *origin = make_origin(event);

	g_free(explain->keep);
	explain->keep = g_strdup_printf("the implicit keep fell: %s cancelled it", origin);
	add(explain, lines_for(explain, event), event, true,
		g_strdup("cancels the implicit keep"));
}

static void
tell_block_left(DoorstepExplain *explain, const SieveTraceEvent *event)
{
	add(explain, explain->lines, event, true,
		g_strdup_printf("%s of line %u is left", event->args->name, event->args->line));
}

static void
list_actions(DoorstepExplain *explain, const SieveResult *result)
{
	for (size_t i = 0; i < result->n_actions; i++) {
		GString *text = g_string_new(NULL);
		sieve_action_print(&result->actions[i], text);
		if (i < explain->places->len)
			g_string_append_printf(text, ", by %s",
				(char *)g_ptr_array_index(explain->places, i));
		g_ptr_array_add(explain->actions, g_string_free(text, FALSE));
	}
}

/* A test that ended the run, failed or short of what it needs, never had an outcome. */
static void
tell_last_test(DoorstepExplain *explain, const SieveTraceEvent *event)
{
	SieveTraceEvent failed = *event;

	failed.kind = SIEVE_TRACE_COMMAND;
	if (event->args != NULL && event->args != explain->command && event->args != explain->test)
		add(explain, explain->lines, &failed, true, words_of_invocation(event->args));
}

static void
tell_end(DoorstepExplain *explain, const SieveTraceEvent *event)
{
	const SieveTraceEnd *end = &event->end;

	explain->kept = end->result->implicit_keep;
	list_actions(explain, end->result);
	if (end->error != NULL || end->result->need != NULL)
		tell_last_test(explain, event);
	flush_pending(explain);
	if (end->error != NULL) {
		explain->error = sieve_bytes_escape(
			sieve_bytes_from_string(end->error->message), SIZE_MAX);
		add(explain, explain->lines, event, false,
			g_strdup_printf("error: %s", explain->error));
		g_free(explain->keep);
		explain->keep = g_strdup("the implicit keep stands: the run failed, "
					 "and what it had decided is forgotten");
	} else if (end->result->need != NULL) {
		g_free(explain->keep);
		explain->keep = sieve_need_print(end->result->need);
	} else if (explain->keep == NULL) {
		explain->keep = g_strdup("the implicit keep stands: nothing cancelled it");
	}
}

/* --- The object ------------------------------------------------------------------------------- */

static void
tell(SieveTrace *trace, const SieveTraceEvent *event)
{
	static void (*const by_kind[])(DoorstepExplain *, const SieveTraceEvent *) = {
		[SIEVE_TRACE_SCRIPT] = tell_script,
		[SIEVE_TRACE_BACK] = tell_back,
		[SIEVE_TRACE_COMMAND] = tell_command,
		[SIEVE_TRACE_VALUE] = tell_value,
		[SIEVE_TRACE_NOTE] = tell_note,
		[SIEVE_TRACE_TEST] = tell_test,
		[SIEVE_TRACE_VARIABLE] = tell_variable,
		[SIEVE_TRACE_ACTION] = tell_action,
		[SIEVE_TRACE_KEEP_CANCELLED] = tell_keep_cancelled,
		[SIEVE_TRACE_BLOCK_LEFT] = tell_block_left,
		[SIEVE_TRACE_END] = tell_end,
	};

	by_kind[event->kind]((DoorstepExplain *)trace, event);
}

static void
clear_line(gpointer data)
{
	DoorstepExplainLine *line = data;

	g_free(line->text);
}

DoorstepExplain *
doorstep_explain_new(const SieveProgram *program)
{
	DoorstepExplain *explain = g_new0(DoorstepExplain, 1);

	explain->trace.tell = tell;
	explain->program = program;
	explain->lines = g_array_new(FALSE, FALSE, sizeof(DoorstepExplainLine));
	g_array_set_clear_func(explain->lines, clear_line);
	explain->pending = g_array_new(FALSE, FALSE, sizeof(DoorstepExplainLine));
	explain->depths = g_array_new(FALSE, FALSE, sizeof(unsigned));
	explain->actions = g_ptr_array_new_with_free_func(g_free);
	explain->places = g_ptr_array_new_with_free_func(g_free);
	return explain;
}

void
doorstep_explain_free(DoorstepExplain *explain)
{
	if (explain == NULL)
		return;
	g_array_unref(explain->lines);
	g_array_unref(explain->pending);
	g_array_unref(explain->depths);
	g_ptr_array_unref(explain->actions);
	g_ptr_array_unref(explain->places);
	g_free(explain->keep);
	g_free(explain->error);
	g_free(explain);
}
