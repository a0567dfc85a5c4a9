/* SPDX-License-Identifier: MIT */
/* vacation.c - vacation: an answer that says when the mail will be read (RFC 5230, RFC 6131) */

#include "engine/sieve-ext.h"

#include <string.h>

enum { DAY_S = 86400, MAX_SUBJECT_CHARACTERS = 256, MAX_REFERENCES = 20 };

/* --- Settings ----------------------------------------------------------------------------------- */

enum {
	MIN_PERIOD,
	DEFAULT_PERIOD,
	MAX_PERIOD,
	DEFAULT_SUBJECT,
	SUBJECT_TEMPLATE,
	CHECK_RECIPIENT,
	USE_ORIGINAL_RECIPIENT,
	SEND_FROM_RECIPIENT,
	TO_HEADER_IGNORE_ENVELOPE,
};

static const SieveSettingDef vacation_settings[] = {
	[MIN_PERIOD] = {.name = "vacation_min_period",
		.alias = "sieve_vacation_min_period",
		.type = SIEVE_SETTING_DURATION,
		.number = 0,
		.help = "the least time between two answers to one sender, whatever :seconds says"},
	[DEFAULT_PERIOD] = {.name = "vacation_default_period",
		.alias = "sieve_vacation_default_period",
		.type = SIEVE_SETTING_DURATION,
		.number = 7 * DAY_S, /* RFC 5230 section 4.1 */
		.help = "the time between two answers where the script says none"},
	[MAX_PERIOD] = {.name = "vacation_max_period",
		.alias = "sieve_vacation_max_period",
		.type = SIEVE_SETTING_DURATION,
		.number = 60 * DAY_S,
		.min = 8 * DAY_S, /* RFC 5230 section 4.1: greater than 7 days */
		.help = "the longest time that a script may ask for"},
	[DEFAULT_SUBJECT] = {.name = "vacation_default_subject",
		.alias = "sieve_vacation_default_subject",
		.type = SIEVE_SETTING_STRING,
		.fallback = "Automated reply",
		.help = "the subject of answers to mails that have none"},
	[SUBJECT_TEMPLATE] = {.name = "vacation_default_subject_template",
		.alias = "sieve_vacation_default_subject_template",
		.type = SIEVE_SETTING_STRING,
		.fallback = "Auto: %{subject}",
		.help = "the subject of other answers; %{subject} is that of the mail"},
	[CHECK_RECIPIENT] = {.name = "vacation_check_recipient",
		.alias = "sieve_vacation_check_recipient",
		.type = SIEVE_SETTING_BOOL,
		.number = 1,
		.fallback = "yes",
		.help = "answer only mails that name one of the reader's addresses as a recipient"},
	[USE_ORIGINAL_RECIPIENT] = {.name = "vacation_use_original_recipient",
		.alias = "sieve_vacation_use_original_recipient",
		.type = SIEVE_SETTING_BOOL,
		.fallback = "yes",
		.help = "take the recipient before aliases were resolved for an address of the reader"},
	[SEND_FROM_RECIPIENT] = {.name = "vacation_send_from_recipient",
		.alias = "sieve_vacation_send_from_recipient",
		.type = SIEVE_SETTING_BOOL,
		.fallback = "no",
		.help = "write answers from the address that the mail was sent to, not from user_email"},
	[TO_HEADER_IGNORE_ENVELOPE] = {.name = "vacation_to_header_ignore_envelope",
		.alias = "sieve_vacation_to_header_ignore_envelope",
		.type = SIEVE_SETTING_BOOL,
		.fallback = "no",
		.help = "name the author in the field To of answers, also where another address gets them"},
	{.name = NULL},
};

static uint64_t
number_of(SieveRun *run, int setting)
{
	return sieve_settings_number(sieve_run_settings(run), &vacation_settings[setting]);
}

/* --- Arguments ---------------------------------------------------------------------------------- */

enum {
	VACATION_DAYS,
	VACATION_SECONDS,
	VACATION_SUBJECT,
	VACATION_FROM,
	VACATION_ADDRESSES,
	VACATION_MIME,
	VACATION_HANDLE,
	VACATION_REASON,
};

