/* SPDX-License-Identifier: MIT */
/* access.c - access lists: keys and what is done with their mail, as a few commands with key lists */

#include "engine/convert/access.h"

#include <gio/gio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/bytes.h"
#include "engine/message/address.h"

enum { NETWORK_KEY_BYTES = 18, MAX_DOMAIN_BYTES = 255, MAX_ADDRESS_BYTES = 320, MAX_BITS = 128 };

typedef struct Entry Entry;
struct Entry {
	SieveBytes id; /* what is looked up: the key in small letters; a network as bytes */
	SieveBytes key; /* as the script has it */
	ConvertKeyKind kind;
	SieveSide side;
	unsigned verdict; /* its index */
	size_t line;
	int rank;  /* the place of its kind in the order of looking up */
	int level; /* how many times the verdict changes from the key up to those around it; -1: unknown */
	const Entry *around; /* (nullable) the nearest one that it is part of */
};

struct ConvertAccess {
	SieveConversion *conversion;
	GPtrArray *entries; /* of Entry, in the arena */
	GArray *verdicts;   /* of ConvertVerdict, each once */
	GHashTable *known[SIEVE_N_SIDES][CONVERT_N_KEYS]; /* id to Entry */
	bool lengths[SIEVE_N_SIDES][MAX_BITS + 1];        /* of networks that are there */
	bool users_first;
};

/* --- Keys ------------------------------------------------------------------------------------------- */

static guint
hash_bytes(gconstpointer data)
{
	const SieveBytes *bytes = data;
	guint hash = 2166136261u;

	for (size_t i = 0; i < bytes->len; i++)
		hash = (hash ^ (unsigned char)bytes->ptr[i]) * 16777619u;
	return hash;
}

static gboolean
equal_bytes(gconstpointer a, gconstpointer b)
{
	return sieve_bytes_equal(*(const SieveBytes *)a, *(const SieveBytes *)b);
}

bool
convert_is_domain(SieveBytes text)
{
	bool dot = true;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if (c == '.' ? dot : !g_ascii_isalnum(c) && c != '-' && c != '_' && c < 0x80)
			return false;
		dot = c == '.';
	}
	return text.len > 0 && text.len <= MAX_DOMAIN_BYTES && !dot && convert_is_text(text);
}

static bool
is_localpart(SieveBytes text)
{
	for (size_t i = 0; i < text.len; i++)
		if (g_ascii_isspace(text.ptr[i]) || strchr("<>()[]\\,;\"@", text.ptr[i]) != NULL)
			return false;
	return text.len > 0 && text.len <= MAX_ADDRESS_BYTES - MAX_DOMAIN_BYTES && convert_is_text(text);
}

static bool
is_address(SieveBytes text)
{
	const char *at = text.len == 0 ? NULL : memrchr(text.ptr, '@', text.len);

	if (text.len == 0)
		return true;
	if (at == NULL)
		return is_localpart(text);
	size_t local = (size_t)(at - text.ptr);
	return is_localpart(sieve_bytes_slice(text, 0, local)) &&
	       convert_is_domain(sieve_bytes_slice(text, local + 1, SIZE_MAX));
}

/* GLib reads numbers of bits that no address has. */
static bool
has_bits(const char *text)
{
	const char *slash = strchr(text, '/');

	if (slash == NULL)
		return true;
	size_t digits = strspn(slash + 1, G_CSET_DIGITS);
	return digits > 0 && digits <= 3 && slash[1 + digits] == '\0' &&
	       g_ascii_strtoull(slash + 1, NULL, 10) <= (strchr(text, ':') != NULL ? 128 : 32);
}

