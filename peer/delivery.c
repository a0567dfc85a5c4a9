/* SPDX-License-Identifier: MIT */
/* delivery.c - one mail through the reader's delivery script into the Maildir */

#include "peer/delivery.h"

#include <string.h>

#include "engine/actions.h"
#include "engine/bytes.h"
#include "engine/deliver/outgoing.h"
#include "engine/env.h"
#include "peer/smtp-client.h"
#include "schema/location.h"
#include "schema/remote-ip.h"

#define SUBMIT_CONNECT_MS 10000u
#define SUBMIT_REPLY_MS 60000u
/* Of a script's failure, in a header field; a line may have 998 characters. */
#define SHOWN_BYTES 400u

typedef struct Context {
	const PeerConfig *config;
	const PeerScript *script;
	const PeerMail *mail;
	char *domain;             /* (nullable) of the recipient */
	char *remote_ip;          /* (nullable) in the forms that scripts match */
	char *remote_ip_expanded;
	const char *status; /* of the reader; see doc/sieve-extensions.md for these */
	char *lease;
} Context;

void
peer_delivery_clear(PeerDelivery *delivery)
{
	sieve_receipt_clear(&delivery->receipt);
	g_clear_pointer(&delivery->actions, g_free);
	g_clear_pointer(&delivery->problem, g_free);
}

/* The items of RFC 5183 section 4.1 that are known here. */
static const char *
environment(const char *item, void *user_data)
{
	const Context *context = user_data;
	const struct {
		const char *item;
		const char *value;
	} items[] = {
		{"domain", context->domain},
		{"host", context->config->host_name},
		{"location", "MDA"},
		{"phase", "during"},
		{"vnd.doorstep.location.status", context->status},
		{"vnd.doorstep.location.host", context->script->where.host},
		{"vnd.doorstep.location.lease", context->lease},
		{"vnd.doorstep.location.here", context->script->where.here ? "yes" : "no"},
		{LOCATION_REMOTE_IP, context->remote_ip},
		{LOCATION_REMOTE_IP_EXPANDED, context->remote_ip_expanded},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(items); i++)
		if (strcmp(items[i].item, item) == 0)
			return items[i].value;
	return NULL;
}

/* The reader's directory, asked as the reader. */
static bool
search(const char *url, GPtrArray *values, void *user_data, GError **error)
{
	const Context *context = user_data;
	const PeerState *state = context->script->state;
	g_autoptr(LocationRecord) record = NULL;

	if (context->config->directory == NULL) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "there is no directory to search here");
		return false;
	}
	g_autoptr(LocationSession) session = location_session_new(
		location_config_settings(context->config->directory), error);
	if (session == NULL)
		return false;
	if (state->password != NULL &&
		!location_login(session, sieve_bytes_from_string(state->user_name),
			sieve_bytes_from_string(state->password), &record, error))
		return false;
	return location_search(session, url, values, error);
}

static bool
submitted(const PeerSmtpAnswer *answer, GError **error)
{
	if (answer->code / 100 == 2)
		return true;
	g_autofree char *text = peer_smtp_answer_print(answer);
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SUBMIT, "the submission server says %s", text);
	return false;
}

/* The steps of one mail; each is a command and a reply that must be good. */
static bool
submit_over(PeerSmtpClient *client, const SieveSubmission *submission, GError **error)
{
	SieveBytes message = submission->message;
	PeerSmtpAnswer answer = {0};

	peer_smtp_client_ask(client, &submission->parameters);
	bool done = peer_smtp_client_mail(client, submission->from, message.len, &answer, error) &&
	            submitted(&answer, error);

	peer_smtp_answer_clear(&answer);
	done = done && peer_smtp_client_rcpt(client, submission->to, NULL, &answer, error) &&
	       submitted(&answer, error);
	peer_smtp_answer_clear(&answer);
	done = done && peer_smtp_client_data(client, message, &answer, error) &&
	       submitted(&answer, error);
	peer_smtp_answer_clear(&answer);
	return done;
}

static bool
submit(const SieveSubmission *submission, void *user_data, GError **error)
{
	const PeerConfig *config = user_data;
	const PeerSmtpClientOptions options = {
		.helo = config->host_name,
		.connect_timeout_ms = SUBMIT_CONNECT_MS,
		.reply_timeout_ms = SUBMIT_REPLY_MS,
	};
	g_autoptr(PeerSmtpClient) client = peer_smtp_client_open(
		config->submit_host, config->submit_port, &options, error);

	return client != NULL && submit_over(client, submission, error);
}

