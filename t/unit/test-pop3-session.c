/* SPDX-License-Identifier: MIT */
/* test-pop3-session.c - POP3 dialogues without a network: each state's commands and hostile ones */
#include "peer/pop3-session.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "engine/bytes.h"

/* "C: " lines are pushed; what comes back must be the "S: " lines that follow. "T: " says that TLS
 * came up, "E: " that the session ends. */
typedef struct {
	const char *name;
	unsigned flags;
	const char *text;
} Dialogue;

#define LOGIN                                                                                      \
	"C: USER james\nS: +OK send the password\n"                                                \
	"C: PASS open sesame\nS: +OK maildrop has 2 messages (25 octets)\n"
#define NO_MESSAGE "S: -ERR no such message\n"

static const Dialogue dialogues[] = {
	{"login", PEER_POP3_CLEAR_LOGIN, LOGIN "C: STAT\nS: +OK 2 25\nC: QUIT\nS: +OK bye\nE:\n"},
	{"wrong password", PEER_POP3_CLEAR_LOGIN,
		"C: USER james\nS: +OK send the password\n"
		"C: PASS shut\nS: -ERR [AUTH] user name or password is wrong\n"
		"C: PASS open sesame\nS: -ERR USER comes first\n" LOGIN},
	{"unknown user", PEER_POP3_CLEAR_LOGIN,
		"C: USER nobody\nS: +OK send the password\n"
		"C: PASS open sesame\nS: -ERR [AUTH] user name or password is wrong\n"},
	{"login limit", PEER_POP3_CLEAR_LOGIN,
		"C: USER a\nS: +OK send the password\nC: PASS\nS: -ERR [AUTH] user name or "
		"password is wrong\n"
		"C: USER a\nS: +OK send the password\nC: PASS b\nS: -ERR [AUTH] user name or "
		"password is wrong\n"
		"C: USER late\nS: +OK send the password\n"
		"C: PASS b\nS: -ERR [SYS/TEMP] too many failed logins, try again later\nE:\n"},
	{"in use", PEER_POP3_CLEAR_LOGIN,
		"C: USER busy\nS: +OK send the password\n"
		"C: PASS x\nS: -ERR [IN-USE] another session has the maildrop open\n"},
	{"source away", PEER_POP3_CLEAR_LOGIN,
		"C: USER away\nS: +OK send the password\n"
		"C: PASS x\nS: -ERR [SYS/TEMP] cannot log in now, try again later\n"},
	{"wrong state", PEER_POP3_CLEAR_LOGIN,
		"C: STAT\nS: -ERR not now\nC: RETR 1\nS: -ERR not now\n"
		"C: FLY\nS: -ERR that command is not known\n" LOGIN
		"C: USER james\nS: -ERR not now\n"},
	{"case", PEER_POP3_CLEAR_LOGIN,
		"C: user james\nS: +OK send the password\n"
		"C: pass open sesame\nS: +OK maildrop has 2 messages (25 octets)\nC: nOOp\nS: "
		"+OK\n"},
	{"arguments", PEER_POP3_CLEAR_LOGIN,
		"C: USER\nS: -ERR that command needs an argument\n"
		"C: QUIT now\nS: -ERR that command takes no argument\n"},
	{"list", PEER_POP3_CLEAR_LOGIN,
		LOGIN "C: LIST\nS: +OK\nS: 1 11\nS: 2 14\nS: .\nC: LIST 2\nS: +OK 2 14\n"
		      "C: UIDL\nS: +OK\nS: 1 1.a\nS: 2 2.b\nS: .\nC: UIDL 1\nS: +OK 1 1.a\n"},
	{"retr", PEER_POP3_CLEAR_LOGIN,
		LOGIN "C: RETR 2\nS: +OK message follows\nS: B: 2\nS: \nS: ..dot\nS: .\n"},
	{"top", PEER_POP3_CLEAR_LOGIN,
		LOGIN "C: TOP 1 0\nS: +OK message follows\nS: A: 1\nS: \nS: .\n"
		      "C: TOP 1 1\nS: +OK message follows\nS: A: 1\nS: \nS: x\nS: .\n"},
	{"dele", PEER_POP3_CLEAR_LOGIN,
		LOGIN "C: DELE 1\nS: +OK removed at QUIT\nC: DELE 1\n" NO_MESSAGE
		      "C: RETR 1\n" NO_MESSAGE
		      "C: LIST\nS: +OK\nS: 2 14\nS: .\nC: STAT\nS: +OK 1 14\n"
		      "C: RSET\nS: +OK nothing is marked for removal\nC: STAT\nS: +OK 2 25\n"},
	{"numbers", PEER_POP3_CLEAR_LOGIN,
		LOGIN "C: RETR -1\n" NO_MESSAGE "C: RETR 0\n" NO_MESSAGE
		      "C: RETR 4294967297\n" NO_MESSAGE "C: RETR 18446744073709551617\n" NO_MESSAGE
		      "C: RETR 3\n" NO_MESSAGE "C: RETR 1x\n" NO_MESSAGE "C: RETR  1\n" NO_MESSAGE
		      "C: LIST 1 2\n" NO_MESSAGE "C: UIDL 99\n" NO_MESSAGE
		      "C: DELE +1\n" NO_MESSAGE},
	{"top numbers", PEER_POP3_CLEAR_LOGIN,
		LOGIN "C: TOP 1 -1\nS: -ERR TOP takes a message and a number of lines\n"
		      "C: TOP 1 999999999999\nS: -ERR TOP takes a message and a number of lines\n"
		      "C: TOP 1\nS: -ERR TOP takes a message and a number of lines\nC: TOP 0 "
		      "1\n" NO_MESSAGE},
	{"capa", PEER_POP3_CLEAR_LOGIN | PEER_POP3_STLS,
		"C: CAPA\nS: +OK capabilities follow\nS: TOP\nS: UIDL\nS: PIPELINING\nS: "
		"RESP-CODES\n"
		"S: AUTH-RESP-CODE\nS: EXPIRE NEVER\nS: USER\nS: SASL PLAIN\nS: STLS\n"
		"S: IMPLEMENTATION Doorstep\nS: .\n"},
	{"capa before tls", PEER_POP3_STLS,
		"C: CAPA\nS: +OK capabilities follow\nS: TOP\nS: UIDL\nS: PIPELINING\nS: "
		"RESP-CODES\n"
		"S: AUTH-RESP-CODE\nS: EXPIRE NEVER\nS: STLS\nS: IMPLEMENTATION Doorstep\nS: .\n"},
	{"tls first", PEER_POP3_STLS,
		"C: USER james\nS: -ERR use STLS first\n"
		"C: AUTH PLAIN AGphbWVzAG9wZW4gc2VzYW1l\nS: -ERR use STLS first\n"
		"C: STLS\nS: +OK begin TLS\nT:\nC: STLS\nS: -ERR TLS is not offered here\n" LOGIN},
	{"tls forgets", PEER_POP3_CLEAR_LOGIN | PEER_POP3_STLS,
		"C: USER james\nS: +OK send the password\nC: STLS\nS: +OK begin TLS\nT:\n"
		"C: PASS open sesame\nS: -ERR USER comes first\n"},
	{"no tls", PEER_POP3_CLEAR_LOGIN, "C: STLS\nS: -ERR TLS is not offered here\n"},
	{"plain", PEER_POP3_CLEAR_LOGIN,
		"C: AUTH PLAIN AGphbWVzAG9wZW4gc2VzYW1l\nS: +OK maildrop has 2 messages (25 "
		"octets)\n"},
	{"plain, two steps", PEER_POP3_CLEAR_LOGIN,
		"C: AUTH plain\nS: + \nC: AGphbWVzAG9wZW4gc2VzYW1l\n"
		"S: +OK maildrop has 2 messages (25 octets)\n"},
	{"plain, cancelled", PEER_POP3_CLEAR_LOGIN,
		"C: AUTH PLAIN\nS: + \nC: *\nS: -ERR cancelled\nC: NOOP\nS: -ERR not now\n"},
	{"plain, broken", PEER_POP3_CLEAR_LOGIN,
		"C: AUTH PLAIN =\nS: -ERR that is no base64\nC: AUTH PLAIN QUJD\nS: -ERR that is "
		"no PLAIN response\n"
		"C: AUTH CRAM-MD5\nS: -ERR that mechanism is not known\n"},
	{"plain, for another", PEER_POP3_CLEAR_LOGIN,
		"C: AUTH PLAIN cm9vdABqYW1lcwBvcGVuIHNlc2FtZQ==\nS: -ERR [AUTH] cannot act for "
		"somebody else\n"},
	{"apop", PEER_POP3_CLEAR_LOGIN, "C: APOP james x\nS: -ERR that command is not known\n"},
};

