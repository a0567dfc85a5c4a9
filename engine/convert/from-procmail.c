/* SPDX-License-Identifier: MIT */
/* from-procmail.c - procmailrc(5): recipes, and variables as far as they say the same each time */

#include <stdlib.h>
#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/folders.h"
#include "engine/convert/formats.h"
#include "engine/convert/header-regex.h"
#include "engine/message/address.h"

enum { MAX_DEPTH = 8 };

/* What is known of the recipe before, at the same level. */
typedef struct Before {
	enum { ELSE_UNKNOWN, ELSE_OF_IF, ELSE_NEVER } otherwise; /* what "else" is of */
	bool goes_on;	    /* a mail that it took goes on to the next recipe */
	SieveAstNode *taken; /* the block of mails that it took; NULL: of all of them */
} Before;

typedef struct Procmail {
	SieveConversion *conversion;
	GHashTable *variables; /* name to value; values of programs are not there */
	GPtrArray *assigned;   /* (nullable) names to which the block gives a value */
	size_t at;	       /* the line to be read next */
	Before before;	       /* of the recipe that is read next */
} Procmail;

typedef struct Recipe {
	bool header;
	bool body;
	bool copy;
	bool case_sensitive;
	bool filter;
	bool waits;   /* for its program, and takes the mail only if that ends well */
	char chained; /* the letter of "else" and "and then", or NUL */
} Recipe;

static const SieveBytes nothing = {NULL, 0};

/* --- Lines ------------------------------------------------------------------------------------------ */

/* The next line that says something, with those that backslashes join to it, trimmed. */
static bool
next_line(Procmail *procmail, SieveBytes *ret_text)
{
	SieveConversion *conversion = procmail->conversion;
	size_t count = sieve_conversion_count_lines(conversion);
	g_autoptr(GString) joined = g_string_new(NULL);

	for (; procmail->at < count; procmail->at++) {
		SieveBytes line = sieve_bytes_trim(convert_line(conversion, procmail->at));
		if (line.len > 0 && line.ptr[0] != '#')
			break;
	}
	if (procmail->at >= count)
		return false;
	while (procmail->at < count) {
		SieveBytes line = sieve_bytes_trim(convert_line(conversion, procmail->at++));
		bool more = line.len > 0 && line.ptr[line.len - 1] == '\\';
		g_string_append_len(joined, line.ptr, (gssize)(line.len - more));
		if (!more)
			break;
	}
	*ret_text = sieve_arena_copy(convert_arena(conversion), (SieveBytes){joined->str, joined->len});
	*ret_text = sieve_bytes_trim(*ret_text);
	return true;
}

/* The same without taking it. */
static bool
peek_line(Procmail *procmail, SieveBytes *ret_text)
{
	size_t at = procmail->at;
	bool there = next_line(procmail, ret_text);

	procmail->at = at;
	return there;
}

/* --- Variables -------------------------------------------------------------------------------------- */

static size_t
name_length(SieveBytes text)
{
	size_t len = 0;

	while (len < text.len && (g_ascii_isalnum(text.ptr[len]) || text.ptr[len] == '_'))
		len++;
	return len;
}

/* Without quotes, with the values of variables. False, with a note: one is not known. */
static bool
expand(Procmail *procmail, ConvertRule *rule, SieveBytes text, SieveBytes *ret_text)
{
	g_autoptr(GString) out = g_string_new(NULL);
	bool single = false;

	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '\'')
			single = !single;
		if (c == '\'' || (c == '"' && !single))
			continue;
		if (c == '\\' && !single && i + 1 < text.len) {
			g_string_append_c(out, text.ptr[++i]);
			continue;
		}
		if (c != '$' || single) {
			g_string_append_c(out, c);
			continue;
		}
		bool brace = i + 1 < text.len && text.ptr[i + 1] == '{';
		SieveBytes rest = sieve_bytes_slice(text, i + 1 + brace, SIZE_MAX);
		size_t len = name_length(rest);
		g_autofree char *name = sieve_bytes_dup(sieve_bytes_slice(rest, 0, len));
		const char *value = g_hash_table_lookup(procmail->variables, name);
		if (value == NULL || (brace && (len >= rest.len || rest.ptr[len] != '}'))) {
			convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
				"what the variable %s is shows only when it runs", name);
			return false;
		}
		g_string_append(out, value);
		i += len + (brace ? 2 : 0);
	}
	*ret_text = sieve_arena_copy(
		convert_arena(procmail->conversion), (SieveBytes){out->str, out->len});
	return true;
}

