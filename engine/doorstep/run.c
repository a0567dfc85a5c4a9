/* SPDX-License-Identifier: MIT */
/* run.c - `doorstep run`: shows what a script would do with mails */

#include "engine/doorstep/run.h"

#include "engine/bytes.h"
#include "engine/doorstep/colour.h"
#include "engine/doorstep/explain-html.h"
#include "engine/doorstep/files.h"
#include "engine/doorstep/verb.h"
#include "engine/stage.h"
#include "schema/remote-ip.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const DoorstepHelp help = {
	.operands = "SCRIPT MAIL...",
	.summary = "Shows what a Sieve script would do with mails. Nothing is delivered.",
	.examples = "  doorstep run my.sieve mail.eml\n"
		    "  doorstep run --explain my.sieve mail.eml    which value met which key\n"
		    "  doorstep run --html why.html my.sieve mail.eml  the same as a page\n"
		    "  doorstep run --stage envelope my.sieve mail.eml   known before the mail comes?\n"
		    "  doorstep run --remote-ip 192.0.2.1 --envelope-from a@example.com my.sieve -\n",
};

void
doorstep_run_options_clear(DoorstepRunOptions *options)
{
	g_free(options->envelope_from);
	g_free(options->envelope_to);
	g_free(options->remote_ip);
	g_free(options->include_dir);
	g_free(options->global_dir);
	g_free(options->color);
	g_free(options->engine);
	g_free(options->html);
	g_free(options->stage_name);
	g_free(options->maildir);
	g_clear_pointer(&options->texts, g_ptr_array_unref);
	g_clear_pointer(&options->second, peer_second_script_free);
	doorstep_settings_clear(&options->settings);
}

SieveProgram *
doorstep_run_compile(const SieveRegistry *registry, const char *path,
	const DoorstepRunOptions *options, int *ret_code)
{
	g_auto(DoorstepScripts) scripts = {0};
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(GError) error = NULL;
	bool colour;

	if (!doorstep_colour_choose(options->color, STDERR_FILENO, &colour)) {
		*ret_code = DOORSTEP_EXIT_USAGE;
		return NULL;
	}
	doorstep_scripts_init(&scripts, path, options->include_dir, options->global_dir);
	scripts.texts = options->texts;
	scripts.settings = options->settings.values;
	SieveProgram *program = doorstep_compile_file(registry, path, &scripts, diags, &error);
	g_autofree char *mistakes = sieve_diag_list_print(diags, colour);
	fputs(mistakes, stderr);
	if (error != NULL)
		*ret_code = doorstep_usage_error("%s", error->message);
	else if (program == NULL)
		*ret_code = DOORSTEP_EXIT_PROBLEM;
	return program;
}

/* The address of --remote-ip in the forms that scripts match; NULL when it is none. */
typedef struct Client {
	const char *remote_ip;
	const char *remote_ip_expanded;
} Client;

/* RFC 5183 section 4.1: where and when the script runs, as in the reader's daemon. */
static const char *
environment_item(const char *item, void *user_data)
{
	const Client *client = user_data;

	if (strcmp(item, LOCATION_REMOTE_IP) == 0)
		return client->remote_ip;
	if (strcmp(item, LOCATION_REMOTE_IP_EXPANDED) == 0)
		return client->remote_ip_expanded;
	if (strcmp(item, "location") == 0)
		return "MDA";
	return strcmp(item, "phase") == 0 ? "during" : NULL;
}

static SieveRunInput
make_input(const DoorstepRunOptions *options, const SieveMessage *message, SieveArena *arena)
{
	SieveRunInput input = {
		.message = message,
		.envelope = doorstep_envelope_from_header(message, arena),
		.environment = environment_item,
		.stage = options->stage,
		.maildir = options->maildir,
	};

	if (options->envelope_from != NULL)
		input.envelope.from = sieve_bytes_from_string(options->envelope_from);
	if (options->envelope_to != NULL)
		input.envelope.to = sieve_bytes_from_string(options->envelope_to);
	if (options->envelope_to != NULL)
		input.envelope.orig_to = input.envelope.to;
	return input;
}

