/* SPDX-License-Identifier: MIT */
/* test-target.c - which hosts a redirect may name */

#include "mta-hook/target.h"

typedef struct TargetCase {
	const char *host;
	uint16_t port;
	bool allowed;
} TargetCase;

static const TargetCase cases[] = {
	{"8.8.8.8", 25, true},
	{"140.112.4.11", 2525, true},
	{"140.112.4.11", 65535, true},
	{"140.112.4.11", 1024, true},
	{"140.112.4.11", 465, true},
	{"140.112.4.11", 587, true},
	{"2600::1", 25, true},
	{"2002:1::1", 25, false},
	{"140.112.4.11", 0, false},
	{"140.112.4.11", 22, false},
	{"140.112.4.11", 80, false},
	{"140.112.4.11", 1023, false},
	{"0.0.0.0", 25, false},
	{"0.1.2.3", 25, false},
	{"9.255.255.255", 25, true},
	{"10.0.0.0", 25, false},
	{"10.255.255.255", 25, false},
	{"11.0.0.0", 25, true},
	{"100.63.255.255", 25, true},
	{"100.64.0.0", 25, false},
	{"100.127.255.255", 25, false},
	{"100.128.0.0", 25, true},
	{"127.0.0.1", 25, false},
	{"127.255.255.255", 25, false},
	{"169.254.169.254", 25, false},
	{"172.15.255.255", 25, true},
	{"172.16.30.25", 25, false},
	{"172.31.255.255", 25, false},
	{"172.32.0.0", 25, true},
	{"192.0.0.8", 25, false},
	{"192.0.2.1", 25, false},
	{"192.88.99.1", 25, false},
	{"192.168.1.1", 25, false},
	{"198.17.255.255", 25, true},
	{"198.18.0.1", 25, false},
	{"198.19.255.255", 25, false},
	{"198.51.100.1", 25, false},
	{"203.0.113.1", 25, false},
	{"223.255.255.255", 25, true},
	{"224.0.0.1", 25, false},
	{"239.255.255.255", 25, false},
	{"240.0.0.1", 25, false},
	{"255.255.255.255", 25, false},
	{"::", 25, false},
	{"::1", 25, false},
	{"::127.0.0.1", 25, false},
	{"::ffff:127.0.0.1", 25, false},
	{"::ffff:8.8.8.8", 25, false},
	{"::ffff:7f00:1", 25, false},
	{"::ffff:0:7f00:1", 25, false},
	{"64:ff9b::7f00:1", 25, false},
	{"64:ff9b:1::1", 25, false},
	{"100::1", 25, false},
	{"2001::1", 25, false},
	{"2001:db8::1", 25, false},
	{"2001:4860:4860::8888", 25, true},
	{"2002:7f00:1::", 25, false},
	{"fc00::1", 25, false},
	{"fdff::1", 25, false},
	{"fe80::1", 25, false},
	{"febf::1", 25, false},
	{"fec0::1", 25, false},
	{"ff02::1", 25, false},
	{"", 25, false},
	{"localhost", 25, false},
	{"example.org", 25, false},
	{"[127.0.0.1]", 25, false},
	{"0177.0.0.1", 25, false},
	{"2130706433", 25, false},
	{"0x7f.1", 25, false},
	{"127.1", 25, false},
	{"8.8.8.8 25", 25, false},
	{"8.8.8.8\n", 25, false},
	{"8.8.8.8;rm", 25, false},
	{"fe80::1%lo", 25, false},
};

static void
test_check(gconstpointer data)
{
	const TargetCase *c = data;
	g_autoptr(GError) error = NULL;
	bool allowed = hook_target_check(c->host, c->port, NULL, &error);
	g_assert_cmpint(allowed, ==, c->allowed);
	if (allowed)
		g_assert_no_error(error);
	else
		g_assert_error(error, HOOK_ERROR, HOOK_ERROR_TARGET);
}

static void
test_allowed_networks(void)
{
	static const char *const texts[] = {"172.16.0.0/12", "127.0.0.2", "fd00::/8", NULL};
	g_autoptr(GError) error = NULL;
	g_autoptr(HookNetworks) networks = hook_networks_parse(texts, &error);
	g_assert_no_error(error);
	g_assert_true(hook_target_check("172.16.30.25", 2525, networks, NULL));
	g_assert_true(hook_target_check("127.0.0.2", 2525, networks, NULL));
	g_assert_true(hook_target_check("fd12::1", 2525, networks, NULL));
	g_assert_true(hook_target_check("8.8.8.8", 2525, networks, NULL));
	g_assert_false(hook_target_check("127.0.0.1", 2525, networks, NULL));
	g_assert_false(hook_target_check("10.0.0.1", 2525, networks, NULL));
	g_assert_false(hook_target_check("::ffff:172.16.30.25", 2525, networks, NULL));
	g_assert_false(hook_target_check("172.16.30.25", 22, networks, NULL));
}

static void
test_networks_refused(void)
{
	static const char *const bad[] = {"10.0.0.1/8", "10.0.0.0/33", "example.org", "", "*"};
	for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
		const char *texts[] = {bad[i], NULL};
		g_autoptr(GError) error = NULL;
		g_assert_null(hook_networks_parse(texts, &error));
		g_assert_error(error, HOOK_ERROR, HOOK_ERROR_CONFIG);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *label = g_strescape(cases[i].host, NULL);
		g_autofree char *path =
			g_strdup_printf("/target/%02zu %s port %u", i, label, cases[i].port);
		g_test_add_data_func(path, &cases[i], test_check);
	}
	g_test_add_func("/target/allowed-networks", test_allowed_networks);
	g_test_add_func("/target/networks-refused", test_networks_refused);
	return g_test_run();
}
