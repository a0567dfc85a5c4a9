/* SPDX-License-Identifier: MIT */
/* relay.c - one delivery: MX, follow one redirect, fall back; pure over injected steps */

#include "mta-hook/relay.h"

#include <string.h>

#include "engine/bytes.h"
#include "mta-hook/redirect-reply.h"
#include "mta-hook/target.h"
#include "peer/log.h"

/* Where one recipient stands. PENDING and PLAIN go to the MX, REDIRECTED to the reader's host. */
typedef enum {
	SLOT_PENDING,	 /* no host has spoken about it yet */
	SLOT_PLAIN,	 /* to be tried again as by a client that follows nothing */
	SLOT_TAKEN,	 /* RCPT was accepted, DATA is still to come */
	SLOT_REDIRECTED, /* a 551 names the reader's host */
	SLOT_DONE,	 /* answered */
} SlotState;

typedef struct Slot {
	const char *recipient;
	const char *domain; /* points into @recipient */
	SlotState state;
	HookRedirect *redirect;
	PeerSmtpReply *reply;
} Slot;

typedef struct Delivery {
	const HookRelaySteps *steps;
	const HookNetworks *allowed;
	const HookRelayMail *mail;
	Slot *slots;
	size_t n_slots;
} Delivery;

/* The recipients of one domain that go the same way. */
typedef struct Group {
	Delivery *delivery;
	const char *domain;
	SlotState wanted; /* SLOT_PENDING with announcement, SLOT_PLAIN without */
	bool announce;
} Group;

static void
settle(Slot *slot, int code, const char *enhanced, const char *text)
{
	slot->state = SLOT_DONE;
	slot->reply->code = code;
	slot->reply->enhanced = enhanced;
	g_free(slot->reply->text);
	slot->reply->text = g_strdup(text);
}

/* Only classes 2, 4 and 5 end a command here; 421 would close the MTA's session with us. */
static void
settle_by_answer(Slot *slot, const PeerSmtpAnswer *answer)
{
	g_autofree char *text = g_strjoinv("\n", answer->lines);
	int class = answer->code / 100;
	bool passes = (class == 2 || class == 4 || class == 5) && answer->code != 421;
	settle(slot, class == 2 ? 250 : passes ? answer->code : 451, "", text);
}

static void
settle_by_error(Slot *slot, const char *enhanced, const GError *error)
{
	g_autofree char *text = g_strdup_printf("Not delivered yet: %s", error->message);
	settle(slot, 451, enhanced, text);
}

static bool
in_group(const Group *group, const Slot *slot, SlotState state)
{
	return slot->state == state && g_ascii_strcasecmp(slot->domain, group->domain) == 0;
}

/* A 551 is followed only by those who said so; one that cannot be followed means: deliver as if
 * nothing had been announced (doc/redirect.md section 2). */
static void
take_redirect(const Group *group, Slot *slot, const PeerSmtpAnswer *answer)
{
	g_autoptr(GError) error = NULL;
	slot->redirect =
		hook_redirect_reply_parse(answer->code, (const char *const *)answer->lines, &error);
	if (slot->redirect && hook_target_check(slot->redirect->host, slot->redirect->port,
				      group->delivery->allowed, &error)) {
		slot->state = SLOT_REDIRECTED;
		return;
	}
	peer_log("rcpt", (const PeerLogField[]){
				 {"to", sieve_bytes_from_string(slot->recipient)},
				 {"verdict", SIEVE_BYTES("redirect-ignored")},
				 {"reason", sieve_bytes_from_string(error->message)},
				 {NULL, {NULL, 0}},
			 });
	g_clear_pointer(&slot->redirect, hook_redirect_free);
	slot->state = SLOT_PLAIN;
}

static void
take_rcpt_answer(const Group *group, Slot *slot, const PeerSmtpAnswer *answer)
{
	if (answer->code / 100 == 2)
		slot->state = SLOT_TAKEN;
	else if (answer->code == HOOK_REDIRECT_CODE && group->announce)
		take_redirect(group, slot, answer);
	else
		settle_by_answer(slot, answer);
}

/* False when the session died: whoever was not answered is tried at the next host. */
static bool
send_recipients(const Group *group, PeerSmtpClient *client, GError **error)
{
	Delivery *delivery = group->delivery;
	for (size_t i = 0; i < delivery->n_slots; i++) {
		Slot *slot = &delivery->slots[i];
		PeerSmtpAnswer answer = {0};
		if (!in_group(group, slot, group->wanted))
			continue;
		if (!delivery->steps->rcpt(
			    client, sieve_bytes_from_string(slot->recipient), NULL, &answer, error))
			return false;
		take_rcpt_answer(group, slot, &answer);
		peer_smtp_answer_clear(&answer);
	}
	return true;
}

