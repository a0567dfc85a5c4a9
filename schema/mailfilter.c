/* SPDX-License-Identifier: MIT */
/* mailfilter.c - the paper's ACL strings: parse, order by specificity, to AST */

#include "schema/mailfilter.h"

#include <string.h>

#include "engine/arena.h"
#include "engine/bytes.h"
#include "schema/network.h"

#define SHOWN_BYTES 100u /* of a bad entry in a message */

/* What an entry looks at. Each side has its own order of specificity. */
typedef enum {
	SIDE_ADDRESS,
	SIDE_SENDER,
	SIDE_EVERYTHING,
} Side;

typedef struct Entry {
	size_t index; /* among the strings that were parsed */
	LocationFilterAction action;
	Side side;
	unsigned looseness;      /* 0: the most specific of its side */
	LocationNetwork network; /* SIDE_ADDRESS */
	char *sender;            /* SIDE_SENDER; ASCII letters in lower case */
} Entry;

struct LocationMailfilter {
	GPtrArray *entries; /* of Entry, sorted */
	size_t n_strings;   /* that were parsed */
};

static void
entry_free(void *data)
{
	Entry *entry = data;

	g_free(entry->sender);
	g_free(entry);
}

/* --- Parse ------------------------------------------------------------------------------------------ */

static bool
is_wild(const char *pattern)
{
	return strpbrk(pattern, "*?") != NULL;
}

/* One sender comes first, then patterns by the characters that they fix. `@host` is short for
 * `*@host`. */
static unsigned
sender_looseness(const char *sender)
{
	unsigned fixed = 0;

	if (!is_wild(sender) && sender[0] != '@')
		return 0;
	for (const char *p = sender; *p != '\0'; p++)
		fixed += *p != '*' && *p != '?';
	return UINT_MAX - fixed;
}

static const char *
parse_sender(SieveBytes text, Entry *entry)
{
	const char *at = text.len > 0 ? memrchr(text.ptr, '@', text.len) : NULL;

	if (at == NULL)
		return "a sender is written user@host or @host";
	if (at + 1 == text.ptr + text.len)
		return "nothing stands behind the @";
	for (size_t i = 0; i < text.len; i++)
		if (g_ascii_isspace(text.ptr[i]) || g_ascii_iscntrl(text.ptr[i]))
			return "an address has no blanks";
	g_free(entry->sender);
	entry->side = SIDE_SENDER;
	entry->sender = g_ascii_strdown(text.ptr, (gssize)text.len);
	entry->looseness = sender_looseness(entry->sender);
	return NULL;
}

static const char *
parse_host(SieveBytes text, Entry *entry)
{
	LocationIp ip;

	if (!location_ip_parse(text, &ip))
		return "kind 2 is one address; patterns are kind 3";
	entry->side = SIDE_ADDRESS;
	location_network_from_ip(&ip, &entry->network);
	return NULL;
}

static const char *
parse_network(SieveBytes text, Entry *entry)
{
	const char *problem = location_network_parse(text, &entry->network);

	if (problem != NULL)
		return problem;
	entry->side = SIDE_ADDRESS;
	entry->looseness = location_network_count_free_bits(&entry->network);
	return NULL;
}

static const char *
parse_entry(SieveBytes text, Entry *entry)
{
	static const struct {
		char digit;
		const char *(*parse)(SieveBytes text, Entry *entry);
	} kinds[] = {
		{'0' + LOCATION_FILTER_SENDER, parse_sender},
		{'0' + LOCATION_FILTER_HOST, parse_host},
		{'0' + LOCATION_FILTER_NETWORK, parse_network},
	};
	SieveBytes pattern = sieve_bytes_slice(text, 2, SIZE_MAX);

	if (text.len < 2 || (text.ptr[0] != '1' && text.ptr[0] != '2'))
		return "the first digit is 1 (allow) or 2 (deny)";
	entry->action = text.ptr[0] == '1' ? LOCATION_FILTER_ALLOW : LOCATION_FILTER_DENY;
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		if (kinds[i].digit != text.ptr[1])
			continue;
		if (kinds[i].digit == '0' + LOCATION_FILTER_HOST ||
			!sieve_bytes_equal(pattern, SIEVE_BYTES("*")))
			return kinds[i].parse(pattern, entry);
		entry->side = SIDE_EVERYTHING;
		return NULL;
	}
	return "the second digit is 1 (sender), 2 (host) or 3 (address pattern)";
}

