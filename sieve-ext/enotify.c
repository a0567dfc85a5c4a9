/* SPDX-License-Identifier: MIT */
/* enotify.c - notify and its tests (RFC 5435), by mail (RFC 5436) */

#include "engine/sieve-ext.h"

#include <string.h>

/* --- Settings ----------------------------------------------------------------------------------- */

enum { MAX_NOTIFICATIONS, ENVELOPE_FROM };

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

static const SieveSettingDef enotify_settings[] = {
	[MAX_NOTIFICATIONS] = {.name = "notify_max_notifications",
		.alias = "sieve_notify_max_notifications",
		.type = SIEVE_SETTING_NUMBER,
		.number = 8,
		.min = 0,
		.max = SIEVE_LIMIT_ACTIONS_MAX,
		.help = "how many notifications one run may send; 0 forbids notify"},
	[ENVELOPE_FROM] = {.name = "notify_mailto_envelope_from",
		.alias = "sieve_notify_mailto_envelope_from",
		.type = SIEVE_SETTING_STRING,
		.fallback = "",
		.check = is_envelope_from,
		.legal = "sender, recipient, orig_recipient, user_email, <ADDRESS> or <>",
		.help = "the envelope sender of notifications; unset: :from, else the recipient"},
	{.name = NULL},
};

/* --- mailto (RFC 5436, RFC 2368) ------------------------------------------------------------------- */

/* What a URI asks for; in an arena. */
typedef struct Mailto {
	SieveStrings recipients; /* of the envelope */
	SieveBytes to;		 /* the field */
	SieveBytes cc;
	SieveBytes subject; /* ptr NULL: none */
	SieveBytes body;    /* ptr NULL: none */
	SieveLetterField *fields; /* (array length=n_fields) others that do no harm */
	size_t n_fields;
} Mailto;

typedef struct MailtoParser {
	SieveArena *arena;
	Mailto *mailto;
	GArray *recipients; /* of SieveBytes */
	GString *to;
	GString *cc;
	GArray *fields; /* of SieveLetterField */
	const char *problem; /* (nullable) (static) */
} MailtoParser;

/* RFC 3986 section 2.1. False when a percent sign stands alone. */
static bool
decode_percent(SieveBytes text, SieveArena *arena, SieveBytes *ret_decoded)
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

/* Adds the addresses of a list, without their names. */
static void
add_recipients(MailtoParser *parser, SieveBytes list, GString *field)
{
	SieveAddressIter iter = sieve_address_iter(sieve_header_unfold(list, parser->arena));
	SieveAddress address;

	while (parser->problem == NULL && sieve_address_next(&iter, parser->arena, &address)) {
		if (!address.valid || !sieve_address_is_mailbox(address.all)) {
			parser->problem = "it has a recipient that is no mail address";
			return;
		}
		g_array_append_val(parser->recipients, address.all);
		g_string_append_printf(field, "%s<%.*s>", field->len == 0 ? "" : ", ",
			(int)address.all.len, address.all.ptr);
	}
}

/* Fields that say something to people, and nothing to programs (RFC 5436 section 2.7). */
static bool
is_harmless(SieveBytes name)
{
	static const SieveBytes harmless[] = {SIEVE_BYTES("reply-to"), SIEVE_BYTES("keywords"),
		SIEVE_BYTES("comments"), SIEVE_BYTES("organization"), SIEVE_BYTES("importance"),
		SIEVE_BYTES("priority"), SIEVE_BYTES("in-reply-to"), SIEVE_BYTES("references")};

	if (sieve_bytes_equal_nocase(sieve_bytes_slice(name, 0, 2), SIEVE_BYTES("x-")))
		return sieve_message_is_field_name(name);
	for (size_t i = 0; i < G_N_ELEMENTS(harmless); i++)
		if (sieve_bytes_equal_nocase(name, harmless[i]))
			return true;
	return false;
}

