/* SPDX-License-Identifier: MIT */
/* libsieve-alone.c - libsieve's execute by itself, without what engine/libsieve.c does around it */

#include "t/bench/libsieve-alone.h"

#include <sieve2.h>
#include <sieve2_error.h>
#include <string.h>

#include "engine/bytes.h"
#include "engine/message/header.h"
#include "engine/message/message.h"

#define MAX_FIELDS 64

typedef struct Host {
	char *script;
	size_t n_fields;
	const char *names[MAX_FIELDS];
	char *values[MAX_FIELDS][2]; /* each a list of one */
	int n_decisions;
} Host;

/* libsieve does not write to what its prototypes do not call const. */
static char *
key(const char *name)
{
	return (char *)(uintptr_t)name;
}

static int
decide(sieve2_context_t *context G_GNUC_UNUSED, void *data)
{
	((Host *)data)->n_decisions++;
	return SIEVE2_OK;
}

static int
get_script(sieve2_context_t *context, void *data)
{
	return sieve2_setvalue_string(context, key("script"), ((const Host *)data)->script);
}

static int
get_header(sieve2_context_t *context, void *data)
{
	Host *host = data;
	const char *wanted = sieve2_getvalue_string(context, key("header"));
	static char *none[] = {NULL};

	for (size_t i = 0; i < host->n_fields; i++)
		if (g_ascii_strcasecmp(host->names[i], wanted) == 0)
			return sieve2_setvalue_stringlist(context, key("body"), host->values[i]);
	return sieve2_setvalue_stringlist(context, key("body"), none);
}

static int
ignore(sieve2_context_t *context G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
	return SIEVE2_OK;
}

static void
take_fields(Host *host, SieveBytes mail, SieveArena *arena)
{
	g_autoptr(SieveMessage) message = sieve_message_new(mail);

	for (size_t i = 0; i < sieve_message_count_fields(message) && i < MAX_FIELDS; i++) {
		const SieveHeaderField *field = sieve_message_get_field(message, i);
		SieveBytes value = sieve_header_decode(field->raw, arena);
		host->names[host->n_fields] = sieve_arena_copy(arena, field->name).ptr;
		host->values[host->n_fields][0] =
			memcpy(sieve_arena_alloc(arena, value.len + 1), value.ptr, value.len);
		host->n_fields++;
	}
}

bool
libsieve_alone(const char *script, SieveBytes mail, int64_t times, double *ret_seconds)
{
	sieve2_callback_t callbacks[] = {
		{SIEVE2_ACTION_KEEP, decide},
		{SIEVE2_ACTION_DISCARD, decide},
		{SIEVE2_ACTION_FILEINTO, decide},
		{SIEVE2_SCRIPT_GETSCRIPT, get_script},
		{SIEVE2_MESSAGE_GETHEADER, get_header},
		{SIEVE2_ERRCALL_PARSE, ignore},
		{SIEVE2_ERRCALL_RUNTIME, ignore},
		{SIEVE2_ERRCALL_ADDRESS, ignore},
		{SIEVE2_ERRCALL_HEADER, ignore},
		{0, NULL},
	};
	g_autoptr(SieveArena) arena = sieve_arena_new();
	g_autofree Host *host = g_new0(Host, 1);
	int64_t spent_us = 0;

	take_fields(host, mail, arena);
	host->script = key(script);
	for (int64_t i = 0; i < times; i++) {
		sieve2_context_t *context = NULL;
		if (sieve2_alloc(&context) != SIEVE2_OK ||
			sieve2_callbacks(context, callbacks) != SIEVE2_OK)
			return false;
		int64_t start_us = g_get_monotonic_time();
		int status = sieve2_execute(context, host);
		spent_us += g_get_monotonic_time() - start_us;
		sieve2_free(&context);
		if (status != SIEVE2_OK)
			return false;
	}
	*ret_seconds = (double)spent_us / 1e6 / (double)times;
	return host->n_decisions == times;
}
