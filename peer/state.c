/* SPDX-License-Identifier: MIT */
/* state.c - what `doorstep login` and doorstepd tell each other: two small files of the reader alone */

#include "peer/state.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "peer/line-io.h"

#define SESSION_FILE "session"
#define SESSION_GROUP "session"
#define DAEMON_FILE "daemon"
#define DAEMON_GROUP "daemon"
#define LOCK_FILE "daemon.lock"
#define SESSION_LOCK_FILE "session.lock"

static bool
fail_errno(const char *path, GError **error)
{
	int saved = errno;

	g_set_error(error, G_IO_ERROR, g_io_error_from_errno(saved), "%s: %s", path,
		g_strerror(saved));
	return false;
}

char *
peer_state_folder(const char *folder)
{
	return folder != NULL ? g_strdup(folder)
	                      : g_build_filename(g_get_user_runtime_dir(), "doorstep", NULL);
}

static char *
file_in(const char *folder, const char *name)
{
	g_autofree char *used = peer_state_folder(folder);

	return g_build_filename(used, name, NULL);
}

static void
wipe(char *secret)
{
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
	g_free(secret);
}

/* --- The session ----------------------------------------------------------------------------- */

PeerState *
peer_state_new(void)
{
	PeerState *state = g_new0(PeerState, 1);

	state->emails = g_new0(char *, 1);
	state->mailfilters = g_new0(char *, 1);
	return state;
}

void
peer_state_free(PeerState *state)
{
	if (state == NULL)
		return;
	g_free(state->user_name);
	g_free(state->dn);
	wipe(state->password);
	g_free(state->host);
	g_strfreev(state->emails);
	g_strfreev(state->mailfilters);
	explicit_bzero(state->ticket_secret, sizeof(state->ticket_secret));
	g_free(state);
}

PeerState *
peer_state_from_record(const LocationRecord *record)
{
	PeerState *state = g_new0(PeerState, 1);

	state->user_name = g_strdup(record->user_name);
	state->dn = g_strdup(record->dn);
	state->host = g_strdup(record->host);
	state->status = record->status;
	state->emails = g_strdupv(record->emails);
	state->mailfilters = g_strdupv(record->mailfilters);
	state->has_ticket_secret = record->has_ticket_secret;
	memcpy(state->ticket_secret, record->ticket_secret, LOCATION_SECRET_BYTES);
	return state;
}

static void
replace_list(char ***list, char **with)
{
	g_strfreev(*list);
	*list = g_strdupv(with);
}

LocationRecord *
peer_state_to_record(const PeerState *state)
{
	LocationRecord *record = location_record_new();

	g_free(record->user_name);
	record->user_name = g_strdup(state->user_name);
	g_free(record->dn);
	record->dn = g_strdup(state->dn);
	g_free(record->host);
	record->host = g_strdup(state->host);
	record->status = state->status;
	replace_list(&record->emails, state->emails);
	replace_list(&record->mailfilters, state->mailfilters);
	record->has_ticket_secret = state->has_ticket_secret;
	memcpy(record->ticket_secret, state->ticket_secret, LOCATION_SECRET_BYTES);
	return record;
}

static char *
secret_to_hex(const unsigned char *secret)
{
	GString *hex = g_string_sized_new(2 * LOCATION_SECRET_BYTES);

	for (size_t i = 0; i < LOCATION_SECRET_BYTES; i++)
		g_string_append_printf(hex, "%02x", secret[i]);
	return g_string_free(hex, FALSE);
}

