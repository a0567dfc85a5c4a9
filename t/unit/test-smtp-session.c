/* SPDX-License-Identifier: MIT */
/* test-smtp-session.c - dialogues, smuggling, and a random walk against a reference state machine */

#include <string.h>

#include "peer/smtp-session.h"

#define MAX_BYTES 1000u
#define MAX_RECIPIENTS 3u

/* What the handler was asked, and what it shall answer. */
typedef struct Owner {
	GString *log;
	int mail_code;
	int rcpt_code;
	int data_code;
	int message_code;
} Owner;

/* The code whose text is longer than a line may be. */
#define TALKATIVE 552

static void
answer(PeerSmtpReply *reply, int code)
{
	if (code == 0)
		return;
	reply->code = code;
	reply->enhanced = code / 100 == 5 ? "5.7.1" : "4.3.0";
	reply->text = code == TALKATIVE ? g_strnfill(1000, 'x') : g_strdup("as told\nby the test");
}

static void
on_mail(const PeerSmtpTransaction *t, void *user_data, PeerSmtpReply *reply)
{
	Owner *owner = user_data;

	g_string_append_printf(owner->log, "mail %.*s;", (int)t->sender.len,
		t->sender.len == 0 ? "" : t->sender.ptr);
	answer(reply, owner->mail_code);
}

static void
on_recipient(const PeerSmtpTransaction *t, SieveBytes recipient,
	const PeerSmtpRecipient *parameters, void *user_data, PeerSmtpReply *reply)
{
	Owner *owner = user_data;
	const char *const given[][2] = {{"notify", parameters->notify}, {"orcpt", parameters->orcpt},
		{"ret", t->ret}, {"envid", t->envid}};

	g_string_append_printf(owner->log, "rcpt %.*s %s", (int)recipient.len, recipient.ptr,
		parameters->ticket == NULL ? "-" : parameters->ticket);
	for (size_t i = 0; i < G_N_ELEMENTS(given); i++)
		if (given[i][1] != NULL)
			g_string_append_printf(owner->log, " %s=%s", given[i][0], given[i][1]);
	if (t->has_by)
		g_string_append_printf(owner->log, " by=%s%s", t->by.notify ? "N" : "R",
			t->by.trace ? "T" : "");
	g_string_append_c(owner->log, ';');
	answer(reply, owner->rcpt_code);
}

static void
on_data(const PeerSmtpTransaction *t G_GNUC_UNUSED, void *user_data, PeerSmtpReply *reply)
{
	answer(reply, ((Owner *)user_data)->data_code);
}

static void
on_message(const PeerSmtpTransaction *t, SieveBytes message, void *user_data,
	PeerSmtpReply *replies, size_t n_replies)
{
	Owner *owner = user_data;
	g_autofree char *shown = sieve_bytes_escape(message, 200);

	g_assert_nonnull(t->sender.ptr);
	g_assert_cmpuint(t->recipients->len, >, 0);
	g_assert_cmpuint(t->recipients->len, ==, t->parameters->len);
	g_string_append_printf(owner->log, "message %u \"%s\";", t->recipients->len, shown);
	for (size_t i = 0; i < n_replies; i++)
		answer(&replies[i], i == 0 ? owner->message_code : 0);
}

static const PeerSmtpHandler handler = {on_mail, on_recipient, on_data, on_message};

static PeerSmtpSession *
new_session(Owner *owner, unsigned flags, unsigned max_errors)
{
	const PeerSmtpOptions options = {
		.host_name = "here.example",
		.flags = flags,
		.max_message_bytes = MAX_BYTES,
		.max_recipients = MAX_RECIPIENTS,
		.max_errors = max_errors,
	};

	return peer_smtp_session_new(&options, &handler, owner);
}

/* Takes what is pending. Checks its form and appends the final code of each reply to @codes. */
static void
take_codes(PeerSmtpSession *session, GString *codes, GString *text)
{
	g_autoptr(GBytes) output = peer_smtp_session_take_output(session);
	size_t len = 0;
	const char *ptr = g_bytes_get_data(output, &len);
	SieveBytes rest = {ptr, len};

	while (rest.len > 0) {
		size_t end = sieve_bytes_find(rest, SIEVE_BYTES("\r\n"), 0);
		g_assert_cmpuint(end, !=, SIZE_MAX);
		g_assert_cmpuint(end, >=, 4);
		g_assert_true(rest.ptr[3] == ' ' || rest.ptr[3] == '-');
		for (size_t i = 0; i < end; i++)
			g_assert_true((unsigned char)rest.ptr[i] >= ' ');
		if (rest.ptr[3] == ' ')
			g_string_append_printf(
				codes, "%s%.3s", codes->len > 0 ? " " : "", rest.ptr);
		if (text != NULL)
			g_string_append_printf(text, "%.*s|", (int)end, rest.ptr);
		rest = sieve_bytes_slice(rest, end + 2, SIZE_MAX);
	}
}

