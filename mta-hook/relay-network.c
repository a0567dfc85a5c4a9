/* SPDX-License-Identifier: MIT */
/* relay-network.c - the relay's steps on the real network, and its LMTP side */

#include "mta-hook/relay-network.h"

#include <string.h>

#include "engine/bytes.h"
#include "mta-hook/mail-age.h"
#include "peer/log.h"
#include "peer/smtp-serve.h"

#define COMMAND_TIMEOUT_MS (300u * 1000u)
#define MESSAGE_TIMEOUT_MS (600u * 1000u)
#define MAX_ERRORS 20u

/* A Received date this far in the future says nothing about the mail's age. */
#define CLOCK_SKEW_S 3600

static GPtrArray *
find_hops(const char *domain, void *user_data, GError **error)
{
	const HookRelayNetwork *network = user_data;
	return hook_mx_find(&network->mx, domain, error);
}

/* To a mail exchanger TLS is opportunistic: one whose TLS fails is spoken to in clear (RFC 7435).
 */
static PeerSmtpClient *
open_hop(const HookHop *hop, unsigned flags, const char *pin, void *user_data, GError **error)
{
	const HookRelayConfig *config = ((const HookRelayNetwork *)user_data)->config;
	PeerSmtpClientOptions options = {
		.helo = config->host_name,
		.flags = flags,
		.pin = pin,
		.connect_timeout_ms =
			pin ? config->reader_connect_timeout_ms : config->connect_timeout_ms,
		.reply_timeout_ms =
			pin ? config->reader_reply_timeout_ms : config->reply_timeout_ms,
	};
	g_autoptr(GError) first = NULL;
	PeerSmtpClient *client = peer_smtp_client_open(hop->host, hop->port, &options, &first);
	if (client)
		return client;
	if (pin || !g_error_matches(first, PEER_ERROR, PEER_ERROR_TLS)) {
		g_propagate_error(error, g_steal_pointer(&first));
		return NULL;
	}
	options.flags |= PEER_SMTP_CLIENT_NO_TLS;
	return peer_smtp_client_open(hop->host, hop->port, &options, error);
}

static bool
is_young(const HookRelayNetwork *network, SieveBytes message)
{
	int64_t age_s;
	int64_t now_unix = network->env->now_usec(network->env) / G_USEC_PER_SEC;
	return hook_mail_age(message, now_unix, &age_s) && age_s > -CLOCK_SKEW_S &&
	       age_s < (int64_t)network->config->fallback_after_s;
}

static void
on_message(const PeerSmtpTransaction *t, SieveBytes message, void *user_data,
	PeerSmtpReply *replies, size_t n_replies)
{
	HookRelayNetwork *network = user_data;
	const HookRelaySteps steps = {
		.find_hops = find_hops,
		.open = open_hop,
		.mail = peer_smtp_client_mail,
		.rcpt = peer_smtp_client_rcpt,
		.data = peer_smtp_client_data,
		.close = peer_smtp_client_close,
		.user_data = network,
	};
	const HookRelayMail mail = {
		.sender = t->sender,
		.recipients = (const char *const *)t->recipients->pdata,
		.n_recipients = n_replies,
		.message = message,
		.announce = is_young(network, message),
	};
	hook_relay_deliver(&steps, network->config->allow_networks, &mail, replies);
}

static const PeerSmtpHandler handler = {.message = on_message};

void
hook_relay_network_init(
	HookRelayNetwork *network, const HookRelayConfig *config, const SieveEnv *env)
{
	network->config = config;
	network->env = env;
	network->mx = (HookMx){
		.dns = hook_dns_system(),
		.env = env,
		.next_hop = config->next_hop,
		.domains = config->domains,
	};
}

void
hook_relay_network_serve(PeerLineIo *io, void *user_data)
{
	HookRelayNetwork *network = user_data;
	const PeerSmtpOptions options = {
		.host_name = network->config->host_name,
		.flags = PEER_SMTP_LMTP,
		.max_message_bytes = (uint64_t)network->config->max_message_mb << 20,
		.max_recipients = network->config->max_recipients,
		.max_errors = MAX_ERRORS,
	};
	const PeerSmtpServeOptions times = {
		.command_timeout_ms = COMMAND_TIMEOUT_MS,
		.data_timeout_ms = COMMAND_TIMEOUT_MS,
		.message_timeout_ms = MESSAGE_TIMEOUT_MS,
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(PeerSmtpSession) session = peer_smtp_session_new(&options, &handler, network);
	if (!peer_smtp_serve(io, session, &times, &error))
		peer_log("session",
			(const PeerLogField[]){
				{"client", sieve_bytes_from_string(peer_line_io_remote_ip(io))},
				{"verdict", SIEVE_BYTES("broken")},
				{"reason", sieve_bytes_from_string(error->message)},
				{NULL, {NULL, 0}},
			});
}
