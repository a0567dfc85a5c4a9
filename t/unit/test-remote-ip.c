/* SPDX-License-Identifier: MIT */
/* test-remote-ip.c - the two text forms of an address */

#include "schema/remote-ip.h"

static void
test_forms(void)
{
	static const struct {
		const char *text;
		const char *canonical; /* NULL: no address */
		const char *expanded;
	} rows[] = {
		{"140.112.4.11", "140.112.4.11", "140.112.4.11"},
		{"::ffff:140.112.4.11", "140.112.4.11", "140.112.4.11"},
		{"::FFFF:8c70:40b", "140.112.4.11", "140.112.4.11"},
		{"2001:DB8:0:0:0:0:0:1", "2001:db8::1", "2001:0db8:0000:0000:0000:0000:0000:0001"},
		/* RFC 5952 section 4.2.2: one group of zeros is not shortened; 4.2.3: the longest run */
		{"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1",
			"2001:0db8:0000:0001:0001:0001:0001:0001"},
		{"2001:0:0:1:0:0:0:1", "2001:0:0:1::1", "2001:0000:0000:0001:0000:0000:0000:0001"},
		{"::", "::", "0000:0000:0000:0000:0000:0000:0000:0000"},
		{"01.2.3.4", NULL, NULL}, {"1.2.3", NULL, NULL}, {"", NULL, NULL},
		{"[::1]", NULL, NULL}, {"::1%lo", NULL, NULL}, {"1.2.3.4 ", NULL, NULL},
		{"unknown", NULL, NULL}, {"1.2.3.256", NULL, NULL}, {":::", NULL, NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *canonical = location_remote_ip(rows[i].text);
		g_autofree char *expanded = location_remote_ip_expanded(rows[i].text);

		g_assert_cmpstr(canonical, ==, rows[i].canonical);
		g_assert_cmpstr(expanded, ==, rows[i].expanded);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/remote-ip/forms", test_forms);
	return g_test_run();
}
