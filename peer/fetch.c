/* SPDX-License-Identifier: MIT */
/* fetch.c - takes over the mail that waits at the reader's domain (POP3 client, RFC 1939) */
#include "peer/fetch.h"

#include <curl/curl.h>
#include <gio/gio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer/fetch-list.h"
#include "peer/fetch-memory.h"
#include "peer/line-io.h"

/* Bytes of LIST: 1,000,000 short lines. */
#define LISTING_MAX_BYTES (32u << 20)
/* A server that breaks off again and again is left alone until the next fetch. */
#define MAX_CONNECTIONS 10u

typedef struct {
	const PeerFetchSettings *settings;
	CURL *curl;
	PeerFetchMemory *memory;
	PeerFetchReport *report;
	PeerFetchStore store;
	void *user_data;
	GHashTable *seen;        /* keys of what the server gave in this pass */
	GHashTable *passed_over; /* LIST lines of mails that it would not give */
	bool connected;          /* numbers hold for one connection: no second one may be made */
	char message[CURL_ERROR_SIZE];
} Fetch;

typedef struct {
	GString *text;
	uint64_t max_bytes;
	bool too_large;
} Sink;

static size_t
collect(char *data, size_t size, size_t count, void *user_data)
{
	Sink *sink = user_data;

	if (sink->text->len + size * count > sink->max_bytes) {
		sink->too_large = true;
		return 0;
	}
	g_string_append_len(sink->text, data, (gssize)(size * count));
	return size * count;
}

static size_t
ignore(char *data G_GNUC_UNUSED, size_t size, size_t count, void *user_data G_GNUC_UNUSED)
{
	return size * count;
}

/* libcurl silently connects anew when a server has hung up. The numbers of its messages may then
 * mean others, and a DELE would hit a mail that nobody has stored. */
static curl_socket_t
open_socket(void *user_data, curlsocktype purpose G_GNUC_UNUSED, struct curl_sockaddr *address)
{
	const Fetch *fetch = user_data;

	if (fetch->connected)
		return CURL_SOCKET_BAD;
	return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static const struct {
	CURLcode code;
	PeerError error;
} curl_errors[] = {
	{CURLE_URL_MALFORMAT, PEER_ERROR_CONFIG},
	{CURLE_UNSUPPORTED_PROTOCOL, PEER_ERROR_CONFIG},
	{CURLE_LOGIN_DENIED, PEER_ERROR_CONFIG},
	{CURLE_COULDNT_RESOLVE_HOST, PEER_ERROR_UNREACHABLE},
	{CURLE_COULDNT_CONNECT, PEER_ERROR_UNREACHABLE},
	{CURLE_OPERATION_TIMEDOUT, PEER_ERROR_TIMEOUT},
	{CURLE_USE_SSL_FAILED, PEER_ERROR_TLS},
	{CURLE_SSL_CONNECT_ERROR, PEER_ERROR_TLS},
	{CURLE_PEER_FAILED_VERIFICATION, PEER_ERROR_TLS},
	{CURLE_SSL_CACERT_BADFILE, PEER_ERROR_TLS},
	{CURLE_SSL_ISSUER_ERROR, PEER_ERROR_TLS},
	{CURLE_GOT_NOTHING, PEER_ERROR_CLOSED},
	{CURLE_RECV_ERROR, PEER_ERROR_CLOSED},
	{CURLE_SEND_ERROR, PEER_ERROR_CLOSED},
};

static void
set_curl_error(GError **error, const Fetch *fetch, CURLcode code)
{
	const char *text = fetch->message[0] != '\0' ? fetch->message : curl_easy_strerror(code);
	g_autofree char *clean = sieve_bytes_escape(sieve_bytes_from_string(text), 200);
	PeerError kind = PEER_ERROR_PROTOCOL;

	for (size_t i = 0; i < G_N_ELEMENTS(curl_errors); i++) {
		if (curl_errors[i].code == code)
			kind = curl_errors[i].error;
	}
	g_set_error(error, PEER_ERROR, (int)kind, "fetch: %s", clean);
}

/* --- Settings ------------------------------------------------------------------------------- */

static bool
is_loopback(const char *url)
{
	g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);
	const char *host = uri != NULL ? g_uri_get_host(uri) : NULL;
	g_autoptr(GInetAddress) address =
		host != NULL ? g_inet_address_new_from_string(host) : NULL;

	return address != NULL && g_inet_address_get_is_loopback(address);
}

