/* SPDX-License-Identifier: MIT */
/* test-fetch.c - the POP3 client against a server that lies, breaks off or never ends (RFC 1939) */
#include "peer/fetch.h"

#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>

#include "peer/fetch-list.h"
#include "peer/fetch-memory.h"
#include "peer/line-io.h"

/* --- LIST ---------------------------------------------------------------------------------- */

static const struct {
	const char *text;
	const char *parsed;
} listings[] = {
	{"1 120\r\n2 200\r\n", "1:120 2:200 "},
	{"1 120\n7 200\n", "1:120 7:200 "},
	{"1 120 extra words\r\n", "1:120 "},
	{"2 1\r\n1 1\r\n2 1\r\n", "2:1 "},
	{"0 1\r\n-1 5\r\n1 -5\r\n", "1:0 "},
	{"4294967297 1\r\n2147483648 1\r\n2147483647 1\r\n", "2147483647:1 "},
	{"99999999999999999999 1\r\n", ""},
	{"1 99999999999999999999\r\n", "1:0 "},
	{"x\r\n\r\n1\r\n1x 3\r\n 3 4\r\n", "1:0 3:4 "},
	{"", ""},
};

static void
test_list(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(listings); i++) {
		g_autoptr(GArray) list =
			peer_fetch_list_parse(sieve_bytes_from_string(listings[i].text));
		g_autoptr(GString) parsed = g_string_new(NULL);

		for (guint at = 0; at < list->len; at++) {
			const PeerFetchItem *item = &g_array_index(list, PeerFetchItem, at);

			g_string_append_printf(
				parsed, "%u:%" G_GUINT64_FORMAT " ", item->number, item->octets);
		}
		g_assert_cmpstr(parsed->str, ==, listings[i].parsed);
	}
}

/* --- Memory -------------------------------------------------------------------------------- */

static void
test_memory(void)
{
	g_autofree char *folder = g_dir_make_tmp("doorstep-memory-XXXXXX", NULL);
	g_autofree char *path = g_build_filename(folder, "fetched", NULL);
	g_autofree char *one = peer_fetch_memory_key(SIEVE_BYTES("one"));
	g_autofree char *two = peer_fetch_memory_key(SIEVE_BYTES("two"));
	g_autofree char *three = peer_fetch_memory_key(SIEVE_BYTES("three"));
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GError) error = NULL;
	PeerFetchMemory *memory = peer_fetch_memory_open(path, &error);

	g_assert_no_error(error);
	g_assert_cmpint(peer_fetch_memory_get(memory, one), ==, PEER_FETCH_NEW);
	g_assert_true(peer_fetch_memory_set(memory, one, PEER_FETCH_BEGUN, &error));
	g_assert_true(peer_fetch_memory_set(memory, one, PEER_FETCH_DONE, &error));
	g_assert_true(peer_fetch_memory_set(memory, three, PEER_FETCH_BEGUN, &error));
	peer_fetch_memory_free(memory);

	/* A crash cut the last line short: the next one must not be glued to it. */
	FILE *file = g_fopen(path, "a");

	g_assert_cmpint(fputs("=0123", file), >=, 0);
	g_assert_cmpint(fclose(file), ==, 0);
	memory = peer_fetch_memory_open(path, &error);
	g_assert_cmpint(peer_fetch_memory_get(memory, one), ==, PEER_FETCH_DONE);
	g_assert_cmpint(peer_fetch_memory_get(memory, three), ==, PEER_FETCH_BEGUN);
	g_assert_true(peer_fetch_memory_set(memory, two, PEER_FETCH_DONE, &error));
	peer_fetch_memory_free(memory);

	memory = peer_fetch_memory_open(path, &error);
	g_assert_cmpint(peer_fetch_memory_get(memory, two), ==, PEER_FETCH_DONE);
	g_hash_table_add(seen, two);
	g_hash_table_add(seen, three);
	g_assert_true(peer_fetch_memory_keep(memory, seen, &error));
	peer_fetch_memory_free(memory);
	memory = peer_fetch_memory_open(path, &error);
	g_assert_cmpint(peer_fetch_memory_get(memory, one), ==, PEER_FETCH_NEW);
	g_assert_cmpint(peer_fetch_memory_get(memory, two), ==, PEER_FETCH_DONE);
	g_assert_cmpint(peer_fetch_memory_get(memory, three), ==, PEER_FETCH_NEW);
	peer_fetch_memory_free(memory);
	g_assert_cmpint(g_unlink(path), ==, 0);
	g_assert_cmpint(g_rmdir(folder), ==, 0);
}

