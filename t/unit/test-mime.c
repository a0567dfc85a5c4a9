/* SPDX-License-Identifier: MIT */
/* test-mime.c - Content-Type values, transfer encodings, trees of parts, HTML as text */

#include <string.h>

#include "engine/bytes.h"
#include "engine/limits.h"
#include "engine/message/html.h"
#include "engine/message/mime.h"
#include "engine/message/transfer.h"

/* --- Content-Type (RFC 2045 section 5.1, RFC 2231) ------------------------------------------------- */

typedef struct TypeCase {
	const char *value;
	const char *type; /* "type/subtype" */
	const char *x;	  /* (nullable) the parameter x */
} TypeCase;

static const TypeCase types[] = {
	{"text/plain", "text/plain", NULL},
	{"text/plain; x=1", "text/plain", "1"},
	{" Text / Plain (comment; x=2) ; X = 1 ", "Text/Plain", "1"},
	{"text/plain; y=0; x=\"a b; \\\"c\\\"\"", "text/plain", "a b; \"c\""},
	{"text/plain; x=\"open", "text/plain", "open"},
	{"text/plain; x=a b.txt; y=1", "text/plain", "a b.txt"},
	{"text/plain;; ;x=1", "text/plain", "1"},
	{"text/plain x=1; x=2", "text/plain", "2"},
	{"text", "text/", NULL},
	{"", "/", NULL},
	{"/plain; x=1", "/plain", "1"},
	{"attachment; x=1", "attachment/", "1"},
	{"a/b; x=1; x=2", "a/b", "1"},
	{"a/b; x", "a/b", NULL},
	{"a/b; x=", "a/b", ""},
	/* RFC 2231 sections 3, 4 and 4.1 */
	{"a/b; x*0=\"ab\"; x*1=cd", "a/b", "abcd"},
	{"a/b; x*1=cd; x*0=ab; x*3=no", "a/b", "abcd"},
	{"a/b; x*=us-ascii'en-us'This%20is%20%2A%2A%2Afun%2A%2A%2A", "a/b", "This is ***fun***"},
	{"a/b; x*0*=us-ascii'en'This%20is%20even%20more%20; x*1*=%2A%2A%2Afun%2A%2A%2A%20; "
	 "x*2=\"isn't it!\"", "a/b", "This is even more ***fun*** isn't it!"},
	{"a/b; x*=iso-8859-1''caf%E9", "a/b", "caf\303\251"},
	{"a/b; x*=utf-8''%zz%4", "a/b", "%zz%4"},
	{"a/b; x*=no-quotes", "a/b", "no-quotes"},
	{"a/b; x*x=1", "a/b", NULL},
	/* Encoded words, as mail programs write them */
	{"a/b; x=\"=?utf-8?q?caf=C3=A9?=\"", "a/b", "caf\303\251"},
};

static void
test_type(const void *data)
{
	const TypeCase *c = data;
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveContentType type = sieve_content_type_parse(sieve_bytes_from_string(c->value));
	SieveBytes x = {NULL, 0};
	g_autofree char *got = g_strdup_printf("%.*s/%.*s", (int)type.type.len, type.type.ptr,
		(int)type.subtype.len, type.subtype.ptr);

	g_assert_cmpstr(got, ==, c->type);
	g_assert_cmpint(sieve_content_type_parameter(&type, SIEVE_BYTES("x"), arena, &x), ==, c->x != NULL);
	if (c->x != NULL)
		g_assert_true(sieve_bytes_equal(x, sieve_bytes_from_string(c->x)));
}

/* --- Transfer encodings ----------------------------------------------------------------------------- */

typedef struct TransferCase {
	const char *encoding;
	const char *body;
	const char *decoded;
} TransferCase;

