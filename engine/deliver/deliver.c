/* SPDX-License-Identifier: MIT */
/* deliver.c - carries actions out: store, send, fall back to keep (RFC 5228 section 2.10.6) */

#include "engine/actions.h"
#include "engine/core-settings.h"
#include "engine/deliver/letter.h"
#include "engine/deliver/mailbox-id.h"
#include "engine/deliver/mailbox-metadata.h"
#include "engine/deliver/maildir.h"
#include "engine/deliver/mailbox-name.h"
#include "engine/deliver/outgoing.h"
#include "engine/stage.h"

#include <string.h>

#define INBOX SIEVE_BYTES("INBOX")

struct SieveDelivery {
	const SieveMessage *message;
	const SieveEnvelope *envelope;
	const SieveDeliverOptions *options;
	const SieveSettings *settings;
	const SieveEnv *env;
	SieveMaildir *maildir; /* opened by the first that stores */
	GPtrArray *folders;    /* folder names that hold a copy */
	size_t n_sent;
	char *reason; /* of the refusal */
	bool early;   /* nothing is carried out, a reply alone is looked for */
	GArray *memories; /* (nullable) of SieveMemory */
	GString *problem;
};

static bool
open_maildir(SieveDelivery *delivery, GError **error)
{
	if (delivery->maildir == NULL)
		delivery->maildir =
			sieve_maildir_open(delivery->options->maildir, delivery->env, error);
	return delivery->maildir != NULL;
}

const SieveSettings *
sieve_delivery_settings(const SieveDelivery *delivery)
{
	return delivery->settings;
}

static void
tell(SieveDelivery *delivery, const char *problem)
{
	if (delivery->problem->len > 0)
		g_string_append(delivery->problem, "; ");
	g_string_append(delivery->problem, problem);
}

static void
tell_problem(SieveDelivery *delivery, const SieveAction *action, const GError *error)
{
	g_autofree char *target = sieve_bytes_escape(action->target, 200);
	g_autofree char *text =
		g_strdup_printf("%s \"%s\": %s", action->def->name, target, error->message);

	tell(delivery, text);
}

/* A mailbox that had to be made gets an id, and the use that was asked for (RFC 8579 section 4.1). The mail
 * is in it: that this fails is told, and no more. */
static void
describe_mailbox(SieveDelivery *delivery, SieveBytes mailbox, SieveBytes use)
{
	const char *root = delivery->options->maildir;
	g_autoptr(GError) failure = NULL;

	if (!sieve_mailbox_id_make(root, mailbox, delivery->env, &failure) ||
		(use.len > 0 && !sieve_metadata_set(root, mailbox, SIEVE_BYTES("/private/specialuse"),
					use, &failure)))
		tell(delivery, failure->message);
}

static bool
put(SieveDelivery *delivery, SieveBytes mailbox, SieveBytes use, const SieveMail *mail, GError **error)
{
	const char *wrong = sieve_mailbox_name_check(mailbox);

	if (wrong != NULL) {
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_INVALID, wrong);
		return false;
	}
	if (!open_maildir(delivery, error))
		return false;
	bool is_new = !sieve_maildir_has(delivery->maildir, mailbox);
	if (!sieve_maildir_store(delivery->maildir, mailbox, mail, NULL, error))
		return false;
	if (is_new)
		describe_mailbox(delivery, mailbox, use);
	return true;
}

/* @message (nullable): NULL: as it came. */
static bool
store(SieveDelivery *delivery, const SieveMessage *message, SieveBytes mailbox, SieveBytes flags,
	SieveBytes use, GError **error)
{
	const char *wrong = sieve_mailbox_name_check(mailbox);

	if (wrong != NULL) {
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_INVALID, wrong);
		return false;
	}
	g_autofree char *folder = sieve_mailbox_name_to_folder(mailbox);
	if (g_ptr_array_find_with_equal_func(delivery->folders, folder, g_str_equal, NULL))
		return true;
	if (message == NULL)
		message = delivery->message;
	SieveBytes parts[] = {
		sieve_bytes_from_string(delivery->options->trace_header),
		sieve_message_header(message),
		sieve_message_body(message),
	};
	SieveMail mail = {parts, G_N_ELEMENTS(parts), flags};
	if (!put(delivery, mailbox, use, &mail, error))
		return false;
	g_ptr_array_add(delivery->folders, g_steal_pointer(&folder));
	return true;
}