/* Variables that say how procmail works, and nothing of mails. */
static bool
is_technical(const char *name)
{
	static const char *const technical[] = {"PATH", "SHELL", "LOGFILE", "LOG", "VERBOSE", "LOGABSTRACT",
		"LOCKFILE", "LOCKEXT", "LOCKSLEEP", "LOCKTIMEOUT", "TIMEOUT", "UMASK", "SENDMAIL",
		"SENDMAILFLAGS", "COMSAT", "LINEBUF", "SHELLFLAGS", "SHELLMETAS", "SUSPEND", "NORESRETRY",
		"EXITCODE", "HOST", "DROPPRIVS", "LASTFOLDER", "MSGPREFIX", "PROCMAIL_VERSION", NULL};

	return g_strv_contains(technical, name);
}

/* --- Files ------------------------------------------------------------------------------------------ */

/* True when blocks and recipes end where the file ends: it is read in the midst of another one. */
static bool
stands_by_itself(SieveBytes text)
{
	SieveBytes last = {NULL, 0};
	SieveBytes line;
	int depth = 0;

	for (size_t at = 0; convert_take_line(text, &at, &line);) {
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		depth += line.ptr[0] == '{' && memchr(line.ptr, '}', line.len) == NULL;
		depth -= line.ptr[0] == '}';
		if (depth < 0)
			return false;
		last = line;
	}
	return depth == 0 && (last.len == 0 || (last.ptr[0] != ':' && last.ptr[0] != '*' &&
						       last.ptr[last.len - 1] != '\\'));
}

/* Its lines follow those that were read last. */
static void
read_include(Procmail *procmail, ConvertRule *rule, SieveBytes value)
{
	const char *maildir = g_hash_table_lookup(procmail->variables, "MAILDIR");
	SieveBytes path = nothing;

	if (!expand(procmail, rule, value, &path) || path.len == 0)
		return;
	bool relative = path.ptr[0] != '/' && path.ptr[0] != '~';
	g_autofree char *name = sieve_bytes_dup(path);
	g_autofree char *whole = relative ? g_strconcat(maildir, "/", name, NULL) : g_strdup(name);
	g_autoptr(GBytes) bytes =
		maildir == NULL ? NULL : convert_read_include(procmail->conversion, whole);
	SieveBytes text;
	if (bytes == NULL)
		return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"it reads a file that cannot be read here, or too many of them");
	text.ptr = g_bytes_get_data(bytes, &text.len);
	if (!stands_by_itself(text))
		return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"it reads a file whose recipes do not end where it ends");
	convert_insert_lines(procmail->conversion, procmail->at, whole, bytes);
	procmail->before = (Before){ELSE_UNKNOWN, false, NULL};
}

/* False: it says nothing of mails. */
static bool
read_assignment(Procmail *procmail, ConvertRule *rule, SieveBytes text)
{
	size_t len = name_length(text);
	g_autofree char *name = sieve_bytes_dup(sieve_bytes_slice(text, 0, len));
	SieveBytes value = sieve_bytes_trim(sieve_bytes_slice(text, len, SIZE_MAX));

	g_hash_table_remove(procmail->variables, name);
	if (procmail->assigned != NULL)
		g_ptr_array_add(procmail->assigned, g_strdup(name));
	if (value.len > 0 && value.ptr[0] == '=')
		value = sieve_bytes_trim(sieve_bytes_slice(value, 1, SIZE_MAX));
	if (is_technical(name))
		return false;
	if (strcmp(name, "INCLUDERC") == 0)
		read_include(procmail, rule, value);
	else if (strcmp(name, "SWITCHRC") == 0)
		convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"it goes on with another file: convert that one too, and include its script");
	else if (strcmp(name, "TRAP") == 0 ||
		 (value.len > 0 && memchr(value.ptr, '`', value.len) != NULL))
		convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "it runs a program");
	else if (expand(procmail, rule, value, &value)) {
		if (strcmp(name, "DEFAULT") == 0 && sieve_bytes_equal(value, SIEVE_BYTES("/dev/null")))
			convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
				"what no recipe takes is kept, there thrown away");
		g_hash_table_insert(
			procmail->variables, g_steal_pointer(&name), sieve_bytes_dup(value));
	}
	return true;
}

