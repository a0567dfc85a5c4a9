/* SPDX-License-Identifier: MIT */
/* desktop.h - pop-ups on the reader's desktop (org.freedesktop.Notifications over D-Bus) */
#pragma once

#include <gio/gio.h>

#include "engine/sieve.h"

/** Text for a pop-up: valid UTF-8, one line unless @lines; control characters become blanks, marks
 * that turn the writing direction are dropped, at most @max_chars characters, then "…". (transfer
 * full) */
char *peer_desktop_clean(SieveBytes text, size_t max_chars, bool lines);

/**
 * peer_desktop_notify:
 * @summary, @body: outside bytes, already decoded; never taken for markup
 *
 * Shows one pop-up on the session bus and waits at most a few seconds for it to be taken. Fails
 * with a GIOError or GDBusError when there is no bus or nobody shows notifications on it.
 */
bool peer_desktop_notify(
	SieveBytes summary, SieveBytes body, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/** A pop-up for @message, a mail that came: its sender and its subject. */
bool peer_desktop_notify_mail(
	const SieveMessage *message, GError **error) G_GNUC_WARN_UNUSED_RESULT;
