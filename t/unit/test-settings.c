/* SPDX-License-Identifier: MIT */
/* test-settings.c - settings: every kind of value, names, mistakes, and the limits that they set */

#include "engine/core-settings.h"
#include "engine/settings.h"
#include "t/unit/script.h"

#include <string.h>

static bool
is_short(const char *text)
{
	return strlen(text) < 4;
}

enum { NUMBER, SIZE, DURATION, FLAG, STRING, UNSET, WORDS, N_DEFS };

static const SieveSettingDef defs[] = {
	[NUMBER] = {.name = "t_number", .type = SIEVE_SETTING_NUMBER, .number = 3, .min = 1,
		.max = 10, .help = "h"},
	[SIZE] = {.name = "t_size", .type = SIEVE_SETTING_SIZE, .fallback = "4K", .help = "h"},
	[DURATION] = {.name = "t_time", .alias = "other_time", .type = SIEVE_SETTING_DURATION,
		.fallback = "7d", .min = 1, .help = "h"},
	[FLAG] = {.name = "t_flag", .type = SIEVE_SETTING_BOOL, .fallback = "no", .help = "h"},
	[STRING] = {.name = "t_string", .type = SIEVE_SETTING_STRING, .fallback = "abc",
		.check = is_short, .legal = "short", .help = "h"},
	[UNSET] = {.name = "t_unset", .type = SIEVE_SETTING_STRING, .help = "h"},
	[WORDS] = {.name = "t_words", .alias = "other_words", .type = SIEVE_SETTING_STRING_LIST,
		.help = "h"},
	[N_DEFS] = {.name = NULL},
};

static const SieveExtension extension = {.capability = "t", .settings = defs};
/* Shares its settings with the first one. */
static const SieveExtension second = {.capability = "t2", .settings = defs};
static const SieveExtension *const extensions[] = {&extension, &second, NULL};

static void
test_defaults(void)
{
	g_autoptr(SieveSettings) settings = sieve_settings_new(extensions);

	g_assert_cmpuint(sieve_settings_number(settings, &defs[NUMBER]), ==, 3);
	g_assert_cmpuint(sieve_settings_number(settings, &defs[SIZE]), ==, 4096);
	g_assert_cmpuint(sieve_settings_number(settings, &defs[DURATION]), ==, 7 * 86400);
	g_assert_cmpuint(sieve_settings_number(settings, &defs[FLAG]), ==, 0);
	g_assert_cmpstr(sieve_settings_string(settings, &defs[STRING]), ==, "abc");
	g_assert_null(sieve_settings_string(settings, &defs[UNSET]));
	g_assert_null(sieve_settings_list(settings, &defs[WORDS])[0]);
	g_assert_cmpuint(sieve_core_number(settings, SIEVE_CORE_MAX_REDIRECTS), ==,
		SIEVE_LIMIT_REDIRECTS);
	g_assert_cmpuint(
		sieve_core_number(NULL, SIEVE_CORE_MAX_REDIRECTS), ==, SIEVE_LIMIT_REDIRECTS);
}

typedef struct SetCase {
	const char *name;
	const char *text;
	uint64_t number;
	const char *said; /* NULL: it is legal */
} SetCase;

static const SetCase set_cases[] = {
	{"t_number", " 10 ", 10, NULL},
	{"t_number", "0", 0, "t_number = 0: it must be a number from 1 to 10"},
	{"t_number", "11", 0, "t_number = 11: it must be a number from 1 to 10"},
	{"t_number", "-1", 0, "t_number = -1: it must be a number from 1 to 10"},
	{"t_number", "", 0, "t_number = : it must be a number from 1 to 10"},
	{"t_number", "1K", 0, "t_number = 1K: it must be a number from 1 to 10"},
	{"t_size", "0", 0, NULL},
	{"t_size", "2k", 2048, NULL},
	{"t_size", "3 MB", 3u << 20, NULL},
	{"t_size", "9223372036854775807", INT64_MAX, NULL},
	{"t_size", "9223372036854775807k", 0,
		"t_size = 9223372036854775807k: it must be a number of bytes (64K and the like too) "
		"from 0"},
	{"t_time", "90", 90, NULL},
	{"other_time", "2h", 7200, NULL},
	{"t_time", "30 secs", 30, NULL},
	{"t_time", "1w", 604800, NULL},
	{"t_time", "1y", 0,
		"t_time = 1y: it must be a number of seconds (2h, 7d and the like too) from 1"},
	{"t_flag", "YES", 1, NULL},
	{"t_flag", "true", 1, NULL},
	{"t_flag", "no", 0, NULL},
	{"t_flag", "1", 0, "t_flag = 1: it must be yes or no"},
	{"t_string", "long", 0, "t_string = long: it must be short"},
	{"t_string", "a\"b", 0, NULL},
	{"t_string", "\xff", 0, "t_string = \\xff: it must be short"},
	{"t_nunber", "1", 0, "t_nunber: there is no such setting; did you mean t_number?"},
	{"zzz", "1", 0, "zzz: there is no such setting"},
};