/* --- Conditions ------------------------------------------------------------------------------------- */

static bool
read_flags(SieveBytes text, Recipe *recipe, const char **ret_wrong)
{
	size_t at = 1;

	*recipe = (Recipe){.header = true};
	*ret_wrong = NULL;
	while (at < text.len && g_ascii_isdigit(text.ptr[at]))
		at++;
	if (text.len == 0 || text.ptr[0] != ':' || at == 1)
		return false;
	bool header = false;
	for (; at < text.len && text.ptr[at] != ':' && text.ptr[at] != '#'; at++)
		switch (text.ptr[at]) {
		case 'H':
			header = true;
			break;
		case 'B':
			recipe->body = true;
			break;
		case 'D':
			recipe->case_sensitive = true;
			break;
		case 'c':
			recipe->copy = true;
			break;
		case 'f':
			recipe->filter = true;
			break;
		case 'w':
		case 'W':
			recipe->waits = true;
			break;
		case 'A':
		case 'a':
		case 'E':
		case 'e':
			if (recipe->chained != '\0')
				*ret_wrong = "whether it is tried hangs on several recipes before";
			recipe->chained = text.ptr[at];
			break;
		default:
			/* How a program is fed and waited for. */
			if (strchr("hbir \t", text.ptr[at]) == NULL)
				*ret_wrong = "it has a flag that is not known";
		}
	recipe->header = header || !recipe->body;
	return true;
}

/* "HB ??" in front says where to look. False: it looks at a variable. */
static bool
take_place(SieveBytes *text, Recipe *recipe)
{
	size_t len = name_length(*text);
	SieveBytes name = sieve_bytes_slice(*text, 0, len);
	SieveBytes rest = sieve_bytes_trim(sieve_bytes_slice(*text, len, SIZE_MAX));

	if (len == 0 || !convert_starts(rest, "??"))
		return true;
	for (size_t i = 0; i < len; i++)
		if (name.ptr[i] != 'H' && name.ptr[i] != 'B')
			return false;
	recipe->header = memchr(name.ptr, 'H', len) != NULL;
	recipe->body = memchr(name.ptr, 'B', len) != NULL;
	*text = sieve_bytes_trim(sieve_bytes_slice(rest, 2, SIZE_MAX));
	return true;
}

/* "1^0": a weighted condition. */
static bool
is_weighted(SieveBytes text)
{
	size_t at = 0;

	while (at < text.len && (g_ascii_isdigit(text.ptr[at]) || strchr("+-.", text.ptr[at]) != NULL))
		at++;
	return at > 0 && at < text.len && text.ptr[at] == '^';
}

static void
add_size(ConvertRule *rule, SieveAstNode *parent, SieveBytes text)
{
	g_autofree char *digits = sieve_bytes_dup(sieve_bytes_trim(sieve_bytes_slice(text, 1, SIZE_MAX)));
	char *end;
	guint64 size = g_ascii_strtoull(digits, &end, 10);

	if (*digits == '\0' || *end != '\0' || size > G_MAXINT64)
		return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"its size is no number, or larger than any mail");
	convert_add_stored_size(rule, parent, text.ptr[0] == '>', size);
}

