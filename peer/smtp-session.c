/* SPDX-License-Identifier: MIT */
/* smtp-session.c - the server's side of SMTP and LMTP, as a command table (RFC 5321, RFC 2033) */

#include "peer/smtp-session.h"

#include <string.h>

#include "engine/env.h"
#include "engine/message/smtp-parameters.h"
#include "peer/smtp-path.h"

/* Where the session stands; each command of the table says where it may come. */
typedef enum {
	PHASE_START = 1 << 0, /* no HELO yet */
	PHASE_READY = 1 << 1, /* no transaction */
	PHASE_MAIL = 1 << 2,  /* a sender, no recipient */
	PHASE_RCPT = 1 << 3,  /* at least one recipient */
	PHASE_DATA = 1 << 4,  /* text lines come */
} Phase;

#define PHASE_COMMANDS (PHASE_START | PHASE_READY | PHASE_MAIL | PHASE_RCPT)
#define PHASE_GREETED (PHASE_READY | PHASE_MAIL | PHASE_RCPT)

/* What is wrong with the message that is being received; the first fault is the one told. */
typedef enum {
	FAULT_NONE,
	FAULT_LINE_END,
	FAULT_LINE_LENGTH,
	FAULT_SIZE,
} Fault;

struct PeerSmtpSession {
	PeerSmtpOptions options;
	char *host_name;
	const PeerSmtpHandler *handler;
	void *user_data;
	GString *output;
	Phase phase;
	bool tls;
	unsigned n_errors;
	PeerSmtpTransaction transaction;
	char *helo;
	char *sender;
	GByteArray *message;
	Fault fault;
	bool after_bare_lf; /* the last text line ended in LF alone */
};

/* The flags under which a command exists at all. */
typedef enum {
	ONLY_SMTP = 1 << 0,
	ONLY_LMTP = 1 << 1,
	ONLY_BEFORE_TLS = 1 << 2,
} Only;

typedef PeerSmtpWish (*Run)(PeerSmtpSession *session, SieveBytes argument);

typedef struct Command {
	const char *name;
	unsigned phases;
	unsigned only;
	const char *out_of_place; /* text of the 503 outside @phases */
	Run run;
} Command;

/* --- Replies --------------------------------------------------------------------------------- */

/* RFC 5321 section 4.5.3.1.5: a line of a reply has 512 octets, the codes and CRLF included. */
enum { MAX_REPLY_TEXT = 480 };

/* One line of a reply. What no reply may hold is left out: text comes from outside at times. */
static void
put_line(PeerSmtpSession *session, int code, bool last, const char *enhanced, const char *text,
	size_t len)
{
	g_string_append_printf(session->output, "%03d%c", code, last ? ' ' : '-');
	if (enhanced[0] != '\0')
		g_string_append_printf(session->output, "%s ", enhanced);
	for (size_t i = 0; i < len; i++)
		if ((unsigned char)text[i] >= ' ' && text[i] != 0x7f)
			g_string_append_c(session->output, text[i]);
	g_string_append(session->output, "\r\n");
}

static void
put_text(PeerSmtpSession *session, int code, const char *enhanced, const char *text)
{
	for (const char *line = text;;) {
		size_t len = MIN(strcspn(line, "\n"), (size_t)MAX_REPLY_TEXT);
		bool last = line[len] == '\0';
		put_line(session, code, last, enhanced, line, len);
		if (last)
			return;
		line += len + (line[len] == '\n');
	}
}

static PeerSmtpWish
reply(PeerSmtpSession *session, int code, const char *enhanced, const char *text)
{
	put_text(session, code, enhanced, text);
	return PEER_SMTP_CONTINUE;
}

static PeerSmtpWish
count_error(PeerSmtpSession *session)
{
	if (++session->n_errors < session->options.max_errors)
		return PEER_SMTP_CONTINUE;
	put_text(session, 421, "4.7.0", "Too many errors, closing");
	return PEER_SMTP_CLOSE;
}

/* A refusal of the command itself. Too many of them end the session. */
static PeerSmtpWish
refuse(PeerSmtpSession *session, int code, const char *enhanced, const char *text)
{
	put_text(session, code, enhanced, text);
	return count_error(session);
}