/* The reader is told that a script failed by the mail it failed on. */
static char *
print_trace(const PeerMail *mail, const char *problem)
{
	const char *trace = mail->trace_header != NULL ? mail->trace_header : "";

	if (problem == NULL)
		return g_strdup(trace);
	g_autofree char *shown = sieve_bytes_escape(sieve_bytes_from_string(problem), SHOWN_BYTES);
	return g_strdup_printf("%sX-Doorstep-Problem: %s\r\n", trace, shown);
}

static SieveDeliverOptions
deliver_options(const PeerConfig *config)
{
	return (SieveDeliverOptions){
		.maildir = config->maildir,
		.submit = config->submit_host == NULL ? NULL : submit,
		.submit_data = (void *)(uintptr_t)config,
	};
}

static bool
deliver(const Context *context, const SieveResult *result, const SieveRunInput *input,
	PeerDelivery *delivery, GError **error)
{
	g_autofree char *trace = print_trace(context->mail, delivery->problem);
	SieveDeliverOptions options = deliver_options(context->config);

	options.refuse = context->mail->refuse;
	options.trace_header = trace;

	return sieve_deliver(
		result, input->message, &input->envelope, &options, &delivery->receipt, error);
}

static void
clear_context(Context *context)
{
	g_free(context->domain);
	g_free(context->remote_ip);
	g_free(context->remote_ip_expanded);
	g_free(context->lease);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Context, clear_context)

static void
find_location(Context *context)
{
	static const char *const words[] = {
		[LOCATION_OFFLINE] = "offline",
		[LOCATION_READY] = "ready",
		[LOCATION_BUSY] = "busy",
	};
	const PeerWhere *where = &context->script->where;
	const SieveEnv *env = sieve_env_system();
	int64_t left = where->here ? where->lease_s : 0;
	LocationStatus status = where->status;

	if (where->lease_end_unix > 0)
		left = where->lease_end_unix - env->now_usec(env) / G_USEC_PER_SEC;
	if (left < 0)
		status = LOCATION_OFFLINE;
	context->status = words[status];
	context->lease = g_strdup_printf("%" G_GINT64_FORMAT, MAX(left, 0));
}

static void
init_context(Context *context, const PeerMail *mail)
{
	size_t at = sieve_bytes_find(mail->recipient, SIEVE_BYTES("@"), 0);

	find_location(context);
	if (at != SIZE_MAX)
		context->domain =
			sieve_bytes_dup(sieve_bytes_slice(mail->recipient, at + 1, SIZE_MAX));
	if (mail->remote_ip == NULL)
		return;
	context->remote_ip = location_remote_ip(mail->remote_ip);
	context->remote_ip_expanded = location_remote_ip_expanded(mail->remote_ip);
}

/* The delivery script itself discards what the access list denies; what the reader wrote is included. */
static bool
is_denied(const SieveResult *result)
{
	return result->n_actions > 0 && result->actions[0].script == 0;
}

static SieveEnvelope
envelope_of(const PeerMail *mail)
{
	return (SieveEnvelope){
		.from = mail->sender,
		.to = mail->recipient,
		.notify = mail->notify,
		.orcpt = mail->orcpt,
		.ret = mail->ret,
		.envid = mail->envid,
		.by = mail->by,
	};
}

PeerEarly
peer_delivery_foresee(const PeerConfig *config, const PeerScript *script, const PeerMail *mail,
	char **ret_reason)
{
	g_auto(Context) context = {.config = config, .script = script, .mail = mail};
	const SieveRunInput input = {
		.envelope = envelope_of(mail),
		.environment = environment,
		.environment_data = &context,
		.search = search,
		.search_data = &context,
		.stage = SIEVE_STAGE_ENVELOPE,
	};
	const SieveDeliverOptions options = deliver_options(config);
	g_autoptr(SieveResult) result = NULL;

	if (script->second != NULL)
		return PEER_EARLY_PROCEED;
	init_context(&context, mail);
	/* A failure is told with the mail, which it keeps. */
	if (!sieve_run(script->program, &input, &result, NULL))
		return PEER_EARLY_PROCEED;
	switch (sieve_result_verdict(result, &input.envelope, &options, ret_reason)) {
	case SIEVE_VERDICT_REFUSE:
		return PEER_EARLY_REFUSED;
	case SIEVE_VERDICT_DISCARD:
		return is_denied(result) ? PEER_EARLY_DENIED : PEER_EARLY_DISCARDED;
	case SIEVE_VERDICT_PROCEED:
		break;
	}
	return PEER_EARLY_PROCEED;
}