static const TransferCase transfers[] = {
	{"7bit", "a=3D\r\n", "a=3D\r\n"},
	{"x-unknown", "a=3D", "a=3D"},
	{"Quoted-Printable", "a=3D=3d", "a=="},
	{"quoted-printable", "soft =\r\nbreak=  \n s", "soft break s"},
	{"quoted-printable", "blanks  \t\r\nend \n", "blanks\r\nend\r\n"},
	{"quoted-printable", "=zz =4 =", "=zz =4 "},
	{"quoted-printable", "", ""},
	{"base64", "YWJj", "abc"},
	{"BASE64", "YW\r\nJj!ZA==", "abcd"},
	{"base64", "YQ==YWI=", "aab"},
	{"base64", "Y", ""},
	{"base64", "YWI", "ab"},
};

static void
test_transfer(const void *data)
{
	const TransferCase *c = data;
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveBytes decoded = sieve_transfer_decode(
		sieve_bytes_from_string(c->encoding), sieve_bytes_from_string(c->body), arena);

	g_assert_true(sieve_bytes_equal(decoded, sieve_bytes_from_string(c->decoded)));
}

static void
test_crlf(void)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveBytes same = SIEVE_BYTES("a\r\nb\r");

	g_assert_true(sieve_transfer_crlf(same, arena).ptr == same.ptr);
	g_assert_true(sieve_bytes_equal(sieve_transfer_crlf(SIEVE_BYTES("\na\r\nb\n\n"), arena),
		SIEVE_BYTES("\r\na\r\nb\r\n\r\n")));
}

/* --- Trees ------------------------------------------------------------------------------------------ */

/* (transfer full) "multipart(text,text)" */
static void
print_tree(const SieveMime *mime, size_t index, GString *text)
{
	const SieveMimePart *part = &mime->parts[index];

	g_string_append_len(text, part->type.type.ptr, (gssize)part->type.type.len);
	for (size_t i = index + 1; i < part->end; i = mime->parts[i].end) {
		g_string_append_c(text, i == index + 1 ? '(' : ',');
		g_assert_cmpuint(mime->parts[i].depth, ==, part->depth + 1);
		print_tree(mime, i, text);
	}
	g_string_append(text, part->end > index + 1 ? ")" : "");
}

typedef struct TreeCase {
	const char *mail;
	const char *tree;
} TreeCase;

#define MULTIPART(boundary) "Content-Type: multipart/mixed; boundary=" boundary "\n\n"

static const TreeCase trees[] = {
	{"", "text"},
	{"Subject: x\n\nbody", "text"},
	{"Content-Type: nonsense\n\n", "text"},
	{MULTIPART("a"), "multipart"},
	{MULTIPART("a") "--a", "multipart(text)"},
	{MULTIPART("a") "--a--\n--a\n\nx", "multipart"},
	{MULTIPART("a") "pro\n--a\n\none\n--a\n\ntwo\n--a--\nepi", "multipart(text,text)"},
	{MULTIPART("a") "--a  \r\n\r\none\r\n--a\t\r\n\r\ntwo\r\n--a-- \r\n", "multipart(text,text)"},
	{MULTIPART("a") "--a\n" MULTIPART("b") "--b\n\nx\n--a\n\ny\n--b\n\nz",
		"multipart(multipart(text),text)"},
	{MULTIPART("a") "--a\n" MULTIPART("a") "--a\n\nx", "multipart(multipart,text)"},
	{MULTIPART("\"\"") "--\n\nx", "multipart"},
	{MULTIPART("a") "--a\nContent-Type: message/rfc822\n\n" MULTIPART("b") "--b\n\nx\n--b--\n--a\n\ny",
		"multipart(message(multipart(text)),text)"},
};

static void
test_tree(const void *data)
{
	const TreeCase *c = data;
	g_autoptr(SieveArena) arena = sieve_arena_new();
	g_autoptr(SieveMessage) message = sieve_message_new(sieve_bytes_from_string(c->mail));
	const SieveMime *mime = sieve_mime_parse(message, arena);
	g_autoptr(GString) tree = g_string_new(NULL);

	print_tree(mime, 0, tree);
	g_assert_cmpstr(tree->str, ==, c->tree);
	g_assert_cmpuint(mime->parts[0].end, ==, mime->n_parts);
}

