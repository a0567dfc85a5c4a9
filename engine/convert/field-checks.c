/* SPDX-License-Identifier: MIT */
/* field-checks.c - tables of patterns for fields, where the first that matches a field takes it */

#include "engine/convert/field-checks.h"

#include <string.h>

#include "engine/bytes.h"

enum {
	N_STAGES = 4,
	MAX_TAKERS = 16, /* that a test asks for */
	MAX_DEPTH = 16,	 /* of conditions */
};

static const SieveBytes nothing = {NULL, 0};

struct FieldCondition {
	ConvertRegex regex;
	bool negated;
	bool usable;
	bool named; /* its pattern names its fields */
	unsigned depth;
	ConvertList fields;
	const FieldCondition *outer; /* (nullable) */
};

/* What is known of the fields of one name. */
typedef struct Field {
	GPtrArray *takers;	 /* of FieldCheck: those that take some and let the mail go on */
	const FieldCheck *blind; /* (nullable) the first that takes some, nobody can say which */
	const FieldCheck *all;	 /* (nullable) the first that takes all */
	const FieldCheck *adds;	 /* (nullable) one that adds such a field, and was written */
} Field;

/* Verdicts that matter to others. */
typedef struct Use {
	const FieldCheck *first; /* (nullable) */
	bool several;		 /* of more fields than one, or of fields of which there may be more */
} Use;

struct FieldChecks {
	SieveConversion *conversion;
	bool body;
	GPtrArray *checks;
	GHashTable *fields;   /* name in lower case to Field */
	GHashTable *patterns; /* FieldCheck, by its pattern, to itself */
	const FieldCondition *condition; /* (nullable) the innermost that is open */
	const FieldCheck *blind;	 /* (nullable) the first that takes what nobody can say */
	Use rejected;
	Use discarded;
	Use redirected;
};

static void
field_free(void *data)
{
	Field *field = data;

	g_ptr_array_unref(field->takers);
	g_free(field);
}

/* Equal patterns are about the same fields. */
static unsigned
hash_pattern(const void *data)
{
	const FieldCheck *check = data;
	unsigned hash = check->regex.case_sensitive;

	for (size_t i = 0; i < check->regex.pattern.len; i++)
		hash = hash * 33 + (unsigned char)check->regex.pattern.ptr[i];
	return hash;
}

static gboolean
equal_patterns(const void *left, const void *right)
{
	const FieldCheck *a = left;
	const FieldCheck *b = right;

	return a->inside == b->inside && a->regex.case_sensitive == b->regex.case_sensitive &&
	       sieve_bytes_equal(a->regex.pattern, b->regex.pattern);
}

FieldChecks *
field_checks_new(SieveConversion *conversion, bool body)
{
	FieldChecks *checks = g_new0(FieldChecks, 1);

	checks->conversion = conversion;
	checks->body = body;
	checks->checks = g_ptr_array_new();
	checks->patterns = g_hash_table_new(hash_pattern, equal_patterns);
	checks->fields = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, field_free);
	return checks;
}

void
field_checks_free(FieldChecks *checks)
{
	if (checks == NULL)
		return;
	g_ptr_array_unref(checks->checks);
	g_hash_table_unref(checks->fields);
	g_hash_table_unref(checks->patterns);
	g_free(checks);
}

static Field *
field_of(FieldChecks *checks, SieveBytes name)
{
	g_autofree char *key = g_ascii_strdown(name.ptr, (gssize)name.len);
	Field *field = g_hash_table_lookup(checks->fields, key);

	if (field == NULL) {
		field = g_new0(Field, 1);
		field->takers = g_ptr_array_new();
		g_hash_table_insert(checks->fields, g_steal_pointer(&key), field);
	}
	return field;
}

/* Of which a mail has one at most (RFC 5322 section 3.6, RFC 2369, RFC 2919). */
static bool
is_once(SieveBytes name)
{
	static const char *const once[] = {"Date", "From", "Sender", "Reply-To", "To", "Cc", "Bcc",
		"Message-Id", "In-Reply-To", "References", "Subject", "MIME-Version", "Return-Path",
		"List-Id", "List-Help", "List-Unsubscribe", "List-Subscribe", "List-Post", "List-Owner",
		"List-Archive"};

	for (size_t i = 0; i < G_N_ELEMENTS(once); i++)
		if (convert_is_word(name, once[i]))
			return true;
	return false;
}

