/* SPDX-License-Identifier: MIT */
/* pop3-session.c - the server's side of POP3, as a command table per state (RFC 1939) */
#include "peer/pop3-session.h"

#include <gio/gio.h>
#include <string.h>

#include "engine/bytes.h"

/* RFC 2449 section 4 asks for 255 octets with CRLF; long passwords get room. */
#define COMMAND_MAX_BYTES 1024u
/* Base64 of three times 255 octets (RFC 4616 section 2), and room. */
#define SASL_MAX_BYTES 2048u

typedef enum {
	STATE_AUTHORIZATION = 1 << 0,
	STATE_SASL = 1 << 1, /* a PLAIN response comes next */
	STATE_TRANSACTION = 1 << 2,
} State;

struct PeerPop3Session {
	PeerPop3Options options;
	PeerPop3OpenDrop open_drop;
	void *user_data;
	State state;
	bool tls;
	char *user; /* (nullable) what USER gave */
	size_t user_len;
	PeerPop3Drop *drop;       /* in STATE_TRANSACTION */
	PeerPop3Message *message; /* (nullable) being sent after @output */
	GString *output;
	unsigned errors;
	unsigned failed_logins;
};

typedef PeerPop3Wish (*Run)(PeerPop3Session *session, SieveBytes argument);

typedef struct {
	const char *name;
	unsigned states;
	enum { ARG_NONE, ARG_OPTIONAL, ARG_REQUIRED } argument;
	Run run;
} Command;

static const struct {
	const char *reply;
	bool counts;
} login_replies[] = {
	[PEER_POP3_LOGIN_OK] = {NULL, false},
	[PEER_POP3_LOGIN_WRONG] = {"-ERR [AUTH] user name or password is wrong\r\n", true},
	[PEER_POP3_LOGIN_LATER] = {"-ERR [SYS/TEMP] too many failed logins, try again later\r\n",
		true},
	[PEER_POP3_LOGIN_IN_USE] = {"-ERR [IN-USE] another session has the maildrop open\r\n",
		false},
	[PEER_POP3_LOGIN_FAILED] = {"-ERR [SYS/TEMP] cannot log in now, try again later\r\n",
		false},
};

static void
reply(PeerPop3Session *session, const char *text)
{
	g_string_append(session->output, text);
}

static PeerPop3Wish
fail(PeerPop3Session *session, const char *text)
{
	reply(session, text);
	if (++session->errors < session->options.max_errors)
		return PEER_POP3_CONTINUE;
	return PEER_POP3_CLOSE;
}

static bool
may_log_in(const PeerPop3Session *session)
{
	return session->tls || (session->options.flags & PEER_POP3_CLEAR_LOGIN) != 0;
}

static bool
may_start_tls(const PeerPop3Session *session)
{
	return !session->tls && (session->options.flags & PEER_POP3_STLS) != 0;
}

static void
forget_user(PeerPop3Session *session)
{
	g_clear_pointer(&session->user, g_free);
	session->user_len = 0;
}

/* --- Arguments ------------------------------------------------------------------------------ */

/* Takes the word up to the next blank off the front of @rest. */
static SieveBytes
take_word(SieveBytes *rest)
{
	const char *blank = rest->len > 0 ? memchr(rest->ptr, ' ', rest->len) : NULL;
	size_t len = blank != NULL ? (size_t)(blank - rest->ptr) : rest->len;
	SieveBytes word = sieve_bytes_slice(*rest, 0, len);

	*rest = sieve_bytes_slice(*rest, MIN(len + 1, rest->len), SIZE_MAX);
	return word;
}

/* number = 1*10DIGIT; longer ones name no message and no line that could exist. */
static bool
parse_number(SieveBytes word, uint64_t *ret_number)
{
	uint64_t number = 0;

	if (word.len == 0 || word.len > 10)
		return false;
	for (size_t i = 0; i < word.len; i++) {
		if (!g_ascii_isdigit(word.ptr[i]))
			return false;
		number = number * 10 + (uint64_t)(word.ptr[i] - '0');
	}
	*ret_number = number;
	return true;
}