static bool
secret_from_hex(const char *hex, unsigned char *ret_secret)
{
	if (strlen(hex) != 2 * (size_t)LOCATION_SECRET_BYTES)
		return false;
	for (size_t i = 0; i < LOCATION_SECRET_BYTES; i++) {
		int high = g_ascii_xdigit_value(hex[2 * i]);
		int low = g_ascii_xdigit_value(hex[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		ret_secret[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

static char **
read_list(GKeyFile *file, const char *name)
{
	char **list = g_key_file_get_string_list(file, SESSION_GROUP, name, NULL, NULL);

	return list != NULL ? list : g_new0(char *, 1);
}

static bool
fail_file(const char *path, const char *what, GError **error)
{
	g_set_error(error, PEER_ERROR, PEER_ERROR_CONFIG, "%s: %s", path, what);
	return false;
}

static bool
parse_session(GKeyFile *file, const char *path, PeerState **ret_state, GError **error)
{
	g_autoptr(PeerState) state = g_new0(PeerState, 1);
	g_autofree char *secret =
		g_key_file_get_string(file, SESSION_GROUP, "ticket_secret", NULL);

	state->user_name = g_key_file_get_string(file, SESSION_GROUP, "user_name", NULL);
	state->dn = g_key_file_get_string(file, SESSION_GROUP, "dn", NULL);
	state->password = g_key_file_get_string(file, SESSION_GROUP, "password", NULL);
	state->host = g_key_file_get_string(file, SESSION_GROUP, "host", NULL);
	state->emails = read_list(file, "emails");
	state->mailfilters = read_list(file, "mailfilters");
	int status = g_key_file_get_integer(file, SESSION_GROUP, "status", NULL);
	int lease_s = g_key_file_get_integer(file, SESSION_GROUP, "lease_s", NULL);
	if (state->user_name == NULL)
		return fail_file(path, "no user name", error);
	if (status < LOCATION_OFFLINE || status > LOCATION_BUSY || lease_s < 0)
		return fail_file(path, "status or lease out of range", error);
	if (secret != NULL && !secret_from_hex(secret, state->ticket_secret))
		return fail_file(path, "the ticket secret is not one", error);
	state->has_ticket_secret = secret != NULL;
	state->status = (LocationStatus)status;
	state->lease_s = (unsigned)lease_s;
	if (secret != NULL)
		explicit_bzero(secret, strlen(secret));
	*ret_state = g_steal_pointer(&state);
	return true;
}

bool
peer_state_load(const char *folder, PeerState **ret_state, GError **error)
{
	g_autofree char *path = file_in(folder, SESSION_FILE);
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) problem = NULL;
	struct stat about;

	if (stat(path, &about) != 0) {
		if (errno != ENOENT)
			return fail_errno(path, error);
		*ret_state = NULL;
		return true;
	}
	if ((about.st_mode & 077) != 0)
		return fail_file(path, "others can read this file of secrets", error);
	if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &problem))
		return fail_file(path, problem->message, error);
	return parse_session(file, path, ret_state, error);
}

static bool
make_folder(const char *folder, GError **error)
{
	g_autofree char *used = peer_state_folder(folder);

	if (g_mkdir_with_parents(used, 0700) == 0)
		return true;
	return fail_errno(used, error);
}

/* Replaces the file as a whole: readers see the old one or the new one. */
static bool
save_file(GKeyFile *file, const char *folder, const char *name, GError **error)
{
	g_autofree char *path = file_in(folder, name);
	size_t len = 0;
	g_autofree char *text = g_key_file_to_data(file, &len, NULL);

	bool saved = make_folder(folder, error) &&
	             g_file_set_contents_full(path, text, (gssize)len,
			     G_FILE_SET_CONTENTS_CONSISTENT, 0600, error);
	explicit_bzero(text, len);
	return saved;
}

static void
set_string(GKeyFile *file, const char *group, const char *name, const char *value)
{
	if (value != NULL)
		g_key_file_set_string(file, group, name, value);
}

static void
set_list(GKeyFile *file, const char *name, char **list)
{
	g_key_file_set_string_list(
		file, SESSION_GROUP, name, (const char *const *)list, g_strv_length(list));
}

bool
peer_state_save(const PeerState *state, const char *folder, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();

	set_string(file, SESSION_GROUP, "user_name", state->user_name);
	set_string(file, SESSION_GROUP, "dn", state->dn);
	set_string(file, SESSION_GROUP, "password", state->password);
	set_string(file, SESSION_GROUP, "host", state->host);
	g_key_file_set_integer(file, SESSION_GROUP, "status", (int)state->status);
	g_key_file_set_integer(file, SESSION_GROUP, "lease_s", (int)state->lease_s);
	set_list(file, "emails", state->emails);
	set_list(file, "mailfilters", state->mailfilters);
	if (state->has_ticket_secret) {
		char *hex = secret_to_hex(state->ticket_secret);
		set_string(file, SESSION_GROUP, "ticket_secret", hex);
		wipe(hex);
	}
	return save_file(file, folder, SESSION_FILE, error);
}

bool
peer_state_remove(const char *folder, GError **error)
{
	g_autofree char *path = file_in(folder, SESSION_FILE);

	if (unlink(path) == 0 || errno == ENOENT)
		return true;
	return fail_errno(path, error);
}

/* Of the open file, as threads of one process exclude each other too. */
PeerStateLock
peer_state_lock(const char *folder, GError **error)
{
	g_autofree char *path = file_in(folder, SESSION_LOCK_FILE);
	g_auto(PeerStateLock) fd = -1;

	if (!make_folder(folder, error))
		return -1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	int status = fd < 0 ? -1 : flock(fd, LOCK_EX);
	while (status != 0 && fd >= 0 && errno == EINTR)
		status = flock(fd, LOCK_EX);
	if (status == 0)
		return g_steal_fd(&fd);
	(void)fail_errno(path, error);
	return -1;
}

void
peer_state_unlock(PeerStateLock lock)
{
	if (lock >= 0)
		(void)close(lock);
}

/* --- The daemon ------------------------------------------------------------------------------ */

void
peer_daemon_free(PeerDaemon *self)
{
	if (self == NULL)
		return;
	if (self->lock >= 0)
		(void)close(self->lock);
	g_free(self->smtp_ip);
	g_free(self->pop3_ip);
	g_free(self->tls_key);
	g_free(self);
}

/* True when a living process holds the lock: a file that a crash left behind says nothing. */
static bool
is_locked(const char *folder)
{
	g_autofree char *path = file_in(folder, LOCK_FILE);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return false;
	/* Only asks: taking the lock to try it would be in the way of a daemon that starts. */
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	bool locked = fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
	(void)close(fd);
	return locked;
}

bool
peer_daemon_find(const char *folder, PeerDaemon **ret_daemon, GError **error)
{
	g_autofree char *path = file_in(folder, DAEMON_FILE);
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) problem = NULL;

	bool spoke = is_locked(folder) &&
	             g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &problem);
	/* One that holds the lock and has not spoken yet cannot be found yet. */
	if (!spoke && (problem == NULL ||
			      g_error_matches(problem, G_FILE_ERROR, G_FILE_ERROR_NOENT))) {
		*ret_daemon = NULL;
		return true;
	}
	if (!spoke)
		return fail_file(path, problem->message, error);
	g_autoptr(PeerDaemon) found = g_new0(PeerDaemon, 1);
	found->lock = -1;
	found->pid = g_key_file_get_int64(file, DAEMON_GROUP, "pid", NULL);
	found->smtp_port =
		(uint16_t)g_key_file_get_integer(file, DAEMON_GROUP, "smtp_port", NULL);
	found->pop3_port =
		(uint16_t)g_key_file_get_integer(file, DAEMON_GROUP, "pop3_port", NULL);
	found->smtp_ip = g_key_file_get_string(file, DAEMON_GROUP, "smtp_ip", NULL);
	found->pop3_ip = g_key_file_get_string(file, DAEMON_GROUP, "pop3_ip", NULL);
	found->tls_key = g_key_file_get_string(file, DAEMON_GROUP, "tls_key", NULL);
	if (found->pid <= 0 || found->smtp_port == 0 || found->tls_key == NULL)
		return fail_file(path, "the daemon's file makes no sense", error);
	*ret_daemon = g_steal_pointer(&found);
	return true;
}