/* --- Order ------------------------------------------------------------------------------------------ */

#define COMPARE(a, b) (((a) > (b)) - ((a) < (b)))

/* Side, most specific first, deny before allow; the rest makes the order independent of LDAP's. */
static int
compare_entries(const void *left, const void *right)
{
	const Entry *a = *(Entry *const *)left;
	const Entry *b = *(Entry *const *)right;
	int order = COMPARE(a->side, b->side);

	if (order == 0)
		order = COMPARE(a->looseness, b->looseness);
	if (order == 0)
		order = COMPARE(b->action, a->action);
	if (order == 0 && a->side == SIDE_SENDER)
		order = strcmp(a->sender, b->sender);
	if (order == 0 && a->side == SIDE_ADDRESS)
		order = COMPARE(a->network.n_groups, b->network.n_groups);
	for (unsigned i = 0; order == 0 && a->side == SIDE_ADDRESS && i < a->network.n_groups; i++) {
		order = COMPARE(a->network.value[i], b->network.value[i]);
		if (order == 0)
			order = COMPARE(b->network.mask[i], a->network.mask[i]);
	}
	return order;
}

static void
drop_repeated(GPtrArray *entries)
{
	for (unsigned i = entries->len; i > 1; i--)
		if (compare_entries(&entries->pdata[i - 2], &entries->pdata[i - 1]) == 0)
			g_ptr_array_remove_index(entries, i - 1);
}

LocationMailfilter *
location_mailfilter_parse(const char *const *entries, size_t n_entries, char ***ret_problems)
{
	LocationMailfilter *list = g_new0(LocationMailfilter, 1);
	GPtrArray *problems = g_ptr_array_new();

	list->entries = g_ptr_array_new_with_free_func(entry_free);
	list->n_strings = n_entries;
	for (size_t i = 0; i < n_entries; i++) {
		Entry *entry = g_new0(Entry, 1);
		SieveBytes text = sieve_bytes_from_string(entries[i]);
		const char *problem = parse_entry(text, entry);

		entry->index = i;
		if (problem == NULL) {
			g_ptr_array_add(list->entries, entry);
			continue;
		}
		g_autofree char *shown = sieve_bytes_escape(text, SHOWN_BYTES);
		g_ptr_array_add(
			problems, g_strdup_printf("mailfilter \"%s\": %s", shown, problem));
		entry_free(entry);
	}
	g_ptr_array_add(problems, NULL);
	g_ptr_array_sort(list->entries, compare_entries);
	drop_repeated(list->entries);
	*ret_problems = (char **)g_ptr_array_free(problems, FALSE);
	return list;
}

void
location_mailfilter_free(LocationMailfilter *list)
{
	if (list == NULL)
		return;
	g_ptr_array_unref(list->entries);
	g_free(list);
}

/* --- To Sieve --------------------------------------------------------------------------------------- */

/* Which value of the mail a list of keys is held against. */
typedef enum {
	TEST_HOST,
	TEST_PATTERN,
	TEST_EXPANDED,
	TEST_SENDER,
	TEST_SENDER_PATTERN,
	TEST_DOMAIN,
	TEST_DOMAIN_PATTERN,
	N_TESTS
} Test;

static const struct {
	const char *name;
	const char *part; /* (nullable) */
	const char *match;
	const char *value;
} tests[N_TESTS] = {
	[TEST_HOST] = {"environment", NULL, "is", LOCATION_REMOTE_IP},
	[TEST_PATTERN] = {"environment", NULL, "matches", LOCATION_REMOTE_IP},
	[TEST_EXPANDED] = {"environment", NULL, "matches", LOCATION_REMOTE_IP_EXPANDED},
	[TEST_SENDER] = {"envelope", NULL, "is", "from"},
	[TEST_SENDER_PATTERN] = {"envelope", NULL, "matches", "from"},
	[TEST_DOMAIN] = {"envelope", "domain", "is", "from"},
	[TEST_DOMAIN_PATTERN] = {"envelope", "domain", "matches", "from"},
};

/* Keys of each test; thousands of entries become a few lists. */
typedef struct Keys {
	GPtrArray *lists[N_TESTS];
} Keys;

