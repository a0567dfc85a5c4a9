/* SPDX-License-Identifier: MIT */
/* redirect-dsn.c - what redirect asks of those who bring the mail on (RFC 6009 sections 6 and 7) */

#include "engine/sieve-ext.h"

/* What the action asks so far, to be added to. */
static SieveSmtpParameters *
parameters_of(SieveRun *run, SieveAction *action)
{
	SieveSmtpParameters *parameters =
		sieve_arena_new_array(sieve_run_arena(run), SieveSmtpParameters, 1);

	if (action->parameters != NULL)
		*parameters = *action->parameters;
	action->parameters = parameters;
	return parameters;
}

static SieveBytes
in_capitals(SieveRun *run, SieveBytes text)
{
	char *copy = sieve_arena_alloc(sieve_run_arena(run), text.len + 1);

	for (size_t i = 0; i < text.len; i++)
		copy[i] = g_ascii_toupper(text.ptr[i]);
	return (SieveBytes){copy, text.len};
}

/* --- :notify and :ret (section 6) ------------------------------------------------------------------- */

static void
check_notify(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	if (!sieve_notify_is_valid(value))
		sieve_check_error(check, arg, "as \"NEVER\", or \"SUCCESS,DELAY\"",
			":notify is NEVER, or some of SUCCESS, FAILURE and DELAY");
}

static void
check_ret(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	if (!sieve_ret_is_valid(value))
		sieve_check_error(check, arg, NULL, ":ret is \"FULL\" or \"HDRS\"");
}

static bool
notify_run(SieveRun *run, SieveAction *action, const SieveArg *arg, GError **error G_GNUC_UNUSED)
{
	parameters_of(run, action)->notify = in_capitals(run, sieve_arg_string(run, arg));
	return true;
}

static bool
ret_run(SieveRun *run, SieveAction *action, const SieveArg *arg, GError **error G_GNUC_UNUSED)
{
	parameters_of(run, action)->ret = in_capitals(run, sieve_arg_string(run, arg));
	return true;
}

/* Usage: redirect [":notify" <value: string>] [":ret" <"FULL" / "HDRS">] <address: string> */
static const SieveTagDef dsn_tags[] = {
	{.name = "notify",
		.commands = "redirect",
		.value = SIEVE_ARG_STRING,
		.check = check_notify,
		.run = notify_run},
	{.name = "ret",
		.commands = "redirect",
		.value = SIEVE_ARG_STRING,
		.check = check_ret,
		.run = ret_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_redirect_dsn = {
	.capability = "redirect-dsn",
	.source = "RFC 6009 section 6",
	.tags = dsn_tags,
};

/* --- :bytimerelative and so on (section 7) ------------------------------------------------------------ */

/* date-time of RFC 3339; an offset without colon too, as currentdate gives it and section 7.2 uses it. */
static bool
parse_time(SieveBytes text, int64_t *ret_time_unix)
{
	g_autofree char *copy = sieve_bytes_dup(text);
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(copy, NULL);

	if (time == NULL)
		return false;
	*ret_time_unix = g_date_time_to_unix(time);
	return true;
}

static void
check_time(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	g_autofree char *shown = sieve_bytes_print(value, 80);
	int64_t time_unix;

	if (!parse_time(value, &time_unix))
		sieve_check_error(check, arg, "write it as \"2026-12-24T20:00:00+01:00\"",
			"\"%s\" is no date and time", shown);
}

static void
check_mode(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	if (!sieve_bytes_equal_nocase(value, SIEVE_BYTES("notify")) &&
		!sieve_bytes_equal_nocase(value, SIEVE_BYTES("return")))
		sieve_check_error(check, arg, NULL, ":bymode is \"notify\" or \"return\"");
}

static SieveDeliverBy *
by_of(SieveRun *run, SieveAction *action)
{
	SieveSmtpParameters *parameters = parameters_of(run, action);
	SieveDeliverBy *by = sieve_arena_new_array(sieve_run_arena(run), SieveDeliverBy, 1);

	if (parameters->by != NULL)
		*by = *parameters->by;
	parameters->by = by;
	return by;
}

static bool
relative_run(SieveRun *run, SieveAction *action, const SieveArg *arg, GError **error G_GNUC_UNUSED)
{
	const SieveEnv *env = sieve_run_env(run);
	/* RFC 2852 section 4: nine digits. */
	int64_t seconds = (int64_t)MIN(sieve_arg_number(arg), 999999999);

	by_of(run, action)->deadline_unix = env->now_usec(env) / G_USEC_PER_SEC + seconds;
	return true;
}

static bool
absolute_run(SieveRun *run, SieveAction *action, const SieveArg *arg, GError **error)
{
	if (parse_time(sieve_arg_string(run, arg), &by_of(run, action)->deadline_unix))
		return true;
	g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, ":bytimeabsolute is no date and time");
	return false;
}

static bool
mode_run(SieveRun *run, SieveAction *action, const SieveArg *arg, GError **error G_GNUC_UNUSED)
{
	by_of(run, action)->notify =
		sieve_bytes_equal_nocase(sieve_arg_string(run, arg), SIEVE_BYTES("notify"));
	return true;
}

static bool
trace_run(SieveRun *run, SieveAction *action, const SieveArg *arg G_GNUC_UNUSED,
	GError **error G_GNUC_UNUSED)
{
	by_of(run, action)->trace = true;
	return true;
}

/* Usage: redirect [":bytimerelative" <rlimit: number> / ":bytimeabsolute" <alimit: string>
 *        [":bymode" <"notify" / "return">] [":bytrace"]] <address: string> */
static const SieveTagDef deliverby_tags[] = {
	{.name = "bytimerelative",
		.commands = "redirect",
		.value = SIEVE_ARG_NUMBER,
		.group = "bytime",
		.run = relative_run},
	{.name = "bytimeabsolute",
		.commands = "redirect",
		.value = SIEVE_ARG_STRING,
		.group = "bytime",
		.check = check_time,
		.run = absolute_run},
	{.name = "bymode",
		.commands = "redirect",
		.value = SIEVE_ARG_STRING,
		.needs = "bytimerelative bytimeabsolute",
		.check = check_mode,
		.run = mode_run},
	{.name = "bytrace",
		.commands = "redirect",
		.needs = "bytimerelative bytimeabsolute",
		.run = trace_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_redirect_deliverby = {
	.capability = "redirect-deliverby",
	.source = "RFC 6009 section 7",
	.tags = deliverby_tags,
};