/* RFC 5230 section 4.3: a mailbox-list. */
static void
check_from(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveAddressIter iter = sieve_address_iter(sieve_header_unfold(value, arena));
	SieveAddress address;
	bool any = false;
	bool valid = true;

	while (valid && sieve_address_next(&iter, arena, &address)) {
		any = true;
		valid = address.valid && address.all.len > 0 && !iter.in_group;
	}
	if (!any || !valid)
		sieve_check_error(check, arg, "write it as `Name <user@example.org>`",
			":from is no list of mailboxes");
}

/* Usage: vacation [":days" <number> / ":seconds" <number>] [":subject" <string>] [":from" <string>]
 *        [":addresses" <string-list>] [":mime"] [":handle" <string>] <reason: string> */
static const SieveArgDef vacation_args[] = {
	[VACATION_DAYS] = {.type = SIEVE_ARG_TAG,
		.name = "days",
		.value = SIEVE_ARG_NUMBER,
		.group = "period"},
	[VACATION_SECONDS] = {.type = SIEVE_ARG_TAG,
		.name = "seconds",
		.value = SIEVE_ARG_NUMBER,
		.group = "period"},
	[VACATION_SUBJECT] = {.type = SIEVE_ARG_TAG, .name = "subject", .value = SIEVE_ARG_STRING},
	[VACATION_FROM] = {.type = SIEVE_ARG_TAG,
		.name = "from",
		.value = SIEVE_ARG_STRING,
		.check = check_from},
	[VACATION_ADDRESSES] = {.type = SIEVE_ARG_TAG,
		.name = "addresses",
		.value = SIEVE_ARG_STRING_LIST,
		.check = sieve_check_address},
	[VACATION_MIME] = {.type = SIEVE_ARG_TAG, .name = "mime"},
	[VACATION_HANDLE] = {.type = SIEVE_ARG_TAG, .name = "handle", .value = SIEVE_ARG_STRING},
	[VACATION_REASON] = {.type = SIEVE_ARG_STRING, .name = "reason"},
	{.type = SIEVE_ARG_END},
};

/* Up to the empty line; all of it when there is none. */
static SieveBytes
mime_header(SieveBytes entity)
{
	size_t end = sieve_bytes_find(entity, SIEVE_BYTES("\r\n\r\n"), 0);

	return sieve_bytes_slice(entity, 0, MIN(end, sieve_bytes_find(entity, SIEVE_BYTES("\n\n"), 0)));
}

static void
vacation_check(SieveCheck *check, SieveArgs *args)
{
	if (sieve_args_has(args, VACATION_SECONDS) && !sieve_check_use(check, "vacation-seconds"))
		sieve_check_error(check, sieve_args_get(args, VACATION_SECONDS),
			"add require \"vacation-seconds\"", "unknown tag :seconds");
	/* RFC 5230 section 5. */
	if (sieve_args_has(args, VACATION_MIME) &&
		!sieve_bytes_is_ascii(mime_header(sieve_args_constant(args, VACATION_REASON))))
		sieve_check_error(check, sieve_args_get(args, VACATION_REASON),
			"encode them (RFC 2047)", "the MIME header has 8-bit characters");
}

/* --- Whom not to answer (RFC 5230 sections 4.5 and 4.6, RFC 3834 section 2) ---------------------- */

/* The mailboxes of the reader. */
static SieveStrings
find_own(SieveRun *run, const SieveArgs *args)
{
	SieveArena *arena = sieve_run_arena(run);
	SieveStrings known = sieve_run_owner(run);
	SieveStrings more = {NULL, 0};
	bool use_original = number_of(run, USE_ORIGINAL_RECIPIENT);
	const SieveEnvelope *envelope = sieve_run_envelope(run);
	bool same = sieve_bytes_equal(envelope->orig_to, envelope->to);

	if (sieve_args_has(args, VACATION_ADDRESSES))
		more = sieve_args_strings(run, args, VACATION_ADDRESSES);
	SieveBytes *own = sieve_arena_new_array(arena, SieveBytes, known.count + more.count);
	size_t count = 0;
	for (size_t i = 0; i < known.count; i++)
		if (use_original || same || known.items[i].ptr != envelope->orig_to.ptr)
			own[count++] = known.items[i];
	for (size_t i = 0; i < more.count; i++)
		count += sieve_parse_address(more.items[i], arena, &own[count]);
	return (SieveStrings){own, count};
}

