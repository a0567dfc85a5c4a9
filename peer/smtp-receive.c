/* SPDX-License-Identifier: MIT */
/* smtp-receive.c - doorstepd's SMTP service: who may hand in mail for the reader, and what becomes of it */

#include "peer/smtp-receive.h"

#include <string.h>
#include <sys/statvfs.h>

#include "engine/bytes.h"
#include "engine/env.h"
#include "engine/limits.h"
#include "engine/message/message.h"
#include "engine/message/smtp-parameters.h"
#include "peer/delivery.h"
#include "peer/desktop.h"
#include "peer/log.h"
#include "peer/smtp-serve.h"
#include "peer/smtp-session.h"
#include "peer/trace.h"

#define MAX_RECIPIENTS 100u /* RFC 5321 section 4.5.3.1.8 */
#define MAX_ERRORS 10u
#define MESSAGE_TIMEOUT_MS (30u * 60u * 1000u)
/* Kept free for the next mail and for whatever else lives there. */
#define FREE_BYTES_MARGIN (1u << 20)

/* One connection. */
typedef struct Receive {
	const PeerSmtpService *service;
	const SieveEnv *env;
	const char *remote_ip;
	const char *local_ip;
	bool trusted;      /* the client's address is listed in accept_from */
	bool ticketed;     /* every recipient of this transaction came with a valid ticket */
} Receive;

static void
refuse(PeerSmtpReply *reply, int code, const char *enhanced, const char *text)
{
	reply->code = code;
	reply->enhanced = enhanced;
	reply->text = g_strdup(text);
}

static void
log_decision(const Receive *receive, const char *event, const PeerSmtpTransaction *t,
	SieveBytes recipient, const char *verdict, const char *detail)
{
	peer_log(event, (const PeerLogField[]){
		{"client", sieve_bytes_from_string(receive->remote_ip)},
		{"from", t->sender.ptr != NULL ? t->sender : SIEVE_BYTES("")},
		{"to", recipient},
		{"verdict", sieve_bytes_from_string(verdict)},
		{"reason", sieve_bytes_from_string(detail)},
		{NULL, {NULL, 0}},
	});
}

/* --- Who may ------------------------------------------------------------------------------------ */

static bool
is_listed(const PeerConfig *config, const char *ip)
{
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(ip);

	for (guint i = 0; address != NULL && i < config->accept_from->len; i++)
		if (g_inet_address_mask_matches(config->accept_from->pdata[i], address))
			return true;
	return false;
}

/* "[127.0.0.1]" or "[IPv6:::1]" names the address that the client has connected to. */
static bool
is_own_literal(const Receive *receive, SieveBytes domain)
{
	SieveBytes ip = sieve_bytes_slice(domain, 1, domain.len - 2);

	if (domain.len < 3 || domain.ptr[0] != '[' || domain.ptr[domain.len - 1] != ']')
		return false;
	if (sieve_bytes_equal_nocase(sieve_bytes_slice(ip, 0, 5), SIEVE_BYTES("IPv6:")))
		ip = sieve_bytes_slice(ip, 5, SIZE_MAX);
	g_autofree char *text = sieve_bytes_dup(ip);
	g_autoptr(GInetAddress) named = g_inet_address_new_from_string(text);
	g_autoptr(GInetAddress) own = g_inet_address_new_from_string(receive->local_ip);
	return named != NULL && own != NULL && g_inet_address_equal(named, own);
}

static SieveBytes
local_part(SieveBytes address)
{
	const char *at = address.len == 0 ? NULL : memrchr(address.ptr, '@', address.len);

	return at == NULL ? address
	                  : sieve_bytes_slice(address, 0, (size_t)(at - address.ptr));
}

/* An address of the record; or the user's name, or the local part of one of those addresses, or
 * postmaster (RFC 5321 section 4.5.1), at our own address. */
