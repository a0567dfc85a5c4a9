/* SPDX-License-Identifier: MIT */
/* location-pool.c - directory sessions shared between threads */

#include "schema/location.h"

#define IDLE_MAX 16u /* sessions kept for later; a burst needs more for a moment */

struct LocationPool {
	LocationConfig *config;
	GMutex lock;
	GQueue idle; /* of LocationSession; the one used last comes first, so that it is still open */
};

LocationPool *
location_pool_new(const LocationSettings *settings, GError **error)
{
	/* The first session proves the settings. */
	LocationSession *session = location_session_new(settings, error);

	if (session == NULL)
		return NULL;
	LocationPool *pool = g_new0(LocationPool, 1);

	pool->config = location_config_new(settings);
	g_mutex_init(&pool->lock);
	g_queue_init(&pool->idle);
	g_queue_push_head(&pool->idle, session);
	return pool;
}

void
location_pool_free(LocationPool *pool)
{
	if (pool == NULL)
		return;
	for (LocationSession *session; (session = g_queue_pop_head(&pool->idle)) != NULL;)
		location_session_free(session);
	g_mutex_clear(&pool->lock);
	location_config_free(pool->config);
	g_free(pool);
}

LocationSession *
location_pool_take(LocationPool *pool, GError **error)
{
	g_mutex_lock(&pool->lock);
	LocationSession *session = g_queue_pop_head(&pool->idle);
	g_mutex_unlock(&pool->lock);

	return session != NULL
		       ? session
		       : location_session_new(location_config_settings(pool->config), error);
}

void
location_pool_put(LocationPool *pool, LocationSession *session)
{
	if (session == NULL)
		return;
	location_session_logout(session);
	g_mutex_lock(&pool->lock);
	if (g_queue_get_length(&pool->idle) < IDLE_MAX)
		g_queue_push_head(&pool->idle, g_steal_pointer(&session));
	g_mutex_unlock(&pool->lock);
	location_session_free(session);
}
