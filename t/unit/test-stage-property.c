/* SPDX-License-Identifier: MIT */
/* test-stage-property.c - random scripts: what is settled early is what the whole mail settles */

#include <string.h>

#include "engine/stage.h"
#include "t/unit/script.h"

enum { SCRIPTS = 4000, MAILS_PER_SCRIPT = 5, MAX_DEPTH = 3 };

/* From the first to the last. */
static const SieveStage stages[] = {
	SIEVE_STAGE_CONNECTION, SIEVE_STAGE_ENVELOPE, SIEVE_STAGE_HEADER, SIEVE_STAGE_MESSAGE};
enum { N_STAGES = G_N_ELEMENTS(stages) };

static const char *
pick(const char *const *words, size_t count)
{
	return words[g_test_rand_int_range(0, (gint32)count)];
}
#define PICK(words) pick((words), G_N_ELEMENTS(words))

/* --- Random scripts -------------------------------------------------------------------------------- */

static const char *const simple_tests[] = {
	"true", "false", "environment \"remote-ip\" \"192.0.2.1\"",
	"environment :contains \"remote-ip\" [\"192\", \"198\"]",
	"environment \"location\" \"MDA\"", "environment \"no-such-item\" \"\"",
	"environment \"DOMAIN\" \"example.org\"", "envelope \"from\" \"a@example.com\"",
	"envelope :domain [\"from\", \"to\"] \"example.org\"", "envelope \"from\" \"\"",
	"envelope :count \"eq\" :comparator \"i;ascii-numeric\" \"from\" \"1\"",
	"header \"subject\" \"hello\"", "header :matches \"subject\" \"*o*\"",
	"address :localpart \"from\" \"a\"", "exists [\"subject\", \"x-spam\"]",
	"exists \"subject\"", "size :over 60", "size :under 100",
	"string \"${v}\" [\"x\", \"a\"]", "string :matches \"${v}\" \"?${1}*\"",
	"envelope :matches \"from\" \"*@*\"", "address :matches \"from\" \"*@*\"",
};

static const char *const actions[] = {
	"keep;", "discard;", "fileinto \"A\";", "fileinto :copy \"B\";", "redirect \"x@example.net\";",
	"reject \"no\";", "ereject \"never\";", "stop;", "include \"inner\";", "return;",
	"set \"v\" \"x\";", "set :upper \"v\" \"${v}${1}\";", "fileinto \"M${1}${v}\";",
};

static void add_test(GString *text, int depth);

static void
add_test_list(GString *text, int depth)
{
	int count = g_test_rand_int_range(1, 4);

	g_string_append(text, g_test_rand_bit() ? "anyof (" : "allof (");
	for (int i = 0; i < count; i++) {
		g_string_append(text, i == 0 ? "" : ", ");
		add_test(text, depth + 1);
	}
	g_string_append_c(text, ')');
}

static void
add_test(GString *text, int depth)
{
	int form = depth < MAX_DEPTH ? g_test_rand_int_range(0, 6) : 5;

	if (form == 0) {
		g_string_append(text, "not ");
		add_test(text, depth + 1);
	} else if (form <= 2) {
		add_test_list(text, depth);
	} else {
		g_string_append(text, PICK(simple_tests));
	}
}

static void add_commands(GString *text, int depth, bool inner);

static void
add_block(GString *text, int depth, bool inner)
{
	g_string_append(text, " {\n");
	add_commands(text, depth + 1, inner);
	g_string_append(text, "}\n");
}

static void
add_if(GString *text, int depth, bool inner)
{
	g_string_append(text, "if ");
	add_test(text, 0);
	add_block(text, depth, inner);
	if (g_test_rand_bit()) {
		g_string_append(text, "elsif ");
		add_test(text, 0);
		add_block(text, depth, inner);
	}
	if (g_test_rand_bit()) {
		g_string_append(text, "else");
		add_block(text, depth, inner);
	}
}

static void
add_commands(GString *text, int depth, bool inner)
{
	int count = g_test_rand_int_range(depth == 0, 4);

	for (int i = 0; i < count; i++) {
		const char *action = PICK(actions);
		if (depth < MAX_DEPTH && g_test_rand_int_range(0, 3) != 0)
			add_if(text, depth, inner);
		else if (!inner || strncmp(action, "include", 7) != 0)
			g_string_append_printf(text, "%s\n", action);
	}
}

static char *
random_script(bool inner)
{
	GString *text = g_string_new("require [\"environment\", \"envelope\", \"fileinto\", \"copy\", "
				     "\"reject\", \"ereject\", \"include\", \"relational\", "
				     "\"comparator-i;ascii-numeric\", \"variables\"];\n");

	add_commands(text, 0, inner);
	return g_string_free(text, FALSE);
}

static bool
load(SieveLocation location G_GNUC_UNUSED, const char *name G_GNUC_UNUSED, GBytes **ret_text,
	void *user_data, GError **error G_GNUC_UNUSED)
{
	*ret_text = g_bytes_new(user_data, strlen(user_data));
	return true;
}

/* --- Random mails ---------------------------------------------------------------------------------- */

typedef struct Mail {
	const char *ip;
	const char *from;
	const char *to;
	char *text;
} Mail;

