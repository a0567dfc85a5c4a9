/* SPDX-License-Identifier: MIT */
/* test-convert-property.c - random access lists: the script decides as the old program's manual
 * says
 *
 * The lookups below share no code with the converters: they are what access(5), cidr_table(5) and
 * the README of Sendmail's configuration say, done by hand on the list as it is.
 */

#include <arpa/inet.h>
#include <string.h>

#include "engine/bytes.h"
#include "engine/convert/formats.h"
#include "sieve-ext/extensions.h"

#include "t/unit/decision.h"

#define LISTS 2500
#define MAILS 48 /* of each list: 120,000 pairs */
#define ENTRIES_MAX 14

typedef struct Mail {
	char *from;
	char *to;
	char *host; /* of the client */
	char *ip;
} Mail;

/* Lines of the list: key and value. */
typedef struct List {
	unsigned count;
	char *keys[ENTRIES_MAX];
	const char *values[ENTRIES_MAX];
} List;

/* --- Random ------------------------------------------------------------------------------------------- */

static char *
random_domain(void)
{
	static const char *const labels[] = {"a", "b", "C", NULL};
	GString *domain = g_string_new(test_pick(labels));

	for (int i = g_test_rand_int_range(0, 3); i > 0; i--)
		g_string_append_printf(domain, ".%s", test_pick(labels));
	return g_string_free(domain, FALSE);
}

static char *
random_address(void)
{
	static const char *const locals[] = {"u", "V", "w.x", NULL};
	g_autofree char *domain = random_domain();

	return g_strdup_printf("%s@%s", test_pick(locals), domain);
}

static char *
random_ip(int octets)
{
	static const char *const numbers[] = {"1", "2", "10", NULL};
	GString *ip = g_string_new(test_pick(numbers));

	for (int i = 1; i < octets; i++)
		g_string_append_printf(ip, ".%s", test_pick(numbers));
	return g_string_free(ip, FALSE);
}

static Mail
random_mail(void)
{
	return (Mail){random_address(), random_address(), random_domain(), random_ip(4)};
}

static void
mail_clear(Mail *mail)
{
	g_free(mail->from);
	g_free(mail->to);
	g_free(mail->host);
	g_free(mail->ip);
}

static char *
random_name(void)
{
	if (test_one_in(4))
		return random_ip(g_test_rand_int_range(1, 5));
	if (test_one_in(2))
		return random_domain();
	g_autofree char *address = random_address();
	if (test_one_in(4))
		strchr(address, '@')[1] = '\0';
	return g_steal_pointer(&address);
}

/* --- Looking up by hand ------------------------------------------------------------------------------- */

/* (nullable) the value of the first line with that key. */
static const char *
look_up(const List *list, const char *tag, const char *key)
{
	g_autofree char *wanted = g_strconcat(tag, key, NULL);

	for (unsigned i = 0; i < list->count; i++)
		if (g_ascii_strcasecmp(list->keys[i], wanted) == 0)
			return list->values[i];
	return NULL;
}

/* Sendmail: with the tag, then without, but not of recipients; Postfix has no tags. */
static const char *
look_up_tagged(const List *list, const char *tag, const char *key)
{
	const char *value = look_up(list, tag, key);

	if (value != NULL || *tag == '\0' || strcmp(tag, "To:") == 0)
		return value;
	return look_up(list, "", key);
}

/* The name, then what it is part of. */
static const char *
look_up_domain(const List *list, const char *tag, const char *domain)
{
	const char *value = NULL;

	for (; value == NULL && domain != NULL; domain = strchr(domain, '.')) {
		domain += *domain == '.';
		value = look_up_tagged(list, tag, domain);
	}
	return value;
}