static void
add_field(MailtoParser *parser, SieveBytes name, SieveBytes value)
{
	SieveLetterField field = {.value = value};

	if (sieve_bytes_equal_nocase(name, SIEVE_BYTES("to")))
		add_recipients(parser, value, parser->to);
	else if (sieve_bytes_equal_nocase(name, SIEVE_BYTES("cc")))
		add_recipients(parser, value, parser->cc);
	else if (sieve_bytes_equal_nocase(name, SIEVE_BYTES("subject")))
		parser->mailto->subject = value;
	else if (sieve_bytes_equal_nocase(name, SIEVE_BYTES("body")))
		parser->mailto->body = value;
	else if (is_harmless(name)) {
		char *written =
			sieve_arena_printf(parser->arena, "%.*s", (int)name.len, name.ptr);
		written[0] = g_ascii_toupper(written[0]);
		field.name = written;
		g_array_append_val(parser->fields, field);
	}
}

static void
parse_fields(MailtoParser *parser, SieveBytes rest)
{
	while (rest.len > 0 && parser->problem == NULL) {
		size_t end = MIN(sieve_bytes_find(rest, SIEVE_BYTES("&"), 0), rest.len);
		SieveBytes field = sieve_bytes_slice(rest, 0, end);
		size_t equals = sieve_bytes_find(field, SIEVE_BYTES("="), 0);
		SieveBytes name, value;
		rest = sieve_bytes_slice(rest, end + 1, SIZE_MAX);
		if (equals == SIZE_MAX || equals == 0)
			parser->problem = "it has a field without name or value";
		else if (!decode_percent(sieve_bytes_slice(field, 0, equals), parser->arena, &name) ||
			 !decode_percent(sieve_bytes_slice(field, equals + 1, SIZE_MAX),
				 parser->arena, &value))
			parser->problem = "a percent sign stands before no two hexadecimal digits";
		else
			add_field(parser, name, value);
	}
}

static void
parse_recipients(MailtoParser *parser, SieveBytes path)
{
	SieveBytes list;

	if (!decode_percent(path, parser->arena, &list))
		parser->problem = "a percent sign stands before no two hexadecimal digits";
	else
		add_recipients(parser, list, parser->to);
}

static SieveBytes
keep_text(SieveArena *arena, const GString *text)
{
	return sieve_arena_copy(arena, (SieveBytes){text->str, text->len});
}

/* @rest: behind "mailto:". (nullable) (static) what is wrong with it. */
static const char *
parse_mailto(SieveBytes rest, SieveArena *arena, Mailto *mailto)
{
	size_t question = MIN(sieve_bytes_find(rest, SIEVE_BYTES("?"), 0), rest.len);
	g_autoptr(GArray) recipients = g_array_new(FALSE, FALSE, sizeof(SieveBytes));
	g_autoptr(GArray) fields = g_array_new(FALSE, FALSE, sizeof(SieveLetterField));
	g_autoptr(GString) to = g_string_new(NULL);
	g_autoptr(GString) cc = g_string_new(NULL);
	MailtoParser parser = {arena, mailto, recipients, to, cc, fields, NULL};

	for (size_t i = 0; i < rest.len; i++)
		if ((unsigned char)rest.ptr[i] <= ' ' || (unsigned char)rest.ptr[i] >= 0x7f)
			return "it has characters that a URI writes as %XX";
	*mailto = (Mailto){.subject = {NULL, 0}};
	parse_recipients(&parser, sieve_bytes_slice(rest, 0, question));
	parse_fields(&parser, sieve_bytes_slice(rest, question + 1, SIZE_MAX));
	SieveBytes *all = sieve_arena_new_array(arena, SieveBytes, recipients->len);
	for (guint i = 0; i < recipients->len; i++)
		all[i] = g_array_index(recipients, SieveBytes, i);
	mailto->recipients = (SieveStrings){all, recipients->len};
	mailto->to = keep_text(arena, to);
	mailto->cc = keep_text(arena, cc);
	mailto->fields = sieve_arena_new_array(arena, SieveLetterField, fields->len);
	mailto->n_fields = fields->len;
	for (guint i = 0; i < fields->len; i++)
		mailto->fields[i] = g_array_index(fields, SieveLetterField, i);
	return parser.problem;
}

/* --- Methods -------------------------------------------------------------------------------------- */

#define SCHEME "mailto:"

static bool
is_known(SieveBytes uri)
{
	return sieve_bytes_equal_nocase(
		sieve_bytes_slice(uri, 0, strlen(SCHEME)), SIEVE_BYTES(SCHEME));
}