static void
add_regex(ConvertRule *rule, SieveAstNode *parent, SieveBytes pattern, const Recipe *recipe)
{
	ConvertRegex regex = {
		.pattern = pattern,
		.case_sensitive = recipe->case_sensitive,
		.procmail = true,
	};

	if (recipe->header && recipe->body)
		parent = convert_add_test(rule->conversion, parent, "anyof");
	if (recipe->header)
		convert_add_regex(rule, parent, &regex);
	regex.place = CONVERT_REGEX_BODY;
	if (recipe->body)
		convert_add_regex(rule, parent, &regex);
}

static void
add_condition(Procmail *procmail, ConvertRule *rule, SieveAstNode *parent, SieveBytes text, Recipe recipe)
{
	bool negated = false;
	bool expanded = false;

	for (; text.len > 0; text = sieve_bytes_trim(sieve_bytes_slice(text, 1, SIZE_MAX))) {
		if (text.ptr[0] == '!')
			negated = !negated;
		else if (text.ptr[0] == '$' && text.len > 1 && !expanded)
			expanded = true;
		else
			break;
	}
	if (is_weighted(text))
		return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "it has a weighted condition");
	if (convert_starts(text, "?"))
		return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "it asks a program");
	if (!take_place(&text, &recipe))
		return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "it looks at a variable");
	if (expanded && !expand(procmail, rule, text, &text))
		return;
	if (text.len > 0 && text.ptr[0] == '!' && !negated) {
		negated = true;
		text = sieve_bytes_trim(sieve_bytes_slice(text, 1, SIZE_MAX));
	}
	if (negated)
		parent = convert_add_test(rule->conversion, parent, "not");
	if (text.len > 1 && (text.ptr[0] == '<' || text.ptr[0] == '>'))
		add_size(rule, parent, text);
	else
		add_regex(rule, parent, text, &recipe);
}

/* --- Actions ---------------------------------------------------------------------------------------- */

static void
add_forward(Procmail *procmail, ConvertRule *rule, SieveAstNode *parent, SieveBytes text, bool copy)
{
	SieveBytes word;

	if (!expand(procmail, rule, text, &text))
		return;
	g_autofree char *parted = g_strdelimit(sieve_bytes_dup(text), ",", ' ');
	SieveBytes rest = sieve_bytes_from_string(
		sieve_arena_strdup(convert_arena(procmail->conversion), parted));
	for (unsigned n = 0; convert_next_word(&rest, &word); n++) {
		if (!sieve_address_is_mailbox(word) || !convert_is_text(word))
			return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
				"it forwards to what is no whole address");
		convert_add_command(procmail->conversion, parent, "redirect", copy ? "copy" : NULL, word);
	}
}

static SieveBytes
without_slash(SieveBytes path)
{
	while (path.len > 1 && path.ptr[path.len - 1] == '/')
		path.len--;
	return path;
}

/* Where mails go that no recipe takes: the inbox. */
static bool
is_default(const Procmail *procmail, SieveBytes folder)
{
	static const char *const names[] = {"DEFAULT", "ORGMAIL"};
	const char *maildir = g_hash_table_lookup(procmail->variables, "MAILDIR");
	g_autofree char *text = sieve_bytes_dup(without_slash(folder));
	g_autofree char *whole = maildir == NULL ? NULL : g_strconcat(maildir, "/", text, NULL);

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
		const char *value = g_hash_table_lookup(procmail->variables, names[i]);
		if (value == NULL || strcmp(value, "/dev/null") == 0)
			continue;
		g_autofree char *path = sieve_bytes_dup(without_slash(sieve_bytes_from_string(value)));
		if (strcmp(path, text) == 0 || g_strcmp0(path, whole) == 0)
			return true;
	}
	return false;
}

