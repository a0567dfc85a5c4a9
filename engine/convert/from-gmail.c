/* SPDX-License-Identifier: MIT */
/* from-gmail.c - Gmail's mailFilters.xml: an Atom feed, an entry for each filter */

#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/formats.h"
#include "engine/convert/mail-actions.h"

typedef struct Reader {
	SieveConversion *conversion;
	size_t line; /* that is being parsed */
	bool in_entry;
	size_t first;       /* line of the entry */
	GHashTable *values; /* of the entry: name to value */
} Reader;

typedef struct Entry {
	SieveConversion *conversion;
	GHashTable *values;
	ConvertRule rule;
} Entry;

/* ptr NULL: it has none of that name. */
static SieveBytes
get(const Entry *entry, const char *name)
{
	const char *value = g_hash_table_lookup(entry->values, name);

	if (value == NULL)
		return (SieveBytes){NULL, 0};
	return sieve_bytes_from_string(sieve_arena_strdup(convert_arena(entry->conversion), value));
}

static bool
is_true(const Entry *entry, const char *name)
{
	const char *value = g_hash_table_lookup(entry->values, name);

	return value != NULL && strcmp(value, "true") == 0;
}

static void
lose(Entry *entry, const char *why)
{
	convert_note(&entry->rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "%s", why);
}

/* --- Words ------------------------------------------------------------------------------------------ */

/* "a OR b", "{a b}", "(a | b)": any of them; "a" and "two words" as one. False: it is more of a query. */
static bool
read_words(SieveBytes text, GArray *words)
{
	const bool braces = text.len > 2 && text.ptr[0] == '{' && text.ptr[text.len - 1] == '}';
	bool want_or = false;

	text = sieve_bytes_trim(text);
	if (braces || (text.len > 2 && text.ptr[0] == '(' && text.ptr[text.len - 1] == ')'))
		text = sieve_bytes_trim(sieve_bytes_slice(text, 1, text.len - 2));
	while (text.len > 0) {
		SieveBytes word;
		if (text.ptr[0] == '"') {
			size_t end = sieve_bytes_find(text, SIEVE_BYTES("\""), 1);
			if (end == SIZE_MAX)
				return false;
			word = sieve_bytes_slice(text, 1, end - 1);
			text = sieve_bytes_trim(sieve_bytes_slice(text, end + 1, SIZE_MAX));
		} else {
			convert_next_word(&text, &word);
			bool or = sieve_bytes_equal(word, SIEVE_BYTES("OR")) ||
				  sieve_bytes_equal(word, SIEVE_BYTES("|"));
			if (or) {
				want_or = false;
				continue;
			}
			for (size_t i = 0; i < word.len; i++)
				if (strchr("(){}\":", word.ptr[i]) != NULL ||
					(i == 0 && word.ptr[i] == '-'))
					return false;
		}
		/* Words side by side must all be there, which is another test. */
		if (want_or && !braces)
			return false;
		if (word.len == 0 || !convert_is_text(word))
			return false;
		g_array_append_val(words, word);
		want_or = true;
	}
	return words->len > 0;
}

static ConvertList
list_of(const GArray *words)
{
	return (ConvertList){(const SieveBytes *)(const void *)words->data, words->len};
}

static void
add_fields(Entry *entry, SieveAstNode *parent, SieveBytes text, const char *field)
{
	g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(SieveBytes));
	static const SieveBytes to[] = {SIEVE_BYTES("To"), SIEVE_BYTES("Cc"), SIEVE_BYTES("Bcc")};
	SieveBytes name = sieve_bytes_from_string(field);
	ConvertList fields = {&name, 1};

	if (!read_words(text, words))
		return lose(entry, "its query is more than words with OR between");
	if (strcmp(field, "To") == 0)
		fields = (ConvertList){to, G_N_ELEMENTS(to)};
	convert_note(&entry->rule, SIEVE_CONVERT_APPROXIMATED,
		"Gmail looks for words, the tests for parts of texts");
	convert_add_match(entry->conversion, parent,
		&(ConvertMatch){.test = "header",
			.match = "contains",
			.fields = fields,
			.keys = list_of(words)});
}

