/* SPDX-License-Identifier: MIT */
/* test-convert-rules.c - random rules of mail programs: the script does as the program says it does
 *
 * The rules are carried out by hand on what they are made of, not on the files that the converters read:
 * filters of Thunderbird one after the other until one moves the mail, those of Gmail all together.
 */

#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/formats.h"
#include "sieve-ext/extensions.h"

#include "t/unit/decision.h"

#define LISTS 2500
#define MAILS 48 /* of each list: 120,000 pairs */
#define RULES_MAX 6
#define TERMS_MAX 3
#define ACTIONS_MAX 3

/* --- Random ------------------------------------------------------------------------------------------- */

/* None is a part of another, so that parts of texts are words. */
static const char *const words[] = {
	"offer", "Bill", "urgent", "sieve", "ann@example.org", "carl@example.net", NULL};

static char *
random_text(void)
{
	GString *text = g_string_new(test_pick(words));

	for (int i = g_test_rand_int_range(0, 3); i > 0; i--)
		g_string_append_printf(text, " %s", test_pick(words));
	return g_string_free(text, FALSE);
}

/* --- Mails -------------------------------------------------------------------------------------------- */

enum { FROM, TO, CC, SUBJECT, TAG, N_FIELDS };
static const char *const field_names[] = {"From", "To", "Cc", "Subject", "X-Tag"};

typedef struct Mail {
	char *fields[N_FIELDS]; /* (nullable) */
	char *body;
	char *text;
} Mail;

static void
mail_init(Mail *mail)
{
	g_autoptr(GString) text = g_string_new(NULL);

	for (unsigned i = 0; i < N_FIELDS; i++) {
		mail->fields[i] = i > TO && test_one_in(3) ? NULL : random_text();
		if (mail->fields[i] != NULL)
			g_string_append_printf(text, "%s: %s\r\n", field_names[i], mail->fields[i]);
	}
	mail->body = random_text();
	g_string_append_printf(text, "\r\n%s\r\n", mail->body);
	for (int i = test_one_in(3) ? 100 : 0; i > 0; i--)
		g_string_append(text, "A line of some length that says nothing.\r\n");
	mail->text = g_string_free(g_steal_pointer(&text), FALSE);
}

static void
mail_clear(Mail *mail)
{
	for (unsigned i = 0; i < N_FIELDS; i++)
		g_free(mail->fields[i]);
	g_free(mail->body);
	g_free(mail->text);
}

static bool
has_word(const char *text, const char *word)
{
	g_autofree char *lower = text == NULL ? NULL : g_ascii_strdown(text, -1);
	g_autofree char *key = g_ascii_strdown(word, -1);

	return lower != NULL && strstr(lower, key) != NULL;
}

/* --- What is done
 * --------------------------------------------------------------------------------------- */

/* In the words of sieve_result_print(). */
typedef struct Outcome {
	GPtrArray *lines;
	GString *flags;
	bool stays;
} Outcome;

static void
store(Outcome *outcome, const char *what)
{
	g_autofree char *flags = outcome->flags->len == 0
					 ? g_strdup("")
					 : g_strdup_printf(" flags \"%s\"", outcome->flags->str);

	g_ptr_array_add(outcome->lines, g_strconcat(what, flags, NULL));
}

static void
store_in(Outcome *outcome, const char *folder)
{
	g_autofree char *what = g_strdup_printf("store \"%s\"", folder);

	store(outcome, what);
}

static void
set_flag(Outcome *outcome, const char *flag)
{
	if (strstr(outcome->flags->str, flag) == NULL)
		g_string_append_printf(outcome->flags, "%s%s", outcome->flags->len == 0 ? "" : " ", flag);
}

/* --- Thunderbird -------------------------------------------------------------------------------------- */

typedef struct Term {
	enum { OF_FIELD, OF_CUSTOM, OF_TO_OR_CC, OF_SIZE } kind;
	unsigned field;
	const char *operator;
	char *value;
} Term;

typedef struct Rule {
	bool off;
	bool all; /* terms: of any otherwise */
	unsigned n_terms;
	Term terms[TERMS_MAX];
	unsigned n_actions;
	const char *actions[ACTIONS_MAX];
	char *folders[ACTIONS_MAX]; /* each another one: what is stored twice in one folder is there once */
} Rule;