/* Gives the session the bytes a client sent, cut into lines as line-io does it. */
static void
push_wire(PeerSmtpSession *session, SieveBytes wire, GString *codes)
{
	while (wire.len > 0) {
		size_t lf = sieve_bytes_find(wire, SIEVE_BYTES("\n"), 0);
		g_assert_cmpuint(lf, !=, SIZE_MAX);
		bool bare_lf = lf == 0 || wire.ptr[lf - 1] != '\r';
		PeerSmtpWish wish = peer_smtp_session_push(
			session, sieve_bytes_slice(wire, 0, bare_lf ? lf : lf - 1), bare_lf);
		take_codes(session, codes, NULL);
		if (wish == PEER_SMTP_START_TLS)
			peer_smtp_session_tls_on(session);
		if (wish == PEER_SMTP_CLOSE)
			g_string_append(codes, " closed");
		wire = sieve_bytes_slice(wire, lf + 1, SIZE_MAX);
	}
}

typedef struct Dialogue {
	const char *name;
	const char *wire;
	const char *codes;
	const char *log;
	unsigned flags;
	int mail_code, rcpt_code, data_code, message_code;
} Dialogue;

#define HELLO "EHLO c.example\r\n"
#define ONE HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<j@d>\r\n"
#define BODY "S: 1\r\n\r\nx\r\n"
#define BODY_LOG "\"S: 1\\x0d\\x0a\\x0d\\x0ax\\x0d\\x0a\""
#define ONE_LOG "mail a@b;rcpt j@d -;"
#define TLS PEER_SMTP_STARTTLS | PEER_SMTP_TICKETS