static bool
is_readers(const Receive *receive, const PeerState *state, SieveBytes recipient)
{
	SieveBytes local = local_part(recipient);
	SieveBytes domain = sieve_bytes_slice(recipient, local.len + 1, SIZE_MAX);
	bool here = recipient.len == local.len || is_own_literal(receive, domain);

	for (char **email = state->emails; *email != NULL; email++) {
		SieveBytes address = sieve_bytes_from_string(*email);
		if (sieve_bytes_equal_nocase(recipient, address) ||
			(here && sieve_bytes_equal_nocase(local, local_part(address))))
			return true;
	}
	return here && (sieve_bytes_equal_nocase(local, SIEVE_BYTES("postmaster")) ||
			       sieve_bytes_equal_nocase(
				       local, sieve_bytes_from_string(state->user_name)));
}

static bool
check_ticket(const Receive *receive, const PeerState *state, const PeerSmtpTransaction *t,
	SieveBytes recipient, const char *ticket, const char **ret_verdict, bool *ret_valid)
{
	*ret_valid = false;
	if (ticket == NULL || !state->has_ticket_secret) {
		*ret_verdict = receive->trusted ? "listed" : "missing";
		return receive->trusted;
	}
	LocationTicketVerdict verdict = location_ticket_check(receive->service->tickets,
		state->ticket_secret, sieve_bytes_from_string(ticket), recipient, t->sender,
		receive->env->now_usec(receive->env) / G_USEC_PER_SEC);
	bool valid = verdict == LOCATION_TICKET_VALID;
	*ret_verdict = receive->trusted && !valid ? "listed" : location_ticket_verdict_name(verdict);
	*ret_valid = valid;
	return valid || receive->trusted;
}

/* Never final: a client with a ticket was sent here by the reader's domain, and one without may be
 * that domain's own MTA, relaying to a host that does not list it. Whatever is wrong, a clock, a login
 * in between or a setting, the mail must not bounce (doc/redirect.md section 3). */
static void
refuse_ticket(PeerSmtpReply *reply, const char *ticket, const char *verdict)
{
	reply->code = 450;
	reply->enhanced = "4.7.1";
	reply->text = ticket == NULL
		? g_strdup("Mail is taken here with a ticket of the reader's domain alone; "
			   "send it there")
		: g_strdup_printf("The ticket is %s; send the mail to the reader's domain",
			  verdict);
}

static SieveBytes
sender_of(const PeerSmtpTransaction *t)
{
	return t->sender.ptr != NULL ? t->sender : SIEVE_BYTES("");
}

/* What the envelope says. */
static PeerMail
mail_of(const PeerSmtpTransaction *t, SieveBytes recipient, const PeerSmtpRecipient *parameters)
{
	return (PeerMail){
		.sender = sender_of(t),
		.recipient = recipient,
		.notify = sieve_bytes_from_string(parameters->notify),
		.orcpt = sieve_bytes_from_string(parameters->orcpt),
		.ret = sieve_bytes_from_string(t->ret),
		.envid = sieve_bytes_from_string(t->envid),
		.by = t->has_by ? &t->by : NULL,
	};
}

/* RFC 5228 section 4.4: discard is silent, and a refusal is not. The access list is no script of the
 * reader's, and spares them and the network the mail: its denial may be told. */
static bool
is_told(PeerEarly early, PeerDiscard discard)
{
	return early == PEER_EARLY_REFUSED ||
	       (early == PEER_EARLY_DENIED && discard != PEER_DISCARD_ACCEPT) ||
	       (early == PEER_EARLY_DISCARDED && discard == PEER_DISCARD_REFUSE);
}

/* Refuses what is sure to be unwanted; the reply speaks of this recipient alone. The verdict for the
 * log; NULL when the mail may come. */
static const char *
refuse_early(const Receive *receive, const PeerScript *script, const PeerSmtpTransaction *t,
	SieveBytes recipient, const PeerSmtpRecipient *parameters, PeerSmtpReply *reply)
{
	static const struct {
		const char *verdict;
		const char *text;
	} words[] = {
		[PEER_EARLY_REFUSED] = {"refused", NULL},
		[PEER_EARLY_DENIED] = {"denied", "The recipient's access list refuses this message"},
		[PEER_EARLY_DISCARDED] = {"discarded",
			"The recipient's mail filter refuses this message"},
	};
	const PeerConfig *config = receive->service->config;
	PeerMail mail = mail_of(t, recipient, parameters);
	mail.remote_ip = receive->remote_ip;
	g_autofree char *reason = NULL;
	PeerEarly early = peer_delivery_foresee(config, script, &mail, &reason);

	if (!is_told(early, config->discard_early))
		return NULL;
	refuse(reply, 550, "5.7.1", reason != NULL ? reason : words[early].text);
	return words[early].verdict;
}