static void
put_back_taken(const Group *group)
{
	for (size_t i = 0; i < group->delivery->n_slots; i++)
		if (in_group(group, &group->delivery->slots[i], SLOT_TAKEN))
			group->delivery->slots[i].state = group->wanted;
}

static bool
any_in_group(const Group *group, SlotState state)
{
	for (size_t i = 0; i < group->delivery->n_slots; i++)
		if (in_group(group, &group->delivery->slots[i], state))
			return true;
	return false;
}

/* A session that breaks after DATA was begun is not repeated at another host: this one may have the
 * mail (RFC 1047). The queue tries again later. */
static void
send_data(const Group *group, PeerSmtpClient *client)
{
	Delivery *delivery = group->delivery;
	g_autoptr(GError) error = NULL;
	PeerSmtpAnswer answer = {0};
	bool answered = delivery->steps->data(client, delivery->mail->message, &answer, &error);
	for (size_t i = 0; i < delivery->n_slots; i++) {
		if (!in_group(group, &delivery->slots[i], SLOT_TAKEN))
			continue;
		if (answered)
			settle_by_answer(&delivery->slots[i], &answer);
		else
			settle_by_error(&delivery->slots[i], "4.4.2", error);
	}
	peer_smtp_answer_clear(&answer);
}

static void
settle_group_by_answer(const Group *group, const PeerSmtpAnswer *answer)
{
	for (size_t i = 0; i < group->delivery->n_slots; i++)
		if (in_group(group, &group->delivery->slots[i], group->wanted))
			settle_by_answer(&group->delivery->slots[i], answer);
}

static bool
send_envelope(const Group *group, PeerSmtpClient *client, GError **error)
{
	const HookRelayMail *mail = group->delivery->mail;
	PeerSmtpAnswer answer = {0};
	if (!group->delivery->steps->mail(client, mail->sender, mail->message.len, &answer, error))
		return false;
	if (answer.code / 100 != 2)
		settle_group_by_answer(group, &answer);
	peer_smtp_answer_clear(&answer);
	if (send_recipients(group, client, error))
		return true;
	put_back_taken(group);
	return false;
}

/* Tries one host. False: it could not be spoken to, the next one may. */
static bool
try_hop(const Group *group, const HookHop *hop, GError **error)
{
	const HookRelaySteps *steps = group->delivery->steps;
	unsigned flags = group->announce ? PEER_SMTP_CLIENT_ANNOUNCE : 0;
	PeerSmtpClient *client = steps->open(hop, flags, NULL, steps->user_data, error);
	if (!client)
		return false;
	bool spoken = send_envelope(group, client, error);
	if (spoken && any_in_group(group, SLOT_TAKEN))
		send_data(group, client);
	steps->close(client);
	return spoken;
}

typedef struct RouteFailure {
	HookError error;
	int code;
	const char *enhanced;
} RouteFailure;

/* RFC 3463 section 3.2, RFC 7505 section 4.2 */
static const RouteFailure route_failures[] = {
	{HOOK_ERROR_NO_DOMAIN, 550, "5.1.2"},
	{HOOK_ERROR_NULL_MX, 556, "5.1.10"},
};

static void
settle_group_by_error(const Group *group, const GError *error)
{
	RouteFailure failure = {0, 451, "4.4.1"};
	for (size_t i = 0; i < G_N_ELEMENTS(route_failures); i++)
		if (g_error_matches(error, HOOK_ERROR, (int)route_failures[i].error))
			failure = route_failures[i];
	for (size_t i = 0; i < group->delivery->n_slots; i++)
		if (in_group(group, &group->delivery->slots[i], group->wanted))
			settle(&group->delivery->slots[i], failure.code, failure.enhanced,
				error->message);
}

/* One MX session for all recipients of the domain; further hosts only for those left without one.
 */
static void
deliver_group(const Group *group)
{
	const HookRelaySteps *steps = group->delivery->steps;
	g_autoptr(GError) error = NULL;
	g_autoptr(GPtrArray) hops = steps->find_hops(group->domain, steps->user_data, &error);
	if (!hops) {
		settle_group_by_error(group, error);
		return;
	}
	for (unsigned i = 0; i < hops->len && any_in_group(group, group->wanted); i++) {
		g_clear_error(&error);
		if (try_hop(group, hops->pdata[i], &error))
			return;
	}
	settle_group_by_error(group, error);
}

/* Before DATA only the reader's own rules refuse for good, and only in a reply to RCPT; a ticket
 * that is not taken, or an address that this host does not know, must not make the mail bounce
 * (doc/redirect.md section 3). */
static bool
is_readers_refusal(const PeerSmtpAnswer *answer)
{
	return answer->code / 100 == 5 && answer->code != HOOK_REDIRECT_CODE && answer->lines[0] &&
	       g_str_has_prefix(answer->lines[0], "5.7.1 ");
}