/* Two networks are one when these bytes are: how many bits, of which kind, then the bits. */
static bool
make_network_id(SieveBytes *key, SieveArena *arena, SieveBytes *ret_id)
{
	g_autofree char *text = sieve_bytes_dup(*key);

	if (strlen(text) != key->len || !has_bits(text))
		return false;
	g_autoptr(GInetAddressMask) mask = g_inet_address_mask_new_from_string(text, NULL);
	if (mask == NULL)
		return false;
	GInetAddress *address = g_inet_address_mask_get_address(mask);
	char *id = sieve_arena_alloc(arena, NETWORK_KEY_BYTES);
	id[0] = (char)g_inet_address_mask_get_length(mask);
	id[1] = (char)g_inet_address_get_native_size(address);
	memcpy(id + 2, g_inet_address_to_bytes(address), g_inet_address_get_native_size(address));
	*ret_id = (SieveBytes){id, NETWORK_KEY_BYTES};
	g_autofree char *canonical = g_inet_address_mask_to_string(mask);
	*key = sieve_bytes_from_string(sieve_arena_strdup(arena, canonical));
	return true;
}

static bool
make_id(ConvertKeyKind kind, SieveBytes *key, SieveArena *arena, SieveBytes *ret_id)
{
	if (kind == CONVERT_KEY_NETWORK)
		return make_network_id(key, arena, ret_id);
	*ret_id = sieve_arena_lower(arena, *key);
	if (kind == CONVERT_KEY_DOMAIN)
		return convert_is_domain(*key);
	return kind == CONVERT_KEY_ADDRESS ? is_address(*key) : is_localpart(*key);
}

/* --- Entries ---------------------------------------------------------------------------------------- */

ConvertAccess *
convert_access_new(SieveConversion *conversion)
{
	ConvertAccess *access = g_new0(ConvertAccess, 1);

	access->conversion = conversion;
	access->entries = g_ptr_array_new();
	access->verdicts = g_array_new(FALSE, FALSE, sizeof(ConvertVerdict));
	for (unsigned side = 0; side < SIEVE_N_SIDES; side++)
		for (unsigned kind = 0; kind < CONVERT_N_KEYS; kind++)
			access->known[side][kind] = g_hash_table_new(hash_bytes, equal_bytes);
	return access;
}

void
convert_access_free(ConvertAccess *access)
{
	if (access == NULL)
		return;
	g_ptr_array_unref(access->entries);
	g_array_unref(access->verdicts);
	for (unsigned side = 0; side < SIEVE_N_SIDES; side++)
		for (unsigned kind = 0; kind < CONVERT_N_KEYS; kind++)
			g_hash_table_unref(access->known[side][kind]);
	g_free(access);
}

static unsigned
intern_verdict(ConvertAccess *access, const ConvertVerdict *verdict)
{
	for (unsigned i = 0; i < access->verdicts->len; i++) {
		const ConvertVerdict *known = &g_array_index(access->verdicts, ConvertVerdict, i);
		if (known->kind == verdict->kind && sieve_bytes_equal(known->text, verdict->text))
			return i;
	}
	g_array_append_val(access->verdicts, *verdict);
	return access->verdicts->len - 1;
}

bool
convert_access_add(ConvertAccess *access, SieveSide side, ConvertKeyKind kind, SieveBytes key,
	const ConvertVerdict *verdict, size_t line)
{
	SieveArena *arena = convert_arena(access->conversion);
	GHashTable *known = access->known[side][kind];
	SieveBytes id;

	if (!make_id(kind, &key, arena, &id))
		return false;
	const Entry *first = g_hash_table_lookup(known, &id);
	unsigned index = intern_verdict(access, verdict);
	if (first != NULL) {
		convert_find(access->conversion,
			first->verdict == index ? SIEVE_FINDING_DUPLICATE : SIEVE_FINDING_CONTRADICTION,
			line, first->line);
		return true;
	}
	Entry *entry = sieve_arena_new_array(arena, Entry, 1);
	*entry = (Entry){
		.id = id,
		.key = key,
		.kind = kind,
		.side = side,
		.verdict = index,
		.line = line,
		.level = -1,
	};
	g_ptr_array_add(access->entries, entry);
	g_hash_table_insert(known, &entry->id, entry);
	if (kind == CONVERT_KEY_NETWORK)
		access->lengths[side][(unsigned char)id.ptr[0]] = true;
	return true;
}

