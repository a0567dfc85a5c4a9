/* SPDX-License-Identifier: MIT */
/* main.c - doorstep-hook: options, settings, signals, then the milter */

#include <signal.h>
#include <stdio.h>

#include "mta-hook/milter.h"
#include "mta-hook/socketmap-server.h"

#define DEFAULT_CONFIG "/etc/doorstep/doorstep-hook.conf"

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
	"Decides for each recipient, from the location records in LDAP, whether a mail is\n"
	"redirected to the reader's host, stored, or stored and the reader told.\n\n"
	"Examples:\n"
	"  doorstep-hook --config=/etc/doorstep/doorstep-hook.conf\n"
	"  doorstep-hook --check --config=new.conf\n\n"
	"In Postfix: smtpd_milters = { unix:/run/doorstep/hook.sock, default_action=accept }";

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
	g_autoptr(GOptionContext) context = g_option_context_new("- redirect, notify or store");
	g_option_context_add_main_entries(context, entries, NULL);
	g_option_context_set_description(context, description);
	if (g_option_context_parse(context, &argc, &argv, &error) && argc == 1)
		return true;
	g_printerr("doorstep-hook: %s\n", error ? error->message : "takes no arguments");
	return false;
}

/* libmilter waits for these on a thread of its own; no other thread may take them. */
static void
block_signals(void)
{
	static const int ends[] = {SIGTERM, SIGINT, SIGHUP};
	sigset_t set;
	sigemptyset(&set);
	for (size_t i = 0; i < G_N_ELEMENTS(ends); i++)
		sigaddset(&set, ends[i]);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static bool
run(const HookConfig *config, GError **error)
{
	const SieveEnv *env = sieve_env_system();
	HookNotifyOptions notify_options = {
		.interval_s = config->notify_interval_s,
		.queue_max = config->notify_queue_max,
		.sender = config->notify_sender,
		.host_name = config->host_name,
		.timeout_ms = config->notify_timeout_ms,
	};
	g_autoptr(HookDirectory) directory = hook_directory_new(
		location_config_settings(config->directory), config->directory_retry_s, env, error);
	if (!directory)
		return false;
	HookSocketmap map = {directory, &config->policy, config->transport, env};
	g_autoptr(HookSocketmapServer) server = NULL;
	if (config->socketmap) {
		server = hook_socketmap_server_new(
			config->socketmap, config->socket_mode, &map, error);
		if (!server)
			return false;
	}
	g_autoptr(HookNotify) notify =
		config->notify ? hook_notify_new(&notify_options, hook_notify_send_smtp,
					 &notify_options, env)
			       : NULL;
	Hook hook = {config, directory, notify, env};
	return hook_milter_run(config->milter, config->socket_mode, &hook, error);
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
		puts("doorstep-hook " PACKAGE_VERSION);
		return 0;
	}
	g_autoptr(HookConfig) config = hook_config_load(path, &error);
	if (config && options.check)
		return 0;
	block_signals();
	if (config && run(config, &error))
		return 0;
	g_printerr("doorstep-hook: %s\n", error->message);
	return EXIT_CONFIG;
}