static void
settle_by_reader(Slot *slot, const PeerSmtpAnswer *answer, bool final)
{
	if (final || answer->code / 100 == 4) {
		settle_by_answer(slot, answer);
		return;
	}
	g_autofree char *said = peer_smtp_answer_print(answer);
	g_autofree char *text = g_strdup_printf("Not delivered yet: reader's host said: %s", said);
	settle(slot, 451, "4.4.1", text);
}

/* MAIL and RCPT at the reader's host. False when @slot is answered or the session is dead. */
static bool
send_reader_envelope(const Delivery *delivery, Slot *slot, PeerSmtpClient *client, GError **error)
{
	const HookRelayMail *mail = delivery->mail;
	PeerSmtpAnswer answer = {0};
	if (!delivery->steps->mail(client, mail->sender, mail->message.len, &answer, error))
		return false;
	bool sender_taken = answer.code / 100 == 2;
	if (sender_taken) {
		peer_smtp_answer_clear(&answer);
		if (!delivery->steps->rcpt(client, sieve_bytes_from_string(slot->recipient),
			    slot->redirect->ticket, &answer, error))
			return false;
	}
	bool taken = answer.code / 100 == 2;
	if (!taken)
		settle_by_reader(slot, &answer, sender_taken && is_readers_refusal(&answer));
	peer_smtp_answer_clear(&answer);
	return taken;
}

/* Whatever goes wrong on the way to the reader's host leaves the mail in the queue (section 3). */
static void
follow(const Delivery *delivery, Slot *slot)
{
	const HookRelaySteps *steps = delivery->steps;
	HookHop hop = {slot->redirect->host, slot->redirect->port};
	g_autoptr(GError) error = NULL;
	PeerSmtpClient *client = steps->open(
		&hop, PEER_SMTP_CLIENT_REQUIRE_TLS, slot->redirect->key, steps->user_data, &error);
	PeerSmtpAnswer answer = {0};
	if (client && send_reader_envelope(delivery, slot, client, &error) &&
		steps->data(client, delivery->mail->message, &answer, &error))
		settle_by_answer(slot, &answer);
	peer_smtp_answer_clear(&answer);
	if (slot->state != SLOT_DONE) {
		g_prefix_error(&error, "reader's host: ");
		settle_by_error(slot, "4.4.1", error);
	}
	if (client)
		steps->close(client);
}

static void
deliver_all(Delivery *delivery, SlotState wanted, bool announce)
{
	for (size_t i = 0; i < delivery->n_slots; i++)
		if (delivery->slots[i].state == wanted)
			deliver_group(
				&(Group){delivery, delivery->slots[i].domain, wanted, announce});
}

static void
init_slots(Delivery *delivery, PeerSmtpReply *replies)
{
	for (size_t i = 0; i < delivery->n_slots; i++) {
		Slot *slot = &delivery->slots[i];
		const char *at = strrchr(delivery->mail->recipients[i], '@');
		slot->recipient = delivery->mail->recipients[i];
		slot->reply = &replies[i];
		slot->domain = at ? at + 1 : "";
		if (!*slot->domain)
			settle(slot, 550, "5.1.3", "The recipient has no domain");
	}
}

static const char *
name_outcome(int code)
{
	return code / 100 == 2 ? "delivered" : code / 100 == 5 ? "refused" : "queued";
}

static void
log_reply(const HookRelayMail *mail, const Slot *slot)
{
	g_autofree char *code = g_strdup_printf("%d", slot->reply->code);
	peer_log("deliver",
		(const PeerLogField[]){
			{"from", mail->sender.ptr ? mail->sender : SIEVE_BYTES("")},
			{"to", sieve_bytes_from_string(slot->recipient)},
			{"verdict", sieve_bytes_from_string(name_outcome(slot->reply->code))},
			{"code", sieve_bytes_from_string(code)},
			{"announced", sieve_bytes_from_string(mail->announce ? "yes" : "no")},
			{"via", sieve_bytes_from_string(slot->redirect ? "reader" : "exchanger")},
			{"text", sieve_bytes_from_string(slot->reply->text)},
			{NULL, {NULL, 0}},
		});
}

void
hook_relay_deliver(const HookRelaySteps *steps, const HookNetworks *allowed,
	const HookRelayMail *mail, PeerSmtpReply *replies)
{
	g_autofree Slot *slots = g_new0(Slot, mail->n_recipients);
	Delivery delivery = {steps, allowed, mail, slots, mail->n_recipients};
	init_slots(&delivery, replies);
	deliver_all(&delivery, SLOT_PENDING, mail->announce);
	for (size_t i = 0; i < delivery.n_slots; i++)
		if (slots[i].state == SLOT_REDIRECTED)
			follow(&delivery, &slots[i]);
	deliver_all(&delivery, SLOT_PLAIN, false);
	for (size_t i = 0; i < delivery.n_slots; i++) {
		log_reply(mail, &slots[i]);
		hook_redirect_free(slots[i].redirect);
	}
}