static PeerPop3Login
open_drop(SieveBytes user, SieveBytes password, void *user_data, PeerPop3Drop **ret_drop)
{
	g_autoptr(GError) error = NULL;

	if (sieve_bytes_equal(user, SIEVE_BYTES("late")))
		return PEER_POP3_LOGIN_LATER;
	if (sieve_bytes_equal(user, SIEVE_BYTES("busy")))
		return PEER_POP3_LOGIN_IN_USE;
	if (sieve_bytes_equal(user, SIEVE_BYTES("away")))
		return PEER_POP3_LOGIN_FAILED;
	if (!sieve_bytes_equal(user, SIEVE_BYTES("james")) ||
		!sieve_bytes_equal(password, SIEVE_BYTES("open sesame")))
		return PEER_POP3_LOGIN_WRONG;
	*ret_drop = peer_pop3_drop_open(user_data, &error);
	g_assert_no_error(error);
	return PEER_POP3_LOGIN_OK;
}

static char *
make_maildir(void)
{
	char *root = g_dir_make_tmp("doorstep-session-XXXXXX", NULL);
	g_autofree char *folder = g_build_filename(root, "new", NULL);
	g_autofree char *first = g_build_filename(folder, "1.a", NULL);
	g_autofree char *second = g_build_filename(folder, "2.b", NULL);

	g_assert_cmpint(g_mkdir(folder, 0700), ==, 0);
	g_assert_true(g_file_set_contents(first, "A: 1\n\nx\n", -1, NULL));
	g_assert_true(g_file_set_contents(second, "B: 2\r\n\r\n.dot\r\n", -1, NULL));
	return root;
}

