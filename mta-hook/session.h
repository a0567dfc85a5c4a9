/* SPDX-License-Identifier: MIT */
/* session.h - one connection at the MTA: what was said so far, and the verdict on each recipient
 *
 * Knows nothing of libmilter. One thread at a time per session; the hook behind it is shared.
 */
#pragma once

#include "mta-hook/config.h"
#include "mta-hook/directory.h"
#include "mta-hook/verdict.h"

/** What all sessions share; immutable but for directory and notify, which look after themselves. */
typedef struct Hook {
	const HookConfig *config;
	HookDirectory *directory;
	HookNotify *notify; /* (nullable): nobody is notified */
	const SieveEnv *env;
} Hook;

typedef struct HookSession HookSession;

/** @client_ip: (nullable) address literal */
HookSession *hook_session_new(const Hook *hook, const char *client_ip);
void hook_session_free(HookSession *session);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HookSession, hook_session_free)

/** HELO or EHLO: the announcement is forgotten (doc/redirect.md section 1). */
void hook_session_helo(HookSession *session);
/** A command that the MTA does not know; its first word alone is looked at. Returns: true when it
 * is the announcement. */
bool hook_session_unknown(HookSession *session, const char *command);
/** MAIL. @path: with or without brackets. @authenticated: the client used SMTP AUTH. */
void hook_session_mail(HookSession *session, const char *path, bool authenticated);
/** RCPT. @refused: the MTA will refuse this recipient itself. */
HookVerdict hook_session_rcpt(HookSession *session, const char *path, bool refused);
/** One header field of the message. */
void hook_session_header(HookSession *session, const char *name, const char *value);
/** The whole message has come: those who are busy are told. */
void hook_session_end_of_message(HookSession *session);
/** The transaction is over or was broken off; the connection stays. */
void hook_session_reset(HookSession *session);
