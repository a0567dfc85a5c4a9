/* SPDX-License-Identifier: MIT */
/* actions.c - the action list: implicit keep, conflicts, duplicates (RFC 5228 section 2.10) */

#include "engine/actions.h"

#include <string.h>

#include "engine/core-settings.h"
#include "engine/deliver/mailbox-name.h"
#include "engine/run.h"
#include "engine/stage.h"

#define INBOX SIEVE_BYTES("INBOX")

/* --- The core's own actions ------------------------------------------------------------------- */

static bool
perform_keep(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	return sieve_delivery_store(delivery, action, error);
}

static bool
perform_discard(SieveDelivery *delivery G_GNUC_UNUSED, const SieveAction *action G_GNUC_UNUSED,
	GError **error G_GNUC_UNUSED)
{
	return true;
}

static bool
perform_redirect(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	return sieve_delivery_forward(delivery, action, error);
}

const SieveActionDef sieve_action_keep = {
	.name = "keep",
	.class = SIEVE_ACTION_STORES,
	.cancels_implicit_keep = true,
	.perform = perform_keep,
};

const SieveActionDef sieve_action_discard = {
	.name = "discard",
	.class = SIEVE_ACTION_DISCARDS,
	.cancels_implicit_keep = true,
	.perform = perform_discard,
};

const SieveActionDef sieve_action_redirect = {
	.name = "redirect",
	.class = SIEVE_ACTION_SENDS,
	.cancels_implicit_keep = true,
	.perform = perform_redirect,
};

/* --- Adding ----------------------------------------------------------------------------------- */

/* keep has no target: it stores into the inbox. */
static SieveBytes
mailbox_of(const SieveAction *action)
{
	return action->target.len == 0 ? INBOX : action->target;
}

/* RFC 5228 section 2.10.3: one copy in one mailbox, one mail to one address. */
static bool
is_same(const SieveAction *a, const SieveAction *b)
{
	bool later = ((a->def->class | b->def->class) & SIEVE_ACTION_LATER) != 0;

	if (!later && (a->def->class & b->def->class & SIEVE_ACTION_STORES))
		return sieve_mailbox_name_is_same(mailbox_of(a), mailbox_of(b));
	return a->def == b->def && sieve_bytes_equal(a->target, b->target);
}

static bool
conflicts(const SieveAction *a, const SieveAction *b)
{
	return (a->def == b->def && a->def->once) ||
	       (a->def->conflicts & b->def->class) || (b->def->conflicts & a->def->class);
}

static bool
check_conflicts(const SieveResult *result, const SieveAction *action, GError **error)
{
	for (size_t i = 0; i < result->n_actions; i++) {
		const SieveAction *other = &result->actions[i];
		if (!conflicts(action, other))
			continue;
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_CONFLICT,
			"%s cannot stand beside the %s of line %u", action->def->name,
			other->def->name, other->line);
		return false;
	}
	return true;
}

static bool
check_limits(const SieveResult *result, const SieveAction *action, GError **error)
{
	unsigned sends = 0;

	for (size_t i = 0; i < result->n_actions; i++)
		sends += (result->actions[i].def->class & SIEVE_ACTION_SENDS) != 0;
	const char *what = NULL;
	if (result->n_actions >= sieve_core_number(result->settings, SIEVE_CORE_MAX_ACTIONS))
		what = "actions";
	else if ((action->def->class & SIEVE_ACTION_SENDS) &&
		 sends >= sieve_core_number(result->settings, SIEVE_CORE_MAX_REDIRECTS))
		what = "redirects";
	if (what == NULL)
		return true;
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_LIMIT, "too many %s", what);
	return false;
}

static void
append(SieveResult *result, const SieveAction *action)
{
	size_t n = result->n_actions;

	/* Room doubles at each power of two. */
	if ((n & (n - 1)) == 0) {
		SieveAction *grown =
			sieve_arena_new_array(result->arena, SieveAction, n == 0 ? 1 : n * 2);
		if (n > 0)
			memcpy(grown, result->actions, n * sizeof(*grown));
		result->actions = grown;
	}
	result->actions[result->n_actions++] = *action;
}