bool
sieve_delivery_store(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	SieveBytes mailbox = action->target.len > 0 ? action->target : INBOX;

	return store(delivery, action->message, mailbox, action->mail_flags, action->special_use, error);
}

bool
sieve_delivery_snooze(SieveDelivery *delivery, const SieveAction *action, SieveBytes mailbox,
	const SieveSnooze *snooze, GError **error)
{
	const SieveMessage *message = sieve_delivery_message(delivery, action);
	const char *wrong = sieve_mailbox_name_check(snooze->mailbox);

	if (wrong != NULL) {
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_INVALID, wrong);
		return false;
	}
	g_autofree char *field = sieve_snooze_print(snooze);
	SieveBytes parts[] = {
		sieve_bytes_from_string(delivery->options->trace_header),
		sieve_bytes_from_string(field),
		sieve_message_wire_header(message),
		sieve_message_body(message),
	};
	SieveMail mail = {parts, G_N_ELEMENTS(parts), action->mail_flags};
	if (!put(delivery, mailbox, SIEVE_BYTES("\\Snoozed"), &mail, error))
		return false;
	g_ptr_array_add(delivery->folders, sieve_mailbox_name_to_folder(mailbox));
	return true;
}

bool
sieve_delivery_keep(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	return store(
		delivery, action->message, INBOX, action->mail_flags, SIEVE_BYTES(""), error);
}

const SieveMessage *
sieve_delivery_message(const SieveDelivery *delivery, const SieveAction *action)
{
	return action->message == NULL ? delivery->message : action->message;
}

const SieveEnvelope *
sieve_delivery_envelope(const SieveDelivery *delivery)
{
	return delivery->envelope;
}

void
sieve_delivery_note_sent(SieveDelivery *delivery)
{
	delivery->n_sent++;
}

/* @from with length 0 is the null reverse-path, and so is one that is not known. */
static bool
submit(SieveDelivery *delivery, SieveBytes from, SieveBytes to, const GString *mail,
	const SieveSmtpParameters *parameters, GError **error)
{
	const SieveDeliverOptions *options = delivery->options;
	SieveSubmission submission = {.from = from, .to = to, .message = {mail->str, mail->len}};

	if (parameters != NULL)
		submission.parameters = *parameters;
	if (options->submit != NULL)
		return options->submit(&submission, options->submit_data, error);
	g_set_error_literal(
		error, SIEVE_ERROR, SIEVE_ERROR_SUBMIT, "no way to send mail is configured");
	return false;
}

/* The same with the mail itself, which has then been accepted. */
static bool
submit_on(SieveDelivery *delivery, SieveBytes from, SieveBytes to, const GString *mail,
	const SieveSmtpParameters *parameters, GError **error)
{
	if (!submit(delivery, from, to, mail, parameters, error))
		return false;
	delivery->n_sent++;
	return true;
}

/* RFC 8580 section 3: the letter as it was sent. That this fails is told, and no more. */
static void
file_letter(SieveDelivery *delivery, const SieveAction *action, const GString *mail)
{
	g_autoptr(GError) failure = NULL;
	SieveBytes part = {mail->str, mail->len};
	SieveMail copy = {&part, 1, action->mail_flags};

	if (!put(delivery, action->fcc, action->special_use, &copy, &failure))
		tell_problem(delivery, action, failure);
}

/* Who writes: whom the mail was sent to, or who the settings say. */
static SieveBytes
owner_of(const SieveDelivery *delivery)
{
	SieveBytes owner = sieve_bytes_from_string(
		sieve_core_string(delivery->settings, SIEVE_CORE_USER_EMAIL));

	return owner.len > 0 ? owner : delivery->envelope->to;
}

bool
sieve_delivery_send(SieveDelivery *delivery, const SieveAction *action, const SieveLetter *letter,
	GError **error)
{
	SieveBytes owner = owner_of(delivery);

	if (letter->from.len == 0 && !sieve_address_is_mailbox(owner)) {
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_INVALID,
			"nobody knows whose address to write from");
		return false;
	}
	g_autoptr(GString) mail = sieve_letter_write(letter, owner, delivery->env, error);
	if (mail == NULL)
		return false;
	for (size_t i = 0; i < letter->recipients.count; i++)
		if (!submit(delivery, letter->envelope_from, letter->recipients.items[i], mail, NULL,
			    error))
			return false;
	if (action->fcc.len > 0)
		file_letter(delivery, action, mail);
	return true;
}