/* --- A server that follows a script --------------------------------------------------------- */

/* Each entry answers commands that begin with @command. "HANGUP" ends the connection after what
 * stands before it; "SILENCE" answers nothing more. */
typedef struct {
	const char *command;
	const char *answer;
} Answer;

typedef struct {
	const char *name;
	const Answer *answers; /* until a NULL command; the last entry wins ties by order */
	bool ok;
	const char *stored; /* texts, each in brackets */
	size_t waiting;
	size_t passed_over;
	const char *deleted; /* DELE commands as they came */
} Script;

static const Answer greeting = {"", "+OK hello\r\n"};
static const Answer usual[] = {
	{"CAPA", "+OK\r\nUSER\r\n.\r\n"},
	{"USER", "+OK\r\n"},
	{"PASS", "+OK\r\n"},
	{"DELE", "+OK\r\n"},
	{"NOOP", "+OK\r\n"},
	{"QUIT", "+OK\r\nHANGUP"},
	{NULL, NULL},
};

static const Answer plain[] = {
	{"LIST", "+OK\r\n1 5\r\n2 6\r\n.\r\n"},
	{"RETR 1", "+OK\r\na\r\n..\r\n.\r\n"},
	{"RETR 2", "+OK\r\nbb\r\n.\r\n"},
	{NULL, NULL},
};
static const Answer empty[] = {{"LIST", "+OK 2147483648 messages\r\n.\r\n"}, {NULL, NULL}};
static const Answer no_list[] = {{"LIST", "-ERR no\r\n"}, {NULL, NULL}};
static const Answer no_terminator[] = {
	{"LIST", "+OK\r\n1 5\r\n2 6\r\n.\r\n"}, {"RETR 1", "+OK\r\na\r\nSILENCE"}, {NULL, NULL}};
static const Answer hangs_up[] = {
	{"LIST", "+OK\r\n1 5\r\n.\r\n"}, {"RETR 1", "+OK\r\na\r\nHANGUP"}, {NULL, NULL}};
static const Answer refuses_one[] = {
	{"LIST", "+OK\r\n1 5\r\n2 6\r\n.\r\n"},
	{"RETR 1", "-ERR broken\r\n"},
	{"RETR 2", "+OK\r\nbb\r\n.\r\n"},
	{NULL, NULL},
};
static const Answer lies_small[] = {
	{"LIST", "+OK\r\n1 5\r\n2 6\r\n.\r\n"},
	{"RETR 1", "+OK\r\n0123456789012345678901234567890123456789\r\n.\r\n"},
	{"RETR 2", "+OK\r\nbb\r\n.\r\n"},
	{NULL, NULL},
};
static const Answer lies_large[] = {
	{"LIST", "+OK\r\n1 5\r\n2 99999999\r\n.\r\n"},
	{"RETR 1", "+OK\r\na\r\n.\r\n"},
	{"RETR 2", "+OK\r\nbb\r\n.\r\n"},
	{NULL, NULL},
};
static const Answer wrong_password[] = {{"PASS", "-ERR [AUTH] no\r\n"}, {NULL, NULL}};
static const Answer hangs_up_after_retr[] = {
	{"LIST", "+OK\r\n1 5\r\n2 6\r\n.\r\n"},
	{"RETR 1", "+OK\r\na\r\n.\r\nHANGUP"},
	{NULL, NULL},
};
static const Answer hangs_up_at_dele[] = {
	{"LIST", "+OK\r\n1 5\r\n2 6\r\n.\r\n"},
	{"RETR 1", "+OK\r\na\r\n.\r\n"},
	{"DELE", "HANGUP"},
	{NULL, NULL},
};
static const Answer nonsense[] = {{"LIST", "\x80\xff\x1b[2J\r\nHANGUP"}, {NULL, NULL}};