static const Dialogue dialogues[] = {
	{"a mail", ONE "DATA\r\n" BODY ".\r\nQUIT\r\n",
		"220 250 250 250 354 250 221 closed",
		ONE_LOG "message 1 " BODY_LOG ";", .flags = 0},
	{"HELO will do", "HELO c\r\nMAIL FROM:<>\r\nRCPT TO:<j@d>\r\n", "220 250 250 250",
		"mail ;rcpt j@d -;", .flags = 0},
	{"letter case", "ehlo C\r\nmail from:<a@b>\r\nRcpt To:<j@d>\r\n", "220 250 250 250",
		ONE_LOG, .flags = 0},
	{"dots are unstuffed", ONE "DATA\r\n..\r\n.a\r\n.\r\n", "220 250 250 250 354 250",
		ONE_LOG "message 1 \".\\x0d\\x0aa\\x0d\\x0a\";", .flags = 0},
	{"empty mail", ONE "DATA\r\n.\r\n", "220 250 250 250 354 250",
		ONE_LOG "message 1 \"\";", .flags = 0},
	{"two mails", ONE "DATA\r\n.\r\nMAIL FROM:<c@d>\r\nRCPT TO:<j@d>\r\n",
		"220 250 250 250 354 250 250 250",
		ONE_LOG "message 1 \"\";mail c@d;rcpt j@d -;", .flags = 0},
	{"recipients of one mail are not those of the next",
		ONE "DATA\r\n.\r\nMAIL FROM:<c@d>\r\nDATA\r\n", "220 250 250 250 354 250 250 554",
		ONE_LOG "message 1 \"\";mail c@d;", .flags = 0},
	{"nothing before HELO", "MAIL FROM:<a@b>\r\nRCPT TO:<j@d>\r\nDATA\r\n", "220 503 503 503",
		"", .flags = 0},
	{"RCPT before MAIL", HELLO "RCPT TO:<j@d>\r\nDATA\r\n", "220 250 503 503", "", .flags = 0},
	{"MAIL twice", HELLO "MAIL FROM:<a@b>\r\nMAIL FROM:<c@d>\r\nRCPT TO:<j@d>\r\n",
		"220 250 250 503 250", ONE_LOG, .flags = 0},
	{"HELO again forgets", ONE HELLO "DATA\r\n", "220 250 250 250 250 503",
		ONE_LOG, .flags = 0},
	{"RSET forgets", ONE "RSET\r\nDATA\r\nRCPT TO:<j@d>\r\n", "220 250 250 250 250 503 503",
		ONE_LOG, .flags = 0},
	{"a refused sender leaves nothing", HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<j@d>\r\nDATA\r\n",
		"220 250 550 503 503", "mail a@b;", .mail_code = 550},
	{"a refused recipient leaves the sender", ONE "DATA\r\n", "220 250 250 450 554",
		ONE_LOG, .rcpt_code = 450},
	{"refused before the mail", ONE "DATA\r\nRCPT TO:<j@d>\r\n", "220 250 250 250 451 503",
		ONE_LOG, .data_code = 451},
	{"refused after the mail", ONE "DATA\r\n.\r\nDATA\r\n", "220 250 250 250 354 550 503",
		ONE_LOG "message 1 \"\";", .message_code = 550},
	{"no such command", HELLO "TURN\r\n\r\n\x01\r\nBDAT 5 LAST\r\nXREDIR1\r\nEXPN x\r\n",
		"220 250 500 500 500 500 500 500", "", .flags = 0},
	{"AUTH is not offered", HELLO "AUTH PLAIN AGEAYg==\r\n", "220 250 500", "", .flags = 0},
	{"VRFY tells nothing", HELLO "VRFY j@d\r\nVRFY\r\n", "220 250 252 501", "", .flags = 0},
	{"HELO without a name", "EHLO\r\nHELO \r\nEHLO a b\r\nEHLO c\r\n", "220 501 501 501 250",
		"", .flags = 0},
	{"bad paths", HELLO "MAIL FROM:a@b\r\nMAIL a@b\r\nMAIL FROM:<a@b\r\nMAIL FROM:<a@b>\r\n"
		      "RCPT TO:<>\r\nRCPT j@d\r\n",
		"220 250 501 501 501 250 501 501", "mail a@b;", .flags = 0},
	{"parameters", HELLO "MAIL FROM:<a@b> SIZE=10 BODY=8BITMIME SMTPUTF8\r\n"
		       "RCPT TO:<j@d> NOTIFY=NEVER\r\n",
		"220 250 250 555", "mail a@b;", .flags = 0},
	{"bad parameters", HELLO "MAIL FROM:<a@b> FOO\r\nMAIL FROM:<a@b> SIZE=x\r\n"
			   "MAIL FROM:<a@b> SIZE=\r\nMAIL FROM:<a@b> BODY=BINARYMIME\r\n"
			   "RCPT TO:<j@d>\r\n",
		"220 250 555 555 555 555 503", "", .flags = 0},
	{"declared too large", HELLO "MAIL FROM:<a@b> SIZE=1001\r\nMAIL FROM:<a@b> SIZE=1000\r\n",
		"220 250 552 250", "mail a@b;", .flags = 0},
	{"SIZE beyond 64 bits", HELLO "MAIL FROM:<a@b> SIZE=99999999999999999999\r\n",
		"220 250 555", "", .flags = 0},
	{"too many recipients", ONE "RCPT TO:<k@d>\r\nRCPT TO:<l@d>\r\nRCPT TO:<m@d>\r\n",
		"220 250 250 250 250 250 452", ONE_LOG "rcpt k@d -;rcpt l@d -;", .flags = 0},
	{"arguments where none belong", ONE "DATA now\r\nRSET x\r\nQUIT x\r\n",
		"220 250 250 250 501 501 501", ONE_LOG, .flags = 0},
	{"a command with a bare LF", "EHLO c\nEHLO c\r\n", "220 500 250", "", .flags = 0},
	{"a command with a CR", "EHLO c\rMAIL FROM:<a@b>\r\n", "220 500", "", .flags = 0},
	{"no STARTTLS unless offered", HELLO "STARTTLS\r\n", "220 250 500", "", .flags = 0},
	{"STARTTLS forgets all", ONE "RSET\r\nSTARTTLS\r\nMAIL FROM:<a@b>\r\n",
		"220 250 250 250 250 220 503", ONE_LOG, .flags = TLS},
	{"STARTTLS once", HELLO "STARTTLS\r\n" HELLO "STARTTLS\r\n", "220 250 220 250 500", "",
		.flags = TLS},
	{"STARTTLS outside a mail", ONE "STARTTLS\r\n", "220 250 250 250 503", ONE_LOG, .flags = TLS},
	{"no ticket in clear", HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<j@d> XTICKET=t\r\n",
		"220 250 250 555", "mail a@b;", .flags = TLS},
	{"a ticket", HELLO "STARTTLS\r\n" HELLO "MAIL FROM:<a@b>\r\nRCPT TO:<j@d> xticket=1.2=\r\n",
		"220 250 220 250 250 250", "mail a@b;rcpt j@d 1.2=;", .flags = TLS},
	{"two tickets", HELLO "STARTTLS\r\n" HELLO
			      "MAIL FROM:<a@b>\r\nRCPT TO:<j@d> XTICKET=1 XTICKET=2\r\n",
		"220 250 220 250 250 555", "mail a@b;", .flags = TLS},
	{"DSN", HELLO "MAIL FROM:<a@b> RET=hdrs ENVID=QQ+2B31\r\n"
		      "RCPT TO:<j@d> NOTIFY=SUCCESS,delay ORCPT=rfc822;J+2Bx@d\r\nRCPT TO:<k@d>\r\n",
		"220 250 250 250 250",
		"mail a@b;rcpt j@d - notify=SUCCESS,delay orcpt=rfc822;J+x@d ret=hdrs envid=QQ+31;"
		"rcpt k@d - ret=hdrs envid=QQ+31;",
		.flags = PEER_SMTP_DSN},
	{"DSN is forgotten", HELLO "MAIL FROM:<a@b> RET=FULL ENVID=1\r\nRSET\r\nMAIL FROM:<a@b>\r\n"
				   "RCPT TO:<j@d>\r\n",
		"220 250 250 250 250 250", "mail a@b;mail a@b;rcpt j@d -;", .flags = PEER_SMTP_DSN},
	{"DSN where it is not offered", HELLO "MAIL FROM:<a@b> RET=FULL\r\nMAIL FROM:<a@b> ENVID=1\r\n"
					      "MAIL FROM:<a@b>\r\nRCPT TO:<j@d> ORCPT=rfc822;j@d\r\n",
		"220 250 555 555 250 555", "mail a@b;", .flags = 0},
	{"DSN gone wrong", HELLO "MAIL FROM:<a@b> RET=BODY\r\nMAIL FROM:<a@b> RET=FULL RET=HDRS\r\n"
				 "MAIL FROM:<a@b> ENVID=+2\r\nMAIL FROM:<a@b> ENVID=+00\r\n"
				 "MAIL FROM:<a@b>\r\nRCPT TO:<j@d> NOTIFY=NEVER,DELAY\r\n"
				 "RCPT TO:<j@d> NOTIFY=\r\nRCPT TO:<j@d> ORCPT=j@d\r\n"
				 "RCPT TO:<j@d> NOTIFY=NEVER NOTIFY=NEVER\r\n",
		"220 250 555 555 555 555 250 555 555 555 555", "mail a@b;", .flags = PEER_SMTP_DSN},
	{"Deliver-By", HELLO "MAIL FROM:<a@b> BY=120;rt\r\nRCPT TO:<j@d>\r\nRSET\r\n"
			     "MAIL FROM:<a@b> BY=-5;N\r\nRCPT TO:<j@d>\r\n",
		"220 250 250 250 250 250 250", "mail a@b;rcpt j@d - by=RT;mail a@b;rcpt j@d - by=N;",
		.flags = PEER_SMTP_DELIVERBY},
	{"Deliver-By gone wrong", HELLO "MAIL FROM:<a@b> BY=0;R\r\nMAIL FROM:<a@b> BY=-1;R\r\n"
					"MAIL FROM:<a@b> BY=1234567890;N\r\nMAIL FROM:<a@b> BY=1\r\n"
					"MAIL FROM:<a@b> BY=1;X\r\nMAIL FROM:<a@b> BY=1;NX\r\n"
					"MAIL FROM:<a@b> BY=;N\r\nMAIL FROM:<a@b> BY=1;NTT\r\n",
		"220 250 555 555 555 555 555 555 555 555", "", .flags = PEER_SMTP_DELIVERBY},
	{"LMTP greets with LHLO", "EHLO c\r\nHELO c\r\nLHLO c\r\n", "220 500 500 250", "",
		.flags = PEER_SMTP_LMTP},
	{"SMTP does not", "LHLO c\r\n", "220 500", "", .flags = 0},
	{"LMTP replies for each", "LHLO c\r\nMAIL FROM:<>\r\nRCPT TO:<j@d>\r\nRCPT TO:<k@d>\r\n"
				  "DATA\r\n.\r\n",
		"220 250 250 250 250 354 450 250", "mail ;rcpt j@d -;rcpt k@d -;message 2 \"\";",
		.flags = PEER_SMTP_LMTP, .message_code = 450},
	{"LMTP without recipients", "LHLO c\r\nMAIL FROM:<>\r\nDATA\r\n", "220 250 250 503", "mail ;",
		.flags = PEER_SMTP_LMTP},
	{"shell and path tricks are addresses or nothing",
		HELLO "MAIL FROM:<;touch /tmp/x;>\r\nMAIL FROM:<a@b>\r\nRCPT TO:<\"|id\">\r\n"
		      "RCPT TO:<../../x@d>\r\nRCPT TO:<`id`@d>\r\n",
		"220 250 501 250 501 501 250", "mail a@b;rcpt `id`@d -;", .flags = 0},
};