static void
remove_maildir(char *root)
{
	static const char *const names[] = {"new/1.a", "new/2.b", "new", "doorstep-pop3.lock", ""};

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		g_autofree char *path = g_build_filename(root, names[i], NULL);

		(void)g_remove(path);
	}
	g_free(root);
}

static PeerPop3Session *
new_session(unsigned flags, char *maildir)
{
	PeerPop3Options options = {"host.example", flags, 20, 3};

	return peer_pop3_session_new(&options, open_drop, maildir);
}

/* All that is pending, with "S: " before each line and no CR. */
static char *
take_all(PeerPop3Session *session)
{
	g_autoptr(GString) text = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	GBytes *piece = NULL;

	while (peer_pop3_session_take_output(session, &piece, &error) && piece != NULL) {
		g_string_append_len(
			text, g_bytes_get_data(piece, NULL), (gssize)g_bytes_get_size(piece));
		g_bytes_unref(piece);
	}
	g_assert_no_error(error);
	g_assert_true(text->len == 0 || g_str_has_suffix(text->str, "\r\n"));

	g_auto(GStrv) lines = g_strsplit(text->str, "\r\n", -1);
	g_autoptr(GString) out = g_string_new(NULL);

	for (char **line = lines; *line != NULL && line[1] != NULL; line++)
		g_string_append_printf(out, "S: %s\n", *line);
	return g_string_free(g_steal_pointer(&out), FALSE);
}

