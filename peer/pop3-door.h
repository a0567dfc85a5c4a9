/* SPDX-License-Identifier: MIT */
/* pop3-door.h - doorstepd's POP3 service: the maildrop of whoever is logged in here */
#pragma once

#include "peer/config.h"
#include "peer/line-io.h"

typedef struct PeerPop3Door PeerPop3Door;

/** @config, @certificate: borrowed. */
PeerPop3Door *peer_pop3_door_new(const PeerConfig *config, GTlsCertificate *certificate);
/** No connection may be served any more. */
void peer_pop3_door_free(PeerPop3Door *door);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(PeerPop3Door, peer_pop3_door_free)
/** A PeerServe: @door is a PeerPop3Door. */
void peer_pop3_door_serve(PeerLineIo *io, void *door);