static void
test_dialogue(const void *data)
{
	const Dialogue *test = data;
	g_autoptr(GString) codes = g_string_new(NULL);
	Owner owner = {g_string_new(NULL), test->mail_code, test->rcpt_code, test->data_code,
		test->message_code};
	g_autoptr(PeerSmtpSession) session = new_session(&owner, test->flags, 100);

	take_codes(session, codes, NULL);
	push_wire(session, sieve_bytes_from_string(test->wire), codes);
	g_assert_cmpstr(codes->str, ==, test->codes);
	g_assert_cmpstr(owner.log->str, ==, test->log);
	g_string_free(owner.log, TRUE);
}

/* --- Smuggling ------------------------------------------------------------------------------- */

#define SMUGGLED "MAIL FROM:<evil@x>\r\nRCPT TO:<j@d>\r\nDATA\r\nevil\r\n"

static const struct {
	const char *name;
	const char *end;
	size_t len;
} ends[] = {
#define END(literal) {#literal, literal, sizeof(literal) - 1}
	END("a\n.\n"),
	END("a\r\n.\n"),
	END("a\n.\r\n"),
	END("a\r.\r"),
	END("a\r\n.\r"),
	END("a\r.\r\n"),
	END("a\n\n.\r\n"),
	END(".\n"),
	END("a\n..\r\n"),
};

