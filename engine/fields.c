/* SPDX-License-Identifier: MIT */
/* fields.c - the header fields that a test looks at */

#include "engine/run.h"

/* The next field in the order of the names. The search costs steps, and so does what will be done to the
 * field, of which the values that come out of it may say little. */
static const SieveHeaderField *
next_of_one(SieveFields *fields, SieveBytes *ret_name)
{
	const SieveMessage *message = fields->message;

	for (; fields->name < fields->names.count; fields->name++, fields->at = 0) {
		SieveBytes name = fields->names.items[fields->name];
		size_t start = fields->at;
		const SieveHeaderField *field =
			sieve_message_find_field(message, name, &fields->at);
		size_t steps = fields->at - start + (field == NULL ? 0 : field->raw.len);
		if (!sieve_run_pay(fields->run, steps, NULL))
			return NULL;
		if (field == NULL)
			continue;
		if (ret_name != NULL)
			*ret_name = name;
		return field;
	}
	return NULL;
}

/* The same of one part after the other. */
static const SieveHeaderField *
next_of_all(SieveFields *fields, SieveBytes *ret_name)
{
	const SieveHeaderField *field;

	while ((field = next_of_one(fields, ret_name)) == NULL &&
		fields->part + 1 < fields->part_end) {
		fields->message = sieve_run_mime(fields->run)->parts[++fields->part].entity;
		fields->name = fields->at = 0;
	}
	return field;
}

/* False when they cannot be known at this stage, or no steps are left. */
static bool
begin_parts(SieveFields *fields, const SieveArgs *args)
{
	if (!sieve_run_knows(fields->run, args->name, SIEVE_NEEDS_BODY))
		return false;
	const SieveMime *mime = sieve_run_mime(fields->run);
	if (mime == NULL)
		return false;
	fields->part = sieve_run_part(fields->run);
	fields->part_end = fields->choice.of_children ? mime->parts[fields->part].end : fields->part + 1;
	fields->message = mime->parts[fields->part].entity;
	return true;
}

static uint64_t
count_all(SieveFields fields)
{
	uint64_t count = 0;

	while (next_of_all(&fields, NULL) != NULL)
		count++;
	return count;
}

void
sieve_fields_begin(SieveFields *fields, SieveRun *run, const SieveArgs *args, SieveStrings names)
{
	*fields = (SieveFields){.run = run, .names = names, .message = run->message};
	for (unsigned i = 0; i < args->n_tags; i++)
		if (args->tags[i].def->choose != NULL)
			args->tags[i].def->choose(run, &args->tags[i].arg, &fields->choice);
	if (fields->choice.of_part && !begin_parts(fields, args))
		fields->names.count = 0;
	if (!fields->choice.from_end)
		return;
	uint64_t count = count_all(*fields);
	fields->choice.index =
		fields->choice.index <= count ? count + 1 - fields->choice.index : UINT64_MAX;
}

const SieveHeaderField *
sieve_fields_next(SieveFields *fields, SieveBytes *ret_name)
{
	if (fields->choice.index == 0)
		return next_of_all(fields, ret_name);
	const SieveHeaderField *field = NULL;
	do
		field = next_of_all(fields, ret_name);
	while (field != NULL && --fields->choice.index > 0);
	/* No other one. */
	fields->name = fields->names.count;
	fields->choice.index = 0;
	return field;
}

bool
sieve_run_first_field(SieveRun *run, SieveBytes name, SieveBytes *ret_text)
{
	SieveFields fields = {.run = run, .names = {&name, 1}, .message = run->message};
	const SieveHeaderField *field = next_of_one(&fields, NULL);

	if (field != NULL)
		*ret_text = sieve_header_decode(field->raw, sieve_run_arena(run));
	return field != NULL;
}