bool
sieve_delivery_report(SieveDelivery *delivery, const SieveReport *report, GError **error)
{
	SieveBytes owner = owner_of(delivery);

	if (!sieve_address_is_mailbox(owner)) {
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_INVALID,
			"nobody knows whose address to write from");
		return false;
	}
	g_autoptr(GString) mail =
		sieve_outgoing_report(report, delivery->message, owner, delivery->env);
	return submit(delivery, owner, report->to, mail, NULL, error);
}

/* The envelope sender of redirected mail. What is no address, or not known, is no reason to lose the mail
 * that the sender would be told of. */
static SieveBytes
redirect_from(const SieveDelivery *delivery)
{
	const SieveEnvelope *envelope = delivery->envelope;
	SieveBytes setting = sieve_bytes_from_string(
		sieve_core_string(delivery->settings, SIEVE_CORE_REDIRECT_FROM));
	SieveBytes from = envelope->from;

	/* RFC 5321 section 4.5.5: a notification stays one, whatever is set. */
	if (from.len == 0 || sieve_bytes_equal(setting, SIEVE_BYTES("sender")))
		return from;
	if (setting.ptr[0] == '<')
		from = sieve_bytes_slice(setting, 1, setting.len - 2);
	else if (sieve_bytes_equal(setting, SIEVE_BYTES("recipient")))
		from = envelope->to;
	else if (sieve_bytes_equal(setting, SIEVE_BYTES("orig_recipient")))
		from = envelope->orig_to;
	else if (sieve_bytes_equal(setting, SIEVE_BYTES("user_email")))
		from = sieve_bytes_from_string(
			sieve_core_string(delivery->settings, SIEVE_CORE_USER_EMAIL));
	if (sieve_address_is_mailbox(from) || (from.len == 0 && setting.ptr[0] == '<'))
		return from;
	return sieve_address_is_mailbox(envelope->to) ? envelope->to : envelope->from;
}

bool
sieve_delivery_forward(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	const SieveMessage *message = sieve_delivery_message(delivery, action);
	SieveBytes address = action->target;
	SieveBytes owner = delivery->envelope->to;

	if (!sieve_address_is_mailbox(address)) {
		g_set_error_literal(
			error, SIEVE_ERROR, SIEVE_ERROR_INVALID, "redirect to what is no address");
		return false;
	}
	/* An unknown owner leaves the mark of where it sends to: the same mail passes there once.
	 */
	if (!sieve_address_is_mailbox(owner))
		owner = address;
	if (sieve_outgoing_is_loop(message, owner)) {
		g_set_error_literal(
			error, SIEVE_ERROR, SIEVE_ERROR_INVALID, "redirect would go in circles");
		return false;
	}
	g_autoptr(GString) mail = sieve_outgoing_redirect(
		message, owner, delivery->options->trace_header, delivery->env);
	SieveBytes from = redirect_from(delivery);
	/* RFC 6009 sections 6.1 and 7.1: who has asked is told. */
	if (action->parameters != NULL && delivery->envelope->from.len > 0 &&
		sieve_address_is_mailbox(owner_of(delivery)))
		from = owner_of(delivery);
	return submit_on(delivery, from, address, mail, action->parameters, error);
}

/* A rejection has the null reverse-path itself, so no two hosts can reject each other's. */
static bool
refuse_by_mail(SieveDelivery *delivery, SieveBytes reason, GError **error)
{
	SieveRejection rejection = {
		.message = delivery->message,
		.from = delivery->envelope->to,
		.to = delivery->envelope->from,
		.reason = reason,
		.env = delivery->env,
	};

	if (!sieve_address_is_mailbox(rejection.to) || !sieve_address_is_mailbox(rejection.from)) {
		g_set_error_literal(error, SIEVE_ERROR, SIEVE_ERROR_INVALID,
			"the rejection can be sent to nobody");
		return false;
	}
	g_autoptr(GString) mail = sieve_outgoing_rejection(&rejection);
	return submit_on(delivery, SIEVE_BYTES(""), rejection.to, mail, NULL, error);
}

/* RFC 5429 section 2.2: `reject` wants its exact words told, which a reply can do in ASCII alone.
 */
