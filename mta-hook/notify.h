/* SPDX-License-Identifier: MIT */
/* notify.h - tells busy readers that mail waits, without ever delaying the MTA
 *
 * Notices are put into a bounded queue and sent by one thread straight to the reader's host. A
 * reader gets at most one in each interval; mails that come sooner are counted in the next one.
 * Losing a notice loses no mail, so a full queue drops and nothing is tried twice.
 */
#pragma once

#include "engine/env.h"
#include "schema/location-record.h"

typedef struct HookNotifyOptions {
	unsigned interval_s; /* between two notices to one reader; 0: every mail has its own */
	unsigned queue_max;  /* readers that wait for a notice */
	const char
		*sender; /* (nullable) From of notices; NULL: postmaster at the reader's domain */
	const char *host_name; /* for EHLO and Message-ID */
	unsigned timeout_ms;   /* for connecting and for each reply */
} HookNotifyOptions;

/** A busy reader's stored mail. Everything is copied. */
typedef struct HookNotifyMail {
	const LocationRecord *record; /* where the reader is; with key and ticket secret */
	SieveBytes reader;	      /* address, without brackets */
	SieveBytes from;	      /* header values as they came */
	SieveBytes subject;
} HookNotifyMail;

/** One notice, ready to be sent. */
typedef struct HookNotifyJob {
	char *host;
	uint16_t port;
	char *key;
	char *ticket; /* made when the notice is sent, since tickets are short-lived */
	char *reader;
	char *text;
} HookNotifyJob;

/** Sends a notice; failures are its own to log. Runs on the worker's thread. */
typedef void (*HookNotifySend)(const HookNotifyJob *job, void *user_data);
/** The real one: SMTP with pin and ticket. @user_data: HookNotifyOptions. */
void hook_notify_send_smtp(const HookNotifyJob *job, void *user_data);

typedef struct HookNotify HookNotify;

/** @options: copied; its strings must outlive the queue. */
HookNotify *hook_notify_new(const HookNotifyOptions *options, HookNotifySend send, void *send_data,
	const SieveEnv *env);
/** Sends nothing more; waits for the notice that is being sent. */
void hook_notify_free(HookNotify *notify);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HookNotify, hook_notify_free)

/** Returns: false when the queue was full, or the reader's host cannot prove itself. */
bool hook_notify_push(HookNotify *notify, const HookNotifyMail *mail);
/** The clock has moved: looks again what is due. For tests that set the clock. */
void hook_notify_wake(HookNotify *notify);