static void
merge(SieveAction *old, const SieveAction *action)
{
	/* keep says more than the store into the same mailbox: it follows the implicit keep's
	 * place. */
	if (action->def == &sieve_action_keep)
		*old = *action;
	else
		old->flags &= action->flags | ~(unsigned)SIEVE_ACTION_COPY;
	/* RFC 5232 section 3 */
	old->mail_flags = action->mail_flags;
}

static bool
run_tags(SieveRun *run, SieveAction *action, const SieveArgs *args, GError **error)
{
	unsigned n_tags = args == NULL ? 0 : args->n_tags;

	/* Those that need another one come after it, wherever they are written. */
	for (unsigned i = 0; i < 2 * n_tags; i++) {
		const SieveTagUse *use = &args->tags[i % n_tags];
		bool is_turn = (use->def->needs != NULL) == (i >= n_tags);
		if (is_turn && use->def->run != NULL && !use->def->run(run, action, &use->arg, error))
			return false;
	}
	return true;
}

SieveResult *
sieve_result_new(const SieveSettings *settings)
{
	SieveArena *arena = sieve_arena_new();
	SieveResult *result = sieve_arena_new_array(arena, SieveResult, 1);

	result->arena = arena;
	result->implicit_keep = true;
	result->settings = settings;
	return result;
}

void
sieve_result_forget(SieveResult *result)
{
	result->n_actions = result->n_done;
	result->implicit_keep = true;
	result->message = NULL;
	result->edits = NULL;
	g_clear_pointer(&result->memories, g_array_unref);
}

void
sieve_result_fail(SieveResult *result)
{
	sieve_result_forget(result);
	result->need = NULL;
	result->failed = true;
	result->mail_flags = SIEVE_BYTES("");
}

/* Index of the action that @action is the same as; n_actions when it is new. */
static size_t
find_same(const SieveResult *result, const SieveAction *action)
{
	size_t i = 0;

	while (i < result->n_actions && !is_same(&result->actions[i], action))
		i++;
	return i;
}

bool
sieve_result_add(SieveResult *result, const SieveAction *action, GError **error)
{
	/* Before merging: one reject conflicts with another, whatever it says. */
	if (!check_conflicts(result, action, error))
		return false;
	if (action->def->cancels_implicit_keep && !(action->flags & SIEVE_ACTION_COPY))
		result->implicit_keep = false;
	size_t same = find_same(result, action);
	if (same < result->n_actions) {
		merge(&result->actions[same], action);
		return true;
	}
	if (!check_limits(result, action, error))
		return false;
	append(result, action);
	return true;
}

/* @kept and @count: whether the implicit keep stood and how many actions there were before. */
static void
tell_added(SieveRun *run, const SieveAction *action, bool kept, size_t count)
{
	SieveTraceAction told = {
		.action = action,
		.index = find_same(run->result, action),
		.merged = run->result->n_actions == count,
	};

	sieve_trace_tell(run, (SieveTraceEvent){.kind = SIEVE_TRACE_ACTION, .action = told});
	if (kept && !run->result->implicit_keep)
		sieve_trace_tell(run, (SieveTraceEvent){.kind = SIEVE_TRACE_KEEP_CANCELLED});
}

/* The mail as such an action sees it. */
static const SieveMessage *
find_message(const SieveRun *run, const SieveActionDef *def)
{
	/* RFC 5293 section 7: what is refused goes back as it came. */
	if (def->class & SIEVE_ACTION_REFUSES)
		return run->original;
	if ((def->class & SIEVE_ACTION_SENDS) && run->redirected != NULL)
		return run->redirected;
	return run->message;
}

bool
sieve_run_add_action(
	SieveRun *run, const SieveArgs *args, const SieveAction *action, GError **error)
{
	SieveAction added = *action;
	bool kept = run->result->implicit_keep;
	size_t count = run->result->n_actions;

	if (added.line == 0)
		added.line = sieve_run_line(run);
	added.script = run->script;
	if (added.def->class & SIEVE_ACTION_STORES)
		added.mail_flags = run->result->mail_flags;
	const SieveMessage *message = find_message(run, action->def);
	if (message != run->original)
		added.message = message;
	if (!run_tags(run, &added, args, error) || !sieve_result_add(run->result, &added, error))
		return false;
	if (run->trace != NULL)
		tell_added(run, &added, kept, count);
	return true;
}

