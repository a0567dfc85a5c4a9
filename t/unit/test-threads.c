/* SPDX-License-Identifier: MIT */
/* test-threads.c - one program, its registry and its mails, run from many threads at once
 *
 * engine/sieve.h promises that they may be shared. A build of this test with -fsanitize=thread shows
 * what a comparison of results cannot.
 */

#include <string.h>

#include "t/unit/script.h"

enum { N_THREADS = 8, N_MAILS = 64, N_ROUNDS = 20 };

/* Every match type with few keys and with many, every comparator, decoding, addresses, limits. */
static const char script[] =
	"require [\"fileinto\", \"envelope\", \"relational\", \"subaddress\", \"environment\", \"copy\","
	" \"comparator-i;ascii-numeric\"];\n"
	"if header :is \"subject\" [\"mail 1\", \"mail 2\", \"mail 3\", \"mail 4\", \"mail 5\","
	" \"mail 6\"] { fileinto \"few\"; }\n"
	"if header :contains [\"subject\", \"x-list\"] [\"7\", \"list-1\", \"gr\xc3\xbc\xc3\x9f\"] {"
	" fileinto \"contains\"; }\n"
	"if header :matches \"subject\" [\"*3?\", \"?ail 4*\", \"*1*2*\"] { fileinto \"matches\"; }\n"
	"if header :value \"ge\" :comparator \"i;ascii-numeric\" \"x-number\" \"40\" {"
	" fileinto :copy \"large\"; }\n"
	"if header :count \"gt\" \"received\" \"2\" { redirect \"far@example.com\"; }\n"
	"if address :detail \"to\" [\"d1\", \"d2\"] { fileinto \"detail\"; }\n"
	"if envelope :localpart \"from\" \"s9\" { discard; }\n"
	"if environment :contains \"name\" \"doorstep\" { keep; }\n"
	"if header \"x-number\" \"13\" {\n"
	"	redirect \"a1@example.com\"; redirect \"a2@example.com\"; redirect \"a3@example.com\";\n"
	"	redirect \"a4@example.com\"; redirect \"a5@example.com\"; redirect \"a6@example.com\";\n"
	"	redirect \"a7@example.com\"; redirect \"a8@example.com\"; redirect \"a9@example.com\";\n"
	"}\n";

typedef struct Shared {
	SieveRegistry *registry;
	SieveProgram *program;
	SieveMessage *mails[N_MAILS];
	char *senders[N_MAILS];
	char *wanted[N_MAILS]; /* what one thread alone has found */
} Shared;

static char *
make_mail(unsigned i)
{
	GString *mail = g_string_new(NULL);

	for (unsigned j = 0; j < i % 5; j++)
		g_string_append(mail, "Received: from a by b; now\r\n");
	g_string_append_printf(mail,
		"From: S%u <s%u@example.com>\r\nTo: (x) r+d%u@example.org, g: a@b.example;\r\n"
		"Subject: mail %u\r\nX-Number: %u\r\nX-List: =?iso-8859-1?q?Gr=FC=DF?= list-%u\r\n"
		"\r\nText %u.\r\n",
		i, i, i % 4, i, i, i, i);
	return g_string_free(mail, FALSE);
}

static char *
run_one(const Shared *shared, unsigned i)
{
	const SieveRunInput input = {.message = shared->mails[i],
		.envelope = {.from = sieve_bytes_from_string(shared->senders[i]),
			.to = SIEVE_BYTES("r@example.org")}};
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) error = NULL;
	bool ok = sieve_run(shared->program, &input, &result, &error);
	g_autofree char *actions = sieve_result_print(result);

	return g_strconcat(actions, ok ? "" : error->message, NULL);
}

/* Each thread begins with another mail, takes references, and compiles the script once itself. */
static gpointer
run_all(gpointer data)
{
	const Shared *shared = data;
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(SieveProgram) own = sieve_compile(
		shared->registry, sieve_bytes_from_string(script), NULL, diags);
	unsigned first = g_random_int() % N_MAILS;

	g_assert_nonnull(own);
	for (unsigned i = 0; i < N_MAILS * N_ROUNDS; i++) {
		unsigned mail = (first + i) % N_MAILS;
		SieveProgram *held = sieve_program_ref(shared->program);
		g_autofree char *got = run_one(shared, mail);
		g_assert_cmpstr(got, ==, shared->wanted[mail]);
		sieve_program_unref(held);
	}
	return NULL;
}

static void
test_many(void)
{
	Shared shared = {.registry = sieve_registry_new(sieve_extensions())};
	char *raw[N_MAILS];
	GThread *threads[N_THREADS];

	shared.program = test_compile(shared.registry, script);
	for (unsigned i = 0; i < N_MAILS; i++) {
		raw[i] = make_mail(i);
		shared.mails[i] = sieve_message_new(sieve_bytes_from_string(raw[i]));
		shared.senders[i] = g_strdup_printf("s%u@example.com", i);
		shared.wanted[i] = run_one(&shared, i);
	}
	/* The script tells them apart, and one of them fails. */
	g_assert_cmpstr(shared.wanted[0], !=, shared.wanted[1]);
	g_assert_nonnull(strstr(shared.wanted[13], "too many redirects"));
	for (size_t i = 0; i < N_THREADS; i++)
		threads[i] = g_thread_new("run", run_all, &shared);
	for (size_t i = 0; i < N_THREADS; i++)
		g_thread_join(threads[i]);
	for (unsigned i = 0; i < N_MAILS; i++) {
		sieve_message_free(shared.mails[i]);
		g_free(shared.senders[i]);
		g_free(shared.wanted[i]);
		g_free(raw[i]);
	}
	sieve_program_unref(shared.program);
	sieve_registry_free(shared.registry);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/threads/one-program-many-mails", test_many);
	return g_test_run();
}
