/* SPDX-License-Identifier: MIT */
/* test-config.c - settings: defaults, every kind of value, and mistakes that are named */

#include <glib/gstdio.h>
#include <string.h>

#include "engine/core-settings.h"
#include "peer/config.h"
#include "peer/line-io.h"

static PeerConfig *
load(const char *text, GError **error)
{
	g_autofree char *folder = g_dir_make_tmp("doorstep-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "d.conf", NULL);

	g_assert_true(g_file_set_contents(path, text, -1, NULL));
	PeerConfig *config = peer_config_load(path, error);
	g_assert_cmpint(g_unlink(path), ==, 0);
	g_assert_cmpint(g_rmdir(folder), ==, 0);
	return config;
}

static void
test_defaults(void)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(PeerConfig) config = load("", &problem);

	g_assert_no_error(problem);
	g_assert_true(g_str_has_prefix(config->maildir, g_get_home_dir()));
	g_assert_true(g_str_has_suffix(config->maildir, "/Maildir"));
	g_assert_true(g_path_is_absolute(config->script_folder));
	g_assert_cmpstr(config->personal_script, ==, "personal");
	g_assert_cmpint(config->engine, ==, PEER_ENGINE_DOORSTEP);
	g_assert_null(config->submit_host);
	g_assert_cmpuint(config->max_message_bytes, ==, 52428800);
	g_assert_cmpint(config->discard_early, ==, PEER_DISCARD_DENIED);
	g_assert_cmpuint(config->command_timeout_ms, ==, 300000);
	g_assert_cmpuint(config->accept_from->len, ==, 0);
	g_assert_nonnull(config->host_name);
	g_assert_nonnull(config->pop3_listen);
	g_assert_null(config->directory);
}

static void
test_values(void)
{
	g_autoptr(GError) problem = NULL;
	g_autoptr(PeerConfig) config = load("[mail]\nmaildir=~/M\nengine=libsieve\n"
					    "submit=mail.example.org:587\n"
					    "[smtp]\nlisten=[::1]:0\nhost_name = h.example \n"
					    "accept_from=127.0.0.1, 10.0.0.0/8  fd00::/8\n"
					    "timeout_s=7\ndiscard_early=accept\n"
					    "[pop3]\nlisten=none\n"
					    "[sieve]\nmax_redirects=0\n",
		&problem);

	g_assert_no_error(problem);
	g_assert_true(g_str_has_suffix(config->maildir, "/M"));
	g_assert_cmpint(config->engine, ==, PEER_ENGINE_LIBSIEVE);
	g_assert_cmpuint(sieve_core_number(config->sieve, SIEVE_CORE_MAX_REDIRECTS), ==, 0);
	g_assert_cmpstr(config->submit_host, ==, "mail.example.org");
	g_assert_cmpuint(config->submit_port, ==, 587);
	g_assert_cmpstr(config->smtp_listen, ==, "[::1]:0");
	g_assert_cmpstr(config->host_name, ==, "h.example");
	g_assert_cmpuint(config->accept_from->len, ==, 3);
	g_assert_cmpuint(config->command_timeout_ms, ==, 7000);
	g_assert_cmpint(config->discard_early, ==, PEER_DISCARD_ACCEPT);
	g_assert_null(config->pop3_listen);
}

static const struct {
	const char *text;
	const char *said; /* must stand in the message */
} bad_cases[] = {
	{"[mail]\nmaildir=M\n", "[mail] maildir = M: a path begins with"},
	{"[mail]\nmaildirs=/M\n", "[mail] maildirs: there is no such setting"},
	{"[mial]\nmaildir=/M\n", "[mial] maildir: there is no such setting"},
	{"[mail]\nengine=other\n", "doorstep or libsieve"},
	{"[mail]\nengine=denied\n", "doorstep or libsieve"},
	{"[smtp]\ndiscard_early=yes\n", "denied, refuse or accept"},
	{"[mail]\nsubmit=:\n", "[mail] submit"},
	{"[smtp]\nmax_connections=0\n", "a number from 1 to 10000"},
	{"[smtp]\nmax_connections=10001\n", "a number from 1 to 10000"},
	{"[smtp]\nmax_connections=-1\n", "a number from"},
	{"[smtp]\nmax_connections=many\n", "a number from"},
	{"[smtp]\nmax_connections=\n", "a number from"},
	{"[smtp]\nmax_message_bytes=99999999999999999999\n", "a number from"},
	{"[smtp]\naccept_from=127.0.0.1 nonsense\n", "[smtp] accept_from = nonsense"},
	{"[smtp]\naccept_from=10.0.0.0/33\n", "an address or a network"},
	{"[smtp]\ntimeout_s=0\n", "a number from 1"},
	{"[presence]\npublish_ip=host\n", "an IP address"},
	{"[sieve]\nmax_redirects=many\n", "d.conf: [sieve] max_redirects = many: it must be"},
	{"[sieve]\nmax_redirect=1\n", "did you mean max_redirects?"},
	{"no group\n", "d.conf"},
};

static void
test_mistakes(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(bad_cases); i++) {
		g_autoptr(GError) problem = NULL;
		PeerConfig *config = load(bad_cases[i].text, &problem);
		g_test_message("%s", bad_cases[i].text);
		g_assert_null(config);
		g_assert_error(problem, PEER_ERROR, PEER_ERROR_CONFIG);
		g_assert_nonnull(strstr(problem->message, bad_cases[i].said));
	}
}

/* A file that was asked for by name must be there. */
static void
test_absent(void)
{
	g_autoptr(GError) problem = NULL;

	g_assert_null(peer_config_load("/nonexistent/doorstepd.conf", &problem));
	g_assert_error(problem, PEER_ERROR, PEER_ERROR_CONFIG);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/config/defaults", test_defaults);
	g_test_add_func("/config/values", test_values);
	g_test_add_func("/config/mistakes", test_mistakes);
	g_test_add_func("/config/absent", test_absent);
	return g_test_run();
}