/* Postfix looks for the part before the @ after domains, Sendmail before them. */
static const char *
look_up_address(const List *list, const char *tag, const char *address, bool users_first)
{
	const char *at = strchr(address, '@');
	g_autofree char *local = g_strndup(address, (gsize)(at + 1 - address));
	const char *value = look_up_tagged(list, tag, address);

	if (value == NULL && users_first)
		value = look_up_tagged(list, tag, local);
	if (value == NULL)
		value = look_up_domain(list, tag, at + 1);
	return value != NULL ? value : look_up_tagged(list, tag, local);
}

static const char *
look_up_client(const List *list, const char *tag, const Mail *mail)
{
	const char *value = look_up_domain(list, tag, mail->host);
	g_autofree char *ip = g_strdup(mail->ip);

	while (value == NULL) {
		value = look_up_tagged(list, tag, ip);
		if (strrchr(ip, '.') == NULL)
			break;
		*strrchr(ip, '.') = '\0';
	}
	return value;
}

/* What the value does, as sieve_result_print() says it; NULL: nothing. */
static const char *
outcome(const char *value)
{
	if (value == NULL || strcmp(value, "OK") == 0)
		return NULL;
	if (strcmp(value, "REJECT") == 0)
		return "reject \"Access denied\"\n";
	return strcmp(value, "DISCARD") == 0 ? "discard\n" : "reject \"go away\"\n";
}

static const char *
decide_sendmail(const List *list, const Mail *mail)
{
	const char *decision = outcome(look_up_client(list, "Connect:", mail));

	if (decision == NULL)
		decision = outcome(look_up_address(list, "From:", mail->from, true));
	if (decision == NULL)
		decision = outcome(look_up_address(list, "To:", mail->to, true));
	return decision != NULL ? decision : "implicit keep\n";
}

static const char *
decide_postfix(const List *list, const Mail *mail)
{
	/* Keys that are networks are of clients whatever the table is for. */
	List networks = {.count = 0};
	Mail nameless = *mail;

	nameless.host = (char *)(uintptr_t)"nowhere";
	for (unsigned i = 0; i < list->count; i++)
		if (g_ascii_isdigit(list->keys[i][0])) {
			networks.keys[networks.count] = list->keys[i];
			networks.values[networks.count++] = list->values[i];
		}
	const char *decision = outcome(look_up_client(&networks, "", &nameless));
	if (decision == NULL)
		decision = outcome(look_up_address(list, "", mail->from, false));
	return decision != NULL ? decision : "implicit keep\n";
}

/* cidr_table(5): the first line whose network has the address. */
static const char *
decide_cidr(const List *list, const Mail *mail)
{
	uint32_t address = ntohl(inet_addr(mail->ip));

	for (unsigned i = 0; i < list->count; i++) {
		g_auto(GStrv) parts = g_strsplit(list->keys[i], "/", 2);
		uint32_t network = ntohl(inet_addr(parts[0]));
		unsigned bits = parts[1] == NULL ? 32 : (unsigned)atoi(parts[1]);
		uint32_t mask = bits == 0 ? 0 : UINT32_MAX << (32 - bits);
		const char *decision = outcome(list->values[i]);
		if ((address & mask) == network)
			return decision != NULL ? decision : "implicit keep\n";
	}
	return "implicit keep\n";
}

/* --- Lists -------------------------------------------------------------------------------------------- */

static char *
random_tagged(void)
{
	static const char *const tags[] = {"From:", "To:", "", NULL};
	const char *tag = test_pick(tags);
	g_autofree char *name = random_name();

	if (g_ascii_isdigit(name[0]))
		tag = *tag == '\0' ? "" : "Connect:";
	return g_strconcat(tag, name, NULL);
}

static char *
random_network(void)
{
	g_autofree char *ip = random_ip(4);
	unsigned bits = (unsigned)g_test_rand_int_range(0, 33);
	uint32_t mask = bits == 0 ? 0 : UINT32_MAX << (32 - bits);
	struct in_addr network = {.s_addr = htonl(ntohl(inet_addr(ip)) & mask)};
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &network, text, sizeof text);
	return bits == 32 ? g_strdup(text) : g_strdup_printf("%s/%u", text, bits);
}