/* The number of a message that is there and not deleted; 0 when there is none such. */
static size_t
parse_message(const PeerPop3Session *session, SieveBytes word)
{
	uint64_t number = 0;

	if (!parse_number(word, &number) || number == 0 ||
		number > peer_pop3_drop_count(session->drop) ||
		peer_pop3_drop_is_deleted(session->drop, (size_t)number))
		return 0;
	return (size_t)number;
}

static PeerPop3Wish
no_message(PeerPop3Session *session)
{
	return fail(session, "-ERR no such message\r\n");
}

/* --- Logging in ------------------------------------------------------------------------------- */

static void
count_mail(const PeerPop3Session *session, size_t *ret_count, uint64_t *ret_octets)
{
	size_t count = 0;
	uint64_t octets = 0;

	for (size_t number = 1; number <= peer_pop3_drop_count(session->drop); number++) {
		if (peer_pop3_drop_is_deleted(session->drop, number))
			continue;
		count++;
		octets += peer_pop3_drop_octets(session->drop, number);
	}
	*ret_count = count;
	*ret_octets = octets;
}

static PeerPop3Wish
log_in(PeerPop3Session *session, SieveBytes user, SieveBytes password)
{
	size_t count = 0;
	uint64_t octets = 0;
	PeerPop3Login login =
		session->open_drop(user, password, session->user_data, &session->drop);

	session->state = login == PEER_POP3_LOGIN_OK ? STATE_TRANSACTION : STATE_AUTHORIZATION;
	forget_user(session);
	if (login != PEER_POP3_LOGIN_OK) {
		reply(session, login_replies[login].reply);
		session->failed_logins += login_replies[login].counts ? 1 : 0;
		return session->failed_logins < session->options.max_logins ? PEER_POP3_CONTINUE
									    : PEER_POP3_CLOSE;
	}
	count_mail(session, &count, &octets);
	g_string_append_printf(session->output,
		"+OK maildrop has %zu messages (%" G_GUINT64_FORMAT " octets)\r\n", count, octets);
	return PEER_POP3_CONTINUE;
}

static PeerPop3Wish
run_user(PeerPop3Session *session, SieveBytes argument)
{
	if (!may_log_in(session))
		return fail(session, "-ERR use STLS first\r\n");
	forget_user(session);
	session->user = sieve_bytes_dup(argument);
	session->user_len = argument.len;
	/* The same for a user who is not known (RFC 1939 section 13). */
	reply(session, "+OK send the password\r\n");
	return PEER_POP3_CONTINUE;
}

/* The argument is the rest of the line: a password may hold blanks (RFC 1939 section 7). */
static PeerPop3Wish
run_pass(PeerPop3Session *session, SieveBytes argument)
{
	if (session->user == NULL)
		return fail(session, "-ERR USER comes first\r\n");
	return log_in(session, (SieveBytes){session->user, session->user_len}, argument);
}

/* message = [authzid] NUL authcid NUL passwd (RFC 4616 section 2) */
static PeerPop3Wish
log_in_plain(PeerPop3Session *session, SieveBytes encoded)
{
	g_autofree char *text = sieve_bytes_dup(encoded);
	gsize len = 0;

	session->state = STATE_AUTHORIZATION;
	if (encoded.len % 4 != 0 || memchr(text, '\0', encoded.len) != NULL)
		return fail(session, "-ERR that is no base64\r\n");

	g_autofree guchar *plain = g_base64_decode(text, &len);
	SieveBytes all = {(const char *)plain, len};
	size_t first = sieve_bytes_find(all, SIEVE_BYTES("\0"), 0);
	size_t second =
		first == SIZE_MAX ? SIZE_MAX : sieve_bytes_find(all, SIEVE_BYTES("\0"), first + 1);

	if (second == SIZE_MAX)
		return fail(session, "-ERR that is no PLAIN response\r\n");

	SieveBytes authzid = sieve_bytes_slice(all, 0, first);
	SieveBytes authcid = sieve_bytes_slice(all, first + 1, second - first - 1);
	SieveBytes password = sieve_bytes_slice(all, second + 1, SIZE_MAX);
	PeerPop3Wish wish;

	if (authzid.len != 0 && !sieve_bytes_equal(authzid, authcid))
		wish = fail(session, "-ERR [AUTH] cannot act for somebody else\r\n");
	else
		wish = log_in(session, authcid, password);
	explicit_bzero(plain, len);
	explicit_bzero(text, encoded.len);
	return wish;
}

