/* SPDX-License-Identifier: MIT */
/* test-delivery-script.c - the script made of a record: text, canonical form, what it does */

#include "schema/delivery-script.h"

#include <string.h>

#include "engine/bytes.h"
#include "engine/parser.h"
#include "engine/printer.h"

static LocationRecord *
make_record(const char *const *filters)
{
	LocationRecord *record = location_record_new();

	g_assert_true(location_record_set(record, "username", SIEVE_BYTES("james"), NULL));
	g_assert_true(location_record_set(
		record, "email", SIEVE_BYTES("james@oanet.ntu.edu.tw"), NULL));
	for (; *filters != NULL; filters++)
		g_assert_true(location_record_set(
			record, "mailfilter", sieve_bytes_from_string(*filters), NULL));
	return record;
}

static char *
reprint(const char *text)
{
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	const SieveSource source = {sieve_bytes_from_string(text), "script"};
	g_autoptr(SieveAst) ast = sieve_parse(&source, diags);
	size_t len = 0;

	g_assert_nonnull(ast);
	return sieve_print(ast, &len);
}

static bool
load(SieveLocation location G_GNUC_UNUSED, const char *name G_GNUC_UNUSED, GBytes **ret_text,
	void *user_data G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
	*ret_text = g_bytes_new_static("keep;", 5);
	return true;
}

static void
assert_good(const char *text)
{
	static const SieveCompileOptions options = {.load = load};
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(SieveProgram) program =
		sieve_compile(registry, sieve_bytes_from_string(text), &options, diags);
	g_autofree char *problems = sieve_diag_list_print(diags, false);
	g_autofree char *again = reprint(text);

	g_assert_cmpstr(problems, ==, "");
	g_assert_nonnull(program);
	g_assert_cmpstr(text, ==, again);
}

/* Every combination of what a script may hold is accepted, and left as it is by the printer. */
static void
test_forms(void)
{
	static const char *const lists[][8] = {
		{NULL},
		{"13140.112.4.*", "22140.112.4.11", NULL},
		{"23*", NULL},
		{"11*", "21*", NULL},
		{"11boss@example.org", "23*", "21@example.org", "13140.0.0.0/9", NULL},
		{"21@*.example.org", "21spam?@*", "222001:db8::1", "232001:db8::/33", "11a\\b*@x", NULL},
		{"99nonsense", "22140.112.4.11\n# }", "2", NULL},
	};
	g_autoptr(LocationRecord) elsewhere = location_record_new();

	g_assert_true(location_record_set(elsewhere, "Ipaddress", SIEVE_BYTES("10.1.2.3"), NULL));
	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++)
		for (unsigned form = 0; form < 4; form++) {
			const LocationScriptOptions options = {
				.personal_script = form & 1 ? "my \"rules\"" : NULL,
				.elsewhere = form & 2 ? elsewhere : NULL,
			};
			g_autoptr(LocationRecord) record = make_record(lists[i]);
			g_auto(GStrv) problems = NULL;
			g_autofree char *text =
				location_delivery_script(record, &options, &problems);

			g_test_message("list %zu form %u:\n%s", i, form, text);
			assert_good(text);
			g_assert_cmpuint(g_strv_length(problems), ==, i == 6 ? 3 : 0);
		}
}

static void
test_james(void)
{
	static const char *const filters[] = {"13140.112.4.*", "22140.112.4.11", NULL};
	g_autoptr(LocationRecord) record = make_record(filters);
	const LocationScriptOptions options = {.personal_script = "personal"};
	g_auto(GStrv) problems = NULL;
	g_autofree char *text = location_delivery_script(record, &options, &problems);

	g_assert_cmpstr(text, ==,
		"# Delivery script of james, made from the location record. It is made anew when the\n"
		"# record changes: personal rules belong in the script that it includes.\n"
		"require [\"environment\", \"include\"];\n"
		"\n"
		"# Access list: hosts, the most specific entry first.\n"
		"if environment :is \"remote-ip\" [\"140.112.4.11\"] {\n"
		"    discard;\n"
		"    stop;\n"
		"}\n"
		"\n"
		"# The reader's own rules.\n"
		"include :personal \"personal\";\n");
}

/* A mail that has gone round is kept, not sent on. */
static void
test_loop(void)
{
	static const char *const none[] = {NULL};
	g_autoptr(LocationRecord) record = make_record(none);
	g_autoptr(LocationRecord) elsewhere = location_record_new();
	const LocationScriptOptions options = {.elsewhere = elsewhere};
	g_auto(GStrv) problems = NULL;
	g_autofree char *text = location_delivery_script(record, &options, &problems);
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(SieveProgram) program =
		sieve_compile(registry, sieve_bytes_from_string(text), NULL, diags);

	g_assert_nonnull(program);
	for (unsigned hops = 0; hops <= 20; hops++) {
		g_autoptr(GString) mail = g_string_new(NULL);

		for (unsigned i = 0; i < hops; i++)
			g_string_append(mail, "Received: from a by b; Tue, 24 Nov 2026 02:40:15 +0000\r\n");
		g_string_append(mail, "Subject: x\r\n\r\nbody\r\n");
		g_autoptr(SieveMessage) message =
			sieve_message_new((SieveBytes){mail->str, mail->len});
		const SieveRunInput input = {.message = message};
		g_autoptr(SieveResult) result = NULL;

		g_assert_true(sieve_run(program, &input, &result, NULL));
		g_assert_cmpuint(sieve_result_count(result), ==, hops < 15);
		if (hops < 15)
			g_assert_cmpstr(sieve_result_action_name(result, 0), ==, "redirect");
		g_assert_cmpint(sieve_result_implicit_keep(result), ==, hops >= 15);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/delivery-script/forms", test_forms);
	g_test_add_func("/delivery-script/james", test_james);
	g_test_add_func("/delivery-script/loop", test_loop);
	return g_test_run();
}