/* Words anywhere in the mail. */
static void
add_anywhere(Entry *entry, SieveAstNode *parent, SieveBytes text)
{
	static const SieveBytes fields[] = {
		SIEVE_BYTES("From"), SIEVE_BYTES("To"), SIEVE_BYTES("Cc"), SIEVE_BYTES("Subject")};
	static const struct {
		SieveBytes prefix;
		const char *field;
	} queries[] = {
		{SIEVE_BYTES("list:"), "List-Id"},
		{SIEVE_BYTES("from:"), "From"},
		{SIEVE_BYTES("to:"), "To"},
		{SIEVE_BYTES("subject:"), "Subject"},
		{SIEVE_BYTES("deliveredto:"), "Delivered-To"},
	};
	g_autoptr(GArray) words = g_array_new(FALSE, FALSE, sizeof(SieveBytes));

	for (size_t i = 0; i < G_N_ELEMENTS(queries); i++)
		if (sieve_bytes_equal_nocase(
			    sieve_bytes_slice(text, 0, queries[i].prefix.len), queries[i].prefix))
			return add_fields(entry, parent,
				sieve_bytes_slice(text, queries[i].prefix.len, SIZE_MAX), queries[i].field);
	if (!read_words(text, words))
		return lose(entry, "its query is more than words with OR between");
	convert_note(&entry->rule, SIEVE_CONVERT_APPROXIMATED,
		"Gmail looks for words, the tests for parts of texts");
	SieveAstNode *any = convert_add_test(entry->conversion, parent, "anyof");
	convert_add_match(entry->conversion, any,
		&(ConvertMatch){.test = "header", .match = "contains",
			.fields = {fields, G_N_ELEMENTS(fields)}, .keys = list_of(words)});
	convert_add_match(entry->conversion, any,
		&(ConvertMatch){.test = "body", .transform = "text", .match = "contains",
			.keys = list_of(words)});
}

static void
add_size(Entry *entry, SieveAstNode *parent, SieveBytes text)
{
	g_autofree char *digits = sieve_bytes_dup(text);
	SieveBytes unit = get(entry, "sizeUnit");
	SieveBytes operator = get(entry, "sizeOperator");
	char *end;
	guint64 size = g_ascii_strtoull(digits, &end, 10);

	if (*digits == '\0' || *end != '\0' || size > UINT32_MAX)
		return lose(entry, "its size is no number");
	if (sieve_bytes_equal(unit, SIEVE_BYTES("s_smb")))
		size *= 1024 * 1024;
	else if (sieve_bytes_equal(unit, SIEVE_BYTES("s_skb")))
		size *= 1024;
	SieveAstNode *test = convert_add_test(entry->conversion, parent, "size");
	sieve_ast_add_tag(convert_ast(entry->conversion), test,
		sieve_bytes_equal(operator, SIEVE_BYTES("s_ss")) ? SIEVE_BYTES("under")
								 : SIEVE_BYTES("over"));
	sieve_ast_add_number(convert_ast(entry->conversion), test, size);
}

/* How many conditions the entry has. */
static unsigned
add_conditions(Entry *entry, SieveAstNode *parent)
{
	static const struct {
		const char *name;
		const char *field;
	} fields[] = {{"from", "From"}, {"to", "To"}, {"subject", "Subject"}};
	unsigned count = 0;
	SieveBytes value;

	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++)
		if ((value = get(entry, fields[i].name)).len > 0) {
			add_fields(entry, parent, value, fields[i].field);
			count++;
		}
	if ((value = get(entry, "hasTheWord")).len > 0) {
		add_anywhere(entry, parent, value);
		count++;
	}
	if ((value = get(entry, "doesNotHaveTheWord")).len > 0) {
		add_anywhere(entry, convert_add_test(entry->conversion, parent, "not"), value);
		count++;
	}
	if ((value = get(entry, "size")).len > 0) {
		add_size(entry, parent, value);
		count++;
	}
	if (is_true(entry, "hasAttachment")) {
		lose(entry, "Sieve knows no attachments as such");
		count++;
	}
	return count;
}

/* --- Entries ---------------------------------------------------------------------------------------- */