static bool
check_settings(const PeerFetchSettings *settings, GError **error)
{
	if (!g_str_has_prefix(settings->url, "pop3s://") &&
		!g_str_has_prefix(settings->url, "pop3://"))
		g_set_error(error, PEER_ERROR, PEER_ERROR_CONFIG,
			"fetch: %s is neither pop3s:// nor pop3://", settings->url);
	else if (settings->allow_clear && !is_loopback(settings->url))
		g_set_error(error, PEER_ERROR, PEER_ERROR_CONFIG,
			"fetch: a password may go in the clear to a loopback address alone, not to "
			"%s",
			settings->url);
	else
		return true;
	return false;
}

static void
set_options(Fetch *fetch)
{
	const PeerFetchSettings *settings = fetch->settings;
	CURL *curl = fetch->curl;
	long timeout_ms = settings->timeout_ms > 0 ? (long)settings->timeout_ms : 30000L;

	(void)curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "pop3,pop3s");
	(void)curl_easy_setopt(curl, CURLOPT_USERNAME, settings->user_name);
	(void)curl_easy_setopt(curl, CURLOPT_PASSWORD, settings->password);
	(void)curl_easy_setopt(curl, CURLOPT_USE_SSL,
		(long)(settings->allow_clear ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	if (settings->ca_file != NULL)
		(void)curl_easy_setopt(curl, CURLOPT_CAINFO, settings->ca_file);
	(void)curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_PROXY, "");
	(void)curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, timeout_ms);
	(void)curl_easy_setopt(curl, CURLOPT_SERVER_RESPONSE_TIMEOUT, MAX(timeout_ms / 1000, 1L));
	(void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
	(void)curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, MAX(timeout_ms / 1000, 1L));
	/* Storing may take long; the connection must not be thought too old for reuse. */
	(void)curl_easy_setopt(curl, CURLOPT_MAXAGE_CONN, 24 * 3600L);
	(void)curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, fetch->message);
	(void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
	(void)curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, fetch);
}

/* --- One command each ------------------------------------------------------------------------ */

/* @number 0: the whole maildrop. @sink (nullable): the reply is one line. */
static CURLcode
perform(Fetch *fetch, unsigned number, const char *command, Sink *sink)
{
	const char *base = fetch->settings->url;
	size_t len = strlen(base);

	while (len > 0 && base[len - 1] == '/')
		len--;

	g_autofree char *url = number == 0 ? g_strdup_printf("%.*s/", (int)len, base)
					   : g_strdup_printf("%.*s/%u", (int)len, base, number);

	fetch->message[0] = '\0';
	(void)curl_easy_setopt(fetch->curl, CURLOPT_URL, url);
	(void)curl_easy_setopt(fetch->curl, CURLOPT_CUSTOMREQUEST, command);
	(void)curl_easy_setopt(fetch->curl, CURLOPT_NOBODY, sink == NULL ? 1L : 0L);
	(void)curl_easy_setopt(fetch->curl, CURLOPT_WRITEFUNCTION, sink == NULL ? ignore : collect);
	(void)curl_easy_setopt(fetch->curl, CURLOPT_WRITEDATA, sink);

	CURLcode code = curl_easy_perform(fetch->curl);

	if (code == CURLE_OK)
		fetch->connected = true;
	return code;
}

static GArray *
list_mail(Fetch *fetch, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	Sink sink = {text, LISTING_MAX_BYTES, false};
	CURLcode code = perform(fetch, 0, "LIST", &sink);

	if (code == CURLE_OK)
		return peer_fetch_list_parse((SieveBytes){text->str, text->len});
	set_curl_error(error, fetch, code);
	return NULL;
}

typedef enum {
	STEP_NEXT,      /* go on with the next mail */
	STEP_RECONNECT, /* this mail is passed over; the connection is of no more use */
	STEP_FAIL,
} Step;

/* A mail that is passed over is known again by its line in LIST. */
static char *
item_name(const PeerFetchItem *item, guint position)
{
	return g_strdup_printf("%u %" G_GUINT64_FORMAT, position, item->octets);
}

/* COULDNT_CONNECT: libcurl wanted a new connection, since this one is gone. */
static bool
breaks_off(CURLcode code)
{
	return code == CURLE_WEIRD_SERVER_REPLY || code == CURLE_RECV_ERROR ||
	       code == CURLE_SEND_ERROR || code == CURLE_GOT_NOTHING ||
	       code == CURLE_COULDNT_CONNECT;
}

static Step
pass_over(Fetch *fetch, const char *name, Step step)
{
	if (g_hash_table_add(fetch->passed_over, g_strdup(name)))
		fetch->report->passed_over++;
	return step;
}

