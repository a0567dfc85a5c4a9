/* SPDX-License-Identifier: MIT */
/* dovecot-programs.c - pipe, filter and execute: programs of one folder (Pigeonhole's extprograms) */

#include "engine/sieve-ext.h"

#include <string.h>

/* --- Settings ------------------------------------------------------------------------------------- */

enum { BIN_DIR, EXEC_TIMEOUT, INPUT_EOL, N_PROGRAM_SETTINGS };

static bool
is_absolute(const char *text)
{
	return g_path_is_absolute(text);
}

static bool
is_eol(const char *text)
{
	return g_str_equal(text, "crlf") || g_str_equal(text, "lf");
}

/* Each command has its own folder: what may read mail need not be what may take it. */
#define PROGRAM_SETTINGS(command)                                                                  \
	{                                                                                          \
		[BIN_DIR] = {.name = command "_bin_dir",                                           \
			.alias = "sieve_" command "_bin_dir",                                      \
			.type = SIEVE_SETTING_STRING,                                              \
			.check = is_absolute,                                                      \
			.legal = "an absolute path",                                               \
			.help = "the folder of the programs that " command                         \
				" may run; unset: none"},                                          \
		[EXEC_TIMEOUT] = {.name = command "_exec_timeout",                                 \
			.alias = "sieve_" command "_exec_timeout",                                 \
			.type = SIEVE_SETTING_DURATION,                                            \
			.number = 10,                                                              \
			.min = 1,                                                                  \
			.max = 3600,                                                               \
			.help = "how long such a program may take"},                               \
		[INPUT_EOL] = {.name = command "_input_eol",                                       \
			.alias = "sieve_" command "_input_eol",                                    \
			.type = SIEVE_SETTING_STRING,                                              \
			.fallback = "crlf",                                                        \
			.check = is_eol,                                                           \
			.legal = "crlf or lf",                                                     \
			.help = "the line ends of the mail that it reads"},                        \
		[N_PROGRAM_SETTINGS] = {.name = NULL},                                             \
	}

static const SieveSettingDef pipe_settings[] = PROGRAM_SETTINGS("pipe");
static const SieveSettingDef filter_settings[] = PROGRAM_SETTINGS("filter");
static const SieveSettingDef execute_settings[] = PROGRAM_SETTINGS("execute");

/* --- Calling a program ---------------------------------------------------------------------------- */

/* What a script wants to be run. */
typedef struct Call {
	const SieveSettingDef *settings; /* of the command */
	SieveBytes name;
	SieveStrings args;
	bool try_only; /* pipe :try */
} Call;

static void
check_name(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	bool good = value.len > 0 && value.len <= 128 && value.ptr[0] != '.';
	g_autofree char *shown = sieve_bytes_print(value, 80);

	for (size_t i = 0; i < value.len; i++)
		good = good && value.ptr[i] != '/' && !g_ascii_iscntrl(value.ptr[i]);
	if (!good)
		sieve_check_error(check, arg, "it is the name of a file, without folder",
			"\"%s\" is no name of a program", shown);
}

static void
check_argument(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	for (size_t i = 0; i < value.len; i++)
		if (value.ptr[i] == '\0' || value.ptr[i] == '\r' || value.ptr[i] == '\n') {
			sieve_check_error(check, arg, NULL,
				"an argument of a program is one line, without NUL");
			return;
		}
}

/* (nullable) (transfer full) its path. */
static char *
find_program(const SieveSettings *settings, const Call *call, GError **error)
{
	const char *folder = sieve_settings_string(settings, &call->settings[BIN_DIR]);
	g_autofree char *name = sieve_bytes_dup(call->name);

	if (folder == NULL || *folder == '\0') {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT,
			"no programs are to be run here: %s is not set", call->settings[BIN_DIR].name);
		return NULL;
	}
	g_autofree char *path = g_build_filename(folder, name, NULL);
	if (g_file_test(path, G_FILE_TEST_IS_REGULAR) && g_file_test(path, G_FILE_TEST_IS_EXECUTABLE))
		return g_steal_pointer(&path);
	g_autofree char *shown = sieve_bytes_escape(call->name, 80);
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "there is no program \"%s\" in %s", shown,
		folder);
	return NULL;
}

