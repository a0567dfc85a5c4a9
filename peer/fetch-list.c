/* SPDX-License-Identifier: MIT */
/* fetch-list.c - what a POP3 server lists: numbers and sizes; hostile input (RFC 1939) */
#include "peer/fetch-list.h"

#define MAX_MESSAGES 1000000u

static SieveBytes
take_line(SieveBytes *rest)
{
	size_t end = sieve_bytes_find(*rest, SIEVE_BYTES("\n"), 0);
	SieveBytes line = sieve_bytes_slice(*rest, 0, MIN(end, rest->len));

	*rest = end == SIZE_MAX ? (SieveBytes){NULL, 0}
				: sieve_bytes_slice(*rest, end + 1, rest->len);
	return sieve_bytes_trim(line);
}

/* Takes 1*18DIGIT off the front of @rest, with the blank that follows. */
static bool
take_number(SieveBytes *rest, uint64_t *ret_number)
{
	uint64_t number = 0;
	size_t len = 0;

	while (len < rest->len && len < 18 && g_ascii_isdigit(rest->ptr[len]))
		number = number * 10 + (uint64_t)(rest->ptr[len++] - '0');
	if (len == 0 || (len < rest->len && rest->ptr[len] != ' '))
		return false;
	*rest = sieve_bytes_slice(*rest, MIN(len + 1, rest->len), rest->len);
	*ret_number = number;
	return true;
}

/* scan-listing = number SP octets. Numbers must rise, so none can come twice. */
static void
parse_listing(GArray *list, SieveBytes text)
{
	uint64_t previous = 0;

	while (text.len > 0 && list->len < MAX_MESSAGES) {
		SieveBytes line = take_line(&text);
		PeerFetchItem item = {0};
		uint64_t number = 0;

		if (!take_number(&line, &number) || number <= previous || number > INT32_MAX)
			continue;
		if (!take_number(&line, &item.octets))
			item.octets = 0;
		item.number = (unsigned)number;
		previous = number;
		g_array_append_val(list, item);
	}
}

GArray *
peer_fetch_list_parse(SieveBytes text)
{
	GArray *list = g_array_new(FALSE, TRUE, sizeof(PeerFetchItem));

	parse_listing(list, text);
	return list;
}