static void
random_term(Term *term)
{
	static const char *const operators[] = {"contains", "doesn't contain", "contains", "is", "isn't",
		"begins with", "ends with", NULL};

	term->kind = (unsigned)g_test_rand_int_range(0, 6) % 4;
	term->field = SUBJECT;
	term->operator = test_pick(operators);
	term->value = g_strdup(test_pick(words));
	if (term->kind == OF_SIZE) {
		term->operator = test_one_in(2) ? "is greater than" : "is less than";
		g_free(term->value);
		term->value = g_strdup("1");
	} else if (term->kind == OF_CUSTOM) {
		term->field = TAG;
	} else if (term->kind == OF_TO_OR_CC || test_one_in(2)) {
		term->field = test_one_in(2) ? FROM : TO;
		/* Thunderbird takes addresses apart for others. */
		term->operator = test_one_in(2) ? "contains" : "doesn't contain";
	}
}

static void
random_rule(Rule *rule, unsigned number)
{
	static const char *const actions[] = {"Move to folder", "Copy to folder", "Delete", "Mark read",
		"Mark flagged", "AddTag", "Stop execution", NULL};

	*rule = (Rule){.off = test_one_in(8), .all = test_one_in(2)};
	for (int i = g_test_rand_int_range(1, TERMS_MAX + 1); i > 0; i--)
		random_term(&rule->terms[rule->n_terms++]);
	for (int i = g_test_rand_int_range(1, ACTIONS_MAX + 1); i > 0; i--) {
		const char *action = test_pick(actions);
		rule->folders[rule->n_actions] = g_strdup_printf("f%u-%d", number, i);
		rule->actions[rule->n_actions++] = action;
		/* Nothing follows what takes the mail away. */
		if (action == actions[0] || action == actions[2] || action == actions[6])
			break;
	}
}

static void
rule_clear(void *item)
{
	Rule *rule = item;

	for (unsigned i = 0; i < rule->n_terms; i++)
		g_free(rule->terms[i].value);
	for (unsigned i = 0; i < rule->n_actions; i++)
		g_free(rule->folders[i]);
}

static void
print_rule(const Rule *rule, GString *text)
{
	static const char *const attributes[] = {"from", "to", "cc", "subject", "\\\"X-Tag\\\""};

	g_string_append_printf(
		text, "name=\"A rule\"\nenabled=\"%s\"\ntype=\"17\"\n", rule->off ? "no" : "yes");
	for (unsigned i = 0; i < rule->n_actions; i++) {
		g_string_append_printf(text, "action=\"%s\"\n", rule->actions[i]);
		if (g_str_has_suffix(rule->actions[i], "folder"))
			g_string_append_printf(text, "actionValue=\"imap://me@example.org/INBOX/%s\"\n",
				rule->folders[i]);
		else if (strcmp(rule->actions[i], "AddTag") == 0)
			g_string_append(text, "actionValue=\"$label1\"\n");
	}
	g_string_append(text, "condition=\"");
	for (unsigned i = 0; i < rule->n_terms; i++) {
		const Term *term = &rule->terms[i];
		const char *attribute = term->kind == OF_SIZE	    ? "size"
					: term->kind == OF_TO_OR_CC ? "to or cc"
								    : attributes[term->field];
		g_string_append_printf(text, "%s%s (%s,%s,%s)", i == 0 ? "" : " ", rule->all ? "AND" : "OR",
			attribute, term->operator, term->value);
	}
	g_string_append(text, "\"\n");
}

static bool
compare_value(const char *text, const char *operator, const char *value)
{
	if (strcmp(operator, "contains") == 0)
		return has_word(text, value);
	if (strcmp(operator, "doesn't contain") == 0)
		return !has_word(text, value);
	if (strcmp(operator, "isn't") == 0)
		return text == NULL || g_ascii_strcasecmp(text, value) != 0;
	if (text == NULL)
		return false;
	if (strcmp(operator, "is") == 0)
		return g_ascii_strcasecmp(text, value) == 0;
	if (strcmp(operator, "begins with") == 0)
		return g_ascii_strncasecmp(text, value, strlen(value)) == 0;
	return strlen(text) >= strlen(value) &&
	       g_ascii_strcasecmp(text + strlen(text) - strlen(value), value) == 0;
}

static bool
match_term(const Term *term, const Mail *mail)
{
	if (term->kind == OF_SIZE)
		return strcmp(term->operator, "is greater than") == 0 ? strlen(mail->text) > 1024
								       : strlen(mail->text) < 1024;
	if (term->kind != OF_TO_OR_CC)
		return compare_value(mail->fields[term->field], term->operator, term->value);
	bool there = has_word(mail->fields[TO], term->value) || has_word(mail->fields[CC], term->value);
	return there == (strcmp(term->operator, "contains") == 0);
}

