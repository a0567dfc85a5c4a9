/* SPDX-License-Identifier: MIT */
/* test-mx.c - where mail for a domain goes (RFC 5321 section 5.1, RFC 7505) */

#include "mta-hook/mx.h"

#include <string.h>

typedef struct ZoneLine {
	const char *domain;
	int preference; /* -1: an address; -2: the name service fails */
	const char *exchange;
} ZoneLine;

static const ZoneLine zone[] = {
	{"two.test", 20, "b.two.test"},
	{"two.test", 10, "a.two.test"},
	{"equal.test", 5, "x.test"},
	{"equal.test", 5, "y.test"},
	{"equal.test", 7, "z.test"},
	{"null.test", 0, "."},
	{"empty.test", 0, ""},
	{"address.test", -1, NULL},
	{"broken.test", -2, NULL},
};

static HookDnsAnswer
find_mx(const HookDns *dns, const char *domain, GPtrArray **ret_records)
{
	(void)dns;
	GPtrArray *found = g_ptr_array_new_with_free_func((GDestroyNotify)hook_mx_record_free);
	for (size_t i = 0; i < G_N_ELEMENTS(zone); i++) {
		if (strcmp(zone[i].domain, domain) != 0)
			continue;
		if (zone[i].preference == -2) {
			g_ptr_array_unref(found);
			return HOOK_DNS_FAILED;
		}
		if (zone[i].preference >= 0)
			g_ptr_array_add(found,
				hook_mx_record_new((unsigned)zone[i].preference, zone[i].exchange));
	}
	if (found->len > 0) {
		*ret_records = found;
		return HOOK_DNS_FOUND;
	}
	g_ptr_array_unref(found);
	return HOOK_DNS_NONE;
}

static HookDnsAnswer
find_address(const HookDns *dns, const char *name)
{
	(void)dns;
	for (size_t i = 0; i < G_N_ELEMENTS(zone); i++)
		if (strcmp(zone[i].domain, name) == 0 && zone[i].preference == -1)
			return HOOK_DNS_FOUND;
	return HOOK_DNS_NONE;
}

static const HookDns dns = {find_mx, find_address};

static char *
print_hops(const HookMx *mx, const char *domain)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) hops = hook_mx_find(mx, domain, &error);
	if (!hops)
		return g_strdup_printf("error %d", error->code);
	g_autoptr(GString) text = g_string_new(NULL);
	for (unsigned i = 0; i < hops->len; i++) {
		const HookHop *hop = hops->pdata[i];
		g_string_append_printf(text, "%s%s %u", i ? ", " : "", hop->host, hop->port);
	}
	return g_string_free(g_steal_pointer(&text), FALSE);
}

typedef struct MxCase {
	const char *domain;
	const char *hops;
	int error; /* -1: none */
} MxCase;

static const MxCase cases[] = {
	{"two.test", "a.two.test 25, b.two.test 25", -1},
	{"TWO.test", "a.two.test 25, b.two.test 25", -1},
	{"address.test", "address.test 25", -1},
	{"[192.0.2.1]", "192.0.2.1 25", -1},
	{"[IPv6:2001:db8::1]", "2001:db8::1 25", -1},
	{"null.test", NULL, HOOK_ERROR_NULL_MX},
	{"empty.test", NULL, HOOK_ERROR_NULL_MX},
	{"nothing.test", NULL, HOOK_ERROR_NO_DOMAIN},
	{"broken.test", NULL, HOOK_ERROR_DNS},
	{"[192.0.2.1", NULL, HOOK_ERROR_NO_DOMAIN},
	{"[]", NULL, HOOK_ERROR_NO_DOMAIN},
	{"[", NULL, HOOK_ERROR_NO_DOMAIN},
	{"[host.test]", NULL, HOOK_ERROR_NO_DOMAIN},
};

static void
test_find(gconstpointer data)
{
	const MxCase *c = data;
	HookMx mx = {.dns = &dns, .env = sieve_env_system()};
	g_autofree char *hops = print_hops(&mx, c->domain);
	g_autofree char *error = g_strdup_printf("error %d", c->error);
	g_assert_cmpstr(hops, ==, c->hops ? c->hops : error);
}

/* Hosts of equal preference come in both orders, and always before the one of a higher number. */
static void
test_equal_preference(void)
{
	HookMx mx = {.dns = &dns, .env = sieve_env_system()};
	bool seen_xy = false, seen_yx = false;
	for (int i = 0; i < 200; i++) {
		g_autofree char *hops = print_hops(&mx, "equal.test");
		bool xy = strcmp(hops, "x.test 25, y.test 25, z.test 25") == 0;
		bool yx = strcmp(hops, "y.test 25, x.test 25, z.test 25") == 0;
		g_assert_true(xy || yx);
		seen_xy |= xy;
		seen_yx |= yx;
	}
	g_assert_true(seen_xy && seen_yx);
}

static void
test_overrides(void)
{
	g_autoptr(GHashTable) domains =
		g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)hook_hop_free);
	g_autoptr(HookHop) next_hop = hook_hop_parse("127.0.0.3:2526", NULL);
	char name[] = "own.test";
	g_hash_table_insert(domains, name, hook_hop_parse("[127.0.0.2]:2525", NULL));
	HookMx mx = {.dns = &dns, .env = sieve_env_system(), .domains = domains};
	g_autofree char *own = print_hops(&mx, "Own.Test");
	g_assert_cmpstr(own, ==, "127.0.0.2 2525");
	g_autofree char *other = print_hops(&mx, "address.test");
	g_assert_cmpstr(other, ==, "address.test 25");
	mx.next_hop = next_hop;
	g_autofree char *fixed = print_hops(&mx, "nothing.test");
	g_assert_cmpstr(fixed, ==, "127.0.0.3 2526");
	g_autofree char *still_own = print_hops(&mx, "own.test");
	g_assert_cmpstr(still_own, ==, "127.0.0.2 2525");
}

typedef struct HopCase {
	const char *text;
	const char *host; /* NULL: refused */
	uint16_t port;
} HopCase;

static const HopCase hop_cases[] = {
	{"mx.test", "mx.test", 25},
	{"mx.test:2525", "mx.test", 2525},
	{"[2001:db8::1]:2525", "2001:db8::1", 2525},
	{"[2001:db8::1]", "2001:db8::1", 25},
	{"[192.0.2.1]:2525", "192.0.2.1", 2525},
	{"", NULL, 0},
	{"mx.test:0", NULL, 0},
	{"mx.test:65536", NULL, 0},
	{"mx.test:smtpx", NULL, 0},
	{":25", NULL, 0},
	{"a:b:c", NULL, 0},
};

static void
test_hop(gconstpointer data)
{
	const HopCase *c = data;
	g_autoptr(GError) error = NULL;
	g_autoptr(HookHop) hop = hook_hop_parse(c->text, &error);
	g_assert_cmpstr(hop ? hop->host : NULL, ==, c->host);
	g_assert_cmpuint(hop ? hop->port : 0, ==, c->port);
	g_assert_true((hop == NULL) == (error != NULL));
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *path = g_strdup_printf("/mx/find/%s", cases[i].domain);
		g_test_add_data_func(path, &cases[i], test_find);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(hop_cases); i++) {
		g_autofree char *path = g_strdup_printf("/mx/hop/%zu %s", i, hop_cases[i].text);
		g_test_add_data_func(path, &hop_cases[i], test_hop);
	}
	g_test_add_func("/mx/equal-preference", test_equal_preference);
	g_test_add_func("/mx/overrides", test_overrides);
	return g_test_run();
}