/* Sends what the handler filled in, with @fallback as text when it gave none. True: it accepted. */
static bool
put_answer(PeerSmtpSession *session, PeerSmtpReply *answer, const char *enhanced_ok,
	const char *fallback)
{
	bool accepted = answer->code == 0 || answer->code / 100 == 2;
	const char *enhanced = answer->enhanced;

	if (enhanced == NULL)
		enhanced = accepted ? enhanced_ok : "";
	put_text(session, answer->code == 0 ? 250 : answer->code, enhanced,
		answer->text != NULL ? answer->text : accepted ? fallback : "Refused");
	g_clear_pointer(&answer->text, g_free);
	return accepted;
}

/* --- State ----------------------------------------------------------------------------------- */

static void
reset_transaction(PeerSmtpSession *session)
{
	PeerSmtpTransaction *t = &session->transaction;

	g_clear_pointer(&session->sender, g_free);
	t->sender = (SieveBytes){NULL, 0};
	t->declared_size = 0;
	t->utf8 = false;
	g_clear_pointer(&t->ret, g_free);
	g_clear_pointer(&t->envid, g_free);
	t->has_by = false;
	g_ptr_array_set_size(t->recipients, 0);
	g_ptr_array_set_size(t->parameters, 0);
	/* Freed, not emptied: an idle session does not keep the room of its largest message. */
	g_clear_pointer(&session->message, g_byte_array_unref);
	session->fault = FAULT_NONE;
	session->after_bare_lf = false;
	if (session->phase != PHASE_START)
		session->phase = PHASE_READY;
}

static void
set_helo(PeerSmtpSession *session, SieveBytes helo, bool esmtp)
{
	g_free(session->helo);
	session->helo = sieve_bytes_dup(helo);
	session->transaction.helo = (SieveBytes){session->helo, helo.len};
	session->transaction.esmtp = esmtp;
	session->phase = PHASE_READY;
	reset_transaction(session);
}

/* --- Commands -------------------------------------------------------------------------------- */

/* Domain / address-literal, not looked at closely: a name that lies is no reason to refuse mail. */
static bool
is_helo_name(SieveBytes name)
{
	for (size_t i = 0; i < name.len; i++)
		if ((unsigned char)name.ptr[i] <= ' ' || name.ptr[i] == 0x7f)
			return false;
	return name.len > 0 && name.len <= 255;
}

static PeerSmtpWish
run_helo(PeerSmtpSession *session, SieveBytes argument)
{
	if (!is_helo_name(argument))
		return refuse(session, 501, "5.5.4", "HELO needs the name of your host");
	set_helo(session, argument, false);
	return reply(session, 250, "", session->host_name);
}

static PeerSmtpWish
run_ehlo(PeerSmtpSession *session, SieveBytes argument)
{
	unsigned flags = session->options.flags;

	if (!is_helo_name(argument))
		return refuse(session, 501, "5.5.4", "EHLO needs the name of your host");
	set_helo(session, argument, true);
	g_autoptr(GString) text = g_string_new(session->host_name);
	g_string_append(text, "\nPIPELINING\n8BITMIME\nSMTPUTF8\n");
	g_string_append_printf(
		text, "SIZE %" G_GUINT64_FORMAT "\n", session->options.max_message_bytes);
	if ((flags & PEER_SMTP_STARTTLS) != 0 && !session->tls)
		g_string_append(text, "STARTTLS\n");
	if ((flags & PEER_SMTP_TICKETS) != 0 && session->tls)
		g_string_append(text, "XTICKET\n");
	if ((flags & PEER_SMTP_DSN) != 0)
		g_string_append(text, "DSN\n");
	if ((flags & PEER_SMTP_DELIVERBY) != 0)
		g_string_append(text, "DELIVERBY\n");
	g_string_append(text, "ENHANCEDSTATUSCODES");
	return reply(session, 250, "", text->str);
}

