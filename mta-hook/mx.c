/* SPDX-License-Identifier: MIT */
/* mx.c - where mail for a domain goes: MX, address fall-back, null MX (RFC 5321 5.1, RFC 7505) */

#include "mta-hook/mx.h"

#include <gio/gio.h>
#include <string.h>

#define SMTP_PORT 25

/* A domain may list a thousand exchangers; nobody is helped by trying them all. */
#define HOPS_MAX 10u

HookHop *
hook_hop_new(const char *host, uint16_t port)
{
	HookHop *hop = g_new0(HookHop, 1);
	hop->host = g_strdup(host);
	hop->port = port;
	return hop;
}

void
hook_hop_free(HookHop *hop)
{
	if (!hop)
		return;
	g_free(hop->host);
	g_free(hop);
}

HookHop *
hook_hop_parse(const char *text, GError **error)
{
	g_autoptr(GSocketConnectable) parsed = g_network_address_parse(text, SMTP_PORT, NULL);
	guint16 port = parsed ? g_network_address_get_port(G_NETWORK_ADDRESS(parsed)) : 0;
	const char *host = parsed ? g_network_address_get_hostname(G_NETWORK_ADDRESS(parsed)) : "";
	/* GLib takes whatever holds two colons for an IPv6 address. */
	bool plausible = *host && (!strchr(host, ':') || g_hostname_is_ip_address(host));
	if (port != 0 && plausible)
		return hook_hop_new(host, port);
	g_set_error(error, HOOK_ERROR, HOOK_ERROR_CONFIG, "\"%s\" is no host or host:port", text);
	return NULL;
}

HookMxRecord *
hook_mx_record_new(unsigned preference, const char *exchange)
{
	HookMxRecord *record = g_new0(HookMxRecord, 1);
	record->preference = preference;
	record->exchange = g_strdup(exchange);
	return record;
}

void
hook_mx_record_free(HookMxRecord *record)
{
	g_free(record->exchange);
	g_free(record);
}

static HookDnsAnswer
classify(const GError *error)
{
	bool none = g_error_matches(error, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND);
	return none ? HOOK_DNS_NONE : HOOK_DNS_FAILED;
}

static HookDnsAnswer
system_find_mx(const HookDns *dns, const char *domain, GPtrArray **ret_records)
{
	(void)dns;
	g_autoptr(GResolver) resolver = g_resolver_get_default();
	g_autoptr(GError) error = NULL;
	GList *found =
		g_resolver_lookup_records(resolver, domain, G_RESOLVER_RECORD_MX, NULL, &error);
	if (!found)
		return classify(error);
	*ret_records = g_ptr_array_new_with_free_func((GDestroyNotify)hook_mx_record_free);
	for (GList *at = found; at; at = at->next) {
		guint16 preference;
		const char *exchange;
		g_variant_get(at->data, "(q&s)", &preference, &exchange);
		g_ptr_array_add(*ret_records, hook_mx_record_new(preference, exchange));
	}
	g_list_free_full(found, (GDestroyNotify)g_variant_unref);
	return HOOK_DNS_FOUND;
}

static HookDnsAnswer
system_find_address(const HookDns *dns, const char *name)
{
	(void)dns;
	g_autoptr(GResolver) resolver = g_resolver_get_default();
	g_autoptr(GError) error = NULL;
	GList *found = g_resolver_lookup_by_name(resolver, name, NULL, &error);
	if (!found)
		return classify(error);
	g_resolver_free_addresses(found);
	return HOOK_DNS_FOUND;
}

const HookDns *
hook_dns_system(void)
{
	static const HookDns dns = {system_find_mx, system_find_address};
	return &dns;
}

static GPtrArray *
hops_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)hook_hop_free);
}

static GPtrArray *
one_hop(const char *host, uint16_t port)
{
	GPtrArray *hops = hops_new();
	g_ptr_array_add(hops, hook_hop_new(host, port));
	return hops;
}