static const char *
environment(const char *item, void *user_data)
{
	const Mail *mail = user_data;

	if (strcmp(item, "remote-ip") == 0)
		return mail->ip;
	if (strcmp(item, "location") == 0)
		return "MDA";
	return strcmp(item, "domain") == 0 ? strchr(mail->to, '@') + 1 : NULL;
}

static Mail
random_mail(void)
{
	static const char *const ips[] = {"192.0.2.1", "198.51.100.7", "2001:db8::1"};
	static const char *const senders[] = {"a@example.com", "b@example.org", ""};
	static const char *const recipients[] = {"r@example.org", "r@example.com"};
	static const char *const subjects[] = {"Subject: hello\r\n", "Subject: other\r\n", ""};
	static const char *const fields[] = {"X-Spam: yes\r\n", "From: a@example.com\r\n", ""};
	static const char *const bodies[] = {"", "Short.\r\n",
		"A body that is rather long, so that the size of the mail says something.\r\n"};

	return (Mail){PICK(ips), PICK(senders), PICK(recipients),
		g_strconcat(PICK(subjects), PICK(fields), "\r\n", PICK(bodies), NULL)};
}

/* --- The property ------------------------------------------------------------------------------------ */

/* What is not known at @stage is not given. The text tells result and error; NULL: it needs more. */
static char *
run_at(SieveStage stage, const SieveProgram *program, Mail *mail, SieveVerdict *ret_verdict)
{
	SieveBytes raw = sieve_bytes_from_string(mail->text);
	SieveNeeds knows = sieve_stage_knows(stage);
	SieveRunInput input = {
		.stage = stage, .environment = environment, .environment_data = mail};
	const SieveDeliverOptions options = {.maildir = "/nonexistent"};
	g_autoptr(SieveMessage) message = NULL;
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) error = NULL;
	g_autofree char *reason = NULL;

	if (stage == SIEVE_STAGE_HEADER && g_str_has_prefix(mail->text, "\r\n"))
		raw.len = 2;
	else if (stage == SIEVE_STAGE_HEADER)
		raw.len = sieve_bytes_find(raw, SIEVE_BYTES("\r\n\r\n"), 0) + 4;
	if (knows >= SIEVE_NEEDS_HEADER)
		input.message = message = sieve_message_new(raw);
	if (knows >= SIEVE_NEEDS_ENVELOPE)
		input.envelope = (SieveEnvelope){.from = sieve_bytes_from_string(mail->from),
			.to = sieve_bytes_from_string(mail->to)};
	(void)!sieve_run(program, &input, &result, &error);
	*ret_verdict = sieve_result_verdict(result, &input.envelope, &options, &reason);
	if (sieve_result_needs(result) != NULL) {
		g_assert_cmpint(*ret_verdict, ==, SIEVE_VERDICT_PROCEED);
		g_assert_cmpint(sieve_stage_knows(sieve_result_needs(result)->stage), >, knows);
		return NULL;
	}
	g_autofree char *text = sieve_result_print(result);
	return g_strdup_printf("%s%s%s", text, reason == NULL ? "" : reason,
		error == NULL ? "" : error->message);
}

/* Adds to @settled how many stages settled the mail's outcome. */
static void
check_mail(const SieveProgram *program, Mail *mail, unsigned *settled)
{
	SieveVerdict verdict;
	g_autofree char *whole = run_at(SIEVE_STAGE_MESSAGE, program, mail, &verdict);
	bool known = false;

	g_assert_nonnull(whole);
	for (unsigned i = 0; i < N_STAGES; i++) {
		SieveVerdict early;
		g_autofree char *text = run_at(stages[i], program, mail, &early);
		/* A later stage never knows less. */
		g_assert_true(text != NULL || !known);
		known = text != NULL;
		if (!known)
			continue;
		g_assert_cmpstr(text, ==, whole);
		g_assert_cmpint(early, ==, verdict);
		settled[i]++;
	}
}

static SieveProgram *
random_program(const SieveRegistry *registry)
{
	g_autofree char *inner = random_script(true);
	g_autofree char *text = random_script(false);
	const SieveCompileOptions options = {.name = "main", .load = load, .load_data = inner};
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	SieveProgram *program =
		sieve_compile(registry, sieve_bytes_from_string(text), &options, diags);
	g_autofree char *mistakes = sieve_diag_list_print(diags, false);

	if (program == NULL)
		g_error("%s\n%s", text, mistakes);
	return program;
}

static void
test_property(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	unsigned settled[N_STAGES] = {0};

	for (unsigned i = 0; i < SCRIPTS; i++) {
		g_autoptr(SieveProgram) program = random_program(registry);
		for (unsigned j = 0; j < MAILS_PER_SCRIPT; j++) {
			Mail mail = random_mail();
			check_mail(program, &mail, settled);
			g_free(mail.text);
		}
	}
	/* Each stage settles some that the one before it did not. */
	g_test_message("settled: %u %u %u %u", settled[0], settled[1], settled[2], settled[3]);
	g_assert_cmpuint(settled[0], >, SCRIPTS / 10);
	for (unsigned i = 1; i < N_STAGES; i++)
		g_assert_cmpuint(settled[i], >, settled[i - 1] + SCRIPTS / 10);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/stage-property", test_property);
	return g_test_run();
}
