/* SPDX-License-Identifier: MIT */
/* test-convert-checks.c - random tables of header_checks: the script decides as the manual says
 *
 * The decision by hand shares no code with the converter: header_checks(5) and regexp_table(5) followed
 * line by line, with the C library's regular expressions.
 */

#include <regex.h>
#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/formats.h"
#include "sieve-ext/extensions.h"

#include "t/unit/decision.h"

#define TABLES 2500 /* that are converted without a loss */
#define TABLES_TRIED 60000
#define MAILS 48 /* of each: 120,000 pairs */
#define LINES_MAX 9

typedef struct Line {
	enum { CHECK, IF, ENDIF } kind;
	char *pattern; /* between slashes */
	bool negated;
	const char *action; /* of a check */
	char *text;	    /* what follows it */
	regex_t regex;
} Line;

static const char *const fields[] = {"List-Id", "List-Post", "Message-Id", "Date", "X-Loop", NULL};

/* --- Random ------------------------------------------------------------------------------------------- */

/* Of letters that are in no name of a field. */
static char *
random_text(int max)
{
	static const char *const letters[] = {"u", "v", "W", NULL};
	GString *text = g_string_new(test_pick(letters));

	for (int i = g_test_rand_int_range(0, max); i > 0; i--)
		g_string_append(text, test_pick(letters));
	return g_string_free(text, FALSE);
}

static char *
random_pattern(bool inside)
{
	g_autofree char *text = random_text(2);
	const char *name = test_pick(fields);

	if (inside && test_one_in(2))
		return g_steal_pointer(&text);
	switch (g_test_rand_int_range(0, 7)) {
	case 0:
		return g_strdup_printf("^%s:", name);
	case 1:
		return g_strdup_printf("^%s: %s$", name, text);
	case 2:
		return g_strdup_printf("^%s: %s", name, text);
	case 3:
		return g_strdup_printf("^%s:.*(%s|vv)W?", name, text);
	case 4:
		return g_strdup_printf("^(%s|%s):.*%s", name, test_pick(fields), text);
	case 5:
		return g_strdup_printf("^%s: u|^%s:.*%s", name, test_pick(fields), text);
	default:
		return g_strdup_printf("^%s:.*%s", name, text);
	}
}

static void
random_check(Line *line, const char *refusal, const char *change, bool inside)
{
	static const char *const harmless[] = {"DUNNO", "DUNNO", "WARN", "INFO", NULL};

	line->kind = CHECK;
	line->pattern = random_pattern(inside);
	line->action = test_one_in(3) ? refusal : test_one_in(2) ? change : test_pick(harmless);
	if (strcmp(line->action, "REDIRECT") == 0)
		line->text = g_strdup("ann@example.org");
	else if (strcmp(line->action, "BCC") == 0)
		line->text = g_strdup("bob@example.org");
	else if (strcmp(line->action, "PREPEND") == 0)
		line->text = g_strdup("X-New: yes");
	else if (strcmp(line->action, "REPLACE") == 0)
		line->text = g_strdup("X-Old: yes");
	else
		line->text = g_strdup("");
}

/* (transfer full) conditions are well nested. */
static GArray *
random_table(void)
{
	static const char *const refusals[] = {"REJECT", "DISCARD", NULL};
	static const char *const changes[] = {"REDIRECT", "BCC", "PREPEND", "IGNORE", "REPLACE", NULL};
	GArray *table = g_array_new(FALSE, TRUE, sizeof(Line));
	const char *refusal = test_pick(refusals);
	const char *change = test_pick(changes);
	int depth = 0;

	for (int i = g_test_rand_int_range(1, LINES_MAX + 1); i > 0; i--) {
		Line line = {.kind = CHECK};
		if (test_one_in(6)) {
			line.kind = IF;
			line.negated = test_one_in(3);
			line.pattern = random_pattern(depth > 0);
			depth++;
		} else if (depth > 0 && test_one_in(3)) {
			line.kind = ENDIF;
			depth--;
		} else {
			random_check(&line, test_one_in(8) ? test_pick(refusals) : refusal,
				test_one_in(8) ? test_pick(changes) : change, depth > 0);
		}
		g_array_append_val(table, line);
	}
	for (; depth > 0; depth--) {
		const Line line = {.kind = ENDIF};
		g_array_append_val(table, line);
	}
	for (guint i = 0; i < table->len; i++) {
		Line *line = &g_array_index(table, Line, i);
		if (line->pattern != NULL)
			g_assert_cmpint(regcomp(&line->regex, line->pattern,
						REG_EXTENDED | REG_ICASE | REG_NOSUB), ==, 0);
	}
	return table;
}