/* What some other server may take for the end of a message ends none here: the commands behind it
 * are text of one message, and that message is refused. */
static void
test_smuggling(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
		g_autoptr(GString) codes = g_string_new(NULL);
		g_autoptr(GString) wire = g_string_new("S: 1\r\n\r\n");
		Owner owner = {g_string_new(NULL), 0, 0, 0, 0};
		g_autoptr(PeerSmtpSession) session = new_session(&owner, 0, 100);
		take_codes(session, codes, NULL);
		push_wire(session, SIEVE_BYTES(ONE "DATA\r\n"), codes);
		g_string_append_len(wire, ends[i].end, (gssize)ends[i].len);
		g_string_append(wire, SMUGGLED "\r\n.\r\nNOOP\r\n");
		push_wire(session, (SieveBytes){wire->str, wire->len}, codes);
		g_test_message("%s", ends[i].name);
		g_assert_cmpstr(codes->str, ==, "220 250 250 250 354 550 250");
		g_assert_cmpstr(owner.log->str, ==, ONE_LOG);
		g_string_free(owner.log, TRUE);
	}
}

/* A NUL before the dot makes a line like any other, and nothing is lost at it. */
static void
test_nul(void)
{
	g_autoptr(GString) codes = g_string_new(NULL);
	Owner owner = {g_string_new(NULL), 0, 0, 0, 0};
	g_autoptr(PeerSmtpSession) session = new_session(&owner, 0, 100);

	take_codes(session, codes, NULL);
	push_wire(session, SIEVE_BYTES(ONE "DATA\r\n\0.\r\n.\r\n"), codes);
	g_assert_cmpstr(codes->str, ==, "220 250 250 250 354 250");
	g_assert_cmpstr(owner.log->str, ==, ONE_LOG "message 1 \"\\x00.\\x0d\\x0a\";");
	g_string_free(owner.log, TRUE);
}

