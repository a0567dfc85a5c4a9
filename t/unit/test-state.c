/* SPDX-License-Identifier: MIT */
/* test-state.c - the session file keeps what it was given, and one daemon claims a folder */

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "peer/line-io.h"
#include "peer/state.h"

static void
remove_folder(const char *folder)
{
	static const char *const names[] = {"session", "daemon", "daemon.lock"};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(folder, names[i], NULL);
		(void)g_unlink(path);
	}
	g_assert_cmpint(g_rmdir(folder), ==, 0);
}

static void
test_session(void)
{
	g_autofree char *parent = g_dir_make_tmp("doorstep-XXXXXX", NULL);
	g_autofree char *folder = g_build_filename(parent, "run", NULL);
	g_autofree char *path = g_build_filename(folder, "session", NULL);
	static const char *const emails[] = {"a@b", "odd;\\ name@c", NULL};
	g_autoptr(PeerState) state = peer_state_new();
	g_autoptr(PeerState) loaded = NULL;
	g_autoptr(GError) problem = NULL;
	struct stat about;

	g_assert_true(peer_state_load(folder, &loaded, &problem));
	g_assert_null(loaded);
	state->user_name = g_strdup("james");
	state->dn = g_strdup("cn=james, o=\xc3\xa4");
	state->password = g_strdup(" p\\w;\n# ");
	state->status = LOCATION_BUSY;
	state->lease_s = 300;
	state->has_ticket_secret = true;
	for (unsigned i = 0; i < LOCATION_SECRET_BYTES; i++)
		state->ticket_secret[i] = (unsigned char)(i * 9);
	g_strfreev(state->emails);
	state->emails = g_strdupv((char **)(uintptr_t)emails);
	bool saved = peer_state_save(state, folder, &problem);
	g_assert_no_error(problem);
	g_assert_true(saved);
	g_assert_cmpint(stat(path, &about), ==, 0);
	g_assert_cmpint(about.st_mode & 0777, ==, 0600);
	bool read = peer_state_load(folder, &loaded, &problem);
	g_assert_no_error(problem);
	g_assert_true(read);
	g_assert_cmpstr(loaded->user_name, ==, "james");
	g_assert_cmpstr(loaded->dn, ==, state->dn);
	g_assert_cmpstr(loaded->password, ==, state->password);
	g_assert_null(loaded->host);
	g_assert_cmpint(loaded->status, ==, LOCATION_BUSY);
	g_assert_cmpuint(loaded->lease_s, ==, 300);
	g_assert_cmpuint(g_strv_length(loaded->emails), ==, 2);
	g_assert_cmpstr(loaded->emails[0], ==, emails[0]);
	g_assert_cmpstr(loaded->emails[1], ==, emails[1]);
	g_assert_cmpuint(g_strv_length(loaded->mailfilters), ==, 0);
	g_assert_true(memcmp(loaded->ticket_secret, state->ticket_secret, LOCATION_SECRET_BYTES) == 0);

	/* What others could have read is not used. */
	g_clear_pointer(&loaded, peer_state_free);
	g_assert_cmpint(g_chmod(path, 0644), ==, 0);
	g_assert_false(peer_state_load(folder, &loaded, &problem));
	g_assert_error(problem, PEER_ERROR, PEER_ERROR_CONFIG);
	g_clear_error(&problem);
	g_assert_true(peer_state_remove(folder, &problem));
	g_assert_true(peer_state_remove(folder, &problem));
	remove_folder(folder);
	g_assert_cmpint(g_rmdir(parent), ==, 0);
}

static const char *const bad_sessions[] = {
	"nonsense",
	"[session]\nstatus=1\n",
	"[session]\nuser_name=j\nstatus=3\n",
	"[session]\nuser_name=j\nlease_s=-1\n",
	"[session]\nuser_name=j\nticket_secret=00\n",
	"[session]\nuser_name=j\nticket_secret="
	"zz00000000000000000000000000000000000000000000000000000000000000\n",
};

static void
test_bad_sessions(void)
{
	g_autofree char *folder = g_dir_make_tmp("doorstep-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "session", NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(bad_sessions); i++) {
		g_autoptr(GError) problem = NULL;
		PeerState *state = NULL;
		g_assert_true(g_file_set_contents_full(
			path, bad_sessions[i], -1, G_FILE_SET_CONTENTS_NONE, 0600, NULL));
		g_assert_false(peer_state_load(folder, &state, &problem));
		g_assert_error(problem, PEER_ERROR, PEER_ERROR_CONFIG);
		g_assert_null(state);
	}
	remove_folder(folder);
}

static void
test_daemon(void)
{
	g_autofree char *folder = g_dir_make_tmp("doorstep-XXXXXX", NULL);
	g_autoptr(PeerDaemon) found = NULL;
	g_autoptr(GError) problem = NULL;

	g_assert_true(peer_daemon_find(folder, &found, &problem));
	g_assert_null(found);
	PeerDaemon *self = peer_daemon_claim(folder, &problem);
	g_assert_no_error(problem);
	g_assert_null(peer_daemon_claim(folder, &problem));
	g_assert_error(problem, PEER_ERROR, PEER_ERROR_CONFIG);
	g_clear_error(&problem);

	/* It holds the folder, but has not said where it listens. */
	g_assert_true(peer_daemon_find(folder, &found, &problem));
	g_assert_null(found);
	self->smtp_port = 2525;
	self->smtp_ip = g_strdup("127.0.0.1");
	self->tls_key = g_strdup("sha256:00");
	g_assert_true(peer_daemon_announce(self, folder, &problem));
	g_assert_true(peer_daemon_find(folder, &found, &problem));
	g_assert_nonnull(found);
	g_assert_cmpuint(found->smtp_port, ==, 2525);
	g_assert_cmpstr(found->tls_key, ==, "sha256:00");
	g_assert_cmpint(found->pid, ==, self->pid);
	g_clear_pointer(&found, peer_daemon_free);

	/* The files of one that has gone say nothing, and stand in nobody's way. */
	peer_daemon_free(self);
	g_assert_true(peer_daemon_find(folder, &found, &problem));
	g_assert_null(found);
	self = peer_daemon_claim(folder, &problem);
	g_assert_no_error(problem);
	peer_daemon_free(self);
	remove_folder(folder);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/state/session", test_session);
	g_test_add_func("/state/bad-sessions", test_bad_sessions);
	g_test_add_func("/state/daemon", test_daemon);
	return g_test_run();
}
