/* SPDX-License-Identifier: MIT */
/* ticket.c - redirect tickets: a short-lived MAC over recipient, sender and expiry */

#include "schema/ticket.h"

#include <string.h>

#include "engine/bytes.h"

#define NONCE_BYTES 8u
#define NONCE_DIGITS (2u * NONCE_BYTES)
#define MAC_BYTES 32u
#define MAC_DIGITS (2u * MAC_BYTES)
#define EXPIRY_DIGITS_MAX 12u /* seconds until the year 33658 */

/* What a ticket says, as views into its text. */
typedef struct Ticket {
	SieveBytes expiry;
	SieveBytes nonce;
	SieveBytes mac;
	int64_t expires_unix;
} Ticket;

struct LocationTicketMemory {
	GMutex lock;
	GHashTable *expiry_by_nonce; /* char * to int64_t * */
	int64_t next_sweep_unix;
};

static void
add_field(GHmac *hmac, SieveBytes field)
{
	g_hmac_update(hmac, (const unsigned char *)field.ptr, (gssize)field.len);
	g_hmac_update(hmac, (const unsigned char *)"", 1);
}

/* doc/redirect.md section 4: each field is followed by one NUL octet, so that none can run into the
 * next. */
static char *
compute_mac(const unsigned char *secret, const Ticket *ticket, SieveBytes recipient,
	SieveBytes sender)
{
	GHmac *hmac = g_hmac_new(G_CHECKSUM_SHA256, secret, LOCATION_SECRET_BYTES);
	g_autofree char *lower = g_ascii_strdown(recipient.len > 0 ? recipient.ptr : "",
		(gssize)recipient.len);

	add_field(hmac, SIEVE_BYTES("doorstep ticket 1"));
	add_field(hmac, ticket->expiry);
	add_field(hmac, ticket->nonce);
	add_field(hmac, sieve_bytes_from_string(lower));
	add_field(hmac, sender.len > 0 ? sender : SIEVE_BYTES(""));
	char *mac = g_strdup(g_hmac_get_string(hmac));

	g_hmac_unref(hmac);
	return mac;
}

static bool
is_hex(SieveBytes bytes)
{
	for (size_t i = 0; i < bytes.len; i++)
		if (!g_ascii_isdigit(bytes.ptr[i]) && (bytes.ptr[i] < 'a' || bytes.ptr[i] > 'f'))
			return false;
	return true;
}

static bool
parse_expiry(Ticket *ticket)
{
	if (ticket->expiry.len == 0 || ticket->expiry.len > EXPIRY_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < ticket->expiry.len; i++) {
		if (!g_ascii_isdigit(ticket->expiry.ptr[i]))
			return false;
		ticket->expires_unix = ticket->expires_unix * 10 + (ticket->expiry.ptr[i] - '0');
	}
	return true;
}

/* 1.<expiry>.<nonce>.<mac> */
static bool
parse_ticket(SieveBytes text, Ticket *ret_ticket)
{
	const SieveBytes version = SIEVE_BYTES("1.");
	size_t dot = sieve_bytes_find(text, SIEVE_BYTES("."), version.len);

	if (!sieve_bytes_starts_with(text, version) || dot == SIZE_MAX ||
		text.len != dot + 1 + NONCE_DIGITS + 1 + MAC_DIGITS ||
		text.ptr[dot + 1 + NONCE_DIGITS] != '.')
		return false;
	Ticket ticket = {
		.expiry = sieve_bytes_slice(text, version.len, dot - version.len),
		.nonce = sieve_bytes_slice(text, dot + 1, NONCE_DIGITS),
		.mac = sieve_bytes_slice(text, dot + 1 + NONCE_DIGITS + 1, MAC_DIGITS),
	};
	if (!parse_expiry(&ticket) || !is_hex(ticket.nonce) || !is_hex(ticket.mac))
		return false;
	*ret_ticket = ticket;
	return true;
}

/* Looks at every octet, whatever the first ones say: the time taken tells nothing. */
static bool
equal_in_constant_time(const char *a, const char *b, size_t len)
{
	volatile unsigned char difference = 0;

	for (size_t i = 0; i < len; i++)
		difference = (unsigned char)(difference | ((unsigned char)a[i] ^ (unsigned char)b[i]));
	return difference == 0;
}

