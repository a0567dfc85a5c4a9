/* SPDX-License-Identifier: MIT */
/* parts.c - the MIME parts of the mail, for tests: taken apart and decoded once in a run */

#include "engine/message/html.h"
#include "engine/message/mime.h"
#include "engine/message/transfer.h"
#include "engine/run.h"

typedef enum {
	CONTENT,
	TEXT,
	PLAIN_TEXT,
	N_FORMS,
} Form;

/* What has been made of one part so far; ptr NULL: not yet. */
typedef struct Made {
	SieveBytes forms[N_FORMS];
} Made;

typedef struct Parts {
	const SieveMessage *message; /* that they are of: a run may change it */
	const SieveMime *mime;
	SieveBytes raw_body; /* ptr NULL: not asked for yet */
	Made *made; /* (array length=mime->n_parts) */
} Parts;

static const char slot_key;

/* NULL when no steps are left. */
static Parts *
find_parts(SieveRun *run)
{
	void **slot = sieve_run_slot(run, &slot_key);
	Parts *parts = *slot;
	SieveArena *arena = sieve_run_arena(run);

	if (parts != NULL && parts->message == run->message)
		return parts;
	if (!sieve_run_pay(run, sieve_message_body(run->message).len, NULL))
		return NULL;
	parts = sieve_arena_new_array(arena, Parts, 1);
	parts->message = run->message;
	parts->mime = sieve_mime_parse(run->message, arena);
	parts->made = sieve_arena_new_array(arena, Made, parts->mime->n_parts);
	*slot = parts;
	return parts;
}

const SieveMime *
sieve_run_mime(SieveRun *run)
{
	const Parts *parts = find_parts(run);

	return parts == NULL ? NULL : parts->mime;
}

SieveBytes
sieve_run_raw_body(SieveRun *run)
{
	Parts *parts = find_parts(run);

	if (parts == NULL)
		return SIEVE_BYTES("");
	if (parts->raw_body.ptr == NULL)
		parts->raw_body = sieve_transfer_crlf(
			sieve_message_body(run->message), sieve_run_arena(run));
	return parts->raw_body;
}

static SieveBytes
make(SieveRun *run, const SieveMimePart *part, Form form)
{
	SieveArena *arena = sieve_run_arena(run);
	bool html = sieve_content_type_is(&part->type, SIEVE_BYTES("text"), SIEVE_BYTES("html"));

	if (form == CONTENT)
		return sieve_mime_decode(part, arena);
	SieveBytes text = sieve_mime_text(part, arena);
	return form == PLAIN_TEXT && html ? sieve_html_to_text(text, arena) : text;
}

static SieveBytes
find_form(SieveRun *run, size_t index, Form form)
{
	Parts *parts = find_parts(run);
	SieveBytes *made = parts == NULL ? NULL : &parts->made[index].forms[form];

	if (made != NULL && made->ptr != NULL)
		return *made;
	if (made == NULL ||
		!sieve_run_pay(run, sieve_message_body(parts->mime->parts[index].entity).len, NULL))
		return SIEVE_BYTES("");
	*made = make(run, &parts->mime->parts[index], form);
	if (made->ptr == NULL)
		made->ptr = "";
	return *made;
}

SieveBytes
sieve_run_part_content(SieveRun *run, size_t part)
{
	return find_form(run, part, CONTENT);
}

SieveBytes
sieve_run_part_text(SieveRun *run, size_t part, bool plain)
{
	return find_form(run, part, plain ? PLAIN_TEXT : TEXT);
}

/* --- Loops -------------------------------------------------------------------------------------- */

typedef struct Loop {
	const SieveCommandDef *def;
	size_t part; /* that it is at */
	size_t next; /* that it goes to */
	size_t end;
} Loop;

static Loop *
loop_at(const SieveRun *run, unsigned depth)
{
	return &g_array_index(run->loops, Loop, depth);
}

/* Loops whose blocks a stop, a return or a break has left may still be in the array: those that count are
 * as many as there are blocks. */
bool
sieve_run_begin_parts(SieveRun *run, const SieveCommandDef *def)
{
	unsigned depth = sieve_run_count_blocks(run, def) - 1;
	const SieveMime *mime = sieve_run_mime(run);
	Loop loop = {.def = def};

	if (mime == NULL)
		return false;
	if (run->loops == NULL)
		run->loops = g_array_new(FALSE, FALSE, sizeof(Loop));
	if (depth == 0) {
		loop.end = mime->n_parts;
	} else {
		size_t outer = loop_at(run, depth - 1)->part;
		loop.part = outer + 1;
		loop.end = mime->parts[outer].end;
	}
	loop.next = loop.part + 1;
	g_array_set_size(run->loops, depth);
	g_array_append_val(run->loops, loop);
	return loop.part < loop.end;
}

bool
sieve_run_next_part(SieveRun *run, const SieveCommandDef *def)
{
	Loop *loop = loop_at(run, sieve_run_count_blocks(run, def) - 1);

	loop->part = loop->next++;
	return loop->part < loop->end;
}

/* How many loops are being run. */
static unsigned
count_loops(const SieveRun *run)
{
	if (run->loops == NULL || run->loops->len == 0)
		return 0;
	return sieve_run_count_blocks(run, loop_at(run, 0)->def);
}

size_t
sieve_run_part(const SieveRun *run)
{
	unsigned depth = count_loops(run);

	return depth == 0 ? 0 : loop_at(run, depth - 1)->part;
}

bool
sieve_run_is_in_loop(const SieveRun *run)
{
	return count_loops(run) > 0;
}

/* A loop that is at the part, or at one around it, has its end moved; the part's own new parts are not
 * gone through. */
void
sieve_run_settle_loops(SieveRun *run, size_t index, size_t old_end)
{
	const SieveMime *mime = sieve_run_mime(run);
	unsigned depth = count_loops(run);

	for (unsigned i = 0; mime != NULL && i < depth; i++) {
		Loop *loop = loop_at(run, i);
		loop->end = loop->end - old_end + mime->parts[index].end;
		if (loop->part == index)
			loop->next = mime->parts[index].end;
	}
}
