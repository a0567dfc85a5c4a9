/* SPDX-License-Identifier: MIT */
/* lease.c - keeps the reader's presence in the directory alive, and takes it out at the end */

#include "peer/lease.h"

#include <string.h>

#include "peer/log.h"

/* After a failure; the lease itself allows two more tries. */
#define RETRY_S 15

struct PeerLease {
	const PeerConfig *config;
	PeerScriptSource *scripts;
	const PeerDaemon *self;
	GThread *thread;
	GMutex lock; /* of the two flags */
	GCond woken;
	bool stopping;
	bool wake;
	bool published; /* of the thread alone, until it has ended */
};

static void
log_lease(const PeerState *state, const char *verdict, const GError *problem)
{
	peer_log("presence", (const PeerLogField[]){
		{"user", sieve_bytes_from_string(state->user_name)},
		{"verdict", sieve_bytes_from_string(verdict)},
		{"reason", sieve_bytes_from_string(problem == NULL ? NULL : problem->message)},
		{NULL, {NULL, 0}},
	});
}

static LocationSession *
log_in(const PeerLease *lease, const PeerState *state, LocationRecord **ret_record, GError **error)
{
	g_autoptr(LocationSession) session = location_session_new(
		location_config_settings(lease->config->directory), error);

	if (session == NULL ||
		!location_login(session, sieve_bytes_from_string(state->user_name),
			sieve_bytes_from_string(state->password), ret_record, error))
		return NULL;
	return g_steal_pointer(&session);
}

/* True when the record names a living host that is not this one. */
static bool
is_elsewhere(const PeerLease *lease, const PeerState *state, const LocationRecord *record)
{
	int64_t now_unix = g_get_real_time() / G_USEC_PER_SEC;

	return location_record_status_at(record, now_unix) != LOCATION_OFFLINE &&
	       (g_strcmp0(record->host, state->host) != 0 ||
		       record->smtp_port != lease->self->smtp_port ||
		       g_strcmp0(record->tls_key, lease->self->tls_key) != 0);
}

/* Publishes once, unless the reader has moved on. */
static bool
renew(PeerLease *lease, const PeerState *state, GError **error)
{
	g_autoptr(LocationRecord) record = NULL;
	g_autoptr(LocationSession) session = log_in(lease, state, &record, error);
	const LocationPresence presence = {
		.status = state->status,
		.host = state->host,
		.smtp_port = lease->self->smtp_port,
		.lease_end_unix = state->lease_s == 0
			? 0
			: g_get_real_time() / G_USEC_PER_SEC + state->lease_s,
		.tls_key = lease->self->tls_key,
		.ticket_secret = state->has_ticket_secret ? state->ticket_secret : NULL,
	};

	if (session == NULL)
		return false;
	if (is_elsewhere(lease, state, record)) {
		if (lease->published)
			log_lease(state, "elsewhere", NULL);
		lease->published = false;
		peer_script_source_set_elsewhere(lease->scripts, g_steal_pointer(&record));
		return true;
	}
	if (!location_publish(session, state->dn, &presence, error))
		return false;
	lease->published = true;
	peer_script_source_set_elsewhere(lease->scripts, NULL);
	log_lease(state, "published", NULL);
	return true;
}

/* One look at the session. Returns: how long to wait for the next, unless woken. */
static unsigned
look(PeerLease *lease)
{
	g_autoptr(PeerState) state = NULL;
	g_autoptr(GError) problem = NULL;
	g_auto(PeerStateLock) lock = peer_state_lock(lease->config->state_folder, &problem);

	if (lock < 0 || !peer_state_load(lease->config->state_folder, &state, &problem)) {
		peer_log("presence", (const PeerLogField[]){
			{"verdict", SIEVE_BYTES("failed")},
			{"reason", sieve_bytes_from_string(problem->message)},
			{NULL, {NULL, 0}},
		});
		return RETRY_S;
	}
	if (state == NULL || state->password == NULL || state->dn == NULL ||
		state->host == NULL || state->status == LOCATION_OFFLINE)
		return lease->config->lease_s;
	if (!renew(lease, state, &problem)) {
		log_lease(state, "failed", problem);
		return RETRY_S;
	}
	return MAX(1, (state->lease_s == 0 ? lease->config->lease_s : state->lease_s) / 3);
}

static void *
keep_alive(void *data)
{
	PeerLease *lease = data;

	g_mutex_lock(&lease->lock);
	while (!lease->stopping) {
		lease->wake = false;
		g_mutex_unlock(&lease->lock);
		int64_t deadline_usec =
			g_get_monotonic_time() + (int64_t)look(lease) * G_USEC_PER_SEC;
		g_mutex_lock(&lease->lock);
		while (!lease->stopping && !lease->wake &&
			g_cond_wait_until(&lease->woken, &lease->lock, deadline_usec))
			continue;
	}
	g_mutex_unlock(&lease->lock);
	return NULL;
}

PeerLease *
peer_lease_new(const PeerConfig *config, PeerScriptSource *scripts, const PeerDaemon *self)
{
	if (config->directory == NULL)
		return NULL;
	PeerLease *lease = g_new0(PeerLease, 1);
	lease->config = config;
	lease->scripts = scripts;
	lease->self = self;
	g_mutex_init(&lease->lock);
	g_cond_init(&lease->woken);
	lease->thread = g_thread_new("lease", keep_alive, lease);
	return lease;
}

static void
set_flag(PeerLease *lease, bool *flag)
{
	g_mutex_lock(&lease->lock);
	*flag = true;
	g_cond_signal(&lease->woken);
	g_mutex_unlock(&lease->lock);
}

void
peer_lease_wake(PeerLease *lease)
{
	if (lease != NULL)
		set_flag(lease, &lease->wake);
}

/* Only what this host has published is its own to take out. */
static void
withdraw(PeerLease *lease)
{
	g_autoptr(PeerState) state = NULL;
	g_autoptr(LocationRecord) record = NULL;
	g_autoptr(GError) problem = NULL;

	if (!lease->published)
		return;
	g_auto(PeerStateLock) lock = peer_state_lock(lease->config->state_folder, &problem);
	if (lock < 0 || !peer_state_load(lease->config->state_folder, &state, &problem) ||
		state == NULL || state->password == NULL)
		return;
	g_autoptr(LocationSession) session = log_in(lease, state, &record, &problem);
	bool done = session != NULL && (is_elsewhere(lease, state, record) ||
					       location_withdraw(session, state->dn, &problem));
	log_lease(state, done ? "withdrawn" : "failed", problem);
}

void
peer_lease_free(PeerLease *lease)
{
	if (lease == NULL)
		return;
	set_flag(lease, &lease->stopping);
	g_thread_join(lease->thread);
	withdraw(lease);
	g_mutex_clear(&lease->lock);
	g_cond_clear(&lease->woken);
	g_free(lease);
}