static bool
keep_mail(Fetch *fetch, SieveBytes message, GError **error)
{
	g_autofree char *key = peer_fetch_memory_key(message);

	bool new_here = g_hash_table_add(fetch->seen, g_strdup(key));

	PeerFetchProgress progress = peer_fetch_memory_get(fetch->memory, key);
	PeerFetchMail mail = {message, key, progress == PEER_FETCH_BEGUN};

	if (progress == PEER_FETCH_DONE) {
		fetch->report->known += new_here ? 1 : 0;
		return true;
	}
	if (!peer_fetch_memory_set(fetch->memory, key, PEER_FETCH_BEGUN, error) ||
		!fetch->store(&mail, fetch->user_data, error))
		return false;
	fetch->report->stored++;
	return peer_fetch_memory_set(fetch->memory, key, PEER_FETCH_DONE, error);
}

/* One whole mail. libcurl takes a connection that ends in the middle of a mail for the mail's end;
 * a NOOP that is answered after it proves that the server, too, thinks the mail is complete. */
static CURLcode
retrieve(Fetch *fetch, unsigned number, Sink *sink)
{
	CURLcode code = perform(fetch, number, "RETR", sink);

	return code == CURLE_OK ? perform(fetch, 0, "NOOP", NULL) : code;
}

static Step
fetch_mail(Fetch *fetch, const PeerFetchItem *item, const char *name, GError **error)
{
	g_autoptr(GString) text = g_string_new(NULL);
	Sink sink = {text, fetch->settings->max_message_bytes, false};
	CURLcode code;

	if (item->octets > fetch->settings->max_message_bytes)
		return pass_over(fetch, name, STEP_NEXT);
	code = retrieve(fetch, item->number, &sink);
	if (sink.too_large || breaks_off(code))
		return pass_over(fetch, name, STEP_RECONNECT);
	if (code == CURLE_OK && !keep_mail(fetch, (SieveBytes){text->str, text->len}, error))
		return STEP_FAIL;
	if (code == CURLE_OK)
		code = perform(fetch, item->number, "DELE", NULL);
	if (code == CURLE_OK)
		return STEP_NEXT;
	set_curl_error(error, fetch, code);
	return STEP_FAIL;
}

/* One connection: lists, and takes mail by mail. */
static Step
fetch_session(Fetch *fetch, bool first, GError **error)
{
	g_autoptr(GArray) list = list_mail(fetch, error);

	if (list == NULL)
		return STEP_FAIL;
	if (first)
		fetch->report->waiting = list->len;
	for (guint i = 0; i < list->len; i++) {
		const PeerFetchItem *item = &g_array_index(list, PeerFetchItem, i);
		g_autofree char *name = item_name(item, i);
		Step step = STEP_NEXT;

		if (!g_hash_table_contains(fetch->passed_over, name))
			step = fetch_mail(fetch, item, name, error);
		if (step != STEP_NEXT)
			return step;
	}
	return STEP_NEXT;
}

/* Ends the connection: libcurl sends QUIT, and with it the deletes become real. */
static void
disconnect(Fetch *fetch)
{
	if (fetch->curl != NULL)
		curl_easy_cleanup(fetch->curl);
	fetch->curl = NULL;
	fetch->connected = false;
}

static bool
fetch_all(Fetch *fetch, GError **error)
{
	Step step = STEP_RECONNECT;

	for (unsigned count = 0; step == STEP_RECONNECT && count < MAX_CONNECTIONS; count++) {
		fetch->curl = curl_easy_init();
		if (fetch->curl == NULL) {
			g_set_error(error, PEER_ERROR, PEER_ERROR_UNREACHABLE,
				"fetch: libcurl does not start");
			return false;
		}
		set_options(fetch);
		step = fetch_session(fetch, count == 0, error);
		disconnect(fetch);
	}
	if (step == STEP_RECONNECT)
		g_set_error(error, PEER_ERROR, PEER_ERROR_PROTOCOL,
			"fetch: the server broke off %u times", MAX_CONNECTIONS);
	if (step != STEP_NEXT)
		return false;
	return fetch->report->passed_over > 0 ||
	       peer_fetch_memory_keep(fetch->memory, fetch->seen, error);
}

bool
peer_fetch_run(const PeerFetchSettings *settings, PeerFetchStore store, void *user_data,
	PeerFetchReport *ret_report, GError **error)
{
	*ret_report = (PeerFetchReport){0};
	if (!check_settings(settings, error))
		return false;

	g_autoptr(PeerFetchMemory) memory = peer_fetch_memory_open(settings->memory_file, error);

	if (memory == NULL)
		return false;

	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GHashTable) passed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	Fetch fetch = {
		.settings = settings,
		.memory = memory,
		.report = ret_report,
		.store = store,
		.user_data = user_data,
		.seen = seen,
		.passed_over = passed,
	};

	return fetch_all(&fetch, error);
}