/* The domain's notification to a reader who is busy is shown, and never gets to the script. */
static bool
may_be_notification(const PeerState *state, const PeerSmtpTransaction *t, bool ticketed)
{
	return ticketed && state->status == LOCATION_BUSY && t->sender.len == 0;
}

static void
handle_recipient(const PeerSmtpTransaction *t, SieveBytes recipient,
	const PeerSmtpRecipient *parameters, void *user_data, PeerSmtpReply *reply)
{
	const char *ticket = parameters->ticket;
	Receive *receive = user_data;
	g_autoptr(PeerScript) script = NULL;
	g_autoptr(GError) problem = NULL;
	const char *verdict = "taken";
	const char *detail = NULL;
	bool valid = false;

	if (!peer_script_source_get(receive->service->scripts, &script, &problem)) {
		verdict = "failed";
		detail = problem->message;
		refuse(reply, 451, "4.3.0", "Local trouble, try again later");
	} else if (script == NULL) {
		verdict = "nobody-logged-in";
		refuse(reply, 450, "4.2.1", "Nobody is logged in here now");
	} else if (!is_readers(receive, script->state, recipient)) {
		verdict = "unknown-recipient";
		refuse(reply, 550, "5.1.1", "No such reader here");
	} else if (!check_ticket(receive, script->state, t, recipient, ticket, &detail,
			   &valid)) {
		verdict = "ticket-refused";
		refuse_ticket(reply, ticket, detail);
	} else if (!may_be_notification(script->state, t, valid)) {
		const char *early = refuse_early(receive, script, t, recipient, parameters, reply);
		verdict = early != NULL ? early : verdict;
	}
	if (t->recipients->len == 0)
		receive->ticketed = true;
	receive->ticketed = receive->ticketed && valid;
	log_decision(receive, "rcpt", t, recipient, verdict, detail);
}

/* --- Before the mail comes ---------------------------------------------------------------------- */

/* Room for the mail, once in the Maildir and once in whatever a script makes of it. */
static void
handle_mail(const PeerSmtpTransaction *t, void *user_data, PeerSmtpReply *reply)
{
	const Receive *receive = user_data;
	const char *maildir = receive->service->config->maildir;
	g_autofree char *parent = g_path_get_dirname(maildir);
	struct statvfs about;

	/* Not made yet, at the first mail: then the folder above tells. */
	if (statvfs(maildir, &about) != 0 && statvfs(parent, &about) != 0)
		return;
	uint64_t free_bytes = (uint64_t)about.f_bavail * about.f_frsize;
	if (free_bytes >= 2 * t->declared_size + FREE_BYTES_MARGIN)
		return;
	refuse(reply, 452, "4.3.1", "Too little room, try again later");
	log_decision(receive, "mail", t, (SieveBytes){NULL, 0}, "no-room", NULL);
}

/* --- The mail ----------------------------------------------------------------------------------- */

/* RFC 5436 section 2.7.1 and RFC 3834 section 5: "auto-notified", then perhaps parameters. */
static bool
is_notification(const SieveMessage *message)
{
	size_t index = 0;
	const SieveHeaderField *field =
		sieve_message_find_field(message, SIEVE_BYTES("Auto-Submitted"), &index);

	if (field == NULL)
		return false;
	SieveBytes value = sieve_bytes_trim(field->raw);
	SieveBytes keyword = SIEVE_BYTES("auto-notified");
	return sieve_bytes_equal_nocase(sieve_bytes_slice(value, 0, keyword.len), keyword) &&
	       (value.len == keyword.len || strchr("; \t\r(", value.ptr[keyword.len]) != NULL);
}

/* The domain's own notification is shown, not stored. Any other mail may call itself one, and come
 * with a ticket, since its sender was redirected here; but nobody is redirected to a reader who is
 * busy, and nobody is notified who is not. False: it was not shown, and is mail like any other. */
