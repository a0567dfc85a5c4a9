/* SPDX-License-Identifier: MIT */
/* test-decide.c - the decision table, row by row, and the verdicts made of it */

#include "mta-hook/decide.h"

#include <string.h>

#include "engine/bytes.h"
#include "mta-hook/redirect-reply.h"
#include "mta-hook/verdict.h"
#include "schema/ticket.h"

#define NOW 1767268800
#define KEY "sha256:5b0c000000000000000000000000000000000000000000000000000000000abc"

/* What differs from the ordinary case: a reader who is ready, with everything in the record, and a
 * client that announced itself and may be told. */
typedef enum {
	NO_RECORD = 1 << 0,
	LEASE_ENDED = 1 << 1,
	LEASE_IN_MARGIN = 1 << 2,
	NO_KEY = 1 << 3,
	BAD_KEY = 1 << 4,
	NO_SECRET = 1 << 5,
	LOOPBACK = 1 << 6,
	NOT_ANNOUNCED = 1 << 7,
	NO_CLIENT = 1 << 8,
	RELAY = 1 << 9,
	IN_CLEAR = 1 << 10,
	ALLOW_LOOPBACK = 1 << 11,
	STRANGER = 1 << 12, /* in no listed network */
	AUTHENTICATED = 1 << 13,
	NO_HOST = 1 << 14,
	NO_LEASE = 1 << 15,
} Twist;

typedef struct DecideCase {
	LocationStatus status;
	unsigned twists;
	HookRedirectPolicy policy;
	HookAction action;
} DecideCase;

#define NEVER HOOK_REDIRECT_NEVER
#define LISTED HOOK_REDIRECT_LISTED
#define ALL HOOK_REDIRECT_ALL

static const DecideCase cases[] = {
	{LOCATION_READY, 0, ALL, HOOK_REDIRECT},
	{LOCATION_READY, NO_LEASE, ALL, HOOK_REDIRECT},
	{LOCATION_READY, RELAY, ALL, HOOK_REDIRECT},
	{LOCATION_READY, 0, LISTED, HOOK_REDIRECT},
	{LOCATION_READY, STRANGER, LISTED, HOOK_STORE},
	{LOCATION_READY, STRANGER | RELAY, LISTED, HOOK_RELAY},
	{LOCATION_READY, STRANGER | AUTHENTICATED, LISTED, HOOK_REDIRECT},
	{LOCATION_READY, STRANGER, ALL, HOOK_REDIRECT},
	{LOCATION_READY, 0, NEVER, HOOK_STORE},
	{LOCATION_READY, AUTHENTICATED, NEVER, HOOK_STORE},
	{LOCATION_READY, RELAY, NEVER, HOOK_RELAY},
	{LOCATION_READY, NOT_ANNOUNCED, ALL, HOOK_STORE},
	{LOCATION_READY, NOT_ANNOUNCED | AUTHENTICATED, LISTED, HOOK_STORE},
	{LOCATION_READY, NOT_ANNOUNCED | RELAY, ALL, HOOK_RELAY},
	{LOCATION_READY, NO_CLIENT | RELAY, ALL, HOOK_RELAY},
	{LOCATION_READY, NO_CLIENT, ALL, HOOK_STORE},
	{LOCATION_READY, NO_RECORD, ALL, HOOK_STORE},
	{LOCATION_READY, NO_RECORD | RELAY, ALL, HOOK_STORE},
	{LOCATION_READY, LEASE_ENDED, ALL, HOOK_STORE},
	{LOCATION_READY, LEASE_ENDED | RELAY, ALL, HOOK_STORE},
	{LOCATION_READY, LEASE_IN_MARGIN, ALL, HOOK_STORE},
	{LOCATION_READY, NO_HOST, ALL, HOOK_STORE},
	{LOCATION_READY, NO_KEY, ALL, HOOK_STORE},
	{LOCATION_READY, NO_KEY | RELAY, ALL, HOOK_STORE},
	{LOCATION_READY, NO_KEY | RELAY | IN_CLEAR, ALL, HOOK_RELAY},
	{LOCATION_READY, BAD_KEY | RELAY, ALL, HOOK_STORE},
	{LOCATION_READY, NO_SECRET, ALL, HOOK_STORE},
	{LOCATION_READY, NO_SECRET | RELAY, ALL, HOOK_RELAY},
	{LOCATION_READY, LOOPBACK, ALL, HOOK_STORE},
	{LOCATION_READY, LOOPBACK | RELAY, ALL, HOOK_STORE},
	{LOCATION_READY, LOOPBACK | ALLOW_LOOPBACK, ALL, HOOK_REDIRECT},
	{LOCATION_OFFLINE, 0, ALL, HOOK_STORE},
	{LOCATION_OFFLINE, RELAY, ALL, HOOK_STORE},
	{LOCATION_BUSY, 0, ALL, HOOK_NOTIFY},
	{LOCATION_BUSY, NOT_ANNOUNCED | RELAY, ALL, HOOK_NOTIFY},
	{LOCATION_BUSY, NO_CLIENT | RELAY, ALL, HOOK_NOTIFY},
	{LOCATION_BUSY, LEASE_ENDED, ALL, HOOK_STORE},
	{LOCATION_BUSY, LOOPBACK, ALL, HOOK_STORE},
};

