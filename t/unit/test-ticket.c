/* SPDX-License-Identifier: MIT */
/* test-ticket.c - tickets: made, checked, changed, late, used twice (doc/redirect.md section 4) */

#include "schema/ticket.h"

#include <string.h>

#include "engine/bytes.h"

#define NOW 1767225480
#define EXPIRES (NOW + LOCATION_TICKET_LIFE_S)

static const unsigned char secret[LOCATION_SECRET_BYTES] = "0123456789abcdef0123456789abcde";
static const unsigned char nonce[8] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};
static const SieveBytes james = {"james@oanet.ntu.edu.tw", 22};
static const SieveBytes sender = {"Alice@example.org", 17};

static const char *
check(LocationTicketMemory *memory, const char *ticket, SieveBytes to, SieveBytes from, int64_t now)
{
	return location_ticket_verdict_name(location_ticket_check(
		memory, secret, sieve_bytes_from_string(ticket), to, from, now));
}

/* The MAC as section 4 spells it out, computed here from its own words. */
static void
test_text(void)
{
	static const char covered[] = "doorstep ticket 1\0" "1767225600\0" "0123456789abcdef\0"
				      "james@oanet.ntu.edu.tw\0" "Alice@example.org";
	g_autofree char *mac = g_compute_hmac_for_data(G_CHECKSUM_SHA256, secret, sizeof(secret),
		(const unsigned char *)covered, sizeof(covered));
	g_autofree char *expected = g_strdup_printf("1.1767225600.0123456789abcdef.%s", mac);
	g_autofree char *ticket = location_ticket_make(
		secret, SIEVE_BYTES("James@OANET.ntu.edu.tw"), sender, EXPIRES, nonce);

	g_assert_cmpstr(ticket, ==, expected);
}

static void
test_verdicts(void)
{
	g_autofree char *ticket = location_ticket_make(secret, james, sender, EXPIRES, nonce);
	const int64_t last = EXPIRES + LOCATION_TICKET_SKEW_S;
	const struct {
		SieveBytes to;
		SieveBytes from;
		int64_t now;
		const char *verdict;
	} rows[] = {
		{SIEVE_BYTES("james@example.org"), sender, NOW, "forged"},
		{james, SIEVE_BYTES("alice@example.org"), NOW, "forged"},
		{james, SIEVE_BYTES(""), NOW, "forged"},
		{james, sender, last + 1, "expired"},
		{SIEVE_BYTES("JAMES@oanet.ntu.edu.tw"), sender, last, "valid"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(LocationTicketMemory) memory = location_ticket_memory_new();

		g_assert_cmpstr(check(memory, ticket, rows[i].to, rows[i].from, rows[i].now), ==,
			rows[i].verdict);
	}
}

/* Fields cannot run into each other, and every character counts. */
static void
test_changed(void)
{
	g_autoptr(LocationTicketMemory) memory = location_ticket_memory_new();
	g_autofree char *ticket = location_ticket_make(secret, james, sender, EXPIRES, nonce);

	for (size_t i = 0; ticket[i] != '\0'; i++)
		for (const char *with = "0123456789af.x"; *with != '\0'; with++) {
			g_autofree char *changed = g_strdup(ticket);

			changed[i] = *with;
			if (strcmp(changed, ticket) == 0)
				continue;
			const char *verdict = check(memory, changed, james, sender, NOW);
			g_assert_true(strcmp(verdict, "forged") == 0 ||
				      strcmp(verdict, "malformed") == 0);
		}
	g_assert_cmpstr(check(memory, ticket, james, sender, NOW), ==, "valid");
}

static void
test_malformed(void)
{
	static const char *const rows[] = {"", "1", "1.", "1...", "2.1.0123456789abcdef.",
		"1.1767225600.0123456789ABCDEF."
		"0000000000000000000000000000000000000000000000000000000000000000",
		"1.9999999999999.0123456789abcdef."
		"0000000000000000000000000000000000000000000000000000000000000000",
		"1..0123456789abcdef."
		"0000000000000000000000000000000000000000000000000000000000000000",
		"1.-1.0123456789abcdef."
		"0000000000000000000000000000000000000000000000000000000000000000"};
	g_autoptr(LocationTicketMemory) memory = location_ticket_memory_new();

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++)
		g_assert_cmpstr(check(memory, rows[i], james, sender, NOW), ==, "malformed");
}

/* A forged use does not use the ticket up; a good one does, until it has expired anyway. */
static void
test_replay(void)
{
	g_autoptr(LocationTicketMemory) memory = location_ticket_memory_new();
	g_autofree char *ticket = location_ticket_make(secret, james, sender, EXPIRES, nonce);

	g_assert_cmpstr(check(memory, ticket, james, james, NOW), ==, "forged");
	g_assert_cmpstr(check(memory, ticket, james, sender, NOW), ==, "valid");
	g_assert_cmpstr(check(memory, ticket, james, sender, NOW), ==, "replayed");
	for (int64_t now = NOW; now <= EXPIRES + LOCATION_TICKET_SKEW_S; now++)
		g_assert_cmpstr(check(memory, ticket, james, sender, now), ==, "replayed");
	g_assert_cmpstr(
		check(memory, ticket, james, sender, EXPIRES + LOCATION_TICKET_SKEW_S + 1), ==,
		"expired");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/ticket/text", test_text);
	g_test_add_func("/ticket/verdicts", test_verdicts);
	g_test_add_func("/ticket/changed", test_changed);
	g_test_add_func("/ticket/malformed", test_malformed);
	g_test_add_func("/ticket/replay", test_replay);
	return g_test_run();
}
