/* SPDX-License-Identifier: MIT */
/* presence.c - the verbs login, logout, ready, busy and status of the `doorstep` command */
#include "peer/presence.h"

#include <gio/gio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "engine/env.h"
#include "peer/line-io.h"
#include "peer/login.h"
#include "peer/password-prompt.h"

enum { EXIT_DONE = 0, EXIT_REFUSED = 1, EXIT_USAGE = 2, EXIT_LATER = 75 };

/* What the command line said. */
typedef struct {
	char *config_path;
	char *user_name;
	char *password_file;
	char *address;
	char *daemon;
	gboolean busy;
	gboolean no_daemon;
	gboolean no_fetch;
	gboolean foreground;
} Arguments;

static void
arguments_clear(Arguments *arguments)
{
	g_free(arguments->config_path);
	g_free(arguments->user_name);
	g_free(arguments->password_file);
	g_free(arguments->address);
	g_free(arguments->daemon);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Arguments, arguments_clear)

static int
complain(const char *verb, int code, const char *text)
{
	fprintf(stderr, "doorstep %s: %s\n", verb, text);
	return code;
}

/* Trying again helps with what is temporary alone. */
static int
fail(const char *verb, const GError *error)
{
	bool permanent = (error->domain == LOCATION_ERROR && !location_error_is_temporary(error)) ||
			 g_error_matches(error, PEER_ERROR, PEER_ERROR_CONFIG) ||
			 g_error_matches(error, SIEVE_ERROR, SIEVE_ERROR_INVALID) ||
			 error->domain == G_FILE_ERROR || error->domain == G_SPAWN_ERROR;

	return complain(verb, permanent ? EXIT_REFUSED : EXIT_LATER, error->message);
}

static void
print_mail(const PeerLoginReport *report)
{
	const PeerFetchReport *fetched = &report->fetched;

	if (fetched->stored > 0)
		printf("fetched %zu waiting mails\n", fetched->stored);
	if (fetched->passed_over > 0)
		printf("%zu mails stay at the server: too large, or it would not give them\n",
			fetched->passed_over);
	if (report->warning != NULL)
		fprintf(stderr, "doorstep login: %s\n", report->warning);
}

static void
print_login(const Arguments *arguments, const PeerLoginReport *report)
{
	bool literal6 = strchr(report->host, ':') != NULL;

	print_mail(report);
	printf("%s is %s at %s%s%s:%u\n", arguments->user_name, arguments->busy ? "busy" : "ready",
		literal6 ? "[" : "", report->host, literal6 ? "]" : "", report->smtp_port);
	if (report->pop3_port != 0)
		printf("mail is served by POP3 on port %u\n", report->pop3_port);
	if (report->password_stored)
		printf("the POP3 password is the one of this login\n");
}

/* Stays until the daemon ends; what ends this program ends the daemon first. */
static int
stay(const PeerConfig *config, GPid daemon)
{
	sigset_t set;
	int signal_number = 0;
	int status = 0;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGCHLD);
	while (waitpid(daemon, &status, WNOHANG) == 0) {
		(void)sigwait(&set, &signal_number);
		if (signal_number == SIGCHLD)
			continue;

		g_autoptr(GError) error = NULL;

		return peer_logout(config, &error) ? EXIT_DONE : fail("login", error);
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_LATER;
}

/* Before the daemon is started, so that none of these is missed. */
static void
hold_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

static int
run_login(const Arguments *arguments, const PeerConfig *config)
{
	g_autoptr(GError) error = NULL;
	g_auto(PeerLoginReport) report = {0};
	g_autofree char *prompt = g_strdup_printf("Password of %s: ", arguments->user_name);
	char *password = peer_password_read(arguments->password_file, prompt, &error);

	if (password == NULL)
		return fail("login", error);

	PeerLoginOptions options = {
		.config = config,
		.daemon = {arguments->daemon, arguments->config_path, config->state_folder,
			arguments->foreground},
		.user_name = arguments->user_name,
		.password = password,
		.address = arguments->address,
		.status = arguments->busy ? LOCATION_BUSY : LOCATION_READY,
		.flags = (arguments->no_daemon ? PEER_LOGIN_NO_DAEMON : 0u) |
			 (arguments->no_fetch ? PEER_LOGIN_NO_FETCH : 0u),
	};

	if (arguments->foreground)
		hold_signals();

	bool ok = peer_login(&options, &report, &error);

	peer_password_wipe(password);
	if (!ok)
		return fail("login", error);
	print_login(arguments, &report);
	(void)fflush(stdout);
	return arguments->foreground && report.daemon != 0 ? stay(config, report.daemon)
							   : EXIT_DONE;
}

static int
run_logout(const Arguments *arguments G_GNUC_UNUSED, const PeerConfig *config)
{
	g_autoptr(GError) error = NULL;

	return peer_logout(config, &error) ? EXIT_DONE : fail("logout", error);
}

static int
run_ready(const Arguments *arguments G_GNUC_UNUSED, const PeerConfig *config)
{
	g_autoptr(GError) error = NULL;

	return peer_login_change(config, LOCATION_READY, &error) ? EXIT_DONE : fail("ready", error);
}

static int
run_busy(const Arguments *arguments G_GNUC_UNUSED, const PeerConfig *config)
{
	g_autoptr(GError) error = NULL;

	return peer_login_change(config, LOCATION_BUSY, &error) ? EXIT_DONE : fail("busy", error);
}

static const char *const status_names[] = {
	[LOCATION_OFFLINE] = "offline",
	[LOCATION_READY] = "ready",
	[LOCATION_BUSY] = "busy",
};