static PeerPop3Wish
run_auth(PeerPop3Session *session, SieveBytes argument)
{
	SieveBytes rest = argument;
	SieveBytes mechanism = take_word(&rest);

	if (!may_log_in(session))
		return fail(session, "-ERR use STLS first\r\n");
	if (!sieve_bytes_equal_nocase(mechanism, SIEVE_BYTES("PLAIN")))
		return fail(session, "-ERR that mechanism is not known\r\n");
	if (rest.len > 0)
		return log_in_plain(session, rest);
	session->state = STATE_SASL;
	reply(session, "+ \r\n");
	return PEER_POP3_CONTINUE;
}

static PeerPop3Wish
push_sasl(PeerPop3Session *session, SieveBytes line)
{
	if (!sieve_bytes_equal(line, SIEVE_BYTES("*")))
		return log_in_plain(session, line);
	session->state = STATE_AUTHORIZATION;
	reply(session, "-ERR cancelled\r\n");
	return PEER_POP3_CONTINUE;
}

/* --- Any state ----------------------------------------------------------------------------- */

static PeerPop3Wish
run_capa(PeerPop3Session *session, SieveBytes argument G_GNUC_UNUSED)
{
	reply(session,
		"+OK capabilities follow\r\n"
		"TOP\r\nUIDL\r\nPIPELINING\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nEXPIRE NEVER\r\n");
	if (session->state == STATE_AUTHORIZATION && may_log_in(session))
		reply(session, "USER\r\nSASL PLAIN\r\n");
	if (session->state == STATE_AUTHORIZATION && may_start_tls(session))
		reply(session, "STLS\r\n");
	reply(session, "IMPLEMENTATION Doorstep\r\n.\r\n");
	return PEER_POP3_CONTINUE;
}

static PeerPop3Wish
run_stls(PeerPop3Session *session, SieveBytes argument G_GNUC_UNUSED)
{
	if (!may_start_tls(session))
		return fail(session, "-ERR TLS is not offered here\r\n");
	reply(session, "+OK begin TLS\r\n");
	return PEER_POP3_START_TLS;
}

static PeerPop3Wish
run_quit(PeerPop3Session *session, SieveBytes argument G_GNUC_UNUSED)
{
	g_autoptr(GError) error = NULL;

	if (session->drop != NULL && !peer_pop3_drop_commit(session->drop, &error))
		reply(session, "-ERR [SYS/TEMP] some deleted messages were not removed\r\n");
	else
		reply(session, "+OK bye\r\n");
	return PEER_POP3_CLOSE;
}

/* --- Transaction --------------------------------------------------------------------------- */

static PeerPop3Wish
run_stat(PeerPop3Session *session, SieveBytes argument G_GNUC_UNUSED)
{
	size_t count = 0;
	uint64_t octets = 0;

	count_mail(session, &count, &octets);
	g_string_append_printf(session->output, "+OK %zu %" G_GUINT64_FORMAT "\r\n", count, octets);
	return PEER_POP3_CONTINUE;
}

static void
append_listing(PeerPop3Session *session, size_t number)
{
	g_string_append_printf(session->output, "%zu %" G_GUINT64_FORMAT "\r\n", number,
		peer_pop3_drop_octets(session->drop, number));
}