bool
convert_access_add_name(ConvertAccess *access, SieveSide side, SieveBytes key,
	const ConvertVerdict *verdict, size_t line)
{
	const char *at = key.len == 0 ? NULL : memrchr(key.ptr, '@', key.len);

	if (at == NULL)
		return convert_access_add(access, side, CONVERT_KEY_DOMAIN, key, verdict, line);
	if (side == SIEVE_SIDE_CLIENT)
		return false;
	if (at + 1 == key.ptr + key.len)
		return convert_access_add(access, side, CONVERT_KEY_LOCALPART,
			sieve_bytes_slice(key, 0, key.len - 1), verdict, line);
	return convert_access_add(access, side, CONVERT_KEY_ADDRESS, key, verdict, line);
}

const char *
convert_network_of(SieveConversion *conversion, SieveBytes beginning)
{
	const bool v6 = beginning.len > 0 && memchr(beginning.ptr, ':', beginning.len) != NULL;
	const char mark = v6 ? ':' : '.';
	const unsigned full = v6 ? 8 : 4;
	unsigned groups = 1;

	for (size_t i = 0; i < beginning.len; i++) {
		char c = beginning.ptr[i];
		if (c == mark)
			groups++;
		else if (!(v6 ? g_ascii_isxdigit(c) : g_ascii_isdigit(c)))
			return NULL;
	}
	if (beginning.len == 0 || groups > full)
		return NULL;
	g_autofree char *text = sieve_bytes_dup(beginning);
	if (groups == full || strstr(text, "::") != NULL)
		return sieve_arena_strdup(convert_arena(conversion), text);
	return sieve_arena_printf(convert_arena(conversion), "%s%s/%u", text,
		v6 ? "::" : &".0.0.0"[(groups - 1) * 2], groups * (v6 ? 16 : 8));
}

/* --- Levels ----------------------------------------------------------------------------------------- */

/* (nullable) the longest of the domains that end @domain; @domain itself only if @itself. */
static Entry *
find_domain(const ConvertAccess *access, SieveSide side, SieveBytes domain, bool itself)
{
	while (true) {
		if (itself) {
			Entry *found = g_hash_table_lookup(
				access->known[side][CONVERT_KEY_DOMAIN], &domain);
			if (found != NULL)
				return found;
		}
		const char *dot = domain.len == 0 ? NULL : memchr(domain.ptr, '.', domain.len);
		if (dot == NULL)
			return NULL;
		domain = sieve_bytes_slice(domain, (size_t)(dot - domain.ptr) + 1, SIZE_MAX);
		itself = true;
	}
}

/* (nullable) the smallest of the networks around it. */
static Entry *
find_network(const ConvertAccess *access, const Entry *entry)
{
	char wider[NETWORK_KEY_BYTES];

	memcpy(wider, entry->id.ptr, NETWORK_KEY_BYTES);
	for (int bits = (unsigned char)wider[0] - 1; bits >= 0; bits--) {
		wider[2 + bits / 8] = (char)(wider[2 + bits / 8] & ~(0x80 >> bits % 8));
		wider[0] = (char)bits;
		if (!access->lengths[entry->side][bits])
			continue;
		const SieveBytes id = {wider, NETWORK_KEY_BYTES};
		Entry *found = g_hash_table_lookup(access->known[entry->side][CONVERT_KEY_NETWORK], &id);
		if (found != NULL)
			return found;
	}
	return NULL;
}

/* (nullable) */
static Entry *
find_around(const ConvertAccess *access, const Entry *entry)
{
	Entry *user = NULL;
	SieveBytes local;
	const char *at;

	switch (entry->kind) {
	case CONVERT_KEY_DOMAIN:
		return find_domain(access, entry->side, entry->id, false);
	case CONVERT_KEY_ADDRESS:
		at = entry->id.len == 0 ? NULL : memrchr(entry->id.ptr, '@', entry->id.len);
		if (at == NULL)
			return NULL;
		local = sieve_bytes_slice(entry->id, 0, (size_t)(at - entry->id.ptr));
		if (access->users_first)
			user = g_hash_table_lookup(
				access->known[entry->side][CONVERT_KEY_LOCALPART], &local);
		if (user != NULL)
			return user;
		return find_domain(access, entry->side,
			sieve_bytes_slice(entry->id, local.len + 1, SIZE_MAX), true);
	case CONVERT_KEY_NETWORK:
		return find_network(access, entry);
	case CONVERT_KEY_LOCALPART:
	case CONVERT_N_KEYS:
		break;
	}
	return NULL;
}

