/* SPDX-License-Identifier: MIT */
/* smtp-parameters.c - what DSN (RFC 3461) and Deliver-By (RFC 2852) add to MAIL and RCPT, as text */

#include "engine/message/smtp-parameters.h"

#include "engine/bytes.h"

bool
sieve_xtext_decode(SieveBytes text, SieveArena *arena, SieveBytes *ret_decoded)
{
	char *out = sieve_arena_alloc(arena, text.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if (c != '+') {
			if (c < '!' || c > '~' || c == '=')
				return false;
			out[len++] = (char)c;
			continue;
		}
		if (i + 2 >= text.len || !g_ascii_isxdigit(text.ptr[i + 1]) ||
			!g_ascii_isxdigit(text.ptr[i + 2]))
			return false;
		out[len++] = (char)(g_ascii_xdigit_value(text.ptr[i + 1]) * 16 +
				    g_ascii_xdigit_value(text.ptr[i + 2]));
		i += 2;
	}
	*ret_decoded = (SieveBytes){out, len};
	return true;
}

/* Takes the next item of a list with commas between. */
static bool
next_item(SieveBytes *list, SieveBytes *ret_item)
{
	if (list->ptr == NULL)
		return false;
	size_t end = sieve_bytes_find(*list, SIEVE_BYTES(","), 0);
	*ret_item = sieve_bytes_slice(*list, 0, MIN(end, list->len));
	*list = end == SIZE_MAX ? (SieveBytes){NULL, 0} : sieve_bytes_slice(*list, end + 1, SIZE_MAX);
	return true;
}

bool
sieve_notify_is_valid(SieveBytes value)
{
	static const SieveBytes conditions[] = {
		SIEVE_BYTES("SUCCESS"), SIEVE_BYTES("FAILURE"), SIEVE_BYTES("DELAY")};
	SieveBytes item;

	/* NEVER stands alone. */
	if (sieve_bytes_equal_nocase(value, SIEVE_BYTES("NEVER")))
		return true;
	if (value.len == 0)
		return false;
	while (next_item(&value, &item)) {
		bool known = false;
		for (size_t i = 0; i < G_N_ELEMENTS(conditions); i++)
			known = known || sieve_bytes_equal_nocase(item, conditions[i]);
		if (!known)
			return false;
	}
	return true;
}

bool
sieve_notify_has(SieveBytes value, const char *condition)
{
	SieveBytes item;

	while (next_item(&value, &item))
		if (sieve_bytes_equal_nocase(item, sieve_bytes_from_string(condition)))
			return true;
	return false;
}

bool
sieve_ret_is_valid(SieveBytes value)
{
	return sieve_bytes_equal_nocase(value, SIEVE_BYTES("FULL")) ||
	       sieve_bytes_equal_nocase(value, SIEVE_BYTES("HDRS"));
}

/* by-value = by-time ";" by-mode [by-trace]; by-time = ["-" / "+"] 1*9digit */
bool
sieve_deliver_by_parse(SieveBytes value, int64_t now_unix, SieveDeliverBy *ret_by)
{
	size_t at = value.len > 0 && (value.ptr[0] == '-' || value.ptr[0] == '+');
	size_t start = at;
	int64_t seconds = 0;

	for (; at < value.len && g_ascii_isdigit(value.ptr[at]); at++)
		seconds = at - start < 9 ? seconds * 10 + (value.ptr[at] - '0') : -1;
	if (at == start || seconds < 0)
		return false;
	if (value.ptr[0] == '-')
		seconds = -seconds;
	SieveBytes rest = sieve_bytes_slice(value, at, SIZE_MAX);
	if (rest.len < 2 || rest.len > 3 || rest.ptr[0] != ';')
		return false;
	char mode = g_ascii_toupper(rest.ptr[1]);
	bool trace = rest.len == 3;
	if ((mode != 'N' && mode != 'R') || (trace && g_ascii_toupper(rest.ptr[2]) != 'T'))
		return false;
	/* What is to be returned cannot be late already. */
	if (mode == 'R' && seconds <= 0)
		return false;
	*ret_by = (SieveDeliverBy){now_unix + seconds, mode == 'N', trace};
	return true;
}

char *
sieve_deliver_by_print(const SieveDeliverBy *by, int64_t now_unix)
{
	int64_t seconds = CLAMP(by->deadline_unix - now_unix, -999999999, 999999999);

	return g_strdup_printf("%" G_GINT64_FORMAT ";%c%s", seconds, by->notify ? 'N' : 'R',
		by->trace ? "T" : "");
}