bool
peer_delivery_run(const PeerConfig *config, const PeerScript *script, const PeerMail *mail,
	PeerDelivery *ret_delivery, GError **error)
{
	g_autoptr(SieveMessage) message = sieve_message_new(mail->message);
	g_auto(Context) context = {.config = config, .script = script, .mail = mail};
	const SieveRunInput input = {
		.message = message,
		.envelope = envelope_of(mail),
		.environment = environment,
		.environment_data = &context,
		.search = search,
		.search_data = &context,
		.maildir = config->maildir,
	};
	g_auto(PeerDelivery) delivery = {0};
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) problem = NULL;

	init_context(&context, mail);
	/* A script that fails means keep, which is what its result then says (RFC 5228 section 2.10.6). */
	bool ran = script->second != NULL
			   ? peer_second_script_run(script->second, &input, &result, &problem)
			   : sieve_run(script->program, &input, &result, &problem);
	if (!ran)
		delivery.problem = g_strdup(problem->message);
	delivery.actions = sieve_result_print(result);
	if (!deliver(&context, result, &input, &delivery, error))
		return false;
	*ret_delivery = delivery;
	delivery = (PeerDelivery){0};
	return true;
}

/* RFC 3464 section 2: of the mail, then of the recipient. */
static char *
print_status(const PeerConfig *config, const PeerMail *mail, const char *action)
{
	g_autoptr(GString) fields = g_string_new(NULL);

	g_string_append_printf(fields, "Reporting-MTA: dns; %s\r\n", config->host_name);
	if (mail->envid.len > 0)
		g_string_append_printf(fields, "Original-Envelope-Id: %.*s\r\n",
			(int)mail->envid.len, mail->envid.ptr);
	g_string_append(fields, "\r\n");
	if (mail->orcpt.len > 0)
		g_string_append_printf(fields, "Original-Recipient: %.*s\r\n",
			(int)mail->orcpt.len, mail->orcpt.ptr);
	g_string_append_printf(fields,
		"Final-Recipient: rfc822; %.*s\r\nAction: %s\r\nStatus: 2.0.0\r\n",
		(int)mail->recipient.len, mail->recipient.ptr, action);
	return g_string_free(g_steal_pointer(&fields), FALSE);
}

static bool
is_printable(SieveBytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] < ' ' || text.ptr[i] == 0x7f)
			return false;
	return true;
}

bool
peer_delivery_confirm(const PeerConfig *config, const PeerMail *mail, const PeerDelivery *delivery,
	GError **error)
{
	bool sent_on = delivery->receipt.kind == SIEVE_RECEIPT_SENT;
	const SieveEnv *env = sieve_env_system();

	/* Section 2.3.1: what cannot stand in a field is left out. */
	PeerMail told = *mail;
	if (!is_printable(told.envid))
		told.envid = (SieveBytes){NULL, 0};
	if (!is_printable(told.orcpt))
		told.orcpt = (SieveBytes){NULL, 0};
	g_autofree char *fields = print_status(config, &told, sent_on ? "relayed" : "delivered");
	const SieveReport report = {
		.to = mail->sender,
		.subject = SIEVE_BYTES("Delivery notification"),
		.type = "delivery-status",
		.auto_submitted = "auto-replied",
		.text = SIEVE_BYTES("The message has been delivered. Its sender asked to be told.\r\n"),
		.fields = sieve_bytes_from_string(fields),
		.headers_only = true,
	};
	g_autoptr(SieveMessage) message = sieve_message_new(mail->message);
	g_autoptr(GString) letter = sieve_outgoing_report(&report, message, mail->recipient, env);
	const SieveSubmission submission = {
		.from = SIEVE_BYTES(""),
		.to = mail->sender,
		.message = {letter->str, letter->len},
	};
	return submit(&submission, (void *)(uintptr_t)config, error);
}
