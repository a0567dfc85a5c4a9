/* SPDX-License-Identifier: MIT */
/* test-mailfilter-property.c - random lists: the script decides as the list read by hand does
 *
 * The reader below shares no code with the compiler: addresses are strings of bits, patterns are
 * those bits with `*`, and the most specific match is looked for in the list as it is.
 */

#include <arpa/inet.h>
#include <string.h>

#include "t/unit/filter-run.h"

#define LISTS 2500
#define MAILS 48 /* of each list: 120,000 pairs */
#define ENTRIES_MAX 12
#define BITS_MAX 128

/* '4' or '6', then a character for each bit: 0, 1, or in a pattern `*`. */
typedef char Bits[1 + BITS_MAX + 1];

static void
read_address(const char *text, Bits bits)
{
	unsigned char octets[16] = {0};
	unsigned n = 4;

	if (inet_pton(AF_INET, text, octets) != 1) {
		g_assert_cmpint(inet_pton(AF_INET6, text, octets), ==, 1);
		n = 16;
	}
	bits[0] = n == 4 ? '4' : '6';
	for (unsigned i = 0; i < 8 * n; i++)
		bits[1 + i] = (char)('0' + (octets[i / 8] >> (7 - i % 8) & 1));
	bits[1 + 8 * n] = '\0';
}

static void
read_groups(const char *text, Bits bits)
{
	bool v6 = strchr(text, ':') != NULL;
	unsigned width = v6 ? 16 : 8;
	unsigned n = v6 ? 8 : 4;
	g_auto(GStrv) groups = g_strsplit(text, v6 ? ":" : ".", -1);
	unsigned n_given = g_strv_length(groups);
	char *out = bits;

	*out++ = v6 ? '6' : '4';
	for (unsigned i = 0; i < n; i++) {
		const char *group = i < n_given ? groups[i] : "*";
		unsigned long number = strtoul(group, NULL, v6 ? 16 : 10);

		for (unsigned bit = width; bit-- > 0;)
			*out++ = (char)(*group == '*' ? '*' : '0' + (int)(number >> bit & 1));
	}
	*out = '\0';
}

static void
read_pattern(const char *text, Bits bits)
{
	g_autofree char *copy = g_strdup(text);
	char *slash = strchr(copy, '/');

	if (strchr(text, '*') != NULL) {
		read_groups(text, bits);
		return;
	}
	if (slash != NULL)
		*slash++ = '\0';
	read_address(copy, bits);
	if (slash != NULL)
		memset(bits + 1 + atoi(slash), '*', strlen(bits + 1 + atoi(slash)));
}

/* How many bits are fixed if the pattern matches; -1 if it does not. */
static int
match_bits(const char *pattern, const char *address)
{
	int fixed = 0;

	if (strlen(pattern) != strlen(address) || pattern[0] != address[0])
		return -1;
	for (; *pattern != '\0'; pattern++, address++) {
		if (*pattern != '*' && *pattern != *address)
			return -1;
		fixed += *pattern != '*';
	}
	return fixed;
}

static bool
glob(const char *pattern, const char *text)
{
	if (*pattern == '*')
		return glob(pattern + 1, text) || (*text != '\0' && glob(pattern, text + 1));
	if (*pattern == '\0' || *text == '\0')
		return *pattern == *text;
	return (*pattern == '?' || *pattern == *text) && glob(pattern + 1, text + 1);
}

/* The characters that are fixed if the pattern matches, all if it has no wildcard; else -1. */
static int
match_sender(const char *entry, const char *sender)
{
	g_autofree char *pattern = g_strconcat(*entry == '@' ? "*" : "", entry, NULL);
	int fixed = 0;

	if (!glob(pattern, sender))
		return -1;
	if (strpbrk(pattern, "*?") == NULL)
		return 10000;
	for (const char *p = pattern; *p != '\0'; p++)
		fixed += *p != '*' && *p != '?';
	return fixed;
}

static bool
denied_by_hand(const GPtrArray *entries, const char *ip, const char *sender)
{
	int best[2] = {-1, -1};              /* address, sender */
	bool deny[2] = {false, false};
	bool everything = false;
	Bits address;

	read_address(ip, address);
	for (unsigned i = 0; i + 1 < entries->len; i++) {
		const char *entry = g_ptr_array_index(entries, i);
		bool denies = entry[0] == '2';
		unsigned side = entry[1] == '1';
		int fixed;

		if (strcmp(entry + 2, "*") == 0) {
			everything = everything || denies;
			continue;
		}
		if (side == 1) {
			fixed = match_sender(entry + 2, sender);
		} else {
			Bits pattern;

			read_pattern(entry + 2, pattern);
			fixed = match_bits(pattern, address);
		}
		if (fixed < 0 || fixed < best[side])
			continue;
		deny[side] = denies || (fixed == best[side] && deny[side]);
		best[side] = fixed;
	}
	if (best[0] < 0 && best[1] < 0)
		return everything;
	return deny[0] || deny[1];
}

