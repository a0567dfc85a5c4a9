/* SPDX-License-Identifier: MIT */
/* directory.h - the location server as the hook sees it: one bounded question, and a breaker
 *
 * After a failure the directory counts as away for some seconds, so that one dead server costs the
 * MTA one slow answer and not one for every recipient. Safe between threads.
 */
#pragma once

#include "engine/env.h"
#include "schema/location.h"

/** A question waits at most twice this, which stays below what an MTA grants a milter. */
#define HOOK_DIRECTORY_TIMEOUT_MAX_MS 900u

typedef enum {
	HOOK_DIRECTORY_ANSWERED, /* the record may still be NULL: there is none */
	HOOK_DIRECTORY_AWAY,
} HookDirectoryAnswer;

typedef struct HookDirectory HookDirectory;

/**
 * hook_directory_new:
 * @settings: its timeout is lowered to HOOK_DIRECTORY_TIMEOUT_MAX_MS
 * @retry_s: how long the directory counts as away after a failure
 */
HookDirectory *hook_directory_new(const LocationSettings *settings, unsigned retry_s,
	const SieveEnv *env, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void hook_directory_free(HookDirectory *directory);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HookDirectory, hook_directory_free)

/** @ret_record: (out) (transfer full) (nullable): written always */
HookDirectoryAnswer hook_directory_find_by_email(
	HookDirectory *directory, SieveBytes email, LocationRecord **ret_record);
HookDirectoryAnswer hook_directory_find_by_host(
	HookDirectory *directory, const char *host, uint16_t port, LocationRecord **ret_record);
