/* SPDX-License-Identifier: MIT */
/* presence.h - the verbs login, logout, ready, busy and status of the `doorstep` command */
#pragma once

/**
 * peer_presence_verb:
 * @argv: (array length=argc): argv[0] is the verb: "login", "logout", "ready", "busy" or "status"
 *
 * Runs one verb from its options to its output. Returns the exit code: 0 done, 1 refused (wrong
 * password, not logged in), 2 usage, 75 the directory or the daemon is away (try again).
 */
int peer_presence_verb(int argc, char **argv);
