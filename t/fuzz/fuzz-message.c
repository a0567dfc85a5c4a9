/* SPDX-License-Identifier: MIT */
/* fuzz-message.c - any bytes as a mail: fields and parts are views of it, values and bodies are decoded */

#include "engine/message/address.h"
#include "engine/message/date.h"
#include "engine/message/header.h"
#include "engine/message/html.h"
#include "engine/message/message.h"
#include "engine/message/mime.h"

#include "t/fuzz/fuzz.h"

#include <string.h>

static bool
holds(SieveBytes bytes, const char *any_of)
{
	for (size_t i = 0; i < bytes.len; i++)
		if (strchr(any_of, bytes.ptr[i]) != NULL && bytes.ptr[i] != '\0')
			return true;
	return false;
}

static void
check_address(const SieveAddress *address)
{
	fuzz_touch(address->all);
	if (!address->valid)
		return;
	fuzz_check_within(address->localpart, address->all);
	fuzz_check_within(address->domain, address->all);
	/* Nothing in an address that is valid can end a line of SMTP. */
	g_assert_false(holds(address->all, "\r\n"));
	g_assert_cmpuint(address->all.len, ==,
		address->localpart.len + address->domain.len + (address->domain.len > 0 ? 1 : 0));
}

static void
check_addresses(SieveBytes value, SieveArena *arena)
{
	SieveAddressIter iter = sieve_address_iter(value);
	SieveAddress address;
	size_t count = 0;

	while (sieve_address_next(&iter, arena, &address)) {
		check_address(&address);
		count++;
	}
	g_assert_cmpuint(count, <=, value.len);
	if (sieve_address_parse(value, arena, &address))
		check_address(&address);
	address = sieve_address_from_path(value, arena);
	check_address(&address);
	if (sieve_address_is_mailbox(value)) {
		/* Angle brackets may stand in a quoted local part; line ends nowhere. */
		g_assert_false(holds(value, "\r\n"));
		g_assert_true(address.valid);
	}
}

static void
check_date(SieveBytes value)
{
	SieveDate date;
	SieveDate again;

	if (!sieve_date_parse(value, &date))
		return;
	g_autofree char *told = sieve_date_print(date);
	g_assert_true(sieve_date_parse(sieve_bytes_from_string(told), &again));
	g_assert_cmpint(again.time_unix, ==, date.time_unix);
	g_assert_cmpint(again.zone, ==, date.zone);
}

static void
check_value(SieveBytes raw)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveBytes unfolded = sieve_header_unfold(raw, arena);
	SieveBytes decoded = sieve_header_decode(raw, arena);

	g_assert_null(memchr(unfolded.ptr == NULL ? "" : unfolded.ptr, '\n', unfolded.len));
	g_assert_cmpuint(unfolded.len, <=, raw.len);
	g_assert_true(sieve_bytes_equal(unfolded, sieve_header_unfold(unfolded, arena)));
	fuzz_touch(decoded);
	g_assert_null(memchr(decoded.ptr == NULL ? "" : decoded.ptr, '\n', decoded.len));
	/* Text stays text; bytes that are none are left alone. */
	if (g_utf8_validate_len(unfolded.ptr == NULL ? "" : unfolded.ptr, unfolded.len, NULL))
		g_assert_true(g_utf8_validate_len(
			decoded.ptr == NULL ? "" : decoded.ptr, decoded.len, NULL));
	check_date(unfolded);
	check_addresses(unfolded, arena);
	check_addresses(decoded, arena);
}

static void
check_field(const SieveMessage *message, size_t number)
{
	const SieveHeaderField *field = sieve_message_get_field(message, number);
	size_t index = number;

	fuzz_check_within(field->name, sieve_message_wire_header(message));
	fuzz_check_within(field->raw, sieve_message_wire_header(message));
	g_assert_false(holds(field->name, ":\n"));
	if (sieve_message_is_field_name(field->name)) {
		g_assert_true(sieve_message_find_field(message, field->name, &index) == field);
		g_assert_cmpuint(index, ==, number + 1);
	}
	check_value(field->raw);
}

static void
check_parts(const SieveMessage *message)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	const SieveMime *mime = sieve_mime_parse(message, arena);

	g_assert_cmpuint(mime->parts[0].end, ==, mime->n_parts);
	for (size_t i = 0; i < mime->n_parts; i++) {
		const SieveMimePart *part = &mime->parts[i];
		g_assert_cmpuint(part->end, >, i);
		g_assert_cmpuint(part->end, <=, mime->n_parts);
		if (i > 0)
			fuzz_check_within(
				sieve_message_header(part->entity), sieve_message_body(message));
		fuzz_check_within(part->prologue, sieve_message_body(part->entity));
		fuzz_check_within(part->epilogue, sieve_message_body(part->entity));
		fuzz_touch(sieve_mime_decode(part, arena));
		SieveBytes text = sieve_mime_text(part, arena);
		fuzz_touch(text);
		fuzz_touch(sieve_html_to_text(text, arena));
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	SieveBytes raw = {(const char *)data, size};
	g_autoptr(SieveMessage) message = sieve_message_new(raw);

	fuzz_check_within(sieve_message_body(message), raw);
	fuzz_check_within(sieve_message_header(message), raw);
	g_assert_cmpuint(sieve_message_header(message).len + sieve_message_body(message).len, ==, size);
	g_assert_cmpuint(sieve_message_size(message), >=, size);
	g_assert_cmpuint(sieve_message_size(message), <=, 2 * size);
	for (size_t i = 0; i < sieve_message_count_fields(message); i++)
		check_field(message, i);
	check_parts(message);
	/* The same bytes as one value, so that its grammar need not be found behind a colon. */
	check_value(raw);
	return 0;
}
