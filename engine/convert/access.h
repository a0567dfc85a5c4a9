/* SPDX-License-Identifier: MIT */
/* access.h - access lists: keys and what is done with their mail, as a few commands with key lists
 *
 * The most specific key of a side decides, as in the maps of Sendmail and Postfix: an address before its
 * domain, a domain before the one that it is part of, a part before the @ after all these; a network
 * before those around it, names of hosts before networks.
 */
#pragma once

#include "engine/convert/build.h"

typedef enum {
	CONVERT_ACCEPT,
	CONVERT_REJECT,	  /* text: what the sender is told */
	CONVERT_DISCARD,
	CONVERT_REDIRECT, /* text: an address */
	CONVERT_COPY,	  /* text: an address that gets a copy */
	CONVERT_PREPEND,  /* text: a field, "Name: value" */
} ConvertVerdictKind;

typedef struct ConvertVerdict {
	ConvertVerdictKind kind;
	SieveBytes text;
} ConvertVerdict;

typedef enum {
	CONVERT_KEY_DOMAIN, /* with all in it; of a client, names of hosts */
	CONVERT_KEY_ADDRESS,
	CONVERT_KEY_LOCALPART,
	CONVERT_KEY_NETWORK, /* ADDRESS or ADDRESS/BITS; of a client alone */
	CONVERT_N_KEYS
} ConvertKeyKind;

typedef struct ConvertAccess ConvertAccess;

ConvertAccess *convert_access_new(SieveConversion *conversion);
void convert_access_free(ConvertAccess *access);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ConvertAccess, convert_access_free)
/** Parts before the @ are looked up before domains, not after them: so does Sendmail. Before all else. */
void convert_access_look_up_users_first(ConvertAccess *access);
/** Adds an entry; of two with one key the first counts. The null sender is the address "". False when
 * @key can be none: nothing is added. */
bool convert_access_add(ConvertAccess *access, SieveSide side, ConvertKeyKind kind, SieveBytes key,
	const ConvertVerdict *verdict, size_t line);
/** The same for a key as maps write them: `user@host`, `user@`, or a domain, with all in it. */
bool convert_access_add_name(ConvertAccess *access, SieveSide side, SieveBytes key,
	const ConvertVerdict *verdict, size_t line);
/** The network of all addresses that begin so, "192.168" or "2001:db8", as CIDR; lives as long as the
 * conversion. NULL when it is no beginning of one. */
const char *convert_network_of(SieveConversion *conversion, SieveBytes beginning);
/** The same where not the most specific network counts but the first: one within a network that was added
 * before is not added, but found. */
bool convert_access_add_first(ConvertAccess *access, SieveBytes network, const ConvertVerdict *verdict,
	size_t line);
/** Appends the commands to the script. Once. */
void convert_access_write(ConvertAccess *access);

/** What a verdict does, as commands of @block. */
void convert_add_verdict(
	SieveConversion *conversion, SieveAstNode *block, const ConvertVerdict *verdict);
/** Takes a reply apart, "550 5.7.1 text" or "5.7.1 text" or "text"; the text, or words of our own. */
SieveBytes convert_reply_text(SieveBytes reply);
/** True when it can be a domain, perhaps of one label. */
bool convert_is_domain(SieveBytes text);