static SieveRefuseMode
choose_mode(const SieveDelivery *delivery, SieveBytes reason, bool by_mail_allowed)
{
	const SieveDeliverOptions *options = delivery->options;
	SieveRefuseMode mode = options->refuse;

	if (mode == SIEVE_REFUSE_BY_REPLY && by_mail_allowed && !sieve_bytes_is_ascii(reason) &&
		options->submit != NULL && delivery->envelope->from.len > 0)
		mode = SIEVE_REFUSE_BY_MAIL;
	if (mode == SIEVE_REFUSE_BY_MAIL && !by_mail_allowed)
		mode = SIEVE_REFUSE_BY_KEEP;
	/* What is stored or sent has been accepted. */
	if (mode == SIEVE_REFUSE_BY_REPLY && (delivery->folders->len > 0 || delivery->n_sent > 0))
		mode = SIEVE_REFUSE_BY_KEEP;
	return mode;
}

/* RFC 5429 section 2.1.1: a reply is ASCII, and other words MUST be replaced. The line end that a
 * `text:` string ends with would make an empty line of the reply. */
static char *
reason_for_reply(SieveBytes reason)
{
	if (!sieve_bytes_is_ascii(reason))
		reason = SIEVE_BYTES("The recipient's mail filter refuses this message");
	return sieve_bytes_dup(sieve_bytes_trim(reason));
}

bool
sieve_delivery_refuse(
	SieveDelivery *delivery, SieveBytes reason, bool by_mail_allowed, GError **error)
{
	SieveRefuseMode mode = choose_mode(delivery, reason, by_mail_allowed);

	if (delivery->early && mode != SIEVE_REFUSE_BY_REPLY)
		return false;
	switch (mode) {
	case SIEVE_REFUSE_BY_REPLY:
		g_free(delivery->reason);
		delivery->reason = reason_for_reply(reason);
		return true;
	case SIEVE_REFUSE_BY_MAIL:
		return refuse_by_mail(delivery, reason, error);
	case SIEVE_REFUSE_BY_KEEP:
		break;
	}
	return store(delivery, NULL, INBOX, SIEVE_BYTES(""), SIEVE_BYTES(""), error);
}

static bool
perform_one(SieveDelivery *delivery, const SieveAction *action, GError **failure)
{
	if (!action->def->perform(delivery, action, failure))
		return false;
	if (action->memory == NULL)
		return true;
	if (delivery->memories == NULL)
		delivery->memories = g_array_new(FALSE, FALSE, sizeof(SieveMemory));
	g_array_append_val(delivery->memories, *action->memory);
	return true;
}

/* Performs the actions that store, or those that do not. An action that fails becomes a keep, unless the
 * mail was not its business; only if that fails too is the delivery a failure. */
static bool
perform(SieveDelivery *delivery, const SieveResult *result, bool storing, GError **error)
{
	for (size_t i = result->n_done; i < result->n_actions; i++) {
		const SieveAction *action = &result->actions[i];
		g_autoptr(GError) failure = NULL;
		bool stores = (action->def->class & SIEVE_ACTION_STORES) != 0;
		if (stores != storing || perform_one(delivery, action, &failure))
			continue;
		tell_problem(delivery, action, failure);
		if (action->def->class & SIEVE_ACTION_ANSWERS)
			continue;
		if (!sieve_delivery_keep(delivery, action, error))
			return false;
	}
	return true;
}

/* What an earlier delivery of the same result has stored is not stored twice. */
static void
note_done(SieveDelivery *delivery, const SieveResult *result)
{
	for (size_t i = 0; i < result->n_done; i++) {
		const SieveAction *action = &result->actions[i];
		SieveBytes mailbox = action->target.len > 0 ? action->target : INBOX;
		bool now = (action->def->class & SIEVE_ACTION_LATER) == 0;
		if ((action->def->class & SIEVE_ACTION_STORES) && now &&
			sieve_mailbox_name_check(mailbox) == NULL)
			g_ptr_array_add(
				delivery->folders, sieve_mailbox_name_to_folder(mailbox));
	}
	if (result->kept)
		g_ptr_array_add(delivery->folders, sieve_mailbox_name_to_folder(INBOX));
}

static bool
carry_out(SieveDelivery *delivery, const SieveResult *result, GError **error)
{
	note_done(delivery, result);
	if (!perform(delivery, result, true, error))
		return false;
	if (result->implicit_keep && !store(delivery, result->message, INBOX, result->mail_flags,
					     SIEVE_BYTES(""), error))
		return false;
	return perform(delivery, result, false, error);
}