static ConvertList
keep_list(FieldChecks *checks, const GArray *names)
{
	SieveBytes *items =
		sieve_arena_new_array(convert_arena(checks->conversion), SieveBytes, names->len + 1);

	for (guint i = 0; i < names->len; i++)
		items[i] = g_array_index(names, SieveBytes, i);
	return (ConvertList){items, names->len};
}

/* --- Conditions ------------------------------------------------------------------------------------- */

/* True when it says nothing that the name does not say. */
static bool
is_trivial(SieveConversion *conversion, const FieldCondition *condition, SieveBytes name)
{
	if (!condition->named)
		return false;
	if (condition->negated)
		return !convert_list_has(condition->fields, name);
	return convert_regex_takes_all(conversion, condition->regex.pattern);
}

/* True when no field of the name is let in. */
static bool
shuts_out(SieveConversion *conversion, const FieldCondition *condition, SieveBytes name)
{
	if (!condition->named)
		return false;
	if (!condition->negated)
		return !convert_list_has(condition->fields, name);
	return convert_list_has(condition->fields, name) &&
	       convert_regex_takes_all(conversion, condition->regex.pattern);
}

/* Whether Sieve has the pattern; (nullable) why not. */
static const char *
try_regex(FieldChecks *checks, const ConvertRegex *regex)
{
	ConvertRule rule = convert_begin_rule(checks->conversion, 0);
	SieveAstNode *branch = convert_add_command(checks->conversion, NULL, "if", NULL, nothing);

	convert_add_regex(&rule, branch, regex);
	sieve_ast_take_back(convert_ast(checks->conversion), rule.before);
	return rule.class == SIEVE_CONVERT_NOT_EXPRESSIBLE ? rule.note : NULL;
}

void
field_checks_begin_if(
	FieldChecks *checks, const ConvertRegex *regex, bool negated, const ConvertLogical *logical)
{
	static const SieveBytes some_field[] = {SIEVE_BYTES("Subject")};
	g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(SieveBytes));
	FieldCondition *condition =
		sieve_arena_new_array(convert_arena(checks->conversion), FieldCondition, 1);
	const FieldCondition *outer = checks->condition;
	ConvertRule rule = convert_begin_rule(checks->conversion, logical->first);
	const char *wrong = "it is no pattern that Sieve has";

	*condition = (FieldCondition){
		.negated = negated,
		.outer = outer,
		.depth = outer == NULL ? 1 : outer->depth + 1,
	};
	checks->condition = condition;
	if (regex != NULL) {
		ConvertRegex tried = *regex;
		condition->regex = *regex;
		condition->named = convert_regex_fields(checks->conversion, regex->pattern, names);
		condition->fields = keep_list(checks, names);
		if (!condition->named)
			tried.fields = (ConvertList){some_field, 1};
		wrong = try_regex(checks, &tried);
	}
	if (checks->body)
		wrong = "Sieve looks at a body as a whole, not line by line";
	else if (outer != NULL && !outer->usable)
		wrong = "it stands in an if that Sieve has not";
	else if (condition->depth > MAX_DEPTH)
		wrong = "it is nested too deeply";
	condition->usable = wrong == NULL;
	if (wrong != NULL)
		convert_note(&rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "%s", wrong);
	convert_end_rule(&rule, logical->last, nothing);
}

void
field_checks_end_if(FieldChecks *checks, const ConvertLogical *logical)
{
	ConvertRule rule = convert_begin_rule(checks->conversion, logical->first);

	if (checks->condition == NULL)
		convert_note(&rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "there is no if before it");
	else if (!checks->condition->usable)
		convert_note(&rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "it ends an if that Sieve has not");
	convert_end_rule(&rule, logical->last, nothing);
	if (checks->condition != NULL)
		checks->condition = checks->condition->outer;
}

/* --- Which fields a check is of ----------------------------------------------------------------------- */

FieldCheck *
field_checks_add(FieldChecks *checks, const ConvertLogical *logical)
{
	FieldCheck *check = sieve_arena_new_array(convert_arena(checks->conversion), FieldCheck, 1);

	*check = (FieldCheck){
		.index = checks->checks->len,
		.first = logical->first,
		.last = logical->last,
		.inside = checks->condition,
	};
	g_ptr_array_add(checks->checks, check);
	return check;
}

static void
leave_out(FieldCheck *check, const char *note)
{
	check->role = FIELD_CHECK_BLIND;
	if (check->class != SIEVE_CONVERT_NOT_EXPRESSIBLE)
		check->note = note;
	check->class = SIEVE_CONVERT_NOT_EXPRESSIBLE;
}