/* True when @argument begins with @keyword in any case; *@ret_rest is what follows. */
static bool
take_keyword(SieveBytes argument, SieveBytes keyword, SieveBytes *ret_rest)
{
	*ret_rest = sieve_bytes_slice(argument, keyword.len, SIZE_MAX);
	return sieve_bytes_equal_nocase(sieve_bytes_slice(argument, 0, keyword.len), keyword);
}

static bool
parse_number(SieveBytes text, uint64_t *ret_number)
{
	g_autofree char *copy = sieve_bytes_dup(text);
	guint64 number = 0;

	/* RFC 1870 section 3: at most 20 digits */
	if (text.len > 20 || !g_ascii_string_to_unsigned(copy, 10, 0, G_MAXUINT64, &number, NULL))
		return false;
	*ret_number = number;
	return true;
}

/* Takes a text once. @max: characters as written (RFC 3461 section 5.4). */
static bool
take_text(char **text, SieveBytes value, size_t max)
{
	if (*text != NULL || value.len == 0 || value.len > max)
		return false;
	*text = sieve_bytes_dup(value);
	return true;
}

static bool
take_xtext(char **text, SieveBytes value, size_t max)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveBytes decoded;

	/* A NUL would end it early. */
	return value.len <= max && sieve_xtext_decode(value, arena, &decoded) &&
	       (decoded.len == 0 || memchr(decoded.ptr, '\0', decoded.len) == NULL) &&
	       take_text(text, decoded, max);
}

static bool
take_size(PeerSmtpSession *session, SieveBytes value)
{
	return parse_number(value, &session->transaction.declared_size);
}

static bool
take_utf8(PeerSmtpSession *session, SieveBytes value)
{
	session->transaction.utf8 = true;
	return value.len == 0;
}

static bool
take_body(PeerSmtpSession *session G_GNUC_UNUSED, SieveBytes value)
{
	return sieve_bytes_equal_nocase(value, SIEVE_BYTES("7BIT")) ||
	       sieve_bytes_equal_nocase(value, SIEVE_BYTES("8BITMIME"));
}

static bool
take_ret(PeerSmtpSession *session, SieveBytes value)
{
	return sieve_ret_is_valid(value) && take_text(&session->transaction.ret, value, value.len);
}

static bool
take_envid(PeerSmtpSession *session, SieveBytes value)
{
	return take_xtext(&session->transaction.envid, value, 100);
}

static bool
take_by(PeerSmtpSession *session, SieveBytes value)
{
	PeerSmtpTransaction *t = &session->transaction;
	const SieveEnv *env = sieve_env_system();
	bool twice = t->has_by;

	t->has_by = true;
	return !twice &&
	       sieve_deliver_by_parse(value, env->now_usec(env) / G_USEC_PER_SEC, &t->by);
}

/* The parameters of MAIL. */
static const struct {
	const char *name;
	unsigned needs; /* PeerSmtpFlags: the one that offers it */
	bool (*take)(PeerSmtpSession *session, SieveBytes value);
} mail_parameters[] = {
	{"SIZE", 0, take_size},		       /* RFC 1870 */
	{"BODY", 0, take_body},		       /* RFC 6152 */
	{"SMTPUTF8", 0, take_utf8},	       /* RFC 6531 */
	{"RET", PEER_SMTP_DSN, take_ret},      /* RFC 3461 */
	{"ENVID", PEER_SMTP_DSN, take_envid},  /* RFC 3461 */
	{"BY", PEER_SMTP_DELIVERBY, take_by},  /* RFC 2852 */
};

static bool
take_mail_parameter(PeerSmtpSession *session, SieveBytes name, SieveBytes value)
{
	for (size_t i = 0; i < G_N_ELEMENTS(mail_parameters); i++)
		if (sieve_bytes_equal_nocase(
			    name, sieve_bytes_from_string(mail_parameters[i].name)))
			return (mail_parameters[i].needs & ~session->options.flags) == 0 &&
			       mail_parameters[i].take(session, value);
	return false;
}

static bool
take_mail_parameters(PeerSmtpSession *session, SieveBytes parameters)
{
	SieveBytes name;
	SieveBytes value;

	while (peer_smtp_parameter_next(&parameters, &name, &value))
		if (!take_mail_parameter(session, name, value))
			return false;
	return parameters.len == 0;
}