static bool
is_one_of(SieveStrings own, SieveBytes address)
{
	for (size_t i = 0; i < own.count; i++)
		if (sieve_bytes_equal_nocase(own.items[i], address))
			return true;
	return false;
}

static bool
starts_with_nocase(SieveBytes bytes, SieveBytes prefix)
{
	return sieve_bytes_equal_nocase(sieve_bytes_slice(bytes, 0, prefix.len), prefix);
}

static bool
ends_with_nocase(SieveBytes bytes, SieveBytes suffix)
{
	return bytes.len >= suffix.len &&
	       sieve_bytes_equal_nocase(
		       sieve_bytes_slice(bytes, bytes.len - suffix.len, suffix.len), suffix);
}

/* Section 4.6: addresses that programs have, or mailing lists. */
static bool
is_machine(SieveBytes localpart)
{
	static const SieveBytes whole[] = {
		SIEVE_BYTES("mailer-daemon"), SIEVE_BYTES("listserv"), SIEVE_BYTES("majordomo"),
		SIEVE_BYTES("mailman"), SIEVE_BYTES("noreply"), SIEVE_BYTES("no-reply"),
		SIEVE_BYTES("donotreply"), SIEVE_BYTES("do-not-reply"), SIEVE_BYTES("bounce"),
		SIEVE_BYTES("bounces"),
	};
	static const SieveBytes starts[] = {SIEVE_BYTES("owner-"), SIEVE_BYTES("bounce-"),
		SIEVE_BYTES("bounces-"), SIEVE_BYTES("bounce+"), SIEVE_BYTES("bounces+"),
		SIEVE_BYTES("prvs=mailer-daemon")};
	static const SieveBytes ends[] = {SIEVE_BYTES("-request"), SIEVE_BYTES("-owner"),
		SIEVE_BYTES("-bounce"), SIEVE_BYTES("-bounces"), SIEVE_BYTES("-noreply")};
	bool machine = false;

	for (size_t i = 0; i < G_N_ELEMENTS(whole); i++)
		machine = machine || sieve_bytes_equal_nocase(localpart, whole[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(starts); i++)
		machine = machine || starts_with_nocase(localpart, starts[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
		machine = machine || ends_with_nocase(localpart, ends[i]);
	return machine;
}

/* The word before parameters and comments. */
static bool
first_word_is(SieveBytes text, SieveBytes word)
{
	size_t len = 0;

	while (len < text.len && (g_ascii_isalnum(text.ptr[len]) || text.ptr[len] == '-'))
		len++;
	return sieve_bytes_equal_nocase(sieve_bytes_slice(text, 0, len), word);
}

static bool
has_word(SieveBytes text, SieveBytes word)
{
	for (size_t at = 0; at + word.len <= text.len; at++)
		if (sieve_bytes_equal_nocase(sieve_bytes_slice(text, at, word.len), word))
			return true;
	return false;
}

/* (nullable) (static) */
static const char *
find_automatic(SieveRun *run)
{
	static const SieveBytes list_fields[] = {
		SIEVE_BYTES("List-Id"), SIEVE_BYTES("List-Help"), SIEVE_BYTES("List-Subscribe"),
		SIEVE_BYTES("List-Unsubscribe"), SIEVE_BYTES("List-Post"), SIEVE_BYTES("List-Owner"),
		SIEVE_BYTES("List-Archive"),
	};
	static const SieveBytes bulk[] = {
		SIEVE_BYTES("bulk"), SIEVE_BYTES("list"), SIEVE_BYTES("junk")};
	SieveBytes text;

	for (size_t i = 0; i < G_N_ELEMENTS(list_fields); i++)
		if (sieve_run_first_field(run, list_fields[i], &text))
			return "it comes from a mailing list";
	if (sieve_run_first_field(run, SIEVE_BYTES("Auto-Submitted"), &text) &&
		sieve_header_says_automatic(text))
		return "a program has sent it";
	if (sieve_run_first_field(run, SIEVE_BYTES("Precedence"), &text))
		for (size_t i = 0; i < G_N_ELEMENTS(bulk); i++)
			if (first_word_is(text, bulk[i]))
				return "it is bulk mail";
	if (sieve_run_first_field(run, SIEVE_BYTES("X-Auto-Response-Suppress"), &text) &&
		(has_word(text, SIEVE_BYTES("OOF")) || has_word(text, SIEVE_BYTES("All"))))
		return "its sender wants no automatic answer";
	return NULL;
}

static bool
names_owner(SieveRun *run, const SieveArgs *args, SieveStrings own)
{
	static const SieveBytes names[] = {
		SIEVE_BYTES("To"), SIEVE_BYTES("Cc"), SIEVE_BYTES("Bcc"), SIEVE_BYTES("Resent-To"),
		SIEVE_BYTES("Resent-Cc"), SIEVE_BYTES("Resent-Bcc"),
	};
	SieveArena *arena = sieve_run_arena(run);
	const SieveHeaderField *field;
	SieveFields fields;
	SieveAddress address;

	sieve_fields_begin(&fields, run, args, (SieveStrings){names, G_N_ELEMENTS(names)});
	while ((field = sieve_fields_next(&fields, NULL)) != NULL) {
		SieveAddressIter iter = sieve_address_iter(sieve_header_unfold(field->raw, arena));
		while (sieve_address_next(&iter, arena, &address))
			if (address.valid && is_one_of(own, address.all))
				return true;
	}
	return false;
}

/* (nullable) (static) why this mail gets no answer. */
static const char *
find_silence(SieveRun *run, const SieveArgs *args)
{
	SieveBytes sender = sieve_run_envelope(run)->from;
	SieveStrings own = find_own(run, args);
	SieveAddress address;

	if (!sieve_address_is_mailbox(sender))
		return "there is nobody to answer";
	if (is_one_of(own, sender))
		return "the reader has sent it";
	address = sieve_address_from_path(sender, sieve_run_arena(run));
	if (is_machine(address.localpart))
		return "its sender is a program";
	const char *automatic = find_automatic(run);
	if (automatic != NULL)
		return automatic;
	if (number_of(run, CHECK_RECIPIENT) && !names_owner(run, args, own))
		return "none of the reader's addresses is in To, Cc or Bcc; name others in :addresses";
	return NULL;
}

/* --- Once in a while (RFC 5230 section 4.2, RFC 6131 section 2) ---------------------------------- */

static uint64_t
find_period(SieveRun *run, const SieveArgs *args)
{
	uint64_t min = number_of(run, MIN_PERIOD);
	uint64_t max = number_of(run, MAX_PERIOD);
	uint64_t period = number_of(run, DEFAULT_PERIOD);

	if (sieve_args_has(args, VACATION_DAYS))
		period = MAX(sieve_args_number(args, VACATION_DAYS), 1) * DAY_S;
	else if (sieve_args_has(args, VACATION_SECONDS))
		period = sieve_args_number(args, VACATION_SECONDS);
	return MIN(MAX(period, min), max);
}

/* What an answer is known by: its handle, or what it says, as the script says it before variables are
 * put in. */
static SieveBytes
find_handle(SieveRun *run, const SieveArgs *args)
{
	static const int said[] = {VACATION_SUBJECT, VACATION_FROM, VACATION_REASON};
	GString *handle = g_string_new(sieve_args_has(args, VACATION_MIME) ? "mime" : "text");

	if (sieve_args_has(args, VACATION_HANDLE)) {
		SieveBytes given = sieve_args_string(run, args, VACATION_HANDLE);
		g_string_assign(handle, "handle:");
		g_string_append_len(handle, given.ptr, (gssize)given.len);
	}
	for (size_t i = 0; !sieve_args_has(args, VACATION_HANDLE) && i < G_N_ELEMENTS(said); i++) {
		SieveBytes part = SIEVE_BYTES("");
		if (sieve_args_has(args, (unsigned)said[i]))
			part = sieve_args_constant(args, (unsigned)said[i]);
		g_string_append_printf(handle, ":%zu:", part.len);
		g_string_append_len(handle, part.ptr, (gssize)part.len);
	}
	SieveBytes copy =
		sieve_arena_copy(sieve_run_arena(run), (SieveBytes){handle->str, handle->len});
	g_string_free(handle, TRUE);
	return copy;
}

/* --- The answer (RFC 5230 section 5) -------------------------------------------------------------- */

typedef struct Answer {
	SieveLetter letter;
	const char *silence; /* (nullable) why there is none */
} Answer;

static SieveBytes
cut_characters(SieveBytes text, size_t max)
{
	SieveBytes cut = text;

	for (size_t bytes = 4 * max; sieve_bytes_characters(cut) > max; bytes -= max / 8)
		cut = sieve_bytes_cut_utf8(text, bytes);
	return cut;
}

static SieveBytes
find_subject(SieveRun *run, const SieveArgs *args)
{
	const SieveSettings *settings = sieve_run_settings(run);
	const char *template = sieve_settings_string(settings, &vacation_settings[SUBJECT_TEMPLATE]);
	SieveBytes subject;

	if (sieve_args_has(args, VACATION_SUBJECT))
		return cut_characters(
			sieve_args_string(run, args, VACATION_SUBJECT), MAX_SUBJECT_CHARACTERS);
	if (!sieve_run_first_field(run, SIEVE_BYTES("Subject"), &subject) || subject.len == 0)
		return sieve_bytes_from_string(
			sieve_settings_string(settings, &vacation_settings[DEFAULT_SUBJECT]));
	g_autofree char *shown = sieve_bytes_dup(cut_characters(subject, MAX_SUBJECT_CHARACTERS));
	g_auto(GStrv) parts = g_strsplit(template, "%{subject}", -1);
	g_autofree char *text = g_strjoinv(shown, parts);
	return sieve_arena_copy(sieve_run_arena(run), sieve_bytes_from_string(text));
}

/* Section 5.5: the envelope's sender, with the name that the author has if both are one. */
static SieveBytes
find_to(SieveRun *run, SieveBytes sender)
{
	static const SieveBytes names[] = {
		SIEVE_BYTES("Sender"), SIEVE_BYTES("Resent-From"), SIEVE_BYTES("From")};
	SieveArena *arena = sieve_run_arena(run);

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		SieveAddress address, other;
		SieveBytes text;
		if (!sieve_run_first_field(run, names[i], &text))
			continue;
		SieveAddressIter iter = sieve_address_iter(text);
		if (!sieve_address_next(&iter, arena, &address) || !address.valid ||
			sieve_address_next(&iter, arena, &other))
			continue;
		if (sieve_bytes_equal_nocase(address.all, sender) ||
			number_of(run, TO_HEADER_IGNORE_ENVELOPE))
			return text;
	}
	return SIEVE_BYTES("");
}

/* Takes the next msg-id (RFC 5322 section 3.6.4) off @rest. */
static bool
next_id(SieveBytes *rest, SieveBytes *ret_id)
{
	while (rest->len > 0) {
		size_t start = MIN(sieve_bytes_find(*rest, SIEVE_BYTES("<"), 0), rest->len);
		size_t end = start;
		*rest = sieve_bytes_slice(*rest, start, SIZE_MAX);
		for (end = 1; end < rest->len && rest->ptr[end] > ' ' && rest->ptr[end] < 0x7f &&
			      rest->ptr[end] != '<' && rest->ptr[end] != '>';)
			end++;
		bool whole = end > 1 && end < rest->len && end < 250 && rest->ptr[end] == '>';
		*ret_id = sieve_bytes_slice(*rest, 0, end + 1);
		*rest = sieve_bytes_slice(*rest, MIN(end, rest->len), SIZE_MAX);
		if (whole)
			return true;
	}
	return false;
}

/* The last ones of a long thread: a field may have any number. */
static SieveBytes
find_references(SieveRun *run, SieveBytes id)
{
	SieveBytes ids[MAX_REFERENCES];
	size_t count = 0;
	SieveBytes rest = SIEVE_BYTES("");
	SieveBytes one;
	g_autoptr(GString) text = g_string_new(NULL);

	if (!sieve_run_first_field(run, SIEVE_BYTES("References"), &rest) &&
		!sieve_run_first_field(run, SIEVE_BYTES("In-Reply-To"), &rest))
		rest = SIEVE_BYTES("");
	for (; next_id(&rest, &one); count++)
		ids[count % MAX_REFERENCES] = one;
	for (size_t i = count > MAX_REFERENCES ? count - MAX_REFERENCES : 0; i < count; i++) {
		one = ids[i % MAX_REFERENCES];
		g_string_append_len(text, one.ptr, (gssize)one.len);
		g_string_append_c(text, ' ');
	}
	g_string_append_len(text, id.ptr, (gssize)id.len);
	return sieve_arena_copy(sieve_run_arena(run), (SieveBytes){text->str, text->len});
}

static void
write_letter(SieveRun *run, const SieveArgs *args, SieveLetter *letter)
{
	enum { N_FIELDS = 3 };
	SieveArena *arena = sieve_run_arena(run);
	const SieveEnvelope *envelope = sieve_run_envelope(run);
	SieveLetterField *fields = sieve_arena_new_array(arena, SieveLetterField, N_FIELDS);
	SieveBytes *recipient = sieve_arena_new_array(arena, SieveBytes, 1);
	SieveBytes text, id;

	*recipient = envelope->from;
	letter->recipients = (SieveStrings){recipient, 1};
	letter->to = find_to(run, envelope->from);
	letter->subject = find_subject(run, args);
	letter->text = sieve_args_string(run, args, VACATION_REASON);
	letter->mime = sieve_args_has(args, VACATION_MIME);
	if (sieve_args_has(args, VACATION_FROM))
		letter->from = sieve_args_string(run, args, VACATION_FROM);
	else if (number_of(run, SEND_FROM_RECIPIENT) && sieve_address_is_mailbox(envelope->to))
		letter->from = envelope->to;
	letter->fields = fields;
	fields[letter->n_fields++] = (SieveLetterField){"Auto-Submitted", SIEVE_BYTES("auto-replied")};
	if (!sieve_run_first_field(run, SIEVE_BYTES("Message-ID"), &text) || !next_id(&text, &id))
		return;
	fields[letter->n_fields++] = (SieveLetterField){"In-Reply-To", id};
	fields[letter->n_fields++] =
		(SieveLetterField){"References", find_references(run, id)};
}

static bool
perform_vacation(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	const Answer *answer = action->details;

	return answer->silence != NULL || sieve_delivery_send(delivery, action, &answer->letter, error);
}

static void
print_vacation(const SieveAction *action, GString *text)
{
	const Answer *answer = action->details;

	if (answer->silence != NULL) {
		g_string_append_printf(text, "vacation: no answer, %s", answer->silence);
		return;
	}
	g_autofree char *to = sieve_bytes_escape(action->target, SIZE_MAX);
	g_autofree char *subject = sieve_bytes_escape(answer->letter.subject, 200);
	g_string_append_printf(text, "vacation \"%s\" subject \"%s\"", to, subject);
}

static const SieveActionDef action_vacation = {
	.name = "vacation",
	.class = SIEVE_ACTION_ANSWERS,
	.conflicts = SIEVE_ACTION_REFUSES, /* section 4.7 */
	.once = true,
	.print = print_vacation,
	.perform = perform_vacation,
};

static bool
answer_once(SieveRun *run, const SieveArgs *args, SieveAction *action, Answer *answer, GError **error)
{
	uint64_t period = find_period(run, args);
	SieveNote note = {
		.space = SIEVE_BYTES("vacation"),
		.handle = find_handle(run, args),
		/* One whatever its case: an answer too few does less harm than one too many. */
		.id = sieve_arena_lower(sieve_run_arena(run), sieve_run_envelope(run)->from),
	};
	bool answered = false;

	if (period > 0 && !sieve_run_recalls(run, &note, &answered, error))
		return false;
	if (answered) {
		answer->silence = "its sender was answered before";
		return true;
	}
	if (period > 0)
		action->memory = sieve_run_new_memory(run, &note, period);
	action->target = sieve_run_envelope(run)->from;
	write_letter(run, args, &answer->letter);
	return true;
}

/* The action stands in the result though nothing is sent: what may not stand beside it fails whoever has
 * sent the mail. */
static bool
vacation_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	Answer *answer = sieve_arena_new_array(sieve_run_arena(run), Answer, 1);
	SieveAction action = {.def = &action_vacation, .details = answer};

	answer->silence = find_silence(run, args);
	if (answer->silence == NULL && !answer_once(run, args, &action, answer, error))
		return false;
	return sieve_run_add_action(run, args, &action, error);
}

static const SieveCommandDef vacation_commands[] = {
	{.name = "vacation",
		.args = vacation_args,
		.needs = SIEVE_NEEDS_BODY,
		.check = vacation_check,
		.run = vacation_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_vacation = {
	.capability = "vacation",
	.source = "RFC 5230",
	.commands = vacation_commands,
	.settings = vacation_settings,
};

const SieveExtension sieve_ext_vacation_seconds = {
	.capability = "vacation-seconds",
	.implies = "vacation",
	.source = "RFC 6131",
};