static const Script scripts[] = {
	{"plain", plain, true, "[a\r\n.\r\n][bb\r\n]", 2, 0, "DELE 1 DELE 2 "},
	{"empty, count lies", empty, true, "", 0, 0, ""},
	{"no LIST", no_list, false, "", 0, 0, ""},
	{"no terminator", no_terminator, false, "", 2, 0, ""},
	{"hangs up in a mail", hangs_up, true, "", 1, 1, ""},
	{"refuses one mail", refuses_one, true, "[bb\r\n]", 2, 1, "DELE 2 "},
	{"mail larger than said", lies_small, true, "[bb\r\n]", 2, 1, "DELE 2 "},
	{"mail too large", lies_large, true, "[a\r\n]", 2, 1, "DELE 1 "},
	{"wrong password", wrong_password, false, "", 0, 0, ""},
	{"hangs up after a mail", hangs_up_after_retr, true, "", 2, 2, ""},
	/* The numbers die with the connection: no second DELE on another one. */
	{"hangs up at DELE", hangs_up_at_dele, false, "[a\r\n]", 2, 0, "DELE 1 "},
	{"nonsense", nonsense, false, "", 0, 0, ""},
};

typedef struct {
	const Script *script;
	GString *deleted;
} Server;

static const char *
find_answer(const Answer *answers, const char *line)
{
	for (; answers->command != NULL; answers++) {
		if (g_str_has_prefix(line, answers->command))
			return answers->answer;
	}
	return NULL;
}

/* False when the connection ends. */
static bool
answer(GIOStream *stream, const char *text, bool *ret_silent)
{
	const char *hangup = strstr(text, "HANGUP");
	const char *silence = strstr(text, "SILENCE");
	const char *end = hangup != NULL ? hangup : silence;
	gsize len = end != NULL ? (gsize)(end - text) : strlen(text);
	gsize written = 0;

	*ret_silent = silence != NULL;
	return g_output_stream_write_all(
		       g_io_stream_get_output_stream(stream), text, len, &written, NULL, NULL) &&
	       hangup == NULL;
}

static gboolean
serve(GThreadedSocketService *service G_GNUC_UNUSED, GSocketConnection *connection,
	GObject *source G_GNUC_UNUSED, void *user_data)
{
	Server *server = user_data;
	g_autoptr(GDataInputStream) in =
		g_data_input_stream_new(g_io_stream_get_input_stream(G_IO_STREAM(connection)));
	bool silent = false;

	g_data_input_stream_set_newline_type(in, G_DATA_STREAM_NEWLINE_TYPE_CR_LF);
	(void)answer(G_IO_STREAM(connection), greeting.answer, &silent);
	for (;;) {
		g_autofree char *line = g_data_input_stream_read_line(in, NULL, NULL, NULL);
		const char *text = line == NULL ? NULL : find_answer(server->script->answers, line);

		if (line == NULL)
			break;
		if (g_str_has_prefix(line, "DELE"))
			g_string_append_printf(server->deleted, "%s ", line);
		if (text == NULL)
			text = find_answer(usual, line);
		if (!silent && !answer(G_IO_STREAM(connection),
				       text != NULL ? text : "-ERR what\r\n", &silent))
			break;
	}
	(void)g_io_stream_close(G_IO_STREAM(connection), NULL, NULL);
	return TRUE;
}

