/* SPDX-License-Identifier: MIT */
/* main.c - doorstepd, the reader's daemon: options, listeners, signals */

#include <gio/gio.h>
#include <glib-unix.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

#include "engine/core-settings.h"
#include "engine/deliver/wake.h"
#include "peer/config.h"
#include "peer/lease.h"
#include "peer/listener.h"
#include "peer/log.h"
#include "peer/pop3-door.h"
#include "peer/smtp-receive.h"
#include "peer/tls-key.h"

/* For the sessions that run when a signal comes: a mail being stored takes less. */
#define STOP_TIMEOUT_MS 5000u
/* Scripts say when to wake a mail by the minute, most of them. */
#define WAKE_INTERVAL_S 30u

typedef struct Options {
	char *config;
	gboolean check;
	gboolean version;
} Options;

/* Everything that lives as long as the daemon. Cleared from the last to the first. */
typedef struct Daemon {
	PeerConfig *config;
	PeerDaemon *self;
	GTlsCertificate *certificate;
	LocationTicketMemory *tickets;
	PeerScriptSource *scripts;
	PeerPop3Door *pop3_door;
	PeerSmtpService smtp;
	PeerListener *smtp_listener;
	PeerListener *pop3_listener;
	PeerLease *lease;
	GFileMonitor *session_monitor;
	GMainLoop *loop;
} Daemon;

static const char summary[] = "Takes mail for the reader by SMTP, filters it with their Sieve script, "
			      "serves it by POP3.";
static const char description[] =
	"Examples:\n"
	"  doorstepd                       with ~/.config/doorstep/doorstepd.conf\n"
	"  doorstepd --config ./d.conf     with another file\n"
	"  doorstepd --check --config F    says whether the settings make sense\n"
	"\n"
	"It runs as the reader; `doorstep login` starts it. Settings: doorstepd.conf(5).\n";

static bool
parse_options(int *argc, char ***argv, Options *options, GError **error)
{
	const GOptionEntry entries[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME, &options->config, "Settings", "FILE"},
		{"check", 0, 0, G_OPTION_ARG_NONE, &options->check, "Check the settings and end",
			NULL},
		{"version", 0, 0, G_OPTION_ARG_NONE, &options->version, "Say the version and end",
			NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GOptionContext) context = g_option_context_new(NULL);

	g_option_context_set_summary(context, summary);
	g_option_context_set_description(context, description);
	g_option_context_add_main_entries(context, entries, NULL);
	if (!g_option_context_parse(context, argc, argv, error))
		return false;
	if (*argc == 1)
		return true;
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "%s: not an option", (*argv)[1]);
	return false;
}

