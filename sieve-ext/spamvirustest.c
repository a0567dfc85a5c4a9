/* SPDX-License-Identifier: MIT */
/* spamvirustest.c - spamtest and virustest: what a checker wrote into the header (RFC 5235) */

#include <string.h>

#include "engine/sieve-ext.h"

/* --- Settings ----------------------------------------------------------------------------------- */

/* A checker's verdict is a number in a header field (type score), as many characters as it has points
 * (strlen), or a word (text). Of several fields the first is taken: the last checker put it there. */

enum { LARGEST_SPAM = 10, LARGEST_VIRUS = 5 };

static bool
is_type(const char *text)
{
	static const char *const types[] = {"score", "strlen", "text", NULL};

	return g_strv_contains(types, text);
}

/* The pattern of "Name: pattern"; NULL when there is none. A pattern that is wrong gives @error. */
static GRegex *
make_pattern(const char *setting, GError **error)
{
	const char *colon = strchr(setting, ':');

	if (colon == NULL)
		return NULL;
	colon++;
	while (*colon == ' ')
		colon++;
	return g_regex_new(colon, 0, 0, error);
}

static bool
is_field(const char *text)
{
	g_autoptr(GError) error = NULL;
	GRegex *pattern = make_pattern(text, &error);

	g_clear_pointer(&pattern, g_regex_unref);
	return error == NULL && sieve_message_is_field_name((SieveBytes){text, strcspn(text, ":")});
}

static bool
is_positive(const char *text)
{
	char *end;
	double value = g_ascii_strtod(text, &end);

	return end != text && *end == '\0' && value > 0 && value < 1e9;
}

#define TYPE_ROW(prefix, pigeonhole)                                                               \
	{.name = prefix "_status_type",                                                            \
		.alias = "sieve_" pigeonhole "_status_type",                                       \
		.type = SIEVE_SETTING_STRING,                                                      \
		.fallback = "score",                                                               \
		.check = is_type,                                                                  \
		.legal = "score, strlen or text",                                                  \
		.help = "what " prefix "_status_header holds: a number, a length or a word"}
#define FIELD_ROW(prefix, pigeonhole, what, text)                                                  \
	{.name = prefix what,                                                                      \
		.alias = "sieve_" pigeonhole what,                                                 \
		.type = SIEVE_SETTING_STRING,                                                      \
		.check = is_field,                                                                 \
		.legal = "a field name, perhaps with a colon and a regular expression",            \
		.help = text}
#define MAX_ROW(prefix, pigeonhole)                                                                \
	{.name = prefix "_max_value",                                                              \
		.alias = "sieve_" pigeonhole "_max_value",                                         \
		.type = SIEVE_SETTING_STRING,                                                      \
		.check = is_positive,                                                              \
		.legal = "a number above 0",                                                       \
		.help = "the number, or the length, that is as bad as can be"}