static void
test_set(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(set_cases); i++) {
		const SetCase *test = &set_cases[i];
		g_autoptr(SieveSettings) settings = sieve_settings_new(extensions);
		g_autoptr(GError) error = NULL;
		bool set = sieve_settings_set(settings, test->name, test->text, &error);
		g_test_message("%s = %s", test->name, test->text);
		g_assert_cmpstr(error == NULL ? NULL : error->message, ==, test->said);
		g_assert_cmpint(set, ==, test->said == NULL);
		if (!set)
			continue;
		const SieveSettingDef *def = sieve_settings_find_def(settings, test->name);
		g_assert_cmpuint(sieve_settings_number(settings, def), ==, test->number);
		sieve_settings_unset(settings, test->name);
		g_autoptr(SieveSettings) fresh = sieve_settings_new(extensions);
		g_assert_cmpuint(sieve_settings_number(settings, def), ==,
			sieve_settings_number(fresh, def));
	}
}

static void
test_list(void)
{
	g_autoptr(SieveSettings) settings = sieve_settings_new(extensions);
	const SieveSettingDef *words = &defs[WORDS];

	g_assert_true(sieve_settings_set(settings, "other_words", " one, two\tthree ", NULL));
	const char *const *list = sieve_settings_list(settings, words);
	g_assert_null(list[3]);
	g_assert_cmpstr(list[0], ==, "one");
	g_assert_cmpstr(list[2], ==, "three");
	g_assert_true(sieve_settings_set(settings, "other_words/two/deep", " x y ", NULL));
	g_assert_cmpstr(sieve_settings_indexed(settings, words, "two/deep"), ==, "x y");
	g_assert_null(sieve_settings_indexed(settings, words, "two"));
	sieve_settings_unset(settings, "t_words/two/deep");
	g_assert_null(sieve_settings_indexed(settings, words, "two/deep"));
	g_assert_false(sieve_settings_set(settings, "none/two", "x", NULL));
}

/* Back to what others say, not to the defaults; what was read before stays readable. */
static void
test_reset(void)
{
	g_autoptr(SieveSettings) base = sieve_settings_new(extensions);
	g_autoptr(SieveSettings) settings = sieve_settings_new(extensions);

	g_assert_true(sieve_settings_set(base, "t_number", "5", NULL));
	g_assert_true(sieve_settings_set(base, "t_words/a", "b", NULL));
	g_assert_true(sieve_settings_set(settings, "t_number", "7", NULL));
	g_assert_true(sieve_settings_set(settings, "t_string", "new", NULL));
	const char *old = sieve_settings_string(settings, &defs[STRING]);
	sieve_settings_reset(settings, base);
	g_assert_cmpuint(sieve_settings_number(settings, &defs[NUMBER]), ==, 5);
	g_assert_cmpstr(sieve_settings_string(settings, &defs[STRING]), ==, "abc");
	g_assert_cmpstr(sieve_settings_indexed(settings, &defs[WORDS], "a"), ==, "b");
	g_assert_cmpstr(old, ==, "new");
}

static void
test_load(void)
{
	g_autoptr(SieveSettings) settings = sieve_settings_new(extensions);
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autoptr(GError) error = NULL;

	g_assert_true(sieve_settings_load(settings, file, "sieve", NULL));
	g_key_file_set_string(file, "sieve", "t_number", "4");
	g_assert_true(sieve_settings_load(settings, file, "sieve", NULL));
	g_assert_cmpuint(sieve_settings_number(settings, &defs[NUMBER]), ==, 4);
	g_key_file_set_string(file, "sieve", "t_flag", "maybe");
	g_assert_false(sieve_settings_load(settings, file, "sieve", &error));
	g_assert_cmpstr(error->message, ==, "[sieve] t_flag = maybe: it must be yes or no");
}

static void
test_print(void)
{
	g_autoptr(SieveSettings) settings = sieve_settings_new(extensions);

	g_assert_true(sieve_settings_set(settings, "t_time", "2h", NULL));
	g_autofree char *text = sieve_settings_print(settings);
	g_assert_nonnull(strstr(text, "\n\n# h\n# a number from 1 to 10\nt_number = 3\n"));
	g_assert_nonnull(strstr(text,
		"\n# h\n# a number of seconds (2h, 7d and the like too) from 1; also other_time\n"
		"t_time = 2h\n"));
	g_assert_nonnull(strstr(text, "\n# h\n# a text\n#t_unset = \n"));
	/* What is printed can be read again. */
	g_autoptr(GKeyFile) file = g_key_file_new();
	g_autofree char *config = g_strconcat("[sieve]\n", text, NULL);
	g_assert_true(g_key_file_load_from_data(file, config, SIZE_MAX, G_KEY_FILE_NONE, NULL));
	g_assert_true(sieve_settings_load(settings, file, "sieve", NULL));
}

