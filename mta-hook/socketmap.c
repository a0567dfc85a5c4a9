/* SPDX-License-Identifier: MIT */
/* socketmap.c - the same decision as a table look-up, for relaying MTAs: Postfix's socketmap */

#include "mta-hook/socketmap.h"

#include <arpa/inet.h>
#include <string.h>

#include "engine/bytes.h"
#include "mta-hook/redirect-reply.h"

#define LENGTH_DIGITS_MAX 5u

/* netstring = length ":" bytes "," */
HookNetstring
hook_socketmap_split(SieveBytes buffer, SieveBytes *ret_request, size_t *ret_used)
{
	size_t length = 0, i = 0;
	for (; i < buffer.len && g_ascii_isdigit(buffer.ptr[i]); i++) {
		length = length * 10 + (size_t)(buffer.ptr[i] - '0');
		if (i >= LENGTH_DIGITS_MAX || length > HOOK_SOCKETMAP_REQUEST_BYTES)
			return HOOK_NETSTRING_BAD;
	}
	if (i == buffer.len)
		return HOOK_NETSTRING_MORE;
	if (i == 0 || buffer.ptr[i] != ':')
		return HOOK_NETSTRING_BAD;
	size_t start = i + 1;
	if (buffer.len <= start + length)
		return HOOK_NETSTRING_MORE;
	if (buffer.ptr[start + length] != ',')
		return HOOK_NETSTRING_BAD;
	*ret_request = sieve_bytes_slice(buffer, start, length);
	*ret_used = start + length + 1;
	return HOOK_NETSTRING_READY;
}

GBytes *
hook_socketmap_frame(const char *reply)
{
	char *framed = g_strdup_printf("%zu:%s,", strlen(reply), reply);
	return g_bytes_new_take(framed, strlen(framed));
}

static bool
parse_port(const char *text, uint16_t *ret_port)
{
	guint64 port;
	if (!g_ascii_string_to_unsigned(text, 10, 1, UINT16_MAX, &port, NULL))
		return false;
	*ret_port = (uint16_t)port;
	return true;
}

/* next-hop = "[" ["ipv6:"] address "]" ":" port */
bool
hook_socketmap_parse_next_hop(SieveBytes text, char **ret_host, uint16_t *ret_port)
{
	g_autofree char *copy = sieve_bytes_dup(text);
	char *close = strchr(copy, ']');
	if (strlen(copy) != text.len || copy[0] != '[' || !close || close[1] != ':')
		return false;
	*close = '\0';
	const char *host = copy + 1;
	if (g_ascii_strncasecmp(host, "ipv6:", 5) == 0)
		host += 5;
	unsigned char address[16];
	if (inet_pton(strchr(host, ':') ? AF_INET6 : AF_INET, host, address) != 1)
		return false;
	if (!parse_port(close + 2, ret_port))
		return false;
	*ret_host = g_strdup(host);
	return true;
}

char *
hook_socketmap_print_fingerprint(const char *key)
{
	g_autoptr(GString) text = g_string_new(NULL);
	const char *hex = strchr(key, ':') + 1;
	for (size_t i = 0; hex[i] && hex[i + 1]; i += 2)
		g_string_append_printf(text, "%s%c%c", i ? ":" : "", g_ascii_toupper(hex[i]),
			g_ascii_toupper(hex[i + 1]));
	return g_string_free(g_steal_pointer(&text), FALSE);
}

static int64_t
now_unix(const HookSocketmap *map)
{
	return map->env->now_usec(map->env) / G_USEC_PER_SEC;
}

/* A directory that is away means store, as everywhere: the mail is then delivered here. */
static char *
answer_transport(const HookSocketmap *map, SieveBytes key)
{
	g_autoptr(LocationRecord) record = NULL;
	/* Postfix also asks for "@domain", "domain" and "*", which name no reader. */
	if (!memchr(key.ptr, '@', key.len) || key.ptr[0] == '@')
		return g_strdup("NOTFOUND ");
	hook_directory_find_by_email(map->directory, key, &record);
	if (hook_decide(record, map->policy, NULL, now_unix(map)).action != HOOK_RELAY)
		return g_strdup("NOTFOUND ");
	const char *tag = strchr(record->host, ':') ? "ipv6:" : "";
	return g_strdup_printf(
		"OK %s:[%s%s]:%u", map->transport, tag, record->host, record->smtp_port);
}

static char *
answer_tlspolicy(const HookSocketmap *map, SieveBytes key)
{
	g_autofree char *host = NULL;
	uint16_t port;
	/* Next hops that we never give out are ruled by the MTA's own settings. */
	if (!hook_socketmap_parse_next_hop(key, &host, &port))
		return g_strdup("NOTFOUND ");
	g_autoptr(LocationRecord) record = NULL;
	if (hook_directory_find_by_host(map->directory, host, port, &record) == HOOK_DIRECTORY_AWAY)
		return g_strdup("TEMP the directory is away");
	if (hook_decide(record, map->policy, NULL, now_unix(map)).action != HOOK_RELAY)
		return g_strdup("TEMP no reader is there now");
	if (!hook_redirect_is_key(record->tls_key))
		return g_strdup("NOTFOUND ");
	g_autofree char *fingerprint = hook_socketmap_print_fingerprint(record->tls_key);
	return g_strdup_printf("OK fingerprint match=%s", fingerprint);
}

typedef struct MapTable {
	const char *name;
	char *(*answer)(const HookSocketmap *map, SieveBytes key);
} MapTable;

static const MapTable tables[] = {
	{"transport", answer_transport},
	{"tlspolicy", answer_tlspolicy},
};

/* request = name SP key */
char *
hook_socketmap_answer(const HookSocketmap *map, SieveBytes request)
{
	size_t blank = sieve_bytes_find(request, SIEVE_BYTES(" "), 0);
	if (blank == SIZE_MAX || blank + 1 >= request.len)
		return g_strdup("PERM no table name and key");
	SieveBytes name = sieve_bytes_slice(request, 0, blank);
	SieveBytes key = sieve_bytes_slice(request, blank + 1, SIZE_MAX);
	for (size_t i = 0; i < G_N_ELEMENTS(tables); i++)
		if (sieve_bytes_equal(name, sieve_bytes_from_string(tables[i].name)))
			return tables[i].answer(map, key);
	return g_strdup("PERM no such table");
}
