/* SPDX-License-Identifier: MIT */
/* libsieve.c - the second engine: base-language scripts run on libsieve (RFC 3028) */

#include "engine/libsieve.h"

#include <string.h>

#include <sieve2.h>

#include "engine/lower.h"
#include "engine/message/header.h"

/* What the callbacks work on: one script, and for a run one mail and its result. */
typedef struct Session {
	const char *script;
	const SieveRunInput *input; /* (nullable) only a run has one */
	SieveArena *arena; /* of the result: libsieve looks at what it is given until the end */
	SieveResult *result;
	GString *mistakes; /* what libsieve does not like about the script */
	GError *error;	   /* (nullable) the first action that was refused */
} Session;

/* --- Actions ------------------------------------------------------------------------------------
 */

/* The tables of fileinto and reject belong to extensions, which the engine does not know. */
static bool
perform_store(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	return sieve_delivery_store(delivery, action, error);
}

static bool
perform_reject(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	return sieve_delivery_refuse(delivery, action->target, true, error);
}

static const SieveActionDef action_store = {
	.name = "store",
	.class = SIEVE_ACTION_STORES,
	.cancels_implicit_keep = true,
	.perform = perform_store,
};

static const SieveActionDef action_reject = {
	.name = "reject",
	.class = SIEVE_ACTION_REFUSES,
	.conflicts = SIEVE_ACTION_STORES | SIEVE_ACTION_SENDS | SIEVE_ACTION_REFUSES,
	.cancels_implicit_keep = true,
	.perform = perform_reject,
};

/* libsieve takes keys as char * and never writes to them. */
static char *
key(const char *name)
{
	return (char *)(uintptr_t)name;
}

static SieveBytes
get_value(sieve2_context_t *context, const char *name)
{
	return sieve_bytes_from_string(sieve2_getvalue_string(context, key(name)));
}

static int
add_action(Session *session, const SieveActionDef *def, SieveBytes target)
{
	SieveAction action = {.def = def, .target = sieve_arena_copy(session->arena, target)};

	if (session->error == NULL && !sieve_result_add(session->result, &action, &session->error))
		return SIEVE2_ERROR_EXEC;
	return SIEVE2_OK;
}

static int
do_keep(sieve2_context_t *context G_GNUC_UNUSED, void *data)
{
	return add_action(data, &sieve_action_keep, SIEVE_BYTES(""));
}

static int
do_discard(sieve2_context_t *context G_GNUC_UNUSED, void *data)
{
	return add_action(data, &sieve_action_discard, SIEVE_BYTES(""));
}

static int
do_fileinto(sieve2_context_t *context, void *data)
{
	return add_action(data, &action_store, get_value(context, "mailbox"));
}

static int
do_redirect(sieve2_context_t *context, void *data)
{
	Session *session = data;
	SieveBytes address = get_value(context, "address");

	/* libsieve takes any text for an address. */
	if (sieve_address_is_mailbox(address))
		return add_action(session, &sieve_action_redirect, address);
	if (session->error == NULL)
		g_set_error_literal(&session->error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT,
			"redirect to what is no address");
	return SIEVE2_ERROR_EXEC;
}

static int
do_reject(sieve2_context_t *context, void *data)
{
	SieveBytes text = get_value(context, "message");
	g_autoptr(GString) message = g_string_sized_new(text.len);

	/* Lines of a string end in CRLF (RFC 5228 section 2.4.2); libsieve's lexer leaves the LF. */
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\n' && (i == 0 || text.ptr[i - 1] != '\r'))
			g_string_append_c(message, '\r');
		g_string_append_c(message, text.ptr[i]);
	}
	return add_action(data, &action_reject, (SieveBytes){message->str, message->len});
}

/* --- Script and mistakes ------------------------------------------------------------------------
 */

static int
get_script(sieve2_context_t *context, void *data)
{
	const Session *session = data;

	return sieve2_setvalue_string(context, key("script"), key(session->script));
}

static void
add_mistake(Session *session, const char *what, SieveBytes message)
{
	g_autofree char *told = sieve_bytes_escape(message, 300);

	if (session->mistakes->len < 1000)
		g_string_append_printf(session->mistakes, "%s%s%s",
			session->mistakes->len > 0 ? "; " : "", what, told);
}

/* libsieve counts the lines of the lowered text, which nobody sees: they are left out. */
static int
tell_parse_error(sieve2_context_t *context, void *data)
{
	add_mistake(data, "", get_value(context, "message"));
	return SIEVE2_OK;
}

static int
tell_address_error(sieve2_context_t *context, void *data)
{
	/* Mail never gets here: it is given clean addresses alone. The script's own do. */
	add_mistake(data, "bad address: ", get_value(context, "message"));
	return SIEVE2_OK;
}

static int
tell_nothing(sieve2_context_t *context G_GNUC_UNUSED, void *data G_GNUC_UNUSED)
{
	return SIEVE2_OK;
}

