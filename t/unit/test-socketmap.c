/* SPDX-License-Identifier: MIT */
/* test-socketmap.c - netstrings, next hops and fingerprints of the socketmap */

#include "mta-hook/socketmap.h"

#include <string.h>

#include "engine/bytes.h"

typedef struct SplitCase {
	const char *buffer;
	HookNetstring result;
	const char *request;
	size_t used;
} SplitCase;

static const SplitCase split_cases[] = {
	{"11:transport x,", HOOK_NETSTRING_READY, "transport x", 15},
	{"1:a,1:b,", HOOK_NETSTRING_READY, "a", 4},
	{"0:,", HOOK_NETSTRING_READY, "", 3},
	{"", HOOK_NETSTRING_MORE, NULL, 0},
	{"1", HOOK_NETSTRING_MORE, NULL, 0},
	{"11:transport", HOOK_NETSTRING_MORE, NULL, 0},
	{"11:transport x", HOOK_NETSTRING_MORE, NULL, 0},
	{"2048:", HOOK_NETSTRING_MORE, NULL, 0},
	{"2049:", HOOK_NETSTRING_BAD, NULL, 0},
	{"999999999999999999999:", HOOK_NETSTRING_BAD, NULL, 0},
	{"000000:,", HOOK_NETSTRING_BAD, NULL, 0},
	{"-1:a,", HOOK_NETSTRING_BAD, NULL, 0},
	{":a,", HOOK_NETSTRING_BAD, NULL, 0},
	{"1;a,", HOOK_NETSTRING_BAD, NULL, 0},
	{"1:ab", HOOK_NETSTRING_BAD, NULL, 0},
	{"GET / HTTP/1.1", HOOK_NETSTRING_BAD, NULL, 0},
};

static void
test_split(gconstpointer data)
{
	const SplitCase *c = data;
	SieveBytes request = {NULL, 0};
	size_t used = 0;
	HookNetstring result =
		hook_socketmap_split(sieve_bytes_from_string(c->buffer), &request, &used);
	g_assert_cmpint(result, ==, c->result);
	if (c->result == HOOK_NETSTRING_READY)
		g_assert_true(sieve_bytes_equal(request, sieve_bytes_from_string(c->request)));
	g_assert_cmpuint(used, ==, c->used);
}

static void
test_frame(void)
{
	g_autoptr(GBytes) framed = hook_socketmap_frame("NOTFOUND ");
	g_autoptr(GBytes) wanted = g_bytes_new_static("9:NOTFOUND ,", 12);
	g_assert_true(g_bytes_equal(framed, wanted));
}

typedef struct NextHopCase {
	const char *text;
	const char *host; /* NULL: none of ours */
	uint16_t port;
} NextHopCase;

static const NextHopCase next_hop_cases[] = {
	{"[127.0.0.1]:2525", "127.0.0.1", 2525},
	{"[2001:db8::1]:25", "2001:db8::1", 25},
	{"[ipv6:2001:db8::1]:25", "2001:db8::1", 25},
	{"[IPv6:::1]:65535", "::1", 65535},
	{"[mx.example.org]:25", NULL, 0},
	{"example.org", NULL, 0},
	{"[127.0.0.1]", NULL, 0},
	{"[127.0.0.1]:", NULL, 0},
	{"[127.0.0.1]:0", NULL, 0},
	{"[127.0.0.1]:65536", NULL, 0},
	{"[127.0.0.1]:25x", NULL, 0},
	{"[127.0.0.1", NULL, 0},
	{"127.0.0.1:25", NULL, 0},
	{"[]:25", NULL, 0},
	{"", NULL, 0},
};

static void
test_next_hop(gconstpointer data)
{
	const NextHopCase *c = data;
	g_autofree char *host = NULL;
	uint16_t port = 0;
	bool ours = hook_socketmap_parse_next_hop(sieve_bytes_from_string(c->text), &host, &port);
	g_assert_cmpint(ours, ==, c->host != NULL);
	g_assert_cmpstr(host, ==, c->host);
	g_assert_cmpuint(port, ==, c->port);
}

static void
test_next_hop_with_nul(void)
{
	g_autofree char *host = NULL;
	uint16_t port;
	g_assert_false(hook_socketmap_parse_next_hop(SIEVE_BYTES("[1.2.3.4]:25\0"), &host, &port));
}

static void
test_fingerprint(void)
{
	g_autofree char *text = hook_socketmap_print_fingerprint("sha256:0a1b2cff");
	g_assert_cmpstr(text, ==, "0A:1B:2C:FF");
}

/* Requests that need no directory. */
static void
test_malformed_requests(void)
{
	static const char *const requests[] = {
		"", "transport", "transport ", " james@d", "other james@d"};
	HookSocketmap map = {.transport = "smtp"};
	for (size_t i = 0; i < G_N_ELEMENTS(requests); i++) {
		g_autofree char *answer =
			hook_socketmap_answer(&map, sieve_bytes_from_string(requests[i]));
		g_assert_true(g_str_has_prefix(answer, "PERM "));
	}
	g_autofree char *domain = hook_socketmap_answer(&map, SIEVE_BYTES("transport example.org"));
	g_assert_cmpstr(domain, ==, "NOTFOUND ");
	g_autofree char *wild = hook_socketmap_answer(&map, SIEVE_BYTES("transport @example.org"));
	g_assert_cmpstr(wild, ==, "NOTFOUND ");
	g_autofree char *name =
		hook_socketmap_answer(&map, SIEVE_BYTES("tlspolicy mx.example.org"));
	g_assert_cmpstr(name, ==, "NOTFOUND ");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(split_cases); i++) {
		g_autofree char *path = g_strdup_printf("/socketmap/split/%02zu", i);
		g_test_add_data_func(path, &split_cases[i], test_split);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(next_hop_cases); i++) {
		g_autofree char *path =
			g_strdup_printf("/socketmap/next-hop/%zu %s", i, next_hop_cases[i].text);
		g_test_add_data_func(path, &next_hop_cases[i], test_next_hop);
	}
	g_test_add_func("/socketmap/frame", test_frame);
	g_test_add_func("/socketmap/next-hop-with-nul", test_next_hop_with_nul);
	g_test_add_func("/socketmap/fingerprint", test_fingerprint);
	g_test_add_func("/socketmap/malformed-requests", test_malformed_requests);
	return g_test_run();
}
