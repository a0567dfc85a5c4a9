/* SPDX-License-Identifier: MIT */
/* test-received.c - who handed a mail over: Received fields of real servers, and of liars */
#include "peer/received.h"

#include "engine/bytes.h"

static const struct {
	const char *value;
	const char *ip; /* NULL: none */
	const char *by;
} fields[] = {
	/* Postfix */
	{"from mail.example.net (mail.example.net [192.0.2.7]) by mx.example.org (Postfix) with "
	 "ESMTPS id 4; x",
		"192.0.2.7", "mx.example.org"},
	{"from helo (unknown [IPv6:2001:db8::1]) by mx.example.org (Postfix)", "2001:db8::1",
		"mx.example.org"},
	/* Sendmail */
	{"from a.example (b.example [192.0.2.9] (may be forged)) by mx.example.org (8.17.1/8.17.1) "
	 "with SMTP",
		"192.0.2.9", "mx.example.org"},
	/* Exim */
	{"from [192.0.2.3] (helo=laptop) by mx.example.org with esmtp (Exim 4.96)", "192.0.2.3",
		"mx.example.org"},
	{"from a.example ([192.0.2.4] helo=[198.51.100.1]) by mx.example.org", "192.0.2.4",
		"mx.example.org"},
	{"from [192.0.2.3] (helo=[198.51.100.1]) by mx.example.org", "192.0.2.3", "mx.example.org"},
	/* What the client called itself never counts. */
	{"from [198.51.100.1] (a.example [192.0.2.7]) by mx.example.org", "192.0.2.7",
		"mx.example.org"},
	{"from x( (a.example [192.0.2.7]) by mx.example.org", "192.0.2.7", "mx.example.org"},
	{"from [198.51.100.1] by mx.example.org", NULL, "mx.example.org"},
	{"from a.example by mx.example.org;", NULL, "mx.example.org"},
	{"from a (a [300.1.2.3]) by mx.example.org", NULL, "mx.example.org"},
	{"from a (a [192.0.2.7]) with SMTP", NULL, NULL},
	{"by mx.example.org with LMTP", NULL, NULL},
	{"from", NULL, NULL},
	{"from a (a [192.0.2.7", NULL, NULL},
	{"from a (((((", NULL, NULL},
	{"", NULL, NULL},
};

static void
test_parse(const void *data)
{
	size_t i = GPOINTER_TO_SIZE(data);
	g_autofree char *by = NULL;
	g_autofree char *ip = peer_received_parse(sieve_bytes_from_string(fields[i].value), &by);

	if (fields[i].by != NULL)
		g_assert_cmpstr(ip, ==, fields[i].ip);
	g_assert_cmpstr(by, ==, fields[i].by);
}

#define OURS "Received: from s ([192.0.2.7])\r\n\tby MX.example.org (Postfix); now\r\n"
#define FORGED "Received: from f ([198.51.100.1]) by mx.example.org (Postfix); now\r\n"
#define HANDED_ON "Received: from mx ([10.0.0.1]) by store.example.org with LMTP; now\r\n"
#define NO_ADDRESS "Received: from localhost by mx.example.org with local; now\r\n"

static const struct {
	const char *name;
	const char *message;
	const char *ip;
} mails[] = {
	{"own field", OURS "Subject: x\r\n\r\n", "192.0.2.7"},
	{"forged field below", HANDED_ON OURS FORGED "\r\n", "192.0.2.7"},
	{"nothing below a field without address", NO_ADDRESS FORGED "\r\n", NULL},
	{"other hosts alone", HANDED_ON "\r\n", NULL},
	{"in the body", "Subject: x\r\n\r\n" FORGED, NULL},
	{"none", "\r\n", NULL},
};

static void
test_mail(const void *data)
{
	size_t i = GPOINTER_TO_SIZE(data);
	const char *const hosts[] = {"other.example.org", "mx.example.org", NULL};
	g_autoptr(SieveMessage) message =
		sieve_message_new(sieve_bytes_from_string(mails[i].message));
	g_autofree char *ip = peer_received_remote_ip(message, hosts);

	g_assert_cmpstr(ip, ==, mails[i].ip);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		g_autofree char *path = g_strdup_printf("/received/parse/%zu", i);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_parse);
	}
	for (size_t i = 0; i < G_N_ELEMENTS(mails); i++) {
		g_autofree char *path = g_strdup_printf("/received/mail/%s", mails[i].name);

		g_test_add_data_func(path, GSIZE_TO_POINTER(i), test_mail);
	}
	return g_test_run();
}
