/* SPDX-License-Identifier: MIT */
/* enotify.h - what notify and its methods share: a method is one row, in a file of its own */
#pragma once

#include "engine/sieve-ext.h"

enum {
	NOTIFY_MAX_NOTIFICATIONS,
	NOTIFY_ENVELOPE_FROM,
	NOTIFY_XMPP_COMMAND,
	NOTIFY_XMPP_FROM,
	N_NOTIFY_SETTINGS
};

extern const SieveSettingDef sieve_enotify_settings[N_NOTIFY_SETTINGS + 1];

/** A notify command with its strings expanded. */
typedef struct NotifyRequest {
	SieveBytes rest; /* of the URI, behind its scheme */
	SieveBytes from; /* empty: not given */
	char importance; /* '1' to '3' */
	SieveBytes message; /* ptr NULL: not given */
} NotifyRequest;

/** A way to notify (RFC 5435 section 3.1). */
typedef struct NotifyMethod {
	const char *scheme; /* "mailto:" */
	/* (nullable) (static) why nobody can be notified so. @rest: behind the scheme. */
	const char *(*find_problem)(
		const SieveSettings *settings, SieveBytes rest, SieveArena *arena);
	/* What perform gets, in the run's arena; NULL with why nothing is to be sent. */
	const void *(*prepare)(
		SieveRun *run, const NotifyRequest *request, const char **ret_silence);
	/* What it says, in a line. */
	SieveBytes (*subject)(const void *prepared);
	bool (*perform)(SieveDelivery *delivery, const SieveAction *action, const void *prepared,
		GError **error);
} NotifyMethod;

extern const NotifyMethod sieve_notify_mailto; /* RFC 5436 */
extern const NotifyMethod sieve_notify_xmpp;   /* RFC 5437 */

/** Whose mail it is; empty when nobody knows. */
SieveBytes sieve_notify_owner(SieveRun *run);
/** RFC 3986 section 2.1. False when a percent sign stands alone. */
bool sieve_notify_decode(SieveBytes text, SieveArena *arena, SieveBytes *ret_decoded);
