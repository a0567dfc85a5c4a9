/* SPDX-License-Identifier: MIT */
/* notify.c - tells busy readers that mail waits, without ever delaying the MTA */

#include "mta-hook/notify.h"

#include <string.h>

#include "engine/bytes.h"
#include "mta-hook/notice.h"
#include "mta-hook/redirect-reply.h"
#include "mta-hook/verdict.h"
#include "peer/log.h"
#include "peer/smtp-client.h"

/* What is known of one reader: the notice that waits, and when the last one went. */
typedef struct NotifyReader {
	char *address;
	bool waits;
	unsigned n_more;
	int64_t last_usec; /* 0: none yet */
	char *host;
	uint16_t port;
	char *key;
	unsigned char secret[LOCATION_SECRET_BYTES];
	char *from;
	char *subject;
} NotifyReader;

struct HookNotify {
	HookNotifyOptions options;
	HookNotifySend send;
	void *send_data;
	const SieveEnv *env;
	GMutex lock;
	GCond changed;
	GHashTable *readers; /* address in lower case -> NotifyReader, owned */
	unsigned n_waiting;
	bool stopping;
	GThread *worker;
};

static void
reader_clear_notice(NotifyReader *reader)
{
	g_clear_pointer(&reader->host, g_free);
	g_clear_pointer(&reader->key, g_free);
	g_clear_pointer(&reader->from, g_free);
	g_clear_pointer(&reader->subject, g_free);
}

static void
reader_free(gpointer data)
{
	NotifyReader *reader = data;
	reader_clear_notice(reader);
	g_free(reader->address);
	memset(reader->secret, 0, sizeof(reader->secret));
	g_free(reader);
}

static void
job_clear(HookNotifyJob *job)
{
	g_free(job->host);
	g_free(job->key);
	g_free(job->ticket);
	g_free(job->reader);
	g_free(job->text);
}

static int64_t
due_usec(const HookNotify *notify, const NotifyReader *reader)
{
	return reader->last_usec == 0
		       ? 0
		       : reader->last_usec + (int64_t)notify->options.interval_s * G_USEC_PER_SEC;
}

/* The waiting reader whose turn is next; readers that are long past their interval are forgotten.
 */
static NotifyReader *
find_next(HookNotify *notify, int64_t now_usec)
{
	NotifyReader *next = NULL;
	GHashTableIter iter;
	gpointer value;
	g_hash_table_iter_init(&iter, notify->readers);
	while (g_hash_table_iter_next(&iter, NULL, &value)) {
		NotifyReader *reader = value;
		if (!reader->waits && due_usec(notify, reader) <= now_usec)
			g_hash_table_iter_remove(&iter);
		else if (reader->waits &&
			 (!next || due_usec(notify, reader) < due_usec(notify, next)))
			next = reader;
	}
	return next;
}

static char *
print_text(const HookNotify *notify, const NotifyReader *reader, int64_t now_unix)
{
	const char *domain = strrchr(reader->address, '@');
	g_autofree char *postmaster = g_strdup_printf("postmaster%s", domain ? domain : "");
	uint64_t random;
	notify->env->random(notify->env, &random, sizeof(random));
	g_autofree char *id = g_strdup_printf(
		"%016" G_GINT64_MODIFIER "x.doorstep@%s", random, notify->options.host_name);
	HookNotice notice = {
		.reader = sieve_bytes_from_string(reader->address),
		.from = sieve_bytes_from_string(reader->from),
		.subject = sieve_bytes_from_string(reader->subject),
		.n_more = reader->n_more,
		.sender = notify->options.sender ? notify->options.sender : postmaster,
		.id = id,
		.now_unix = now_unix,
	};
	return hook_notice_print(&notice);
}

static void
take_job(HookNotify *notify, NotifyReader *reader, int64_t now_usec, HookNotifyJob *job)
{
	LocationRecord *record = location_record_new();
	memcpy(record->ticket_secret, reader->secret, sizeof(reader->secret));
	job->text = print_text(notify, reader, now_usec / G_USEC_PER_SEC);
	job->ticket = hook_verdict_ticket(
		record, sieve_bytes_from_string(reader->address), (SieveBytes){"", 0}, notify->env);
	location_record_free(record);
	job->reader = g_strdup(reader->address);
	job->port = reader->port;
	job->host = g_steal_pointer(&reader->host);
	job->key = g_steal_pointer(&reader->key);
	reader_clear_notice(reader);
	reader->waits = false;
	reader->n_more = 0;
	reader->last_usec = now_usec;
	notify->n_waiting--;
}

static void
wait_for_work(HookNotify *notify, const NotifyReader *next, int64_t now_usec)
{
	if (!next) {
		g_cond_wait(&notify->changed, &notify->lock);
		return;
	}
	int64_t until = g_get_monotonic_time() + due_usec(notify, next) - now_usec;
	g_cond_wait_until(&notify->changed, &notify->lock, until);
}

