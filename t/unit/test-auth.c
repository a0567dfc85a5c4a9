/* SPDX-License-Identifier: MIT */
/* test-auth.c - the reader's password: who gets in, how guessing is slowed, what the file may be */
#include "peer/auth.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/bytes.h"

/* A clock that the test turns. */
typedef struct {
	SieveEnv env;
	int64_t now_usec;
} Clock;

static int64_t
clock_now(const SieveEnv *env)
{
	return ((const Clock *)env)->now_usec;
}

typedef struct {
	char *folder;
	char *file;
	Clock clock;
	PeerAuth *auth;
} Fixture;

static void
set_up(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	g_autoptr(GError) error = NULL;

	fixture->folder = g_dir_make_tmp("doorstep-auth-XXXXXX", NULL);
	fixture->file = g_build_filename(fixture->folder, "password", NULL);
	fixture->clock.env = *sieve_env_system();
	fixture->clock.env.now_usec = clock_now;
	fixture->clock.now_usec = G_USEC_PER_SEC;

	PeerAuthSettings settings = {
		.user_name = "james", .password_file = fixture->file, .env = &fixture->clock.env};

	fixture->auth = peer_auth_new(&settings, &error);
	g_assert_no_error(error);
	g_assert_true(peer_auth_store_password(fixture->file, SIEVE_BYTES("open sesame"), &error));
	g_assert_no_error(error);
}

static void
tear_down(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	peer_auth_free(fixture->auth);
	(void)g_unlink(fixture->file);
	g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
	g_free(fixture->file);
	g_free(fixture->folder);
}

static PeerAuthVerdict
try(Fixture *fixture, const char *client, SieveBytes user, SieveBytes password)
{
	g_autofree char *problem = NULL;
	PeerAuthVerdict verdict = peer_auth_check(fixture->auth, client, user, password, &problem);

	g_assert_true((verdict == PEER_AUTH_FAILED) == (problem != NULL));
	return verdict;
}

static PeerAuthVerdict
guess(Fixture *fixture, const char *client)
{
	return try(fixture, client, SIEVE_BYTES("james"), SIEVE_BYTES("guess"));
}

static const struct {
	SieveBytes user;
	SieveBytes password;
	PeerAuthVerdict verdict;
} logins[] = {
	{SIEVE_BYTES("james"), SIEVE_BYTES("open sesame"), PEER_AUTH_OK},
	{SIEVE_BYTES("james"), SIEVE_BYTES("open sesam"), PEER_AUTH_WRONG},
	{SIEVE_BYTES("james"), SIEVE_BYTES("open sesame "), PEER_AUTH_WRONG},
	{SIEVE_BYTES("james"), SIEVE_BYTES(""), PEER_AUTH_WRONG},
	{SIEVE_BYTES("james"), SIEVE_BYTES("open sesame\0x"), PEER_AUTH_WRONG},
	{SIEVE_BYTES("James"), SIEVE_BYTES("open sesame"), PEER_AUTH_WRONG},
	{SIEVE_BYTES("jamesx"), SIEVE_BYTES("open sesame"), PEER_AUTH_WRONG},
	{SIEVE_BYTES("james\0x"), SIEVE_BYTES("open sesame"), PEER_AUTH_WRONG},
	{SIEVE_BYTES(""), SIEVE_BYTES("open sesame"), PEER_AUTH_WRONG},
};

static void
test_logins(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	for (size_t i = 0; i < G_N_ELEMENTS(logins); i++) {
		g_autofree char *client = g_strdup_printf("192.0.2.%zu", i + 1);

		g_test_message("login %zu", i);
		g_assert_cmpint(try(fixture, client, logins[i].user, logins[i].password), ==,
			logins[i].verdict);
	}
}

static void
test_large(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	g_autofree char *large = g_strnfill(1 << 20, 'a');
	SieveBytes bytes = {large, 1 << 20};

	g_assert_cmpint(
		try(fixture, "192.0.2.1", SIEVE_BYTES("james"), bytes), ==, PEER_AUTH_WRONG);
	g_assert_cmpint(
		try(fixture, "192.0.2.2", bytes, SIEVE_BYTES("open sesame")), ==, PEER_AUTH_WRONG);
}

