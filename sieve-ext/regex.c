/* SPDX-License-Identifier: MIT */
/* regex.c - :regex and :quoteregex (draft-murchison-sieve-regex-07), by PCRE2
 *
 * Extended regular expressions of POSIX.2, and the escapes of PCRE2 as far as they take no question mark.
 * A match is made with a callout before each item of the pattern, which charges the run for what was
 * looked at since the last one: what would take for ever ends as any other script that takes too long.
 */

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>
#include <string.h>

#include "engine/sieve-ext.h"

enum {
	CALLOUT_STEPS = 4,	/* a callout costs about as much as so many bytes */
	MAX_PATTERN_BYTES = 64 << 10,
	MAX_HEAP_KIB = 32 << 10,
	ERROR_TEXT_BYTES = 256, /* PCRE2 promises to stay below */
};

/* More than any run has. */
#define ALL_STEPS (UINT64_C(1) << 40)

/* --- Compiling ---------------------------------------------------------------------------------- */

typedef struct Regexes {
	pcre2_code **codes; /* (array length=count) (nullable) in the arena, which frees them */
	size_t count;
} Regexes;

static void *
arena_malloc(size_t size, void *arena)
{
	return sieve_arena_alloc(arena, size);
}

static void
arena_free(void *memory G_GNUC_UNUSED, void *arena G_GNUC_UNUSED)
{
}

static PCRE2_SPTR
units_of(SieveBytes text)
{
	return (PCRE2_SPTR)(text.ptr == NULL ? "" : text.ptr);
}

static bool
is_caseless(const SieveComparatorDef *comparator)
{
	return comparator->normalise != NULL ||
	       (comparator->fold != NULL && comparator->fold['a'] == comparator->fold['A']);
}

/* NULL when it is none; then what is wrong, and where, goes to @ret_error and @ret_offset. */
static pcre2_code *
compile_regex(SieveBytes pattern, bool caseless, SieveArena *arena, int *ret_error, size_t *ret_offset)
{
	uint32_t options = PCRE2_AUTO_CALLOUT | PCRE2_DOLLAR_ENDONLY | PCRE2_NEVER_BACKSLASH_C;
	pcre2_general_context *general =
		pcre2_general_context_create(arena_malloc, arena_free, arena);
	pcre2_compile_context *context = pcre2_compile_context_create(general);

	pcre2_set_max_pattern_length(context, MAX_PATTERN_BYTES);
	if (caseless)
		options |= PCRE2_CASELESS;
	/* Of bytes that are no text each is a character. */
	if (g_utf8_validate_len((const char *)units_of(pattern), pattern.len, NULL))
		options |= PCRE2_UTF | PCRE2_MATCH_INVALID_UTF;
	return pcre2_compile(
		units_of(pattern), pattern.len, options, ret_error, ret_offset, context);
}

/* Where the bracket expression that begins at @at ends. A bracket that comes first is one of its
 * characters, and a class as [:alpha:] has one of its own. */
static size_t
skip_brackets(SieveBytes pattern, size_t at)
{
	at++;
	if (at < pattern.len && pattern.ptr[at] == '^')
		at++;
	if (at < pattern.len && pattern.ptr[at] == ']')
		at++;
	while (at < pattern.len && pattern.ptr[at] != ']') {
		bool class = sieve_bytes_starts_with(
			sieve_bytes_slice(pattern, at, 2), SIEVE_BYTES("[:"));
		size_t end = class ? sieve_bytes_find(pattern, SIEVE_BYTES(":]"), at + 2) : SIZE_MAX;
		at = end != SIZE_MAX ? end + 2 : at + (pattern.ptr[at] == '\\' ? 2 : 1);
	}
	return at;
}

/* Groups that begin with `?` or `*` are no POSIX: they can make PCRE2 do anything. */
static bool
has_special_group(SieveBytes pattern)
{
	for (size_t i = 0; i + 1 < pattern.len; i++) {
		char byte = pattern.ptr[i];
		char next = pattern.ptr[i + 1];
		if (byte == '\\')
			i++;
		else if (byte == '[')
			i = skip_brackets(pattern, i);
		else if (byte == '(' && (next == '?' || next == '*'))
			return true;
	}
	return false;
}

static void
check_regex(SieveCheck *check, const SieveArg *arg, SieveBytes key)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	g_autofree char *shown = sieve_bytes_escape(key, 80);
	PCRE2_UCHAR text[ERROR_TEXT_BYTES] = "";
	size_t offset = 0;
	int code = 0;

	if (has_special_group(key))
		sieve_check_error(check, arg, NULL,
			"\"%s\" is no regular expression: a group cannot begin with ? or *", shown);
	else if (compile_regex(key, false, arena, &code, &offset) == NULL) {
		pcre2_get_error_message(code, text, sizeof(text));
		sieve_check_error(check, arg, NULL,
			"\"%s\" is no regular expression: %s, after %zu bytes", shown,
			(const char *)text, offset);
	}
}