static PeerSmtpWish
run_mail(PeerSmtpSession *session, SieveBytes argument)
{
	PeerSmtpTransaction *t = &session->transaction;
	PeerSmtpReply answer = {0};
	SieveBytes rest;
	SieveBytes address;
	SieveBytes parameters;

	if (!take_keyword(argument, SIEVE_BYTES("FROM:"), &rest) ||
		!peer_smtp_path_parse(rest, PEER_SMTP_PATH_NULL | PEER_SMTP_PATH_UTF8, &address,
			&parameters))
		return refuse(session, 501, "5.1.7", "Say MAIL FROM:<address>");
	reset_transaction(session);
	if (!take_mail_parameters(session, parameters)) {
		reset_transaction(session);
		return refuse(session, 555, "5.5.4", "A parameter of MAIL is not known here");
	}
	if (t->declared_size > session->options.max_message_bytes) {
		reset_transaction(session);
		return reply(session, 552, "5.3.4", "The message is larger than is taken here");
	}
	session->sender = sieve_bytes_dup(address);
	t->sender = (SieveBytes){session->sender, address.len};
	if (session->handler->mail != NULL)
		session->handler->mail(t, session->user_data, &answer);
	if (put_answer(session, &answer, "2.1.0", "Sender taken"))
		session->phase = PHASE_MAIL;
	else
		reset_transaction(session);
	return PEER_SMTP_CONTINUE;
}

static void
free_recipient(gpointer data)
{
	PeerSmtpRecipient *recipient = data;

	g_free(recipient->ticket);
	g_free(recipient->notify);
	g_free(recipient->orcpt);
	g_free(recipient);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerSmtpRecipient, free_recipient)

/* One parameter of RCPT: XTICKET (doc/redirect.md section 3), NOTIFY and ORCPT (RFC 3461). */
static bool
take_rcpt_parameter(const PeerSmtpSession *session, SieveBytes name, SieveBytes value,
	PeerSmtpRecipient *recipient)
{
	bool tickets = (session->options.flags & PEER_SMTP_TICKETS) != 0 && session->tls;
	bool dsn = (session->options.flags & PEER_SMTP_DSN) != 0;

	if (tickets && sieve_bytes_equal_nocase(name, SIEVE_BYTES("XTICKET")))
		return take_text(&recipient->ticket, value, value.len);
	if (dsn && sieve_bytes_equal_nocase(name, SIEVE_BYTES("NOTIFY")))
		return sieve_notify_is_valid(value) &&
		       take_text(&recipient->notify, value, value.len);
	return dsn && sieve_bytes_equal_nocase(name, SIEVE_BYTES("ORCPT")) &&
	       sieve_bytes_find(value, SIEVE_BYTES(";"), 0) < value.len &&
	       take_xtext(&recipient->orcpt, value, 500);
}

static bool
take_rcpt_parameters(
	const PeerSmtpSession *session, SieveBytes parameters, PeerSmtpRecipient *recipient)
{
	SieveBytes name;
	SieveBytes value;

	while (peer_smtp_parameter_next(&parameters, &name, &value))
		if (!take_rcpt_parameter(session, name, value, recipient))
			return false;
	return parameters.len == 0;
}

