/* SPDX-License-Identifier: MIT */
/* dovecot-report.c - report, which tells somebody of abuse (vnd.dovecot.report; RFC 5965) */

#include "engine/sieve-ext.h"

#include <string.h>

enum { REPORT_HEADERS_ONLY, REPORT_TYPE, REPORT_MESSAGE, REPORT_ADDRESS };

/* RFC 5965 section 3.1: a token (RFC 2045 section 5.1). */
static void
check_type(SieveCheck *check, const SieveArg *arg, SieveBytes value)
{
	bool good = value.len > 0 && value.len <= 64;
	g_autofree char *shown = sieve_bytes_print(value, 80);

	for (size_t i = 0; i < value.len; i++)
		good = good && g_ascii_isgraph(value.ptr[i]) &&
		       strchr("()<>@,;:\\\"/[]?=", value.ptr[i]) == NULL;
	if (!good)
		sieve_check_error(check, arg, "abuse, fraud, virus, not-spam or other",
			"\"%s\" is no type of feedback", shown);
}

/* Usage: report [":headers_only"] <feedback-type: string> <message: string> <address: string> */
static const SieveArgDef report_args[] = {
	[REPORT_HEADERS_ONLY] = {.type = SIEVE_ARG_TAG, .name = "headers_only"},
	[REPORT_TYPE] = {.type = SIEVE_ARG_STRING, .name = "feedback type", .check = check_type},
	[REPORT_MESSAGE] = {.type = SIEVE_ARG_STRING, .name = "message"},
	[REPORT_ADDRESS] = {.type = SIEVE_ARG_STRING,
		.name = "address",
		.check = sieve_check_address},
	{.type = SIEVE_ARG_END},
};

static bool
perform_report(SieveDelivery *delivery, const SieveAction *action, GError **error)
{
	return sieve_delivery_report(delivery, action->details, error);
}

static const SieveActionDef action_report = {
	.name = "report",
	.class = SIEVE_ACTION_ANSWERS,
	.perform = perform_report,
};

/* Section 3.2: what is known of how the mail came. */
static SieveBytes
make_fields(SieveRun *run, SieveBytes type)
{
	const SieveEnvelope *envelope = sieve_run_envelope(run);
	const char *ip = sieve_run_environment(run, "remote-ip");
	g_autoptr(GString) fields = g_string_new(NULL);

	g_string_append_printf(fields, "Feedback-Type: %.*s\r\n", (int)type.len, type.ptr);
	g_string_append(fields, "User-Agent: Doorstep/" PACKAGE_VERSION "\r\nVersion: 1\r\n");
	if (envelope->from.ptr != NULL)
		g_string_append_printf(fields, "Original-Mail-From: <%.*s>\r\n",
			(int)envelope->from.len, envelope->from.ptr);
	if (envelope->to.len > 0)
		g_string_append_printf(fields, "Original-Rcpt-To: <%.*s>\r\n",
			(int)envelope->to.len, envelope->to.ptr);
	if (ip != NULL && *ip != '\0')
		g_string_append_printf(fields, "Source-IP: %s\r\n", ip);
	return sieve_arena_copy(sieve_run_arena(run), (SieveBytes){fields->str, fields->len});
}

static SieveBytes
make_subject(SieveRun *run)
{
	SieveBytes subject = SIEVE_BYTES("");

	sieve_run_first_field(run, SIEVE_BYTES("Subject"), &subject);
	return sieve_bytes_from_string(sieve_arena_printf(
		sieve_run_arena(run), "Report: %.*s", (int)subject.len, subject.ptr));
}

static bool
report_run(SieveRun *run, const SieveArgs *args, GError **error)
{
	SieveReport *report = sieve_arena_new_array(sieve_run_arena(run), SieveReport, 1);
	SieveBytes address = sieve_args_string(run, args, REPORT_ADDRESS);

	*report = (SieveReport){
		.type = "feedback-report",
		.auto_submitted = "auto-generated",
		.subject = make_subject(run),
		.text = sieve_args_string(run, args, REPORT_MESSAGE),
		.fields = make_fields(run, sieve_args_string(run, args, REPORT_TYPE)),
		.headers_only = sieve_args_has(args, REPORT_HEADERS_ONLY),
	};
	if (!sieve_parse_address(address, sieve_run_arena(run), &report->to)) {
		g_set_error(error, SIEVE_ERROR, SIEVE_ERROR_SCRIPT, "report to no mail address");
		return false;
	}
	SieveAction action = {.def = &action_report, .target = report->to, .details = report};
	return sieve_run_add_action(run, args, &action, error);
}

static const SieveCommandDef report_commands[] = {
	{.name = "report", .args = report_args, .needs = SIEVE_NEEDS_BODY, .run = report_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_vnd_dovecot_report = {
	.capability = "vnd.dovecot.report",
	.source = "Pigeonhole's vnd-report",
	.commands = report_commands,
};
