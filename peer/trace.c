/* SPDX-License-Identifier: MIT */
/* trace.c - the header fields a receiving server adds: Received, Return-Path (RFC 5321 section 4.4) */

#include "peer/trace.h"

#include <string.h>

#include "engine/message/message.h"
#include "peer/mail-date.h"

/* A host's name as it may stand in a structured field; anything else could close a comment or the
 * field itself. */
static char *
clean_host(SieveBytes name)
{
	char *text = sieve_bytes_dup(name);

	for (size_t i = 0; i < name.len; i++)
		if (!g_ascii_isalnum(text[i]) && strchr(".-_:[]", text[i]) == NULL)
			text[i] = '?';
	return text;
}

/* RFC 5321 section 4.1.3 */
static char *
literal(const char *ip)
{
	return strchr(ip, ':') != NULL ? g_strdup_printf("[IPv6:%s]", ip)
	                               : g_strdup_printf("[%s]", ip);
}

/* RFC 3848, RFC 6531 section 4.3 */
static const char *
protocol(const PeerSmtpTransaction *t)
{
	static const char *const names[2][2][2] = {
		{{"SMTP", "SMTPS"}, {"ESMTP", "ESMTPS"}},
		{{"UTF8SMTP", "UTF8SMTPS"}, {"UTF8SMTP", "UTF8SMTPS"}},
	};

	return names[t->utf8][t->esmtp][t->tls];
}

char *
peer_trace_received(const PeerSmtpTransaction *t, const char *remote_ip, const char *host_name,
	const char *recipient, int64_t now_unix)
{
	g_autofree char *helo = clean_host(t->helo);
	g_autofree char *ip = literal(remote_ip);
	g_autofree char *date = peer_mail_date(now_unix);

	return g_strdup_printf("Received: from %s (%s)\r\n"
			       "\tby %s (Doorstep) with %s\r\n"
			       "\tfor <%s>; %s\r\n",
		helo, ip, host_name, protocol(t), recipient, date);
}

char *
peer_trace_delivered(SieveBytes sender, const char *recipient)
{
	g_autofree char *from = sieve_bytes_dup(sender);

	return g_strdup_printf(
		"Return-Path: <%s>\r\nDelivered-To: %s\r\n", from, recipient);
}

size_t
peer_trace_count_hops(SieveBytes message)
{
	g_autoptr(SieveMessage) parsed = sieve_message_new(message);
	size_t index = 0;
	size_t hops = 0;

	while (sieve_message_find_field(parsed, SIEVE_BYTES("Received"), &index) != NULL)
		hops++;
	return hops;
}