bool
sieve_run_add_redirect(SieveRun *run, const SieveArgs *args, SieveBytes mailbox, GError **error)
{
	SieveAction action = {.def = &sieve_action_redirect, .target = mailbox};

	return sieve_run_add_action(run, args, &action, error);
}

SieveBytes *
sieve_action_mailbox(SieveAction *action)
{
	return action->def->class & SIEVE_ACTION_STORES ? &action->target : &action->fcc;
}

size_t
sieve_run_count_actions(const SieveRun *run, const SieveActionDef *def)
{
	size_t count = 0;

	for (size_t i = 0; i < run->result->n_actions; i++)
		count += run->result->actions[i].def == def;
	return count;
}

void
sieve_run_cancel_implicit_keep(SieveRun *run)
{
	if (run->trace != NULL && run->result->implicit_keep)
		sieve_trace_tell(run, (SieveTraceEvent){.kind = SIEVE_TRACE_KEEP_CANCELLED});
	run->result->implicit_keep = false;
}

SieveBytes
sieve_run_mail_flags(const SieveRun *run)
{
	return run->result->mail_flags;
}

void
sieve_run_set_mail_flags(SieveRun *run, SieveBytes flags)
{
	run->result->mail_flags = flags;
	if (!sieve_run_is_traced(run))
		return;
	g_autofree char *shown = sieve_bytes_print(flags, 200);
	sieve_run_note(run, "stored copies get %s%s", flags.len == 0 ? "no flags" : "flags ", shown);
}

/* --- What programs see ------------------------------------------------------------------------ */

void
sieve_result_free(SieveResult *result)
{
	if (result == NULL)
		return;
	g_clear_pointer(&result->memories, g_array_unref);
	/* The result itself lies in its arena. */
	sieve_arena_free(result->arena);
}

size_t
sieve_result_count(const SieveResult *result)
{
	return result->n_actions;
}

const char *
sieve_result_action_name(const SieveResult *result, size_t index)
{
	return result->actions[index].def->name;
}

SieveBytes
sieve_result_action_target(const SieveResult *result, size_t index)
{
	return result->actions[index].target;
}

bool
sieve_result_implicit_keep(const SieveResult *result)
{
	return result->implicit_keep;
}

static void
print_flags(SieveBytes flags, GString *text)
{
	if (flags.len == 0)
		return;
	g_autofree char *shown = sieve_bytes_escape(flags, SIZE_MAX);
	g_string_append_printf(text, " flags \"%s\"", shown);
}

void
sieve_action_print(const SieveAction *action, GString *text)
{
	if (action->def->print != NULL) {
		action->def->print(action, text);
		return;
	}
	g_string_append(text, action->def->name);
	if (action->target.len > 0) {
		g_autofree char *target = sieve_bytes_escape(action->target, SIZE_MAX);
		g_string_append(text, " \"");
		g_string_append(text, target);
		g_string_append_c(text, '"');
	}
	print_flags(action->mail_flags, text);
}

char *
sieve_result_print(const SieveResult *result)
{
	GString *text = g_string_new(NULL);

	if (result->need != NULL) {
		g_autofree char *need = sieve_need_print(result->need);
		g_string_append_printf(text, "%s\n", need);
		return g_string_free(text, FALSE);
	}
	for (size_t i = 0; i < result->n_actions; i++) {
		sieve_action_print(&result->actions[i], text);
		g_string_append_c(text, '\n');
	}
	for (const SieveEdit *edit = result->edits; edit != NULL; edit = edit->next)
		g_string_append_printf(text, "%s\n", edit->text);
	if (result->implicit_keep) {
		g_string_append(text, "implicit keep");
		print_flags(result->mail_flags, text);
		g_string_append_c(text, '\n');
	}
	return g_string_free(text, FALSE);
}
