/* SPDX-License-Identifier: MIT */
/* pop3-door.c - doorstepd's POP3 service: the maildrop of whoever is logged in here */

#include "peer/pop3-door.h"

#include <string.h>

#include "peer/log.h"
#include "peer/pop3-serve.h"
#include "peer/state.h"

#define REPLY_TIMEOUT_MS 10000u

struct PeerPop3Door {
	const PeerConfig *config;
	GTlsCertificate *certificate;
	GMutex lock;       /* of all below */
	GHashTable *auths; /* user name to PeerAuth: kept, since sessions and failure counts use them */
};

PeerPop3Door *
peer_pop3_door_new(const PeerConfig *config, GTlsCertificate *certificate)
{
	PeerPop3Door *door = g_new0(PeerPop3Door, 1);

	door->config = config;
	door->certificate = certificate;
	g_mutex_init(&door->lock);
	door->auths = g_hash_table_new_full(
		g_str_hash, g_str_equal, g_free, (GDestroyNotify)peer_auth_free);
	return door;
}

void
peer_pop3_door_free(PeerPop3Door *door)
{
	if (door == NULL)
		return;
	g_hash_table_unref(door->auths);
	g_mutex_clear(&door->lock);
	g_free(door);
}

/* (transfer none) who checks passwords for @user_name. */
static PeerAuth *
find_auth(PeerPop3Door *door, const char *user_name, GError **error)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&door->lock);
	PeerAuth *auth = g_hash_table_lookup(door->auths, user_name);
	const PeerConfig *config = door->config;
	const PeerAuthSettings settings = {
		.user_name = user_name,
		.password_file = config->password_file,
		.directory = config->directory == NULL
			? NULL
			: location_config_settings(config->directory),
	};

	if (auth == NULL) {
		auth = peer_auth_new(&settings, error);
		if (auth != NULL)
			g_hash_table_insert(door->auths, g_strdup(user_name), auth);
	}
	return auth;
}

/* The mail stays readable for those who are logged out, with their account's name. */
static PeerAuth *
find_readers_auth(PeerPop3Door *door, GError **error)
{
	g_autoptr(PeerState) state = NULL;

	if (!peer_state_load(door->config->state_folder, &state, error))
		return NULL;
	return find_auth(door, state != NULL ? state->user_name : g_get_user_name(), error);
}

void
peer_pop3_door_serve(PeerLineIo *io, void *user_data)
{
	PeerPop3Door *door = user_data;
	g_autoptr(GError) problem = NULL;
	PeerPop3Service service = {
		.host_name = door->config->host_name,
		.maildir = door->config->maildir,
		.auth = find_readers_auth(door, &problem),
		.certificate = door->certificate,
	};

	if (service.auth != NULL) {
		peer_pop3_serve(io, &service);
		return;
	}
	peer_log("login", (const PeerLogField[]){
		{"client", sieve_bytes_from_string(peer_line_io_remote_ip(io))},
		{"verdict", SIEVE_BYTES("refused")},
		{"reason", sieve_bytes_from_string(problem->message)},
		{NULL, {NULL, 0}},
	});
	peer_line_io_printf(io, "-ERR [SYS/TEMP] Nobody can log in now\r\n");
	bool told = peer_line_io_flush(io, REPLY_TIMEOUT_MS, NULL);
	(void)told;
}
