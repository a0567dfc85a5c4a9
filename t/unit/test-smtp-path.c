/* SPDX-License-Identifier: MIT */
/* test-smtp-path.c - paths and parameters of MAIL and RCPT (RFC 5321 section 4.1.2) */

#include <string.h>

#include "peer/smtp-path.h"

#define ALL (PEER_SMTP_PATH_NULL | PEER_SMTP_PATH_POSTMASTER | PEER_SMTP_PATH_UTF8)
#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

typedef struct PathCase {
	const char *argument;
	unsigned flags;
	const char *address; /* NULL: refused */
	const char *parameters;
} PathCase;

static const PathCase path_cases[] = {
	{"<a@b>", 0, "a@b", ""},
	{" <a@b>", 0, "a@b", ""},
	{"<a@b> SIZE=1 X", 0, "a@b", "SIZE=1 X"},
	{"<a.b+c@d.example>", 0, "a.b+c@d.example", ""},
	{"<james@[127.0.0.2]>", 0, "james@[127.0.0.2]", ""},
	{"<james@[IPv6:::1]>", 0, "james@[IPv6:::1]", ""},
	{"<\"a b\"@c>", 0, "\"a b\"@c", ""},
	{"<\"a>b\"@c>", 0, "\"a>b\"@c", ""},
	{"<\"a\\\"b\"@c>", 0, "\"a\\\"b\"@c", ""},
	{"<\"\"@d>", 0, "\"\"@d", ""},
	{"<@a,@b:c@d>", 0, "c@d", ""},
	{"<>", PEER_SMTP_PATH_NULL, "", ""},
	{"<> BODY=8BITMIME", PEER_SMTP_PATH_NULL, "", "BODY=8BITMIME"},
	{"<Postmaster>", PEER_SMTP_PATH_POSTMASTER, "Postmaster", ""},
	{"<j\xc3\xbcrgen@b>", PEER_SMTP_PATH_UTF8, "j\xc3\xbcrgen@b", ""},
	{"<" A64 "@b>", 0, A64 "@b", ""},
	{"<a@b", ALL, NULL, NULL},
	{"a@b", ALL, NULL, NULL},
	{"", ALL, NULL, NULL},
	{"<>", 0, NULL, NULL},
	{"<a>", ALL, NULL, NULL},
	{"<postmaster>", 0, NULL, NULL},
	{"<@>", ALL, NULL, NULL},
	{"<a@>", ALL, NULL, NULL},
	{"<@b>", ALL, NULL, NULL},
	{"<a@b@c>", ALL, NULL, NULL},
	{"<a..b@c>", ALL, NULL, NULL},
	{"<.a@c>", ALL, NULL, NULL},
	{"<a@b.>", ALL, NULL, NULL},
	{"<a b@c>", ALL, NULL, NULL},
	{"<a@b c>", ALL, NULL, NULL},
	{"<a@b>x", ALL, NULL, NULL},
	{"<\"\\\"@d>", ALL, NULL, NULL},
	{"<\"a@d>", ALL, NULL, NULL},
	{"<a@[]>", ALL, NULL, NULL},
	{"<a@[1.2.3.4>", ALL, NULL, NULL},
	{"<;touch /tmp/x;>", ALL, NULL, NULL},
	{"<a\x01@b>", ALL, NULL, NULL},
	{"<\"a\x01\"@b>", ALL, NULL, NULL},
	{"<j\xc3\xbcrgen@b>", 0, NULL, NULL},
	{"<j\xc3@b>", ALL, NULL, NULL},
	{"<" A64 "a@b>", ALL, NULL, NULL},
	{"<a@" A64 A64 A64 A64 ">", ALL, NULL, NULL},
	{"<@a,b:c@d>", ALL, NULL, NULL},
};

static void
test_path(const void *data)
{
	const PathCase *test = data;
	SieveBytes address;
	SieveBytes parameters;
	bool parsed = peer_smtp_path_parse(
		sieve_bytes_from_string(test->argument), test->flags, &address, &parameters);

	g_assert_cmpint(parsed, ==, test->address != NULL);
	if (!parsed)
		return;
	g_autofree char *found = sieve_bytes_dup(address);
	g_autofree char *rest = sieve_bytes_dup(parameters);
	g_assert_cmpstr(found, ==, test->address);
	g_assert_cmpstr(rest, ==, test->parameters);
}

/* A NUL is no address character, and ends nothing. */
static void
test_nul(void)
{
	static const char quoted[] = "<\"a\0b\"@d>";
	static const char plain[] = "<a\0b@d>";
	SieveBytes address;
	SieveBytes parameters;

	g_assert_false(peer_smtp_path_parse(
		(SieveBytes){quoted, sizeof(quoted) - 1}, 0, &address, &parameters));
	g_assert_false(peer_smtp_path_parse(
		(SieveBytes){plain, sizeof(plain) - 1}, ALL, &address, &parameters));
}

static const struct {
	const char *text;
	const char *seen; /* "name=value;" each, "!" when something is left over */
} parameter_cases[] = {
	{"", ""},
	{"SIZE=10", "SIZE=10;"},
	{"SIZE=10 BODY=8BITMIME", "SIZE=10;BODY=8BITMIME;"},
	{"SMTPUTF8  X-Y=a=b", "SMTPUTF8=;X-Y=a=b;"},
	{"SIZE=", "!"},
	{"=5", "!"},
	{"A B\x01", "A=;!"},
	{"A=b\x01", "!"},
	{"A;B", "!"},
};

static void
test_parameters(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(parameter_cases); i++) {
		SieveBytes rest = sieve_bytes_from_string(parameter_cases[i].text);
		g_autoptr(GString) seen = g_string_new(NULL);
		SieveBytes name;
		SieveBytes value;
		while (peer_smtp_parameter_next(&rest, &name, &value))
			g_string_append_printf(seen, "%.*s=%.*s;", (int)name.len, name.ptr,
				(int)value.len, value.ptr);
		if (rest.len > 0)
			g_string_append_c(seen, '!');
		g_assert_cmpstr(seen->str, ==, parameter_cases[i].seen);
	}
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(path_cases); i++) {
		g_autofree char *shown = sieve_bytes_escape(
			sieve_bytes_from_string(path_cases[i].argument), 80);
		g_autofree char *name =
			g_strdup_printf("/smtp-path/%u %s", path_cases[i].flags, shown);
		g_strdelimit(name + strlen("/smtp-path/"), "/", '_');
		g_test_add_data_func(name, &path_cases[i], test_path);
	}
	g_test_add_func("/smtp-path/nul", test_nul);
	g_test_add_func("/smtp-path/parameters", test_parameters);
	return g_test_run();
}
