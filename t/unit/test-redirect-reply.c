/* SPDX-License-Identifier: MIT */
/* test-redirect-reply.c - the 551 of doc/redirect.md: made, read, and refused when out of form */

#include <string.h>

#include "engine/bytes.h"
#include "mta-hook/redirect-reply.h"

#define KEY "sha256:5b0c000000000000000000000000000000000000000000000000000000000abc"
#define REST " port=2525 key=" KEY " ticket=1.2.3.4"
#define GOOD "5.1.6 REDIRECT v=1 host=172.16.30.25" REST

typedef struct ReadCase {
	const char *line;
	bool follows;
} ReadCase;

static const ReadCase read_cases[] = {
	{GOOD, true},
	{"5.1.6 REDIRECT ticket=t key=" KEY " port=1 host=2001:db8::1 v=1", true},
	{GOOD " later=x", true},
	{GOOD " later=x later=y", true},
	{"5.1.6 REDIRECT v=1 host=172.16.30.25 port=65535 key=" KEY " ticket=t", true},
	{"5.1.6 User not local; please try <james@[172.16.30.25]>", false},
	{"", false},
	{"5.1.6 REDIRECT", false},
	{"5.1.6 REDIRECT ", false},
	{"5.1.1 REDIRECT v=1 host=172.16.30.25" REST, false},
	{"REDIRECT v=1 host=172.16.30.25" REST, false},
	{"5.1.6 redirect v=1 host=172.16.30.25" REST, false},
	{"5.1.6 REDIRECT v=2 host=172.16.30.25" REST, false},
	{"5.1.6 REDIRECT v=1 v=1 host=172.16.30.25" REST, false},
	{"5.1.6 REDIRECT v=1 host=172.16.30.25 host=172.16.30.26" REST, false},
	{"5.1.6 REDIRECT v=1" REST, false},
	{"5.1.6 REDIRECT host=172.16.30.25" REST, false},
	{"5.1.6 REDIRECT v=1  host=172.16.30.25" REST, false},
	{GOOD " ", false},
	{GOOD " word", false},
	{GOOD " =x", false},
	{"5.1.6 REDIRECT v=1 host=example.org" REST, false},
	{"5.1.6 REDIRECT v=1 host=[172.16.30.25]" REST, false},
	{"5.1.6 REDIRECT v=1 host=0177.0.0.1" REST, false},
	{"5.1.6 REDIRECT v=1 host=2130706433" REST, false},
	{"5.1.6 REDIRECT v=1 host=fe80::1%eth0" REST, false},
	{"5.1.6 REDIRECT v=1 host=" REST, false},
	{"5.1.6 REDIRECT v=1 host=1.2.3.4 port=0 key=" KEY " ticket=t", false},
	{"5.1.6 REDIRECT v=1 host=1.2.3.4 port=65536 key=" KEY " ticket=t", false},
	{"5.1.6 REDIRECT v=1 host=1.2.3.4 port=025 key=" KEY " ticket=t", false},
	{"5.1.6 REDIRECT v=1 host=1.2.3.4 port=+25 key=" KEY " ticket=t", false},
	{"5.1.6 REDIRECT v=1 host=1.2.3.4 port=99999999999999999999 key=" KEY " ticket=t", false},
	{"5.1.6 REDIRECT v=1 host=1.2.3.4 port=25 key=sha256:AB ticket=t", false},
	{"5.1.6 REDIRECT v=1 host=1.2.3.4 port=25 key=" KEY "0 ticket=t", false},
	{"5.1.6 REDIRECT v=1 host=1.2.3.4 port=25 key=" KEY " ticket=", false},
	{GOOD "\t", false},
	{GOOD "\xc3\xa4", false},
};

static HookRedirect *
read_line(int code, const char *line)
{
	const char *lines[] = {"5.1.6 User not local", line, NULL};
	g_autoptr(GError) error = NULL;
	HookRedirect *redirect = hook_redirect_reply_parse(code, lines, &error);
	g_assert_true((redirect == NULL) == (error != NULL));
	return redirect;
}

static void
test_read(gconstpointer data)
{
	const ReadCase *c = data;
	g_autoptr(HookRedirect) redirect = read_line(551, c->line);
	g_assert_cmpint(redirect != NULL, ==, c->follows);
}