typedef struct Kind {
	const SieveConvertFormat *format;
	char *(*random_key)(void);
	const char *(*decide)(const List *list, const Mail *mail);
} Kind;

static const char *
environment(const char *item, void *data)
{
	const Mail *mail = data;

	if (strcmp(item, "remote-ip") == 0)
		return mail->ip;
	return strcmp(item, "remote-host") == 0 ? mail->host : NULL;
}

static char *
run_script(const SieveProgram *program, Mail *mail)
{
	g_autoptr(SieveMessage) message = sieve_message_new(SIEVE_BYTES("Subject: x\r\n\r\nx\r\n"));
	g_autoptr(SieveResult) result = NULL;
	g_autoptr(GError) error = NULL;
	const SieveRunInput input = {
		.message = message,
		.envelope = {.from = sieve_bytes_from_string(mail->from),
			.to = sieve_bytes_from_string(mail->to)},
		.environment = environment,
		.environment_data = mail,
	};

	g_assert_true(sieve_run(program, &input, &result, &error));
	g_assert_no_error(error);
	return sieve_result_print(result);
}

static void
compare_list(const Kind *kind, const SieveRegistry *registry, const List *list)
{
	g_autoptr(GString) text = g_string_new("# A list\r\n\n");
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	g_autoptr(GError) error = NULL;

	for (unsigned i = 0; i < list->count; i++)
		g_string_append_printf(text, "%s\t%s\n", list->keys[i], list->values[i]);
	const SieveConvertInput input = {.text = {text->str, text->len}};
	g_autoptr(SieveConversion) conversion = sieve_convert(kind->format, &input, registry, &error);
	g_assert_no_error(error);
	for (size_t i = 2; i < sieve_conversion_count_lines(conversion); i++)
		g_assert_cmpint(sieve_conversion_line(conversion, i)->class, ==, SIEVE_CONVERT_EXACT);
	g_autoptr(SieveProgram) program =
		sieve_compile(registry, sieve_conversion_script(conversion), NULL, diags);
	g_assert_nonnull(program);
	for (unsigned i = 0; i < MAILS; i++) {
		Mail mail = random_mail();
		g_autofree char *got = run_script(program, &mail);
		const char *wanted = kind->decide(list, &mail);
		if (strcmp(got, wanted) != 0)
			g_error("from %s to %s host %s ip %s: %s instead of %s\n%s\n%.*s",
				mail.from, mail.to, mail.host, mail.ip, got, wanted, text->str,
				(int)sieve_conversion_script(conversion).len,
				sieve_conversion_script(conversion).ptr);
		mail_clear(&mail);
	}
}

static void
test_kind(const void *data)
{
	static const char *const values[] = {
		"REJECT", "REJECT", "OK", "DISCARD", "550 5.7.1 go away", NULL};
	const Kind *kind = data;
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());

	for (unsigned n = 0; n < LISTS; n++) {
		List list = {.count = (unsigned)g_test_rand_int_range(1, ENTRIES_MAX + 1)};
		for (unsigned i = 0; i < list.count; i++) {
			list.keys[i] = kind->random_key();
			list.values[i] = test_pick(values);
		}
		compare_list(kind, registry, &list);
		for (unsigned i = 0; i < list.count; i++)
			g_free(list.keys[i]);
	}
}

int
main(int argc, char **argv)
{
	const Kind kinds[] = {
		{&sieve_convert_sendmail_access, random_tagged, decide_sendmail},
		{&sieve_convert_postfix_access, random_name, decide_postfix},
		{&sieve_convert_postfix_cidr, random_network, decide_cidr},
	};

	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autofree char *path = g_strconcat("/convert-property/", kinds[i].format->name, NULL);
		g_test_add_data_func(path, &kinds[i], test_kind);
	}
	return g_test_run();
}