SieveResult *
doorstep_run_message(const SieveProgram *program, const SieveMessage *message,
	const DoorstepRunOptions *options, SieveArena *arena, SieveTrace *trace, GError **failure)
{
	SieveResult *result = NULL;
	g_autofree char *remote_ip = location_remote_ip(options->remote_ip);
	g_autofree char *expanded = location_remote_ip_expanded(options->remote_ip);
	Client client = {remote_ip, expanded};
	SieveRunInput input = make_input(options, message, arena);

	input.environment_data = &client;
	input.trace = trace;
	/* The failure tells more than the outcome of the call: the result is made all the same. */
	if (options->second != NULL)
		(void)!peer_second_script_run(options->second, &input, &result, failure);
	else
		(void)!sieve_run(program, &input, &result, failure);
	return result;
}

/* The text of `doorstep run` without --explain. */
static char *
print_result(const SieveResult *result, const GError *failure)
{
	g_autofree char *actions = sieve_result_print(result);
	g_autofree char *problem =
		failure == NULL ? NULL : g_strdup_printf("error: %s\n", failure->message);

	return g_strconcat(actions, problem, NULL);
}

static bool
write_page(const DoorstepRunOptions *options, const DoorstepExplain *explain,
	const SieveMessage *message, SieveArena *arena, const char *mail_name, GError **error)
{
	DoorstepExplainPage page = {
		.mail_name = mail_name,
		.message = message,
		.envelope = make_input(options, message, arena).envelope,
		.texts = options->texts,
	};
	g_autofree char *html = doorstep_explain_html(explain, &page);

	return doorstep_file_write(options->html, sieve_bytes_from_string(html), error);
}

char *
doorstep_run_mail(const SieveProgram *program, const char *path, DoorstepRunOptions *options,
	bool *ret_failed, GError **error)
{
	g_autoptr(GBytes) raw = doorstep_file_read(path, error);

	if (raw == NULL)
		return NULL;
	g_autoptr(SieveMessage) message = sieve_message_new(doorstep_file_bytes(raw));
	g_autoptr(SieveArena) arena = sieve_arena_new();
	g_autoptr(DoorstepExplain) explain =
		options->explain || options->html != NULL ? doorstep_explain_new(program) : NULL;
	SieveTrace *trace = explain == NULL ? options->trace : &explain->trace;
	g_autoptr(GError) failure = NULL;
	g_autoptr(SieveResult) result =
		doorstep_run_message(program, message, options, arena, trace, &failure);
	*ret_failed = failure != NULL;
	if (options->html != NULL && !write_page(options, explain, message, arena, path, error))
		return NULL;
	if (!options->explain)
		return print_result(result, failure);
	/* Whoever compiled the script has checked the word. */
	bool colour = false;
	(void)!doorstep_colour_choose(options->color, STDOUT_FILENO, &colour);
	return doorstep_explain_text(explain, colour);
}

/* Prepares the script for libsieve when that is the engine. */
static int
choose_engine(DoorstepRunOptions *options, const char *path)
{
	g_auto(DoorstepScripts) scripts = {0};
	g_autoptr(GError) error = NULL;
	g_autofree char *problem = NULL;

	if (options->engine == NULL || strcmp(options->engine, "doorstep") == 0)
		return DOORSTEP_EXIT_OK;
	if (strcmp(options->engine, "libsieve") != 0)
		return doorstep_usage_error("no such engine: %s", options->engine);
	if (options->stage != SIEVE_STAGE_MESSAGE)
		return doorstep_usage_error("libsieve runs on whole messages alone; "
					    "leave --stage away");
	if (options->explain || options->html != NULL)
		return doorstep_usage_error("libsieve does not say what it does; "
					    "leave --explain and --html away");
	g_autoptr(GBytes) text = doorstep_file_read(path, &error);
	if (text == NULL)
		return doorstep_usage_error("%s", error->message);
	doorstep_scripts_init(&scripts, path, options->include_dir, options->global_dir);
	options->second = peer_second_script_new(doorstep_file_bytes(text),
		options->settings.values, doorstep_scripts_load, &scripts, &problem);
	if (options->second != NULL)
		return DOORSTEP_EXIT_OK;
	g_printerr("%s: not for libsieve: %s\n", path, problem);
	return DOORSTEP_EXIT_PROBLEM;
}