/* Those that it names, or the conditions around it; less those that these shut out. */
static void
find_fields(FieldChecks *checks, FieldCheck *check)
{
	g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(SieveBytes));
	g_autoptr(GArray) left = g_array_new(FALSE, FALSE, sizeof(SieveBytes));
	bool named = convert_regex_fields(checks->conversion, check->regex.pattern, names);

	for (const FieldCondition *around = check->inside; around != NULL && !named;
		around = around->outer) {
		g_array_set_size(names, 0);
		named = around->named && !around->negated;
		if (named)
			g_array_append_vals(names, around->fields.items, (guint)around->fields.count);
	}
	if (!named)
		return leave_out(check, "its pattern does not begin with the name of a field");
	for (guint i = 0; i < names->len; i++) {
		SieveBytes name = g_array_index(names, SieveBytes, i);
		bool shut = convert_list_has(
			(ConvertList){(const SieveBytes *)(const void *)left->data, left->len},
			name);
		for (const FieldCondition *around = check->inside; around != NULL && !shut;
			around = around->outer)
			shut = shuts_out(checks->conversion, around, name);
		if (!shut)
			g_array_append_val(left, name);
	}
	check->fields = keep_list(checks, left);
	check->regex.fields = check->fields;
}

static void
enter_fields(FieldChecks *checks, const FieldCheck *check)
{
	bool all = check->inside == NULL && check->role != FIELD_CHECK_BLIND &&
		   convert_regex_takes_all(checks->conversion, check->regex.pattern);

	for (size_t i = 0; i < check->fields.count; i++) {
		Field *field = field_of(checks, check->fields.items[i]);
		if (all && field->all == NULL)
			field->all = check;
		if (check->role == FIELD_CHECK_BLIND && field->blind == NULL)
			field->blind = check;
		else if (check->role != FIELD_CHECK_BLIND && check->role != FIELD_CHECK_REFUSE)
			g_ptr_array_add(field->takers, (void *)(uintptr_t)check);
	}
	if (check->role == FIELD_CHECK_BLIND && check->fields.count == 0 && checks->blind == NULL)
		checks->blind = check;
}

static void
study(FieldChecks *checks, FieldCheck *check)
{
	const char *wrong = NULL;

	if (check->role == FIELD_CHECK_NOTHING)
		return;
	check->regex.place = checks->body ? CONVERT_REGEX_BODY : CONVERT_REGEX_HEADER;
	if (check->inside != NULL && !check->inside->usable)
		leave_out(check, "it stands in an if that Sieve has not");
	else if (!checks->body && check->role != FIELD_CHECK_BLIND)
		find_fields(checks, check);
	if (check->role != FIELD_CHECK_BLIND && (checks->body || check->fields.count > 0))
		wrong = try_regex(checks, &check->regex);
	if (wrong != NULL)
		leave_out(check, wrong);
	if (check->role != FIELD_CHECK_BLIND) {
		check->same = g_hash_table_lookup(checks->patterns, check);
		if (check->same != NULL)
			return;
		g_hash_table_add(checks->patterns, check);
	}
	enter_fields(checks, check);
}

/* --- Tests ------------------------------------------------------------------------------------------ */

static unsigned
count_conditions(FieldChecks *checks, const FieldCheck *check, SieveBytes name)
{
	unsigned count = 0;

	for (const FieldCondition *around = check->inside; around != NULL; around = around->outer)
		count += !is_trivial(checks->conversion, around, name);
	return count;
}

/* Checks before @check that take fields of that name and let the mail go on; of too many not all. */
static unsigned
count_takers(const Field *field, const FieldCheck *check)
{
	unsigned count = 0;

	while (count < field->takers->len && count <= MAX_TAKERS &&
		((const FieldCheck *)field->takers->pdata[count])->index < check->index)
		count++;
	return count;
}

static void
add_regex(ConvertRule *rule, SieveAstNode *parent, const ConvertRegex *regex, ConvertList fields)
{
	ConvertRegex bound = *regex;

	bound.fields = fields;
	convert_add_regex(rule, parent, &bound);
}