static char *
play(PeerPop3Session *session, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GString) out = g_string_new(NULL);

	for (char **line = lines; *line != NULL; line++) {
		if (g_str_has_prefix(*line, "T:")) {
			g_string_append(out, "T:\n");
			peer_pop3_session_tls_on(session);
		}
		if (!g_str_has_prefix(*line, "C: "))
			continue;

		PeerPop3Wish wish =
			peer_pop3_session_push(session, sieve_bytes_from_string(*line + 3));
		g_autofree char *answer = take_all(session);

		g_string_append_printf(
			out, "%s\n%s%s", *line, answer, wish == PEER_POP3_CLOSE ? "E:\n" : "");
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

static void
test_dialogue(const void *data)
{
	const Dialogue *dialogue = data;
	char *maildir = make_maildir();
	PeerPop3Session *session = new_session(dialogue->flags, maildir);
	g_autofree char *greeting = take_all(session);
	g_autofree char *played = play(session, dialogue->text);

	g_assert_cmpstr(greeting, ==, "S: +OK host.example POP3 ready\n");
	g_assert_cmpstr(played, ==, dialogue->text);
	peer_pop3_session_free(session);
	remove_maildir(maildir);
}

/* A session that ends without QUIT deletes nothing, one that ends with it does (RFC 1939 section
 * 6). */
static void
test_update(void)
{
	for (unsigned quit = 0; quit < 2; quit++) {
		char *maildir = make_maildir();
		PeerPop3Session *session = new_session(PEER_POP3_CLEAR_LOGIN, maildir);
		g_autofree char *greeting = take_all(session);
		g_autofree char *played = play(session, LOGIN "C: DELE 1\n");
		g_autofree char *end = quit ? play(session, "C: QUIT\n") : NULL;
		g_autofree char *path = g_build_filename(maildir, "new/1.a", NULL);

		peer_pop3_session_free(session);
		g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS) == !quit);
		remove_maildir(maildir);
	}
}

static void
test_removed(void)
{
	char *maildir = make_maildir();
	PeerPop3Session *session = new_session(PEER_POP3_CLEAR_LOGIN, maildir);
	g_autofree char *greeting = take_all(session);
	g_autofree char *login = play(session, LOGIN);
	g_autofree char *path = g_build_filename(maildir, "new/1.a", NULL);

	g_assert_cmpint(g_unlink(path), ==, 0);

	g_autofree char *played = play(session, "C: RETR 1\nC: RETR 2\n");

	g_assert_cmpstr(played, ==,
		"C: RETR 1\nS: -ERR another program has removed this message\n"
		"C: RETR 2\nS: +OK message follows\nS: B: 2\nS: \nS: ..dot\nS: .\n");
	peer_pop3_session_free(session);
	remove_maildir(maildir);
}

static void
test_too_long(void)
{
	PeerPop3Session *session = new_session(PEER_POP3_CLEAR_LOGIN, NULL);
	g_autofree char *greeting = take_all(session);
	PeerPop3Wish wish = PEER_POP3_CONTINUE;
	unsigned count = 0;

	g_assert_cmpuint(peer_pop3_session_max_line(session), >=, 255);
	g_assert_cmpuint(peer_pop3_session_max_line(session), <=, 8192);
	while (wish == PEER_POP3_CONTINUE) {
		wish = peer_pop3_session_push_too_long(session);

		g_autofree char *answer = take_all(session);

		g_assert_cmpstr(answer, ==, "S: -ERR that line is too long\n");
		count++;
	}
	g_assert_cmpuint(count, ==, 20);
	peer_pop3_session_free(session);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(dialogues); i++) {
		g_autofree char *path = g_strdup_printf("/pop3-session/%s", dialogues[i].name);

		g_test_add_data_func(path, &dialogues[i], test_dialogue);
	}
	g_test_add_func("/pop3-session/update", test_update);
	g_test_add_func("/pop3-session/removed", test_removed);
	g_test_add_func("/pop3-session/too long", test_too_long);
	return g_test_run();
}