static int
run_mails(const SieveProgram *program, DoorstepRunOptions *options, int n_mails, char **mails)
{
	int code = DOORSTEP_EXIT_OK;

	for (int i = 0; i < n_mails; i++) {
		g_autoptr(GError) error = NULL;
		bool failed = false;
		g_autofree char *text =
			doorstep_run_mail(program, mails[i], options, &failed, &error);
		if (text == NULL) {
			code = doorstep_usage_error("%s", error->message);
			continue;
		}
		if (n_mails > 1)
			printf("# %s\n", mails[i]);
		fputs(text, stdout);
		if (failed)
			code = MAX(code, (int)DOORSTEP_EXIT_PROBLEM);
	}
	return code;
}

int
doorstep_run(int argc, char **argv)
{
	g_auto(DoorstepRunOptions) options = {0};
	const GOptionEntry entries[] = {
		{"envelope-from", 'f', 0, G_OPTION_ARG_STRING, &options.envelope_from,
			"sender (default: from the header); empty: a bounce", "ADDRESS"},
		{"envelope-to", 't', 0, G_OPTION_ARG_STRING, &options.envelope_to,
			"recipient (default: from the header)", "ADDRESS"},
		{"remote-ip", 0, 0, G_OPTION_ARG_STRING, &options.remote_ip,
			"address of the client that brought the mail", "IP"},
		{"maildir", 0, 0, G_OPTION_ARG_FILENAME, &options.maildir,
			"Maildir whose mailboxes tests ask about (default: none)", "DIR"},
		{"engine", 0, 0, G_OPTION_ARG_STRING, &options.engine,
			"doorstep (default) or libsieve", "ENGINE"},
		{"explain", 'x', 0, G_OPTION_ARG_NONE, &options.explain,
			"say for every line what was tested, what it met and what came of it", NULL},
		{"html", 0, 0, G_OPTION_ARG_FILENAME, &options.html,
			"write that as a page: the script beside the mail", "FILE"},
		{"stage", 0, 0, G_OPTION_ARG_STRING, &options.stage_name,
			"run with what is known then: connection, envelope, header or message",
			"STAGE"},
		{"include-dir", 'I', 0, G_OPTION_ARG_FILENAME, &options.include_dir,
			"where include :personal looks (default: beside the script)", "DIR"},
		{"global-dir", 'G', 0, G_OPTION_ARG_FILENAME, &options.global_dir,
			"where include :global looks (default: beside the script)", "DIR"},
		{"color", 0, 0, G_OPTION_ARG_STRING, &options.color, DOORSTEP_COLOUR_HELP, "WHEN"},
		DOORSTEP_SETTING_OPTIONS(options.settings),
		{NULL, 0, 0, 0, NULL, NULL, NULL},
	};
	int code = DOORSTEP_EXIT_OK;

	if (!doorstep_options(&help, entries, &argc, &argv))
		return DOORSTEP_EXIT_USAGE;
	if (argc < 3)
		return doorstep_usage_error("a script and a mail are needed; see --help");
	if (options.html != NULL && argc > 3)
		return doorstep_usage_error("--html takes one mail");
	if (options.stage_name != NULL && !sieve_stage_parse(options.stage_name, &options.stage))
		return doorstep_usage_error("no such stage: %s", options.stage_name);
	options.texts = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
	if (!doorstep_settings_load(&options.settings, sieve_extensions()))
		return DOORSTEP_EXIT_USAGE;
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveProgram) program = doorstep_run_compile(registry, argv[1], &options, &code);
	if (program == NULL)
		return code;
	code = choose_engine(&options, argv[1]);
	if (code != DOORSTEP_EXIT_OK)
		return code;
	return run_mails(program, &options, argc - 2, argv + 2);
}
