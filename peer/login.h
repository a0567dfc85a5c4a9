/* SPDX-License-Identifier: MIT */
/* login.h - publishes the reader's presence, changes it and withdraws it
 *
 * A login goes: password checked by the directory; waiting mail fetched, so that it stands before
 * anything that comes directly; doorstepd started; presence published with a fresh ticket secret,
 * in one modification; fetched once more, for what the domain stored meanwhile. doorstepd then
 * keeps the lease alive. Every call fails as location_*() do, or with a PeerError.
 */
#pragma once

#include "peer/config.h"
#include "peer/daemon-control.h"
#include "peer/fetch.h"

typedef enum {
	PEER_LOGIN_NO_DAEMON = 1 << 0, /* publish the configured port; somebody else serves it */
	PEER_LOGIN_NO_FETCH = 1 << 1,  /* waiting mail stays at the domain */
} PeerLoginFlags;

/** All is borrowed for the time of the call. */
typedef struct PeerLoginOptions {
	const PeerConfig *config; /* with a directory */
	PeerDaemonStart daemon;
	const char *user_name;
	const char *password;
	const char *address;   /* (nullable): publish_ip, else by peer_own_address() */
	LocationStatus status; /* ready or busy */
	unsigned flags;
} PeerLoginOptions;

typedef struct PeerLoginReport {
	char *host;
	uint16_t smtp_port;
	uint16_t pop3_port;      /* 0: not served, or not known */
	GPid daemon;             /* started by this login; 0: it ran already, or none was wanted */
	PeerFetchReport fetched; /* both fetches together */
	char *warning;           /* (nullable) the second fetch failed: why */
	bool password_stored;    /* the login's password became that of POP3 */
} PeerLoginReport;
void peer_login_report_clear(PeerLoginReport *report);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(PeerLoginReport, peer_login_report_clear)

/** When it fails all is as before: nothing published and no daemon, or the session that it was to
 * replace. */
bool peer_login(const PeerLoginOptions *options, PeerLoginReport *ret_report,
	GError **error) G_GNUC_WARN_UNUSED_RESULT;
/** Ready or busy; the lease begins anew. Fails with PEER_ERROR_CONFIG when nobody is logged in. */
bool peer_login_change(
	const PeerConfig *config, LocationStatus status, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/**
 * Withdraws and ends the daemon. When the directory is away the daemon is ended all the same, the
 * call fails, and the lease runs out by itself.
 */
bool peer_logout(const PeerConfig *config, GError **error) G_GNUC_WARN_UNUSED_RESULT;