static bool
match_rule(const Rule *rule, const Mail *mail)
{
	for (unsigned i = 0; i < rule->n_terms; i++)
		if (match_term(&rule->terms[i], mail) != rule->all)
			return !rule->all;
	return rule->all;
}

/* True: no other rule sees the mail. */
static bool
carry_out(const Rule *rule, Outcome *outcome)
{
	bool ends = false;

	/* The script sets flags first, so that copies have them. */
	for (unsigned i = 0; i < rule->n_actions; i++)
		if (strcmp(rule->actions[i], "Mark read") == 0)
			set_flag(outcome, "\\\\Seen");
		else if (strcmp(rule->actions[i], "Mark flagged") == 0)
			set_flag(outcome, "\\\\Flagged");
		else if (strcmp(rule->actions[i], "AddTag") == 0)
			set_flag(outcome, "$label1");
	for (unsigned i = 0; i < rule->n_actions; i++) {
		if (strcmp(rule->actions[i], "Delete") == 0)
			store_in(outcome, "Trash");
		else if (g_str_has_suffix(rule->actions[i], "folder"))
			store_in(outcome, rule->folders[i]);
		bool takes = strcmp(rule->actions[i], "Delete") == 0 ||
			     g_str_has_prefix(rule->actions[i], "Move");
		outcome->stays = outcome->stays && !takes;
		ends = ends || takes || strcmp(rule->actions[i], "Stop execution") == 0;
	}
	return ends;
}

static bool
apply_rule(const void *item, const Mail *mail, Outcome *outcome)
{
	const Rule *rule = item;

	return !rule->off && match_rule(rule, mail) && carry_out(rule, outcome);
}

static void
add_rule(void *item, unsigned number, GString *text)
{
	random_rule(item, number);
	print_rule(item, text);
}

/* --- Gmail -------------------------------------------------------------------------------------------- */

typedef struct Filter {
	const char *field; /* "from", "to", "subject", "hasTheWord" */
	const char *word;
	const char *other; /* (nullable) that will do as well */
	const char *without; /* (nullable) */
	bool archive;
	char *label; /* (nullable) */
} Filter;

static void
random_filter(Filter *filter, unsigned number)
{
	static const char *const names[] = {"from", "to", "subject", "hasTheWord", NULL};

	*filter = (Filter){.field = test_pick(names), .word = test_pick(words), .archive = test_one_in(2)};
	filter->other = test_one_in(2) ? test_pick(words) : NULL;
	filter->without = test_one_in(3) ? test_pick(words) : NULL;
	if (!filter->archive || test_one_in(2))
		filter->label = g_strdup_printf("l%u", number);
}

static void
print_filter(const Filter *filter, GString *text)
{
	g_string_append_printf(text, "<entry>\n<apps:property name='%s' value='%s%s%s'/>\n",
		filter->field, filter->word, filter->other == NULL ? "" : " OR ",
		filter->other == NULL ? "" : filter->other);
	if (filter->without != NULL)
		g_string_append_printf(text, "<apps:property name='doesNotHaveTheWord' value='%s'/>\n",
			filter->without);
	if (filter->label != NULL)
		g_string_append_printf(text, "<apps:property name='label' value='%s'/>\n", filter->label);
	if (filter->archive)
		g_string_append(text, "<apps:property name='shouldArchive' value='true'/>\n");
	g_string_append(text, "</entry>\n");
}

static bool
is_anywhere(const Mail *mail, const char *word)
{
	static const unsigned seen[] = {FROM, TO, CC, SUBJECT};

	for (size_t i = 0; i < G_N_ELEMENTS(seen); i++)
		if (has_word(mail->fields[seen[i]], word))
			return true;
	return has_word(mail->body, word);
}

static bool
find_word(const Filter *filter, const Mail *mail, const char *word)
{
	if (word == NULL)
		return false;
	if (strcmp(filter->field, "hasTheWord") == 0)
		return is_anywhere(mail, word);
	if (strcmp(filter->field, "to") == 0)
		return has_word(mail->fields[TO], word) || has_word(mail->fields[CC], word);
	return has_word(mail->fields[strcmp(filter->field, "from") == 0 ? FROM : SUBJECT], word);
}