/* The mail is delivered: that it cannot be remembered is told, and no more. */
static void
remember(SieveDelivery *delivery, const SieveResult *result)
{
	g_autoptr(GError) failure = NULL;
	g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(SieveMemory));
	int64_t now = delivery->env->now_usec(delivery->env) / G_USEC_PER_SEC;

	if (result->memories != NULL)
		g_array_append_vals(all, result->memories->data, result->memories->len);
	if (delivery->memories != NULL)
		g_array_append_vals(all, delivery->memories->data, delivery->memories->len);
	if (all->len == 0)
		return;
	if (open_maildir(delivery, &failure) &&
		sieve_memory_add(delivery->options->maildir,
			(const SieveMemory *)(const void *)all->data, all->len, now, &failure))
		return;
	tell(delivery, failure->message);
}

static void
write_receipt(SieveDelivery *delivery, SieveReceipt *receipt)
{
	*receipt = (SieveReceipt){.kind = SIEVE_RECEIPT_DISCARDED};
	if (delivery->folders->len > 0)
		receipt->kind = SIEVE_RECEIPT_STORED;
	else if (delivery->reason != NULL)
		receipt->kind = SIEVE_RECEIPT_REFUSED;
	else if (delivery->n_sent > 0)
		receipt->kind = SIEVE_RECEIPT_SENT;
	if (receipt->kind == SIEVE_RECEIPT_REFUSED)
		receipt->reason = g_steal_pointer(&delivery->reason);
	if (delivery->problem->len > 0)
		receipt->problem = g_strdup(delivery->problem->str);
}

bool
sieve_deliver(const SieveResult *result, const SieveMessage *message, const SieveEnvelope *envelope,
	const SieveDeliverOptions *options, SieveReceipt *ret_receipt, GError **error)
{
	if (result->need != NULL) {
		g_autofree char *need = sieve_need_print(result->need);
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_UNDECIDED, "the script %s", need);
		return false;
	}
	g_autoptr(GPtrArray) folders = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GString) problem = g_string_new(NULL);
	SieveDelivery delivery = {
		.message = message,
		.envelope = envelope,
		.options = options,
		.settings = result->settings,
		.env = options->env == NULL ? sieve_env_system() : options->env,
		.folders = folders,
		.problem = problem,
	};

	bool delivered = carry_out(&delivery, result, error);
	if (delivered)
		remember(&delivery, result);
	if (delivered)
		write_receipt(&delivery, ret_receipt);
	sieve_maildir_close(delivery.maildir);
	g_clear_pointer(&delivery.memories, g_array_unref);
	g_free(delivery.reason);
	return delivered;
}

/* All but refusals and what does nothing wait for the mail. */
static bool
is_early(const SieveResult *result)
{
	const unsigned early = SIEVE_ACTION_REFUSES | SIEVE_ACTION_DISCARDS;

	for (size_t i = 0; i < result->n_actions; i++)
		if ((result->actions[i].def->class & early) == 0)
			return false;
	return result->need == NULL && !result->implicit_keep;
}

SieveVerdict
sieve_result_verdict(const SieveResult *result, const SieveEnvelope *envelope,
	const SieveDeliverOptions *options, char **ret_reason)
{
	g_autoptr(GPtrArray) folders = g_ptr_array_new();
	SieveDelivery delivery = {
		.envelope = envelope, .options = options, .folders = folders, .early = true};
	bool by_reply = is_early(result);

	for (size_t i = 0; by_reply && i < result->n_actions; i++)
		if (result->actions[i].def->class & SIEVE_ACTION_REFUSES)
			by_reply = result->actions[i].def->perform(
				&delivery, &result->actions[i], NULL);
	if (by_reply && delivery.reason == NULL)
		return SIEVE_VERDICT_DISCARD;
	if (by_reply) {
		*ret_reason = delivery.reason;
		return SIEVE_VERDICT_REFUSE;
	}
	g_free(delivery.reason);
	return SIEVE_VERDICT_PROCEED;
}

void
sieve_receipt_clear(SieveReceipt *receipt)
{
	g_clear_pointer(&receipt->reason, g_free);
	g_clear_pointer(&receipt->problem, g_free);
}