static void
print_record(const LocationRecord *record)
{
	const SieveEnv *env = sieve_env_system();
	int64_t now = env->now_usec(env) / G_USEC_PER_SEC;
	LocationStatus counts = location_record_status_at(record, now);

	printf("directory: %s is %s", record->user_name, status_names[counts]);
	if (counts != LOCATION_OFFLINE)
		printf(" at %s port %u", record->host, record->smtp_port);
	if (counts != LOCATION_OFFLINE && record->lease_end_unix > 0)
		printf(", lease ends in %" G_GINT64_FORMAT " s", record->lease_end_unix - now);
	printf("\n");
}

static bool
show_record(const PeerConfig *config, const PeerState *state, GError **error)
{
	g_autoptr(LocationSession) session =
		location_session_new(location_config_settings(config->directory), error);
	g_autoptr(LocationRecord) record = NULL;

	if (session == NULL || !location_login(session, sieve_bytes_from_string(state->user_name),
				       sieve_bytes_from_string(state->password), &record, error))
		return false;
	print_record(record);
	return true;
}

static int
run_status(const Arguments *arguments G_GNUC_UNUSED, const PeerConfig *config)
{
	g_autoptr(GError) error = NULL;
	g_autoptr(PeerState) state = NULL;
	g_autoptr(PeerDaemon) daemon = NULL;

	if (!peer_state_load(config->state_folder, &state, &error) ||
		!peer_daemon_find(config->state_folder, &daemon, &error))
		return fail("status", error);
	if (daemon == NULL)
		printf("daemon: not running\n");
	else
		printf("daemon: process %" G_GINT64_FORMAT ", SMTP port %u, POP3 port %u\n",
			daemon->pid, daemon->smtp_port, daemon->pop3_port);
	if (state == NULL) {
		printf("session: nobody is logged in on this host\n");
		return EXIT_REFUSED;
	}
	printf("session: %s is %s\n", state->user_name, status_names[state->status]);
	if (config->directory != NULL && !show_record(config, state, &error))
		return fail("status", error);
	return EXIT_DONE;
}

static const struct {
	const char *name;
	const char *summary;
	int (*run)(const Arguments *arguments, const PeerConfig *config);
} verbs[] = {
	{"login", "- announce this host as the place where your mail goes", run_login},
	{"logout", "- withdraw the announcement and end doorstepd", run_logout},
	{"ready", "- take mail directly again", run_ready},
	{"busy", "- have mail stored, and be told of it by a pop-up", run_busy},
	{"status", "- show what the directory and doorstepd say", run_status},
};

#define EXAMPLES                                                                                   \
	"Examples:\n"                                                                              \
	"  doorstep login                       ask for the password, fetch, announce\n"           \
	"  doorstep login --user james --address 192.0.2.7\n"                                      \
	"  doorstep busy                        meeting: notify instead of deliver\n"              \
	"  doorstep logout"

/* The options of login are login's alone. */
static bool
parse_arguments(size_t verb, int argc, char **argv, Arguments *ret, GError **error)
{
	const GOptionEntry common[] = {
		{"config", 'c', 0, G_OPTION_ARG_FILENAME, &ret->config_path, "Settings to use",
			"FILE"},
		{0},
	};
	const GOptionEntry login[] = {
		{"user", 'u', 0, G_OPTION_ARG_STRING, &ret->user_name, "User name in the directory",
			"NAME"},
		{"password-file", 0, 0, G_OPTION_ARG_FILENAME, &ret->password_file,
			"Take the password from the first line of FILE, - for standard input",
			"FILE"},
		{"address", 'a', 0, G_OPTION_ARG_STRING, &ret->address, "Address to publish", "IP"},
		{"busy", 'b', 0, G_OPTION_ARG_NONE, &ret->busy, "Begin as busy", NULL},
		{"no-fetch", 0, 0, G_OPTION_ARG_NONE, &ret->no_fetch,
			"Leave waiting mail at the domain", NULL},
		{"no-daemon", 0, 0, G_OPTION_ARG_NONE, &ret->no_daemon, "Do not start doorstepd",
			NULL},
		{"foreground", 'f', 0, G_OPTION_ARG_NONE, &ret->foreground,
			"Stay until doorstepd ends; Ctrl-C logs out", NULL},
		{"daemon", 0, 0, G_OPTION_ARG_FILENAME, &ret->daemon, "The doorstepd to start",
			"PROGRAM"},
		{0},
	};
	g_autoptr(GOptionContext) context = g_option_context_new(verbs[verb].summary);
	g_autofree char *program = g_strconcat("doorstep ", verbs[verb].name, NULL);

	g_set_prgname(program);
	g_option_context_set_description(context, EXAMPLES);
	g_option_context_add_main_entries(context, common, NULL);
	if (verbs[verb].run == run_login)
		g_option_context_add_main_entries(context, login, NULL);
	if (!g_option_context_parse(context, &argc, &argv, error))
		return false;
	if (argc <= 1)
		return true;
	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_FAILED, "%s is not wanted here", argv[1]);
	return false;
}

int
peer_presence_verb(int argc, char **argv)
{
	g_auto(Arguments) arguments = {0};
	g_autoptr(PeerConfig) config = NULL;
	g_autoptr(GError) error = NULL;
	size_t verb = 0;

	while (verb < G_N_ELEMENTS(verbs) && g_strcmp0(argv[0], verbs[verb].name) != 0)
		verb++;
	g_return_val_if_fail(verb < G_N_ELEMENTS(verbs), EXIT_USAGE);
	if (!parse_arguments(verb, argc, argv, &arguments, &error))
		return complain(verbs[verb].name, EXIT_USAGE, error->message);
	config = peer_config_load(arguments.config_path, &error);
	if (config == NULL)
		return fail(verbs[verb].name, error);
	if (arguments.user_name == NULL)
		arguments.user_name = g_strdup(g_get_user_name());
	return verbs[verb].run(&arguments, config);
}
