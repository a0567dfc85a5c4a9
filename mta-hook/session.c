/* SPDX-License-Identifier: MIT */
/* session.c - one connection at the MTA: what was said so far, and the verdict on each recipient */

#include "mta-hook/session.h"

#include <string.h>

#include "engine/bytes.h"
#include "mta-hook/notice.h"
#include "peer/log.h"

#define ANNOUNCEMENT "XREDIR1"

/* RFC 5321 section 4.5.3.1.3: a path has at most 256 octets. */
#define PATH_BYTES 256u

/* A busy reader of the present mail. */
typedef struct Busy {
	LocationRecord *record;
	char *reader;
} Busy;

struct HookSession {
	const Hook *hook;
	char *client_ip; /* (nullable) */
	bool announced;
	bool authenticated;
	char *sender;			       /* (nullable) of the present mail */
	GPtrArray *busy;		       /* of Busy */
	char *from, *subject, *auto_submitted; /* (nullable) header values of the present mail */
};

static void
busy_free(gpointer data)
{
	Busy *busy = data;
	location_record_free(busy->record);
	g_free(busy->reader);
	g_free(busy);
}

HookSession *
hook_session_new(const Hook *hook, const char *client_ip)
{
	HookSession *session = g_new0(HookSession, 1);
	session->hook = hook;
	session->client_ip = g_strdup(client_ip);
	session->busy = g_ptr_array_new_with_free_func(busy_free);
	return session;
}

void
hook_session_free(HookSession *session)
{
	if (!session)
		return;
	hook_session_reset(session);
	g_ptr_array_unref(session->busy);
	g_free(session->client_ip);
	g_free(session);
}

void
hook_session_reset(HookSession *session)
{
	g_ptr_array_set_size(session->busy, 0);
	session->authenticated = false;
	g_clear_pointer(&session->sender, g_free);
	g_clear_pointer(&session->from, g_free);
	g_clear_pointer(&session->subject, g_free);
	g_clear_pointer(&session->auto_submitted, g_free);
}

void
hook_session_helo(HookSession *session)
{
	hook_session_reset(session);
	session->announced = false;
}

bool
hook_session_unknown(HookSession *session, const char *command)
{
	size_t len = strcspn(command, " \t\r\n");
	bool announces =
		len == strlen(ANNOUNCEMENT) && g_ascii_strncasecmp(command, ANNOUNCEMENT, len) == 0;
	if (announces)
		session->announced = true;
	return announces;
}

/* path = [ "<" ] mailbox [ ">" ]; a source route is left to the MTA, which would not match. */
static char *
dup_mailbox(const char *path)
{
	size_t len = strlen(path);
	bool bracketed = len >= 2 && path[0] == '<' && path[len - 1] == '>';
	return bracketed ? g_strndup(path + 1, len - 2) : g_strdup(path);
}

void
hook_session_mail(HookSession *session, const char *path, bool authenticated)
{
	hook_session_reset(session);
	session->sender = dup_mailbox(path);
	session->authenticated = authenticated;
}

static void
log_verdict(const HookSession *session, SieveBytes recipient, const HookVerdict *verdict)
{
	peer_log("rcpt",
		(const PeerLogField[]){
			{"client", sieve_bytes_from_string(session->client_ip)},
			{"from", sieve_bytes_from_string(session->sender ? session->sender : "")},
			{"to", recipient},
			{"verdict", sieve_bytes_from_string(
					    hook_action_name(verdict->decision.action))},
			{"reason", sieve_bytes_from_string(verdict->decision.reason)},
			{"announced", sieve_bytes_from_string(session->announced ? "yes" : "no")},
			{NULL, {NULL, 0}},
		});
}

static void
log_dropped_notice(const Busy *busy)
{
	peer_log("notify", (const PeerLogField[]){
				   {"to", sieve_bytes_from_string(busy->reader)},
				   {"host", sieve_bytes_from_string(busy->record->host)},
				   {"verdict", SIEVE_BYTES("dropped")},
				   {"reason", SIEVE_BYTES("queue-full")},
				   {NULL, {NULL, 0}},
			   });
}

static void
note_busy(HookSession *session, LocationRecord *record, const char *recipient)
{
	Busy *busy = g_new0(Busy, 1);
	busy->record = record;
	busy->reader = g_strdup(recipient);
	g_ptr_array_add(session->busy, busy);
}

static HookVerdict
judge(HookSession *session, const char *recipient)
{
	const Hook *hook = session->hook;
	SieveBytes address = sieve_bytes_from_string(recipient);
	HookClient client = {session->client_ip, session->authenticated, session->announced};
	g_autoptr(LocationRecord) record = NULL;
	if (hook_directory_find_by_email(hook->directory, address, &record) == HOOK_DIRECTORY_AWAY)
		return (HookVerdict){.decision = {HOOK_STORE, "directory-away"}};
	int64_t now_unix = hook->env->now_usec(hook->env) / G_USEC_PER_SEC;
	HookDecision decision = hook_decide(record, &hook->config->policy, &client, now_unix);
	HookVerdict verdict = hook_verdict_make(decision, record, address,
		sieve_bytes_from_string(session->sender ? session->sender : ""), hook->env);
	if (verdict.decision.action == HOOK_NOTIFY)
		note_busy(session, g_steal_pointer(&record), recipient);
	return verdict;
}

HookVerdict
hook_session_rcpt(HookSession *session, const char *path, bool refused)
{
	HookVerdict verdict = {.decision = {HOOK_STORE, "refused-by-mta"}};
	g_autofree char *recipient = dup_mailbox(path);
	if (!refused && strlen(recipient) <= PATH_BYTES)
		verdict = judge(session, recipient);
	log_verdict(session, sieve_bytes_from_string(recipient), &verdict);
	return verdict;
}

void
hook_session_header(HookSession *session, const char *name, const char *value)
{
	struct {
		const char *name;
		char **field;
	} wanted[] = {
		{"From", &session->from},
		{"Subject", &session->subject},
		{"Auto-Submitted", &session->auto_submitted},
	};
	if (session->busy->len == 0)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(wanted); i++)
		if (!*wanted[i].field && g_ascii_strcasecmp(name, wanted[i].name) == 0)
			*wanted[i].field = g_strdup(value);
}

void
hook_session_end_of_message(HookSession *session)
{
	HookNotify *notify = session->hook->notify;
	if (notify && !hook_notice_forbidden(sieve_bytes_from_string(session->auto_submitted))) {
		for (unsigned i = 0; i < session->busy->len; i++) {
			const Busy *busy = session->busy->pdata[i];
			HookNotifyMail mail = {
				.record = busy->record,
				.reader = sieve_bytes_from_string(busy->reader),
				.from = sieve_bytes_from_string(session->from),
				.subject = sieve_bytes_from_string(session->subject),
			};
			if (!hook_notify_push(notify, &mail))
				log_dropped_notice(busy);
		}
	}
	hook_session_reset(session);
}