static void
add_conditions(FieldChecks *checks, ConvertRule *rule, SieveAstNode *parent, const FieldCheck *check,
	SieveBytes name)
{
	for (const FieldCondition *around = check->inside; around != NULL; around = around->outer) {
		SieveAstNode *test = parent;
		if (is_trivial(checks->conversion, around, name))
			continue;
		if (!is_once(name))
			convert_note(rule, SIEVE_CONVERT_APPROXIMATED,
				"of several such fields, one may meet the condition and another "
				"the pattern");
		if (around->negated)
			test = convert_add_test(checks->conversion, parent, "not");
		add_regex(rule, test, &around->regex, CONVERT_ONE(name));
	}
}

/* What such a field has to be so that the check takes it, whatever others have taken. */
static void
add_own(FieldChecks *checks, ConvertRule *rule, SieveAstNode *parent, const FieldCheck *check,
	SieveBytes name)
{
	if (count_conditions(checks, check, name) > 0)
		parent = convert_add_test(checks->conversion, parent, "allof");
	add_conditions(checks, rule, parent, check, name);
	add_regex(rule, parent, &check->regex, CONVERT_ONE(name));
}

static void
add_takers(FieldChecks *checks, ConvertRule *rule, SieveAstNode *parent, const FieldCheck *check,
	SieveBytes name)
{
	const Field *field = field_of(checks, name);
	unsigned count = count_takers(field, check);

	if (count == 0)
		return;
	if (count > MAX_TAKERS)
		return convert_note(rule, SIEVE_CONVERT_APPROXIMATED,
			"fields that earlier lines take are not passed over: there are too many of these");
	if (!is_once(name))
		convert_note(rule, SIEVE_CONVERT_APPROXIMATED,
			"of several such fields, one that an earlier line takes hides the others");
	parent = convert_add_test(checks->conversion, parent, "not");
	if (count > 1)
		parent = convert_add_test(checks->conversion, parent, "anyof");
	for (unsigned i = 0; i < count; i++)
		add_own(checks, rule, parent, field->takers->pdata[i], name);
}

/* What is asked of fields of the name, besides the check's own pattern. */
static void
add_bounds(FieldChecks *checks, ConvertRule *rule, SieveAstNode *all, const FieldCheck *check,
	SieveBytes name)
{
	add_conditions(checks, rule, all, check, name);
	add_takers(checks, rule, all, check, name);
}

/* True when more is asked of fields of the name than the check's own pattern says. */
static bool
is_bound(FieldChecks *checks, const FieldCheck *check, SieveBytes name)
{
	return count_conditions(checks, check, name) > 0 ||
	       count_takers(field_of(checks, name), check) > 0;
}

/* (transfer full) the names of which no more is asked. */
static GArray *
find_free(FieldChecks *checks, const FieldCheck *check)
{
	GArray *names = g_array_new(FALSE, FALSE, sizeof(SieveBytes));

	for (size_t i = 0; i < check->fields.count; i++)
		if (!is_bound(checks, check, check->fields.items[i]))
			g_array_append_val(names, check->fields.items[i]);
	return names;
}

static void
add_test(FieldChecks *checks, ConvertRule *rule, SieveAstNode *parent, const FieldCheck *check)
{
	SieveConversion *conversion = checks->conversion;
	g_autoptr(GArray) names = find_free(checks, check);
	ConvertList free_fields = keep_list(checks, names);
	size_t n_bound = check->fields.count - free_fields.count;

	if (checks->body)
		return convert_add_regex(rule, parent, &check->regex);
	if (n_bound + (free_fields.count > 0) > 1)
		parent = convert_add_test(conversion, parent, "anyof");
	if (free_fields.count > 0)
		add_regex(rule, parent, &check->regex, free_fields);
	for (size_t i = 0; i < check->fields.count; i++) {
		SieveBytes name = check->fields.items[i];
		if (!is_bound(checks, check, name))
			continue;
		SieveAstNode *all = convert_add_test(conversion, parent, "allof");
		add_bounds(checks, rule, all, check, name);
		add_regex(rule, all, &check->regex, CONVERT_ONE(name));
	}
}

/* --- The mail's order, and the table's ---------------------------------------------------------------- */

/* The one field that a check is of, of which there is one at most; else ptr is NULL. */
static SieveBytes
only_field(const FieldCheck *check)
{
	return check->fields.count == 1 && is_once(check->fields.items[0]) ? check->fields.items[0]
									   : nothing;
}

/* True when a mail may match both: the check, and what was used before. */
static bool
may_meet(const Use *use, const FieldCheck *check)
{
	SieveBytes only = only_field(check);

	return use->first != NULL && (use->several || only.ptr == NULL ||
					     !sieve_bytes_equal_nocase(only_field(use->first), only));
}