/* Guesses without pause: how many are looked at in the first minute. */
static void
test_limit(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	unsigned looked_at = 0;

	for (unsigned tenth = 0; tenth < 600; tenth++) {
		looked_at += guess(fixture, "192.0.2.1") == PEER_AUTH_WRONG ? 1 : 0;
		fixture->clock.now_usec += G_USEC_PER_SEC / 10;
	}
	g_assert_cmpuint(looked_at, ==, 8);
	/* The right password does not help while the wait lasts, and another client does not wait.
	 */
	g_assert_cmpint(guess(fixture, "192.0.2.1"), ==, PEER_AUTH_LATER);
	g_assert_cmpint(try(fixture, "192.0.2.1", SIEVE_BYTES("james"), SIEVE_BYTES("open sesame")),
		==, PEER_AUTH_LATER);
	g_assert_cmpint(try(fixture, "192.0.2.2", SIEVE_BYTES("james"), SIEVE_BYTES("open sesame")),
		==, PEER_AUTH_OK);
	fixture->clock.now_usec += 15 * G_USEC_PER_SEC;
	g_assert_cmpint(try(fixture, "192.0.2.1", SIEVE_BYTES("james"), SIEVE_BYTES("open sesame")),
		==, PEER_AUTH_OK);
	g_assert_cmpint(guess(fixture, "192.0.2.1"), ==, PEER_AUTH_WRONG);
	g_assert_cmpint(guess(fixture, "192.0.2.1"), ==, PEER_AUTH_WRONG);
	g_assert_cmpint(guess(fixture, "192.0.2.1"), ==, PEER_AUTH_LATER);
}

static void
test_forgets(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	for (unsigned i = 0; i < 2; i++)
		g_assert_cmpint(guess(fixture, "192.0.2.1"), ==, PEER_AUTH_WRONG);
	g_assert_cmpint(guess(fixture, "192.0.2.1"), ==, PEER_AUTH_LATER);
	fixture->clock.now_usec += 601 * (int64_t)G_USEC_PER_SEC;
	for (unsigned i = 0; i < 2; i++)
		g_assert_cmpint(guess(fixture, "192.0.2.1"), ==, PEER_AUTH_WRONG);
}

static void
test_ipv6(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	g_assert_cmpint(guess(fixture, "2001:db8:1:1::1"), ==, PEER_AUTH_WRONG);
	g_assert_cmpint(guess(fixture, "2001:db8:1:2::1"), ==, PEER_AUTH_WRONG);
	g_assert_cmpint(guess(fixture, "2001:db8:1:3::9"), ==, PEER_AUTH_LATER);
	g_assert_cmpint(guess(fixture, "2001:db8:2:3::9"), ==, PEER_AUTH_WRONG);
}

static void
test_file(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	g_autofree char *text = NULL;
	GStatBuf info;

	g_assert_true(g_file_get_contents(fixture->file, &text, NULL, NULL));
	g_assert_null(strstr(text, "sesame"));
	g_assert_cmpint(g_stat(fixture->file, &info), ==, 0);
	g_assert_cmpuint(info.st_mode & 0777, ==, 0600);
	g_assert_cmpint(g_chmod(fixture->file, 0640), ==, 0);
	g_assert_cmpint(guess(fixture, "192.0.2.1"), ==, PEER_AUTH_FAILED);
	g_assert_cmpint(g_chmod(fixture->file, 0600), ==, 0);
	g_assert_true(g_file_set_contents(fixture->file, "open sesame\n", -1, NULL));
	g_assert_cmpint(g_chmod(fixture->file, 0600), ==, 0);
	g_assert_cmpint(try(fixture, "192.0.2.1", SIEVE_BYTES("james"), SIEVE_BYTES("open sesame")),
		==, PEER_AUTH_FAILED);
	g_assert_cmpint(g_unlink(fixture->file), ==, 0);
	for (unsigned i = 0; i < 5; i++)
		g_assert_cmpint(guess(fixture, "192.0.2.1"), ==, PEER_AUTH_FAILED);
}

static const SieveBytes unfit[] = {
	SIEVE_BYTES(""),
	SIEVE_BYTES("a\nb"),
	SIEVE_BYTES("a\rb"),
	SIEVE_BYTES("a\0b"),
};

static void
test_unfit(Fixture *fixture, const void *data G_GNUC_UNUSED)
{
	for (size_t i = 0; i < G_N_ELEMENTS(unfit); i++) {
		g_autoptr(GError) error = NULL;

		g_assert_false(peer_auth_store_password(fixture->file, unfit[i], &error));
		g_assert_error(error, SIEVE_ERROR, SIEVE_ERROR_INVALID);
	}
	g_assert_cmpint(try(fixture, "192.0.2.1", SIEVE_BYTES("james"), SIEVE_BYTES("open sesame")),
		==, PEER_AUTH_OK);
}

static void
add(const char *name, void (*run)(Fixture *, const void *))
{
	g_test_add(name, Fixture, NULL, set_up, run, tear_down);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	add("/auth/logins", test_logins);
	add("/auth/large", test_large);
	add("/auth/limit", test_limit);
	add("/auth/forgets", test_forgets);
	add("/auth/ipv6", test_ipv6);
	add("/auth/file", test_file);
	add("/auth/unfit", test_unfit);
	return g_test_run();
}
