/* SPDX-License-Identifier: MIT */
/* mx.h - where mail for a domain goes: MX, address fall-back, null MX (RFC 5321 5.1, RFC 7505) */
#pragma once

#include "engine/env.h"
#include "mta-hook/error.h"

/** One host to try. */
typedef struct HookHop {
	char *host; /* name or address literal, no brackets */
	uint16_t port;
} HookHop;
HookHop *hook_hop_new(const char *host, uint16_t port);
void hook_hop_free(HookHop *hop);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(HookHop, hook_hop_free)
/** "mx.example.org", "[192.0.2.1]:2525", "[2001:db8::1]", "mx.example.org:2525"; port 25 unless
 * given. Fails with HOOK_ERROR_CONFIG. */
HookHop *hook_hop_parse(const char *text, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct HookMxRecord {
	unsigned preference;
	char *exchange; /* empty or ".": null MX (RFC 7505 section 3) */
} HookMxRecord;
HookMxRecord *hook_mx_record_new(unsigned preference, const char *exchange);
void hook_mx_record_free(HookMxRecord *record);

typedef enum {
	HOOK_DNS_FOUND,
	HOOK_DNS_NONE,	 /* the name service knows that there is none */
	HOOK_DNS_FAILED, /* it does not answer: try later */
} HookDnsAnswer;

/** The name service; tests replace it. */
typedef struct HookDns {
	/* @ret_records: (out) (transfer full) of HookMxRecord, on FOUND */
	HookDnsAnswer (*find_mx)(
		const struct HookDns *dns, const char *domain, GPtrArray **ret_records);
	/* A or AAAA */
	HookDnsAnswer (*find_address)(const struct HookDns *dns, const char *name);
} HookDns;
/** The one of this machine. */
const HookDns *hook_dns_system(void);

/** How hosts are found; every field may be set. */
typedef struct HookMx {
	const HookDns *dns;
	const SieveEnv *env;
	const HookHop *next_hop; /* (nullable) everything goes there */
	GHashTable *domains;	 /* (nullable) domain in lower case -> HookHop: goes there */
} HookMx;

/**
 * hook_mx_find:
 * @domain: of a recipient; an address literal keeps its brackets
 *
 * Returns: (transfer full): HookHops in the order to try them, at least one, hosts of equal
 * preference shuffled. Fails with HOOK_ERROR_NO_DOMAIN, _NULL_MX, _DNS.
 */
GPtrArray *hook_mx_find(
	const HookMx *mx, const char *domain, GError **error) G_GNUC_WARN_UNUSED_RESULT;
