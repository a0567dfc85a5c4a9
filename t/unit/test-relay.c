/* SPDX-License-Identifier: MIT */
/* test-relay.c - the relay's machine on scripted hosts, and the age of a mail */

#include "mta-hook/relay.h"

#include <string.h>

#include "engine/bytes.h"
#include "mta-hook/mail-age.h"

#define KEY "sha256:5b0c000000000000000000000000000000000000000000000000000000000abc"
#define REDIRECT "551 5.1.6 REDIRECT v=1 host=127.0.0.9 port=2525 key=" KEY " ticket=t"

/* What one scripted host says. NULL stands for 250, "dead" for a session that breaks there. */
typedef struct Host {
	const char *name;
	bool unreachable;
	const char *mail;
	const char *rcpt;	      /* to everybody, unless ... */
	const char *rcpt_james;	      /* (nullable) ... to james@ */
	const char *plain_rcpt_james; /* (nullable) to james@ when nothing was announced */
	const char *data;
} Host;

/* A session with a scripted host; the machine passes it around without looking in. */
struct PeerSmtpClient {
	const Host *host;
	GString *log;
	bool announced;
};

typedef struct World {
	const Host *hosts; /* ends with name NULL */
	const char *hops;  /* names, in order, separated by blanks */
	int find_error;	   /* HookError + 1; 0: none */
	GString *log;	   /* what happened, in order */
} World;

static GPtrArray *
find_hops(const char *domain, void *user_data, GError **error)
{
	World *world = user_data;
	if (world->find_error) {
		g_set_error_literal(error, HOOK_ERROR, world->find_error - 1, "scripted");
		return NULL;
	}
	g_string_append_printf(world->log, "find %s; ", domain);
	GPtrArray *hops = g_ptr_array_new_with_free_func((GDestroyNotify)hook_hop_free);
	g_auto(GStrv) names = g_strsplit(world->hops, " ", -1);
	for (char **name = names; *name; name++)
		g_ptr_array_add(hops, hook_hop_new(*name, 25));
	return hops;
}

static PeerSmtpClient *
open_host(const HookHop *hop, unsigned flags, const char *pin, void *user_data, GError **error)
{
	World *world = user_data;
	g_string_append_printf(world->log, "open %s%s%s; ", hop->host,
		flags & PEER_SMTP_CLIENT_ANNOUNCE ? " announced" : "", pin ? " pinned" : "");
	for (const Host *host = world->hosts; host->name; host++) {
		if (strcmp(host->name, hop->host) != 0 || host->unreachable)
			continue;
		PeerSmtpClient *client = g_new0(PeerSmtpClient, 1);
		client->host = host;
		client->log = world->log;
		client->announced = (flags & PEER_SMTP_CLIENT_ANNOUNCE) != 0;
		return client;
	}
	g_set_error_literal(error, PEER_ERROR, PEER_ERROR_UNREACHABLE, "unreachable");
	return NULL;
}

static bool
say(const char *reply, PeerSmtpAnswer *ret_answer, GError **error)
{
	if (reply && strcmp(reply, "dead") == 0) {
		g_set_error_literal(error, PEER_ERROR, PEER_ERROR_CLOSED, "closed");
		return false;
	}
	const char *text = reply ? reply : "250 2.0.0 Ok";
	ret_answer->code = (int)g_ascii_strtoll(text, NULL, 10);
	ret_answer->lines = g_new0(char *, 2);
	ret_answer->lines[0] = g_strdup(text + 4);
	return true;
}

static bool
say_mail(PeerSmtpClient *client, SieveBytes sender, uint64_t size_bytes, PeerSmtpAnswer *ret_answer,
	GError **error)
{
	(void)sender;
	(void)size_bytes;
	return say(client->host->mail, ret_answer, error);
}

static bool
say_rcpt(PeerSmtpClient *client, SieveBytes recipient, const char *ticket,
	PeerSmtpAnswer *ret_answer, GError **error)
{
	const Host *host = client->host;
	const char *reply = host->rcpt;
	if (sieve_bytes_starts_with(recipient, SIEVE_BYTES("james@")) && host->rcpt_james)
		reply = host->rcpt_james;
	if (!client->announced && host->plain_rcpt_james)
		reply = host->plain_rcpt_james;
	g_string_append_printf(client->log, "rcpt %.*s%s%s; ", (int)recipient.len, recipient.ptr,
		ticket ? " ticket=" : "", ticket ? ticket : "");
	return say(reply, ret_answer, error);
}