static size_t
count_parts(const char *mail)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	g_autoptr(SieveMessage) message = sieve_message_new(sieve_bytes_from_string(mail));

	return sieve_mime_parse(message, arena)->n_parts;
}

/* SIEVE_LIMIT_MIME_DEPTH: messages in messages. */
static void
test_depth(void)
{
	for (unsigned extra = 0; extra < 3; extra++) {
		g_autoptr(GString) mail = g_string_new(NULL);
		for (unsigned i = 1; i < SIEVE_LIMIT_MIME_DEPTH - 1 + extra; i++)
			g_string_append(mail, "Content-Type: message/rfc822\n\n");
		g_string_append(mail, "Subject: innermost\n\nx");
		g_assert_cmpuint(count_parts(mail->str), ==,
			MIN(SIEVE_LIMIT_MIME_DEPTH - 1 + extra, SIEVE_LIMIT_MIME_DEPTH));
	}
}

/* SIEVE_LIMIT_MIME_PARTS: what comes after stays in the multipart. */
static void
test_parts(void)
{
	g_autoptr(GString) mail = g_string_new(MULTIPART("a"));

	for (unsigned i = 1; i < SIEVE_LIMIT_MIME_PARTS; i++)
		g_string_append(mail, "--a\n\nx\n");
	g_assert_cmpuint(count_parts(mail->str), ==, SIEVE_LIMIT_MIME_PARTS);
	g_string_append(mail, "--a\n\nx\n");
	g_assert_cmpuint(count_parts(mail->str), ==, SIEVE_LIMIT_MIME_PARTS);
}

/* --- HTML ------------------------------------------------------------------------------------------- */

static const char *const html[][2] = {
	{"", ""},
	{"a  b\n\tc", "a b c"},
	{"<p>one</p><p>two<br/>three", "one\r\ntwo\r\nthree"},
	{"a<b>b</b>c", "abc"},
	{"&lt;&#65;&#x42;&#xe9;&gt;", "<AB\303\251>"},
	{"a&nbsp;&#160;b", "a b"},
	{"&amp;lt; & &; &#; &#xffffffff; &nosuch;", "&lt; & &; &#; &#xffffffff; &nosuch;"},
	{"a<!-- <p> --->b<!-- open", "ab"},
	{"<style>p {}</STYLE >x<script>\"</p>\"</script>y<script>open", "xy"},
	{"<a title=\"x > y\">z</a>", "z"},
	{"1 < 2 <3 <", "1 < 2 <3 <"},
	{"<!DOCTYPE html><?xml?>x", "x"},
	{"x<a open", "x"},
	{"vi&shy;ag&zwnj;ra", "viagra"},
};

static void
test_html(void)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();

	for (size_t i = 0; i < G_N_ELEMENTS(html); i++) {
		SieveBytes text = sieve_html_to_text(sieve_bytes_from_string(html[i][0]), arena);
		g_autofree char *got = sieve_bytes_dup(text);
		g_assert_cmpstr(got, ==, html[i][1]);
	}
}

static void
add_cases(const char *name, const void *cases, size_t count, size_t size, GTestDataFunc run)
{
	for (size_t i = 0; i < count; i++) {
		g_autofree char *label = g_strdup_printf("/mime/%s/%zu", name, i);
		g_test_add_data_func(label, (const char *)cases + i * size, run);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	add_cases("type", types, G_N_ELEMENTS(types), sizeof(types[0]), test_type);
	add_cases("transfer", transfers, G_N_ELEMENTS(transfers), sizeof(transfers[0]), test_transfer);
	add_cases("tree", trees, G_N_ELEMENTS(trees), sizeof(trees[0]), test_tree);
	g_test_add_func("/mime/crlf", test_crlf);
	g_test_add_func("/mime/depth", test_depth);
	g_test_add_func("/mime/parts", test_parts);
	g_test_add_func("/mime/html", test_html);
	return g_test_run();
}
