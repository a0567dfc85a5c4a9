/* SPDX-License-Identifier: MIT */
/* socket-pair.h - two ends of one connection inside a test */
#pragma once

#include "peer/line-io.h"

/** Makes a connected pair: @ret_io for the code under test, @ret_other the bare other end. */
void socket_pair_new(PeerLineIo **ret_io, GSocket **ret_other);
/** Sends all of @bytes; fails the test when that is not possible. */
void socket_pair_send(GSocket *other, const char *bytes, size_t len);
/** (transfer full) what comes until the other side closes, NUL-terminated. */
GString *socket_pair_drain(GSocket *other);
