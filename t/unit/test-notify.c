/* SPDX-License-Identifier: MIT */
/* test-notify.c - notices: their text, their pace, their queue (RFC 5436 section 2.7) */

#include "mta-hook/notify.h"

#include <string.h>

#include "engine/bytes.h"
#include "engine/message/message.h"
#include "mta-hook/notice.h"

#define KEY "sha256:5b0c000000000000000000000000000000000000000000000000000000000abc"

/* A clock that the test sets, and the notices that came out. */
typedef struct Bench {
	SieveEnv env;
	GMutex lock;
	GCond changed;
	int64_t now_usec;
	GPtrArray *texts; /* of char * */
	bool hold;	  /* the sender blocks */
	bool holding;	  /* ... and does so now */
} Bench;

static int64_t
bench_now(const SieveEnv *env)
{
	Bench *bench = (Bench *)(uintptr_t)env;
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&bench->lock);
	return bench->now_usec;
}

static void
bench_random(const SieveEnv *env, void *buffer, size_t size)
{
	(void)env;
	memset(buffer, 1, size);
}

static const char *
bench_host_name(const SieveEnv *env)
{
	(void)env;
	return "mx.test";
}

static void
bench_send(const HookNotifyJob *job, void *user_data)
{
	Bench *bench = user_data;
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&bench->lock);
	g_assert_cmpstr(job->host, ==, "127.0.0.9");
	g_assert_cmpuint(job->port, ==, 2525);
	g_assert_cmpstr(job->key, ==, KEY);
	g_assert_nonnull(job->ticket);
	g_ptr_array_add(bench->texts, g_strconcat(job->reader, "\n", job->text, NULL));
	g_cond_broadcast(&bench->changed);
	bench->holding = true;
	while (bench->hold)
		g_cond_wait(&bench->changed, &bench->lock);
	bench->holding = false;
}

static void
bench_init(Bench *bench)
{
	*bench = (Bench){
		.env = {bench_now, bench_random, bench_host_name},
		.now_usec = (int64_t)1767268800 * G_USEC_PER_SEC,
		.texts = g_ptr_array_new_with_free_func(g_free),
	};
	g_mutex_init(&bench->lock);
	g_cond_init(&bench->changed);
}

static void
bench_clear(Bench *bench)
{
	g_ptr_array_unref(bench->texts);
	g_mutex_clear(&bench->lock);
	g_cond_clear(&bench->changed);
}

/* Waits for the notice number @index; it must come. */
static const char *
bench_wait(Bench *bench, unsigned index)
{
	int64_t until = g_get_monotonic_time() + 20 * G_USEC_PER_SEC;
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&bench->lock);
	while (bench->texts->len <= index)
		g_assert_true(g_cond_wait_until(&bench->changed, &bench->lock, until));
	return bench->texts->pdata[index];
}

static void
bench_forward(Bench *bench, HookNotify *notify, unsigned seconds)
{
	g_mutex_lock(&bench->lock);
	bench->now_usec += (int64_t)seconds * G_USEC_PER_SEC;
	g_mutex_unlock(&bench->lock);
	hook_notify_wake(notify);
}

static bool
push(HookNotify *notify, const char *reader, const char *subject)
{
	g_autoptr(LocationRecord) record = location_record_new();
	record->host = g_strdup("127.0.0.9");
	record->smtp_port = 2525;
	record->tls_key = g_strdup(KEY);
	record->has_ticket_secret = true;
	HookNotifyMail mail = {
		.record = record,
		.reader = sieve_bytes_from_string(reader),
		.from = SIEVE_BYTES("Ann <ann@x>"),
		.subject = sieve_bytes_from_string(subject),
	};
	return hook_notify_push(notify, &mail);
}

static char *
decode_body(const char *text)
{
	const char *body = strstr(text, "\r\n\r\n");
	gsize len;
	g_autofree guchar *bytes = g_base64_decode(body, &len);
	return g_strndup((const char *)bytes, len);
}