static bool
is_null_mx(const HookMxRecord *record)
{
	return record->exchange[0] == '\0' || strcmp(record->exchange, ".") == 0;
}

static gint
compare_preference(gconstpointer a, gconstpointer b)
{
	const HookMxRecord *left = *(HookMxRecord *const *)a, *right = *(HookMxRecord *const *)b;
	return (left->preference > right->preference) - (left->preference < right->preference);
}

/* RFC 5321 section 5.1: equal preferences are spread at random. Shuffled first, then sorted by a
 * sort that keeps the order of equals. */
static void
order_records(GPtrArray *records, const SieveEnv *env)
{
	for (unsigned i = records->len; i > 1; i--) {
		uint32_t random;
		env->random(env, &random, sizeof(random));
		unsigned other = random % i;
		gpointer swapped = records->pdata[i - 1];
		records->pdata[i - 1] = records->pdata[other];
		records->pdata[other] = swapped;
	}
	g_ptr_array_sort(records, compare_preference);
}

static GPtrArray *
hops_of_records(GPtrArray *records, const HookMx *mx, GError **error)
{
	GPtrArray *hops = hops_new();
	order_records(records, mx->env);
	for (unsigned i = 0; i < records->len && hops->len < HOPS_MAX; i++) {
		const HookMxRecord *record = records->pdata[i];
		if (!is_null_mx(record))
			g_ptr_array_add(hops, hook_hop_new(record->exchange, SMTP_PORT));
	}
	if (hops->len > 0)
		return hops;
	g_ptr_array_unref(hops);
	g_set_error_literal(error, HOOK_ERROR, HOOK_ERROR_NULL_MX, "the domain takes no mail");
	return NULL;
}

static GPtrArray *
fail_dns(HookDnsAnswer answer, GError **error)
{
	if (answer == HOOK_DNS_NONE)
		g_set_error_literal(error, HOOK_ERROR, HOOK_ERROR_NO_DOMAIN,
			"the domain has neither mail exchanger nor address");
	else
		g_set_error_literal(
			error, HOOK_ERROR, HOOK_ERROR_DNS, "the name service does not answer");
	return NULL;
}

/* address-literal = "[" address / "IPv6:" address "]" (RFC 5321 section 4.1.3) */
static GPtrArray *
hops_of_literal(const char *domain, GError **error)
{
	size_t len = strlen(domain);
	const char *start = domain + 1;
	if (g_ascii_strncasecmp(start, "IPv6:", 5) == 0)
		start += 5;
	size_t inner = len - (size_t)(start - domain);
	g_autofree char *host = g_strndup(start, inner ? inner - 1 : 0);
	if (domain[len - 1] == ']' && g_hostname_is_ip_address(host))
		return one_hop(host, SMTP_PORT);
	return fail_dns(HOOK_DNS_NONE, error);
}

GPtrArray *
hook_mx_find(const HookMx *mx, const char *domain, GError **error)
{
	g_autofree char *lower = g_ascii_strdown(domain, -1);
	const HookHop *fixed = mx->domains ? g_hash_table_lookup(mx->domains, lower) : NULL;
	if (!fixed)
		fixed = mx->next_hop;
	if (fixed)
		return one_hop(fixed->host, fixed->port);
	if (lower[0] == '[')
		return hops_of_literal(lower, error);
	g_autofree char *ascii = g_hostname_to_ascii(lower);
	if (!ascii)
		return fail_dns(HOOK_DNS_NONE, error);
	g_autoptr(GPtrArray) records = NULL;
	HookDnsAnswer answer = mx->dns->find_mx(mx->dns, ascii, &records);
	if (answer == HOOK_DNS_FOUND)
		return hops_of_records(records, mx, error);
	if (answer == HOOK_DNS_NONE)
		answer = mx->dns->find_address(mx->dns, ascii);
	return answer == HOOK_DNS_FOUND ? one_hop(ascii, SMTP_PORT) : fail_dns(answer, error);
}
