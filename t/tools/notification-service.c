/* SPDX-License-Identifier: MIT */
/* notification-service.c - a notification service that shows nothing and tells what it was asked to
 * show
 *
 * usage: notification-service [CAPABILITY...]
 * Writes "ready" once it has its name on the session bus, then for each pop-up one line:
 * summary, TAB, body; control characters and backslashes as C escapes. Ends with the bus.
 */
#include <gio/gio.h>
#include <stdio.h>

static const char interface_xml[] =
	"<node><interface name='org.freedesktop.Notifications'>"
	"<method name='GetCapabilities'><arg type='as' direction='out'/></method>"
	"<method name='Notify'>"
	"<arg type='s' direction='in'/><arg type='u' direction='in'/><arg type='s' direction='in'/>"
	"<arg type='s' direction='in'/><arg type='s' direction='in'/><arg type='as' "
	"direction='in'/>"
	"<arg type='a{sv}' direction='in'/><arg type='i' direction='in'/>"
	"<arg type='u' direction='out'/></method>"
	"</interface></node>";

static void
tell(GVariant *parameters)
{
	const char *summary = NULL;
	const char *body = NULL;

	g_variant_get_child(parameters, 3, "&s", &summary);
	g_variant_get_child(parameters, 4, "&s", &body);

	g_autofree char *escaped_summary = g_strescape(summary, NULL);
	g_autofree char *escaped_body = g_strescape(body, NULL);

	printf("%s\t%s\n", escaped_summary, escaped_body);
	(void)fflush(stdout);
}

static void
handle_call(GDBusConnection *bus G_GNUC_UNUSED, const char *sender G_GNUC_UNUSED,
	const char *path G_GNUC_UNUSED, const char *interface G_GNUC_UNUSED, const char *method,
	GVariant *parameters, GDBusMethodInvocation *invocation, void *user_data)
{
	const char *const *capabilities = user_data;

	if (g_strcmp0(method, "GetCapabilities") == 0) {
		g_dbus_method_invocation_return_value(
			invocation, g_variant_new("(^as)", capabilities));
		return;
	}
	tell(parameters);
	g_dbus_method_invocation_return_value(invocation, g_variant_new("(u)", 1u));
}

static void
name_acquired(GDBusConnection *bus G_GNUC_UNUSED, const char *name G_GNUC_UNUSED,
	void *user_data G_GNUC_UNUSED)
{
	printf("ready\n");
	(void)fflush(stdout);
}

static void
name_lost(GDBusConnection *bus G_GNUC_UNUSED, const char *name G_GNUC_UNUSED, void *user_data)
{
	g_main_loop_quit(user_data);
}

int
main(int argc G_GNUC_UNUSED, char **argv)
{
	static const GDBusInterfaceVTable table = {handle_call, NULL, NULL, {0}};
	g_autoptr(GError) error = NULL;
	g_autoptr(GMainLoop) loop = g_main_loop_new(NULL, FALSE);
	g_autoptr(GDBusNodeInfo) node = g_dbus_node_info_new_for_xml(interface_xml, &error);
	g_autoptr(GDBusConnection) bus = g_bus_get_sync(G_BUS_TYPE_SESSION, NULL, &error);

	if (node == NULL || bus == NULL ||
		g_dbus_connection_register_object(bus, "/org/freedesktop/Notifications",
			node->interfaces[0], &table, argv + 1, NULL, &error) == 0) {
		fprintf(stderr, "%s: %s\n", argv[0], error->message);
		return 1;
	}
	(void)g_bus_own_name_on_connection(bus, "org.freedesktop.Notifications",
		G_BUS_NAME_OWNER_FLAGS_NONE, name_acquired, name_lost, loop, NULL);
	g_main_loop_run(loop);
	return 0;
}