PeerDaemon *
peer_daemon_claim(const char *folder, GError **error)
{
	g_autofree char *path = file_in(folder, LOCK_FILE);
	g_autofree char *stale = file_in(folder, DAEMON_FILE);
	g_autoptr(PeerDaemon) self = g_new0(PeerDaemon, 1);

	self->lock = -1;
	self->pid = getpid();
	if (!make_folder(folder, error))
		return NULL;
	self->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (self->lock < 0) {
		(void)fail_errno(path, error);
		return NULL;
	}
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	if (fcntl(self->lock, F_OFD_SETLK, &lock) != 0) {
		(void)fail_file(path, "another doorstepd runs here", error);
		return NULL;
	}
	/* Of a predecessor that had no time to tidy up. */
	(void)unlink(stale);
	return g_steal_pointer(&self);
}

bool
peer_daemon_announce(const PeerDaemon *self, const char *folder, GError **error)
{
	g_autoptr(GKeyFile) file = g_key_file_new();

	g_key_file_set_int64(file, DAEMON_GROUP, "pid", self->pid);
	g_key_file_set_integer(file, DAEMON_GROUP, "smtp_port", self->smtp_port);
	g_key_file_set_integer(file, DAEMON_GROUP, "pop3_port", self->pop3_port);
	set_string(file, DAEMON_GROUP, "smtp_ip", self->smtp_ip);
	set_string(file, DAEMON_GROUP, "pop3_ip", self->pop3_ip);
	set_string(file, DAEMON_GROUP, "tls_key", self->tls_key);
	return save_file(file, folder, DAEMON_FILE, error);
}
