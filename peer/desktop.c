/* SPDX-License-Identifier: MIT */
/* desktop.c - pop-ups on the reader's desktop (org.freedesktop.Notifications over D-Bus) */
#include "peer/desktop.h"

#include <string.h>

#include "engine/arena.h"
#include "engine/bytes.h"
#include "engine/message/header.h"
#include "engine/message/message.h"

#define SERVICE "org.freedesktop.Notifications"
#define PATH "/org/freedesktop/Notifications"
#define CALL_TIMEOUT_MS 3000
#define SUMMARY_CHARS 120u
#define BODY_CHARS 500u

/* Marks that reorder what is shown, so that one name could be made to look like another (Unicode
 * UAX 9). */
static bool
turns_direction(gunichar character)
{
	return character == 0x061c || character == 0x200e || character == 0x200f ||
	       (character >= 0x202a && character <= 0x202e) ||
	       (character >= 0x2066 && character <= 0x2069);
}

char *
peer_desktop_clean(SieveBytes text, size_t max_chars, bool lines)
{
	/* No character needs more than four bytes, so this much suffices. */
	size_t len = MIN(text.len, (max_chars + 1) * 4);
	g_autofree char *valid = g_utf8_make_valid(text.ptr != NULL ? text.ptr : "", (gssize)len);
	g_autoptr(GString) out = g_string_new(NULL);
	size_t count = 0;

	for (char *at = valid; *at != '\0'; at = g_utf8_next_char(at)) {
		gunichar character = g_utf8_get_char(at);

		if (turns_direction(character))
			continue;
		if (count++ == max_chars) {
			g_string_append(out, "…");
			break;
		}
		if (g_unichar_iscntrl(character) && !(lines && character == '\n'))
			character = ' ';
		g_string_append_unichar(out, character);
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

/* A connection of its own: the bus may come and go while the daemon stays. */
static GDBusConnection *
connect_bus(GError **error)
{
	g_autofree char *address = g_dbus_address_get_for_bus_sync(G_BUS_TYPE_SESSION, NULL, error);

	if (address == NULL)
		return NULL;
	return g_dbus_connection_new_for_address_sync(address,
		G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
			G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
		NULL, NULL, error);
}

static GVariant *
call(GDBusConnection *bus, const char *method, GVariant *arguments, const char *type,
	GError **error)
{
	return g_dbus_connection_call_sync(bus, SERVICE, PATH, SERVICE, method, arguments,
		G_VARIANT_TYPE(type), G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, NULL, error);
}

static bool
takes_markup(GDBusConnection *bus, bool *ret_markup, GError **error)
{
	g_autoptr(GVariant) answer = call(bus, "GetCapabilities", NULL, "(as)", error);
	g_autofree const char **names = NULL;

	if (answer == NULL)
		return false;
	g_variant_get(answer, "(^a&s)", &names);
	*ret_markup = g_strv_contains(names, "body-markup");
	return true;
}

static bool
show(GDBusConnection *bus, const char *summary, const char *body, GError **error)
{
	GVariantBuilder hints;

	g_variant_builder_init(&hints, G_VARIANT_TYPE("a{sv}"));
	g_variant_builder_add(&hints, "{sv}", "category", g_variant_new_string("email.arrived"));

	GVariant *arguments = g_variant_new("(susss@asa{sv}i)", "Doorstep", 0u, "mail-unread",
		summary, body, g_variant_new_strv(NULL, 0), &hints, -1);
	g_autoptr(GVariant) answer = call(bus, "Notify", arguments, "(u)", error);

	return answer != NULL;
}

bool
peer_desktop_notify(SieveBytes summary, SieveBytes body, GError **error)
{
	g_autoptr(GDBusConnection) bus = connect_bus(error);
	g_autofree char *title = peer_desktop_clean(summary, SUMMARY_CHARS, false);
	g_autofree char *text = peer_desktop_clean(body, BODY_CHARS, true);
	bool markup = false;
	bool ok = bus != NULL && takes_markup(bus, &markup, error);

	if (ok) {
		g_autofree char *escaped = g_markup_escape_text(text, -1);

		ok = show(bus, title, markup ? escaped : text, error);
	}
	if (bus != NULL)
		(void)g_dbus_connection_close_sync(bus, NULL, NULL);
	if (!ok)
		g_prefix_error(error, "desktop: ");
	return ok;
}

static SieveBytes
find_text(const SieveMessage *message, SieveBytes name, SieveArena *arena)
{
	size_t index = 0;
	const SieveHeaderField *field = sieve_message_find_field(message, name, &index);

	return field != NULL ? sieve_header_decode(field->raw, arena) : (SieveBytes){"", 0};
}

bool
peer_desktop_notify_mail(const SieveMessage *message, GError **error)
{
	g_autoptr(SieveArena) arena = sieve_arena_new();
	SieveBytes from = find_text(message, SIEVE_BYTES("From"), arena);
	SieveBytes subject = find_text(message, SIEVE_BYTES("Subject"), arena);

	if (from.len == 0)
		from = SIEVE_BYTES("New mail");
	return peer_desktop_notify(from, subject, error);
}