/* As deep as a domain has labels, or an address bits. */
static int
find_level(const ConvertAccess *access, Entry *entry)
{
	if (entry->level >= 0)
		return entry->level;
	Entry *around = find_around(access, entry);
	entry->around = around;
	entry->level = 0;
	if (around != NULL)
		entry->level = find_level(access, around) + (around->verdict != entry->verdict);
	return entry->level;
}

/* What is around it decides the same. */
static bool
is_shadowed(const Entry *entry)
{
	return entry->around != NULL && entry->around->verdict == entry->verdict;
}

/* --- Branches --------------------------------------------------------------------------------------- */

/* In which order they are looked up. */
static int
find_rank(const ConvertAccess *access, const Entry *entry)
{
	static const int ranks[2][CONVERT_N_KEYS] = {
		{
			[CONVERT_KEY_ADDRESS] = 0,
			[CONVERT_KEY_DOMAIN] = 0,
			[CONVERT_KEY_LOCALPART] = 1,
			[CONVERT_KEY_NETWORK] = 1,
		},
		{
			[CONVERT_KEY_ADDRESS] = 0,
			[CONVERT_KEY_LOCALPART] = 1,
			[CONVERT_KEY_DOMAIN] = 2,
			[CONVERT_KEY_NETWORK] = 3,
		},
	};

	return ranks[access->users_first][entry->kind];
}

void
convert_access_look_up_users_first(ConvertAccess *access)
{
	access->users_first = true;
}

static int
compare(long a, long b)
{
	return a < b ? -1 : a > b;
}

static int
compare_places(const Entry *a, const Entry *b)
{
	int order = compare(a->side, b->side);

	if (order == 0)
		order = compare(a->rank, b->rank);
	if (order == 0)
		order = compare(b->level, a->level);
	if (order == 0)
		order = compare(a->verdict, b->verdict);
	return order;
}

static int
compare_entries(const void *left, const void *right)
{
	const Entry *a = *(Entry *const *)left;
	const Entry *b = *(Entry *const *)right;
	int order = compare_places(a, b);

	return order != 0 ? order : compare((long)a->line, (long)b->line);
}

/* The tests that a kind of key takes, and of which side. */
typedef struct KeyTest {
	ConvertKeyKind kind;
	bool client;
	bool within; /* what ends in a dot and the key */
	const char *test;
	const char *part;
	const char *match;
} KeyTest;

static const KeyTest key_tests[] = {
	{CONVERT_KEY_ADDRESS, false, false, "envelope", NULL, "is"},
	{CONVERT_KEY_DOMAIN, false, false, "envelope", "domain", "is"},
	{CONVERT_KEY_DOMAIN, false, true, "envelope", "domain", "matches"},
	{CONVERT_KEY_LOCALPART, false, false, "envelope", "localpart", "is"},
	{CONVERT_KEY_DOMAIN, true, false, "environment", NULL, "is"},
	{CONVERT_KEY_DOMAIN, true, true, "environment", NULL, "matches"},
	{CONVERT_KEY_NETWORK, true, false, "environment", NULL, "cidr"},
};

static const char *
value_name(SieveSide side, ConvertKeyKind kind)
{
	if (side == SIEVE_SIDE_CLIENT)
		return kind == CONVERT_KEY_NETWORK ? "remote-ip" : "remote-host";
	return side == SIEVE_SIDE_SENDER ? "from" : "to";
}

