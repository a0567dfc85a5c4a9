/* SPDX-License-Identifier: MIT */
/* config.h - the settings of the reader's programs: key file to struct
 *
 * One file serves doorstepd and the verbs of `doorstep`: doorstepd.conf(5) tells every key. Each has a
 * default, so that an empty file is a good one. A key that is not known is an error: a misspelt
 * setting must not be a silent one.
 */
#pragma once

#include "engine/sieve.h"
#include "schema/location.h"

typedef enum {
	PEER_ENGINE_DOORSTEP,
	PEER_ENGINE_LIBSIEVE,
} PeerEngine;

/** What RCPT says of mail that is sure to be discarded. */
typedef enum {
	PEER_DISCARD_DENIED, /* refuse what the access list denies, take what the script discards */
	PEER_DISCARD_REFUSE, /* refuse both */
	PEER_DISCARD_ACCEPT, /* take both */
} PeerDiscard;

/** Every field may be read. Paths are absolute. */
typedef struct PeerConfig {
	/* [mail] */
	char *maildir;
	char *script_folder;          /* of NAME.sieve files */
	char *personal_script;        /* the NAME that the delivery script includes */
	PeerEngine engine;
	char *submit_host;            /* (nullable): nothing is sent on; such mail is kept */
	uint16_t submit_port;

	/* [smtp] */
	char *smtp_listen;
	char *host_name;
	uint64_t max_message_bytes;
	unsigned max_connections;     /* of each listener */
	unsigned max_per_client;
	GPtrArray *accept_from;       /* of GInetAddressMask: clients that need no ticket */
	unsigned command_timeout_ms;
	PeerDiscard discard_early;

	/* [pop3] */
	char *pop3_listen;            /* (nullable): not served */
	char *password_file;          /* (nullable): the directory is asked */

	/* [fetch] */
	char *fetch_url;              /* (nullable): nothing waits elsewhere */
	char *fetch_user;             /* (nullable): the reader's user name */
	char *fetch_ca_file;          /* (nullable): the system's */
	char *fetch_received_by;      /* names of the domain's own mail servers, blank between */
	char *fetch_memory;           /* file: what was stored and not yet deleted there */
	bool fetch_clear;             /* no TLS; with a loopback server alone */
	unsigned fetch_timeout_ms;

	/* [presence] */
	char *publish_ip;             /* (nullable): found out by login */
	unsigned lease_s;
	char *state_folder;

	/* [tls] */
	char *tls_key;                /* file */

	/* [sieve] */
	SieveSettings *sieve;         /* for sieve_compile() */

	/* [directory] */
	LocationConfig *directory;    /* (nullable): the group is not there */
} PeerConfig;

/** (transfer full) $XDG_CONFIG_HOME/doorstep/doorstepd.conf */
char *peer_config_path(void);
/**
 * peer_config_load:
 * @path: (nullable): peer_config_path(), which then need not exist
 *
 * Fails with PEER_ERROR_CONFIG, naming file, group and key.
 */
PeerConfig *peer_config_load(const char *path, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void peer_config_free(PeerConfig *config);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerConfig, peer_config_free)