static PeerSmtpWish
run_rcpt(PeerSmtpSession *session, SieveBytes argument)
{
	PeerSmtpTransaction *t = &session->transaction;
	g_autoptr(PeerSmtpRecipient) recipient = g_new0(PeerSmtpRecipient, 1);
	PeerSmtpReply answer = {0};
	SieveBytes rest;
	SieveBytes address;
	SieveBytes parameters;

	if (!take_keyword(argument, SIEVE_BYTES("TO:"), &rest) ||
		!peer_smtp_path_parse(rest, PEER_SMTP_PATH_POSTMASTER | PEER_SMTP_PATH_UTF8,
			&address, &parameters))
		return refuse(session, 501, "5.1.3", "Say RCPT TO:<address>");
	if (!take_rcpt_parameters(session, parameters, recipient))
		return refuse(session, 555, "5.5.4", "A parameter of RCPT is not known here");
	if (t->recipients->len >= session->options.max_recipients)
		return reply(session, 452, "4.5.3", "Too many recipients in one transaction");
	if (session->handler->recipient != NULL)
		session->handler->recipient(t, address, recipient, session->user_data, &answer);
	/* Who tries names or tickets one after the other may do so a few times only. */
	if (!put_answer(session, &answer, "2.1.5", "Recipient taken"))
		return count_error(session);
	g_ptr_array_add(t->recipients, sieve_bytes_dup(address));
	g_ptr_array_add(t->parameters, g_steal_pointer(&recipient));
	session->phase = PHASE_RCPT;
	return PEER_SMTP_CONTINUE;
}

static PeerSmtpWish
run_data(PeerSmtpSession *session, SieveBytes argument)
{
	PeerSmtpReply answer = {0};

	if (argument.len > 0)
		return refuse(session, 501, "5.5.4", "DATA takes no argument");
	if (session->phase == PHASE_MAIL)
		/* A client that pipelines sends DATA before it knows (RFC 2920 section 3.1);
		 * LMTP wants 503 (RFC 2033 section 4.2). */
		return reply(session, (session->options.flags & PEER_SMTP_LMTP) != 0 ? 503 : 554,
			"5.5.1", "No valid recipients");
	if (session->handler->data != NULL)
		session->handler->data(&session->transaction, session->user_data, &answer);
	if (answer.code != 0 && answer.code / 100 != 2) {
		(void)put_answer(session, &answer, "", "");
		reset_transaction(session);
		return PEER_SMTP_CONTINUE;
	}
	g_clear_pointer(&answer.text, g_free);
	session->message = g_byte_array_new();
	session->phase = PHASE_DATA;
	return reply(session, 354, "", "Send the message, end it with a dot on a line of its own");
}

static PeerSmtpWish
run_rset(PeerSmtpSession *session, SieveBytes argument)
{
	if (argument.len > 0)
		return refuse(session, 501, "5.5.4", "RSET takes no argument");
	reset_transaction(session);
	return reply(session, 250, "2.0.0", "Forgotten");
}

static PeerSmtpWish
run_noop(PeerSmtpSession *session, SieveBytes argument G_GNUC_UNUSED)
{
	return reply(session, 250, "2.0.0", "Done");
}

static PeerSmtpWish
run_help(PeerSmtpSession *session, SieveBytes argument G_GNUC_UNUSED)
{
	return reply(session, 214, "2.0.0", "See RFC 5321");
}

/* RFC 5321 section 7.3: neither confirms nor denies who is here. */
static PeerSmtpWish
run_vrfy(PeerSmtpSession *session, SieveBytes argument)
{
	if (argument.len == 0)
		return refuse(session, 501, "5.5.4", "VRFY needs an address");
	return reply(session, 252, "2.0.0", "Cannot say; try to deliver to it");
}

static PeerSmtpWish
run_quit(PeerSmtpSession *session, SieveBytes argument)
{
	if (argument.len > 0)
		return refuse(session, 501, "5.5.4", "QUIT takes no argument");
	put_text(session, 221, "2.0.0", "Goodbye");
	return PEER_SMTP_CLOSE;
}

static PeerSmtpWish
run_starttls(PeerSmtpSession *session, SieveBytes argument)
{
	if (argument.len > 0)
		return refuse(session, 501, "5.5.4", "STARTTLS takes no argument");
	put_text(session, 220, "2.0.0", "Ready for TLS");
	return PEER_SMTP_START_TLS;
}