static void
clear_daemon(Daemon *daemon)
{
	g_clear_object(&daemon->session_monitor);
	g_clear_pointer(&daemon->lease, peer_lease_free);
	g_clear_pointer(&daemon->smtp_listener, peer_listener_free);
	g_clear_pointer(&daemon->pop3_listener, peer_listener_free);
	g_clear_pointer(&daemon->pop3_door, peer_pop3_door_free);
	g_clear_pointer(&daemon->scripts, peer_script_source_free);
	g_clear_pointer(&daemon->tickets, location_ticket_memory_free);
	g_clear_object(&daemon->certificate);
	g_clear_pointer(&daemon->self, peer_daemon_free);
	g_clear_pointer(&daemon->config, peer_config_free);
	g_clear_pointer(&daemon->loop, g_main_loop_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Daemon, clear_daemon)

/* "127.0.0.1:2525" without its port. */
static char *
ip_of(const char *listen)
{
	const char *colon = strrchr(listen, ':');

	return colon == NULL ? g_strdup(listen) : g_strndup(listen, (size_t)(colon - listen));
}

static bool
listen_smtp(Daemon *daemon, GError **error)
{
	const PeerListenerOptions options = {
		.max_connections = daemon->config->max_connections,
		.max_per_client = daemon->config->max_per_client,
		.busy_reply = "421 4.7.0 Too many connections, try again later\r\n",
	};

	daemon->smtp = (PeerSmtpService){
		.config = daemon->config,
		.scripts = daemon->scripts,
		.certificate = daemon->certificate,
		.tickets = daemon->tickets,
	};
	daemon->smtp_listener = peer_listener_new(daemon->config->smtp_listen, &options,
		peer_smtp_receive, &daemon->smtp, error);
	if (daemon->smtp_listener == NULL)
		return false;
	daemon->self->smtp_port = peer_listener_port(daemon->smtp_listener);
	daemon->self->smtp_ip = ip_of(daemon->config->smtp_listen);
	return true;
}

static bool
listen_pop3(Daemon *daemon, GError **error)
{
	const PeerListenerOptions options = {
		.max_connections = daemon->config->max_connections,
		.max_per_client = daemon->config->max_per_client,
		.busy_reply = "-ERR [SYS/TEMP] Too many connections, try again later\r\n",
	};

	if (daemon->config->pop3_listen == NULL)
		return true;
	daemon->pop3_door = peer_pop3_door_new(daemon->config, daemon->certificate);
	daemon->pop3_listener = peer_listener_new(daemon->config->pop3_listen, &options,
		peer_pop3_door_serve, daemon->pop3_door, error);
	if (daemon->pop3_listener == NULL)
		return false;
	daemon->self->pop3_port = peer_listener_port(daemon->pop3_listener);
	daemon->self->pop3_ip = ip_of(daemon->config->pop3_listen);
	return true;
}

/* Whoever started the daemon waits for this line on standard output; the log has it too. */
static void
say_ready(const Daemon *daemon)
{
	const PeerDaemon *self = daemon->self;
	g_autoptr(GString) line = g_string_new(NULL);

	g_string_printf(line, "ready smtp=%s:%u", self->smtp_ip, self->smtp_port);
	if (self->pop3_ip != NULL)
		g_string_append_printf(line, " pop3=%s:%u", self->pop3_ip, self->pop3_port);
	g_string_append_c(line, '\n');
	ssize_t written = write(STDERR_FILENO, line->str, line->len);
	written = write(STDOUT_FILENO, line->str, line->len);
	(void)written;
}

static bool
start(Daemon *daemon, GError **error)
{
	const char *folder = daemon->config->state_folder;

	daemon->self = peer_daemon_claim(folder, error);
	if (daemon->self == NULL)
		return false;
	daemon->certificate = peer_tls_key_load(daemon->config->tls_key, error);
	if (daemon->certificate == NULL)
		return false;
	daemon->self->tls_key = peer_tls_key_pin(daemon->certificate);
	daemon->tickets = location_ticket_memory_new();
	daemon->scripts = peer_script_source_new(daemon->config);
	if (!listen_smtp(daemon, error) || !listen_pop3(daemon, error) ||
		!peer_daemon_announce(daemon->self, folder, error))
		return false;
	daemon->lease = peer_lease_new(daemon->config, daemon->scripts, daemon->self);
	return true;
}

/* A script that does not compile is found when it is saved, not when a mail comes. */
static gboolean
look_at_session(void *data)
{
	Daemon *daemon = data;
	g_autoptr(PeerScript) script = NULL;
	g_autoptr(GError) problem = NULL;
	bool read = peer_script_source_get(daemon->scripts, &script, &problem);
	const char *user = script == NULL ? NULL : script->state->user_name;
	const char *detail = !read ? problem->message : script == NULL ? NULL : script->problem;

	peer_log("script", (const PeerLogField[]){
		{"user", sieve_bytes_from_string(user)},
		{"verdict", sieve_bytes_from_string(user == NULL ? "nobody-logged-in"
						    : detail == NULL ? "compiled" : "left-out")},
		{"reason", sieve_bytes_from_string(detail)},
		{NULL, {NULL, 0}},
	});
	peer_lease_wake(daemon->lease);
	return G_SOURCE_CONTINUE;
}

static void
session_changed(GFileMonitor *monitor G_GNUC_UNUSED, GFile *file G_GNUC_UNUSED,
	GFile *other G_GNUC_UNUSED, GFileMonitorEvent event, void *data)
{
	if (event == G_FILE_MONITOR_EVENT_CHANGES_DONE_HINT ||
		event == G_FILE_MONITOR_EVENT_CREATED || event == G_FILE_MONITOR_EVENT_DELETED)
		(void)look_at_session(data);
}

static void
watch_session(Daemon *daemon)
{
	g_autofree char *path =
		g_build_filename(daemon->config->state_folder, "session", NULL);
	g_autoptr(GFile) file = g_file_new_for_path(path);

	/* Without it the change is still seen, at the next mail or the next renewal. */
	daemon->session_monitor = g_file_monitor_file(file, G_FILE_MONITOR_NONE, NULL, NULL);
	if (daemon->session_monitor != NULL)
		g_signal_connect(
			daemon->session_monitor, "changed", G_CALLBACK(session_changed), daemon);
}

/* Snoozed mails of whoever reads here. One that cannot be moved is tried again the next time. */
static gboolean
wake_snoozed(void *data)
{
	const Daemon *daemon = data;
	SieveBytes mailbox = sieve_bytes_from_string(
		sieve_core_string(daemon->config->sieve, SIEVE_CORE_SNOOZE_MAILBOX));
	g_autoptr(GError) problem = NULL;
	SieveWoken woken;
	bool good = sieve_snoozed_wake(
		daemon->config->maildir, mailbox, sieve_env_system(), &woken, &problem);
	g_autofree char *count = g_strdup_printf("%u", woken.count);

	if (!good || woken.count > 0)
		peer_log("wake", (const PeerLogField[]){
			{"mails", sieve_bytes_from_string(count)},
			{"verdict", good ? SIEVE_BYTES("moved") : SIEVE_BYTES("failed")},
			{"reason", sieve_bytes_from_string(good ? NULL : problem->message)},
			{NULL, {NULL, 0}},
		});
	return G_SOURCE_CONTINUE;
}

static gboolean
stop(void *data)
{
	Daemon *daemon = data;

	g_main_loop_quit(daemon->loop);
	return G_SOURCE_CONTINUE;
}

static int
run(const char *config_path, bool only_check, GError **error)
{
	g_auto(Daemon) daemon = {0};

	daemon.config = peer_config_load(config_path, error);
	if (daemon.config == NULL)
		return EX_CONFIG;
	if (only_check)
		return EX_OK;
	daemon.loop = g_main_loop_new(NULL, FALSE);
	g_unix_signal_add(SIGTERM, stop, &daemon);
	g_unix_signal_add(SIGINT, stop, &daemon);
	g_unix_signal_add(SIGHUP, look_at_session, &daemon);
	if (!start(&daemon, error))
		return EX_TEMPFAIL;
	watch_session(&daemon);
	(void)look_at_session(&daemon);
	(void)wake_snoozed(&daemon);
	g_timeout_add_seconds(WAKE_INTERVAL_S, wake_snoozed, &daemon);
	say_ready(&daemon);
	g_main_loop_run(daemon.loop);
	peer_listener_stop(daemon.smtp_listener, STOP_TIMEOUT_MS);
	return EX_OK;
}

int
main(int argc, char **argv)
{
	Options options = {0};
	g_autoptr(GError) problem = NULL;

	setlocale(LC_ALL, "");
	umask(077);
	if (!parse_options(&argc, &argv, &options, &problem)) {
		g_printerr("doorstepd: %s\n", problem->message);
		return EX_USAGE;
	}
	if (options.version) {
		g_print("doorstepd " PACKAGE_VERSION "\n");
		return EX_OK;
	}
	int code = run(options.config, options.check, &problem);
	if (problem != NULL)
		g_printerr("doorstepd: %s\n", problem->message);
	g_free(options.config);
	return code;
}
