/* SPDX-License-Identifier: MIT */
/* relay-network.h - the relay's steps on the real network, and its LMTP side */
#pragma once

#include "mta-hook/relay-config.h"
#include "mta-hook/relay.h"
#include "peer/line-io.h"

/** What all LMTP sessions share; immutable. */
typedef struct HookRelayNetwork {
	const HookRelayConfig *config;
	const SieveEnv *env;
	HookMx mx;
} HookRelayNetwork;

void hook_relay_network_init(
	HookRelayNetwork *network, const HookRelayConfig *config, const SieveEnv *env);
/** A PeerServe: one LMTP connection of the MTA beside us. @user_data: HookRelayNetwork */
void hook_relay_network_serve(PeerLineIo *io, void *user_data);
