/* SPDX-License-Identifier: MIT */
/* test-desktop.c - pop-ups on a private session bus: what is shown, and what happens without a bus
 */
#include "peer/desktop.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "engine/bytes.h"

static const struct {
	const char *text;
	size_t max_chars;
	bool lines;
	const char *clean;
} texts[] = {
	{"plain", 10, false, "plain"},
	{"a\r\nb\x1b[31m\x07", 20, false, "a  b [31m "},
	{"a\nb\tc", 20, true, "a\nb c"},
	{"evil\xe2\x80\xae"
	 "gpj.exe",
		20, false, "evilgpj.exe"},
	{"\xe2\x81\xa6x\xe2\x81\xa9\xd8\x9c", 20, false, "x"},
	{"bad \xff byte", 20, false, "bad \xef\xbf\xbd byte"},
	{"1234567890", 10, false, "1234567890"},
	{"12345678901", 10, false, "1234567890\xe2\x80\xa6"},
	{"\xc3\xa4\xc3\xb6\xc3\xbc", 2, false, "\xc3\xa4\xc3\xb6\xe2\x80\xa6"},
	{"", 5, false, ""},
};

static void
test_clean(void)
{
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *clean = peer_desktop_clean(
			sieve_bytes_from_string(texts[i].text), texts[i].max_chars, texts[i].lines);

		g_assert_cmpstr(clean, ==, texts[i].clean);
	}
}

/* --- On a bus ----------------------------------------------------------------------------------
 */

typedef struct {
	GTestDBus *bus;
	GSubprocess *service;
	GDataInputStream *told;
	char *tool;
} Desktop;

static char *
read_line(Desktop *desktop)
{
	g_autoptr(GError) error = NULL;
	char *line = g_data_input_stream_read_line(desktop->told, NULL, NULL, &error);

	g_assert_no_error(error);
	return line;
}

static void
start_service(Desktop *desktop, const char *capability)
{
	g_autoptr(GError) error = NULL;

	desktop->service = g_subprocess_new(
		G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, desktop->tool, capability, NULL);
	g_assert_no_error(error);
	desktop->told = g_data_input_stream_new(g_subprocess_get_stdout_pipe(desktop->service));

	g_autofree char *ready = read_line(desktop);

	g_assert_cmpstr(ready, ==, "ready");
}

/* The daemon takes our standard error with it; without the right to raise its limit of descriptors it
 * says so there each time, which means nothing here. */
static void
start_quietly(GTestDBus *bus)
{
	int own = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	int nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);

	g_assert_cmpint(own, >=, 0);
	g_assert_cmpint(nowhere, >=, 0);
	g_assert_cmpint(dup2(nowhere, STDERR_FILENO), ==, STDERR_FILENO);
	g_test_dbus_up(bus);
	g_assert_cmpint(dup2(own, STDERR_FILENO), ==, STDERR_FILENO);
	g_assert_cmpint(close(own), ==, 0);
	g_assert_cmpint(close(nowhere), ==, 0);
}

static void
set_up(Desktop *desktop, const void *data)
{
	desktop->tool =
		g_test_build_filename(G_TEST_BUILT, "..", "tools", "notification-service", NULL);
	desktop->bus = g_test_dbus_new(G_TEST_DBUS_NONE);
	start_quietly(desktop->bus);
	if (data != NULL)
		start_service(desktop, data);
}

static void
tear_down(Desktop *desktop, const void *data G_GNUC_UNUSED)
{
	if (desktop->service != NULL) {
		g_subprocess_force_exit(desktop->service);
		g_assert_true(g_subprocess_wait(desktop->service, NULL, NULL));
	}
	g_clear_object(&desktop->told);
	g_clear_object(&desktop->service);
	g_test_dbus_down(desktop->bus);
	g_clear_object(&desktop->bus);
	g_free(desktop->tool);
}

#define HOSTILE SIEVE_BYTES("<a href=\"x\">&\r\n<img src=y>")

static void
test_markup(Desktop *desktop, const void *data G_GNUC_UNUSED)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(peer_desktop_notify(SIEVE_BYTES("<b>"), HOSTILE, &error));
	g_assert_no_error(error);

	g_autofree char *line = read_line(desktop);

	/* The summary is plain text by the specification, whatever the service can do. */
	g_assert_cmpstr(line, ==, "<b>\t&lt;a href=&quot;x&quot;&gt;&amp; \\n&lt;img src=y&gt;");
}

static void
test_plain(Desktop *desktop, const void *data G_GNUC_UNUSED)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(peer_desktop_notify(SIEVE_BYTES("a"), HOSTILE, &error));
	g_assert_no_error(error);

	g_autofree char *line = read_line(desktop);

	g_assert_cmpstr(line, ==, "a\t<a href=\\\"x\\\">& \\n<img src=y>");
}

static void
test_mail(Desktop *desktop, const void *data G_GNUC_UNUSED)
{
	static const char text[] = "From: =?utf-8?q?J=C3=A4mes?= <james@example.org>\r\n"
				   "Subject: =?utf-8?q?=E2=80=AE=1B[2J?= <i>hi</i>\r\n\r\nbody\r\n";
	g_autoptr(GError) error = NULL;
	g_autoptr(SieveMessage) message = sieve_message_new(sieve_bytes_from_string(text));

	g_assert_true(peer_desktop_notify_mail(message, &error));
	g_assert_no_error(error);

	g_autofree char *line = read_line(desktop);

	g_assert_cmpstr(line, ==, "J\\303\\244mes <james@example.org>\t [2J &lt;i&gt;hi&lt;/i&gt;");
}

static void
test_nobody_there(Desktop *desktop G_GNUC_UNUSED, const void *data G_GNUC_UNUSED)
{
	g_autoptr(GError) error = NULL;

	g_assert_false(peer_desktop_notify(SIEVE_BYTES("a"), SIEVE_BYTES("b"), &error));
	g_assert_error(error, G_DBUS_ERROR, G_DBUS_ERROR_SERVICE_UNKNOWN);
}

static void
test_no_bus(void)
{
	g_autoptr(GError) error = NULL;

	g_assert_true(g_setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE));
	g_assert_false(peer_desktop_notify(SIEVE_BYTES("a"), SIEVE_BYTES("b"), &error));
	g_assert_nonnull(error);
	g_assert_true(g_str_has_prefix(error->message, "desktop: "));
	g_unsetenv("DBUS_SESSION_BUS_ADDRESS");
}

int
main(int argc, char **argv)
{
	g_autofree char *daemon = g_find_program_in_path("dbus-daemon");

	g_test_init(&argc, &argv, NULL);
	g_test_add_func("/desktop/clean", test_clean);
	g_test_add_func("/desktop/no bus", test_no_bus);
	if (daemon == NULL)
		return g_test_run();
	g_test_add("/desktop/markup", Desktop, "body-markup", set_up, test_markup, tear_down);
	g_test_add("/desktop/plain", Desktop, "body", set_up, test_plain, tear_down);
	g_test_add("/desktop/mail", Desktop, "body-markup", set_up, test_mail, tear_down);
	g_test_add("/desktop/nobody there", Desktop, NULL, set_up, test_nobody_there, tear_down);
	return g_test_run();
}