static void
collect_actions(Entry *entry, ConvertActions *actions)
{
	SieveBytes label = get(entry, "label");
	SieveBytes forward = get(entry, "forwardTo");
	bool good = true;

	if (is_true(entry, "shouldMarkAsRead"))
		convert_actions_add_flag(actions, SIEVE_BYTES("\\Seen"));
	if (is_true(entry, "shouldStar"))
		convert_actions_add_flag(actions, SIEVE_BYTES("\\Flagged"));
	if (is_true(entry, "shouldAlwaysMarkAsImportant"))
		convert_actions_add_flag(actions, SIEVE_BYTES("$Important"));
	if (label.len > 0 && is_true(entry, "shouldArchive"))
		good = convert_actions_set_mailbox(actions, label);
	else if (label.len > 0)
		good = convert_actions_add_copy(actions, label);
	else if (is_true(entry, "shouldArchive"))
		convert_actions_set_mailbox(actions, SIEVE_BYTES("Archive"));
	if (is_true(entry, "shouldTrash"))
		convert_actions_set_mailbox(actions, SIEVE_BYTES("Trash"));
	if (forward.len > 0)
		good = convert_actions_add_forward(actions, forward) && good;
	if (!good)
		lose(entry, "its label is no mailbox, or it forwards to no address");
	if (get(entry, "smartLabelToApply").len > 0)
		convert_note(&entry->rule, SIEVE_CONVERT_APPROXIMATED, "Gmail's categories are left out");
}

static void
write_entry(Reader *reader, size_t last)
{
	Entry entry = {reader->conversion, reader->values,
		convert_begin_rule(reader->conversion, reader->first)};
	g_autoptr(ConvertActions) actions = convert_actions_new(reader->conversion);
	SieveAstNode *branch = convert_add_command(
		reader->conversion, NULL, "if", NULL, (SieveBytes){NULL, 0});
	SieveAstNode *all = convert_add_test(reader->conversion, branch, "allof");

	if (add_conditions(&entry, all) == 0)
		lose(&entry, "it has no condition");
	collect_actions(&entry, actions);
	if (convert_actions_are_none(actions))
		lose(&entry, "nothing of what it does is to be had");
	sieve_ast_set_block(convert_ast(reader->conversion), branch);
	convert_actions_write(actions, branch);
	convert_end_rule(&entry.rule, last, (SieveBytes){NULL, 0});
}

static void
start_element(GMarkupParseContext *context G_GNUC_UNUSED, const char *element, const char **names,
	const char **values, gpointer data, GError **error G_GNUC_UNUSED)
{
	Reader *reader = data;
	const char *name = NULL;
	const char *value = NULL;

	if (strcmp(element, "entry") == 0) {
		reader->in_entry = true;
		reader->first = reader->line;
		g_hash_table_remove_all(reader->values);
	}
	if (!reader->in_entry || strcmp(element, "apps:property") != 0)
		return;
	for (size_t i = 0; names[i] != NULL; i++) {
		if (strcmp(names[i], "name") == 0)
			name = values[i];
		if (strcmp(names[i], "value") == 0)
			value = values[i];
	}
	if (name != NULL && value != NULL)
		g_hash_table_insert(reader->values, g_strdup(name), g_strdup(value));
}

static void
end_element(GMarkupParseContext *context G_GNUC_UNUSED, const char *element, gpointer data,
	GError **error G_GNUC_UNUSED)
{
	Reader *reader = data;

	if (!reader->in_entry || strcmp(element, "entry") != 0)
		return;
	reader->in_entry = false;
	write_entry(reader, reader->line);
}

static void
read_feed(SieveConversion *conversion)
{
	static const GMarkupParser parser = {.start_element = start_element, .end_element = end_element};
	Reader reader = {.conversion = conversion,
		.values = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free)};
	size_t count = sieve_conversion_count_lines(conversion);
	g_autoptr(GError) error = NULL;
	GMarkupParseContext *context = g_markup_parse_context_new(&parser, 0, &reader, NULL);
	bool good = true;

	/* Line by line: what is called from within then knows the line. */
	for (; good && reader.line < count; reader.line++) {
		SieveBytes line = convert_line(conversion, reader.line);
		good = g_markup_parse_context_parse(context, line.ptr, (gssize)line.len, &error) &&
		       g_markup_parse_context_parse(context, "\n", 1, &error);
		if (!good)
			convert_set_class(conversion, reader.line, SIEVE_CONVERT_NOT_EXPRESSIBLE,
				sieve_arena_strdup(convert_arena(conversion), error->message));
		else
			/* What stands around the entries; theirs comes later, and counts. */
			convert_set_class(conversion, reader.line, SIEVE_CONVERT_COMMENT, NULL);
	}
	g_markup_parse_context_free(context);
	g_hash_table_unref(reader.values);
}

static unsigned
recognise(SieveBytes text)
{
	return sieve_bytes_find(text, SIEVE_BYTES("apps:property"), 0) != SIZE_MAX ? 98 : 0;
}

const SieveConvertFormat sieve_convert_gmail = {
	.name = "gmail",
	.title = "Gmail's exported filters",
	.recognise = recognise,
	.read = read_feed,
};
