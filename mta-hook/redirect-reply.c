/* SPDX-License-Identifier: MIT */
/* redirect-reply.c - the 551 reply of doc/redirect.md: made by the hook, read by the relay */

#include "mta-hook/redirect-reply.h"

#include <arpa/inet.h>
#include <string.h>

#include "engine/bytes.h"

#define KEY_PREFIX "sha256:"
#define KEY_HEX_DIGITS 64u

void
hook_redirect_free(HookRedirect *redirect)
{
	if (!redirect)
		return;
	g_free(redirect->host);
	g_free(redirect->key);
	g_free(redirect->ticket);
	g_free(redirect);
}

bool
hook_redirect_is_key(const char *key)
{
	if (!key || !g_str_has_prefix(key, KEY_PREFIX))
		return false;
	const char *hex = key + strlen(KEY_PREFIX);
	return strlen(hex) == KEY_HEX_DIGITS && strspn(hex, "0123456789abcdef") == KEY_HEX_DIGITS;
}

static bool
is_host(const char *text)
{
	unsigned char address[16];
	return inet_pton(AF_INET, text, address) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

/* Blanks would end the pair; anything outside printable ASCII has no place in a reply. */
static bool
is_graphic(const char *text, size_t max_bytes)
{
	size_t len = strlen(text);
	if (len == 0 || len > max_bytes)
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] <= ' ' || text[i] > '~')
			return false;
	return true;
}

static bool
is_printable(SieveBytes bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if (bytes.ptr[i] < ' ' || bytes.ptr[i] > '~')
			return false;
	return true;
}

/* RFC 5321 section 4.5.3.1.1 bounds a local part; a longer one never came through an MTA. */
static bool
split_local_part(SieveBytes recipient, SieveBytes *ret_local)
{
	size_t at = recipient.len;
	while (at > 0 && recipient.ptr[at - 1] != '@')
		at--;
	if (at < 2 || at - 1 > 64)
		return false;
	*ret_local = sieve_bytes_slice(recipient, 0, at - 1);
	return is_printable(*ret_local);
}

char **
hook_redirect_reply_print(const HookRedirect *redirect, SieveBytes recipient)
{
	SieveBytes local;
	if (!split_local_part(recipient, &local) || !is_host(redirect->host) ||
		redirect->port == 0 || !hook_redirect_is_key(redirect->key) ||
		!is_graphic(redirect->ticket, HOOK_REDIRECT_TICKET_BYTES))
		return NULL;
	/* RFC 5321 section 4.1.3: an IPv6 literal carries a tag inside its brackets. */
	const char *tag = strchr(redirect->host, ':') ? "IPv6:" : "";
	g_autoptr(GStrvBuilder) lines = g_strv_builder_new();
	g_autofree char *people = g_strdup_printf("User not local; please try <%.*s@[%s%s]>",
		(int)local.len, local.ptr, tag, redirect->host);
	g_autofree char *programs = g_strdup_printf("REDIRECT v=1 host=%s port=%u key=%s ticket=%s",
		redirect->host, redirect->port, redirect->key, redirect->ticket);
	g_strv_builder_add_many(lines, people, programs, NULL);
	return g_strv_builder_end(lines);
}

static bool
parse_version(HookRedirect *redirect, const char *value)
{
	(void)redirect;
	return strcmp(value, "1") == 0;
}

static bool
parse_host(HookRedirect *redirect, const char *value)
{
	redirect->host = g_strdup(value);
	return is_host(value);
}

/* No sign, no leading zero, no blank: one spelling for each port. */
static bool
parse_port(HookRedirect *redirect, const char *value)
{
	size_t len = strlen(value);
	if (len == 0 || len > 5 || value[0] == '0' || strspn(value, "0123456789") != len)
		return false;
	guint64 port = g_ascii_strtoull(value, NULL, 10);
	redirect->port = (uint16_t)MIN(port, UINT16_MAX);
	return port <= UINT16_MAX;
}

static bool
parse_key(HookRedirect *redirect, const char *value)
{
	redirect->key = g_strdup(value);
	return hook_redirect_is_key(value);
}

static bool
parse_ticket(HookRedirect *redirect, const char *value)
{
	redirect->ticket = g_strdup(value);
	return is_graphic(value, HOOK_REDIRECT_TICKET_BYTES);
}

typedef struct RedirectPair {
	const char *name;
	bool (*parse)(HookRedirect *redirect, const char *value);
} RedirectPair;

/* doc/redirect.md section 2: every one of them is required, once. */
static const RedirectPair pairs[] = {
	{"v", parse_version},
	{"host", parse_host},
	{"port", parse_port},
	{"key", parse_key},
	{"ticket", parse_ticket},
};
#define ALL_PAIRS ((1u << G_N_ELEMENTS(pairs)) - 1)

/* pair = name "=" value */
static bool
parse_pair(HookRedirect *redirect, const char *text, unsigned *seen)
{
	const char *equals = strchr(text, '=');
	if (!equals || equals == text)
		return false;
	size_t name_len = (size_t)(equals - text);
	for (size_t i = 0; i < G_N_ELEMENTS(pairs); i++) {
		if (strlen(pairs[i].name) != name_len ||
			strncmp(pairs[i].name, text, name_len) != 0)
			continue;
		if (*seen & (1u << i))
			return false;
		*seen |= 1u << i;
		return pairs[i].parse(redirect, equals + 1);
	}
	return true;
}

static HookRedirect *
fail(const char *why, GError **error)
{
	g_set_error(error, HOOK_ERROR, HOOK_ERROR_REPLY, "redirect not followed: %s", why);
	return NULL;
}

/* line = "5.1.6 REDIRECT" 1*(SP pair) */
HookRedirect *
hook_redirect_reply_parse(int code, const char *const *lines, GError **error)
{
	if (code != HOOK_REDIRECT_CODE)
		return fail("the code is not 551", error);
	const char *line = "";
	for (; *lines; lines++)
		line = *lines;
	if (!g_str_has_prefix(line, HOOK_REDIRECT_ENHANCED " REDIRECT "))
		return fail("its last line is no REDIRECT", error);
	if (strlen(line) > HOOK_REDIRECT_LINE_BYTES || !is_printable(sieve_bytes_from_string(line)))
		return fail("its last line is too long or not printable", error);
	g_auto(GStrv) words =
		g_strsplit(line + strlen(HOOK_REDIRECT_ENHANCED " REDIRECT "), " ", -1);
	g_autoptr(HookRedirect) redirect = g_new0(HookRedirect, 1);
	unsigned seen = 0;
	for (char **word = words; *word; word++)
		if (!parse_pair(redirect, *word, &seen))
			return fail("a value is out of form or given twice", error);
	if (seen != ALL_PAIRS)
		return fail("a value is missing", error);
	return g_steal_pointer(&redirect);
}