/* --- Limits ---------------------------------------------------------------------------------- */

static void
push_message(PeerSmtpSession *session, size_t line_len, GString *codes)
{
	g_autofree char *line = g_strnfill(line_len, 'x');

	push_wire(session, SIEVE_BYTES(ONE "DATA\r\n"), codes);
	g_assert_cmpint(peer_smtp_session_push(session, (SieveBytes){line, line_len}, false), ==,
		PEER_SMTP_CONTINUE);
	push_wire(session, SIEVE_BYTES(".\r\n"), codes);
}

static void
test_size(void)
{
	g_autoptr(GString) codes = g_string_new(NULL);
	Owner owner = {g_string_new(NULL), 0, 0, 0, 0};
	g_autoptr(PeerSmtpSession) session = new_session(&owner, 0, 100);

	take_codes(session, codes, NULL);
	push_message(session, MAX_BYTES - 2, codes);
	g_assert_cmpstr(codes->str, ==, "220 250 250 250 354 250");
	push_message(session, MAX_BYTES - 1, codes);
	g_assert_true(g_str_has_suffix(codes->str, "354 552"));
	push_message(session, 1, codes);
	g_assert_true(g_str_has_suffix(codes->str, "354 250"));
	g_string_free(owner.log, TRUE);
}

static void
test_long_lines(void)
{
	for (int bare_lf = 0; bare_lf <= 1; bare_lf++) {
		g_autoptr(GString) codes = g_string_new(NULL);
		Owner owner = {g_string_new(NULL), 0, 0, 0, 0};
		g_autoptr(PeerSmtpSession) session = new_session(&owner, 0, 100);
		take_codes(session, codes, NULL);
		(void)peer_smtp_session_push_too_long(session, false);
		push_wire(session, SIEVE_BYTES(ONE "DATA\r\n"), codes);
		(void)peer_smtp_session_push_too_long(session, bare_lf);
		push_wire(session, SIEVE_BYTES(".\r\nNOOP\r\n"), codes);
		/* After a bare LF the dot is text still, and so is NOOP. */
		g_assert_cmpstr(codes->str, ==,
			bare_lf ? "220 500 250 250 250 354" : "220 500 250 250 250 354 550 250");
		g_assert_cmpint(peer_smtp_session_in_data(session), ==, bare_lf);
		g_assert_cmpstr(owner.log->str, ==, ONE_LOG);
		g_string_free(owner.log, TRUE);
	}
}

static void
test_errors(void)
{
	g_autoptr(GString) codes = g_string_new(NULL);
	Owner owner = {g_string_new(NULL), 0, 0, 0, 0};
	g_autoptr(PeerSmtpSession) session = new_session(&owner, 0, 3);

	take_codes(session, codes, NULL);
	push_wire(session, SIEVE_BYTES("NOOP\r\nX\r\nX\r\nNOOP\r\nX\r\n"), codes);
	g_assert_cmpstr(codes->str, ==, "220 250 500 500 250 500 421 closed");
	g_string_free(owner.log, TRUE);
}

/* Names and tickets are not to be found by trying. */
static void
test_harvest(void)
{
	g_autoptr(GString) codes = g_string_new(NULL);
	Owner owner = {.log = g_string_new(NULL), .rcpt_code = 550};
	g_autoptr(PeerSmtpSession) session = new_session(&owner, 0, 3);

	take_codes(session, codes, NULL);
	push_wire(session, SIEVE_BYTES(ONE "RCPT TO:<k@d>\r\nRCPT TO:<l@d>\r\n"), codes);
	g_assert_cmpstr(codes->str, ==, "220 250 250 550 550 550 421 closed");
	g_string_free(owner.log, TRUE);
}

static void
test_texts(void)
{
	g_autoptr(GString) codes = g_string_new(NULL);
	g_autoptr(GString) text = g_string_new(NULL);
	Owner owner = {g_string_new(NULL), 550, 0, 0, 0};
	g_autoptr(PeerSmtpSession) session = new_session(&owner, TLS, 3);

	(void)peer_smtp_session_push(session, SIEVE_BYTES("EHLO c"), false);
	(void)peer_smtp_session_push(session, SIEVE_BYTES("MAIL FROM:<a@b>"), false);
	take_codes(session, codes, text);
	g_assert_cmpstr(text->str, ==,
		"220 here.example ESMTP Doorstep|"
		"250-here.example|250-PIPELINING|250-8BITMIME|250-SMTPUTF8|250-SIZE 1000|"
		"250-STARTTLS|250 ENHANCEDSTATUSCODES|"
		"550-5.7.1 as told|550 5.7.1 by the test|");
	g_string_free(owner.log, TRUE);
}