static void
add_variable(GPtrArray *environment, const char *name, SieveBytes value)
{
	g_autofree char *text = sieve_bytes_dup(value);

	if (value.ptr != NULL)
		g_ptr_array_add(environment, g_strdup_printf("%s=%s", name, text));
}

/* Nothing of ours: a program knows of the mail, and of whose it is. */
static GPtrArray *
make_environment(const SieveEnvelope *envelope)
{
	GPtrArray *environment = g_ptr_array_new_with_free_func(g_free);

	g_ptr_array_add(environment, g_strdup("PATH=/usr/local/bin:/usr/bin:/bin"));
	add_variable(environment, "HOME", sieve_bytes_from_string(g_get_home_dir()));
	add_variable(environment, "USER", sieve_bytes_from_string(g_get_user_name()));
	add_variable(environment, "SENDER", envelope->from);
	add_variable(environment, "RECIPIENT", envelope->to);
	add_variable(environment, "ORIG_RECIPIENT",
		envelope->orig_to.ptr != NULL ? envelope->orig_to : envelope->to);
	g_ptr_array_add(environment, NULL);
	return environment;
}

/* False when it cannot be started, or was killed; what it exits with is for the caller. */
static bool
run_call(const SieveSettings *settings, const Call *call, const SieveEnvelope *envelope,
	SieveBytes input, size_t max_output, SieveSubprocessEnd *end, GError **error)
{
	g_autofree char *path = find_program(settings, call, error);
	g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
	g_autoptr(GPtrArray) envp = make_environment(envelope);

	if (path == NULL)
		return false;
	g_ptr_array_add(argv, g_strdup(path));
	for (size_t i = 0; i < call->args.count; i++)
		g_ptr_array_add(argv, sieve_bytes_dup(call->args.items[i]));
	g_ptr_array_add(argv, NULL);
	uint64_t seconds = sieve_settings_number(settings, &call->settings[EXEC_TIMEOUT]);
	const SieveSubprocess process = {
		.argv = (const char *const *)argv->pdata,
		.envp = (const char *const *)envp->pdata,
		.input = input,
		.timeout_ms = (unsigned)(seconds * 1000),
		.max_output = max_output,
	};
	if (!sieve_subprocess_run(&process, end, error)) {
		g_prefix_error(error, "%s: ", path);
		return false;
	}
	if (end->status >= 0)
		return true;
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "%s %s", path,
		end->what != NULL ? end->what : "was killed");
	return false;
}

static void
append_lines(GString *out, SieveBytes text, bool crlf)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool ends = c == '\n' || (c == '\r' && i + 1 < text.len && text.ptr[i + 1] == '\n');
		i += ends && c == '\r';
		if (ends)
			g_string_append(out, crlf ? "\r\n" : "\n");
		else
			g_string_append_c(out, c);
	}
}

/* (transfer full) the mail as the program reads it. */
static GString *
print_mail(const SieveSettings *settings, const Call *call, const SieveMessage *message)
{
	bool crlf = g_str_equal(
		sieve_settings_string(settings, &call->settings[INPUT_EOL]), "crlf");
	GString *out = g_string_sized_new((size_t)sieve_message_size(message));

	append_lines(out, sieve_message_wire_header(message), crlf);
	append_lines(out, sieve_message_body(message), crlf);
	return out;
}