/* At most one in each interval; what came meanwhile is counted; readers do not wait for each other.
 */
static void
test_pace(void)
{
	Bench bench;
	bench_init(&bench);
	HookNotifyOptions options = {.interval_s = 60, .queue_max = 10, .host_name = "mx.test"};
	HookNotify *notify = hook_notify_new(&options, bench_send, &bench, &bench.env);
	g_assert_true(push(notify, "james@d", "one"));
	g_assert_nonnull(strstr(bench_wait(&bench, 0), "Subject: New mail: one\r\n"));
	g_assert_true(push(notify, "james@d", "two"));
	g_assert_true(push(notify, "James@d", "three"));
	g_assert_true(push(notify, "bob@d", "four"));
	g_assert_true(g_str_has_prefix(bench_wait(&bench, 1), "bob@d\n"));
	bench_forward(&bench, notify, 59);
	g_assert_true(push(notify, "carl@d", "five"));
	g_assert_true(g_str_has_prefix(bench_wait(&bench, 2), "carl@d\n"));
	bench_forward(&bench, notify, 1);
	const char *late = bench_wait(&bench, 3);
	g_assert_true(g_str_has_prefix(late, "james@d\n"));
	g_assert_nonnull(strstr(late, "Subject: New mail: three\r\n"));
	g_autofree char *body = decode_body(late);
	g_assert_nonnull(strstr(body, "\n1 more came before it.\n"));
	hook_notify_free(notify);
	g_assert_cmpuint(bench.texts->len, ==, 4);
	bench_clear(&bench);
}

/* While the only sender hangs, pushing returns at once, and drops what does not fit. */
static void
test_full_queue(void)
{
	Bench bench;
	bench_init(&bench);
	bench.hold = true;
	HookNotifyOptions options = {.interval_s = 60, .queue_max = 2, .host_name = "mx.test"};
	HookNotify *notify = hook_notify_new(&options, bench_send, &bench, &bench.env);
	g_assert_true(push(notify, "a@d", "1"));
	bench_wait(&bench, 0);
	g_assert_true(push(notify, "b@d", "2"));
	g_assert_true(push(notify, "c@d", "3"));
	g_assert_false(push(notify, "e@d", "4"));
	g_assert_true(push(notify, "c@d", "5"));
	g_mutex_lock(&bench.lock);
	bench.hold = false;
	g_cond_broadcast(&bench.changed);
	g_mutex_unlock(&bench.lock);
	bench_wait(&bench, 2);
	hook_notify_free(notify);
	g_assert_cmpuint(bench.texts->len, ==, 3);
	bench_clear(&bench);
}

/* A host that cannot prove itself is told nothing. */
static void
test_no_key(void)
{
	Bench bench;
	bench_init(&bench);
	HookNotifyOptions options = {.interval_s = 60, .queue_max = 2, .host_name = "mx.test"};
	HookNotify *notify = hook_notify_new(&options, bench_send, &bench, &bench.env);
	g_autoptr(LocationRecord) record = location_record_new();
	record->host = g_strdup("127.0.0.9");
	HookNotifyMail mail = {.record = record, .reader = SIEVE_BYTES("a@d")};
	g_assert_false(hook_notify_push(notify, &mail));
	hook_notify_free(notify);
	bench_clear(&bench);
}

typedef struct NoticeCase {
	const char *label;
	const char *from;
	const char *subject;
	const char *field; /* must stand in the text */
	const char *body;  /* must stand in the decoded body */
} NoticeCase;