static void
keys_init(Keys *keys)
{
	for (size_t i = 0; i < N_TESTS; i++)
		keys->lists[i] = g_ptr_array_new_with_free_func(g_free);
}

static void
keys_clear(Keys *keys)
{
	for (size_t i = 0; i < N_TESTS; i++)
		g_ptr_array_unref(keys->lists[i]);
}

/* A backslash is nothing special in an entry, but is in a key of :matches (RFC 5228 2.7.1). */
static char *
escape_pattern(const char *pattern)
{
	GString *text = g_string_new(NULL);

	for (; *pattern != '\0'; pattern++) {
		if (*pattern == '\\')
			g_string_append_c(text, '\\');
		g_string_append_c(text, *pattern);
	}
	return g_string_free(text, FALSE);
}

static void
keys_add(Keys *keys, const Entry *entry)
{
	if (entry->side == SIDE_ADDRESS) {
		LocationNetworkKeys address = {keys->lists[TEST_HOST], keys->lists[TEST_PATTERN],
			keys->lists[TEST_EXPANDED]};

		location_network_add_keys(&entry->network, &address);
		return;
	}
	bool domain = entry->sender[0] == '@';
	bool wild = is_wild(entry->sender);
	Test test = domain ? (wild ? TEST_DOMAIN_PATTERN : TEST_DOMAIN)
			   : (wild ? TEST_SENDER_PATTERN : TEST_SENDER);
	const char *key = entry->sender + domain;

	g_ptr_array_add(keys->lists[test], wild ? escape_pattern(key) : g_strdup(key));
}

static void
add_one_test(SieveAst *ast, SieveAstNode *parent, Test test, const GPtrArray *list)
{
	SieveAstNode *node =
		sieve_ast_add_test(ast, parent, sieve_bytes_from_string(tests[test].name));
	g_autofree SieveBytes *values = g_new(SieveBytes, list->len);

	for (unsigned i = 0; i < list->len; i++)
		values[i] = sieve_bytes_from_string(g_ptr_array_index(list, i));
	if (tests[test].part != NULL)
		sieve_ast_add_tag(ast, node, sieve_bytes_from_string(tests[test].part));
	sieve_ast_add_tag(ast, node, sieve_bytes_from_string(tests[test].match));
	sieve_ast_add_string(ast, node, sieve_bytes_from_string(tests[test].value));
	sieve_ast_add_strings(ast, node, values, list->len);
}

/* True when any list matches; no anyof around a single one. */
static void
add_test(SieveAst *ast, SieveAstNode *parent, const Keys *keys)
{
	unsigned n_lists = 0;

	for (unsigned i = 0; i < N_TESTS; i++)
		n_lists += keys->lists[i]->len > 0;
	if (n_lists > 1)
		parent = sieve_ast_add_test(ast, parent, SIEVE_BYTES("anyof"));
	for (unsigned i = 0; i < N_TESTS; i++)
		if (keys->lists[i]->len > 0)
			add_one_test(ast, parent, (Test)i, keys->lists[i]);
}

static void
add_discard(SieveAst *ast, SieveAstNode *parent)
{
	sieve_ast_add_command(ast, parent, SIEVE_BYTES("discard"));
	sieve_ast_add_command(ast, parent, SIEVE_BYTES("stop"));
}

static void
start_section(SieveAst *ast, SieveAstNode *command, const char *comment)
{
	sieve_ast_set_comment(ast, command, sieve_bytes_from_string(comment));
	command->blank_before = command != sieve_ast_commands(ast);
}

static SieveAstNode *
add_branch(SieveAst *ast, bool first, LocationFilterAction action, const Keys *keys,
	const char *comment)
{
	SieveAstNode *branch =
		sieve_ast_add_command(ast, NULL, first ? SIEVE_BYTES("if") : SIEVE_BYTES("elsif"));

	if (first)
		start_section(ast, branch, comment);
	add_test(ast, branch, keys);
	sieve_ast_set_block(ast, branch);
	if (action == LOCATION_FILTER_DENY)
		add_discard(ast, branch);
	else
		branch->block_end_comment =
			sieve_arena_copy(sieve_ast_arena(ast), SIEVE_BYTES("# Allowed."));
	return branch;
}

/* One side as a chain of if and elsif, a branch for each run of entries with the same action. What
 * is allowed behind the last denial needs no branch. */