/* (nullable) (static) why nobody can be notified this way. */
static const char *
find_method_problem(SieveBytes uri, SieveArena *arena, Mailto *mailto)
{
	return is_known(uri) ? parse_mailto(sieve_bytes_slice(uri, strlen(SCHEME), SIZE_MAX), arena, mailto)
			     : "only " SCHEME " is known";
}

/* RFC 5435 section 3.2: a scheme that is not known is an error of the run, since a script may ask first
 * whether it is. */
static void
check_method(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	g_autofree char *shown = sieve_bytes_escape(value, 80);
	Mailto mailto;
	const char *problem = find_method_problem(value, arena, &mailto);

	if (problem != NULL && is_known(value))
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

typedef struct Notification {
	SieveLetter letter;
	const char *silence; /* (nullable) why there is none */
} Notification;

/* RFC 5436 section 2.7: a notification of a notification would never end. */
static bool
is_automatic(SieveRun *run)
{
	SieveBytes text;

	return sieve_run_first_field(run, SIEVE_BYTES("Auto-Submitted"), &text) &&
	       sieve_header_says_automatic(text);
}

static SieveBytes
find_owner(SieveRun *run)
{
	SieveStrings owner = sieve_run_owner(run);

	return owner.count == 0 ? SIEVE_BYTES("") : owner.items[0];
}

/* Section 2.7: what was sent by nobody is not told of by somebody. */
static SieveBytes
find_envelope_from(SieveRun *run, SieveBytes from)
{
	const SieveEnvelope *envelope = sieve_run_envelope(run);
	SieveBytes setting = sieve_bytes_from_string(
		sieve_settings_string(sieve_run_settings(run), &enotify_settings[ENVELOPE_FROM]));
	SieveBytes email = sieve_run_user_email(run);
	SieveBytes mailbox;

	if (envelope->from.len == 0)
		return envelope->from;
	if (setting.len > 0 && setting.ptr[0] == '<')
		return sieve_bytes_slice(setting, 1, setting.len - 2);
	if (sieve_bytes_equal(setting, SIEVE_BYTES("sender")))
		return envelope->from;
	if (sieve_bytes_equal(setting, SIEVE_BYTES("orig_recipient")) && envelope->orig_to.len > 0)
		return envelope->orig_to;
	if (sieve_bytes_equal(setting, SIEVE_BYTES("user_email")) && email.len > 0)
		return email;
	if (setting.len == 0 && from.len > 0 && sieve_parse_address(from, sieve_run_arena(run), &mailbox))
		return mailbox;
	return sieve_address_is_mailbox(envelope->to) ? envelope->to : find_owner(run);
}

static SieveBytes
default_body(SieveRun *run, SieveBytes subject)
{
	SieveBytes from = SIEVE_BYTES("");
	g_autoptr(GString) text = g_string_new("From: ");

	(void)sieve_run_first_field(run, SIEVE_BYTES("From"), &from);
	g_string_append_len(text, from.ptr, (gssize)from.len);
	g_string_append(text, "\r\nSubject: ");
	g_string_append_len(text, subject.ptr, (gssize)subject.len);
	g_string_append(text, "\r\n");
	return keep_text(sieve_run_arena(run), text);
}

/* Auto-Submitted comes first (section 2.7.1). */
static void
write_fields(SieveRun *run, const SieveArgs *args, const Mailto *mailto, SieveLetter *letter)
{
	enum { OWN_FIELDS = 3 };
	SieveArena *arena = sieve_run_arena(run);
	SieveBytes owner = find_owner(run);
	SieveBytes importance = SIEVE_BYTES("2");
	SieveLetterField *fields =
		sieve_arena_new_array(arena, SieveLetterField, OWN_FIELDS + mailto->n_fields);
	size_t count = 0;

	if (sieve_args_has(args, NOTIFY_IMPORTANCE))
		importance = sieve_args_string(run, args, NOTIFY_IMPORTANCE);
	fields[count++] = (SieveLetterField){"Auto-Submitted",
		sieve_bytes_from_string(sieve_arena_printf(arena,
			"auto-notified; owner-email=\"%.*s\"", (int)owner.len, owner.ptr))};
	if (mailto->cc.len > 0)
		fields[count++] = (SieveLetterField){"Cc", mailto->cc};
	if (!sieve_bytes_equal(importance, SIEVE_BYTES("2")))
		fields[count++] = (SieveLetterField){"Importance",
			importance.ptr[0] == '1' ? SIEVE_BYTES("high") : SIEVE_BYTES("low")};
	for (size_t i = 0; i < mailto->n_fields; i++)
		fields[count++] = mailto->fields[i];
	letter->fields = fields;
	letter->n_fields = count;
}

static void
write_letter(SieveRun *run, const SieveArgs *args, const Mailto *mailto, SieveLetter *letter)
{
	SieveBytes original = SIEVE_BYTES("");

	(void)sieve_run_first_field(run, SIEVE_BYTES("Subject"), &original);
	letter->recipients = mailto->recipients;
	letter->to = mailto->to;
	letter->subject = mailto->subject.ptr != NULL ? mailto->subject : original;
	if (sieve_args_has(args, NOTIFY_MESSAGE))
		letter->subject = sieve_args_string(run, args, NOTIFY_MESSAGE);
	letter->text = mailto->body.ptr != NULL ? mailto->body : default_body(run, original);
	if (sieve_args_has(args, NOTIFY_FROM))
		letter->from = sieve_args_string(run, args, NOTIFY_FROM);
	letter->envelope_from = find_envelope_from(run, letter->from);
	write_fields(run, args, mailto, letter);
}

static bool
perform_notify(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	const Notification *notification = action->details;

	return notification->silence != NULL ||
	       sieve_delivery_send(delivery, action, &notification->letter, error);
}

static void
print_notify(const SieveAction *action, GString *text)
{
	const Notification *notification = action->details;
	g_autofree char *method = sieve_bytes_escape(action->target, SIZE_MAX);
	g_autofree char *subject = sieve_bytes_escape(notification->letter.subject, 200);

	if (notification->silence != NULL)
		g_string_append_printf(
			text, "notify \"%s\": nothing is sent, %s", method, notification->silence);
	else
		g_string_append_printf(text, "notify \"%s\" subject \"%s\"", method, subject);
}

static const SieveActionDef action_notify = {
	.name = "notify",
	.class = SIEVE_ACTION_ANSWERS,
	.print = print_notify,
	.perform = perform_notify,
};

static bool
notify_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	SieveArena *arena = sieve_run_arena(run);
	Notification *notification = sieve_arena_new_array(arena, Notification, 1);
	SieveBytes method = sieve_args_string(run, args, NOTIFY_METHOD);
	uint64_t max = sieve_settings_number(
		sieve_run_settings(run), &enotify_settings[MAX_NOTIFICATIONS]);
	SieveAction action = {.def = &action_notify, .target = method, .details = notification};
	Mailto mailto;

	const char *problem = find_method_problem(method, arena, &mailto);
	if (problem != NULL) {
		g_autofree char *shown = sieve_bytes_escape(method, 80);
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT,
			"\"%s\" is no way to notify: %s", shown, problem);
		return false;
	}
	if (sieve_run_count_actions(run, &action_notify) >= max) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_LIMIT, "too many notifications");
		return false;
	}
	if (mailto.recipients.count == 0)
		notification->silence = "it names nobody";
	else if (is_automatic(run))
		notification->silence = "a program has sent this mail";
	else
		write_letter(run, args, &mailto, &notification->letter);
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
	SieveStrings methods = sieve_args_strings(run, args, VALID_METHODS);
	Mailto mailto;

	*ret_outcome = true;
	for (size_t i = 0; i < methods.count && *ret_outcome; i++)
		*ret_outcome = find_method_problem(
				       methods.items[i], sieve_run_arena(run), &mailto) == NULL;
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

/* RFC 5436 section 2.2: who gets a mail may be there or not. */
static bool
capability_run(
	SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	SieveBytes method = sieve_args_string(run, args, CAPABILITY_METHOD);
	SieveBytes name = sieve_args_string(run, args, CAPABILITY_NAME);
	SieveMatching matching;
	Mailto mailto;

	*ret_outcome = false;
	if (find_method_problem(method, sieve_run_arena(run), &mailto) != NULL ||
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
	.source = "RFC 5435, RFC 5436",
	.commands = enotify_commands,
	.tests = enotify_tests,
	.modifiers = enotify_modifiers,
	.settings = enotify_settings,
};
