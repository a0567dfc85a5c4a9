/* SPDX-License-Identifier: MIT */
/* test-address.c - address lists and envelope paths, the malformed ones above all */

#include <string.h>

#include "engine/bytes.h"
#include "engine/message/address.h"

typedef struct AddressCase {
	const char *list;
	const char *expected; /* `local@domain;` each, `!raw;` for what does not parse */
} AddressCase;

static const AddressCase cases[] = {
	{"", ""},
	{" , ,", ""},
	{"(nobody)", ""},
	{"a@b.c", "a@b.c;"},
	{"a@b.c, d@e.f", "a@b.c;d@e.f;"},
	{"Joe <a@b.c>", "a@b.c;"},
	{"\"Doe, Joe\" <a@b.c>", "a@b.c;"},
	{"Joe Q. Public <a@b.c>", "a@b.c;"},
	{"a@b.c (Joe)", "a@b.c;"},
	{"(x(y)z) a (b) @ (c) b.c (d)", "a@b.c;"},
	{"a . b @ c . d", "a.b@c.d;"},
	{"\"a b\"@c.d", "a b@c.d;"},
	{"\"a\\\"b\"@c.d", "a\"b@c.d;"},
	{"\"a@b\"@c.d", "a@b@c.d;"},
	{"\"\"@d.e", "@d.e;"},
	{"x.\"y z\".w@d.e", "x.y z.w@d.e;"},
	{"a@[192.0.2.1]", "a@[192.0.2.1];"},
	{"a@[IPv6: 2001:db8::1]", "a@[IPv6:2001:db8::1];"},
	{"<@a,@b:c@d>", "c@d;"},
	{"<@a:c@d>", "c@d;"},
	{"Group: a@b, c@d;", "a@b;c@d;"},
	{"Group:;", ""},
	{"g:;, x@y", "x@y;"},
	{"A Group:Chris Jones <c@a.test>,joe@where.test,John <jdoe@one.test>;",
		"c@a.test;joe@where.test;jdoe@one.test;"},
	{"Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>", "pete@silly.test;"},
	{"a..b@c.d", "a..b@c.d;"},
	{"\303\251@\303\251.fr", "\303\251@\303\251.fr;"},
	/* malformed */
	{"joe", "!joe;"},
	{"<>", "!<>;"},
	{"a@", "!a@;"},
	{"@b", "!@b;"},
	{"a@b@c", "!a@b@c;"},
	{"a@b..c", "!a@b..c;"},
	{"a b@c.d", "!a b@c.d;"},
	{"<a@b", "!<a@b;"},
	{"<a@b, c@d", "!<a@b;c@d;"},
	{"<a@b, <c@d>, <@e,@f:g@h>", "!<a@b;c@d;g@h;"},
	{"<a@b> x", "!<a@b> x;"},
	{"a@b, <c>", "a@b;!<c>;"},
	{"a (x\\", "!a (x\\;"},
	{"\"abc\\", "!\"abc\\;"},
	{"\"a@b", "!\"a@b;"},
	{"a@[1.2", "!a@[1.2;"},
	{"a\\", "!a\\;"},
	{"bad, good@x.y", "!bad;good@x.y;"},
};

static char *
print_list(SieveBytes list, SieveArena *arena)
{
	SieveAddressIter iter = sieve_address_iter(list);
	GString *text = g_string_new(NULL);
	SieveAddress address;

	while (sieve_address_next(&iter, arena, &address)) {
		g_string_append(text, address.valid ? "" : "!");
		SieveBytes shown = address.valid ? address.localpart : address.all;
		g_string_append_len(text, shown.ptr, (gssize)shown.len);
		if (address.valid) {
			g_string_append_c(text, '@');
			g_string_append_len(text, address.domain.ptr, (gssize)address.domain.len);
		}
		g_string_append_c(text, ';');
	}
	return g_string_free(text, FALSE);
}

static void
test_list(const void *data)
{
	const AddressCase *test = data;
	g_autoptr(SieveArena) arena = sieve_arena_new();
	g_autofree char *got = print_list(sieve_bytes_from_string(test->list), arena);

	g_assert_cmpstr(got, ==, test->expected);
}

typedef struct MailboxCase {
	const char *address;
	bool fit;
} MailboxCase;

static const MailboxCase mailboxes[] = {
	{"a@b.c", true},
	{"a@[192.0.2.1]", true},
	{"a@[IPv6:2001:db8::1]", true},
	{"\"a b\"@c", true},
	{"a+b@c-d.e", true},
	{"", false},
	{"@", false},
	{"a@", false},
	{"@b", false},
	{"a", false},
	{"a b@c", false},
	{"a@b c", false},
	{"a@b\r\nRCPT TO:<c@d>", false},
	{"a\r\n@b", false},
	{"<a@b>", false},
	{"a@b>", false},
	{".a@b", false},
	{"a.@b", false},
	{"a..b@c", false},
	{"a@-b", false},
	{"a@b-", false},
	{"a@b.", false},
	{"a@.b", false},
	{"a@[]", false},
	{"a@[x y]", false},
	{"\"a\"b\"@c", false},
	{"\"a\\\"@c", false},
	{"a@x; b@y;", false},
	{"a@\377", false},
};

static void
test_mailbox(const void *data)
{
	const MailboxCase *test = data;
	bool fit = sieve_address_is_mailbox(sieve_bytes_from_string(test->address));

	g_assert_cmpint(fit, ==, test->fit);
}