static void
note_use(Use *use, const FieldCheck *check)
{
	if (may_meet(use, check) || only_field(check).ptr == NULL)
		use->several = true;
	if (use->first == NULL)
		use->first = check;
}

static void
note_refusals(FieldChecks *checks, ConvertRule *rule, const FieldCheck *check)
{
	bool rejects = check->verdict.kind == CONVERT_REJECT;

	if (may_meet(rejects ? &checks->discarded : &checks->rejected, check))
		convert_note(rule, SIEVE_CONVERT_APPROXIMATED,
			"of a field that refuses the mail and one that throws it away, the first in the "
			"mail decided");
	note_use(rejects ? &checks->rejected : &checks->discarded, check);
}

static void
note_redirects(FieldChecks *checks, ConvertRule *rule, const FieldCheck *check)
{
	Use *redirected = &checks->redirected;

	if (may_meet(redirected, check) &&
		!sieve_bytes_equal(redirected->first->verdict.text, check->verdict.text))
		convert_note(rule, SIEVE_CONVERT_APPROXIMATED,
			"of two fields that redirect the mail, the last in the mail decided");
	note_use(redirected, check);
}

/* Fields that changes before this one add were not there when the table was held against the mail. */
static void
note_added(FieldChecks *checks, ConvertRule *rule, const FieldCheck *check)
{
	for (size_t i = 0; i < check->fields.count; i++) {
		const Field *field = field_of(checks, check->fields.items[i]);
		if (field->adds != NULL)
			convert_note(rule, SIEVE_CONVERT_APPROXIMATED,
				"it sees the field that line %zu adds, too", field->adds->first + 1);
	}
	if (check->role != FIELD_CHECK_REPLACE && check->verdict.kind != CONVERT_PREPEND)
		return;
	size_t colon = sieve_bytes_find(check->verdict.text, SIEVE_BYTES(":"), 0);
	Field *added = field_of(checks, sieve_bytes_trim(sieve_bytes_slice(check->verdict.text, 0, colon)));
	added->adds = check;
}

static void
note_blind(ConvertRule *rule, const FieldCheck *blind, const FieldCheck *check)
{
	if (blind != NULL && blind->index < check->index)
		convert_note(rule, SIEVE_CONVERT_APPROXIMATED,
			"what line %zu takes, which is left out, is not passed over", blind->first + 1);
}

/* --- Commands --------------------------------------------------------------------------------------- */

static void
add_delete(FieldChecks *checks, ConvertRule *rule, const FieldCheck *check)
{
	SieveConversion *conversion = checks->conversion;
	g_autoptr(GArray) names = find_free(checks, check);
	ConvertRegex regex = check->regex;

	regex.fields = keep_list(checks, names);
	if (regex.fields.count > 0)
		convert_add_delete(rule, NULL, &regex);
	for (size_t i = 0; i < check->fields.count; i++) {
		SieveBytes name = check->fields.items[i];
		if (!is_bound(checks, check, name))
			continue;
		SieveAstNode *branch = convert_add_command(conversion, NULL, "if", NULL, nothing);
		SieveAstNode *all = convert_add_test(conversion, branch, "allof");
		add_bounds(checks, rule, all, check, name);
		if (all->tests == NULL)
			convert_add_test(conversion, all, "true");
		sieve_ast_set_block(convert_ast(conversion), branch);
		regex.fields = CONVERT_ONE(name);
		convert_add_delete(rule, branch, &regex);
	}
}

static void
add_branch(FieldChecks *checks, ConvertRule *rule, const FieldCheck *check)
{
	SieveConversion *conversion = checks->conversion;
	SieveAstNode *branch = convert_add_command(conversion, NULL, "if", NULL, nothing);

	add_test(checks, rule, branch, check);
	sieve_ast_set_block(convert_ast(conversion), branch);
	if (check->role == FIELD_CHECK_REPLACE) {
		SieveBytes only = only_field(check);
		if (only.ptr == NULL)
			return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
				"it replaces one of several fields");
		convert_add_command(conversion, branch, "deleteheader", NULL, only);
	}
	convert_add_verdict(conversion, branch, &check->verdict);
}

/* Fields of which nothing is left are none of the check's. (nullable) the one that took the last of
 * them. */