static bool
say_data(PeerSmtpClient *client, SieveBytes message, PeerSmtpAnswer *ret_answer, GError **error)
{
	g_string_append_printf(client->log, "data %s; ", client->host->name);
	g_assert_true(sieve_bytes_equal(message, SIEVE_BYTES("the mail")));
	return say(client->host->data, ret_answer, error);
}

static void
say_goodbye(PeerSmtpClient *client)
{
	g_free(client);
}

typedef struct RelayCase {
	const char *label;
	const char *recipients; /* separated by blanks */
	const char *hops;
	Host hosts[3];
	bool old;
	const char *codes; /* of the replies, separated by blanks */
	const char *log;   /* (nullable) all that happened */
	int find_error;
} RelayCase;

#define MX "mx.test"
#define READER "127.0.0.9"

static const RelayCase cases[] = {
	{.label = "ordinary",
		.recipients = "a@d",
		.hops = MX,
		.hosts = {{.name = MX}},
		.codes = "250",
		.log = "find d; open mx.test announced; rcpt a@d; data mx.test; "},
	{.label = "redirect followed",
		.recipients = "james@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = REDIRECT}, {.name = READER}},
		.codes = "250",
		.log = "find d; open mx.test announced; rcpt james@d; open 127.0.0.9 pinned; "
		       "rcpt james@d ticket=t; data 127.0.0.9; "},
	{.label = "redirect of one in two",
		.recipients = "a@d james@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = REDIRECT}, {.name = READER}},
		.codes = "250 250",
		.log = "find d; open mx.test announced; rcpt a@d; rcpt james@d; data mx.test; "
		       "open 127.0.0.9 pinned; rcpt james@d ticket=t; data 127.0.0.9; "},
	{.label = "reader unreachable",
		.recipients = "james@d a@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = REDIRECT},
			{.name = READER, .unreachable = true}},
		.codes = "451 250"},
	{.label = "reader breaks off at MAIL",
		.recipients = "james@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = REDIRECT}, {.name = READER, .mail = "dead"}},
		.codes = "451"},
	{.label = "reader breaks off at RCPT",
		.recipients = "james@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = REDIRECT}, {.name = READER, .rcpt = "dead"}},
		.codes = "451"},
	{.label = "reader breaks off in DATA",
		.recipients = "james@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = REDIRECT}, {.name = READER, .data = "dead"}},
		.codes = "451"},
	{.label = "reader refuses",
		.recipients = "james@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = REDIRECT},
			{.name = READER, .data = "550 5.7.1 Not wanted"}},
		.codes = "550"},
	{.label = "one hop alone",
		.recipients = "james@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = REDIRECT}, {.name = READER, .rcpt = REDIRECT}},
		.codes = "451"},
	{.label = "ticket not taken",
		.recipients = "james@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = REDIRECT},
			{.name = READER, .rcpt = "450 4.7.1 The ticket is expired"}},
		.codes = "450"},
	{.label = "reader unknown at the host",
		.recipients = "james@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = REDIRECT},
			{.name = READER, .rcpt = "550 5.1.1 Unknown"}},
		.codes = "451"},
	{.label = "reader's rules refuse at RCPT",
		.recipients = "james@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = REDIRECT},
			{.name = READER, .rcpt = "550 5.7.1 Not wanted"}},
		.codes = "550"},
	{.label = "reader's host refuses the sender: no rules were asked",
		.recipients = "james@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = REDIRECT},
			{.name = READER, .mail = "550 5.7.1 Not now"}},
		.codes = "451"},
	{.label = "old mail announces nothing",
		.recipients = "james@d",
		.hops = MX,
		.old = true,
		.hosts = {{.name = MX, .rcpt_james = REDIRECT, .plain_rcpt_james = "250 2.1.5 Ok"}},
		.codes = "250",
		.log = "find d; open mx.test; rcpt james@d; data mx.test; "},
	{.label = "551 unasked is a refusal",
		.recipients = "james@d",
		.hops = MX,
		.old = true,
		.hosts = {{.name = MX, .rcpt_james = REDIRECT}},
		.codes = "551"},
	{.label = "551 out of form",
		.recipients = "james@d",
		.hops = MX,
		.hosts = {{.name = MX,
			.rcpt_james = "551 5.1.6 try elsewhere",
			.plain_rcpt_james = "250 2.1.5 Ok"}},
		.codes = "250",
		.log = "find d; open mx.test announced; rcpt james@d; find d; open mx.test; "
		       "rcpt james@d; data mx.test; "},
	{.label = "551 out of form twice",
		.recipients = "james@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = "551 5.1.6 try elsewhere"}},
		.codes = "551"},
	{.label = "551 to a forbidden host",
		.recipients = "james@d",
		.hops = MX,
		.hosts = {{.name = MX,
				  .rcpt_james =
					  "551 5.1.6 REDIRECT v=1 host=127.0.0.8 port=2525 key=" KEY
					  " ticket=t",
				  .plain_rcpt_james = "250 2.1.5 Ok"},
			{.name = "127.0.0.8"}},
		.codes = "250",
		.log = "find d; open mx.test announced; rcpt james@d; find d; open mx.test; "
		       "rcpt james@d; data mx.test; "},
	{.label = "second host",
		.recipients = "a@d",
		.hops = "x.test " MX,
		.hosts = {{.name = "x.test", .unreachable = true}, {.name = MX}},
		.codes = "250"},
	{.label = "no host",
		.recipients = "a@d b@d",
		.hops = "x.test y.test",
		.hosts = {{.name = NULL}},
		.codes = "451 451"},
	{.label = "host dies at RCPT, next one",
		.recipients = "a@d",
		.hops = "x.test " MX,
		.hosts = {{.name = "x.test", .rcpt = "dead"}, {.name = MX}},
		.codes = "250"},
	{.label = "host dies after the first RCPT",
		.recipients = "a@d james@d",
		.hops = "x.test " MX,
		.hosts = {{.name = "x.test", .rcpt_james = "dead"}, {.name = MX}},
		.codes = "250 250"},
	{.label = "host dies in DATA: not repeated",
		.recipients = "a@d",
		.hops = "x.test " MX,
		.hosts = {{.name = "x.test", .data = "dead"}, {.name = MX}},
		.codes = "451",
		.log = "find d; open x.test announced; rcpt a@d; data x.test; "},
	{.label = "permanent at RCPT",
		.recipients = "james@d a@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = "550 5.1.1 Unknown"}},
		.codes = "550 250"},
	{.label = "temporary at RCPT",
		.recipients = "james@d a@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = "452 4.2.2 Full"}},
		.codes = "452 250"},
	{.label = "421 at RCPT",
		.recipients = "james@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = "421 4.3.2 Closing"}},
		.codes = "451"},
	{.label = "3yz at RCPT",
		.recipients = "james@d",
		.hops = MX,
		.hosts = {{.name = MX, .rcpt_james = "354 What?"}},
		.codes = "451"},
	{.label = "permanent at MAIL",
		.recipients = "a@d b@d",
		.hops = MX,
		.hosts = {{.name = MX, .mail = "553 5.1.8 No"}},
		.codes = "553 553",
		.log = "find d; open mx.test announced; "},
	{.label = "permanent at DATA",
		.recipients = "a@d",
		.hops = MX,
		.hosts = {{.name = MX, .data = "554 5.7.1 Spam"}},
		.codes = "554"},
	{.label = "two domains",
		.recipients = "a@d b@e c@D",
		.hops = MX,
		.hosts = {{.name = MX}},
		.codes = "250 250 250",
		.log = "find d; open mx.test announced; rcpt a@d; rcpt c@D; data mx.test; "
		       "find e; open mx.test announced; rcpt b@e; data mx.test; "},
	{.label = "no domain",
		.recipients = "a b@d",
		.hops = MX,
		.hosts = {{.name = MX}},
		.codes = "550 250"},
	{.label = "null MX",
		.recipients = "a@d",
		.hops = MX,
		.hosts = {{.name = NULL}},
		.codes = "556",
		.find_error = HOOK_ERROR_NULL_MX + 1},
	{.label = "no such domain",
		.recipients = "a@d",
		.hops = MX,
		.hosts = {{.name = NULL}},
		.codes = "550",
		.find_error = HOOK_ERROR_NO_DOMAIN + 1},
	{.label = "name service away",
		.recipients = "a@d",
		.hops = MX,
		.hosts = {{.name = NULL}},
		.codes = "451",
		.find_error = HOOK_ERROR_DNS + 1},
};