/* Few values in each place, so that patterns and addresses meet. */
static unsigned
pick(unsigned n)
{
	return (unsigned)g_test_rand_int_range(0, (int)n);
}

static char *
random_address(bool v6)
{
	static const unsigned octets[] = {0, 10, 11, 127, 128, 255};
	static const unsigned groups[] = {0, 1, 0x7fff, 0x8000, 0xdb8, 0xffff};

	if (!v6)
		return g_strdup_printf("%u.%u.%u.%u", octets[1 + pick(2)], octets[pick(6)],
			octets[pick(6)], octets[pick(6)]);
	return g_strdup_printf("2001:%x:%x:%x:0:%x:0:%x", groups[4], groups[pick(6)], groups[pick(6)],
		groups[pick(2)], groups[pick(3)]);
}

/* The address with the bits behind a random prefix cleared. */
static char *
random_prefix(bool v6)
{
	g_autofree char *text = random_address(v6);
	unsigned bits = pick(v6 ? 129 : 33);
	unsigned char octets[16] = {0};
	char shown[INET6_ADDRSTRLEN];
	int family = v6 ? AF_INET6 : AF_INET;

	g_assert_cmpint(inet_pton(family, text, octets), ==, 1);
	for (unsigned i = bits; i < (v6 ? 128 : 32); i++)
		octets[i / 8] = (unsigned char)(octets[i / 8] & ~(0x80 >> i % 8));
	g_assert_nonnull(inet_ntop(family, octets, shown, sizeof(shown)));
	return g_strdup_printf("%s/%u", shown, bits);
}

/* The address with some groups free. */
static char *
random_stars(bool v6)
{
	g_autofree char *text = random_address(v6);
	g_auto(GStrv) groups = g_strsplit(text, v6 ? ":" : ".", -1);
	unsigned n = g_strv_length(groups);
	unsigned star = pick(n);

	for (unsigned i = 0; i < n; i++)
		if (i == star || pick(3) == 0) {
			g_free(groups[i]);
			groups[i] = g_strdup("*");
		}
	while (n > 1 && strcmp(groups[n - 1], "*") == 0 && pick(2) == 0 &&
		strcmp(groups[n - 2], "*") == 0)
		g_clear_pointer(&groups[--n], g_free);
	/* A lone star is everything, which is another entry. */
	if (n == 1)
		return g_strdup(v6 ? "*:*" : "*.*");
	return g_strjoinv(v6 ? ":" : ".", groups);
}

static char *
random_sender(bool pattern)
{
	static const char *const locals[] = {"a", "ab", "b", "a*", "*", "?", "*b", ""};
	static const char *const domains[] = {"x.org", "y.x.org", "z.net", "*.x.org", "*", "?.net"};

	return g_strdup_printf("%s@%s", locals[pick(pattern ? 8 : 3)], domains[pick(pattern ? 6 : 3)]);
}

static char *
random_entry(void)
{
	bool v6 = pick(3) == 0;
	unsigned action = 1 + pick(2);
	g_autofree char *pattern = NULL;
	unsigned kind = 3;

	switch (pick(9)) {
	case 0:
		return g_strdup_printf("%u%u*", action, pick(2) == 0 ? 1 : 3);
	case 1:
	case 2:
		kind = 2;
		pattern = random_address(v6);
		break;
	case 3:
	case 4:
		pattern = random_stars(v6);
		break;
	case 5:
	case 6:
		pattern = random_prefix(v6);
		break;
	default:
		kind = 1;
		pattern = random_sender(true);
	}
	return g_strdup_printf("%u%u%s", action, kind, pattern);
}

static void
test_against_reading(void)
{
	unsigned n_denied = 0;

	for (unsigned i = 0; i < LISTS; i++) {
		g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(g_free);
		g_auto(GStrv) problems = NULL;

		for (unsigned n = 1 + pick(ENTRIES_MAX); n > 0; n--)
			g_ptr_array_add(entries, random_entry());
		g_ptr_array_add(entries, NULL);
		g_autoptr(FilterRun) run =
			filter_run_new((const char *const *)entries->pdata, &problems);
		g_autofree char *shown = g_strjoinv(" ", (char **)entries->pdata);
		if (problems[0] != NULL)
			g_error("%s", problems[0]);
		for (unsigned mail = 0; mail < MAILS; mail++) {
			g_autofree char *ip = random_address(pick(3) == 0);
			g_autofree char *sender = random_sender(false);
			bool expected = denied_by_hand(entries, ip, sender);

			if (filter_run_denies(run, ip, sender) != expected)
				g_error("%s <%s> must %sbe denied by %s, and is not so by\n%s", ip,
					sender, expected ? "" : "not ", shown, run->text);
			n_denied += expected;
		}
	}
	/* Both outcomes must be common, or nothing is tested. */
	g_assert_cmpuint(n_denied, >, LISTS * MAILS / 5);
	g_assert_cmpuint(n_denied, <, LISTS * MAILS * 4 / 5);
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/mailfilter-property/against-reading", test_against_reading);
	return g_test_run();
}