static void
test_code(void)
{
	g_assert_null(read_line(550, GOOD));
	g_assert_null(read_line(251, GOOD));
	const char *none[] = {NULL};
	g_assert_null(hook_redirect_reply_parse(551, none, NULL));
	const char *wrong_place[] = {GOOD, "5.1.6 User not local", NULL};
	g_assert_null(hook_redirect_reply_parse(551, wrong_place, NULL));
}

static void
test_ticket_length(void)
{
	g_autofree char *longest = g_strnfill(HOOK_REDIRECT_TICKET_BYTES, 't');
	g_autofree char *last = g_strdup_printf(
		"5.1.6 REDIRECT v=1 host=1.2.3.4 port=25 key=" KEY " ticket=%s", longest);
	g_autofree char *beyond = g_strconcat(last, "t", NULL);
	g_autoptr(HookRedirect) redirect = read_line(551, last);
	g_assert_nonnull(redirect);
	g_assert_cmpstr(redirect->ticket, ==, longest);
	g_assert_null(read_line(551, beyond));
}

static void
test_round_trip(gconstpointer data)
{
	const char *host = data;
	HookRedirect made = {(char *)(uintptr_t)host, 2525, (char *)(uintptr_t)KEY,
		(char *)(uintptr_t) "1.2.ab.cd"};
	g_auto(GStrv) lines = hook_redirect_reply_print(&made, SIEVE_BYTES("james@oanet.test"));
	g_assert_cmpuint(g_strv_length(lines), ==, 2);
	g_autofree char *people = g_strdup_printf("User not local; please try <james@[%s%s]>",
		strchr(host, ':') ? "IPv6:" : "", host);
	g_assert_cmpstr(lines[0], ==, people);
	g_autofree char *sent = g_strconcat("5.1.6 ", lines[1], NULL);
	g_autoptr(HookRedirect) redirect = read_line(551, sent);
	g_assert_nonnull(redirect);
	g_assert_cmpstr(redirect->host, ==, host);
	g_assert_cmpuint(redirect->port, ==, 2525);
	g_assert_cmpstr(redirect->key, ==, KEY);
	g_assert_cmpstr(redirect->ticket, ==, "1.2.ab.cd");
}

typedef struct UnprintableCase {
	const char *label;
	const char *recipient;
	const char *host;
	const char *key;
	const char *ticket;
	uint16_t port;
} UnprintableCase;

static const UnprintableCase unprintable_cases[] = {
	{"no at sign", "james", "1.2.3.4", KEY, "t", 25},
	{"no local part", "@a", "1.2.3.4", KEY, "t", 25},
	{"line feed", "a\nb@c", "1.2.3.4", KEY, "t", 25},
	{"eight bit", "\xc3\xa4@c", "1.2.3.4", KEY, "t", 25},
	{"long local part", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa@c",
		"1.2.3.4", KEY, "t", 25},
	{"host name", "a@b", "example.org", KEY, "t", 25},
	{"key", "a@b", "1.2.3.4", "sha256:", "t", 25},
	{"ticket", "a@b", "1.2.3.4", KEY, "a b", 25},
	{"port", "a@b", "1.2.3.4", KEY, "t", 0},
};

static void
test_unprintable(gconstpointer data)
{
	const UnprintableCase *c = data;
	HookRedirect made = {g_strdup(c->host), c->port, g_strdup(c->key), g_strdup(c->ticket)};
	g_assert_null(hook_redirect_reply_print(&made, sieve_bytes_from_string(c->recipient)));
	g_free(made.host);
	g_free(made.key);
	g_free(made.ticket);
}

int
main(int argc, char **argv)
{
	static const char *const hosts[] = {"172.16.30.25", "2001:db8::1"};
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(read_cases); i++) {
		g_autofree char *path = g_strdup_printf("/redirect-reply/read/%02zu", i);
		g_test_add_data_func(path, &read_cases[i], test_read);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(hosts); i++) {
		g_autofree char *path = g_strdup_printf("/redirect-reply/round-trip/%s", hosts[i]);
		g_test_add_data_func(path, hosts[i], test_round_trip);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(unprintable_cases); i++) {
		g_autofree char *path = g_strdup_printf(
			"/redirect-reply/unprintable/%s", unprintable_cases[i].label);
		g_test_add_data_func(path, &unprintable_cases[i], test_unprintable);
	}
	g_test_add_func("/redirect-reply/code", test_code);
	g_test_add_func("/redirect-reply/ticket-length", test_ticket_length);
	return g_test_run();
}