/* True when the mail's way ends there. */
static bool
add_folder(Procmail *procmail, ConvertRule *rule, SieveAstNode *parent, SieveBytes text, bool copy)
{
	SieveConversion *conversion = procmail->conversion;

	if (!expand(procmail, rule, text, &text))
		return false;
	if (is_default(procmail, text)) {
		convert_add_command(conversion, parent, "keep", NULL, nothing);
		return !copy;
	}
	if (sieve_bytes_equal(text, SIEVE_BYTES("/dev/null"))) {
		if (!copy)
			convert_add_command(conversion, parent, "discard", NULL, nothing);
		return !copy;
	}
	const char *maildir = g_hash_table_lookup(procmail->variables, "MAILDIR");
	SieveBytes mailbox = maildir == NULL ? nothing : convert_mailbox(conversion, text, maildir);
	if (mailbox.ptr == NULL) {
		convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
			"its folder is outside of MAILDIR, or nobody knows where that is");
		return false;
	}
	SieveAstNode *command =
		convert_add_command(conversion, parent, "fileinto", "create", nothing);
	if (copy)
		sieve_ast_add_tag(convert_ast(conversion), command, SIEVE_BYTES("copy"));
	sieve_ast_add_string(convert_ast(conversion), command, mailbox);
	return !copy;
}

static void read_recipe(Procmail *procmail, ConvertRule *rule, SieveAstNode *parent, SieveBytes head,
	unsigned depth);

static void
read_block_lines(Procmail *procmail, ConvertRule *rule, SieveAstNode *parent, unsigned depth)
{
	SieveBytes line;

	procmail->before = (Before){ELSE_UNKNOWN, false, NULL};
	while (next_line(procmail, &line)) {
		if (line.ptr[0] == '}')
			return;
		if (line.ptr[0] == ':')
			read_recipe(procmail, rule, parent, line, depth + 1);
		else if (name_length(line) > 0)
			read_assignment(procmail, rule, line);
		else
			convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "it is not understood");
	}
	convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "its block does not end");
}

/* What stands in braces, up to the closing one. Behind it the values of variables that it sets hang on
 * whether it was entered. */
static void
read_block(Procmail *procmail, ConvertRule *rule, SieveAstNode *parent, unsigned depth)
{
	GPtrArray *outer = procmail->assigned;
	g_autoptr(GPtrArray) assigned = g_ptr_array_new_with_free_func(g_free);

	procmail->assigned = assigned;
	read_block_lines(procmail, rule, parent, depth);
	procmail->assigned = outer;
	for (guint i = 0; i < assigned->len; i++) {
		g_hash_table_remove(procmail->variables, assigned->pdata[i]);
		if (outer != NULL)
			g_ptr_array_add(outer, g_strdup(assigned->pdata[i]));
	}
}

/* "| formail -D 8192 msgid.cache" ends well when it has seen the Message-Id before. */
static bool
finds_duplicates(SieveBytes line)
{
	SieveBytes rest = sieve_bytes_slice(line, 1, SIZE_MAX);
	SieveBytes program = nothing;
	SieveBytes option = nothing;

	if (!convert_next_word(&rest, &program) || !convert_next_word(&rest, &option))
		return false;
	const char *slash = memrchr(program.ptr, '/', program.len);
	size_t name = slash == NULL ? 0 : (size_t)(slash + 1 - program.ptr);
	return sieve_bytes_equal(sieve_bytes_slice(program, name, SIZE_MAX), SIEVE_BYTES("formail")) &&
	       sieve_bytes_equal(option, SIEVE_BYTES("-D"));
}

/* The flags of the recipe that comes next, if one does. */
static bool
peek_recipe(Procmail *procmail, Recipe *recipe)
{
	const char *wrong;
	SieveBytes line;

	return peek_line(procmail, &line) && line.ptr[0] == ':' && read_flags(line, recipe, &wrong);
}

static bool
follows(const Recipe *recipe)
{
	return recipe->chained == 'A' || recipe->chained == 'a';
}