char *
location_ticket_make(const unsigned char *secret, SieveBytes recipient, SieveBytes sender,
	int64_t expires_unix, const unsigned char *nonce)
{
	g_autofree char *expiry = g_strdup_printf("%" G_GINT64_FORMAT, expires_unix);
	char digits[NONCE_DIGITS + 1];

	for (size_t i = 0; i < NONCE_BYTES; i++)
		g_snprintf(digits + 2 * i, 3, "%02x", nonce[i]);
	const Ticket ticket = {
		.expiry = sieve_bytes_from_string(expiry), .nonce = sieve_bytes_from_string(digits)};
	g_autofree char *mac = compute_mac(secret, &ticket, recipient, sender);

	return g_strdup_printf("1.%s.%s.%s", expiry, digits, mac);
}

LocationTicketMemory *
location_ticket_memory_new(void)
{
	LocationTicketMemory *memory = g_new0(LocationTicketMemory, 1);

	g_mutex_init(&memory->lock);
	memory->expiry_by_nonce = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	return memory;
}

void
location_ticket_memory_free(LocationTicketMemory *memory)
{
	if (memory == NULL)
		return;
	g_hash_table_unref(memory->expiry_by_nonce);
	g_mutex_clear(&memory->lock);
	g_free(memory);
}

static gboolean
has_ended(void *nonce G_GNUC_UNUSED, void *expires_unix, void *now_unix)
{
	return *(int64_t *)expires_unix + LOCATION_TICKET_SKEW_S < *(int64_t *)now_unix;
}

/* Remembers the nonce; false when it was known. Only nonces of valid tickets come here, so that a
 * stranger cannot fill the memory; it is swept at most once in the life of a ticket. */
static bool
use_up(LocationTicketMemory *memory, const Ticket *ticket, int64_t now_unix)
{
	g_autofree char *nonce = sieve_bytes_dup(ticket->nonce);
	int64_t *expires_unix = g_memdup2(&ticket->expires_unix, sizeof(ticket->expires_unix));

	g_mutex_lock(&memory->lock);
	if (now_unix >= memory->next_sweep_unix) {
		g_hash_table_foreach_remove(memory->expiry_by_nonce, has_ended, &now_unix);
		memory->next_sweep_unix = now_unix + LOCATION_TICKET_LIFE_S;
	}
	bool fresh = !g_hash_table_contains(memory->expiry_by_nonce, nonce);
	if (fresh)
		g_hash_table_insert(memory->expiry_by_nonce, g_steal_pointer(&nonce),
			g_steal_pointer(&expires_unix));
	g_mutex_unlock(&memory->lock);
	g_free(expires_unix);
	return fresh;
}

LocationTicketVerdict
location_ticket_check(LocationTicketMemory *memory, const unsigned char *secret, SieveBytes text,
	SieveBytes recipient, SieveBytes sender, int64_t now_unix)
{
	Ticket ticket;

	if (!parse_ticket(text, &ticket))
		return LOCATION_TICKET_MALFORMED;
	g_autofree char *mac = compute_mac(secret, &ticket, recipient, sender);

	/* The MAC first: of a forged ticket nothing else is worth knowing. */
	if (!equal_in_constant_time(mac, ticket.mac.ptr, MAC_DIGITS))
		return LOCATION_TICKET_FORGED;
	if (now_unix > ticket.expires_unix + LOCATION_TICKET_SKEW_S)
		return LOCATION_TICKET_EXPIRED;
	return use_up(memory, &ticket, now_unix) ? LOCATION_TICKET_VALID : LOCATION_TICKET_REPLAYED;
}

const char *
location_ticket_verdict_name(LocationTicketVerdict verdict)
{
	static const char *const names[] = {
		[LOCATION_TICKET_VALID] = "valid",
		[LOCATION_TICKET_MALFORMED] = "malformed",
		[LOCATION_TICKET_EXPIRED] = "expired",
		[LOCATION_TICKET_FORGED] = "forged",
		[LOCATION_TICKET_REPLAYED] = "replayed",
	};

	g_return_val_if_fail((size_t)verdict < G_N_ELEMENTS(names), "unknown");
	return names[verdict];
}