/* False: other filters see the mail all the same. */
static bool
apply_filter(const void *item, const Mail *mail, Outcome *outcome)
{
	const Filter *filter = item;
	bool found = find_word(filter, mail, filter->word) || find_word(filter, mail, filter->other);

	if (!found || (filter->without != NULL && is_anywhere(mail, filter->without)))
		return false;
	outcome->stays = outcome->stays && !filter->archive;
	/* What is archived and has no label is in a folder of its own, once. */
	const char *folder = filter->label != NULL ? filter->label : "Archive";
	for (guint i = 0; i < outcome->lines->len; i++)
		if (strcmp(folder, "Archive") == 0 && strstr(outcome->lines->pdata[i], "Archive") != NULL)
			return false;
	store_in(outcome, folder);
	return false;
}

static void
add_filter(void *item, unsigned number, GString *text)
{
	random_filter(item, number);
	print_filter(item, text);
}

static void
filter_clear(void *item)
{
	g_free(((Filter *)item)->label);
}

/* --- Both --------------------------------------------------------------------------------------------- */

typedef struct Program {
	const SieveConvertFormat *format;
	const char *head; /* of its file */
	const char *tail;
	size_t size; /* of a rule */
	/* Makes a rule, and appends it to the file. */
	void (*add)(void *rule, unsigned number, GString *text);
	/* True: no other rule sees the mail. */
	bool (*apply)(const void *rule, const Mail *mail, Outcome *outcome);
	void (*clear)(void *rule);
} Program;

static SieveProgram *
convert_list(const Program *program, const SieveRegistry *registry, const GString *text)
{
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(GError) error = NULL;
	const SieveConvertInput input = {.text = {text->str, text->len}};
	g_autoptr(SieveConversion) conversion = sieve_convert(program->format, &input, registry, &error);

	g_assert_no_error(error);
	for (size_t i = 0; i < sieve_conversion_count_lines(conversion); i++)
		g_assert_cmpint(sieve_conversion_line(conversion, i)->class, !=,
			SIEVE_CONVERT_NOT_EXPRESSIBLE);
	SieveProgram *script =
		sieve_compile(registry, sieve_conversion_script(conversion), NULL, diags);
	g_assert_nonnull(script);
	return script;
}

/* @rules: @n_rules of the program's size, one after the other. */
static void
compare_mail(const Program *program, const char *rules, unsigned n_rules, const SieveProgram *script,
	const char *list)
{
	Outcome outcome = {g_ptr_array_new_with_free_func(g_free), g_string_new(NULL), true};
	Mail mail;

	mail_init(&mail);
	for (unsigned i = 0; i < n_rules; i++)
		if (program->apply(rules + i * program->size, &mail, &outcome))
			break;
	if (outcome.stays)
		store(&outcome, "implicit keep");
	g_autofree char *wanted = test_join(outcome.lines, false);
	g_autofree char *got = test_decide(script, mail.text, false);
	if (strcmp(got, wanted) != 0)
		g_error("%s\n%s\ngave %sinstead of %s", list, mail.text, got, wanted);
	g_ptr_array_unref(outcome.lines);
	g_string_free(outcome.flags, TRUE);
	mail_clear(&mail);
}

static void
test_program(const void *data)
{
	const Program *program = data;
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());

	for (unsigned n = 0; n < LISTS; n++) {
		const unsigned n_rules = (unsigned)g_test_rand_int_range(1, RULES_MAX + 1);
		g_autofree char *rules = g_malloc0_n(n_rules, program->size);
		g_autoptr(GString) text = g_string_new(program->head);
		for (unsigned i = 0; i < n_rules; i++)
			program->add(rules + i * program->size, i, text);
		g_string_append(text, program->tail);
		g_autoptr(SieveProgram) script = convert_list(program, registry, text);
		for (unsigned i = 0; i < MAILS; i++)
			compare_mail(program, rules, n_rules, script, text->str);
		for (unsigned i = 0; i < n_rules; i++)
			program->clear(rules + i * program->size);
	}
}

int
main(int argc, char **argv)
{
	const Program programs[] = {
		{&sieve_convert_thunderbird, "version=\"9\"\nlogging=\"no\"\n", "", sizeof(Rule), add_rule,
			apply_rule, rule_clear},
		{&sieve_convert_gmail, "<feed>\n", "</feed>\n", sizeof(Filter), add_filter, apply_filter,
			filter_clear},
	};

	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(programs); i++) {
		g_autofree char *path = g_strconcat("/convert-rules/", programs[i].format->name, NULL);
		g_test_add_data_func(path, &programs[i], test_program);
	}
	return g_test_run();
}
