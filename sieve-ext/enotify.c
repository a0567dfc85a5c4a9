/* SPDX-License-Identifier: MIT */
/* enotify.c - notify and its tests (RFC 5435) */

#include "sieve-ext/enotify.h"

#include <string.h>

/* --- Settings ----------------------------------------------------------------------------------- */

static bool
is_envelope_from(const char *text)
{
	static const char *const words[] = {
		"", "sender", "recipient", "orig_recipient", "user_email", "<>", NULL};
	SieveBytes address = sieve_bytes_from_string(text);

	return g_strv_contains(words, text) ||
	       (address.len > 2 && address.ptr[0] == '<' && address.ptr[address.len - 1] == '>' &&
		       sieve_address_is_mailbox(sieve_bytes_slice(address, 1, address.len - 2)));
}

static bool
is_command(const char *text)
{
	g_auto(GStrv) argv = NULL;

	return g_shell_parse_argv(text, NULL, &argv, NULL) && g_path_is_absolute(argv[0]);
}

const SieveSettingDef sieve_enotify_settings[N_NOTIFY_SETTINGS + 1] = {
	[NOTIFY_MAX_NOTIFICATIONS] = {.name = "notify_max_notifications",
		.alias = "sieve_notify_max_notifications",
		.type = SIEVE_SETTING_NUMBER,
		.number = 8,
		.min = 0,
		.max = SIEVE_LIMIT_ACTIONS_MAX,
		.help = "how many notifications one run may send; 0 forbids notify"},
	[NOTIFY_ENVELOPE_FROM] = {.name = "notify_mailto_envelope_from",
		.alias = "sieve_notify_mailto_envelope_from",
		.type = SIEVE_SETTING_STRING,
		.fallback = "",
		.check = is_envelope_from,
		.legal = "sender, recipient, orig_recipient, user_email, <ADDRESS> or <>",
		.help = "the envelope sender of notifications; unset: :from, else the recipient"},
	[NOTIFY_XMPP_COMMAND] = {.name = "notify_xmpp_command",
		.alias = "sieve_notify_xmpp_command",
		.type = SIEVE_SETTING_STRING,
		.check = is_command,
		.legal = "an absolute path, and arguments",
		.help = "what hands notifications over to XMPP; unset: they are no method"},
	[NOTIFY_XMPP_FROM] = {.name = "notify_xmpp_from",
		.alias = "sieve_notify_xmpp_from",
		.type = SIEVE_SETTING_STRING,
		.help = "the XMPP address that they come from"},
	[N_NOTIFY_SETTINGS] = {.name = NULL},
};

/* --- Methods -------------------------------------------------------------------------------------- */

static const NotifyMethod *const methods[] = {&sieve_notify_mailto, &sieve_notify_xmpp};

/* (nullable) the one of @uri's scheme; what is behind the scheme goes to @ret_rest. */
static const NotifyMethod *
find_method(SieveBytes uri, SieveBytes *ret_rest)
{
	for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
		SieveBytes scheme = sieve_bytes_from_string(methods[i]->scheme);
		*ret_rest = sieve_bytes_slice(uri, scheme.len, SIZE_MAX);
		if (sieve_bytes_equal_nocase(sieve_bytes_slice(uri, 0, scheme.len), scheme))
			return methods[i];
	}
	return NULL;
}

/* (nullable) (static) why nobody can be notified this way. */
static const char *
find_method_problem(const SieveSettings *settings, SieveBytes uri, SieveArena *arena)
{
	SieveBytes rest;
	const NotifyMethod *method = find_method(uri, &rest);

	return method == NULL ? "only mailto: and xmpp: are known"
			      : method->find_problem(settings, rest, arena);
}

SieveBytes
sieve_notify_owner(SieveRun *run)
{
	SieveStrings owner = sieve_run_owner(run);

	return owner.count == 0 ? SIEVE_BYTES("") : owner.items[0];
}

bool
sieve_notify_decode(SieveBytes text, SieveArena *arena, SieveBytes *ret_decoded)
{
	char *out = sieve_arena_alloc(arena, text.len);
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		int high = text.ptr[i] == '%' && i + 2 < text.len
			? g_ascii_xdigit_value(text.ptr[i + 1])
			: -1;
		int low = high < 0 ? -1 : g_ascii_xdigit_value(text.ptr[i + 2]);
		if (text.ptr[i] == '%' && low < 0)
			return false;
		out[len++] = low < 0 ? text.ptr[i] : (char)(high * 16 + low);
		i += low < 0 ? 0 : 2;
	}
	*ret_decoded = (SieveBytes){out, len};
	return true;
}

/* RFC 5435 section 3.2: a scheme that is not known is an error of the run, since a script may ask first
 * whether it is. */