static void
table_free(GArray *table)
{
	for (guint i = 0; i < table->len; i++) {
		Line *line = &g_array_index(table, Line, i);
		if (line->pattern != NULL)
			regfree(&line->regex);
		g_free(line->pattern);
		g_free(line->text);
	}
	g_array_unref(table);
}

static char *
print_table(const GArray *table)
{
	GString *text = g_string_new("# A table\n");

	for (guint i = 0; i < table->len; i++) {
		const Line *line = &g_array_index(table, Line, i);
		if (line->kind == ENDIF)
			g_string_append(text, "endif\n");
		else if (line->kind == IF)
			g_string_append_printf(
				text, "if %s/%s/\n", line->negated ? "!" : "", line->pattern);
		else
			g_string_append_printf(
				text, "/%s/ %s %s\n", line->pattern, line->action, line->text);
	}
	return g_string_free(text, FALSE);
}

/* (transfer full) lines of a header. Of a name of which there may be one, there is one at most. */
static char **
random_mail(void)
{
	g_autoptr(GPtrArray) lines = g_ptr_array_new();

	for (size_t i = 0; fields[i] != NULL; i++)
		for (int n = g_test_rand_int_range(0, strcmp(fields[i], "X-Loop") == 0 ? 3 : 2);
			n > 0; n--) {
			g_autofree char *text = random_text(4);
			g_ptr_array_insert(lines, g_test_rand_int_range(0, (gint32)lines->len + 1),
				g_strdup_printf("%s: %s", fields[i], text));
		}
	g_ptr_array_add(lines, NULL);
	return (char **)g_ptr_array_free(g_steal_pointer(&lines), FALSE);
}

/* --- By hand ------------------------------------------------------------------------------------------ */

static bool
matches(const Line *line, const char *field)
{
	return regexec(&line->regex, field, 0, NULL, 0) == 0;
}

/* (nullable) the line of the table that takes the field. */
static const Line *
look_up(const GArray *table, const char *field)
{
	unsigned skipped = 0; /* conditions that do not hold, or stand in such a one */

	for (guint i = 0; i < table->len; i++) {
		const Line *line = &g_array_index(table, Line, i);
		if (line->kind == IF && (skipped > 0 || matches(line, field) == line->negated))
			skipped++;
		else if (line->kind == ENDIF && skipped > 0)
			skipped--;
		else if (line->kind == CHECK && skipped == 0 && matches(line, field))
			return line;
	}
	return NULL;
}

/* In the words of sieve_result_print(). */
static char *
decide(const GArray *table, char **mail)
{
	g_autoptr(GPtrArray) done = g_ptr_array_new_with_free_func(g_free);
	bool redirected = false; /* whatever the recipients were, and who gets a copy */
	bool copied = false;

	for (size_t i = 0; mail[i] != NULL; i++) {
		const Line *line = look_up(table, mail[i]);
		if (line == NULL)
			continue;
		if (strcmp(line->action, "REJECT") == 0)
			return g_strdup("reject\n");
		if (strcmp(line->action, "DISCARD") == 0)
			return g_strdup("discard\n");
		if (strcmp(line->action, "REDIRECT") == 0)
			redirected = true;
		else if (strcmp(line->action, "BCC") == 0)
			copied = true;
		else if (strcmp(line->action, "PREPEND") == 0)
			g_ptr_array_add(done, g_strdup("addheader \"X-New: yes\""));
		if (strcmp(line->action, "REPLACE") == 0)
			g_ptr_array_add(done, g_strdup("addheader \"X-Old: yes\""));
		if (strcmp(line->action, "REPLACE") == 0 || strcmp(line->action, "IGNORE") == 0)
			g_ptr_array_add(done, g_strdup_printf("deleteheader \"%s\"", mail[i]));
	}
	if (redirected)
		g_ptr_array_add(done, g_strdup("redirect \"ann@example.org\""));
	else
		g_ptr_array_add(done, g_strdup("implicit keep"));
	if (copied && !redirected)
		g_ptr_array_add(done, g_strdup("redirect \"bob@example.org\""));
	return test_join(done, true);
}