static char *
print_codes(PeerSmtpReply *replies, size_t n_replies)
{
	g_autoptr(GString) text = g_string_new(NULL);
	for (size_t i = 0; i < n_replies; i++) {
		g_string_append_printf(text, "%s%d", i ? " " : "", replies[i].code);
		g_assert_nonnull(replies[i].text);
		g_assert_nonnull(replies[i].enhanced);
		g_free(replies[i].text);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static void
test_deliver(gconstpointer data)
{
	const RelayCase *c = data;
	static const char *const allowed_texts[] = {"127.0.0.9", NULL};
	g_autoptr(HookNetworks) allowed = hook_networks_parse(allowed_texts, NULL);
	g_autoptr(GString) log = g_string_new(NULL);
	World world = {c->hosts, c->hops, c->find_error, log};
	HookRelaySteps steps = {
		find_hops, open_host, say_mail, say_rcpt, say_data, say_goodbye, &world};
	g_auto(GStrv) recipients = g_strsplit(c->recipients, " ", -1);
	HookRelayMail mail = {
		.sender = SIEVE_BYTES("s@x"),
		.recipients = (const char *const *)recipients,
		.n_recipients = g_strv_length(recipients),
		.message = SIEVE_BYTES("the mail"),
		.announce = !c->old,
	};
	g_autofree PeerSmtpReply *replies = g_new0(PeerSmtpReply, mail.n_recipients);
	hook_relay_deliver(&steps, allowed, &mail, replies);
	g_autofree char *codes = print_codes(replies, mail.n_recipients);
	g_assert_cmpstr(codes, ==, c->codes);
	if (c->log)
		g_assert_cmpstr(log->str, ==, c->log);
}

typedef struct AgeCase {
	const char *message;
	int64_t age_s; /* INT64_MIN: not readable */
} AgeCase;

/* 1 Jan 2026 12:00:00 UTC */
#define NOW 1767268800

static const AgeCase ages[] = {
	{"Received: by a; Thu, 1 Jan 2026 11:59:00 +0000\r\nX: y\r\n\r\n", 60},
	{"Received: by a (Postfix)\r\n\tid 4X; Thu,  1 Jan 2026 12:59:00 +0100 (CET)\r\n\r\n", 60},
	{"received: by a;\r\n 01 jan 2026 11:00 GMT\r\n\r\n", 3600},
	{"Received: by a; Thu, 1 Jan 2026 12:01:00 +0000\nX: y\n\n", -60},
	{"Received: by a; Thu, 1 Jan 2026 04:00:00 -0800\r\nReceived: x; bad\r\n\r\n", 0},
	{"X: y\r\nReceived: by a; Thu, 1 Jan 2026 11:59:00 +0000\r\n\r\n", INT64_MIN},
	{"Received: by a\r\n\r\n", INT64_MIN},
	{"Received: by a; yesterday\r\n\r\n", INT64_MIN},
	{"Received: by a; Thu, 32 Jan 2026 11:59:00 +0000\r\n\r\n", INT64_MIN},
	{"Received: by a; Thu, 1 Jax 2026 11:59:00 +0000\r\n\r\n", INT64_MIN},
	{"Received: by a; Thu, 1 Jan 2026 11:59:00 EST\r\n\r\n", INT64_MIN},
	{"Received: by a; Thu, 1 Jan 2026 11:59:00 +0000", INT64_MIN},
	{"Received:", INT64_MIN},
	{"", INT64_MIN},
};

static void
test_age(gconstpointer data)
{
	const AgeCase *c = data;
	int64_t age_s = INT64_MIN;
	bool readable = hook_mail_age(sieve_bytes_from_string(c->message), NOW, &age_s);
	g_assert_cmpint(readable, ==, c->age_s != INT64_MIN);
	g_assert_cmpint(age_s, ==, c->age_s);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_strdup_printf("/relay/deliver/%s", cases[i].label);
		g_test_add_data_func(path, &cases[i], test_deliver);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(ages); i++) {
		g_autofree char *path = g_strdup_printf("/relay/age/%02zu", i);
		g_test_add_data_func(path, &ages[i], test_age);
	}
	return g_test_run();
}