static bool
show(const Receive *receive, const PeerState *state, const PeerSmtpTransaction *t, SieveBytes bytes)
{
	g_autoptr(SieveMessage) message = sieve_message_new(bytes);
	g_autoptr(GError) problem = NULL;

	if (!may_be_notification(state, t, receive->ticketed) || !is_notification(message))
		return false;
	bool shown = peer_desktop_notify_mail(message, &problem);
	log_decision(receive, "notify", t,
		sieve_bytes_from_string(t->recipients->pdata[0]), shown ? "shown" : "not-shown",
		shown ? NULL : problem->message);
	return shown;
}

/* Disk full is told apart, since the sender may do something about the size (RFC 3463 X.3.1). */
static void
refuse_failure(PeerSmtpReply *reply, const GError *problem)
{
	if (g_error_matches(problem, SIEVE_ERROR, SIEVE_ERROR_FULL))
		refuse(reply, 452, "4.3.1", "Too little room, try again later");
	else
		refuse(reply, 451, "4.3.0", "The mail could not be stored, try again later");
}

static const char *
receipt_name(SieveReceiptKind kind)
{
	static const char *const names[] = {
		[SIEVE_RECEIPT_STORED] = "stored",
		[SIEVE_RECEIPT_SENT] = "sent",
		[SIEVE_RECEIPT_DISCARDED] = "discarded",
		[SIEVE_RECEIPT_REFUSED] = "refused",
	};

	return names[kind];
}

static void
log_delivery(const Receive *receive, const PeerSmtpTransaction *t, const char *recipient,
	const PeerDelivery *delivery)
{
	const char *problem = delivery->problem != NULL ? delivery->problem
	                                                : delivery->receipt.problem;

	peer_log("deliver", (const PeerLogField[]){
		{"client", sieve_bytes_from_string(receive->remote_ip)},
		{"from", t->sender.ptr != NULL ? t->sender : SIEVE_BYTES("")},
		{"to", sieve_bytes_from_string(recipient)},
		{"verdict", sieve_bytes_from_string(receipt_name(delivery->receipt.kind))},
		{"actions", sieve_bytes_trim(sieve_bytes_from_string(delivery->actions))},
		{"reason", sieve_bytes_from_string(problem)},
		{NULL, {NULL, 0}},
	});
}

/* RFC 3461 section 5.2.3. The mail is delivered: that its sender cannot be told is logged, and no more. */
static void
confirm(const Receive *receive, const PeerSmtpTransaction *t, const PeerMail *mail,
	const PeerDelivery *delivery)
{
	g_autoptr(GError) problem = NULL;

	if (mail->notify.ptr == NULL || !sieve_notify_has(mail->notify, "SUCCESS") ||
		mail->sender.len == 0)
		return;
	bool sent = peer_delivery_confirm(receive->service->config, mail, delivery, &problem);
	log_decision(receive, "confirm", t, mail->recipient, sent ? "sent" : "failed",
		sent ? NULL : problem->message);
}

/* Delivers for one recipient. @reply stays 0 unless the mail must be refused. */
static void
deliver_for(const Receive *receive, const PeerScript *script, const PeerSmtpTransaction *t,
	size_t index, SieveBytes message, PeerSmtpReply *reply)
{
	const char *recipient = t->recipients->pdata[index];
	const PeerConfig *config = receive->service->config;
	g_autofree char *received = peer_trace_received(t, receive->remote_ip, config->host_name,
		recipient, receive->env->now_usec(receive->env) / G_USEC_PER_SEC);
	g_autofree char *delivered = peer_trace_delivered(t->sender, recipient);
	g_autoptr(GString) whole = g_string_sized_new(message.len + strlen(received) + 1);
	g_auto(PeerDelivery) delivery = {0};
	g_autoptr(GError) problem = NULL;

	g_string_append(whole, received);
	g_string_append_len(whole, message.ptr, (gssize)message.len);
	PeerMail mail =
		mail_of(t, sieve_bytes_from_string(recipient), t->parameters->pdata[index]);
	mail.message = (SieveBytes){whole->str, whole->len};
	mail.remote_ip = receive->remote_ip;
	mail.trace_header = delivered;
	/* One reply cannot refuse for one recipient and take for another. */
	mail.refuse = t->recipients->len == 1 ? SIEVE_REFUSE_BY_REPLY : SIEVE_REFUSE_BY_KEEP;
	if (!peer_delivery_run(config, script, &mail, &delivery, &problem)) {
		log_decision(
			receive, "deliver", t, mail.recipient, "failed", problem->message);
		refuse_failure(reply, problem);
		return;
	}
	log_delivery(receive, t, recipient, &delivery);
	if (delivery.receipt.kind == SIEVE_RECEIPT_REFUSED)
		refuse(reply, 550, "5.7.1",
			delivery.receipt.reason != NULL ? delivery.receipt.reason : "Refused");
	else
		confirm(receive, t, &mail, &delivery);
}