static void
check_method(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	g_autofree char *shown = sieve_bytes_escape(value, 80);
	SieveBytes rest;
	const NotifyMethod *method = find_method(value, &rest);
	const char *problem = find_method_problem(sieve_check_settings(check), value, arena);

	if (problem != NULL && method == &sieve_notify_mailto)
		sieve_check_error(check, arg, "write it as mailto:user@example.org",
			"\"%s\" is no way to notify: %s", shown, problem);
	else if (problem != NULL)
		sieve_check_warn(check, arg, "ask for it with valid_notify_method first",
			"\"%s\" is no way to notify here: %s", shown, problem);
}

static void
check_importance(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	if (value.len != 1 || value.ptr[0] < '1' || value.ptr[0] > '3')
		sieve_check_error(check, arg, "high is \"1\", normal \"2\", low \"3\"",
			":importance is \"1\", \"2\" or \"3\"");
}

/* RFC 5435 section 3.5. */
static void
check_option(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	size_t len = 0;

	while (len < value.len && (g_ascii_isalnum(value.ptr[len]) ||
					  (len > 0 && strchr(".-_", value.ptr[len]) != NULL)))
		len++;
	if (len == 0 || len >= value.len || value.ptr[len] != '=')
		sieve_check_error(check, arg, NULL, "an option is written as NAME=VALUE");
}

/* --- notify (RFC 5435 section 3) ------------------------------------------------------------------- */

enum { NOTIFY_FROM, NOTIFY_IMPORTANCE, NOTIFY_OPTIONS, NOTIFY_MESSAGE, NOTIFY_METHOD };

/* Usage: notify [":from" string] [":importance" <"1" / "2" / "3">] [":options" string-list]
 *        [":message" string] <method: string> */
static const SieveArgDef notify_args[] = {
	[NOTIFY_FROM] = {.type = SIEVE_ARG_TAG,
		.name = "from",
		.value = SIEVE_ARG_STRING,
		.check = sieve_check_address},
	[NOTIFY_IMPORTANCE] = {.type = SIEVE_ARG_TAG,
		.name = "importance",
		.value = SIEVE_ARG_STRING,
		.check = check_importance},
	[NOTIFY_OPTIONS] = {.type = SIEVE_ARG_TAG,
		.name = "options",
		.value = SIEVE_ARG_STRING_LIST,
		.check = check_option},
	[NOTIFY_MESSAGE] = {.type = SIEVE_ARG_TAG, .name = "message", .value = SIEVE_ARG_STRING},
	[NOTIFY_METHOD] = {.type = SIEVE_ARG_STRING, .name = "method", .check = check_method},
	{.type = SIEVE_ARG_END},
};

/* What is to be done for one notify. */
typedef struct Notification {
	const NotifyMethod *method;
	const void *prepared;
	const char *silence; /* (nullable) why there is nothing to be done */
} Notification;

static bool
perform_notify(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	const Notification *notification = action->details;

	return notification->silence != NULL ||
	       notification->method->perform(delivery, action, notification->prepared, error);
}

static void
print_notify(const SieveAction *action, GString *text)
{
	const Notification *notification = action->details;
	g_autofree char *method = sieve_bytes_escape(action->target, SIZE_MAX);

	if (notification->silence != NULL) {
		g_string_append_printf(
			text, "notify \"%s\": nothing is sent, %s", method, notification->silence);
		return;
	}
	g_autofree char *subject = sieve_bytes_escape(
		notification->method->subject(notification->prepared), 200);
	g_string_append_printf(text, "notify \"%s\" subject \"%s\"", method, subject);
}

static const SieveActionDef action_notify = {
	.name = "notify",
	.class = SIEVE_ACTION_ANSWERS,
	.print = print_notify,
	.perform = perform_notify,
};

static NotifyRequest
make_request(SieveRun *run, const SieveArgs *args, SieveBytes rest)
{
	NotifyRequest request = {
		.rest = rest, .from = SIEVE_BYTES(""), .importance = '2', .message = {NULL, 0}};

	if (sieve_args_has(args, NOTIFY_FROM))
		request.from = sieve_args_string(run, args, NOTIFY_FROM);
	if (sieve_args_has(args, NOTIFY_IMPORTANCE))
		request.importance = sieve_args_string(run, args, NOTIFY_IMPORTANCE).ptr[0];
	if (sieve_args_has(args, NOTIFY_MESSAGE))
		request.message = sieve_args_string(run, args, NOTIFY_MESSAGE);
	return request;
}