/* RFC 5321 section 4.5.3.1.5: no line of a reply is longer than 512 octets. */
static void
test_long_text(void)
{
	g_autoptr(GString) codes = g_string_new(NULL);
	g_autoptr(GString) text = g_string_new(NULL);
	Owner owner = {g_string_new(NULL), TALKATIVE, 0, 0, 0};
	g_autoptr(PeerSmtpSession) session = new_session(&owner, 0, 3);

	(void)peer_smtp_session_push(session, SIEVE_BYTES("HELO c"), false);
	(void)peer_smtp_session_push(session, SIEVE_BYTES("MAIL FROM:<a@b>"), false);
	take_codes(session, codes, text);
	g_auto(GStrv) lines = g_strsplit(text->str, "|", -1);
	size_t told = 0;
	for (size_t i = 0; lines[i] != NULL; i++) {
		g_assert_cmpuint(strlen(lines[i]) + strlen("\r\n"), <=, 512);
		for (const char *at = lines[i]; g_str_has_prefix(lines[i], "552") && *at != '\0'; at++)
			told += *at == 'x';
	}
	g_assert_cmpuint(told, ==, 1000);
	g_string_free(owner.log, TRUE);
}

/* --- Random walk ------------------------------------------------------------------------------ */

/* The reference: what RFC 5321 section 4.1.4 says of the order of commands, and no more. */
typedef struct Model {
	bool greeted;
	bool mail;
	unsigned recipients;
	bool tls;
} Model;

typedef enum {
	STEP_EHLO,
	STEP_EHLO_BAD,
	STEP_MAIL,
	STEP_MAIL_BAD,
	STEP_RCPT,
	STEP_RCPT_BAD,
	STEP_DATA,
	STEP_DATA_SPOILT,
	STEP_RSET,
	STEP_NOOP,
	STEP_VRFY,
	STEP_AUTH,
	STEP_BDAT,
	STEP_STARTTLS,
	N_STEPS,
} Step;

static const char *const step_wire[N_STEPS] = {
	[STEP_EHLO] = "EHLO c\r\n",
	[STEP_EHLO_BAD] = "EHLO\r\n",
	[STEP_MAIL] = "MAIL FROM:<a@b>\r\n",
	[STEP_MAIL_BAD] = "MAIL FROM:<a@b> NO=1\r\n",
	[STEP_RCPT] = "RCPT TO:<j@d>\r\n",
	[STEP_RCPT_BAD] = "RCPT TO:<>\r\n",
	[STEP_DATA] = "DATA\r\n",
	[STEP_DATA_SPOILT] = "DATA\r\n",
	[STEP_RSET] = "RSET\r\n",
	[STEP_NOOP] = "NOOP\r\n",
	[STEP_VRFY] = "VRFY x\r\n",
	[STEP_AUTH] = "AUTH PLAIN =\r\n",
	[STEP_BDAT] = "BDAT 0\r\n",
	[STEP_STARTTLS] = "STARTTLS\r\n",
};

static int
expect_data(Model *model)
{
	if (!model->mail)
		return 503;
	return model->recipients == 0 ? 554 : 354;
}

static int
expect_starttls(Model *model)
{
	if (model->tls)
		return 500;
	if (!model->greeted || model->mail)
		return 503;
	*model = (Model){.tls = true};
	return 220;
}

/* The code of the step's reply; moves the model on. */
static int
expect(Model *model, Step step)
{
	switch (step) {
	case STEP_EHLO:
		*model = (Model){.greeted = true, .tls = model->tls};
		return 250;
	case STEP_MAIL:
		if (!model->greeted || model->mail)
			return 503;
		model->mail = true;
		return 250;
	case STEP_MAIL_BAD:
		return !model->greeted || model->mail ? 503 : 555;
	case STEP_RCPT:
		if (!model->mail)
			return 503;
		return model->recipients == MAX_RECIPIENTS ? 452 : (model->recipients++, 250);
	case STEP_RCPT_BAD:
		return model->mail ? 501 : 503;
	case STEP_DATA:
	case STEP_DATA_SPOILT:
		return expect_data(model);
	case STEP_RSET:
		model->mail = false;
		model->recipients = 0;
		return 250;
	case STEP_STARTTLS:
		return expect_starttls(model);
	case STEP_EHLO_BAD:
		return 501;
	case STEP_NOOP:
		return 250;
	case STEP_VRFY:
		return 252;
	default:
		return 500;
	}
}