static void
handle_message(const PeerSmtpTransaction *t, SieveBytes message, void *user_data,
	PeerSmtpReply *replies, size_t n_replies G_GNUC_UNUSED)
{
	const Receive *receive = user_data;
	g_autoptr(PeerScript) script = NULL;
	g_autoptr(GError) problem = NULL;

	if (peer_trace_count_hops(message) > SIEVE_LIMIT_HOPS) {
		refuse(&replies[0], 554, "5.4.6", "The mail goes in circles");
		log_decision(receive, "deliver", t, (SieveBytes){NULL, 0}, "loop", NULL);
		return;
	}
	if (!peer_script_source_get(receive->service->scripts, &script, &problem) ||
		script == NULL) {
		refuse(&replies[0], 451, "4.3.0", "Local trouble, try again later");
		log_decision(receive, "deliver", t, (SieveBytes){NULL, 0}, "failed",
			problem == NULL ? "logged out meanwhile" : problem->message);
		return;
	}
	if (show(receive, script->state, t, message))
		return;
	/* The first failure ends it: the sender tries again, and one copy too many is better than one
	 * too few. */
	for (guint i = 0; i < t->recipients->len && replies[0].code == 0; i++)
		deliver_for(receive, script, t, i, message, &replies[0]);
}

void
peer_smtp_receive(PeerLineIo *io, void *user_data)
{
	static const PeerSmtpHandler handler = {
		.mail = handle_mail,
		.recipient = handle_recipient,
		.message = handle_message,
	};
	const PeerSmtpService *service = user_data;
	const PeerConfig *config = service->config;
	Receive receive = {
		.service = service,
		.env = service->env != NULL ? service->env : sieve_env_system(),
		.remote_ip = peer_line_io_remote_ip(io),
		.local_ip = peer_line_io_local_ip(io),
		.trusted = is_listed(config, peer_line_io_remote_ip(io)),
	};
	const PeerSmtpOptions options = {
		.host_name = config->host_name,
		/* Who cannot send a notification of success must not offer to. */
		.flags = PEER_SMTP_STARTTLS | PEER_SMTP_TICKETS | PEER_SMTP_DELIVERBY |
			 (config->submit_host != NULL ? PEER_SMTP_DSN : 0),
		.max_message_bytes = config->max_message_bytes,
		.max_recipients = MAX_RECIPIENTS,
		.max_errors = MAX_ERRORS,
	};
	const PeerSmtpServeOptions serve = {
		.certificate = service->certificate,
		.command_timeout_ms = config->command_timeout_ms,
		.data_timeout_ms = config->command_timeout_ms,
		.message_timeout_ms = MESSAGE_TIMEOUT_MS,
	};
	g_autoptr(PeerSmtpSession) session = peer_smtp_session_new(&options, &handler, &receive);
	g_autoptr(GError) problem = NULL;
	bool ended = peer_smtp_serve(io, session, &serve, &problem);

	peer_log("session", (const PeerLogField[]){
		{"client", sieve_bytes_from_string(receive.remote_ip)},
		{"verdict", sieve_bytes_from_string(ended ? "ended" : "broken")},
		{"reason", sieve_bytes_from_string(ended ? NULL : problem->message)},
		{NULL, {NULL, 0}},
	});
}
