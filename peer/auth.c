/* SPDX-License-Identifier: MIT */
/* auth.c - the reader's password, checked against a hashed file or the directory */
#include "peer/auth.h"

#include <crypt.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>

#include "engine/bytes.h"

#define MAX_CLIENTS 4096u
/* A client that has been quiet this long starts afresh. */
#define FORGET_USEC (10 * 60 * G_USEC_PER_SEC)
#define MAX_NAME_BYTES 255u

struct PeerAuth {
	char *user_name;
	char *password_file;     /* (nullable) */
	LocationPool *directory; /* (nullable) */
	const SieveEnv *env;
	GMutex mutex;        /* for @clients */
	GHashTable *clients; /* char * to Client */
};

typedef struct {
	unsigned tries;
	int64_t last_usec;
	int64_t next_usec; /* no try before this time */
} Client;

/* Wait after the n-th failure; the last entry stands for all further ones. */
static const unsigned waits_s[] = {0, 0, 2, 4, 8, 15};

PeerAuth *
peer_auth_new(const PeerAuthSettings *settings, GError **error)
{
	g_autoptr(PeerAuth) auth = g_new0(PeerAuth, 1);

	g_mutex_init(&auth->mutex);
	auth->clients = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	auth->env = settings->env != NULL ? settings->env : sieve_env_system();
	auth->user_name = g_strdup(settings->user_name);
	auth->password_file = g_strdup(settings->password_file);
	if (settings->password_file == NULL) {
		auth->directory = location_pool_new(settings->directory, error);
		if (auth->directory == NULL)
			return NULL;
	}
	return g_steal_pointer(&auth);
}

void
peer_auth_free(PeerAuth *auth)
{
	if (auth == NULL)
		return;
	g_mutex_clear(&auth->mutex);
	g_hash_table_unref(auth->clients);
	if (auth->directory != NULL)
		location_pool_free(auth->directory);
	g_free(auth->password_file);
	g_free(auth->user_name);
	g_free(auth);
}

/* --- The limit ----------------------------------------------------------------------------- */

/* The address; of an IPv6 one the first 48 bits, since one host commands all that follow. */
static char *
client_key(const char *client)
{
	g_autoptr(GInetAddress) address = g_inet_address_new_from_string(client);

	if (address == NULL || g_inet_address_get_family(address) != G_SOCKET_FAMILY_IPV6)
		return g_strdup(client);

	const guint8 *bytes = g_inet_address_to_bytes(address);

	return g_strdup_printf("%02x%02x:%02x%02x:%02x%02x::/48", bytes[0], bytes[1], bytes[2],
		bytes[3], bytes[4], bytes[5]);
}

static gboolean
is_forgotten(void *key G_GNUC_UNUSED, void *value, void *now)
{
	return *(const int64_t *)now - ((const Client *)value)->last_usec > FORGET_USEC;
}

static Client *
get_client(PeerAuth *auth, const char *key, int64_t now)
{
	Client *client = g_hash_table_lookup(auth->clients, key);

	if (client != NULL)
		return client;
	if (g_hash_table_size(auth->clients) >= MAX_CLIENTS)
		g_hash_table_foreach_remove(auth->clients, is_forgotten, &now);
	/* More clients than anyone has at once: from here on they share one count. */
	if (g_hash_table_size(auth->clients) >= MAX_CLIENTS)
		key = "";
	client = g_hash_table_lookup(auth->clients, key);
	if (client == NULL) {
		client = g_new0(Client, 1);
		g_hash_table_insert(auth->clients, g_strdup(key), client);
	}
	return client;
}

/* Counts a try before its outcome is known, so that many at once gain nothing. */
static bool
begin_try(PeerAuth *auth, const char *key)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&auth->mutex);
	int64_t now = auth->env->now_usec(auth->env);
	Client *client = get_client(auth, key, now);

	if (is_forgotten(NULL, client, &now))
		client->tries = 0;
	if (client->tries > 0 && now < client->next_usec)
		return false;
	client->tries = MIN(client->tries + 1, G_N_ELEMENTS(waits_s) - 1);
	client->last_usec = now;
	client->next_usec = now + (int64_t)waits_s[client->tries] * G_USEC_PER_SEC;
	return true;
}

static void
forgive(PeerAuth *auth, const char *key)
{
	g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&auth->mutex);

	(void)g_hash_table_remove(auth->clients, key);
}

/* --- The password ------------------------------------------------------------------------------
 */

/* Equal, in a time that depends on the lengths alone. */
static bool
equal_in_constant_time(SieveBytes a, SieveBytes b)
{
	unsigned difference = a.len != b.len;

	for (size_t i = 0; i < MIN(a.len, b.len); i++)
		difference |= (unsigned char)a.ptr[i] ^ (unsigned char)b.ptr[i];
	return difference == 0;
}