/* (nullable) the block of mails that the program takes. */
static SieveAstNode *
add_program(Procmail *procmail, ConvertRule *rule, SieveAstNode *parent, const Recipe *recipe,
	SieveBytes line)
{
	SieveConversion *conversion = procmail->conversion;
	Recipe next;

	if (recipe->filter || line.ptr[0] != '|' || !recipe->waits || !finds_duplicates(line) ||
		(recipe->copy && !(peek_recipe(procmail, &next) && follows(&next)))) {
		convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "it runs a program");
		return NULL;
	}
	convert_note(rule, SIEVE_CONVERT_APPROXIMATED,
		"mails are remembered for a week, there as long as the file had room");
	SieveAstNode *branch = convert_add_command(conversion, parent, "if", NULL, nothing);
	convert_add_test(conversion, branch, "duplicate");
	sieve_ast_set_block(convert_ast(conversion), branch);
	if (!recipe->copy) {
		convert_add_command(conversion, branch, "discard", NULL, nothing);
		convert_add_command(conversion, branch, "stop", NULL, nothing);
	}
	return branch;
}

static void
add_block(Procmail *procmail, ConvertRule *rule, SieveAstNode *parent, const Recipe *recipe,
	SieveBytes line, unsigned depth)
{
	if (recipe->copy)
		convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "its block works on a copy");
	if (depth >= MAX_DEPTH)
		convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "it is nested too deeply");
	/* "{ }" on one line does nothing. */
	if (memchr(line.ptr, '}', line.len) == NULL)
		read_block(procmail, rule, parent, MIN(depth, MAX_DEPTH));
}

/* @before: given whether the mail goes on, and what of it takes the action. */
static void
read_action(Procmail *procmail, ConvertRule *rule, SieveAstNode *parent, const Recipe *recipe,
	unsigned depth, Before *before)
{
	SieveBytes line = {NULL, 0};
	bool ends = false;

	before->goes_on = true;
	if (!next_line(procmail, &line))
		return convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "it has no action");
	if (line.ptr[0] == '{')
		return add_block(procmail, rule, parent, recipe, line, depth);
	if (line.ptr[0] == '|' || recipe->filter) {
		before->taken = add_program(procmail, rule, parent, recipe, line);
		/* Whether the program ends well is no condition of the recipe. */
		before->otherwise = ELSE_UNKNOWN;
		before->goes_on = recipe->copy;
		return;
	}
	if (line.ptr[0] == '!') {
		add_forward(procmail, rule, parent, sieve_bytes_slice(line, 1, SIZE_MAX), recipe->copy);
		ends = !recipe->copy;
	} else {
		ends = add_folder(procmail, rule, parent, line, recipe->copy);
	}
	before->goes_on = !ends;
	if (ends)
		convert_add_command(procmail->conversion, parent, "stop", NULL, nothing);
}

/* What the recipe is to the one before it: "if", "elsif", or in its block. NULL, with a note:
 * nobody knows. */
static const char *
find_place(Procmail *procmail, ConvertRule *rule, const Recipe *recipe, bool has_conditions,
	SieveAstNode **parent)
{
	const Before *before = &procmail->before;

	if (recipe->chained == '\0')
		return "if";
	if (follows(recipe) && before->goes_on) {
		*parent = before->taken != NULL ? before->taken : *parent;
		return "if";
	}
	if (recipe->chained == 'E' && before->otherwise == ELSE_OF_IF)
		return has_conditions ? "elsif" : "else";
	convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE,
		recipe->chained == 'E' && before->otherwise == ELSE_NEVER
			? "it is never tried: the recipe before takes all mails"
			: "whether it is tried hangs on the recipe before");
	return "if";
}

