/* SPDX-License-Identifier: MIT */
/* directory.c - the location server as the hook sees it: one bounded question, and a breaker */

#include "mta-hook/directory.h"

#include "peer/log.h"

struct HookDirectory {
	LocationPool *pool;
	const SieveEnv *env;
	int64_t retry_usec;
	GMutex lock;
	int64_t away_until_usec; /* of the monotonic clock: a set clock must not hold the breaker */
};

HookDirectory *
hook_directory_new(
	const LocationSettings *settings, unsigned retry_s, const SieveEnv *env, GError **error)
{
	LocationSettings bounded = *settings;
	if (bounded.timeout_ms == 0 || bounded.timeout_ms > HOOK_DIRECTORY_TIMEOUT_MAX_MS)
		bounded.timeout_ms = HOOK_DIRECTORY_TIMEOUT_MAX_MS;
	g_autoptr(LocationPool) pool = location_pool_new(&bounded, error);
	if (!pool)
		return NULL;
	HookDirectory *directory = g_new0(HookDirectory, 1);
	directory->pool = g_steal_pointer(&pool);
	directory->env = env;
	directory->retry_usec = (int64_t)retry_s * G_USEC_PER_SEC;
	g_mutex_init(&directory->lock);
	return directory;
}

void
hook_directory_free(HookDirectory *directory)
{
	if (!directory)
		return;
	location_pool_free(directory->pool);
	g_mutex_clear(&directory->lock);
	g_free(directory);
}

static bool
breaker_is_open(HookDirectory *directory)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&directory->lock);
	return g_get_monotonic_time() < directory->away_until_usec;
}

static void
log_failure(const char *verdict, const GError *error)
{
	peer_log("directory", (const PeerLogField[]){
				      {"verdict", sieve_bytes_from_string(verdict)},
				      {"reason", sieve_bytes_from_string(error->message)},
				      {NULL, {NULL, 0}},
			      });
}

/* A permanent failure, such as a refused bind, is no better for the mail: it stores as well. */
static HookDirectoryAnswer
note_failure(HookDirectory *directory, const GError *error)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&directory->lock);
	directory->away_until_usec = g_get_monotonic_time() + directory->retry_usec;
	log_failure("away", error);
	return HOOK_DIRECTORY_AWAY;
}

typedef struct Question {
	SieveBytes email;
	const char *host; /* (nullable): ask by e-mail address */
	uint16_t port;
} Question;

static HookDirectoryAnswer
ask(HookDirectory *directory, const Question *question, LocationRecord **ret_record)
{
	*ret_record = NULL;
	if (breaker_is_open(directory))
		return HOOK_DIRECTORY_AWAY;
	g_autoptr(GError) error = NULL;
	LocationSession *session = location_pool_take(directory->pool, &error);
	if (!session)
		return note_failure(directory, error);
	bool answered = question->host ? location_find_by_host(session, question->host,
						 question->port, ret_record, &error)
				       : location_find_by_email(
						 session, question->email, ret_record, &error);
	location_pool_put(directory->pool, session);
	if (!answered && error->domain == LOCATION_ERROR && error->code == LOCATION_ERROR_SCHEMA) {
		/* One reader's broken record is no reason to take the others' away. */
		log_failure("unusable-record", error);
		return HOOK_DIRECTORY_ANSWERED;
	}
	return answered ? HOOK_DIRECTORY_ANSWERED : note_failure(directory, error);
}

HookDirectoryAnswer
hook_directory_find_by_email(
	HookDirectory *directory, SieveBytes email, LocationRecord **ret_record)
{
	return ask(directory, &(Question){.email = email}, ret_record);
}

HookDirectoryAnswer
hook_directory_find_by_host(
	HookDirectory *directory, const char *host, uint16_t port, LocationRecord **ret_record)
{
	return ask(directory, &(Question){.host = host, .port = port}, ret_record);
}