static const Command commands[] = {
	{"HELO", PHASE_COMMANDS, ONLY_SMTP, NULL, run_helo},
	{"EHLO", PHASE_COMMANDS, ONLY_SMTP, NULL, run_ehlo},
	{"LHLO", PHASE_COMMANDS, ONLY_LMTP, NULL, run_ehlo},
	{"MAIL", PHASE_READY, 0, "Greet first, and finish one mail before the next", run_mail},
	{"RCPT", PHASE_MAIL | PHASE_RCPT, 0, "MAIL comes first", run_rcpt},
	{"DATA", PHASE_MAIL | PHASE_RCPT, 0, "MAIL and RCPT come first", run_data},
	{"RSET", PHASE_COMMANDS, 0, NULL, run_rset},
	{"NOOP", PHASE_COMMANDS, 0, NULL, run_noop},
	{"HELP", PHASE_COMMANDS, 0, NULL, run_help},
	{"VRFY", PHASE_COMMANDS, 0, NULL, run_vrfy},
	{"QUIT", PHASE_COMMANDS, 0, NULL, run_quit},
	{"STARTTLS", PHASE_READY, ONLY_BEFORE_TLS, "Greet first, outside a mail", run_starttls},
};

static bool
exists(const PeerSmtpSession *session, const Command *command)
{
	bool lmtp = (session->options.flags & PEER_SMTP_LMTP) != 0;
	bool starttls = (session->options.flags & PEER_SMTP_STARTTLS) != 0 && !session->tls;

	return !((command->only & ONLY_SMTP) != 0 && lmtp) &&
	       !((command->only & ONLY_LMTP) != 0 && !lmtp) &&
	       !((command->only & ONLY_BEFORE_TLS) != 0 && !starttls);
}

static const Command *
find_command(const PeerSmtpSession *session, SieveBytes verb)
{
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		if (sieve_bytes_equal_nocase(verb, sieve_bytes_from_string(commands[i].name)) &&
			exists(session, &commands[i]))
			return &commands[i];
	return NULL;
}

static PeerSmtpWish
push_command(PeerSmtpSession *session, SieveBytes line)
{
	size_t verb_len = 0;

	while (verb_len < line.len && line.ptr[verb_len] != ' ')
		verb_len++;
	const Command *command = find_command(session, sieve_bytes_slice(line, 0, verb_len));
	if (command == NULL)
		return refuse(session, 500, "5.5.2", "That command is not known here");
	if ((command->phases & session->phase) == 0)
		return refuse(session, 503, "5.5.1", command->out_of_place);
	return command->run(session, sieve_bytes_trim(sieve_bytes_slice(line, verb_len, SIZE_MAX)));
}

/* --- The message ----------------------------------------------------------------------------- */

static const PeerSmtpReply fault_replies[] = {
	[FAULT_LINE_END] = {550, "5.5.2", NULL},
	[FAULT_LINE_LENGTH] = {550, "5.6.0", NULL},
	[FAULT_SIZE] = {552, "5.3.4", NULL},
};
static const char *const fault_texts[] = {
	[FAULT_LINE_END] = "Bare CR or LF: every line must end in CR LF (RFC 5321 section 2.3.8)",
	[FAULT_LINE_LENGTH] = "A line of the message is too long",
	[FAULT_SIZE] = "The message is larger than is taken here",
};

static void
spoil(PeerSmtpSession *session, Fault fault)
{
	if (session->fault == FAULT_NONE)
		session->fault = fault;
	g_byte_array_set_size(session->message, 0);
}

static void
finish_message(PeerSmtpSession *session)
{
	PeerSmtpTransaction *t = &session->transaction;
	size_t n_replies =
		(session->options.flags & PEER_SMTP_LMTP) != 0 ? t->recipients->len : 1;
	g_autofree PeerSmtpReply *replies = g_new0(PeerSmtpReply, n_replies);
	SieveBytes message = {(const char *)session->message->data, session->message->len};

	if (session->fault == FAULT_NONE)
		session->handler->message(t, message, session->user_data, replies, n_replies);
	for (size_t i = 0; i < n_replies; i++) {
		if (session->fault != FAULT_NONE) {
			replies[i] = fault_replies[session->fault];
			replies[i].text = g_strdup(fault_texts[session->fault]);
		}
		(void)put_answer(session, &replies[i], "2.0.0", "Taken");
	}
	session->phase = PHASE_READY;
	reset_transaction(session);
}

/* The final dot stands between two CR LF and nowhere else; what some other server takes for the end
 * of a message must not become commands here (RFC 5321 section 4.1.1.4). */