bool
convert_access_add_first(
	ConvertAccess *access, SieveBytes network, const ConvertVerdict *verdict, size_t line)
{
	Entry entry = {.kind = CONVERT_KEY_NETWORK, .side = SIEVE_SIDE_CLIENT};

	if (!make_id(CONVERT_KEY_NETWORK, &network, convert_arena(access->conversion), &entry.id))
		return false;
	const Entry *before = find_network(access, &entry);
	if (before == NULL)
		return convert_access_add(
			access, SIEVE_SIDE_CLIENT, CONVERT_KEY_NETWORK, network, verdict, line);
	bool same = before->verdict == intern_verdict(access, verdict);
	convert_find(access->conversion, same ? SIEVE_FINDING_SHADOWED : SIEVE_FINDING_CONTRADICTION, line,
		before->line);
	return true;
}

/* Entries of one place, which are written as one branch. */
typedef struct Group {
	Entry *const *entries;
	size_t count;
} Group;

static bool
takes(const KeyTest *test, const Group *group)
{
	for (size_t i = 0; i < group->count; i++)
		if (group->entries[i]->kind == test->kind &&
			(group->entries[i]->side == SIEVE_SIDE_CLIENT) == test->client)
			return true;
	return false;
}

static SieveBytes
within_key(ConvertAccess *access, SieveBytes key)
{
	SieveBytes quoted = convert_quote_glob(access->conversion, key);

	return sieve_bytes_from_string(sieve_arena_printf(
		convert_arena(access->conversion), "*.%.*s", (int)quoted.len, quoted.ptr));
}

static void
add_key_test(ConvertAccess *access, SieveAstNode *parent, const KeyTest *test, const Group *group)
{
	g_autofree SieveBytes *keys = g_new(SieveBytes, group->count);
	SieveBytes value = sieve_bytes_from_string(value_name(group->entries[0]->side, test->kind));
	size_t count = 0;

	for (size_t i = 0; i < group->count; i++)
		if (group->entries[i]->kind == test->kind)
			keys[count++] = test->within ? within_key(access, group->entries[i]->key)
						     : group->entries[i]->key;
	convert_add_match(access->conversion, parent,
		&(ConvertMatch){.test = test->test,
			.part = test->part,
			.match = test->match,
			.fields = {&value, 1},
			.keys = {keys, count}});
}

static void
add_branch(ConvertAccess *access, const Group *group, bool first)
{
	static const char *const sides[] = {"sender, ", "recipient, ", "client, "};
	SieveConversion *conversion = access->conversion;
	const Entry *head = group->entries[0];
	SieveAstNode *branch =
		convert_add_command(conversion, NULL, first ? "if" : "elsif", NULL, (SieveBytes){NULL, 0});
	g_autofree size_t *lines = g_new(size_t, group->count);
	SieveAstNode *parent = branch;
	unsigned n_tests = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(key_tests); i++)
		n_tests += takes(&key_tests[i], group);
	if (n_tests > 1)
		parent = convert_add_test(conversion, branch, "anyof");
	for (size_t i = 0; i < G_N_ELEMENTS(key_tests); i++)
		if (takes(&key_tests[i], group))
			add_key_test(access, parent, &key_tests[i], group);
	sieve_ast_set_block(convert_ast(conversion), branch);
	convert_add_verdict(conversion, branch,
		&g_array_index(access->verdicts, ConvertVerdict, head->verdict));
	for (size_t i = 0; i < group->count; i++)
		lines[i] = group->entries[i]->line;
	branch->blank_before = first;
	convert_became(conversion, branch, sides[head->side], lines, group->count);
}

/* What is let through needs no branch when nothing comes behind it. */
static size_t
find_end(const ConvertAccess *access, Entry *const *entries, size_t count, SieveSide side)
{
	size_t end = 0;

	for (size_t i = 0; i < count; i++)
		if (entries[i]->side == side && g_array_index(access->verdicts, ConvertVerdict,
							entries[i]->verdict).kind != CONVERT_ACCEPT)
			end = i + 1;
	return end;
}