static void
note_failure(SieveRun *run, const Call *call, const SieveSubprocessEnd *end, const GError *failure)
{
	g_autofree char *name = sieve_bytes_print(call->name, 80);

	if (failure != NULL) {
		g_autofree char *why = sieve_bytes_print(sieve_bytes_from_string(failure->message), 400);
		sieve_run_note(run, "%s", why);
	} else if (end->status != 0) {
		sieve_run_note(run, "%s exits with %d%s%s", name, end->status,
			end->complaint[0] == '\0' ? "" : ": ", end->complaint);
	}
}

static SieveStrings
optional_strings(SieveRun *run, const SieveArgs *args, unsigned index)
{
	return sieve_args_has(args, index) ? sieve_args_strings(run, args, index)
					   : (SieveStrings){NULL, 0};
}

/* --- pipe ----------------------------------------------------------------------------------------- */

static bool
perform_pipe(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	const Call *call = action->details;
	const SieveSettings *settings = sieve_delivery_settings(delivery);
	g_autoptr(GString) mail =
		print_mail(settings, call, sieve_delivery_message(delivery, action));
	g_auto(SieveSubprocessEnd) end = {.status = -1};
	g_autoptr(GError) failure = NULL;

	if (run_call(settings, call, sieve_delivery_envelope(delivery),
		    (SieveBytes){mail->str, mail->len}, 0, &end, &failure) &&
		end.status == 0) {
		sieve_delivery_note_sent(delivery);
		return true;
	}
	if (call->try_only)
		return (action->flags & SIEVE_ACTION_COPY) != 0 ||
		       sieve_delivery_keep(delivery, action, error);
	if (failure != NULL)
		g_propagate_error(error, g_steal_pointer(&failure));
	else
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SUBMIT, "it exits with %d%s%s",
			end.status, end.complaint[0] == '\0' ? "" : ": ", end.complaint);
	return false;
}

static void
print_pipe(const SieveAction *action, GString *text)
{
	const Call *call = action->details;

	g_string_append(text, "pipe");
	for (size_t i = 0; i <= call->args.count; i++) {
		g_autofree char *word =
			sieve_bytes_escape(i == 0 ? call->name : call->args.items[i - 1], 200);
		g_string_append_printf(text, " \"%s\"", word);
	}
}

static const SieveActionDef action_pipe = {
	.name = "pipe",
	.class = SIEVE_ACTION_PIPES,
	.cancels_implicit_keep = true,
	.print = print_pipe,
	.perform = perform_pipe,
};

enum { PIPE_TRY, PIPE_NAME, PIPE_ARGS };

/* Usage: pipe [":try"] <program-name: string> [<program-args: string-list>] */
static const SieveArgDef pipe_args[] = {
	[PIPE_TRY] = {.type = SIEVE_ARG_TAG, .name = "try"},
	[PIPE_NAME] = {.type = SIEVE_ARG_STRING, .name = "program", .check = check_name},
	[PIPE_ARGS] = {.type = SIEVE_ARG_STRING_LIST,
		.name = "program arguments",
		.flags = SIEVE_ARG_OPTIONAL,
		.check = check_argument},
	{.type = SIEVE_ARG_END},
};

/* Two calls are one when they say the same: none of the words holds a line end. */
static SieveBytes
join_words(SieveRun *run, const Call *call)
{
	g_autoptr(GString) words = g_string_new_len(call->name.ptr, (gssize)call->name.len);

	for (size_t i = 0; i < call->args.count; i++) {
		g_string_append_c(words, '\n');
		g_string_append_len(
			words, call->args.items[i].ptr, (gssize)call->args.items[i].len);
	}
	return sieve_arena_copy(sieve_run_arena(run), (SieveBytes){words->str, words->len});
}

static bool
pipe_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	Call *call = sieve_arena_new_array(sieve_run_arena(run), Call, 1);

	*call = (Call){
		.settings = pipe_settings,
		.name = sieve_args_string(run, args, PIPE_NAME),
		.args = optional_strings(run, args, PIPE_ARGS),
		.try_only = sieve_args_has(args, PIPE_TRY),
	};
	SieveAction action = {
		.def = &action_pipe, .target = join_words(run, call), .details = call};
	return sieve_run_add_action(run, args, &action, error);
}