#define TEXT_ROW(prefix, pigeonhole, value)                                                        \
	{.name = prefix "_text_value" #value,                                                      \
		.alias = "sieve_" pigeonhole "_text_value" #value,                                 \
		.type = SIEVE_SETTING_STRING,                                                      \
		.help = "the word that means " #value}

enum { STATUS_TYPE, STATUS_HEADER, MAX_HEADER, MAX_VALUE, TEXT_VALUES };

#define COMMON_ROWS(prefix, pigeonhole)                                                            \
	[STATUS_TYPE] = TYPE_ROW(prefix, pigeonhole),                                              \
	[STATUS_HEADER] = FIELD_ROW(prefix, pigeonhole, "_status_header",                          \
		"header field of the verdict, and an expression whose first group is it"),         \
	[MAX_HEADER] = FIELD_ROW(prefix, pigeonhole, "_max_header",                                \
		"header field, and expression, of what is as bad as can be"),                      \
	[MAX_VALUE] = MAX_ROW(prefix, pigeonhole), TEXT_ROW(prefix, pigeonhole, 0),                \
	TEXT_ROW(prefix, pigeonhole, 1), TEXT_ROW(prefix, pigeonhole, 2),                          \
	TEXT_ROW(prefix, pigeonhole, 3), TEXT_ROW(prefix, pigeonhole, 4),                          \
	TEXT_ROW(prefix, pigeonhole, 5)

static const SieveSettingDef spam_settings[] = {
	COMMON_ROWS("spam", "spamtest"),
	TEXT_ROW("spam", "spamtest", 6),
	TEXT_ROW("spam", "spamtest", 7),
	TEXT_ROW("spam", "spamtest", 8),
	TEXT_ROW("spam", "spamtest", 9),
	TEXT_ROW("spam", "spamtest", 10),
	{.name = NULL},
};

static const SieveSettingDef virus_settings[] = {
	COMMON_ROWS("virus", "virustest"),
	{.name = NULL},
};

/* --- Verdicts ----------------------------------------------------------------------------------- */

/* One checker: its settings, and what the largest verdict is. */
typedef struct Checker {
	const SieveSettingDef *settings;
	int largest;
} Checker;

static const Checker spam_checker = {spam_settings, LARGEST_SPAM};
static const Checker virus_checker = {virus_settings, LARGEST_VIRUS};

static const char *
setting_of(SieveRun *run, const Checker *checker, unsigned index)
{
	return sieve_settings_string(sieve_run_settings(run), &checker->settings[index]);
}

/* (transfer full) (nullable) what the field that a setting names holds, or what the first group of its
 * expression found there. */
static char *
read_field(SieveRun *run, const char *setting)
{
	size_t index = 0;

	if (setting == NULL)
		return NULL;
	const SieveHeaderField *field = sieve_message_find_field(sieve_run_message(run),
		(SieveBytes){setting, strcspn(setting, ":")}, &index);
	if (!sieve_run_spend(run, index + (field == NULL ? 0 : field->raw.len), NULL) || field == NULL)
		return NULL;
	SieveBytes value = sieve_header_unfold(field->raw, sieve_run_arena(run));
	g_autofree char *text = g_utf8_make_valid(value.ptr == NULL ? "" : value.ptr, (gssize)value.len);
	g_autoptr(GRegex) pattern = make_pattern(setting, NULL);
	g_autoptr(GMatchInfo) match = NULL;
	if (pattern == NULL)
		return g_steal_pointer(&text);
	if (!g_regex_match(pattern, text, 0, &match))
		return NULL;
	return g_match_info_fetch(match, g_regex_get_capture_count(pattern) > 0 ? 1 : 0);
}

/* The number that a text begins with; less than 0 when there is none. */
static double
read_number(const char *text)
{
	char *end;

	if (text == NULL)
		return -1;
	double value = g_ascii_strtod(text, &end);
	if (end == text)
		return -1;
	/* A negative score is a good one. */
	return value > 0 ? value : 0;
}

/* From 0, clear, to 1, as bad as can be; less than 0 when nobody checked. */
static double
ratio_of_text(SieveRun *run, const Checker *checker, const char *status)
{
	for (int i = 0; i <= checker->largest; i++) {
		const char *word = setting_of(run, checker, TEXT_VALUES + (unsigned)i);
		if (word != NULL && strcmp(status, word) == 0)
			return (double)(i - 1) / (checker->largest - 1);
	}
	return -1;
}

static double
find_ratio(SieveRun *run, const Checker *checker)
{
	const char *type = setting_of(run, checker, STATUS_TYPE);
	g_autofree char *status = read_field(run, setting_of(run, checker, STATUS_HEADER));

	if (status == NULL)
		return -1;
	g_strstrip(status);
	if (strcmp(type, "text") == 0)
		return ratio_of_text(run, checker, status);
	g_autofree char *max_text = read_field(run, setting_of(run, checker, MAX_HEADER));
	double max = read_number(max_text != NULL ? max_text : setting_of(run, checker, MAX_VALUE));
	double value =
		strcmp(type, "strlen") == 0 ? (double)strlen(status) : read_number(status);
	if (max <= 0 || value < 0)
		return -1;
	return MIN(value / max, 1);
}

/* Where halves are, the number is what has been reached in full. */
static int
scale(double ratio, int smallest, int largest)
{
	return smallest + (int)(ratio * (largest - smallest) + 0.001);
}

static bool
match_verdict(SieveRun *run, const SieveArgs *args, const Checker *checker, bool percent,
	bool *ret_outcome)
{
	double ratio = find_ratio(run, checker);
	SieveMatching matching;
	int verdict = 0;

	if (ratio >= 0)
		verdict = percent ? scale(ratio, 0, 100) : scale(ratio, 1, checker->largest);
	sieve_matching_begin(&matching, run, args);
	/* Section 3.1: what was not checked counts 0. */
	if (ratio >= 0 || !sieve_matching_counts(&matching))
		sieve_matching_offer(&matching, sieve_bytes_from_string(sieve_arena_printf(
						       sieve_run_arena(run), "%d", verdict)));
	*ret_outcome = sieve_matching_end(&matching);
	return true;
}

/* --- spamtest (section 3.2) --------------------------------------------------------------------- */

enum { SPAM_PERCENT, SPAM_MATCH, SPAM_VALUE };

/* Usage: spamtest [":percent"] [COMPARATOR] [MATCH-TYPE] <value: string> */
static const SieveArgDef spamtest_args[] = {
	[SPAM_PERCENT] = {.type = SIEVE_ARG_TAG, .name = "percent"},
	[SPAM_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[SPAM_VALUE] = {.type = SIEVE_ARG_STRING, .name = "value", .flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

static void
spamtest_check(SieveCheck *check, SieveArgs *args)
{
	if (sieve_args_has(args, SPAM_PERCENT) && !sieve_check_use(check, "spamtestplus"))
		sieve_check_error(check, sieve_args_get(args, SPAM_PERCENT),
			"add require \"spamtestplus\"", "unknown tag :percent");
}

static bool
spamtest_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	return match_verdict(
		run, args, &spam_checker, sieve_args_has(args, SPAM_PERCENT), ret_outcome);
}

static const SieveTestDef spam_tests[] = {
	{.name = "spamtest",
		.args = spamtest_args,
		.needs = SIEVE_NEEDS_HEADER,
		.check = spamtest_check,
		.run = spamtest_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_spamtest = {
	.capability = "spamtest",
	.source = "RFC 5235",
	.tests = spam_tests,
	.settings = spam_settings,
};

const SieveExtension sieve_ext_spamtestplus = {
	.capability = "spamtestplus",
	.implies = "spamtest",
	.source = "RFC 5235",
};

/* --- virustest (section 3.3) -------------------------------------------------------------------- */

enum { VIRUS_MATCH, VIRUS_VALUE };

/* Usage: virustest [COMPARATOR] [MATCH-TYPE] <value: string> */
static const SieveArgDef virustest_args[] = {
	[VIRUS_MATCH] = {.type = SIEVE_ARG_MATCH, .name = "match type"},
	[VIRUS_VALUE] = {.type = SIEVE_ARG_STRING, .name = "value", .flags = SIEVE_ARG_KEYS},
	{.type = SIEVE_ARG_END},
};

static bool
virustest_run(SieveRun *run, const SieveArgs *args, bool *ret_outcome, GError **error G_GNUC_UNUSED)
{
	return match_verdict(run, args, &virus_checker, false, ret_outcome);
}

static const SieveTestDef virus_tests[] = {
	{.name = "virustest",
		.args = virustest_args,
		.needs = SIEVE_NEEDS_HEADER,
		.run = virustest_run},
	{.name = NULL},
};

const SieveExtension sieve_ext_virustest = {
	.capability = "virustest",
	.source = "RFC 5235",
	.tests = virus_tests,
	.settings = virus_settings,
};