static PeerSmtpWish
push_text(PeerSmtpSession *session, SieveBytes line, bool bare_lf)
{
	bool dot = sieve_bytes_equal(line, SIEVE_BYTES("."));

	if (dot && !bare_lf && !session->after_bare_lf) {
		finish_message(session);
		return PEER_SMTP_CONTINUE;
	}
	session->after_bare_lf = bare_lf;
	if (bare_lf || (line.len > 0 && memchr(line.ptr, '\r', line.len) != NULL))
		spoil(session, FAULT_LINE_END);
	if (line.len > 0 && line.ptr[0] == '.')
		line = sieve_bytes_slice(line, 1, SIZE_MAX);
	if (session->fault == FAULT_NONE &&
		session->message->len + line.len + 2 > session->options.max_message_bytes)
		spoil(session, FAULT_SIZE);
	if (session->fault != FAULT_NONE)
		return PEER_SMTP_CONTINUE;
	g_byte_array_append(session->message, (const uint8_t *)line.ptr, (guint)line.len);
	g_byte_array_append(session->message, (const uint8_t *)"\r\n", 2);
	return PEER_SMTP_CONTINUE;
}

/* --- The session ----------------------------------------------------------------------------- */

PeerSmtpSession *
peer_smtp_session_new(const PeerSmtpOptions *options, const PeerSmtpHandler *handler,
	void *user_data)
{
	PeerSmtpSession *session = g_new0(PeerSmtpSession, 1);

	session->options = *options;
	session->host_name = g_strdup(options->host_name);
	session->options.host_name = session->host_name;
	session->handler = handler;
	session->user_data = user_data;
	session->output = g_string_new(NULL);
	session->phase = PHASE_START;
	session->transaction.recipients = g_ptr_array_new_with_free_func(g_free);
	session->transaction.parameters = g_ptr_array_new_with_free_func(free_recipient);
	g_autofree char *greeting = g_strdup_printf("%s %s Doorstep", options->host_name,
		(options->flags & PEER_SMTP_LMTP) != 0 ? "LMTP" : "ESMTP");
	put_text(session, 220, "", greeting);
	return session;
}

void
peer_smtp_session_free(PeerSmtpSession *session)
{
	if (session == NULL)
		return;
	reset_transaction(session);
	g_ptr_array_unref(session->transaction.recipients);
	g_ptr_array_unref(session->transaction.parameters);
	g_string_free(session->output, TRUE);
	g_free(session->helo);
	g_free(session->host_name);
	g_free(session);
}

PeerSmtpWish
peer_smtp_session_push(PeerSmtpSession *session, SieveBytes line, bool bare_lf)
{
	if (session->phase == PHASE_DATA)
		return push_text(session, line, bare_lf);
	if (bare_lf || (line.len > 0 && memchr(line.ptr, '\r', line.len) != NULL))
		return refuse(session, 500, "5.5.2", "Every line must end in CR LF");
	return push_command(session, line);
}

PeerSmtpWish
peer_smtp_session_push_too_long(PeerSmtpSession *session, bool bare_lf)
{
	if (session->phase != PHASE_DATA)
		return refuse(session, 500, "5.5.6", "The line is too long");
	session->after_bare_lf = bare_lf;
	spoil(session, FAULT_LINE_LENGTH);
	return PEER_SMTP_CONTINUE;
}

GBytes *
peer_smtp_session_take_output(PeerSmtpSession *session)
{
	GBytes *bytes = g_bytes_new(session->output->str, session->output->len);

	g_string_set_size(session->output, 0);
	return bytes;
}

void
peer_smtp_session_tls_on(PeerSmtpSession *session)
{
	session->tls = true;
	session->transaction.tls = true;
	session->transaction.esmtp = false;
	g_clear_pointer(&session->helo, g_free);
	session->transaction.helo = (SieveBytes){NULL, 0};
	reset_transaction(session);
	session->phase = PHASE_START;
}

bool
peer_smtp_session_in_data(const PeerSmtpSession *session)
{
	return session->phase == PHASE_DATA;
}