static const void *
compile_keys(const SieveKeys *keys, SieveArena *arena)
{
	Regexes *regexes = sieve_arena_new_array(arena, Regexes, 1);
	size_t offset;
	int code;

	regexes->count = keys->keys.count;
	regexes->codes = sieve_arena_new_array(arena, pcre2_code *, regexes->count);
	for (size_t i = 0; i < regexes->count; i++)
		if (!has_special_group(keys->keys.items[i]))
			regexes->codes[i] = compile_regex(keys->keys.items[i],
				is_caseless(keys->comparator), arena, &code, &offset);
	return regexes;
}

/* --- Matching ----------------------------------------------------------------------------------- */

/* One match, for its callouts. */
typedef struct Meter {
	SieveRun *run;
	size_t last; /* where the callout before looked */
} Meter;

static int
charge(pcre2_callout_block *block, void *data)
{
	Meter *meter = data;
	size_t at = block->current_position;
	size_t moved = at > meter->last ? at - meter->last : meter->last - at;

	meter->last = at;
	return sieve_run_spend(meter->run, moved + CALLOUT_STEPS, NULL) ? 0 : PCRE2_ERROR_CALLOUT;
}

/* What a match needs, made once for all keys. */
typedef struct Matcher {
	pcre2_match_data *data;
	pcre2_match_context *context;
	Meter meter;
} Matcher;

static void
matcher_begin(Matcher *matcher, SieveRun *run)
{
	*matcher = (Matcher){
		.data = pcre2_match_data_create(SIEVE_CAPTURES + 1, NULL),
		.context = pcre2_match_context_create(NULL),
		.meter = {.run = run},
	};
	if (matcher->data == NULL || matcher->context == NULL)
		g_error("out of memory");
	pcre2_set_heap_limit(matcher->context, MAX_HEAP_KIB);
	pcre2_set_callout(matcher->context, charge, &matcher->meter);
}

static void
matcher_end(Matcher *matcher)
{
	pcre2_match_data_free(matcher->data);
	pcre2_match_context_free(matcher->context);
}

/* The number of groups and one, 0 for more than there is room for, or less than 0. */
static int
match_regex(Matcher *matcher, const pcre2_code *code, SieveBytes value)
{
	if (code == NULL)
		return PCRE2_ERROR_NOMATCH;
	matcher->meter.last = 0;
	int status = pcre2_match(code, units_of(value), value.len, 0, 0, matcher->data,
		matcher->context);
	/* What takes more memory than it may has taken too long: nothing is left. */
	if (status < 0 && status != PCRE2_ERROR_NOMATCH)
		(void)sieve_run_spend(matcher->meter.run, ALL_STEPS, NULL);
	return status;
}

static bool
match_keys(SieveMatching *matching, const void *compiled, SieveBytes value)
{
	const Regexes *regexes = compiled;
	bool matched = false;
	Matcher matcher;

	matcher_begin(&matcher, matching->run);
	for (size_t i = 0; i < regexes->count && !matched; i++) {
		/* The first one was paid for when the value was offered. */
		if (i > 0 && !sieve_run_spend(matching->run, value.len + 1, NULL))
			break;
		matched = match_regex(&matcher, regexes->codes[i], value) >= 0;
		matching->key = i;
	}
	matcher_end(&matcher);
	return matched;
}

static size_t
capture_groups(const SieveMatching *matching, SieveBytes *captures)
{
	const Regexes *regexes = matching->matcher;
	Matcher matcher;

	matcher_begin(&matcher, matching->run);
	int status = match_regex(&matcher, regexes->codes[matching->key], matching->value);
	size_t count = status == 0 ? SIEVE_CAPTURES + 1 : status < 0 ? 0 : (size_t)status;
	const size_t *offsets = pcre2_get_ovector_pointer(matcher.data);
	for (size_t i = 0; i < count; i++) {
		bool set = offsets[2 * i] != PCRE2_UNSET && offsets[2 * i] <= offsets[2 * i + 1];
		captures[i] = set ? sieve_bytes_slice(matching->value, offsets[2 * i],
					    offsets[2 * i + 1] - offsets[2 * i])
				  : SIEVE_BYTES("");
	}
	matcher_end(&matcher);
	return count;
}

/* MATCH-TYPE =/ ":regex" */
static const SieveMatchDef regex_matches[] = {
	{.tag = "regex",
		.needs = SIEVE_COMPARATOR_SUBSTRING,
		.raw = true,
		.check_key = check_regex,
		.compile = compile_keys,
		.match = match_keys,
		.capture = capture_groups},
	{.tag = NULL},
};

/* --- :quoteregex -------------------------------------------------------------------------------- */

static SieveBytes
quote_regex(SieveRun *run, SieveBytes value)
{
	char *text = sieve_arena_alloc(sieve_run_arena(run), 2 * value.len + 1);
	size_t len = 0;

	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] != '\0' && strchr("\\^$.[]()|*+?{}", value.ptr[i]) != NULL)
			text[len++] = '\\';
		text[len++] = value.ptr[i];
	}
	return (SieveBytes){text, len};
}

/* MODIFIER =/ ":quoteregex" */
static const SieveModifierDef regex_modifiers[] = {
	{"quoteregex", 20, quote_regex},
	{.tag = NULL},
};

const SieveExtension sieve_ext_regex = {
	.capability = "regex",
	.source = "draft-murchison-sieve-regex-07",
	.matches = regex_matches,
	.modifiers = regex_modifiers,
};