static gpointer
work(gpointer data)
{
	HookNotify *notify = data;
	g_mutex_lock(&notify->lock);
	while (!notify->stopping) {
		int64_t now_usec = notify->env->now_usec(notify->env);
		NotifyReader *next = find_next(notify, now_usec);
		if (!next || due_usec(notify, next) > now_usec) {
			wait_for_work(notify, next, now_usec);
			continue;
		}
		HookNotifyJob job = {0};
		take_job(notify, next, now_usec, &job);
		g_mutex_unlock(&notify->lock);
		notify->send(&job, notify->send_data);
		job_clear(&job);
		g_mutex_lock(&notify->lock);
	}
	g_mutex_unlock(&notify->lock);
	return NULL;
}

HookNotify *
hook_notify_new(
	const HookNotifyOptions *options, HookNotifySend send, void *send_data, const SieveEnv *env)
{
	HookNotify *notify = g_new0(HookNotify, 1);
	notify->options = *options;
	notify->send = send;
	notify->send_data = send_data;
	notify->env = env;
	g_mutex_init(&notify->lock);
	g_cond_init(&notify->changed);
	notify->readers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, reader_free);
	notify->worker = g_thread_new("notify", work, notify);
	return notify;
}

void
hook_notify_free(HookNotify *notify)
{
	if (!notify)
		return;
	g_mutex_lock(&notify->lock);
	notify->stopping = true;
	g_cond_broadcast(&notify->changed);
	g_mutex_unlock(&notify->lock);
	g_thread_join(notify->worker);
	g_hash_table_unref(notify->readers);
	g_mutex_clear(&notify->lock);
	g_cond_clear(&notify->changed);
	g_free(notify);
}

void
hook_notify_wake(HookNotify *notify)
{
	g_mutex_lock(&notify->lock);
	g_cond_broadcast(&notify->changed);
	g_mutex_unlock(&notify->lock);
}

static NotifyReader *
get_reader(HookNotify *notify, SieveBytes address)
{
	g_autofree char *text = sieve_bytes_dup(address);
	g_autofree char *key = g_ascii_strdown(text, -1);
	NotifyReader *reader = g_hash_table_lookup(notify->readers, key);
	if (reader)
		return reader;
	reader = g_new0(NotifyReader, 1);
	reader->address = g_steal_pointer(&text);
	g_hash_table_insert(notify->readers, g_steal_pointer(&key), reader);
	return reader;
}

/* The newest mail is the one that is named: its host, key and secret are the ones that hold now. */
static void
put_notice(NotifyReader *reader, const HookNotifyMail *mail)
{
	reader_clear_notice(reader);
	reader->host = g_strdup(mail->record->host);
	reader->port = mail->record->smtp_port;
	reader->key = g_strdup(mail->record->tls_key);
	memcpy(reader->secret, mail->record->ticket_secret, sizeof(reader->secret));
	reader->from = sieve_bytes_dup(mail->from);
	reader->subject = sieve_bytes_dup(mail->subject);
}

bool
hook_notify_push(HookNotify *notify, const HookNotifyMail *mail)
{
	if (!mail->record->host || !hook_redirect_is_key(mail->record->tls_key) ||
		!mail->record->has_ticket_secret)
		return false;
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&notify->lock);
	NotifyReader *reader = get_reader(notify, mail->reader);
	if (!reader->waits && notify->n_waiting >= notify->options.queue_max)
		return false;
	put_notice(reader, mail);
	if (reader->waits) {
		reader->n_more++;
	} else {
		reader->waits = true;
		notify->n_waiting++;
	}
	g_cond_broadcast(&notify->changed);
	return true;
}

static bool
send_mail(PeerSmtpClient *client, const HookNotifyJob *job, PeerSmtpAnswer *answer, GError **error)
{
	SieveBytes text = sieve_bytes_from_string(job->text);
	if (!peer_smtp_client_mail(client, (SieveBytes){"", 0}, text.len, answer, error) ||
		answer->code / 100 != 2)
		return false;
	peer_smtp_answer_clear(answer);
	if (!peer_smtp_client_rcpt(
		    client, sieve_bytes_from_string(job->reader), job->ticket, answer, error) ||
		answer->code / 100 != 2)
		return false;
	peer_smtp_answer_clear(answer);
	return peer_smtp_client_data(client, text, answer, error) && answer->code / 100 == 2;
}

void
hook_notify_send_smtp(const HookNotifyJob *job, void *user_data)
{
	const HookNotifyOptions *options = user_data;
	PeerSmtpClientOptions how = {
		.helo = options->host_name,
		.pin = job->key,
		.connect_timeout_ms = options->timeout_ms,
		.reply_timeout_ms = options->timeout_ms,
	};
	g_autoptr(GError) error = NULL;
	PeerSmtpAnswer answer = {0};
	g_autoptr(PeerSmtpClient) client =
		peer_smtp_client_open(job->host, job->port, &how, &error);
	bool sent = client && send_mail(client, job, &answer, &error);
	g_autofree char *said = sent	? NULL
				: error ? g_strdup(error->message)
					: peer_smtp_answer_print(&answer);
	peer_log("notify", (const PeerLogField[]){
				   {"to", sieve_bytes_from_string(job->reader)},
				   {"host", sieve_bytes_from_string(job->host)},
				   {"verdict", sieve_bytes_from_string(sent ? "sent" : "failed")},
				   {"reason", sieve_bytes_from_string(said)},
				   {NULL, {NULL, 0}},
			   });
	peer_smtp_answer_clear(&answer);
}
