/* SPDX-License-Identifier: MIT */
/* relay-main.c - doorstep-relay: options, LMTP listener, signals */

#include <signal.h>
#include <stdio.h>

#include "mta-hook/relay-network.h"
#include "peer/listener.h"
#include "peer/log.h"

#define DEFAULT_CONFIG "/etc/doorstep/doorstep-relay.conf"
#define STOP_TIMEOUT_MS 30000u

enum {
	EXIT_USAGE = 2,
	EXIT_CONFIG = 78, /* EX_CONFIG of <sysexits.h>: a supervisor need not try again */
};

typedef struct Options {
	char *config;
	gboolean check;
	gboolean version;
} Options;

static const char description[] =
	"Takes mail from the MTA beside it by LMTP and delivers it: to the mail exchanger, "
	"telling\n"
	"it that redirects are followed, and to the reader's host when it names one.\n\n"
	"Examples:\n"
	"  doorstep-relay --config=/etc/doorstep/doorstep-relay.conf\n"
	"  doorstep-relay --check --config=new.conf\n\n"
	"In Postfix: default_transport = lmtp:inet:127.0.0.1:2424";

static bool
parse_options(int argc, char **argv, Options *options)
{
	const GOptionEntry entries[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config, "Key file to read",
			"FILE"},
		{"check", 0, 0, G_OPTION_ARG_NONE, &options->check, "Check the key file and end",
			NULL},
		{"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Show the version", NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GError) error = NULL;
	g_autoptr(GOptionContext) context =
		g_option_context_new("- delivers mail, follows redirects");
	g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_set_description(context, description);
	if (g_option_context_parse(context, &argc, &argv, &error) && argc == 1)
		return true;
	g_printerr("doorstep-relay: %s\n", error ? error->message : "takes no arguments");
	return false;
}

static int
run(const HookRelayConfig *config)
{
	HookRelayNetwork network;
	g_autoptr(GError) error = NULL;
	sigset_t ends;
	int signal_number;
	/* Blocked before any thread starts, so that none but sigwait() ever takes them. */
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	pthread_sigmask(SIG_BLOCK, &ends, NULL);
	signal(SIGPIPE, SIG_IGN);
	hook_relay_network_init(&network, config, sieve_env_system());
	const PeerListenerOptions limits = {
		.max_connections = config->max_connections,
		.max_per_client = config->max_connections,
		.busy_reply = "421 4.3.2 Too many connections\r\n",
	};
	g_autoptr(PeerListener) listener = peer_listener_new(
		config->listen, &limits, hook_relay_network_serve, &network, &error);
	if (!listener) {
		g_printerr("doorstep-relay: %s\n", error->message);
		return EXIT_CONFIG;
	}
	peer_log("ready", (const PeerLogField[]){
				  {"lmtp", sieve_bytes_from_string(config->listen)},
				  {NULL, {NULL, 0}},
			  });
	sigwait(&ends, &signal_number);
	peer_listener_stop(listener, STOP_TIMEOUT_MS);
	return 0;
}

int
main(int argc, char **argv)
{
	Options options = {0};
	g_autoptr(GError) error = NULL;
	if (!parse_options(argc, argv, &options))
		return EXIT_USAGE;
	g_autofree char *path = options.config ? options.config : g_strdup(DEFAULT_CONFIG);
	if (options.version) {
		puts("doorstep-relay " PACKAGE_VERSION);
		return 0;
	}
	g_autoptr(HookRelayConfig) config = hook_relay_config_load(path, &error);
	if (!config) {
		g_printerr("doorstep-relay: %s\n", error->message);
		return EXIT_CONFIG;
	}
	return options.check ? 0 : run(config);
}