static void
check_lengths(size_t local, size_t domain, bool fit)
{
	g_autofree char *left = g_strnfill(local, 'a');
	g_autoptr(GString) right = g_string_new(NULL);

	while (right->len < domain)
		g_string_append_c(right, right->len % 10 == 9 ? '.' : 'd');
	g_autofree char *address = g_strdup_printf("%s@%s", left, right->str);
	g_assert_cmpint(sieve_address_is_mailbox(sieve_bytes_from_string(address)), ==, fit);
}

/* RFC 5321 section 4.5.3.1 */
static void
test_mailbox_lengths(void)
{
	check_lengths(64, 11, true);
	check_lengths(65, 11, false);
	check_lengths(64, 189, true);
	check_lengths(64, 191, false);
}

static void
test_path(void)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveAddress null = sieve_address_from_path(SIEVE_BYTES(""), arena);
	SieveAddress local = sieve_address_from_path(SIEVE_BYTES("postmaster"), arena);
	SieveAddress routed = sieve_address_from_path(SIEVE_BYTES("@a,@b:c@d"), arena);
	SieveAddress bad = sieve_address_from_path(SIEVE_BYTES("a b"), arena);

	g_assert_true(null.valid && null.all.len == 0 && null.domain.len == 0);
	g_assert_true(local.valid && local.domain.ptr == NULL);
	g_assert_true(sieve_bytes_equal(local.localpart, SIEVE_BYTES("postmaster")));
	g_assert_true(routed.valid && sieve_bytes_equal(routed.all, SIEVE_BYTES("c@d")));
	g_assert_false(bad.valid);
}

/* No recursion and no second look: a million of each opener is one malformed address. */
static void
test_bombs(void)
{
	static const char openers[] = "(\"[<\\,:;@";

	for (size_t i = 0; i + 1 < sizeof(openers); i++) {
		g_autoptr(SieveArena) arena = sieve_arena_new();
		g_autofree char *list = g_strnfill(1000000, openers[i]);
		SieveAddressIter iter = sieve_address_iter(sieve_bytes_from_string(list));
		SieveAddress address;
		while (sieve_address_next(&iter, arena, &address))
			g_assert_false(address.valid);
		g_assert_cmpuint(iter.rest.len, ==, 0);
	}
}

/* RFC 5228 section 2.4.2.3: `local@domain` of a sieve-address, NULL for what is none. */
static const AddressCase singles[] = {
	{"a@b.c", "a@b.c"},
	{"Joe <a@b.c>", "a@b.c"},
	{"<a@b.c>", "a@b.c"},
	{"\"Doe, Joe; g:\" <a@b.c>", "a@b.c"},
	{"Joe (a, b; c: d) <a@b.c>", "a@b.c"},
	{"a@[IPv6:2001:db8::1]", "a@[IPv6:2001:db8::1]"},
	{"\"x,y\"@b.c", "x,y@b.c"},
	{"", NULL},
	{"a", NULL},
	{"(a@b.c)", NULL},
	{"a@b.c, d@e.f", NULL},
	{"a@b.c,", NULL},
	{",a@b.c", NULL},
	{"g: a@b.c;", NULL},
	{"g: a@b.c", NULL},
	{"g:;", NULL},
	{"a@b.c;", NULL},
	{"Joe; <a@b.c>", NULL},
	{"<@x.y:a@b.c>", NULL},
	{"Joe < (c) @x.y,@z:a@b.c>", NULL},
	{"<,@x.y:a@b.c>", NULL},
	{"@x.y:a@b.c", NULL},
	{"Joe <a@b.c> d@e.f", NULL},
};

static void
test_single(void)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveAddress address;

	for (size_t i = 0; i < G_N_ELEMENTS(singles); i++) {
		SieveBytes text = sieve_bytes_from_string(singles[i].list);
		bool parsed = sieve_address_parse(text, arena, &address);
		g_test_message("%s", singles[i].list);
		g_assert_cmpint(parsed, ==, singles[i].expected != NULL);
		if (parsed)
			g_assert_true(sieve_bytes_equal(
				address.all, sieve_bytes_from_string(singles[i].expected)));
	}
}

/* A list that took more than linear time would not end here. */
static void
test_many(void)
{
	enum { N_ELEMENTS = 400000 };
	static const struct {
		const char *element;
		const char *last;
		bool valid;
	} lists[] = {
		{"Joe <a@b.c>, ", "", true},
		{"a@b.c,", "", true},
		{"joe,", "", false},
		{"joe,", "<>", false},
		{"joe <a>,", "x", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
		g_autoptr(SieveArena) arena = sieve_arena_new();
		g_autoptr(GString) list = g_string_new(NULL);
		size_t count = 0;
		SieveAddress address;
		for (int n = 0; n < N_ELEMENTS; n++)
			g_string_append(list, lists[i].element);
		g_string_append(list, lists[i].last);
		SieveAddressIter iter = sieve_address_iter((SieveBytes){list->str, list->len});
		for (; count < N_ELEMENTS && sieve_address_next(&iter, arena, &address); count++)
			g_assert_cmpint(address.valid, ==, lists[i].valid);
		g_assert_cmpuint(count, ==, N_ELEMENTS);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *label = g_strdup_printf("/address/list/%zu", i);
		g_test_add_data_func(label, &cases[i], test_list);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(mailboxes); i++) {
		g_autofree char *label = g_strdup_printf("/address/mailbox/%zu", i);
		g_test_add_data_func(label, &mailboxes[i], test_mailbox);
	}
	g_test_add_func("/address/mailbox-lengths", test_mailbox_lengths);
	g_test_add_func("/address/path", test_path);
	g_test_add_func("/address/bombs", test_bombs);
	g_test_add_func("/address/single", test_single);
	g_test_add_func("/address/many", test_many);
	return g_test_run();
}
