/* SPDX-License-Identifier: MIT */
/* core-settings.c - the settings of the core language, by which the engine's own limits are set */

#include "engine/core-settings.h"

#include "engine/deliver/mailbox-name.h"
#include "engine/settings.h"

#include <string.h>

static bool
is_mailbox(const char *text)
{
	return sieve_address_is_mailbox(sieve_bytes_from_string(text));
}

static bool
are_mailboxes(const char *text)
{
	g_auto(GStrv) words = g_strsplit_set(text, " \t,", -1);

	for (size_t i = 0; words[i] != NULL; i++)
		if (*words[i] != '\0' && !is_mailbox(words[i]))
			return false;
	return true;
}

static bool
is_redirect_from(const char *text)
{
	static const char *const words[] = {
		"sender", "recipient", "orig_recipient", "user_email", "<>", NULL};
	size_t len = strlen(text);

	if (g_strv_contains(words, text))
		return true;
	return len > 2 && text[0] == '<' && text[len - 1] == '>' &&
	       sieve_address_is_mailbox((SieveBytes){text + 1, len - 2});
}

static bool
is_zone(const char *text)
{
	g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(text);

	return zone != NULL;
}

static bool
is_legal_mailbox(const char *text)
{
	SieveBytes name = sieve_bytes_from_string(text);

	return sieve_mailbox_name_check(name) == NULL &&
	       !sieve_mailbox_name_is_same(name, SIEVE_BYTES("INBOX"));
}

const SieveSettingDef sieve_core_settings[SIEVE_N_CORE_SETTINGS + 1] = {
	[SIEVE_CORE_MAX_ACTIONS] = {.name = "max_actions",
		.alias = "sieve_max_actions",
		.type = SIEVE_SETTING_NUMBER,
		.number = SIEVE_LIMIT_ACTIONS,
		.min = 1,
		.max = SIEVE_LIMIT_ACTIONS_MAX,
		.help = "how many actions one run may take"},
	[SIEVE_CORE_MAX_REDIRECTS] = {.name = "max_redirects",
		.alias = "sieve_max_redirects",
		.type = SIEVE_SETTING_NUMBER,
		.number = SIEVE_LIMIT_REDIRECTS,
		.min = 0,
		.max = SIEVE_LIMIT_ACTIONS_MAX,
		.help = "to how many addresses one run may redirect; 0 forbids redirect"},
	[SIEVE_CORE_MAX_INCLUDE_DEPTH] = {.name = "max_include_depth",
		.alias = "sieve_include_max_nesting_depth",
		.type = SIEVE_SETTING_NUMBER,
		.number = SIEVE_LIMIT_INCLUDE_DEPTH,
		.min = 0,
		.max = SIEVE_LIMIT_INCLUDES_MAX,
		.help = "how deeply scripts may include each other; 0 forbids include"},
	[SIEVE_CORE_MAX_INCLUDES] = {.name = "max_includes",
		.alias = "sieve_include_max_includes",
		.type = SIEVE_SETTING_NUMBER,
		.number = SIEVE_LIMIT_INCLUDES,
		.min = 0,
		.max = SIEVE_LIMIT_INCLUDES_MAX,
		.help = "how many scripts one script may include, those included in turn among them"},
	[SIEVE_CORE_MAX_VARIABLE_BYTES] = {.name = "max_variable_bytes",
		.alias = "sieve_variables_max_value_size",
		.old_alias = "sieve_variables_max_variable_size",
		.type = SIEVE_SETTING_SIZE,
		.number = SIEVE_LIMIT_VARIABLE_BYTES,
		.min = 4000, /* RFC 5229 section 6 */
		.max = SIEVE_LIMIT_STRING_BYTES,
		.help = "how many bytes a variable holds; the rest is cut off"},
	[SIEVE_CORE_MAX_STEPS] = {.name = "max_steps",
		.type = SIEVE_SETTING_NUMBER,
		.number = SIEVE_LIMIT_RUN_STEPS,
		.min = 1000,
		.max = SIEVE_LIMIT_RUN_STEPS,
		.help = "how much work one run may do: bytes looked at, tests and commands"},
	[SIEVE_CORE_USER_EMAIL] = {.name = "user_email",
		.alias = "sieve_user_email",
		.type = SIEVE_SETTING_STRING,
		.check = is_mailbox,
		.legal = "a mail address",
		.help = "the main address of whose mail the scripts filter"},
	[SIEVE_CORE_USER_ADDRESSES] = {.name = "user_addresses",
		.type = SIEVE_SETTING_STRING_LIST,
		.check = are_mailboxes,
		.legal = "mail addresses with blanks or commas between",
		.help = "other addresses of the same reader: to mail for them vacation answers too"},
	[SIEVE_CORE_REDIRECT_FROM] = {.name = "redirect_envelope_from",
		.alias = "sieve_redirect_envelope_from",
		.type = SIEVE_SETTING_STRING,
		.fallback = "sender",
		.check = is_redirect_from,
		.legal = "sender, recipient, orig_recipient, user_email, <ADDRESS> or <>",
		.help = "the envelope sender of redirected mail; a bounce has none in any case"},
	[SIEVE_CORE_TIME_ZONE] = {.name = "time_zone",
		.type = SIEVE_SETTING_STRING,
		.check = is_zone,
		.legal = "a time zone, as Europe/Paris or +01:00",
		.help = "the time zone of the reader; that of the machine when not set"},
	[SIEVE_CORE_SNOOZE_MAILBOX] = {.name = "snooze_mailbox",
		.type = SIEVE_SETTING_STRING,
		.fallback = "Snoozed",
		.check = is_legal_mailbox,
		.legal = "a mailbox other than the inbox",
		.help = "where snoozed mails wait"},
	[SIEVE_N_CORE_SETTINGS] = {.name = NULL},
};

uint64_t
sieve_core_number(const SieveSettings *settings, SieveCoreSetting setting)
{
	return settings == NULL ? sieve_core_settings[setting].number
				: sieve_settings_core_number(settings, setting);
}

const char *
sieve_core_string(const SieveSettings *settings, SieveCoreSetting setting)
{
	const SieveSettingDef *def = &sieve_core_settings[setting];

	return settings == NULL ? def->fallback : sieve_settings_string(settings, def);
}

const char *const *
sieve_core_list(const SieveSettings *settings, SieveCoreSetting setting)
{
	static const char *const none[] = {NULL};

	return settings == NULL ? none : sieve_settings_list(settings, &sieve_core_settings[setting]);
}