/* --- By script ---------------------------------------------------------------------------------------- */

/* The text of a refusal is that of the line that comes first. */
static char *
run_script(const SieveProgram *program, char **mail)
{
	g_autofree char *header = g_strjoinv("\r\n", mail);
	g_autofree char *text = g_strdup_printf("%s%s\r\nx\r\n", header, *header == '\0' ? "" : "\r\n");
	g_autofree char *decision = test_decide(program, text, true);

	return g_str_has_prefix(decision, "reject") ? g_strdup("reject\n") : g_steal_pointer(&decision);
}

/* What only writes to a log is no loss. */
static bool
is_whole(const SieveConversion *conversion)
{
	for (size_t i = 0; i < sieve_conversion_count_lines(conversion); i++) {
		const SieveConvertedLine *line = sieve_conversion_line(conversion, i);
		if (line->class == SIEVE_CONVERT_APPROXIMATED)
			return false;
		if (line->class == SIEVE_CONVERT_NOT_EXPRESSIBLE &&
			strcmp(line->note, "it only writes to a log") != 0)
			return false;
	}
	return true;
}

/* False: the conversion says itself that it differs. */
static bool
compare_table(const SieveRegistry *registry, const GArray *table, unsigned *decisions)
{
	g_autofree char *text = print_table(table);
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(GError) error = NULL;
	const SieveConvertInput input = {.text = sieve_bytes_from_string(text)};
	g_autoptr(SieveConversion) conversion =
		sieve_convert(&sieve_convert_postfix_checks, &input, registry, &error);

	if (conversion == NULL)
		g_error("%s\n%s", text, error->message);
	if (!is_whole(conversion))
		return false;
	g_autoptr(SieveProgram) program =
		sieve_compile(registry, sieve_conversion_script(conversion), NULL, diags);
	g_assert_nonnull(program);
	for (unsigned i = 0; i < MAILS; i++) {
		g_auto(GStrv) mail = random_mail();
		g_autofree char *got = run_script(program, mail);
		g_autofree char *wanted = decide(table, mail);
		g_autofree char *header = g_strjoinv("\n", mail);
		decisions[wanted[0] == 'r' ? 0 : wanted[0] == 'd' ? 1 : 2]++;
		if (strcmp(got, wanted) != 0)
			g_error("%s\n%s\ngave %sinstead of %s\n%.*s", text, header, got, wanted,
				(int)sieve_conversion_script(conversion).len,
				sieve_conversion_script(conversion).ptr);
	}
	return true;
}

static void
test_tables(void)
{
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	unsigned decisions[3] = {0};
	unsigned compared = 0;
	unsigned tried = 0;

	for (; compared < TABLES && tried < TABLES_TRIED; tried++) {
		GArray *table = random_table();
		compared += compare_table(registry, table, decisions);
		table_free(table);
	}
	g_test_message("%u of %u tables; refused %u, thrown away %u, let through %u", compared, tried,
		decisions[0], decisions[1], decisions[2]);
	g_assert_cmpuint(compared, ==, TABLES);
	for (size_t i = 0; i < G_N_ELEMENTS(decisions); i++)
		g_assert_cmpuint(decisions[i], >, MAILS * TABLES / 20);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/convert-checks/postfix-checks", test_tables);
	return g_test_run();
}
