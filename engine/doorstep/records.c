/* SPDX-License-Identifier: MIT */
/* records.c - location records for the verbs that ask the directory for them */

#include "engine/doorstep/records.h"

#include "engine/doorstep/verb.h"
#include "peer/config.h"

LocationSession *
doorstep_directory_open(const char *path, GError **error)
{
	PeerConfig *config = peer_config_load(path, error);
	LocationSession *session = NULL;

	if (config == NULL)
		return NULL;
	if (config->directory != NULL)
		session = location_session_new(location_config_settings(config->directory), error);
	else
		g_set_error(error, LOCATION_ERROR, LOCATION_ERROR_CONFIG,
			"the configuration names no [directory]");
	peer_config_free(config);
	return session;
}

int
doorstep_directory_failed(const GError *error)
{
	doorstep_usage_error("%s", error->message);
	if (error->domain == LOCATION_ERROR && location_error_is_temporary(error))
		return DOORSTEP_EXIT_TRY_AGAIN;
	return DOORSTEP_EXIT_USAGE;
}