/* (transfer full) (nullable) the password file's hash. */
static char *
read_hash(const char *path, char **ret_problem)
{
	g_autoptr(GError) error = NULL;
	char *text = NULL;
	GStatBuf info;

	if (!g_file_get_contents(path, &text, NULL, &error)) {
		*ret_problem = g_strdup(error->message);
		return NULL;
	}
	if (g_stat(path, &info) != 0 || (info.st_mode & 077) != 0) {
		*ret_problem =
			g_strdup_printf("%s: others may read it; its mode must be 0600", path);
		g_free(text);
		return NULL;
	}
	return g_strstrip(text);
}

static PeerAuthVerdict
check_file(const PeerAuth *auth, bool known_user, const char *password, char **ret_problem)
{
	g_autofree char *stored = read_hash(auth->password_file, ret_problem);

	if (stored == NULL)
		return PEER_AUTH_FAILED;

	g_autofree struct crypt_data *work = g_new0(struct crypt_data, 1);
	const char *made = crypt_r(password, stored, work);

	/* crypt(3) gives "*0" or "*1" for a hash that it cannot use. */
	if (made == NULL || *made == '*') {
		*ret_problem = g_strdup_printf(
			"%s: holds no hash that crypt(3) knows", auth->password_file);
		return PEER_AUTH_FAILED;
	}

	bool same = equal_in_constant_time(
		sieve_bytes_from_string(made), sieve_bytes_from_string(stored));

	explicit_bzero(work, sizeof(*work));
	return same && known_user ? PEER_AUTH_OK : PEER_AUTH_WRONG;
}

/* An unknown user's password is tried on the reader's record too: both cases take the same time. */
static PeerAuthVerdict
check_directory(const PeerAuth *auth, bool known_user, SieveBytes password, char **ret_problem)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(LocationRecord) record = NULL;
	LocationSession *session = location_pool_take(auth->directory, &error);
	bool bound =
		session != NULL && location_login(session, sieve_bytes_from_string(auth->user_name),
					   password, &record, &error);

	/* The session acts as the user from now on: nobody else may get it. */
	location_session_free(session);
	if (bound)
		return known_user ? PEER_AUTH_OK : PEER_AUTH_WRONG;
	if (g_error_matches(error, LOCATION_ERROR, LOCATION_ERROR_CREDENTIALS))
		return PEER_AUTH_WRONG;
	*ret_problem = g_strdup(error->message);
	return PEER_AUTH_FAILED;
}

PeerAuthVerdict
peer_auth_check(PeerAuth *auth, const char *client, SieveBytes user, SieveBytes password,
	char **ret_problem)
{
	g_autofree char *key = client_key(client);
	SieveBytes reader = sieve_bytes_from_string(auth->user_name);
	PeerAuthVerdict verdict = PEER_AUTH_WRONG;

	*ret_problem = NULL;
	if (!begin_try(auth, key))
		return PEER_AUTH_LATER;
	if (user.len > MAX_NAME_BYTES || password.len >= CRYPT_MAX_PASSPHRASE_SIZE ||
		password.len == 0 || memchr(password.ptr, '\0', password.len) != NULL)
		return PEER_AUTH_WRONG;

	g_autofree char *text = sieve_bytes_dup(password);
	bool known_user = equal_in_constant_time(user, reader);

	if (auth->password_file != NULL)
		verdict = check_file(auth, known_user, text, ret_problem);
	else
		verdict = check_directory(auth, known_user, password, ret_problem);
	explicit_bzero(text, password.len);
	/* A source that is away is nobody's guess. */
	if (verdict == PEER_AUTH_OK || verdict == PEER_AUTH_FAILED)
		forgive(auth, key);
	return verdict;
}

bool
peer_auth_store_password(const char *path, SieveBytes password, GError **error)
{
	if (password.len == 0 || password.len >= CRYPT_MAX_PASSPHRASE_SIZE) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_INVALID,
			"the password has no usable length");
		return false;
	}
	for (size_t i = 0; i < password.len; i++) {
		if (strchr("\r\n", password.ptr[i]) == NULL) /* strchr() finds NUL as well */
			continue;
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_INVALID,
			"the password holds NUL, CR or LF");
		return false;
	}

	g_autofree struct crypt_data *work = g_new0(struct crypt_data, 1);
	g_autofree char *text = sieve_bytes_dup(password);
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *hash = NULL;

	if (crypt_gensalt_rn(NULL, 0, NULL, 0, setting, sizeof(setting)) != NULL)
		hash = crypt_r(text, setting, work);
	explicit_bzero(text, password.len);
	if (hash == NULL || *hash == '*') {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_IO, "crypt(3) made no hash");
		return false;
	}

	g_autofree char *line = g_strconcat(hash, "\n", NULL);

	return g_file_set_contents_full(path, line, -1,
		G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error);
}