static bool
notify_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	SieveArena *arena = sieve_run_arena(run);
	Notification *notification = sieve_arena_new_array(arena, Notification, 1);
	SieveBytes uri = sieve_args_string(run, args, NOTIFY_METHOD);
	uint64_t max = sieve_settings_number(
		sieve_run_settings(run), &sieve_enotify_settings[NOTIFY_MAX_NOTIFICATIONS]);
	SieveAction action = {.def = &action_notify, .target = uri, .details = notification};
	SieveBytes rest;

	const char *problem = find_method_problem(sieve_run_settings(run), uri, arena);
	if (problem != NULL) {
		g_autofree char *shown = sieve_bytes_escape(uri, 80);
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT,
			"\"%s\" is no way to notify: %s", shown, problem);
		return false;
	}
	if (sieve_run_count_actions(run, &action_notify) >= max) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_LIMIT, "too many notifications");
		return false;
	}
	notification->method = find_method(uri, &rest);
	NotifyRequest request = make_request(run, args, rest);
	notification->prepared =
		notification->method->prepare(run, &request, &notification->silence);
	return sieve_run_add_action(run, args, &action, error);
}

static const SieveCommandDef enotify_commands[] = {
	{.name = "notify", .args = notify_args, .needs = SIEVE_NEEDS_HEADER, .run = notify_run},
	{.name = NULL},
};

/* --- Tests (RFC 5435 sections 4 and 5) -------------------------------------------------------------- */

enum { VALID_METHODS };

/* Usage: valid_notify_method <notification-uris: string-list> */
static const SieveArgDef valid_args[] = {
	[VALID_METHODS] = {.type = SIEVE_ARG_STRING_LIST, .name = "methods"},
	{.type = SIEVE_ARG_END},
};

static bool
valid_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	SieveStrings uris = sieve_args_strings(run, args, VALID_METHODS);

	*ret_outcome = true;
	for (size_t i = 0; i < uris.count && *ret_outcome; i++)
		*ret_outcome = find_method_problem(sieve_run_settings(run), uris.items[i],
				       sieve_run_arena(run)) == NULL;
	return true;
}

enum { CAPABILITY_MATCH, CAPABILITY_METHOD, CAPABILITY_NAME, CAPABILITY_KEYS };

/* Usage: notify_method_capability [COMPARATOR] [MATCH-TYPE] <notification-uri: string>
 *        <notification-capability: string> <key-list: string-list> */
static const SieveArgDef capability_args[] = {
	[CAPABILITY_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[CAPABILITY_METHOD] = {.type = SIEVE_ARG_STRING, .name = "method"},
	[CAPABILITY_NAME] = {.type = SIEVE_ARG_STRING, .name = "capability"},
	[CAPABILITY_KEYS] = {.type = SIEVE_ARG_STRING_LIST, .name = "keys", .flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

/* RFC 5436 section 2.2, RFC 5437 section 2.2: whom it goes to may be there or not. */
static bool
capability_run(
	SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	SieveBytes method = sieve_args_string(run, args, CAPABILITY_METHOD);
	SieveBytes name = sieve_args_string(run, args, CAPABILITY_NAME);
	SieveMatching matching;

	*ret_outcome = false;
	if (find_method_problem(sieve_run_settings(run), method, sieve_run_arena(run)) != NULL ||
		!sieve_bytes_equal_nocase(name, SIEVE_BYTES("online")))
		return true;
	sieve_matching_begin(&matching, run, args);
	(void)sieve_matching_offer(&matching, SIEVE_BYTES("maybe"));
	*ret_outcome = sieve_matching_end(&matching);
	return true;
}

static const SieveTestDef enotify_tests[] = {
	{.name = "valid_notify_method", .args = valid_args, .run = valid_run},
	{.name = "notify_method_capability", .args = capability_args, .run = capability_run},
	{.name = NULL},
};

/* --- :encodeurl (RFC 5435 section 6) ----------------------------------------------------------------- */

static SieveBytes
encode_url(SieveRun *run, SieveBytes value)
{
	static const char hex[] = "0123456789ABCDEF";
	char *out = sieve_arena_alloc(sieve_run_arena(run), 3 * value.len);
	size_t len = 0;

	for (size_t i = 0; i < value.len; i++) {
		unsigned char byte = (unsigned char)value.ptr[i];
		if (g_ascii_isalnum(byte) || (byte != '\0' && strchr("-._~", byte) != NULL)) {
			out[len++] = (char)byte;
			continue;
		}
		out[len++] = '%';
		out[len++] = hex[byte >> 4];
		out[len++] = hex[byte & 15];
	}
	return (SieveBytes){out, len};
}

static const SieveModifierDef enotify_modifiers[] = {
	{.tag = "encodeurl", .precedence = 15, .modify = encode_url},
	{.tag = NULL},
};

const SieveExtension sieve_ext_enotify = {
	.capability = "enotify",
	.source = "RFC 5435, RFC 5436, RFC 5437",
	.commands = enotify_commands,
	.tests = enotify_tests,
	.modifiers = enotify_modifiers,
	.settings = sieve_enotify_settings,
};