static void
add_side(SieveAst *ast, const GPtrArray *entries, Side side, const char *comment,
	SieveAstNode **ret_commands)
{
	unsigned end = 0;
	bool first = true;

	for (unsigned i = 0; i < entries->len; i++) {
		const Entry *entry = g_ptr_array_index(entries, i);

		if (entry->side == side && entry->action == LOCATION_FILTER_DENY)
			end = i + 1;
	}
	for (unsigned i = 0; i < end;) {
		const Entry *head = g_ptr_array_index(entries, i);
		Keys keys;

		if (head->side != side) {
			i++;
			continue;
		}
		unsigned start = i;
		keys_init(&keys);
		for (const Entry *entry = head; i < end && entry->action == head->action;
			entry = i < end ? g_ptr_array_index(entries, i) : NULL) {
			keys_add(&keys, entry);
			i++;
		}
		SieveAstNode *branch = add_branch(ast, first, head->action, &keys, comment);
		for (; ret_commands != NULL && start < i; start++) {
			const Entry *entry = g_ptr_array_index(entries, start);
			ret_commands[entry->index] = branch;
		}
		keys_clear(&keys);
		first = false;
	}
}

/* `23*`: what no other entry matches goes. Whatever a denial matches has gone before, so that only
 * what is allowed need be asked for. */
static void
add_everything(SieveAst *ast, const GPtrArray *entries, SieveAstNode **ret_commands)
{
	static const char comment[] = "# Access list: everything else is thrown away.";
	bool deny = false;
	unsigned n_allowed = 0;
	Keys keys;

	keys_init(&keys);
	for (unsigned i = 0; i < entries->len; i++) {
		const Entry *entry = g_ptr_array_index(entries, i);

		deny = deny || (entry->side == SIDE_EVERYTHING &&
				       entry->action == LOCATION_FILTER_DENY);
		if (entry->side != SIDE_EVERYTHING && entry->action == LOCATION_FILTER_ALLOW) {
			keys_add(&keys, entry);
			n_allowed++;
		}
	}
	if (deny) {
		SieveAstNode *branch = sieve_ast_add_command(ast, NULL, SIEVE_BYTES("if"));

		start_section(ast, branch, comment);
		if (n_allowed > 0)
			add_test(ast, sieve_ast_add_test(ast, branch, SIEVE_BYTES("not")), &keys);
		else
			sieve_ast_add_test(ast, branch, SIEVE_BYTES("true"));
		sieve_ast_set_block(ast, branch);
		add_discard(ast, branch);
		for (unsigned i = 0; i < entries->len; i++) {
			const Entry *entry = g_ptr_array_index(entries, i);

			if (ret_commands != NULL && ret_commands[entry->index] == NULL)
				ret_commands[entry->index] = branch;
		}
	}
	keys_clear(&keys);
}

/* An entry counts only when something is denied on its side, or everything is. */
static bool
side_is_used(const GPtrArray *entries, Side side)
{
	bool here = false;
	bool denied = false;

	for (unsigned i = 0; i < entries->len; i++) {
		const Entry *entry = g_ptr_array_index(entries, i);

		here = here || entry->side == side;
		denied = denied || (entry->action == LOCATION_FILTER_DENY &&
					   (entry->side == side || entry->side == SIDE_EVERYTHING));
	}
	return here && denied;
}

const char *const *
location_mailfilter_capabilities(const LocationMailfilter *list)
{
	static const char *const needed[2][2][3] = {
		{{NULL}, {"envelope", NULL}},
		{{"environment", NULL}, {"envelope", "environment", NULL}},
	};

	return needed[side_is_used(list->entries, SIDE_ADDRESS)]
		     [side_is_used(list->entries, SIDE_SENDER)];
}

void
location_mailfilter_to_ast(const LocationMailfilter *list, SieveAst *ast, SieveAstNode **ret_commands)
{
	for (size_t i = 0; ret_commands != NULL && i < list->n_strings; i++)
		ret_commands[i] = NULL;
	add_side(ast, list->entries, SIDE_ADDRESS,
		"# Access list: hosts, the most specific entry first.", ret_commands);
	add_side(ast, list->entries, SIDE_SENDER,
		"# Access list: senders, the most specific entry first.", ret_commands);
	add_everything(ast, list->entries, ret_commands);
}