static const SieveCommandDef pipe_commands[] = {
	{.name = "pipe", .args = pipe_args, .run = pipe_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_vnd_dovecot_pipe = {
	.capability = "vnd.dovecot.pipe",
	.source = "Pigeonhole's extprograms",
	.commands = pipe_commands,
	.settings = pipe_settings,
};

/* --- filter --------------------------------------------------------------------------------------- */

enum { FILTER_NAME, FILTER_ARGS };

/* Usage: filter <program-name: string> [<program-args: string-list>], as a command or a test */
static const SieveArgDef filter_args[] = {
	[FILTER_NAME] = {.type = SIEVE_ARG_STRING, .name = "program", .check = check_name},
	[FILTER_ARGS] = {.type = SIEVE_ARG_STRING_LIST,
		.name = "program arguments",
		.flags = SIEVE_ARG_OPTIONAL,
		.check = check_argument},
	{.type = SIEVE_ARG_END},
};

/* The mail stays as it is unless the program succeeds, and prints another one. */
static bool
filter_mail(SieveRun *run, const SieveArgs *args, bool *ret_done, GError **error)
{
	const SieveMessage *message = sieve_run_message(run);
	const Call call = {
		.settings = filter_settings,
		.name = sieve_args_string(run, args, FILTER_NAME),
		.args = optional_strings(run, args, FILTER_ARGS),
	};
	g_autoptr(GString) mail = print_mail(sieve_run_settings(run), &call, message);
	g_auto(SieveSubprocessEnd) end = {.status = -1};
	g_autoptr(GError) failure = NULL;

	*ret_done = false;
	if (!sieve_run_spend(run, mail->len, error))
		return false;
	bool ran = run_call(sieve_run_settings(run), &call, sieve_run_envelope(run),
		(SieveBytes){mail->str, mail->len}, 2 * mail->len + SIEVE_LIMIT_STRING_BYTES, &end,
		&failure);
	note_failure(run, &call, &end, failure);
	if (!ran) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	*ret_done = end.status == 0 && end.output->len > 0;
	return !*ret_done || sieve_run_exchange_mail(run,
				     (SieveBytes){end.output->str, end.output->len}, true, error);
}

static bool
filter_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	bool done;

	return filter_mail(run, args, &done, error);
}

static bool
filter_test(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	(void)filter_mail(run, args, ret_outcome, NULL);
	return true;
}

static const SieveCommandDef filter_commands[] = {
	{.name = "filter", .args = filter_args, .needs = SIEVE_NEEDS_BODY, .run = filter_run},
	{.name = NULL},
};

static const SieveTestDef filter_tests[] = {
	{.name = "filter", .args = filter_args, .needs = SIEVE_NEEDS_BODY, .run = filter_test},
	{.name = NULL},
};

const SieveExtension sieve_ext_vnd_dovecot_filter = {
	.capability = "vnd.dovecot.filter",
	.source = "Pigeonhole's extprograms",
	.commands = filter_commands,
	.tests = filter_tests,
	.settings = filter_settings,
};

/* --- execute -------------------------------------------------------------------------------------- */

enum { EXECUTE_INPUT, EXECUTE_PIPE, EXECUTE_OUTPUT, EXECUTE_NAME, EXECUTE_ARGS };

/* Usage: execute [":input" <data: string> / ":pipe"] [":output" <varname: string>]
 *        <program-name: string> [<program-args: string-list>], as a command or a test */
static const SieveArgDef execute_args[] = {
	[EXECUTE_INPUT] = {.type = SIEVE_ARG_TAG,
		.name = "input",
		.value = SIEVE_ARG_STRING,
		.group = "input"},
	[EXECUTE_PIPE] = {.type = SIEVE_ARG_TAG, .name = "pipe", .group = "input"},
	[EXECUTE_OUTPUT] = {.type = SIEVE_ARG_TAG,
		.name = "output",
		.value = SIEVE_ARG_STRING,
		.flags = SIEVE_ARG_CONSTANT},
	[EXECUTE_NAME] = {.type = SIEVE_ARG_STRING, .name = "program", .check = check_name},
	[EXECUTE_ARGS] = {.type = SIEVE_ARG_STRING_LIST,
		.name = "program arguments",
		.flags = SIEVE_ARG_OPTIONAL,
		.check = check_argument},
	{.type = SIEVE_ARG_END},
};

static void
execute_check(SieveCheck *check, SieveArgs *args)
{
	const SieveArg *output = sieve_args_get(args, EXECUTE_OUTPUT);

	if (!sieve_args_has(args, EXECUTE_OUTPUT))
		return;
	if (!sieve_check_use(check, "variables"))
		sieve_check_error(check, output, "require it",
			":output needs the capability \"variables\"");
	else
		sieve_args_set_data(args, sieve_check_variable(check, output,
						  sieve_args_constant(args, EXECUTE_OUTPUT),
						  SIEVE_VARIABLE_SET));
}

static void
set_output(SieveRun *run, const SieveArgs *args, const GString *output)
{
	const SieveVariable *variable = sieve_args_data(args);

	if (variable == NULL)
		return;
	SieveBytes value = sieve_arena_copy(
		sieve_run_arena(run), (SieveBytes){output->str, output->len});
	sieve_run_set_variable(run, variable, value);
}

static bool
execute(SieveRun *run, const SieveArgs *args, bool *ret_done, GError **error)
{
	const Call call = {
		.settings = execute_settings,
		.name = sieve_args_string(run, args, EXECUTE_NAME),
		.args = optional_strings(run, args, EXECUTE_ARGS),
	};
	g_autoptr(GString) mail = NULL;
	SieveBytes input = SIEVE_BYTES("");
	g_auto(SieveSubprocessEnd) end = {.status = -1};
	g_autoptr(GError) failure = NULL;

	*ret_done = false;
	if (sieve_args_has(args, EXECUTE_INPUT))
		input = sieve_args_string(run, args, EXECUTE_INPUT);
	if (sieve_args_has(args, EXECUTE_PIPE)) {
		mail = print_mail(sieve_run_settings(run), &call, sieve_run_message(run));
		input = (SieveBytes){mail->str, mail->len};
	}
	if (!sieve_run_spend(run, input.len, error))
		return false;
	size_t max_output = sieve_args_data(args) == NULL ? 0 : SIEVE_LIMIT_STRING_BYTES;
	bool ran = run_call(sieve_run_settings(run), &call, sieve_run_envelope(run), input, max_output,
		&end, &failure);
	note_failure(run, &call, &end, failure);
	if (!ran) {
		g_propagate_error(error, g_steal_pointer(&failure));
		return false;
	}
	*ret_done = end.status == 0;
	if (*ret_done)
		set_output(run, args, end.output);
	return true;
}

static bool
execute_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	bool done;

	return execute(run, args, &done, error);
}

static bool
execute_test(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	(void)execute(run, args, ret_outcome, NULL);
	return true;
}

static const SieveCommandDef execute_commands[] = {
	{.name = "execute",
		.args = execute_args,
		.needs = SIEVE_NEEDS_BODY,
		.check = execute_check,
		.run = execute_run},
	{.name = NULL},
};

static const SieveTestDef execute_tests[] = {
	{.name = "execute",
		.args = execute_args,
		.needs = SIEVE_NEEDS_BODY,
		.check = execute_check,
		.run = execute_test},
	{.name = NULL},
};

const SieveExtension sieve_ext_vnd_dovecot_execute = {
	.capability = "vnd.dovecot.execute",
	.source = "Pigeonhole's extprograms",
	.commands = execute_commands,
	.tests = execute_tests,
	.settings = execute_settings,
};