static const NoticeCase notices[] = {
	{"plain", "Ann <ann@x>", "Hello", "Subject: New mail: Hello\r\n",
		"From: Ann <ann@x>\nSubject: Hello\n"},
	{"none", "", "", "Subject: New mail: (no subject)\r\n", "Subject: \n"},
	{"encoded", "ann@x", "=?UTF-8?Q?Gr=C3=BC=C3=9Fe?=", "Subject: =?UTF-8?B?",
		"Subject: Grüße\n"},
	{"injected field", "ann@x", "a\r\nBcc: v@x", "Subject: New mail: a", "From: ann@x\n"},
	{"encoded line end", "ann@x",
		"=?UTF-8?Q?a=0D=0ABcc:_v@x?=", "Subject: ", "From: ann@x\nSubject: "},
	{"escape sequence", "ann@x", "\033[31mred", "Subject: New mail: ", "[31mred"},
};

static void
test_notice(gconstpointer data)
{
	const NoticeCase *c = data;
	HookNotice notice = {
		.reader = SIEVE_BYTES("james@oanet.test"),
		.from = sieve_bytes_from_string(c->from),
		.subject = sieve_bytes_from_string(c->subject),
		.sender = "postmaster@oanet.test",
		.id = "id@mx.test",
		.now_unix = 1767268800,
	};
	g_autofree char *text = hook_notice_print(&notice);
	g_autofree char *body = decode_body(text);
	g_assert_true(g_str_is_ascii(text));
	g_assert_nonnull(strstr(text, c->field));
	g_assert_nonnull(strstr(body, c->body));
	g_assert_nonnull(strstr(text, "\r\nDate: Thu, 1 Jan 2026 12:00:00 +0000\r\n"));
	g_assert_nonnull(strstr(
		text, "\r\nAuto-Submitted: auto-notified; owner-email=\"james@oanet.test\"\r\n"));
	g_assert_null(strstr(text, "\nBcc"));
	g_assert_null(strstr(body, "\nBcc"));
	g_assert_null(strchr(text, '\033'));
	g_assert_null(strchr(body, '\033'));
}

/* Every line is short enough and no encoded word is too long, whatever the subject. */
static void
test_long_subject(void)
{
	g_autoptr(GString) subject = g_string_new(NULL);
	for (int i = 0; i < 5000; i++)
		g_string_append(subject, "ü");
	HookNotice notice = {
		.reader = SIEVE_BYTES("james@oanet.test"),
		.subject = {subject->str, subject->len},
		.sender = "postmaster@oanet.test",
		.id = "id@mx.test",
	};
	g_autofree char *text = hook_notice_print(&notice);
	g_auto(GStrv) lines = g_strsplit(text, "\r\n", -1);
	for (char **line = lines; *line; line++)
		g_assert_cmpuint(strlen(*line), <=, 100);
	g_autoptr(SieveMessage) message = sieve_message_new(sieve_bytes_from_string(text));
	g_assert_cmpuint(sieve_message_count_fields(message), ==, 9);
}

typedef struct ForbiddenCase {
	const char *value;
	bool forbidden;
} ForbiddenCase;

static const ForbiddenCase forbidden_cases[] = {
	{NULL, false},
	{"no", false},
	{" No ", false},
	{"no (a person)", false},
	{"no; x=y", false},
	{"auto-generated", true},
	{"auto-replied", true},
	{"auto-notified; owner-email=\"a@b\"", true},
	{"", true},
	{"none", true},
};

static void
test_forbidden(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(forbidden_cases); i++)
		g_assert_cmpint(
			hook_notice_forbidden(sieve_bytes_from_string(forbidden_cases[i].value)),
			==, forbidden_cases[i].forbidden);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(notices); i++) {
		g_autofree char *path = g_strdup_printf("/notice/%s", notices[i].label);
		g_test_add_data_func(path, &notices[i], test_notice);
	}
	g_test_add_func("/notice/long-subject", test_long_subject);
	g_test_add_func("/notice/forbidden", test_forbidden);
	g_test_add_func("/notify/pace", test_pace);
	g_test_add_func("/notify/full-queue", test_full_queue);
	g_test_add_func("/notify/no-key", test_no_key);
	return g_test_run();
}