/* --- The mail -----------------------------------------------------------------------------------
 */

/* libsieve's strings end at a NUL: a blank stands in for one, so that the rest can be matched. */
static char *
to_string(SieveArena *arena, SieveBytes value)
{
	char *text = sieve_arena_alloc(arena, value.len + 1);

	for (size_t i = 0; i < value.len; i++)
		text[i] = value.ptr[i] == '\0' ? ' ' : value.ptr[i];
	text[value.len] = '\0';
	return text;
}

static bool
is_atom_text(SieveBytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!g_ascii_isalnum(text.ptr[i]) &&
			strchr("!#$%&'*+-/=?^_`{|}~.", text.ptr[i]) == NULL)
			return false;
	return text.len > 0;
}

/* local@domain in a form that libsieve's address parser takes. */
static char *
print_address(SieveArena *arena, const SieveAddress *address)
{
	g_autoptr(GString) text = g_string_new(NULL);
	SieveBytes local = address->localpart;

	if (is_atom_text(local)) {
		g_string_append_len(text, local.ptr, (gssize)local.len);
	} else {
		g_string_append_c(text, '"');
		for (size_t i = 0; i < local.len; i++) {
			if (local.ptr[i] == '"' || local.ptr[i] == '\\')
				g_string_append_c(text, '\\');
			g_string_append_c(text, local.ptr[i]);
		}
		g_string_append_c(text, '"');
	}
	if (address->domain.ptr != NULL)
		g_string_append_printf(
			text, "@%.*s", (int)address->domain.len, address->domain.ptr);
	return to_string(arena, (SieveBytes){text->str, text->len});
}

/* The null path has no address; one that does not parse matches nothing (RFC 5228 section 2.7.4
 * lets :all look at it, which libsieve cannot be told). */
static void
collect_addresses(Session *session, SieveBytes raw, GPtrArray *values)
{
	SieveAddressIter iter = sieve_address_iter(sieve_header_unfold(raw, session->arena));
	SieveAddress address;

	while (sieve_address_next(&iter, session->arena, &address))
		if (address.valid && address.all.len > 0)
			g_ptr_array_add(values, print_address(session->arena, &address));
}

static int
get_header(sieve2_context_t *context, void *data)
{
	Session *session = data;
	SieveBytes name = get_value(context, "header");
	SieveBytes prefix = SIEVE_BYTES(SIEVE_LOWER_ADDRESS);
	bool addresses = sieve_bytes_starts_with(name, prefix);
	g_autoptr(GPtrArray) values = g_ptr_array_new();
	const SieveHeaderField *field;
	size_t index = 0;

	if (addresses)
		name = sieve_bytes_slice(name, prefix.len, name.len);
	while ((field = sieve_message_find_field(session->input->message, name, &index)) != NULL) {
		if (addresses)
			collect_addresses(session, field->raw, values);
		else
			g_ptr_array_add(
				values, to_string(session->arena,
						sieve_header_decode(field->raw, session->arena)));
	}
	char **list = sieve_arena_new_array(session->arena, char *, values->len + 1);
	for (guint i = 0; i < values->len; i++)
		list[i] = values->pdata[i];
	return sieve2_setvalue_stringlist(context, key("body"), list);
}

static char *
print_path(Session *session, SieveBytes path)
{
	SieveAddress address = sieve_address_from_path(path, session->arena);

	if (!address.valid || address.all.len == 0)
		return to_string(session->arena, SIEVE_BYTES(""));
	return print_address(session->arena, &address);
}

static int
get_envelope(sieve2_context_t *context, void *data)
{
	Session *session = data;
	const SieveEnvelope *envelope = &session->input->envelope;
	int set = sieve2_setvalue_string(context, key("from"), print_path(session, envelope->from));

	if (set != SIEVE2_OK)
		return set;
	return sieve2_setvalue_string(context, key("to"), print_path(session, envelope->to));
}

static int
get_size(sieve2_context_t *context, void *data)
{
	const Session *session = data;
	uint64_t size = sieve_message_size(session->input->message);

	return sieve2_setvalue_int(context, key("size"), (int)MIN(size, (uint64_t)G_MAXINT));
}

/* libsieve has taken the quotes off a local part; the last at sign is the one before the domain. */
static void
split_address(SieveBytes text, SieveBytes *local, SieveBytes *domain)
{
	size_t at = text.len;

	while (at > 0 && text.ptr[at - 1] != '@')
		at--;
	*local = at == 0 ? text : sieve_bytes_slice(text, 0, at - 1);
	*domain = at == 0 ? SIEVE_BYTES("") : sieve_bytes_slice(text, at, text.len);
}