void
convert_access_write(ConvertAccess *access)
{
	/* The client is there first, then the sender. */
	static const SieveSide order[] = {SIEVE_SIDE_CLIENT, SIEVE_SIDE_SENDER, SIEVE_SIDE_RECIPIENT};
	g_autofree Entry **entries = g_new(Entry *, access->entries->len + 1);
	size_t count = 0;

	for (unsigned i = 0; i < access->entries->len; i++) {
		Entry *entry = access->entries->pdata[i];
		find_level(access, entry);
		entry->rank = find_rank(access, entry);
		if (is_shadowed(entry))
			convert_find(access->conversion, SIEVE_FINDING_SHADOWED, entry->line,
				entry->around->line);
		else
			entries[count++] = entry;
	}
	qsort(entries, count, sizeof(Entry *), compare_entries);
	for (unsigned i = 0; i < G_N_ELEMENTS(order); i++) {
		size_t end = find_end(access, entries, count, order[i]);
		bool first = true;
		for (size_t at = 0; at < end;) {
			size_t next = at + 1;
			while (next < end && compare_places(entries[at], entries[next]) == 0)
				next++;
			const Group group = {entries + at, next - at};
			if (entries[at]->side == order[i]) {
				add_branch(access, &group, first);
				first = false;
			}
			at = next;
		}
	}
}

/* --- Verdicts --------------------------------------------------------------------------------------- */

void
convert_add_verdict(SieveConversion *conversion, SieveAstNode *block, const ConvertVerdict *verdict)
{
	const SieveBytes none = {NULL, 0};
	SieveBytes text = verdict->text;
	size_t colon;

	switch (verdict->kind) {
	case CONVERT_ACCEPT:
		if (block != NULL)
			block->block_end_comment = SIEVE_BYTES("# Let through.");
		return;
	case CONVERT_REJECT:
		convert_add_command(conversion, block, "reject", NULL, text);
		break;
	case CONVERT_DISCARD:
		convert_add_command(conversion, block, "discard", NULL, none);
		break;
	case CONVERT_REDIRECT:
		convert_add_command(conversion, block, "redirect", NULL, text);
		break;
	case CONVERT_COPY:
		convert_add_command(conversion, block, "redirect", "copy", text);
		return;
	case CONVERT_PREPEND:
		colon = MIN(sieve_bytes_find(text, SIEVE_BYTES(":"), 0), text.len);
		SieveAstNode *command = convert_add_command(conversion, block, "addheader", NULL,
			sieve_bytes_trim(sieve_bytes_slice(text, 0, colon)));
		sieve_ast_add_string(convert_ast(conversion), command,
			sieve_bytes_trim(sieve_bytes_slice(text, colon + 1, SIZE_MAX)));
		return;
	}
	convert_add_command(conversion, block, "stop", NULL, none);
}

static bool
takes_digits(SieveBytes text, size_t *at, size_t max)
{
	size_t start = *at;

	while (*at < text.len && *at - start < max && g_ascii_isdigit(text.ptr[*at]))
		++*at;
	return *at > start;
}

/* RFC 3463 section 2: 5.7.1 */
static SieveBytes
skip_status(SieveBytes text)
{
	size_t at = 0;

	if (takes_digits(text, &at, 1) && at < text.len && text.ptr[at++] == '.' &&
		takes_digits(text, &at, 3) && at < text.len && text.ptr[at++] == '.' &&
		takes_digits(text, &at, 3) && (at == text.len || strchr(" :", text.ptr[at]) != NULL))
		return sieve_bytes_trim(sieve_bytes_slice(text, at + (at < text.len), SIZE_MAX));
	return text;
}

SieveBytes
convert_reply_text(SieveBytes reply)
{
	size_t at = 0;

	reply = skip_status(sieve_bytes_trim(reply));
	if (takes_digits(reply, &at, 3) && at == 3 && (at == reply.len || reply.ptr[at] == ' '))
		reply = skip_status(sieve_bytes_trim(sieve_bytes_slice(reply, at, SIZE_MAX)));
	if (reply.len > 1 && reply.ptr[0] == '"' && reply.ptr[reply.len - 1] == '"')
		reply = sieve_bytes_slice(reply, 1, reply.len - 2);
	return reply.len == 0 ? SIEVE_BYTES("Access denied") : reply;
}