static void
check_step(PeerSmtpSession *session, Model *model, Step step, unsigned *n_messages)
{
	g_autoptr(GString) codes = g_string_new(NULL);
	g_autofree char *wanted = g_strdup_printf("%d", expect(model, step));

	push_wire(session, sieve_bytes_from_string(step_wire[step]), codes);
	g_assert_cmpstr(codes->str, ==, wanted);
	g_assert_cmpint(peer_smtp_session_in_data(session), ==, strcmp(wanted, "354") == 0);
	if (strcmp(wanted, "354") != 0)
		return;
	g_string_truncate(codes, 0);
	bool spoilt = step == STEP_DATA_SPOILT;
	push_wire(session, spoilt ? SIEVE_BYTES("a\nb\r\n.\r\n") : SIEVE_BYTES("a\r\n.\r\n"),
		codes);
	g_assert_cmpstr(codes->str, ==, spoilt ? "550" : "250");
	*n_messages += !spoilt;
	model->mail = false;
	model->recipients = 0;
}

static unsigned
count_messages(const char *log)
{
	unsigned count = 0;

	for (const char *at = log; (at = strstr(at, "message ")) != NULL; at++)
		count++;
	return count;
}

static void
test_walk(void)
{
	for (unsigned walk = 0; walk < 2000; walk++) {
		Owner owner = {g_string_new(NULL), 0, 0, 0, 0};
		g_autoptr(PeerSmtpSession) session = new_session(&owner, TLS, 1000);
		g_autoptr(GString) greeting = g_string_new(NULL);
		Model model = {0};
		unsigned n_messages = 0;
		take_codes(session, greeting, NULL);
		for (unsigned i = 0; i < 40; i++)
			check_step(session, &model, (Step)g_test_rand_int_range(0, N_STEPS),
				&n_messages);
		g_assert_cmpuint(count_messages(owner.log->str), ==, n_messages);
		g_string_free(owner.log, TRUE);
	}
}

/* The relay has nothing to say before the message is there. */
static void
test_message_alone(void)
{
	static const PeerSmtpHandler message_alone = {.message = on_message};
	const PeerSmtpOptions options = {.host_name = "here.example",
		.max_message_bytes = MAX_BYTES,
		.max_recipients = MAX_RECIPIENTS,
		.max_errors = 10};
	Owner owner = {.log = g_string_new(NULL)};
	g_autoptr(GString) codes = g_string_new(NULL);
	g_autoptr(PeerSmtpSession) session =
		peer_smtp_session_new(&options, &message_alone, &owner);

	take_codes(session, codes, NULL);
	push_wire(session, SIEVE_BYTES(ONE "DATA\r\n.\r\n"), codes);
	g_assert_cmpstr(codes->str, ==, "220 250 250 250 354 250");
	g_assert_cmpstr(owner.log->str, ==, "message 1 \"\";");
	g_string_free(owner.log, TRUE);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(dialogues); i++) {
		g_autofree char *name = g_strdup_printf("/smtp-session/%s", dialogues[i].name);
		g_test_add_data_func(name, &dialogues[i], test_dialogue);
	}
	g_test_add_func("/smtp-session/smuggling", test_smuggling);
	g_test_add_func("/smtp-session/nul", test_nul);
	g_test_add_func("/smtp-session/size", test_size);
	g_test_add_func("/smtp-session/long-lines", test_long_lines);
	g_test_add_func("/smtp-session/errors", test_errors);
	g_test_add_func("/smtp-session/harvest", test_harvest);
	g_test_add_func("/smtp-session/texts", test_texts);
	g_test_add_func("/smtp-session/long-text", test_long_text);
	g_test_add_func("/smtp-session/message-alone", test_message_alone);
	g_test_add_func("/smtp-session/walk", test_walk);
	return g_test_run();
}