/* RFC 5233 section 4: the user, the separator, the detail. */
static int
get_subaddress(sieve2_context_t *context, void *data)
{
	Session *session = data;
	SieveBytes text = get_value(context, "address");
	SieveAddress address = sieve_address_from_path(text, session->arena);
	SieveBytes local = address.localpart;
	SieveBytes domain = address.domain;

	if (!address.valid)
		split_address(text, &local, &domain);
	size_t plus = sieve_bytes_find(local, SIEVE_BYTES("+"), 0);
	SieveBytes user = sieve_bytes_slice(local, 0, plus);
	SieveBytes detail =
		plus == SIZE_MAX ? SIEVE_BYTES("") : sieve_bytes_slice(local, plus + 1, local.len);
	const struct {
		const char *name;
		SieveBytes value;
	} parts[] = {
		{"user", user},
		{"detail", detail},
		{"localpart", local},
		{"domain", domain},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		int set = sieve2_setvalue_string(
			context, key(parts[i].name), to_string(session->arena, parts[i].value));
		if (set != SIEVE2_OK)
			return set;
	}
	return SIEVE2_OK;
}

static const sieve2_callback_t callbacks[] = {
	{SIEVE2_ACTION_KEEP, do_keep},
	{SIEVE2_ACTION_DISCARD, do_discard},
	{SIEVE2_ACTION_FILEINTO, do_fileinto},
	{SIEVE2_ACTION_REDIRECT, do_redirect},
	{SIEVE2_ACTION_REJECT, do_reject},
	{SIEVE2_SCRIPT_GETSCRIPT, get_script},
	{SIEVE2_ERRCALL_PARSE, tell_parse_error},
	{SIEVE2_ERRCALL_RUNTIME, tell_parse_error},
	{SIEVE2_ERRCALL_ADDRESS, tell_address_error},
	{SIEVE2_ERRCALL_HEADER, tell_nothing},
	{SIEVE2_MESSAGE_GETHEADER, get_header},
	{SIEVE2_MESSAGE_GETENVELOPE, get_envelope},
	{SIEVE2_MESSAGE_GETSIZE, get_size},
	{SIEVE2_MESSAGE_GETSUBADDRESS, get_subaddress},
	{0, NULL},
};

/* --- Calls --------------------------------------------------------------------------------------
 */

/* The one mutable global of the program, because libsieve has several: its three parsers keep text,
 * line number and result in variables of the library. */
static GMutex parser_lock;

/* sieve2_validate() says OK whatever it finds; the callbacks tell the truth. */
static bool
call_libsieve(Session *session)
{
	sieve2_callback_t table[G_N_ELEMENTS(callbacks)];
	sieve2_context_t *context = NULL;

	/* libsieve wants to be able to write to the table. */
	memcpy(table, callbacks, sizeof(table));
	g_mutex_lock(&parser_lock);
	int status = sieve2_alloc(&context);
	if (status == SIEVE2_OK)
		status = sieve2_callbacks(context, table);
	if (status == SIEVE2_OK)
		status = sieve2_validate(context, session);
	if (status == SIEVE2_OK && session->mistakes->len == 0 && session->input != NULL)
		status = sieve2_execute(context, session);
	if (context != NULL)
		sieve2_free(&context);
	g_mutex_unlock(&parser_lock);
	if (status != SIEVE2_OK && session->mistakes->len == 0)
		add_mistake(session, "", sieve_bytes_from_string(sieve2_errstr(status)));
	return session->mistakes->len == 0 && session->error == NULL;
}

bool
sieve_libsieve_check(SieveBytes text, char **ret_reason)
{
	g_autoptr(GString) mistakes = g_string_new(NULL);
	g_autofree char *lowered = NULL;
	Session session = {.mistakes = mistakes};

	if (!sieve_lower(text, NULL, &lowered, ret_reason))
		return false;
	session.script = lowered;
	if (call_libsieve(&session))
		return true;
	*ret_reason = g_strdup_printf("libsieve: %s", mistakes->str);
	return false;
}

static bool
run_lowered(SieveBytes text, Session *session, GError **error)
{
	g_autofree char *lowered = NULL;
	g_autofree char *reason = NULL;

	if (!sieve_lower(text, NULL, &lowered, &reason)) {
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, reason);
		return false;
	}
	session->script = lowered;
	if (call_libsieve(session))
		return true;
	if (session->error != NULL)
		g_propagate_error(error, g_steal_pointer(&session->error));
	else
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "libsieve: %s",
			session->mistakes->str);
	return false;
}

bool
sieve_libsieve_run(SieveBytes text, const SieveSettings *settings, const SieveRunInput *input,
	SieveResult **ret_result, GError **error)
{
	g_autoptr(GString) mistakes = g_string_new(NULL);
	SieveResult *result = sieve_result_new(settings);
	Session session = {
		.input = input, .result = result, .arena = result->arena, .mistakes = mistakes};
	bool ok = run_lowered(text, &session, error);

	if (!ok)
		sieve_result_fail(result);
	*ret_result = result;
	return ok;
}

bool
sieve_libsieve_refuse(const char *reason, SieveResult **ret_result, GError **error)
{
	SieveResult *result = sieve_result_new(NULL);

	sieve_result_fail(result);
	*ret_result = result;
	g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, reason);
	return false;
}