static LocationRecord *
make_record(const DecideCase *c)
{
	LocationRecord *record = location_record_new();
	record->status = c->status;
	record->host = c->twists & NO_HOST
			       ? NULL
			       : g_strdup(c->twists & LOOPBACK ? "127.0.0.1" : "140.112.4.11");
	record->smtp_port = 2525;
	record->lease_end_unix = c->twists & LEASE_ENDED ? NOW - 1 : NOW + 300;
	if (c->twists & LEASE_IN_MARGIN)
		record->lease_end_unix = NOW + LOCATION_LEASE_MARGIN_S;
	if (c->twists & NO_LEASE)
		record->lease_end_unix = 0;
	if (!(c->twists & NO_KEY))
		record->tls_key = g_strdup(c->twists & BAD_KEY ? "sha256:xyz" : KEY);
	record->has_ticket_secret = !(c->twists & NO_SECRET);
	return record;
}

static void
test_decide(gconstpointer data)
{
	const DecideCase *c = data;
	static const char *const listed_texts[] = {"198.51.100.0/24", NULL};
	static const char *const allowed_texts[] = {"127.0.0.0/8", NULL};
	g_autoptr(HookNetworks) listed = hook_networks_parse(listed_texts, NULL);
	g_autoptr(HookNetworks) allowed = hook_networks_parse(allowed_texts, NULL);
	g_autoptr(LocationRecord) record = make_record(c);
	HookPolicy policy = {
		.redirect = c->policy,
		.redirect_clients = listed,
		.allow_networks = c->twists & ALLOW_LOOPBACK ? allowed : NULL,
		.relay = (c->twists & RELAY) != 0,
		.relay_in_clear = (c->twists & IN_CLEAR) != 0,
	};
	HookClient client = {
		.ip = c->twists & STRANGER ? "203.0.113.9" : "198.51.100.7",
		.authenticated = (c->twists & AUTHENTICATED) != 0,
		.announced = !(c->twists & NOT_ANNOUNCED),
	};
	HookDecision decision = hook_decide(c->twists & NO_RECORD ? NULL : record, &policy,
		c->twists & NO_CLIENT ? NULL : &client, NOW);
	g_assert_cmpstr(hook_action_name(decision.action), ==, hook_action_name(c->action));
	g_assert_nonnull(decision.reason);
}

/* The ticket in the reply is one that the reader's host takes, for this pair of addresses alone. */
static void
test_verdict_redirect(void)
{
	const SieveEnv *env = sieve_env_system();
	DecideCase ordinary = {LOCATION_READY, 0, ALL, HOOK_REDIRECT};
	g_autoptr(LocationRecord) record = make_record(&ordinary);
	memset(record->ticket_secret, 7, sizeof(record->ticket_secret));
	g_auto(HookVerdict) verdict = hook_verdict_make((HookDecision){HOOK_REDIRECT, "ready"},
		record, SIEVE_BYTES("james@d"), SIEVE_BYTES("s@x"), env);
	g_assert_cmpstr(verdict.code, ==, "551");
	g_assert_cmpstr(verdict.enhanced, ==, "5.1.6");
	g_autofree char *last = g_strconcat("5.1.6 ", verdict.lines[1], NULL);
	const char *lines[] = {last, NULL};
	g_autoptr(HookRedirect) redirect = hook_redirect_reply_parse(551, lines, NULL);
	g_assert_nonnull(redirect);
	g_autoptr(LocationTicketMemory) memory = location_ticket_memory_new();
	SieveBytes ticket = sieve_bytes_from_string(redirect->ticket);
	int64_t now_unix = env->now_usec(env) / G_USEC_PER_SEC;
	g_assert_cmpint(location_ticket_check(memory, record->ticket_secret, ticket,
				SIEVE_BYTES("james@d"), SIEVE_BYTES("other@x"), now_unix),
		==, LOCATION_TICKET_FORGED);
	g_assert_cmpint(location_ticket_check(memory, record->ticket_secret, ticket,
				SIEVE_BYTES("james@d"), SIEVE_BYTES("s@x"), now_unix),
		==, LOCATION_TICKET_VALID);
}

static void
test_verdict_stores(void)
{
	DecideCase ordinary = {LOCATION_READY, 0, ALL, HOOK_REDIRECT};
	g_autoptr(LocationRecord) record = make_record(&ordinary);
	g_auto(HookVerdict) odd = hook_verdict_make((HookDecision){HOOK_REDIRECT, "ready"}, record,
		SIEVE_BYTES("ja\nmes@d"), SIEVE_BYTES("s@x"), sieve_env_system());
	g_assert_cmpint(odd.decision.action, ==, HOOK_STORE);
	g_assert_null(odd.code);
	g_auto(HookVerdict) relay = hook_verdict_make((HookDecision){HOOK_RELAY, "ready"}, record,
		SIEVE_BYTES("james@d"), SIEVE_BYTES("s@x"), sieve_env_system());
	g_assert_cmpint(relay.decision.action, ==, HOOK_RELAY);
	g_assert_null(relay.code);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_strdup_printf("/decide/%02zu status %d twists %x %s", i,
			(int)cases[i].status, cases[i].twists, hook_action_name(cases[i].action));
		g_test_add_data_func(path, &cases[i], test_decide);
	}
	g_test_add_func("/verdict/redirect", test_verdict_redirect);
	g_test_add_func("/verdict/stores", test_verdict_stores);
	return g_test_run();
}