/* --- The core's limits ------------------------------------------------------------------------ */

typedef struct LimitCase {
	const char *setting;
	const char *value;
	const char *script;
	const char *result; /* of the run, or the mistakes of the compile */
} LimitCase;

static const LimitCase limit_cases[] = {
	{"max_redirects", "1", "redirect \"a@b\"; redirect \"a@b\";", "redirect \"a@b\"\n"},
	{"max_redirects", "1", "redirect \"a@b\"; redirect \"c@b\";",
		"error: script:1: too many redirects\nimplicit keep\n"},
	{"max_redirects", "0", "redirect \"a@b\";",
		"error: script:1: too many redirects\nimplicit keep\n"},
	{"max_redirects", "0", "keep;", "keep\n"},
	{"max_actions", "1", "keep; discard;", "error: script:1: too many actions\nimplicit keep\n"},
	{"max_actions", "2", "keep; discard;", "keep\ndiscard\n"},
	{"max_include_depth", "1", "require \"include\"; include \"one\";", "discard\n"},
	{"max_include_depth", "0", "require \"include\"; include \"one\";",
		"error: script:1: cannot include \"one\": scripts are nested too deeply\n"
		"implicit keep\n"},
	{"max_includes", "1", "require \"include\"; include \"one\";", "discard\n"},
	{"max_includes", "0", "require \"include\"; include \"one\";",
		"too many scripts are included"},
	{"max_steps", "1000", "if header :contains \"subject\" [\"a\", \"b\"] { discard; }",
		"implicit keep\n"},
	{"max_steps", "1000", "if size :over 0 { keep; } if exists \"x\" { keep; }", "keep\n"},
};

static bool
load_one(SieveLocation location G_GNUC_UNUSED, const char *name, GBytes **ret_text,
	void *user_data G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
	*ret_text = g_str_equal(name, "one") ? g_bytes_new_static("discard;", 8) : NULL;
	return true;
}

static void
test_limit(const void *data)
{
	const LimitCase *test = data;
	g_autoptr(SieveSettings) settings = sieve_settings_new(sieve_extensions());
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	SieveCompileOptions options = {.load = load_one, .settings = settings};
	g_autofree char *result = NULL;

	g_assert_true(sieve_settings_set(settings, test->setting, test->value, NULL));
	g_autoptr(SieveProgram) program = sieve_compile(
		registry, sieve_bytes_from_string(test->script), &options, diags);
	if (program == NULL)
		result = g_strdup(sieve_diag_list_get(diags, 0)->message);
	else
		result = test_run(program, test_mail);
	g_assert_cmpstr(result, ==, test->result);
}

/* Read when the script runs, not when it is compiled; a long mail costs more than the least budget. */
static void
test_steps(void)
{
	g_autoptr(SieveSettings) settings = sieve_settings_new(sieve_extensions());
	g_autoptr(SieveRegistry) registry = sieve_registry_new(sieve_extensions());
	g_autoptr(SieveDiagList) diags = sieve_diag_list_new();
	SieveCompileOptions options = {.settings = settings};
	g_autofree char *letters = g_strnfill(2000, 'a');
	g_autofree char *mail = g_strdup_printf("Subject: %s\r\n\r\n", letters);
	g_autoptr(SieveProgram) program = sieve_compile(registry,
		SIEVE_BYTES("if header :contains \"subject\" \"b\" { discard; }"), &options, diags);

	g_autofree char *enough = test_run(program, mail);
	g_assert_cmpstr(enough, ==, "implicit keep\n");
	g_assert_true(sieve_settings_set(settings, "max_steps", "1000", NULL));
	g_autofree char *less = test_run(program, mail);
	g_assert_cmpstr(less, ==,
		"error: script:1: the script takes too long (more than 1000 steps)\n"
		"implicit keep\n");
}

int
main(int argc, char **argv)
{
	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/settings/defaults", test_defaults);
	g_test_add_func("/settings/set", test_set);
	g_test_add_func("/settings/list", test_list);
	g_test_add_func("/settings/reset", test_reset);
	g_test_add_func("/settings/load", test_load);
	g_test_add_func("/settings/print", test_print);
	for (size_t i = 0; i < G_N_ELEMENTS(limit_cases); i++) {
		const LimitCase *test = &limit_cases[i];
		g_autofree char *name = g_strdup_printf("/settings/limit/%s=%s/%zu", test->setting,
			test->value, i);
		g_test_add_data_func(name, test, test_limit);
	}
	g_test_add_func("/settings/limit/steps", test_steps);
	return g_test_run();
}