static void
append_uidl(PeerPop3Session *session, size_t number)
{
	g_string_append_printf(
		session->output, "%zu %s\r\n", number, peer_pop3_drop_uidl(session->drop, number));
}

/* LIST and UIDL: one message's line, or every line. */
static PeerPop3Wish
list_mail(PeerPop3Session *session, SieveBytes argument, void (*append)(PeerPop3Session *, size_t))
{
	if (argument.len > 0) {
		size_t number = parse_message(session, argument);

		if (number == 0)
			return no_message(session);
		reply(session, "+OK ");
		append(session, number);
		return PEER_POP3_CONTINUE;
	}
	reply(session, "+OK\r\n");
	for (size_t number = 1; number <= peer_pop3_drop_count(session->drop); number++) {
		if (!peer_pop3_drop_is_deleted(session->drop, number))
			append(session, number);
	}
	reply(session, ".\r\n");
	return PEER_POP3_CONTINUE;
}

static PeerPop3Wish
run_list(PeerPop3Session *session, SieveBytes argument)
{
	return list_mail(session, argument, append_listing);
}

static PeerPop3Wish
run_uidl(PeerPop3Session *session, SieveBytes argument)
{
	return list_mail(session, argument, append_uidl);
}

static PeerPop3Wish
send_message(PeerPop3Session *session, SieveBytes word, size_t body_lines)
{
	g_autoptr(GError) error = NULL;
	size_t number = parse_message(session, word);

	if (number == 0)
		return no_message(session);
	session->message = peer_pop3_drop_read(session->drop, number, body_lines, &error);
	if (session->message != NULL)
		reply(session, "+OK message follows\r\n");
	else if (g_error_matches(error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
		reply(session, "-ERR another program has removed this message\r\n");
	else
		reply(session, "-ERR [SYS/TEMP] this message cannot be read now\r\n");
	return PEER_POP3_CONTINUE;
}

static PeerPop3Wish
run_retr(PeerPop3Session *session, SieveBytes argument)
{
	return send_message(session, argument, PEER_POP3_ALL_LINES);
}

static PeerPop3Wish
run_top(PeerPop3Session *session, SieveBytes argument)
{
	SieveBytes rest = argument;
	SieveBytes word = take_word(&rest);
	uint64_t lines = 0;

	if (!parse_number(rest, &lines))
		return fail(session, "-ERR TOP takes a message and a number of lines\r\n");
	return send_message(session, word, (size_t)lines);
}

static PeerPop3Wish
run_dele(PeerPop3Session *session, SieveBytes argument)
{
	size_t number = parse_message(session, argument);

	if (number == 0)
		return no_message(session);
	peer_pop3_drop_delete(session->drop, number);
	reply(session, "+OK removed at QUIT\r\n");
	return PEER_POP3_CONTINUE;
}

static PeerPop3Wish
run_noop(PeerPop3Session *session, SieveBytes argument G_GNUC_UNUSED)
{
	reply(session, "+OK\r\n");
	return PEER_POP3_CONTINUE;
}

static PeerPop3Wish
run_rset(PeerPop3Session *session, SieveBytes argument G_GNUC_UNUSED)
{
	peer_pop3_drop_reset(session->drop);
	reply(session, "+OK nothing is marked for removal\r\n");
	return PEER_POP3_CONTINUE;
}

#define EITHER (STATE_AUTHORIZATION | STATE_TRANSACTION)

static const Command commands[] = {
	{"AUTH", STATE_AUTHORIZATION, ARG_REQUIRED, run_auth},
	{"CAPA", EITHER, ARG_NONE, run_capa},
	{"DELE", STATE_TRANSACTION, ARG_REQUIRED, run_dele},
	{"LIST", STATE_TRANSACTION, ARG_OPTIONAL, run_list},
	{"NOOP", STATE_TRANSACTION, ARG_NONE, run_noop},
	{"PASS", STATE_AUTHORIZATION, ARG_OPTIONAL, run_pass},
	{"QUIT", EITHER, ARG_NONE, run_quit},
	{"RETR", STATE_TRANSACTION, ARG_REQUIRED, run_retr},
	{"RSET", STATE_TRANSACTION, ARG_NONE, run_rset},
	{"STAT", STATE_TRANSACTION, ARG_NONE, run_stat},
	{"STLS", STATE_AUTHORIZATION, ARG_NONE, run_stls},
	{"TOP", STATE_TRANSACTION, ARG_REQUIRED, run_top},
	{"UIDL", STATE_TRANSACTION, ARG_OPTIONAL, run_uidl},
	{"USER", STATE_AUTHORIZATION, ARG_REQUIRED, run_user},
};

static const Command *
find_command(SieveBytes name)
{
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++) {
		if (sieve_bytes_equal_nocase(name, sieve_bytes_from_string(commands[i].name)))
			return &commands[i];
	}
	return NULL;
}

/* command = keyword *( SP argument ) */
static PeerPop3Wish
push_command(PeerPop3Session *session, SieveBytes line)
{
	SieveBytes argument = line;
	const Command *command = find_command(take_word(&argument));

	if (command == NULL)
		return fail(session, "-ERR that command is not known\r\n");
	if ((command->states & session->state) == 0)
		return fail(session, "-ERR not now\r\n");
	if (command->argument == ARG_NONE && argument.len > 0)
		return fail(session, "-ERR that command takes no argument\r\n");
	if (command->argument == ARG_REQUIRED && argument.len == 0)
		return fail(session, "-ERR that command needs an argument\r\n");
	return command->run(session, argument);
}

PeerPop3Session *
peer_pop3_session_new(const PeerPop3Options *options, PeerPop3OpenDrop open_drop, void *user_data)
{
	PeerPop3Session *session = g_new0(PeerPop3Session, 1);

	session->options = *options;
	session->open_drop = open_drop;
	session->user_data = user_data;
	session->state = STATE_AUTHORIZATION;
	session->tls = (options->flags & PEER_POP3_TLS_ON) != 0;
	session->output = g_string_new(NULL);
	g_string_append_printf(session->output, "+OK %s POP3 ready\r\n", options->host_name);
	return session;
}

void
peer_pop3_session_free(PeerPop3Session *session)
{
	if (session == NULL)
		return;
	forget_user(session);
	peer_pop3_message_close(session->message);
	peer_pop3_drop_close(session->drop);
	g_string_free(session->output, TRUE);
	g_free(session);
}

size_t
peer_pop3_session_max_line(const PeerPop3Session *session)
{
	return session->state == STATE_SASL ? SASL_MAX_BYTES : COMMAND_MAX_BYTES;
}

PeerPop3Wish
peer_pop3_session_push(PeerPop3Session *session, SieveBytes line)
{
	g_assert(session->output->len == 0 && session->message == NULL);
	return session->state == STATE_SASL ? push_sasl(session, line)
					    : push_command(session, line);
}

PeerPop3Wish
peer_pop3_session_push_too_long(PeerPop3Session *session)
{
	if (session->state == STATE_SASL)
		session->state = STATE_AUTHORIZATION;
	return fail(session, "-ERR that line is too long\r\n");
}

bool
peer_pop3_session_take_output(PeerPop3Session *session, GBytes **ret_piece, GError **error)
{
	if (session->output->len == 0 && session->message != NULL &&
		!peer_pop3_message_next(session->message, session->output, error))
		return false;
	if (session->output->len == 0)
		g_clear_pointer(&session->message, peer_pop3_message_close);
	if (session->output->len == 0) {
		*ret_piece = NULL;
		return true;
	}
	*ret_piece = g_string_free_to_bytes(session->output);
	session->output = g_string_new(NULL);
	return true;
}

void
peer_pop3_session_tls_on(PeerPop3Session *session)
{
	session->tls = true;
	forget_user(session);
	session->errors = 0;
}