static const FieldCheck *
drop_taken(FieldChecks *checks, FieldCheck *check)
{
	g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(SieveBytes));
	const FieldCheck *taker = NULL;

	for (size_t i = 0; i < check->fields.count; i++) {
		const FieldCheck *all = field_of(checks, check->fields.items[i])->all;
		if (all != NULL && all->index < check->index)
			taker = all;
		else
			g_array_append_val(names, check->fields.items[i]);
	}
	check->fields = keep_list(checks, names);
	check->regex.fields = check->fields;
	return check->fields.count == 0 ? taker : NULL;
}

/* All that it matches is taken before: if what comes of it is the same, it is of that @kind. */
static void
find_taken(FieldChecks *checks, const FieldCheck *check, const FieldCheck *taker, SieveFindingKind kind)
{
	bool verdicts = check->role != FIELD_CHECK_TAKE && check->role != FIELD_CHECK_DELETE;
	bool alike = check->role == taker->role &&
		     (!verdicts || (check->verdict.kind == taker->verdict.kind &&
					   sieve_bytes_equal(check->verdict.text, taker->verdict.text)));

	convert_find(checks->conversion, alike ? kind : SIEVE_FINDING_CONTRADICTION, check->first,
		taker->first);
}

/* Of the body, any line that another one takes is passed over. */
static const FieldCheck *
find_line_taker(const FieldChecks *checks, const FieldCheck *check)
{
	for (guint i = 0; i < check->index; i++) {
		const FieldCheck *before = checks->checks->pdata[i];
		if (before->role != FIELD_CHECK_NOTHING && before->role != FIELD_CHECK_REFUSE)
			return before;
	}
	return NULL;
}

static void
add_commands(FieldChecks *checks, ConvertRule *rule, FieldCheck *check)
{
	const FieldCheck *taker = drop_taken(checks, check);

	if (taker != NULL)
		return find_taken(checks, check, taker, SIEVE_FINDING_SHADOWED);
	if (!checks->body && check->fields.count == 0)
		return convert_find(
			checks->conversion, SIEVE_FINDING_NEVER, check->first, SIZE_MAX);
	taker = checks->body ? find_line_taker(checks, check) : NULL;
	if (taker != NULL)
		convert_note(rule, SIEVE_CONVERT_APPROXIMATED,
			"lines of the body that line %zu takes are not passed over", taker->first + 1);
	note_blind(rule, checks->blind, check);
	for (size_t i = 0; i < check->fields.count; i++)
		note_blind(rule, field_of(checks, check->fields.items[i])->blind, check);
	if (check->role == FIELD_CHECK_REFUSE)
		note_refusals(checks, rule, check);
	else
		note_added(checks, rule, check);
	if (check->role == FIELD_CHECK_CHANGE && check->verdict.kind == CONVERT_REDIRECT)
		note_redirects(checks, rule, check);
	if (check->role == FIELD_CHECK_DELETE)
		add_delete(checks, rule, check);
	else
		add_branch(checks, rule, check);
}

/* When a check is written. What refuses a mail counts whatever else matches; where a mail goes is decided
 * once it is changed, and copies are sent of mails that stay with their recipients. */
static unsigned
stage_of(const FieldCheck *check)
{
	if (check->role < FIELD_CHECK_CHANGE)
		return 0;
	if (check->role > FIELD_CHECK_CHANGE || check->verdict.kind == CONVERT_PREPEND)
		return 1;
	return check->verdict.kind == CONVERT_REDIRECT ? 2 : 3;
}

static void
write_check(FieldChecks *checks, FieldCheck *check)
{
	ConvertRule rule = convert_begin_rule(checks->conversion, check->first);

	if (check->same != NULL) {
		find_taken(checks, check, check->same, SIEVE_FINDING_DUPLICATE);
		convert_end_rule(&rule, check->last, nothing);
		return;
	}
	if (check->note != NULL)
		convert_note(&rule, check->class, "%s", check->note);
	if (checks->body && (check->role == FIELD_CHECK_DELETE || check->role == FIELD_CHECK_REPLACE))
		convert_note(&rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "Sieve changes no lines of a body");
	else if (check->role >= FIELD_CHECK_REFUSE)
		add_commands(checks, &rule, check);
	convert_end_rule(&rule, check->last, nothing);
}

void
field_checks_write(FieldChecks *checks)
{
	for (guint i = 0; i < checks->checks->len; i++)
		study(checks, checks->checks->pdata[i]);
	for (unsigned stage = 0; stage < N_STAGES; stage++)
		for (guint i = 0; i < checks->checks->len; i++)
			if (stage_of(checks->checks->pdata[i]) == stage)
				write_check(checks, checks->checks->pdata[i]);
}