static bool
store(const PeerFetchMail *mail, void *user_data, GError **error G_GNUC_UNUSED)
{
	g_assert_cmpuint(strlen(mail->key), ==, 64);
	g_assert_false(mail->begun);
	g_string_append_printf(user_data, "[%.*s]", (int)mail->text.len, mail->text.ptr);
	return true;
}

static void
test_server(const void *data)
{
	const Script *script = data;
	g_autoptr(GSocketService) service = g_threaded_socket_service_new(4);
	g_autofree char *folder = g_dir_make_tmp("doorstep-fetch-XXXXXX", NULL);
	g_autofree char *memory = g_build_filename(folder, "fetched", NULL);
	g_autoptr(GString) stored = g_string_new(NULL);
	g_autoptr(GString) deleted = g_string_new(NULL);
	g_autoptr(GError) error = NULL;
	Server server = {script, deleted};
	PeerFetchReport report = {0};
	g_autoptr(GInetAddress) loopback = g_inet_address_new_loopback(G_SOCKET_FAMILY_IPV4);
	g_autoptr(GSocketAddress) any = g_inet_socket_address_new(loopback, 0);
	g_autoptr(GSocketAddress) bound = NULL;

	g_assert_true(g_socket_listener_add_address(G_SOCKET_LISTENER(service), any,
		G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_TCP, NULL, &bound, NULL));
	g_signal_connect(service, "run", G_CALLBACK(serve), &server);

	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	GThread *thread = g_thread_new("accept", (GThreadFunc)(void *)g_main_loop_run, loop);
	g_autofree char *url = g_strdup_printf("pop3://127.0.0.1:%u/",
		g_inet_socket_address_get_port(G_INET_SOCKET_ADDRESS(bound)));
	PeerFetchSettings settings = {.url = url,
		.user_name = "james",
		.password = "secret",
		.allow_clear = true,
		.memory_file = memory,
		.max_message_bytes = 30,
		.timeout_ms = 1000};
	bool ok = peer_fetch_run(&settings, store, stored, &report, &error);

	g_main_loop_quit(loop);
	g_thread_join(thread);
	g_test_message("%s", error != NULL ? error->message : "no error");
	g_assert_true(ok == script->ok);
	g_assert_true((error == NULL) == ok);
	g_assert_cmpstr(stored->str, ==, script->stored);
	g_assert_cmpuint(report.waiting, ==, script->waiting);
	g_assert_cmpuint(report.passed_over, ==, script->passed_over);
	g_assert_cmpstr(deleted->str, ==, script->deleted);
	(void)g_unlink(memory);
	g_assert_cmpint(g_rmdir(folder), ==, 0);
}

/* --- Settings ------------------------------------------------------------------------------- */

static const struct {
	const char *url;
	bool allow_clear;
} refused[] = {
	{"http://127.0.0.1/", false},
	{"file:///etc/passwd", false},
	{"pop3://mail.example.org/", true},
	{"pop3://192.0.2.1/", true},
	{"pop3://127.0.0.1@192.0.2.1/", true},
	{"pop3s://mail.example.org/", true},
};

static void
test_settings(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
		g_autoptr(GError) error = NULL;
		PeerFetchReport report = {0};
		PeerFetchSettings settings = {.url = refused[i].url,
			.user_name = "a",
			.password = "b",
			.allow_clear = refused[i].allow_clear,
			.memory_file = "/nonexistent/fetched",
			.max_message_bytes = 1,
			.timeout_ms = 100};

		g_assert_false(peer_fetch_run(&settings, store, NULL, &report, &error));
		g_assert_error(error, PEER_ERROR, PEER_ERROR_CONFIG);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/fetch/list", test_list);
	g_test_add_func("/fetch/memory", test_memory);
	g_test_add_func("/fetch/settings", test_settings);
	for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++) {
		g_autofree char *path = g_strdup_printf("/fetch/server/%s", scripts[i].name);

		g_test_add_data_func(path, &scripts[i], test_server);
	}
	return g_test_run();
}