/* @head: its first line. */
static void
read_recipe(Procmail *procmail, ConvertRule *rule, SieveAstNode *parent, SieveBytes head, unsigned depth)
{
	SieveConversion *conversion = procmail->conversion;
	g_autoptr(GArray) conditions = g_array_new(FALSE, FALSE, sizeof(SieveBytes));
	const char *wrong = NULL;
	SieveBytes line;
	Recipe recipe;

	if (!read_flags(head, &recipe, &wrong))
		wrong = "it is no recipe";
	if (wrong != NULL)
		convert_note(rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "%s", wrong);
	while (peek_line(procmail, &line) && line.ptr[0] == '*') {
		next_line(procmail, &line);
		line = sieve_bytes_trim(sieve_bytes_slice(line, 1, SIZE_MAX));
		g_array_append_val(conditions, line);
	}
	const char *word = find_place(procmail, rule, &recipe, conditions->len > 0, &parent);
	Before before = {conditions->len > 0 ? ELSE_OF_IF : ELSE_NEVER, false, NULL};
	if (conditions->len > 0 || strcmp(word, "else") == 0) {
		SieveAstNode *branch = convert_add_command(conversion, parent, word, NULL, nothing);
		SieveAstNode *tests =
			conditions->len > 1 ? convert_add_test(conversion, branch, "allof") : branch;
		for (guint i = 0; i < conditions->len; i++)
			add_condition(procmail, rule, tests,
				g_array_index(conditions, SieveBytes, i), recipe);
		sieve_ast_set_block(convert_ast(conversion), branch);
		parent = branch;
		before.taken = branch;
	}
	read_action(procmail, rule, parent, &recipe, depth, &before);
	/* Those that follow one recipe follow it, not each other. */
	if (follows(&recipe)) {
		before.taken = procmail->before.taken;
		before.otherwise = ELSE_UNKNOWN;
		before.goes_on = before.goes_on || conditions->len > 0;
	}
	procmail->before = before;
}

/* A recipe, with those that follow it; none of them stands alone. */
static void
read_recipes(Procmail *procmail, ConvertRule *rule, SieveBytes head)
{
	SieveBytes line;
	Recipe next;

	read_recipe(procmail, rule, NULL, head, 0);
	while (peek_recipe(procmail, &next) && follows(&next) && next_line(procmail, &line))
		read_recipe(procmail, rule, NULL, line, 0);
	/* What is left out takes no mail, and no "else" may follow it. */
	if (rule->class == SIEVE_CONVERT_NOT_EXPRESSIBLE)
		procmail->before = (Before){ELSE_UNKNOWN, false, NULL};
}

static void
read_procmail(SieveConversion *conversion)
{
	Procmail procmail = {.conversion = conversion};
	SieveBytes line;

	procmail.variables = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	g_hash_table_insert(procmail.variables, g_strdup("HOME"), g_strdup("~"));
	g_hash_table_insert(procmail.variables, g_strdup("MAILDIR"), g_strdup("~"));
	/* Wherever the system has them. */
	g_hash_table_insert(procmail.variables, g_strdup("DEFAULT"), g_strdup("/var/mail/me"));
	g_hash_table_insert(procmail.variables, g_strdup("ORGMAIL"), g_strdup("/var/mail/me"));
	while (true) {
		if (!peek_line(&procmail, &line))
			break;
		while (sieve_bytes_trim(convert_line(conversion, procmail.at)).len == 0 ||
			sieve_bytes_trim(convert_line(conversion, procmail.at)).ptr[0] == '#')
			procmail.at++;
		ConvertRule rule = convert_begin_rule(conversion, procmail.at);
		bool says_nothing = false;
		next_line(&procmail, &line);
		if (line.len > 0 && line.ptr[0] == ':')
			read_recipes(&procmail, &rule, line);
		else if (name_length(line) > 0)
			says_nothing = !read_assignment(&procmail, &rule, line);
		else
			convert_note(&rule, SIEVE_CONVERT_NOT_EXPRESSIBLE, "it is not understood");
		if (says_nothing)
			rule.class = SIEVE_CONVERT_COMMENT;
		convert_end_rule(&rule, procmail.at - 1, nothing);
	}
	g_hash_table_unref(procmail.variables);
}

static unsigned
recognise(SieveBytes text)
{
	bool at_start = text.len > 1 && text.ptr[0] == ':' && text.ptr[1] == '0';

	return at_start || sieve_bytes_find(text, SIEVE_BYTES("\n:0"), 0) != SIZE_MAX ? 95 : 0;
}

const SieveConvertFormat sieve_convert_procmail = {
	.name = "procmail",
	.title = "procmailrc",
	.recognise = recognise,
	.read = read_procmail,
};
